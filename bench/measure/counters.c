#include "counters.h"

const char *counter_name(enum counter counter)
{
    static const char *const names[COUNTERS] = {
        [MINOR_FAULTS] = "minor_faults",
        [MAJOR_FAULTS] = "major_faults",
        [CONTEXT_SWITCHES] = "context_switches",
        [BYTES_READ] = "bytes_read",
        [BYTES_WRITTEN] = "bytes_written",
        [RESIDENT_BYTES] = "resident_bytes",
        [PAGE_TABLE_BYTES] = "page_table_bytes",
        [TLB_SHOOTDOWNS] = "tlb_shootdowns",
        [STEAL_NANOSECONDS] = "steal_nanoseconds",
        [WAITED_NANOSECONDS] = "waited_nanoseconds",
        [CYCLES] = "cycles",
        [INSTRUCTIONS] = "instructions",
        [TLB_LOAD_MISSES] = "tlb_load_misses",
    };

    return names[counter];
}

struct counters counters_between(const struct counters *earlier, const struct counters *later)
{
    struct counters between;

    for (int i = 0; i < COUNTERS; i++) {
        const int64_t from = earlier->of[i], to = later->of[i];
        between.of[i] = from == COUNTER_ABSENT || to == COUNTER_ABSENT ? COUNTER_ABSENT : to - from;
    }
    return between;
}

void counter_add(struct counters *counters, enum counter counter, int64_t value)
{
    if (counters->of[counter] != COUNTER_ABSENT)
        counters->of[counter] += value;
}
