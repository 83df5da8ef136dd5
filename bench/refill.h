/* What had been measured, back from records to the series of a plan. */
#ifndef MAPWISE_BENCH_REFILL_H
#define MAPWISE_BENCH_REFILL_H

#include "plan.h"
#include "sample.h"
#include "unfinished.h"

#include <stdbool.h>

struct refill {
    const struct unfinished *from;
    struct plan *plan;
    struct run *run;
    unsigned rounds; /* of the run that was cut off */
};

/* Takes one record: a sample, a series that stands with its samples (the run was interrupted, and ended in
 * order), or the end of a run, whose series is left out from now on because the system would end it again.
 * What else a file holds is no concern of it. False after one line. */
bool refill(const struct refill *into, const struct cJSON *record);

#endif
