/* What the system counts about us, read at the edges of a sample. Absent is a value. */
#ifndef MAPWISE_BENCH_COUNTERS_H
#define MAPWISE_BENCH_COUNTERS_H

#include <stdint.h>

#define COUNTER_ABSENT INT64_MIN

struct counters {
    int64_t minor_faults, major_faults; /* of this thread */
    int64_t context_switches;           /* voluntary and not, of this thread */
    int64_t bytes_read, bytes_written;  /* by the process: from the device; made dirty for it */
    int64_t steal_nanoseconds;          /* taken by the hypervisor from all processors */
};

struct counters counters_read(void);

/* later - earlier; what is absent in either stays absent. */
struct counters counters_between(const struct counters *earlier, const struct counters *later);

#endif
