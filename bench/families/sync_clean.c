/* What is asked for again and again though nothing has changed. On journalling file systems each call may
 * still flush the device's cache: a time that does not depend on the pages. */
#include "page_cache.h"
#include "sample.h"

#include <inttypes.h>

static void look(struct sample *s)
{
    struct cached_pages cached;

    if (page_cache_look(&cached, s->file, s->length) && cached.dirty != PAGES_UNKNOWN && cached.dirty > 0)
        sample_doubt(s, "%" PRIu64 " pages are dirty", cached.dirty);
}

FAMILY(sync_clean, "time of handing a mapping back to the file in which nothing has changed",
       .items = "pages", .demands = {.subject = MAP_WRITE, .batches = true}, .prepare = look, .check = look,
       .axes = {EACH("mode", QUICK("sync async")), VARY("temperature", "mapped", STANDARD("warm")),
                VARY("size", "16M", STANDARD("4M 64M"), FULL("256M"))})
{
    const mw_sync_level level = axis_is(s, "mode", "sync") ? MW_SYNC_WAIT : MW_SYNC_ASYNC;
    mw_err err = {0};

    each_operation(s, 0, s->length / s->page_size);
    while (next_sample(s))
        if (!sample_ok(s, "sync", mw_sync(s->map, 0, MW_WHOLE, level, 0, &err), &err))
            return;
}
