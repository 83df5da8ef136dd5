/* Each touch by itself, at random pages of a file that is not in the cache. With the advice "random" every
 * one is a reading of the device and no more; else read-ahead brings in what later touches find, for more
 * bytes: amplification. Beside it: a single random read of the device (calibration disk_random; fio, queue
 * depth 1). */
#include "access.h"
#include "sample.h"

#include <inttypes.h>

static void check(struct sample *s)
{
    const int64_t major = s->current.counted.of[MAJOR_FAULTS];

    if (axis_is(s, "advice", "random") && major != COUNTER_ABSENT && (uint64_t)major < s->touches)
        sample_doubt(s, "%" PRId64 " of %zu faults were major", major, s->touches);
}

FAMILY(fault_major, "time of touching single pages that must come from the device", .items = "pages",
       .demands = {.subject = MAP_READ, .temperature = COLD, .advised = true}, .check = check,
       .axes = {VARY("advice", "random", STANDARD("normal sequential"), FULL("hugepage")),
                VARY("size", "64M", STANDARD("256M"), FULL("1G")),
                VARY("touches", "256", STANDARD("64 1024"))})
{
    each_operation(s, 0, s->touches);
    each_needs(s, s->touches * s->page_size);
    each_laps(s, s->touches);
    while (next_sample(s))
        for (size_t i = 0; i < s->touches; i++) {
            consume(load_pages(s->bytes, &s->offsets[i], 1));
            lap(s);
        }
}
