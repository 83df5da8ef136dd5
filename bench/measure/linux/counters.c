/* getrusage, /proc and perf_event_open. Some 100 microseconds at each edge of a sample, outside its time. */
#include "../counters.h"

#include "../processor.h"
#include "kept.h"

#include <inttypes.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- files of /proc ---- */

static int64_t field(const char *text, const char *name, int64_t unit)
{
    const char *found = strstr(text, name);

    return found ? (int64_t)strtoll(found + strlen(name), NULL, 10) * unit : COUNTER_ABSENT;
}

static void read_device_bytes(struct counters *counters)
{
    static struct kept file = {.path = "/proc/self/io"};
    const char *text = kept_read(&file);

    if (!text)
        return;
    counters->of[BYTES_READ] = field(text, "\nread_bytes: ", 1);
    counters->of[BYTES_WRITTEN] = field(text, "\nwrite_bytes: ", 1);
}

static void read_memory(struct counters *counters)
{
    static struct kept file = {.path = "/proc/self/status"};
    const char *text = kept_read(&file);

    if (!text)
        return;
    counters->of[RESIDENT_BYTES] = field(text, "\nVmRSS:", 1024);
    counters->of[PAGE_TABLE_BYTES] = field(text, "\nVmPTE:", 1024);
}

/* A line is "cpu1 user nice system idle iowait irq softirq steal …", in clock ticks: of the processor that
 * we are pinned to, else of all. */
static void read_steal(struct counters *counters)
{
    static struct kept file = {.path = "/proc/stat"};
    const char *text = kept_read(&file);
    char name[24] = "cpu ";
    int64_t ticks;

    if (processor_pinned() >= 0)
        snprintf(name, sizeof name, "cpu%d ", processor_pinned());
    if (!text)
        return;
    const char *line = strstr(text, name);
    if (line && sscanf(line + strlen(name), "%*d %*d %*d %*d %*d %*d %*d %" SCNd64, &ticks) == 1)
        counters->of[STEAL_NANOSECONDS] = ticks * (1000000000 / sysconf(_SC_CLK_TCK));
}

/* "12 34 5": how long it ran, how long it waited for a processor, and how often it got one. */
static void read_waiting(struct counters *counters)
{
    static struct kept file = {.path = "/proc/self/schedstat"};
    const char *text = kept_read(&file);
    int64_t waited;

    if (text && sscanf(text, "%*d %" SCNd64, &waited) == 1)
        counters->of[WAITED_NANOSECONDS] = waited;
}

/* "TLB:  12  34  TLB shootdowns": a number for each processor. Only x86 counts them. */
static void read_shootdowns(struct counters *counters)
{
    static struct kept file = {.path = "/proc/interrupts"};
    const char *text = kept_read(&file);
    char *end;

    if (!text)
        return;
    const char *line = strstr(text, "TLB:"); /* at the start of a line, or after spaces */
    if (!line)
        return;
    counters->of[TLB_SHOOTDOWNS] = 0;
    for (line += strlen("TLB:");; line = end) {
        counters->of[TLB_SHOOTDOWNS] += (int64_t)strtoull(line, &end, 10);
        if (end == line)
            break;
    }
}

/* ---- hardware counters ---- */

static const struct {
    enum counter counter;
    uint32_t type;
    uint64_t event;
} events[] = {
    {CYCLES, PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES},
    {INSTRUCTIONS, PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS},
    {TLB_LOAD_MISSES, PERF_TYPE_HW_CACHE,
     PERF_COUNT_HW_CACHE_DTLB | PERF_COUNT_HW_CACHE_OP_READ << 8 | PERF_COUNT_HW_CACHE_RESULT_MISS << 16},
};

enum { EVENTS = sizeof events / sizeof events[0] };

/* The kernel's part matters most: what it may not count is not worth half a number. */
static int open_event(size_t index)
{
    struct perf_event_attr attributes = {
        .type = events[index].type, .size = sizeof attributes, .config = events[index].event, .inherit = 1};

    return (int)syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

static void read_hardware(struct counters *counters)
{
    static int files[EVENTS];
    static pid_t opener; /* whom they count, not its child of fork */

    if (opener != getpid()) {
        for (size_t i = 0; i < EVENTS; i++) {
            if (opener && files[i] >= 0)
                close(files[i]);
            files[i] = open_event(i);
        }
        opener = getpid();
    }
    for (size_t i = 0; i < EVENTS; i++) {
        uint64_t value;
        if (files[i] >= 0 && read(files[i], &value, sizeof value) == (ssize_t)sizeof value)
            counters->of[events[i].counter] = (int64_t)value;
    }
}

/* ---- all of them ---- */

static void add_usage(struct counters *counters, int who)
{
    struct rusage usage;

    if (getrusage(who, &usage) != 0)
        return;
    counters->of[MINOR_FAULTS] += usage.ru_minflt;
    counters->of[MAJOR_FAULTS] += usage.ru_majflt;
    counters->of[CONTEXT_SWITCHES] += usage.ru_nvcsw + usage.ru_nivcsw;
}

int64_t counters_thread_major_faults(void)
{
    struct rusage usage;

    return getrusage(RUSAGE_THREAD, &usage) == 0 ? (int64_t)usage.ru_majflt : COUNTER_ABSENT;
}

struct counters counters_read_usage(void)
{
    struct counters counters;

    for (int i = 0; i < COUNTERS; i++)
        counters.of[i] = COUNTER_ABSENT;
    counters.of[MINOR_FAULTS] = counters.of[MAJOR_FAULTS] = counters.of[CONTEXT_SWITCHES] = 0;
    add_usage(&counters, RUSAGE_SELF);
    add_usage(&counters, RUSAGE_CHILDREN);
    return counters;
}

struct counters counters_read(void)
{
    struct counters counters = counters_read_usage();

    read_device_bytes(&counters);
    read_memory(&counters);
    read_steal(&counters);
    read_waiting(&counters);
    read_shootdowns(&counters);
    read_hardware(&counters);
    return counters;
}
