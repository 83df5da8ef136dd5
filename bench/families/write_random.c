/* What a store costs beyond its own bytes. A file system may make a whole piece of the page cache dirty for
 * the one page that is stored to through a mapping, and writes all of it to the device; by write(2) it knows
 * what is new. The extra figure `write_amplification` is bytes on the device for each byte stored, of a
 * private mapping bytes copied. (That the process is said to have made dirty, bytes_written, is whole pieces
 * in both cases.) */
#include "access.h"
#include "device.h"
#include "expect.h"
#include "mapping.h"
#include "sample.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static int64_t device_before;

static struct demands demands_of(const struct family *family, const struct point *point)
{
    const char *way = point_value(family, point, "way");
    struct demands demands = {.subject = MAP_WRITE, .temperature = WARM};

    if (strcmp(way, "write") == 0)
        demands.subject = FILE_ONLY;
    else if (strcmp(way, "private") == 0)
        demands.subject = MAP_COPY;
    return demands;
}

static size_t stored_each(const struct sample *s)
{
    return axis_is(s, "stored", "word") ? sizeof(uint64_t) : s->page_size;
}

static void prepare(struct sample *s)
{
    device_before = device_bytes_written(s->file);
}

/* Bytes that are somewhere because of the stores. */
static int64_t bytes_moved(struct sample *s)
{
    if (s->series->demands.subject == MAP_COPY)
        return mapping_bytes(s->bytes, "Anonymous");
    if (fsync(s->file) != 0)
        sample_broken(s, "fsync: %s", strerror(errno));
    const int64_t after = device_bytes_written(s->file);
    return device_before == COUNTER_ABSENT || after == COUNTER_ABSENT ? COUNTER_ABSENT
                                                                      : after - device_before;
}

static void check(struct sample *s)
{
    if (s->series->demands.subject == MAP_COPY)
        expect_private(s, s->touches * s->page_size);
    else
        expect_dirty(s, s->touches);
    const int64_t moved = bytes_moved(s);
    if (moved != COUNTER_ABSENT)
        sample_extra(s, "write_amplification", (double)moved / (double)(s->touches * stored_each(s)));
}

static bool write_some(struct sample *s, const void *buffer, size_t length)
{
    for (size_t i = 0; i < s->touches; i++)
        if (pwrite(s->file, buffer, length, (off_t)s->offsets[i]) != (ssize_t)length) {
            sample_broken(s, "writing: %s", strerror(errno));
            return false;
        }
    return true;
}

FAMILY(write_random, "time of storing to pages of a mapping in random order", .items = "pages",
       .demands_of = demands_of, .prepare = prepare, .check = check,
       .axes = {EACH("way", QUICK("shared"), STANDARD("private write")), VARY("size", "64M"),
                VARY("touches", "256", FULL("1024")),
                VARY("stored", "page", STANDARD("word"), .when = "way=shared"),
                VARY("fill", "read_1M", STANDARD("write_4K"), FULL("write_1M"), .when = "way=shared")})
{
    const size_t length = stored_each(s);
    const void *buffer = sample_memory(s, length);

    if (!buffer)
        return;
    each_operation(s, s->touches * length, s->touches);
    each_needs(s, 0);
    while (next_sample(s)) {
        if (s->bytes)
            store_at(s->bytes, s->offsets, s->touches, length, (unsigned char)s->round);
        else if (!write_some(s, buffer, length))
            return;
    }
}
