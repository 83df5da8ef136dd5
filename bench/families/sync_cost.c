#include "dirty.h"
#include "page_cache.h"

#include <inttypes.h>

/* Dirties the pages through the mapping, and looks whether they are: the cache may count more, where it is
 * made of larger pieces. */
static void dirty_pages(struct sample *s)
{
    const uint64_t pages = axis_number(s, "dirty_pages"), all = s->length / s->page_size;
    const uint64_t step = axis_is(s, "layout", "scattered") ? all / pages : 1;

    dirty_store(s, s->bytes, 0, pages, step);
    dirty_expect(s, pages);
    const uint64_t dirty = dirty_count(s);
    if (dirty != PAGES_UNKNOWN)
        sample_extra(s, "dirty_pages_before", (double)dirty);
}

static void count_dirty(struct sample *s)
{
    const uint64_t dirty = dirty_count(s);

    if (dirty == PAGES_UNKNOWN)
        return;
    sample_extra(s, "dirty_pages_after", (double)dirty);
    if (axis_is(s, "mode", "sync") && dirty != 0)
        sample_doubt(s, "%" PRIu64 " pages are dirty after the sync", dirty);
}

FAMILY(sync_cost, "time of handing the changed pages of a mapping back to the file", .items = "pages",
       .demands = {.subject = MAP_WRITE, .temperature = WARM, .size = 16 << 20}, .prepare = dirty_pages,
       .check = count_dirty,
       .axes = {EACH("mode", QUICK("sync async")),
                VARY("dirty_pages", "64", QUICK("16 1024"), STANDARD("1 4 256 4096")),
                EACH("layout", QUICK("contiguous scattered")),
                VARY("fill", "read_1M", STANDARD("write_4K write_1M"))})
{
    const mw_sync_level level = axis_is(s, "mode", "sync") ? MW_SYNC_WAIT : MW_SYNC_ASYNC;
    const uint64_t pages = axis_number(s, "dirty_pages");
    mw_err err = {0};

    if (pages * s->page_size > s->length) {
        sample_cannot(s, "the file has %" PRIu64 " pages", s->length / s->page_size);
        return;
    }
    /* The asynchronous call only asks; nothing is moved in its time. */
    each_operation(s, level == MW_SYNC_ASYNC ? 0 : pages * s->page_size, pages);
    while (next_sample(s))
        if (!sample_ok(s, "sync", mw_sync(s->map, 0, MW_WHOLE, level, 0, &err), &err))
            return;
}
