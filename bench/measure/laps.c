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

/* The smallest that so many in a thousand of them do not exceed. */
static double at_share(const struct laps *laps, size_t thousandths)
{
    const size_t not_above = (laps->count * thousandths + 999) / 1000;

    return (double)laps->nanoseconds[not_above - 1] * 1e-9;
}

struct lap_times laps_summarize(struct laps *laps)
{
    qsort(laps->nanoseconds, laps->count, sizeof *laps->nanoseconds, ascending);
    return (struct lap_times){at_share(laps, 500), at_share(laps, 990), at_share(laps, 999),
                              at_share(laps, 1000)};
}

void laps_free(struct laps *laps)
{
    free(laps->nanoseconds);
    *laps = (struct laps){0};
}
