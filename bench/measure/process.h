/* Processes: what the system says about all of a process's memory, and how they end. */
#ifndef MAPWISE_BENCH_PROCESS_H
#define MAPWISE_BENCH_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

/* Bytes of "VmPTE", "VmLck" (/proc/PID/status), "Rss", "Pss" (smaps_rollup). 0 is this process;
 * COUNTER_ABSENT where the system says nothing. */
int64_t process_bytes(pid_t process, const char *field);

/* How many mappings this process has, and how many it may have; COUNTER_ABSENT where the system can't say. */
int64_t process_mappings(void);
int64_t process_mappings_most(void);

/* From here on this process, a child of fork, is killed when its parent ends, in whatever way. */
void process_ends_with_parent(pid_t parent);

/* How many processes the system has killed for want of memory since it was started; COUNTER_ABSENT where it
 * does not say. */
int64_t process_memory_kills(void);

#endif
