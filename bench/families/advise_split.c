/* Every other page gets another advice, so that the system has to cut the mapping into as many pieces as
 * there are pages (`mappings`, counted after, for each). Each costs some 200 bytes, and there may be no more
 * of them than vm.max_map_count says. */
#include "advice.h"
#include "counters.h"
#include "process.h"

#include <inttypes.h>

static int64_t before; /* mappings of this process */

static void prepare(struct sample *s)
{
    const int64_t most = process_mappings_most();

    before = process_mappings();
    if (before != COUNTER_ABSENT && most != COUNTER_ABSENT &&
        before + (int64_t)(2 * axis_number(s, "ranges") * s->batch) > most)
        sample_cannot(s, "a process may have no more than %" PRId64 " mappings here", most);
}

static void check(struct sample *s)
{
    const int64_t after = process_mappings();

    if (before == COUNTER_ABSENT || after == COUNTER_ABSENT)
        return;
    const double mappings = 1 + (double)(after - before) / (double)s->current.batch;
    sample_extra(s, "mappings", mappings);
    if (mappings < (double)(2 * axis_number(s, "ranges")))
        sample_doubt(s, "only %.0f mappings after the calls", mappings);
}

static bool advise_every_other(struct sample *s, const mw_advice_row *row, uint64_t ranges)
{
    bool advised = true;

    for (uint64_t i = 0; i < ranges && advised; i++)
        advised = sample_advise_range(s, s->map, (2 * i + 1) * s->page_size, s->page_size, row);
    return advised;
}

FAMILY(advise_split, "time of advising every other page of a mapping, one call for each", .items = "calls",
       .demands = {.subject = MAP_READ, .batches = true, .size = 64 << 20}, .prepare = prepare,
       .check = check, .axes = {VARY("ranges", "256", STANDARD("16 64 1024"), FULL("8000"))})
{
    const uint64_t ranges = axis_number(s, "ranges");
    mw_advice_row row;

    if (!sample_advice(&row, s, "random"))
        return;
    if ((2 * ranges + 1) * s->page_size > s->length) {
        sample_cannot(s, "the file has %" PRIu64 " pages", s->length / s->page_size);
        return;
    }
    each_operation(s, 0, ranges);
    while (next_sample(s))
        if (!advise_every_other(s, &row, ranges))
            return;
}
