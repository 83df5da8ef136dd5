#include "memory_limit.h"

#include "page_cache.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

bool memory_limit_enter_cold(struct sample *s, uint64_t bytes)
{
    const struct place *place = s->series->place;

    if (!place->can_be_cold) {
        sample_cannot(s, "%s", place->why_not_cold);
        return false;
    }
    const uint64_t left = page_cache_make_cold(s->file, s->length);
    if (left == PAGES_UNKNOWN)
        sample_broken(s, "making the file cold: %s", strerror(errno));
    else if (left != 0)
        sample_doubt(s, "not cold: %" PRIu64 " pages were in memory before", left);
    return left == 0 && memory_limit_enter(s, bytes);
}

static uint64_t difference(uint64_t later, uint64_t earlier)
{
    return later == PAGES_UNKNOWN || earlier == PAGES_UNKNOWN ? PAGES_UNKNOWN : later - earlier;
}

uint64_t memory_limit_extras(struct sample *s, const struct memory_limit_figures *earlier)
{
    struct memory_limit_figures now;

    if (!memory_limit_look(&now))
        return PAGES_UNKNOWN;
    const uint64_t hits = difference(now.limit_hits, earlier->limit_hits);
    const uint64_t refaults = difference(now.refaults, earlier->refaults);
    if (hits != PAGES_UNKNOWN)
        sample_extra(s, "limit_hits", (double)hits);
    if (refaults != PAGES_UNKNOWN)
        sample_extra(s, "refaults", (double)refaults);
    return hits;
}
