/* The series of a run: which ones, where, and what they need. */
#ifndef MAPWISE_BENCH_PLAN_H
#define MAPWISE_BENCH_PLAN_H

#include "options.h"
#include "place.h"
#include "series.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct plan {
    struct series *series;
    size_t count, capacity;
    struct place *places;
    size_t place_count;
    uint64_t scratch_bytes; /* in each place */
};

/* Chooses the series; touches no file. False after one line on standard error. */
bool plan_build(struct plan *plan, const struct options *options);

/* Makes the scratch folders and the data files, and marks what can't run where. False after one line. */
bool plan_open_places(struct plan *plan, const struct options *options);

/* Removes them. */
void plan_close_places(struct plan *plan);

void plan_free(struct plan *plan);

#endif
