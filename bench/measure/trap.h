/* Memory whose touch raises a signal, and a handler by hand that jumps back to before the touch: what a
 * program without the library writes. */
#ifndef MAPWISE_BENCH_TRAP_H
#define MAPWISE_BENCH_TRAP_H

#include <stdbool.h>

/* Takes SIGBUS or SIGSEGV until trap_reset. `with_mask` is what POSIX's examples show: the signal is blocked
 * in the handler, and each touch saves the mask and each jump restores it by a system call. Without, nothing
 * is blocked and nothing restored. False with errno set. */
bool trap_set(int signal_number, bool with_mask);

/* Gives the signal back to whoever had it. Harmless if it was not taken. */
void trap_reset(void);

/* Loads the byte at `address`, `count` times; the answer is how often the signal came. */
unsigned trap_loads(const void *address, unsigned count);

#endif
