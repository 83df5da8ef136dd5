#include "series.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool series_add(struct series *series, const struct measurement *measurement)
{
    if (series->count == series->capacity) {
        if (series->stored)
            return false;
        size_t capacity = series->capacity ? 2 * series->capacity : 16;
        struct measurement *samples = realloc(series->samples, capacity * sizeof *samples);
        if (!samples)
            return false;
        series->samples = samples;
        series->capacity = capacity;
    }
    series->samples[series->count++] = *measurement;
    return true;
}

void series_discard(struct series *series, const char *reason)
{
    const size_t last = DISCARD_KINDS_MAX - 1; /* it takes the rest */
    size_t i = 0;

    series->discarded_count++;
    while (i < series->discarded_kinds && i < last && strcmp(series->discarded[i].reason, reason) != 0)
        i++;
    if (i == last)
        reason = "others";
    if (i == series->discarded_kinds) {
        snprintf(series->discarded[i].reason, sizeof series->discarded[i].reason, "%s", reason);
        series->discarded_kinds++;
    }
    series->discarded[i].count++;
}

void series_end(struct series *series, const char *reason)
{
    series->ended = series->broken = true;
    snprintf(series->reason, sizeof series->reason, "%s", reason);
}

enum outcome series_outcome(struct series *series, bool interrupted_run)
{
    if (series->cannot)
        return NOT_RUN;
    if (series->broken)
        return FAILED;
    if (interrupted_run && series->count < series->wanted) {
        if (series->count) {
            snprintf(series->reason, sizeof series->reason, "interrupted after %zu of %u samples",
                     series->count, series->wanted);
            return PARTIAL;
        }
        snprintf(series->reason, sizeof series->reason, "interrupted before the first sample");
        return NOT_RUN;
    }
    if (2 * series->count < series->wanted || series->count == 0) {
        snprintf(series->reason, sizeof series->reason, "can't tell: %zu of %u samples held their condition",
                 series->count, series->wanted);
        if (series->discarded_kinds) {
            size_t used = strlen(series->reason);
            snprintf(series->reason + used, sizeof series->reason - used, " (%s)",
                     series->discarded[0].reason);
        }
        return FAILED;
    }
    return MEASURED;
}

const char *outcome_name(enum outcome outcome)
{
    static const char *const names[] = {"MEASURED", "NOT RUN", "FAILED", "PARTIAL"};

    return names[outcome];
}

void series_free(struct series *series)
{
    if (!series->stored)
        free(series->samples);
    series->samples = NULL;
    series->stored = false;
    series->count = series->capacity = 0;
}
