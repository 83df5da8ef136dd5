/* The observers that ask /proc. */
#include "observe.h"

#include "calls.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static FILE *open_proc(const char *path)
{
    FILE *file = fopen(path, "re");

    if (!file)
        unsupported("%s can't be read", path);
    return file;
}

int64_t kernel_setting(const char *name)
{
    char path[256], value[64];
    FILE *file;

    snprintf(path, sizeof path, "/proc/sys/%s", name);
    file = open_proc(path);
    if (!fgets(value, sizeof value, file))
        unsupported("%s can't be read", path);
    fclose(file);
    return strtoll(value, NULL, 10);
}

size_t huge_page_bytes(void)
{
    FILE *file = open_proc("/proc/meminfo");
    char line[256];
    size_t kilobytes = 0;

    while (!kilobytes && fgets(line, sizeof line, file))
        if (sscanf(line, "Hugepagesize: %zu kB", &kilobytes) != 1)
            kilobytes = 0;
    fclose(file);
    if (!kilobytes)
        unsupported("the kernel has no huge pages");
    return kilobytes * 1024;
}

char *pooled_huge_pages(size_t count)
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | CONSTANT(MAP_HUGETLB);
    char *map = mmap(NULL, count * huge_page_bytes(), READ_WRITE, flags, -1, 0);

    if (map == MAP_FAILED)
        unsupported("the pool of huge pages is empty");
    return map;
}

bool holds_capability(enum capability capability)
{
    static const char effective[] = "CapEff:";
    const size_t length = sizeof effective - 1;
    FILE *status = open_proc("/proc/self/status");
    char line[256];
    unsigned long long held = 0;

    while (fgets(line, sizeof line, status))
        if (strncmp(line, effective, length) == 0)
            held = strtoull(line + length, NULL, 16);
    fclose(status);
    return (held >> capability & 1) != 0;
}

/* The first line of the entry of a maps or smaps file that holds `address`; false if there is none. */
static bool find_entry(FILE *file, const void *address, char *line, size_t capacity)
{
    uintptr_t first, end;

    while (fgets(line, (int)capacity, file))
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " ", &first, &end) == 2 && (uintptr_t)address >= first &&
            (uintptr_t)address < end)
            return true;
    return false;
}

const char *permissions(const void *address)
{
    static char found[8];
    char line[1024];
    FILE *maps = open_proc("/proc/self/maps");

    if (!find_entry(maps, address, line, sizeof line) || sscanf(line, "%*s %7s", found) != 1)
        snprintf(found, sizeof found, "nothing");
    fclose(maps);
    return found;
}

const char *map_name(const void *address)
{
    static char line[1024];
    FILE *maps = open_proc("/proc/self/maps");
    int name = 0;

    if (find_entry(maps, address, line, sizeof line))
        sscanf(line, "%*s %*s %*s %*s %*s %n", &name);
    else
        line[0] = '\0';
    fclose(maps);
    line[strcspn(line, "\n")] = '\0';
    return line + name;
}

/* The text behind "Field:" in the smaps entry of an address; false if it has no such field. */
static bool smaps_field(const void *address, const char *field, char *value, size_t capacity)
{
    char line[1024];
    size_t length = strlen(field);
    FILE *smaps = open_proc("/proc/self/smaps");
    bool found = false;

    if (find_entry(smaps, address, line, sizeof line))
        while (!found && fgets(line, sizeof line, smaps) && strchr(line, ':') && line[0] >= 'A' &&
               line[0] <= 'Z')
            if (strncmp(line, field, length) == 0 && line[length] == ':') {
                snprintf(value, capacity, "%s", line + length + 1);
                found = true;
            }
    fclose(smaps);
    return found;
}

const char *vm_flag(const void *address, const char *flag)
{
    char flags[512], wanted[16];

    if (!smaps_field(address, "VmFlags", flags, sizeof flags))
        unsupported("/proc/self/smaps has no VmFlags");
    snprintf(wanted, sizeof wanted, " %s ", flag);
    return yes_or_no(strstr(flags, wanted) != NULL);
}

static const char *kilobytes_in_pages(const char *value)
{
    return number((int64_t)(strtoull(value, NULL, 10) * 1024 / page));
}

const char *smaps_pages(const void *address, const char *field)
{
    char value[128];

    if (!smaps_field(address, field, value, sizeof value))
        unsupported("/proc/self/smaps has no %s", field);
    return kilobytes_in_pages(value);
}

const char *status_pages(const char *field)
{
    char line[256];
    size_t length = strlen(field);
    FILE *status = open_proc("/proc/self/status");
    const char *answer = NULL;

    while (!answer && fgets(line, sizeof line, status))
        if (strncmp(line, field, length) == 0 && line[length] == ':')
            answer = kilobytes_in_pages(line + length + 1);
    fclose(status);
    if (!answer)
        unsupported("/proc/self/status has no %s", field);
    return answer;
}

const char *after_exec(int descriptor)
{
    static char script[] =
        "test -e /proc/self/fd && if test -e /proc/self/fd/$0; then exit 10; else exit 11; fi";
    char name[16];
    int status;

    snprintf(name, sizeof name, "%d", descriptor);
    pid_t child = (pid_t)SETUP(fork());
    if (child == 0) {
        execl("/bin/sh", "sh", "-c", script, name, (char *)NULL);
        _exit(127);
    }
    SETUP(waitpid(child, &status, 0));
    if (!WIFEXITED(status) || (WEXITSTATUS(status) != 10 && WEXITSTATUS(status) != 11))
        unsupported("sh(1) can't be run, or sees no /proc");
    return WEXITSTATUS(status) == 10 ? "open" : "closed";
}
