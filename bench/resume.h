/* Going on with a run that was cut off. */
#ifndef MAPWISE_BENCH_RESUME_H
#define MAPWISE_BENCH_RESUME_H

#include "options.h"
#include "plan.h"
#include "sample.h"
#include "unfinished.h"

#include <stdbool.h>

struct resume {
    struct unfinished file;
    unsigned rounds;    /* the plan's */
    char **directories; /* the plan's; NULL: the caller named them */
};

/* Reads the newest file of the results folder, or the one named by --output, in which a run of bench has not
 * come to its end, and sets `options` to what that run was given. The folders of an anonymous run must have
 * been named again. False after one line on standard error. */
bool resume_read(struct resume *resume, struct options *options);

/* Hands the series of the plan what had been measured of them. False after one line: it was measured
 * on another machine, in a folder of another file system, or by another program. */
bool resume_fill(const struct resume *resume, struct plan *plan, struct run *run);

void resume_free(struct resume *resume);

#endif
