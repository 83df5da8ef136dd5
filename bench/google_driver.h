/* Drives the series through Google Benchmark: each block of samples is a benchmark of its own with a fixed
 * number of iterations and manual time, registered in the order in which it is to run. That order, and not
 * the library's interleaving, whose seed and times are lost, goes through all series in each round. */
#ifndef MAPWISE_BENCH_GOOGLE_DRIVER_H
#define MAPWISE_BENCH_GOOGLE_DRIVER_H

#include "block.h"
#include "options.h"
#include "plan.h"
#include "sample.h"

#include <stdbool.h>

/* Sets how many samples are wanted of each series, which google_driver_run takes. */
void google_driver_count(struct plan *plan, unsigned rounds);

/* Runs `rounds` blocks of every series that can run, but for those that an earlier run has done. False after
 * one line on standard error. */
bool google_driver_run(struct plan *plan, struct run *run, unsigned rounds,
                       const struct google_output *output, const struct observer *observer);

#endif
