#include "laps.h"

#include <stdlib.h>

bool laps_begin(struct laps *laps, size_t wanted)
{
    if (wanted > laps->capacity) {
        int64_t *list = realloc(laps->nanoseconds, wanted * sizeof *list);
        if (!list)
            return false;
        for (size_t i = laps->capacity; i < wanted; i++)
            list[i] = 0; /* no page of it is to be touched first within the time */
        laps->nanoseconds = list;
        laps->capacity = wanted;
    }
    laps->count = 0;
    return true;
}

static int ascending(const void *left, const void *right)
{
    const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

    return (a > b) - (a < b);
}

/* The smallest that `share` of them do not exceed. */
static double at_share(const struct laps *laps, double share)
{
    size_t index = (size_t)(share * (double)laps->count);

    return (double)laps->nanoseconds[index < laps->count ? index : laps->count - 1] * 1e-9;
}

struct lap_times laps_summarize(struct laps *laps)
{
    qsort(laps->nanoseconds, laps->count, sizeof *laps->nanoseconds, ascending);
    return (struct lap_times){at_share(laps, 0.5), at_share(laps, 0.99), at_share(laps, 0.999),
                              at_share(laps, 1)};
}

void laps_free(struct laps *laps)
{
    free(laps->nanoseconds);
    *laps = (struct laps){0};
}
