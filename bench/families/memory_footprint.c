/* What memory takes besides itself, by how it is laid out:
 *
 *   one        one map of small pages
 *   huge       one map of transparent huge pages
 *   pieces     maps of 64 KiB, where the system puts them
 *   scattered  maps of 64 KiB, as far from each other as a page table reaches: each needs one of its own
 *   file       one map of a file in the cache
 *
 * The time is that of touching each page. Extra figures: page tables for a GiB laid out so; resident and
 * proportional bytes for each byte; how many mappings the system made of it. */
#include "access.h"
#include "counters.h"
#include "present.h"
#include "process.h"
#include "source.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 64 << 10 };

static struct demands demands_of(const struct family *family, const struct point *point)
{
    const bool is_file = strcmp(point_value(family, point, "layout"), "file") == 0;

    return is_file ? (struct demands){.subject = FILE_ONLY, .temperature = WARM}
                   : (struct demands){.subject = NOTHING};
}

static struct {
    struct view *views;
    size_t count, length; /* of maps, and bytes of each */
    int64_t mappings, resident, proportional;
} layout;

static bool is_in_pieces(const struct sample *s)
{
    return axis_is(s, "layout", "pieces") || axis_is(s, "layout", "scattered");
}

/* An address with room behind it for all pieces, each at the start of a page table; 0 after the series has
 * ended. */
static uintptr_t room_for_all(struct sample *s, size_t span)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_info info = MW_INFO_INIT;
    mw_err err = {0};
    mw_map *map;

    options.access = MW_ACCESS_COPY;
    options.flags = MW_F_NORESERVE;
    if (!sample_ok(s, "finding room", mw_map_anon(&map, (uint64_t)(layout.count + 1) * span, &options, &err),
                   &err))
        return 0;
    sample_ok(s, "finding room", mw_info_get(&info, map, &err), &err);
    const uintptr_t start = (uintptr_t)info.base;
    mw_free(map);
    return (start + span - 1) / span * span;
}

static bool make_one(struct view *view, struct sample *s, void *address)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_err err = {0};
    void *bytes;

    options.access = s->file >= 0 ? MW_ACCESS_READ : MW_ACCESS_COPY;
    options.flags = MW_F_NO_TRACK | (address ? MW_F_FIXED : 0);
    options.address = address;
    options.length = s->file >= 0 ? s->length : layout.length;
    const int code = s->file >= 0 ? mw_map_fd(&view->map, s->file, &options, &err)
                                  : mw_map_anon(&view->map, layout.length, &options, &err);
    if (!sample_ok(s, "mapping", code, &err) ||
        !sample_ok(s, "pinning", mw_pin(&bytes, view->map, 0, MW_WHOLE, MW_PROT_READ, &err), &err))
        return false;
    view->bytes = bytes;
    if (axis_is(s, "layout", "huge"))
        return sample_ok(s, "huge pages", mw_advise(view->map, 0, MW_WHOLE, MW_ADVICE_HUGEPAGE, 0, &err),
                         &err);
    if (s->file < 0)
        mw_advise(view->map, 0, MW_WHOLE, MW_ADVICE_NOHUGEPAGE, MW_ADVISE_BEST_EFFORT, NULL);
    return true;
}

static void make_all(struct sample *s)
{
    const size_t span = present_table_span();
    uintptr_t address = 0;

    layout.mappings = process_mappings();
    layout.resident = process_bytes(0, "Rss");
    layout.proportional = process_bytes(0, "Pss");
    if (axis_is(s, "layout", "scattered") && !(address = room_for_all(s, span)))
        return;
    for (size_t i = 0; i < layout.count && !sample_ended(s); i++)
        make_one(&layout.views[i], s, address ? (void *)(address + i * span) : NULL);
}

/* -1: the system does not say. */
static double grown(int64_t before, int64_t after)
{
    return before == COUNTER_ABSENT || after == COUNTER_ABSENT ? -1 : (double)(after - before);
}

static void look_at_all(struct sample *s)
{
    const double length = (double)axis_number(s, "size");
    const double mappings = grown(layout.mappings, process_mappings());
    const double resident = grown(layout.resident, process_bytes(0, "Rss"));
    const double proportional = grown(layout.proportional, process_bytes(0, "Pss"));
    const int64_t tables = s->current.counted.of[PAGE_TABLE_BYTES];
    int64_t present = 0;

    for (size_t i = 0; i < layout.count; i++)
        present += present_pages(layout.views[i].bytes, layout.length);
    if (tables == COUNTER_ABSENT || resident < 0 || proportional < 0)
        sample_cannot(s, "this system does not say what a process's memory takes");
    else if ((uint64_t)present != axis_number(s, "size") / s->page_size)
        sample_doubt(s, "%" PRId64 " pages are in the page tables", present);
    else if (axis_is(s, "layout", "huge"))
        source_expect_huge(s, layout.views[0].bytes, layout.length);
    sample_extra(s, "page_table_bytes_of_gib", (double)tables / length * (1 << 30));
    sample_extra(s, "resident_of_byte", resident / length);
    sample_extra(s, "proportional_of_byte", proportional / length);
    sample_extra(s, "mappings", mappings);
}

static void give_back(struct sample *s)
{
    (void)s;
    for (size_t i = 0; i < layout.count; i++)
        source_close(&layout.views[i]);
}

static void touch_all(const struct sample *s)
{
    for (size_t i = 0; i < layout.count; i++)
        if (s->file >= 0)
            consume(load_each_page(layout.views[i].bytes, layout.length, s->page_size));
        else
            store_each_page(layout.views[i].bytes, layout.length, s->page_size, 1);
}

FAMILY(memory_footprint, "what memory takes besides itself, and the time of touching it", .items = "pages",
       .demands_of = demands_of, .prepare = make_all, .check = look_at_all, .finish = give_back,
       .axes = {EACH("layout", QUICK("one huge file"), STANDARD("pieces scattered")), VARY("size", "16M")})
{
    const size_t size = (size_t)axis_number(s, "size");

    layout.length = is_in_pieces(s) ? PIECE : size;
    layout.count = size / layout.length;
    layout.views = calloc(layout.count, sizeof *layout.views);
    if (!layout.views) {
        sample_broken(s, "out of memory");
        return;
    }
    each_operation(s, 0, size / s->page_size);
    while (next_sample(s))
        touch_all(s);
    free(layout.views);
    layout.count = 0;
}
