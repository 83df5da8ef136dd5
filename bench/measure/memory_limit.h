/* Little memory for the time of a sample: a group of processes (a memory cgroup) with a limit of its own,
 * that this process is in from the preparation of a sample to its end.
 *
 *     static void prepare(struct sample *s)  { … memory_limit_enter_cold(s, 32 << 20); }
 *     static void finish(struct sample *s)   { memory_limit_leave(s); … }
 *
 * The process moves there itself, with all of its threads: what is measured is then measured as everywhere
 * else, and the processors, the page tables and the translations of several threads are those of one process.
 * Memory is charged to who touches it first and stays so. Hence only what comes after the move counts against
 * the limit: the pages of a file do if they were cold, and memory if it was not touched before.
 *
 * A process that needs more than the limit is killed. What can always be given up, the clean pages of a file,
 * may be many times as much; those of a file system in memory can't be. Nor can pages while they are being
 * read: there must be room for some threads' read-ahead at once (here it was still enough where that was
 * eight times the limit).
 *
 * Each sample has a group of its own, named by the number of the process. Its page cache is gone before it
 * is removed, which is on every way out. What a process that was killed left behind, the next one removes. */
#ifndef MAPWISE_BENCH_MEMORY_LIMIT_H
#define MAPWISE_BENCH_MEMORY_LIMIT_H

#include "sample.h"

/* Makes the group and enters it. False after the series has ended: there are no rights for that, or the
 * system has no such groups. */
bool memory_limit_enter(struct sample *s, uint64_t bytes);

/* Makes the sample's file cold first. */
bool memory_limit_enter_cold(struct sample *s, uint64_t bytes);

/* Goes back and removes the group. Harmless outside of it. The sample's file should be unmapped by then, or
 * its pages out of the page tables. */
void memory_limit_leave(struct sample *s);

/* Removes the groups that killed processes have left. memory_limit_enter does it, too. */
void memory_limit_tidy(void);

/* What the system counts for the group; PAGES_UNKNOWN where it does not. */
struct memory_limit_figures {
    uint64_t limit_hits; /* how often more was wanted than the limit allows */
    uint64_t refaults;   /* pages of files that were read again soon after they had to go */
    /* These may be late by some pages of each processor. */
    uint64_t file_bytes;  /* of page cache */
    uint64_t dirty_bytes; /* of it, or being written */
};

/* Looks while it is inside. False outside. */
bool memory_limit_look(struct memory_limit_figures *out);

/* Of the first two, how many more there are now than at `earlier`, as extra figures. The answer is the number
 * of times that the limit was hit since; PAGES_UNKNOWN outside. */
uint64_t memory_limit_extras(struct sample *s, const struct memory_limit_figures *earlier);

#endif
