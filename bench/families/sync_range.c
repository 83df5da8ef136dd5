/* Some pages of the map are dirty, and `elsewhere` more behind them that nobody waits for. Whoever flushes
 * all of a map (as most libraries and benchmarks do) writes those as well. */
#include "page_cache.h"
#include "pair.h"

#include <inttypes.h>

static struct stage {
    struct sample *s;
    uint64_t pages, elsewhere;
} stage;

/* A page of its own for each store, `first` pages into the map. */
static void store_pages(uint64_t first, uint64_t pages)
{
    const size_t page = stage.s->page_size;

    for (uint64_t i = first; i < first + pages; i++)
        ++*(volatile uint64_t *)(void *)(stage.s->bytes + i * page);
}

/* The others begin half-way, so that no piece of the page cache has both. */
static void make_dirty(void)
{
    struct sample *s = stage.s;
    struct cached_pages cached;

    store_pages(0, stage.pages);
    store_pages(s->length / s->page_size / 2, stage.elsewhere);
    if (!page_cache_look(&cached, s->file, s->length) || cached.dirty == PAGES_UNKNOWN)
        return;
    if (cached.dirty < stage.pages + stage.elsewhere)
        sample_doubt(s, "not dirty: %" PRIu64 " of %" PRIu64 " pages", cached.dirty,
                     stage.pages + stage.elsewhere);
}

static void sync_bytes(uint64_t length)
{
    mw_err err = {0};

    sample_ok(stage.s, "sync", mw_sync(stage.s->map, 0, length, MW_SYNC_WAIT, 0, &err), &err);
}

static void sync_range(void)
{
    sync_bytes(stage.pages * stage.s->page_size);
}

static void sync_all(void)
{
    sync_bytes(MW_WHOLE);
}

/* The others must still be dirty: what wrote them as well is no flush of a range. */
static void check(struct sample *s)
{
    struct cached_pages cached;

    if (page_cache_look(&cached, s->file, s->length) && cached.dirty != PAGES_UNKNOWN) {
        sample_extra(s, "dirty_pages_after", (double)cached.dirty);
        if (cached.dirty < stage.elsewhere || (stage.elsewhere == 0 && cached.dirty > 0))
            sample_doubt(s, "%" PRIu64 " pages are dirty after the range was written, not %" PRIu64,
                         cached.dirty, stage.elsewhere);
    }
    pair_after(s);
}

FAMILY(sync_range,
       "time of handing back the changed range of a mapping alone, beside all of it, in the same sample",
       .items = "pages", .demands = {.subject = MAP_WRITE, .temperature = WARM}, .prepare = pair_before,
       .check = check,
       .axes = {VARY("dirty_pages", "16", STANDARD("256")),
                VARY("elsewhere", "1024", QUICK("0"), STANDARD("64"), FULL("256")),
                VARY("size", "16M", STANDARD("64M"), FULL("256M"))})
{
    static const struct pair_terms terms = {make_dirty, "whole_map"};
    struct pair pair = {(unsigned)axis_number(s, "dirty_pages"), sync_range, sync_all};

    stage = (struct stage){s, axis_number(s, "dirty_pages"), axis_number(s, "elsewhere")};
    if (stage.pages + stage.elsewhere > s->length / s->page_size / 2) {
        sample_cannot(s, "the file has %" PRIu64 " pages", s->length / s->page_size);
        return;
    }
    pair_run_with(s, &pair, stage.pages * s->page_size, &terms);
}
