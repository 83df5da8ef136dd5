#include "../process.h"

#include "../counters.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* "Field:  12 kB" */
static int64_t field_of_file(const char *path, const char *field)
{
    const size_t length = strlen(field);
    FILE *file = fopen(path, "re");
    char line[512];
    int64_t bytes = COUNTER_ABSENT;

    while (file && bytes == COUNTER_ABSENT && fgets(line, sizeof line, file))
        if (strncmp(line, field, length) == 0 && line[length] == ':')
            bytes = (int64_t)strtoll(line + length + 1, NULL, 10) * 1024;
    if (file)
        fclose(file);
    return bytes;
}

int64_t process_bytes(pid_t process, const char *field)
{
    const char *name = strncmp(field, "Vm", 2) == 0 ? "status" : "smaps_rollup";
    char path[64];

    if (process == 0)
        snprintf(path, sizeof path, "/proc/self/%s", name);
    else
        snprintf(path, sizeof path, "/proc/%jd/%s", (intmax_t)process, name);
    return field_of_file(path, field);
}

int64_t process_mappings(void)
{
    const int maps = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    char text[16384];
    int64_t lines = 0;
    ssize_t got;

    if (maps < 0)
        return COUNTER_ABSENT;
    while ((got = read(maps, text, sizeof text)) > 0)
        for (const char *at = text; (at = memchr(at, '\n', (size_t)(text + got - at))); at++)
            lines++;
    close(maps);
    return got < 0 ? COUNTER_ABSENT : lines;
}

int64_t process_mappings_most(void)
{
    FILE *file = fopen("/proc/sys/vm/max_map_count", "re");
    int64_t limit;

    if (!file)
        return COUNTER_ABSENT;
    if (fscanf(file, "%" SCNd64, &limit) != 1)
        limit = COUNTER_ABSENT;
    fclose(file);
    return limit;
}

void process_ends_with_parent(pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) /* it has ended already */
        _exit(1);
}

int64_t process_memory_kills(void)
{
    FILE *file = fopen("/proc/vmstat", "re");
    char line[128];
    int64_t kills = COUNTER_ABSENT;

    while (file && kills == COUNTER_ABSENT && fgets(line, sizeof line, file))
        if (sscanf(line, "oom_kill %" SCNd64, &kills) != 1)
            kills = COUNTER_ABSENT;
    if (file)
        fclose(file);
    return kills;
}
