/* Children of fork. */
#ifndef MAPWISE_BENCH_CHILD_H
#define MAPWISE_BENCH_CHILD_H

#include <sys/types.h>

/* As fork, for all that is forked here: the child ends when its parent does, and a SIGBUS ends it, which
 * would else go on with what its parent does. */
pid_t child_fork(void);

/* Waits until it has ended, whatever signals come meanwhile; the answer is its status as of waitpid, -1 where
 * that can't be had. */
int child_wait(pid_t child);

#endif
