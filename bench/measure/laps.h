/* The times of single operations within a sample, and what is said about them. */
#ifndef MAPWISE_BENCH_LAPS_H
#define MAPWISE_BENCH_LAPS_H

#include "clock.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct laps {
    int64_t last; /* when the last one ended */
    int64_t *nanoseconds;
    size_t count, capacity;
};

/* Makes room for `wanted` and forgets what was kept. False: out of memory. */
bool laps_begin(struct laps *laps, size_t wanted);

/* Ends an operation and begins the next. */
static inline void laps_add(struct laps *laps)
{
    const int64_t now = clock_nanoseconds();

    if (laps->count < laps->capacity)
        laps->nanoseconds[laps->count++] = now - laps->last;
    laps->last = now;
}

struct lap_times {
    double p50, p99, p999, maximum; /* seconds */
};

/* Sorts them. There must be some. */
struct lap_times laps_summarize(struct laps *laps);

void laps_free(struct laps *laps);

#endif
