/* A fault on a page of a file brings in those around it that are in the cache: as many as fault_around_bytes
 * says, or the piece of the cache that the page is part of. A debugfs setting that not everybody may read,
 * so it is looked at by its effect: `window` is how many bytes one touch brings in.
 *
 *   as_set   as the system is set
 *   page     one page at a time: the mapping is cut into pieces of a page each, and no fault reaches beyond
 *            its piece. (Advice does not do that, "random" as little as the others.)
 *   16K …    measured where the system is set so: nothing is set here
 */
#include "access.h"
#include "advice.h"
#include "expect.h"
#include "map_once.h"
#include "mapping.h"
#include "sample.h"

#include <inttypes.h>

static double window;

/* By one touch in the middle of a map of its own. */
static void look_at_window(struct sample *s, unsigned char *bytes)
{
    consume(bytes[s->length / 2]);
    window = (double)mapping_bytes(bytes, "Rss");
}

/* Neighbours that are advised differently are mappings of their own to the system. */
static void cut_into_pages(struct sample *s, mw_map *map)
{
    const uint64_t pages = s->length / s->page_size;
    mw_advice_row row;

    if (sample_advice(&row, s, "random"))
        for (uint64_t i = 1; i < pages && !sample_ended(s); i += 2)
            sample_advise_range(s, map, i * s->page_size, s->page_size, &row);
}

static void prepare(struct sample *s)
{
    const uint64_t wanted = axis_number(s, "around");
    static const struct map_once for_reading = {.access = MW_ACCESS_READ};
    mw_advice_row row;

    if (!map_once(s, &for_reading, look_at_window))
        return;
    if (window < (double)s->page_size)
        sample_cannot(s, "the system does not tell how much a touch brings in");
    else if (wanted && (uint64_t)window != wanted)
        sample_cannot(
            s,
            "a touch brings in %.0f bytes, and settings are not changed here: as root, write %" PRIu64
            " to /sys/kernel/debug/fault_around_bytes, and run again",
            window, wanted);
    for (size_t i = 0; i < s->view_count && !sample_ended(s); i++) {
        if (axis_is(s, "around", "page"))
            cut_into_pages(s, s->views[i].map);
        else if (axis_is(s, "around", "as_set") && sample_advice(&row, s, axis_text(s, "advice")))
            sample_advise(s, s->views[i].map, &row);
    }
}

static void check(struct sample *s)
{
    sample_extra(s, "window", window);
    expect_faults(s, axis_is(s, "around", "page") ? s->current.items : 1);
}

FAMILY(fault_around, "time of the first load of each page, by how many a fault brings in", .items = "pages",
       .demands = {.subject = MAP_READ, .temperature = WARM, .batches = true}, .prepare = prepare,
       .check = check,
       .axes = {EACH("around", QUICK("as_set page"), STANDARD("16K 64K 2M")), VARY("size", "4M"),
                VARY("fill", "write_4K"),
                VARY("advice", "normal", STANDARD("random"), .when = "around=as_set")})
{
    each_operation(s, 0, s->length / s->page_size);
    while (next_sample(s))
        consume(load_each_page(s->bytes, (size_t)s->length, s->page_size));
}
