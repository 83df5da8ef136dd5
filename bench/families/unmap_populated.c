/* Giving back pages that are in the page tables. Anonymous ones go back to the allocator of pages; of a
 * file's only the table entries go. Set beside map_unmap, where there is nothing to give back. */
#include "source.h"

static bool fill_and_unmap(struct sample *s, const mw_map_options *options, uint64_t pages)
{
    struct view view;
    mw_err err = {0};

    if (!source_open(&view, s, options))
        return false;
    source_touch(&view, s);
    source_expect(s, &view, pages);
    mw_unpin(view.map, view.bytes);
    part_begins(s);
    const int code = mw_unmap(view.map, &err);
    part_ends(s);
    source_expect(s, &view, 0);
    mw_free(view.map);
    return sample_ok(s, "unmapping", code, &err);
}

FAMILY(unmap_populated, "time of unmapping pages that are in the page tables", .items = "pages",
       .demands_of = source_demands,
       .axes = {EACH("source", QUICK("anonymous file"), STANDARD("copy")),
                VARY("size", "16M", STANDARD("4M 64M"), FULL("256M")),
                VARY("pages", "small", STANDARD("huge"), .when = "source=anonymous"),
                VARY("fill", "read_1M", STANDARD("write_4K"), .when = "source=file")})
{
    const mw_map_options options = source_options(s);
    const uint64_t pages = source_pages(s);
    const unsigned repeats = source_repeats(s);

    each_operation(s, 0, repeats * pages);
    while (next_sample(s))
        for (unsigned i = 0; i < repeats; i++)
            if (!fill_and_unmap(s, &options, pages))
                return;
}
