/* What the system counts about us, read at the edges of a sample. Absent is a value. */
#ifndef MAPWISE_BENCH_COUNTERS_H
#define MAPWISE_BENCH_COUNTERS_H

#include <stdint.h>

#define COUNTER_ABSENT INT64_MIN

enum counter {
    MINOR_FAULTS, /* of this process and of children that were waited for */
    MAJOR_FAULTS,
    CONTEXT_SWITCHES,   /* likewise, voluntary and not */
    BYTES_READ,         /* by this process: from the device */
    BYTES_WRITTEN,      /* likewise, made dirty for it: none where they were so before */
    RESIDENT_BYTES,     /* of this process, by how much they grew */
    PAGE_TABLE_BYTES,   /* likewise */
    TLB_SHOOTDOWNS,     /* interrupts on all processors that had them drop translations */
    STEAL_NANOSECONDS,  /* taken by the hypervisor from the processor that measures */
    WAITED_NANOSECONDS, /* by the first thread of this process: it could run, and others had the processor */
    CYCLES,             /* in this process and the kernel on its behalf; where there are hardware counters */
    INSTRUCTIONS,
    TLB_LOAD_MISSES,
    COUNTERS,
};

/* How records name it. */
const char *counter_name(enum counter counter);

struct counters {
    int64_t of[COUNTERS];
};

struct counters counters_read(void);

/* Faults and context switches, the first three, alone, in about a microsecond: all others are absent. */
struct counters counters_read_usage(void);

/* The major faults of the calling thread so far; COUNTER_ABSENT where they are not counted by thread. */
int64_t counters_thread_major_faults(void);

/* later - earlier; what is absent in either stays absent. */
struct counters counters_between(const struct counters *earlier, const struct counters *later);

/* Adds what was counted elsewhere; to what is absent nothing can be added. */
void counter_add(struct counters *counters, enum counter counter, int64_t value);

#endif
