/* A touch of what a file has no longer, or no room for, is a SIGBUS: it ends the work that met it, not the
 * program. */
#ifndef MAPWISE_BENCH_BUS_ERROR_H
#define MAPWISE_BENCH_BUS_ERROR_H

#include <stdbool.h>

/* What it means, for a reason. */
#define BUS_ERROR_TEXT "SIGBUS: the disk is full, or the file was cut off or can't be read"

/* Does the work, in any thread. False: it was left in the middle, by a SIGBUS of this thread. */
bool bus_error_survived(void (*work)(void *user), void *user);

/* In a child of fork: what its parent was in the middle of is not its own to go back to, so a SIGBUS ends it.
 */
void bus_error_forget(void);

#endif
