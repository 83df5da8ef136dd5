/* Runs a plan: announces it, measures, writes the records and the table. */
#ifndef MAPWISE_BENCH_EXECUTE_H
#define MAPWISE_BENCH_EXECUTE_H

#include "options.h"
#include "plan.h"
#include "resume.h"

/* `resume` is NULL for a new run. The places are opened, and not closed. The answer is the exit status. */
int execute_plan(struct plan *plan, const struct options *options, char *const *argv,
                 const struct resume *resume);

#endif
