/* From nothing to a map whose pages are all in the page tables:
 *
 *   touch           mapped, then a load (of memory and copies: a store) for each page
 *   map_populate    the system's flag MAP_POPULATE; there is no time to say that pages are to be small
 *   populate_read   mapped, then advised: the pages as a load would get them
 *   populate_write  mapped, then advised: as a store would, so that those of a file become dirty
 */
#include "advice.h"
#include "flag.h"
#include "source.h"

struct way {
    mw_map_options options;
    const mw_advice_row *advice; /* NULL: none */
    bool touch;
};

static bool choose_way(struct way *way, mw_advice_row *row, struct sample *s)
{
    const char *by = axis_text(s, "by");

    *way = (struct way){.options = source_options(s), .touch = axis_is(s, "by", "touch")};
    if (axis_is(s, "by", "map_populate"))
        return sample_flag(&way->options.raw_flags, s, "MAP_POPULATE");
    if (way->touch)
        return true;
    if (axis_is(s, "by", "populate_write") && way->options.access == MW_ACCESS_READ)
        way->options.access = MW_ACCESS_WRITE;
    way->advice = row;
    return sample_advice(row, s, by);
}

static bool populate(struct sample *s, const struct way *way, uint64_t pages)
{
    struct view view;

    part_begins(s);
    bool ready = source_open(&view, s, &way->options);
    if (ready && way->advice)
        ready = sample_advise(s, view.map, way->advice);
    if (ready && way->touch)
        source_touch(&view, s);
    part_ends(s);
    if (ready)
        source_expect(s, &view, pages);
    source_close(&view);
    return ready;
}

FAMILY(map_populate, "time from no map to one whose pages are all there", .items = "pages",
       .demands_of = source_demands,
       .axes = {EACH("source", QUICK("anonymous file"), FULL("copy")),
                VARY("by", "touch", QUICK("populate_read"), STANDARD("map_populate populate_write")),
                VARY("size", "16M", STANDARD("64M"), FULL("256M")),
                VARY("fill", "read_1M", STANDARD("write_4K"), .when = "source=file")})
{
    const uint64_t pages = source_pages(s);
    const unsigned repeats = source_repeats(s);
    mw_advice_row row;
    struct way way;

    if (!choose_way(&way, &row, s))
        return;
    each_operation(s, 0, repeats * pages);
    while (next_sample(s))
        for (unsigned i = 0; i < repeats; i++)
            if (!populate(s, &way, pages))
                return;
}
