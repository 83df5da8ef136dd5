/* The options: `reserve` keeps as much address space again behind the map; `populate` brings all pages in. */
#include "access.h"
#include "counters.h"
#include "present.h"
#include "source.h"

#include <inttypes.h>

static struct demands demands_of(const struct family *family, const struct point *point)
{
    struct demands demands = source_demands(family, point);

    demands.batches = true;
    return demands;
}

static mw_map_options options_of(const struct sample *s)
{
    mw_map_options options = source_options(s);

    if (axis_is(s, "option", "noreserve"))
        options.flags |= MW_F_NORESERVE;
    else if (axis_is(s, "option", "populate"))
        options.flags |= MW_F_POPULATE;
    else if (axis_is(s, "option", "reserve"))
        options.reserve = 2 * axis_number(s, "size");
    if (axis_is(s, "label", "named"))
        options.label = "mapwise-bench";
    if (axis_is(s, "descriptor", "kept"))
        options.flags &= ~MW_F_NO_TRACK;
    return options;
}

/* Whether such a map is what its option says. */
static void look_at_one(struct sample *s)
{
    const mw_map_options options = options_of(s);
    mw_info info = MW_INFO_INIT;
    mw_err err = {0};
    mw_map *map;

    if (!sample_ok(s, options.label ? "naming the memory" : "mapping", source_map(&map, s, &options, &err),
                   &err))
        return;
    if (sample_ok(s, "looking at the map", mw_info_get(&info, map, &err), &err)) {
        const uint64_t pages = (info.length + s->page_size - 1) / s->page_size;
        const int64_t present = present_pages(info.base, info.length);
        if (info.reserved < options.reserve)
            sample_broken(s, "%" PRIu64 " bytes are reserved", info.reserved);
        if ((options.flags & MW_F_POPULATE) && present != COUNTER_ABSENT && (uint64_t)present != pages)
            sample_doubt(s, "%" PRId64 " of %" PRIu64 " pages are in the page tables", present, pages);
    }
    mw_free(map);
}

static bool map_and_unmap(struct sample *s, const mw_map_options *options, bool touch)
{
    mw_err err = {0};
    mw_map *map;
    void *bytes;

    if (!sample_ok(s, "mapping", source_map(&map, s, options, &err), &err))
        return false;
    if (touch && sample_ok(s, "pinning", mw_pin(&bytes, map, 0, MW_WHOLE, MW_PROT_READ, &err), &err)) {
        consume(load_each_page(bytes, (size_t)mw_length(map), s->page_size));
        mw_unpin(map, bytes);
    }
    return sample_ok(s, "unmapping", mw_free(map), &err);
}

FAMILY(map_unmap, "time of making a mapping and giving it back", .items = "calls", .demands_of = demands_of,
       .prepare = look_at_one,
       .axes = {EACH("source", QUICK("descriptor path anonymous")),
                VARY("size", "4M", QUICK("64K 64M"), FULL("256M")), VARY("touched", "no", QUICK("yes")),
                VARY("option", "none", STANDARD("noreserve populate reserve")),
                VARY("label", "none", STANDARD("named"), .when = "source=anonymous"),
                VARY("descriptor", "closed", STANDARD("kept"), .when = "source=path")})
{
    const mw_map_options options = options_of(s);
    const bool touch = axis_is(s, "touched", "yes");

    each_operation(s, 0, 1);
    while (next_sample(s))
        if (!map_and_unmap(s, &options, touch))
            return;
}
