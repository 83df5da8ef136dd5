#include "expect.h"

#include "mapping.h"
#include "page_cache.h"

#include <inttypes.h>

void expect_faults(struct sample *s, uint64_t least)
{
    const struct counters *counted = &s->current.counted;
    const int64_t faults = counted->of[MINOR_FAULTS] + counted->of[MAJOR_FAULTS];

    if (counted->of[MINOR_FAULTS] == COUNTER_ABSENT || counted->of[MAJOR_FAULTS] == COUNTER_ABSENT)
        return;
    if (faults > 0)
        sample_extra(s, "pages_per_fault", (double)s->current.items / (double)faults);
    if ((uint64_t)faults < least)
        sample_doubt(s, "%" PRId64 " page faults, not %" PRIu64, faults, least);
}

void expect_dirty(struct sample *s, uint64_t least)
{
    struct cached_pages cached;

    if (!s->series->place->can_be_cold || !page_cache_look(&cached, s->file, s->length) ||
        cached.dirty == PAGES_UNKNOWN)
        return;
    sample_extra(s, "dirty_pages", (double)cached.dirty);
    if (cached.dirty < least)
        sample_doubt(s, "not dirty: %" PRIu64 " of %" PRIu64 " pages", cached.dirty, least);
}

void expect_private(struct sample *s, uint64_t least)
{
    const int64_t bytes = mapping_bytes(s->bytes, "Anonymous");

    if (bytes != COUNTER_ABSENT && (uint64_t)bytes < least)
        sample_doubt(s, "not private: %" PRId64 " of %" PRIu64 " bytes", bytes, least);
}
