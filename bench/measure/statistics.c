#include "statistics.h"

#include <stdlib.h>

static int compare(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

double quantile(const double *sorted, size_t count, double share)
{
    const double position = share * (double)(count - 1);
    const size_t below = (size_t)position;

    if (below + 1 >= count)
        return sorted[count - 1];
    return sorted[below] + (position - (double)below) * (sorted[below + 1] - sorted[below]);
}

struct summary summarize(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare);
    return (struct summary){
        .minimum = values[0],
        .p25 = quantile(values, count, 0.25),
        .median = quantile(values, count, 0.5),
        .p75 = quantile(values, count, 0.75),
        .maximum = values[count - 1],
    };
}
