/* The facts that Linux tells through /proc and /sys. */
#include "facts.h"

#include "cgroup.h"

#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

struct file_fact {
    enum fact_level level;
    const char *name, *path;
};

static const struct file_fact machine_files[] = {
    {FACT_HARDWARE, "product", "/sys/class/dmi/id/product_name"},
    {FACT_HARDWARE, "hypervisor", "/sys/hypervisor/type"},
    {FACT_HARDWARE, "numa_nodes", "/sys/devices/system/node/online"},
    {FACT_SYSTEM, "kernel_command_line", "/proc/cmdline"},
    {FACT_SYSTEM, "transparent_hugepage", "/sys/kernel/mm/transparent_hugepage/enabled"},
    {FACT_SYSTEM, "transparent_hugepage_defrag", "/sys/kernel/mm/transparent_hugepage/defrag"},
    {FACT_SYSTEM, "transparent_hugepage_shmem", "/sys/kernel/mm/transparent_hugepage/shmem_enabled"},
    {FACT_SYSTEM, "lru_gen", "/sys/kernel/mm/lru_gen/enabled"},
    {FACT_SYSTEM, "fault_around_bytes", "/sys/kernel/debug/fault_around_bytes"},
    {FACT_SYSTEM, "swappiness", "/proc/sys/vm/swappiness"},
    {FACT_SYSTEM, "overcommit_memory", "/proc/sys/vm/overcommit_memory"},
    {FACT_SYSTEM, "max_map_count", "/proc/sys/vm/max_map_count"},
    {FACT_SYSTEM, "mmap_min_addr", "/proc/sys/vm/mmap_min_addr"},
    {FACT_SYSTEM, "nr_hugepages", "/proc/sys/vm/nr_hugepages"},
    {FACT_SYSTEM, "dirty_ratio", "/proc/sys/vm/dirty_ratio"},
    {FACT_SYSTEM, "dirty_background_ratio", "/proc/sys/vm/dirty_background_ratio"},
    {FACT_SYSTEM, "dirty_bytes", "/proc/sys/vm/dirty_bytes"},
    {FACT_SYSTEM, "dirty_background_bytes", "/proc/sys/vm/dirty_background_bytes"},
    {FACT_SYSTEM, "dirty_expire_centisecs", "/proc/sys/vm/dirty_expire_centisecs"},
    {FACT_SYSTEM, "dirty_writeback_centisecs", "/proc/sys/vm/dirty_writeback_centisecs"},
    {FACT_SYSTEM, "randomize_va_space", "/proc/sys/kernel/randomize_va_space"},
    {FACT_SYSTEM, "perf_event_paranoid", "/proc/sys/kernel/perf_event_paranoid"},
    {FACT_SYSTEM, "clocksource", "/sys/devices/system/clocksource/clocksource0/current_clocksource"},
    {FACT_SYSTEM, "cpu_governor", "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"},
    {FACT_SYSTEM, "cpu_boost", "/sys/devices/system/cpu/cpufreq/boost"},
    {FACT_SYSTEM, "mitigation_meltdown", "/sys/devices/system/cpu/vulnerabilities/meltdown"},
    {FACT_SYSTEM, "mitigation_spectre_v2", "/sys/devices/system/cpu/vulnerabilities/spectre_v2"},
    {FACT_TRANSIENT, "load_average", "/proc/loadavg"},
    {FACT_TRANSIENT, "uptime", "/proc/uptime"},
};

static void add_files(struct facts *facts, const struct file_fact *files, size_t count)
{
    for (size_t i = 0; i < count; i++)
        facts_add_file(facts, files[i].level, files[i].name, files[i].path);
}

/* Adds the value of the first line "key : value" of a file such as /proc/cpuinfo. */
static void add_keyed(struct facts *facts, enum fact_level level, const char *name, const char *path,
                      const char *key)
{
    char line[1024];
    FILE *file = fopen(path, "re");

    while (file && fgets(line, sizeof line, file)) {
        size_t length = strlen(key);
        if (strncmp(line, key, length) != 0 || !strchr(" \t:", line[length]))
            continue;
        char *value = strchr(line, ':');
        if (!value)
            continue;
        value += 1 + strspn(value + 1, " \t");
        value[strcspn(value, "\n")] = '\0';
        facts_add(facts, level, name, "%s", value);
        break;
    }
    if (file)
        fclose(file);
}

/* What the group of this process may have of the machine's memory, if that is limited. Another session on the
 * same machine may have more. */
static void add_memory_limit(struct facts *facts)
{
    static struct memory_groups groups;
    const uint64_t limit = memory_groups_now(&groups) ? memory_groups_limit(&groups) : UINT64_MAX;

    if (limit != UINT64_MAX)
        facts_add(facts, FACT_TRANSIENT, "memory_limit", "%" PRIu64, limit);
}

static void add_steal(struct facts *facts)
{
    uint64_t steal;
    FILE *file = fopen("/proc/stat", "re");

    if (file && fscanf(file, "cpu %*u %*u %*u %*u %*u %*u %*u %" SCNu64, &steal) == 1)
        facts_add(facts, FACT_TRANSIENT, "steal_ticks", "%" PRIu64, steal);
    if (file)
        fclose(file);
}

