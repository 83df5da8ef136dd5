#include "page_cache.h"
#include "sample.h"

#include <inttypes.h>

/* Dirties the pages through the mapping, and looks whether they are: the cache may count more, where it is
 * made of larger pieces. */
static void dirty_pages(struct sample *s)
{
    const uint64_t pages = axis_number(s, "dirty_pages"), all = s->length / s->page_size;
    const uint64_t step = axis_is(s, "layout", "scattered") ? all / pages : 1;
    struct cached_pages cached;

    for (uint64_t i = 0; i < pages; i++)
        *(volatile uint64_t *)(void *)(s->bytes + i * step * s->page_size) = s->round + i;
    if (!page_cache_look(&cached, s->file, s->length) || cached.dirty == PAGES_UNKNOWN)
        return;
    sample_extra(s, "dirty_pages_before", (double)cached.dirty);
    if (cached.dirty < pages)
        sample_doubt(s, "not dirty: %" PRIu64 " of %" PRIu64 " pages", cached.dirty, pages);
}

static void count_dirty(struct sample *s)
{
    struct cached_pages cached;

    if (!page_cache_look(&cached, s->file, s->length) || cached.dirty == PAGES_UNKNOWN)
        return;
    sample_extra(s, "dirty_pages_after", (double)cached.dirty);
    if (axis_is(s, "mode", "sync") && cached.dirty != 0)
        sample_doubt(s, "%" PRIu64 " pages are dirty after the sync", cached.dirty);
}

FAMILY(sync_cost, "time of handing the changed pages of a mapping back to the file", .items = "pages",
       .demands = {.subject = MAP_WRITE, .temperature = WARM, .size = 64 << 20}, .prepare = dirty_pages,
       .check = count_dirty,
       .axes = {EACH("mode", QUICK("sync async")),
                VARY("dirty_pages", "64", QUICK("1 16 256 1024"), STANDARD("4 4096"), FULL("16384")),
                VARY("layout", "contiguous", QUICK("scattered")),
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
