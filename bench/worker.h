/* --worker: a process that stays, and takes one block of one series for each request. Blocks of two builds,
 * taken in turn, compare them in pairs. google_benchmark_series.h says what requests and answers are. */
#ifndef MAPWISE_BENCH_WORKER_H
#define MAPWISE_BENCH_WORKER_H

#include "plan.h"
#include "sample.h"

/* Serves standard input and output until there are no more requests. The plan has one series, and its place
 * is open. The answer is the exit status. */
int worker_run(struct plan *plan, struct run *run);

#endif
