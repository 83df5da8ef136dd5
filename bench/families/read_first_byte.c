/* What a program waits for that opens a file, maps it, advises and looks at one byte in its middle. Unmapping
 * is not in the time. The file's name and its inode are in memory also where its pages are not. "normal"
 * gives no advice at all. */
#include "access.h"
#include "advice.h"
#include "clock.h"
#include "sample.h"

static double waited; /* seconds, in all operations of the sample */

static void prepare(struct sample *s)
{
    (void)s;
    waited = 0;
}

static bool look_into(struct sample *s, mw_map *map, const mw_advice_row *row)
{
    mw_err err = {0};
    void *bytes;

    if (row && !sample_advise(s, map, row))
        return false;
    if (!sample_ok(s, "pinning", mw_pin(&bytes, map, 0, MW_WHOLE, MW_PROT_READ, &err), &err))
        return false;
    const uint64_t page = s->length / s->page_size / 2 * s->page_size;
    consume(load_pages(bytes, &page, 1));
    mw_unpin(map, bytes);
    return true;
}

static bool open_and_look(struct sample *s, const mw_advice_row *row)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_err err = {0};
    mw_map *map;

    options.access = MW_ACCESS_READ;
    options.flags = MW_F_NO_TRACK;
    options.length = s->length;
    const int64_t began = clock_nanoseconds();
    if (!sample_ok(s, "mapping", mw_map_file(&map, s->path, &options, &err), &err))
        return false;
    const bool looked = look_into(s, map, row);
    waited += seconds_between(began, clock_nanoseconds());
    return sample_ok(s, "unmapping", mw_free(map), &err) && looked;
}

FAMILY(read_first_byte, "time of opening a file, mapping it and reading one byte", .items = "files",
       .demands = {.subject = FILE_ONLY, .batches = true}, .prepare = prepare,
       .axes = {EACH("temperature", QUICK("cold warm")),
                VARY("advice", "normal", STANDARD("random willneed populate_read"), FULL("sequential")),
                VARY("size", "64M", STANDARD("4M"))})
{
    mw_advice_row row;
    const bool advised = !axis_is(s, "advice", "normal");

    if (advised && !sample_advice(&row, s, axis_text(s, "advice")))
        return;
    each_operation(s, 0, 1);
    each_needs(s, s->page_size);
    while (next_sample(s)) {
        if (!open_and_look(s, advised ? &row : NULL))
            return;
        sample_seconds(s, waited);
    }
}
