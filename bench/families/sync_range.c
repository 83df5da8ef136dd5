/* Some pages of the map are dirty, and `elsewhere` more behind them that nobody waits for. Whoever flushes
 * all of a map (as most libraries and benchmarks do) writes those as well. `dirty_pages_after` is what the
 * flush of the range left alone: 0 where the file system writes the whole file anyway (btrfs). */
#include "dirty.h"
#include "page_cache.h"
#include "pair.h"

#include <inttypes.h>

static struct stage {
    struct sample *s;
    uint64_t pages, elsewhere;
    uint64_t dirty; /* of all pages, before the work */
} stage;

/* The others begin half-way, so that no piece of the page cache has both. */
static void make_dirty(void)
{
    struct sample *s = stage.s;

    dirty_store(s, s->bytes, 0, stage.pages, 1);
    dirty_store(s, s->bytes, s->length / s->page_size / 2, stage.elsewhere, 1);
    dirty_expect(s, stage.pages + stage.elsewhere);
    stage.dirty = dirty_count(s);
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

static void check(struct sample *s)
{
    const uint64_t dirty = dirty_count(s);

    if (dirty != PAGES_UNKNOWN) {
        sample_extra(s, "dirty_pages_after", (double)dirty);
        if (dirty + stage.pages > stage.dirty)
            sample_doubt(s, "%" PRIu64 " pages are dirty after the range was written, and %" PRIu64 " before",
                         dirty, stage.dirty);
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

    stage = (struct stage){
        .s = s, .pages = axis_number(s, "dirty_pages"), .elsewhere = axis_number(s, "elsewhere")};
    if (stage.pages + stage.elsewhere > s->length / s->page_size / 2) {
        sample_cannot(s, "the file has %" PRIu64 " pages", s->length / s->page_size);
        return;
    }
    pair_run_with(s, &pair, stage.pages * s->page_size, &terms);
}