void facts_of_machine_platform(struct facts *facts)
{
    char libc[128] = "not glibc";

    add_keyed(facts, FACT_HARDWARE, "cpu_model", "/proc/cpuinfo", "model name");
    add_keyed(facts, FACT_HARDWARE, "cpu_microcode", "/proc/cpuinfo", "microcode");
    add_keyed(facts, FACT_HARDWARE, "memory_total", "/proc/meminfo", "MemTotal");
    add_keyed(facts, FACT_TRANSIENT, "memory_available", "/proc/meminfo", "MemAvailable");
    add_keyed(facts, FACT_SYSTEM, "swap_total", "/proc/meminfo", "SwapTotal");
    add_keyed(facts, FACT_SYSTEM, "huge_page_size", "/proc/meminfo", "Hugepagesize");
    add_files(facts, machine_files, sizeof machine_files / sizeof machine_files[0]);
#ifdef _CS_GNU_LIBC_VERSION /* glibc's own way of telling its name; musl has the constant and no answer */
    confstr(_CS_GNU_LIBC_VERSION, libc, sizeof libc);
#endif
    facts_add(facts, FACT_SYSTEM, "libc", "%s", libc);
    add_memory_limit(facts);
    facts_add(facts, FACT_SYSTEM, "effective_user", "%s", geteuid() == 0 ? "root" : "unprivileged");
    add_steal(facts);
}

/* mountinfo writes blanks and backslashes of a path as \ooo. */
static void unescape(char *text)
{
    char *out = text;

    for (const char *in = text; *in; in++) {
        unsigned value = 0;
        if (in[0] == '\\' && in[1] >= '0' && in[1] <= '3' && in[2] && in[3]) {
            for (int digit = 1; digit <= 3; digit++)
                value = value * 8 + (unsigned)(in[digit] - '0');
            *out++ = (char)value;
            in += 3;
        } else {
            *out++ = *in;
        }
    }
    *out = '\0';
}

static bool below(const char *path, const char *folder)
{
    size_t length = strlen(folder);

    if (strcmp(folder, "/") == 0)
        return true;
    return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

struct mount {
    char point[PATH_MAX], options[256], type[64], source[256];
};

/* The mount that `path` lies on: the longest mount point above it, the latest of equals. */
static bool find_mount(struct mount *found, const char *path)
{
    struct mount mount;
    char *line = NULL;
    size_t capacity = 0, longest = 0;
    FILE *file = fopen("/proc/self/mountinfo", "re");

    while (file && getline(&line, &capacity, file) > 0) {
        char *tail = strstr(line, " - ");
        if (!tail || sscanf(line, "%*s %*s %*s %*s %4095s %255s", mount.point, mount.options) != 2 ||
            sscanf(tail + 3, "%63s %255s", mount.type, mount.source) != 2)
            continue;
        unescape(mount.point);
        if (below(path, mount.point) && strlen(mount.point) >= longest) {
            longest = strlen(mount.point);
            *found = mount;
        }
    }
    free(line);
    if (file)
        fclose(file);
    return longest > 0;
}

/* Where no mount is to be seen (in a chroot, say), the number of the file system must do. */
static const char *type_by_number(const char *directory)
{
    static const struct {
        uint32_t number;
        const char *name;
    } types[] = {
        {0xef53, "ext4"}, /* ext2 and ext3 have it too; ext4's driver serves them */
        {0x58465342, "xfs"},     {0x9123683e, "btrfs"}, {0x01021994, "tmpfs"},     {0x858458f6, "ramfs"},
        {0x794c7630, "overlay"}, {0x2fc12fc1, "zfs"},   {0xf2f52010, "f2fs"},      {0x6969, "nfs"},
        {0x65735546, "fuse"},    {0x01021997, "9p"},    {0x958458f6, "hugetlbfs"}, {0x73717368, "squashfs"},
        {0xe0f5e1e2, "erofs"},
    };
    struct statfs status;

    if (statfs(directory, &status) != 0)
        return NULL;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if ((uint32_t)status.f_type == types[i].number)
            return types[i].name;
    return NULL;
}

void facts_of_directory_platform(struct facts *facts, const char *directory)
{
    static const struct {
        const char *name, *format;
    } device_files[] = {
        {"read_ahead_kb", "/sys/class/bdi/%u:%u/read_ahead_kb"},
        {"scheduler", "/sys/dev/block/%u:%u/queue/scheduler"},
        {"scheduler", "/sys/dev/block/%u:%u/../queue/scheduler"},
        {"rotational", "/sys/dev/block/%u:%u/queue/rotational"},
        {"rotational", "/sys/dev/block/%u:%u/../queue/rotational"},
        {"max_sectors_kb", "/sys/dev/block/%u:%u/queue/max_sectors_kb"},
        {"max_sectors_kb", "/sys/dev/block/%u:%u/../queue/max_sectors_kb"},
        {"device_model", "/sys/dev/block/%u:%u/device/model"},
        {"device_model", "/sys/dev/block/%u:%u/../device/model"},
    };
    struct mount mount;
    struct stat status;
    char path[PATH_MAX];

    if (find_mount(&mount, facts_find(facts, "path"))) {
        facts_add(facts, FACT_SYSTEM, "filesystem", "%s", mount.type);
        facts_add(facts, FACT_SYSTEM, "device", "%s", mount.source);
        facts_add(facts, FACT_SYSTEM, "mount_options", "%s", mount.options);
    } else if (type_by_number(directory)) {
        facts_add(facts, FACT_SYSTEM, "filesystem", "%s", type_by_number(directory));
    }
    if (stat(directory, &status) != 0)
        return;
    for (size_t i = 0; i < sizeof device_files / sizeof device_files[0]; i++) {
        snprintf(path, sizeof path, device_files[i].format, major(status.st_dev), minor(status.st_dev));
        if (!facts_find(facts, device_files[i].name))
            facts_add_file(facts, FACT_SYSTEM, device_files[i].name, path);
    }
}
