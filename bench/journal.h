/* The file of a run as long as it lasts: what is measured is on record at once.
 *
 * It holds the run's own record, mapwise.plan/1 with the settings, and for each series a mapwise.bench/1
 * without samples, then a mapwise.sample/1 for every sample as it is taken, and a mapwise.end/1 if the system
 * ended it. When the run ends, a file with
 * all samples in the records of their series takes its place. */
#ifndef MAPWISE_BENCH_JOURNAL_H
#define MAPWISE_BENCH_JOURNAL_H

#include "options.h"
#include "plan.h"
#include "record.h"
#include "results.h"
#include "resume.h"

#include <stdbool.h>

struct journal {
    struct results results;
    char *head; /* the first two records */
};

/* Opens the file, and writes what it begins with; of a resumed run also all that was measured before, else
 * `resume` is NULL. From here on a place of an anonymous run has a number for a name. False after one line on
 * standard error. */
bool journal_open(struct journal *journal, struct plan *plan, const struct options *options,
                  char *const *argv, const struct resume *resume);

/* Adds a sample. False: it could not be written, or an earlier one could not. */
bool journal_add(struct journal *journal, const struct series *series, const struct measurement *measurement);

/* Adds that the run was ended in this series, by whom or what: one that goes on leaves it out. Also where
 * another process, which was made after journal_open, has added all the others. False: it could not be
 * written. */
bool journal_add_end(struct journal *journal, struct series *series, const char *reason);

/* Writes the file that is whole, with the plan's series as they ended, and closes both. False after one line:
 * then the journal stays. */
bool journal_end(struct journal *journal, const struct plan *plan, const enum outcome *outcomes,
                 const struct run_summary *summary);

/* Closes it as it is. */
void journal_abandon(struct journal *journal);

#endif
