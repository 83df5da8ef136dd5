#include "dirty.h"

#include "page_cache.h"

#include <inttypes.h>

void dirty_store(const struct sample *s, unsigned char *bytes, uint64_t first, uint64_t pages, uint64_t step)
{
    for (uint64_t i = 0; i < pages; i++)
        ++*(volatile uint64_t *)(void *)(bytes + (first + i * step) * s->page_size);
}

uint64_t dirty_count(const struct sample *s)
{
    struct cached_pages cached;

    return page_cache_look(&cached, s->file, s->length) ? cached.dirty : PAGES_UNKNOWN;
}

void dirty_expect(struct sample *s, uint64_t least)
{
    const uint64_t dirty = dirty_count(s);

    if (dirty == PAGES_UNKNOWN || dirty >= least)
        return;
    if (dirty == 0 && !s->series->place->can_be_cold)
        sample_cannot(s, "%s: its pages are never dirty, so there is nothing to hand back",
                      s->series->place->filesystem);
    else
        sample_doubt(s, "not dirty: %" PRIu64 " of %" PRIu64 " pages", dirty, least);
}
