/* A run measures in a child of this program. Where the system ends that, for want of memory say, somebody is
 * left to tell, and to free what it had. */
#ifndef MAPWISE_BENCH_WATCH_H
#define MAPWISE_BENCH_WATCH_H

#include <mapwise.h>
#include <stdbool.h>
#include <stdint.h>

enum { NO_SERIES = -1, WATCH_REASON_MAX = 160 };

struct watch {
    mw_map *map;
    /* Memory of both. */
    struct watched {
        long series;          /* of the plan: the one that is being measured, or NO_SERIES */
        int64_t memory_kills; /* on this machine, when that began */
    } volatile *watched;
    char reason[WATCH_REASON_MAX]; /* what ended the child: "the system killed it for want of memory" */
    bool by_series;                /* what it was doing is to blame, and would end it again */
};

/* False after one line on standard error. */
bool watch_begin(struct watch *watch);

/* In the child: what it does from here on. */
void watch_note(struct watch *watch, long series);

/* Does `work` in a child, which exits with what that answers, and waits for it and all of its children;
 * SIGINT and the like are handed on to it. The answer is the child's exit status; -1 if a signal ended it,
 * and then `reason` says which and why. Where no child can be made the work is done here. */
int watch_run(struct watch *watch, int (*work)(void *user), void *user);

void watch_end(struct watch *watch);

#endif
