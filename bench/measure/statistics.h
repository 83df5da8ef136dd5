/* What is said about several values of the same thing. */
#ifndef MAPWISE_BENCH_STATISTICS_H
#define MAPWISE_BENCH_STATISTICS_H

#include <stddef.h>

struct summary {
    double minimum, p25, median, p75, maximum;
};

/* The quantile at `share` (0 … 1) of values in ascending order, interpolated; count > 0. */
double quantile(const double *sorted, size_t count, double share);

/* Sorts `values` and summarizes them; count > 0. */
struct summary summarize(double *values, size_t count);

#endif
