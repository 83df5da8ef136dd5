/* A run measures in a child of this program. Where the system ends that, for want of memory say, somebody is
 * left to tell, and to free what it had. */
#ifndef MAPWISE_BENCH_WATCH_H
#define MAPWISE_BENCH_WATCH_H

#include <mapwise.h>
#include <stdbool.h>

enum { NO_SERIES = -1, WATCH_REASON_MAX = 160 };

struct watch {
    mw_map *map;                   /* memory of both */
    volatile long *current;        /* which series of the plan is measured: the child says it */
    char reason[WATCH_REASON_MAX]; /* what ended the child: "the system killed it for want of memory" */
};

/* False after one line on standard error. */
bool watch_begin(struct watch *watch);

/* Does `work` in a child, which exits with what that answers, and waits for it; SIGINT and the like are
 * handed on to it. The answer is the child's exit status; -1 if a signal ended it, and then `reason` says
 * which and why. Where no child can be made the work is done here. */
int watch_run(struct watch *watch, int (*work)(void *user), void *user);

void watch_end(struct watch *watch);

#endif
