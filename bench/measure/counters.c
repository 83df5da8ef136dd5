#include "counters.h"

static int64_t difference(int64_t earlier, int64_t later)
{
    return earlier == COUNTER_ABSENT || later == COUNTER_ABSENT ? COUNTER_ABSENT : later - earlier;
}

struct counters counters_between(const struct counters *earlier, const struct counters *later)
{
    return (struct counters){
        .minor_faults = difference(earlier->minor_faults, later->minor_faults),
        .major_faults = difference(earlier->major_faults, later->major_faults),
        .context_switches = difference(earlier->context_switches, later->context_switches),
        .bytes_read = difference(earlier->bytes_read, later->bytes_read),
        .bytes_written = difference(earlier->bytes_written, later->bytes_written),
        .steal_nanoseconds = difference(earlier->steal_nanoseconds, later->steal_nanoseconds),
    };
}
