/* What people see: progress while it runs, a table when it is done. */
#ifndef MAPWISE_BENCH_DISPLAY_H
#define MAPWISE_BENCH_DISPLAY_H

#include "plan.h"

#include <stdio.h>

/* How far the run is and the time left, on standard error: on a terminal one line that replaces itself,
 * elsewhere a line each minute, so that who waits for a log to grow sees that it does. */
void display_progress(const struct series *series, size_t done, size_t of);

/* Removes that line. */
void display_progress_end(void);

/* A row for each series, grouped by family and place: the middle time of a pass through the loop with its
 * spread, of an item, bytes a second, amplification, samples, and the first of the extra figures. */
void display_table(FILE *out, const struct plan *plan, const enum outcome *outcomes);

#endif
