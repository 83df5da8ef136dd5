/* Advice for many ranges in one call: process_madvise(2) on this process, for which the library has no way.
 */
#ifndef MAPWISE_BENCH_PROCESS_ADVICE_H
#define MAPWISE_BENCH_PROCESS_ADVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/uio.h>

/* A descriptor of this process for the call; -1 with errno set. */
int process_advice_open(void);

/* Advises `count` ranges, which are whole pages. False with errno set if not all were advised. */
bool process_advise(int process, const struct iovec *ranges, size_t count, int native_advice);

#endif
