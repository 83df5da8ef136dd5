#include "cgroup.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- in which one we are ---- */

/* What begins with the word `word` in a list that commas separate. */
static bool has_word(const char *list, const char *word)
{
    const size_t length = strlen(word);

    for (; *list; list += strcspn(list, ","), list += *list == ',')
        if (strncmp(list, word, length) == 0 && (list[length] == ',' || list[length] == '\0'))
            return true;
    return false;
}

struct mount {
    char root[PATH_MAX]; /* the group that is mounted */
    char point[PATH_MAX];
};

/* The line after the one at `text`; NULL at the end. */
static const char *next_line(const char *text)
{
    const char *end = strchr(text, '\n');

    return end && end[1] ? end + 1 : NULL;
}

/* "32 31 0:29 /GROUP /sys/fs/cgroup/memory rw,relatime shared:1 - cgroup cgroup rw,memory": any number of
 * words before the hyphen. */
static bool find_mount(struct mount *mount, const char *mountinfo, const char *type, const char *option)
{
    for (const char *line = mountinfo; line && *line; line = next_line(line)) {
        const size_t length = strcspn(line, "\n");
        char text[2 * PATH_MAX + 512], found[32], options[512];
        if (length >= sizeof text)
            continue;
        memcpy(text, line, length);
        text[length] = '\0';
        const char *hyphen = strstr(text, " - ");
        if (hyphen && sscanf(text, "%*d %*d %*s %4095s %4095s", mount->root, mount->point) == 2 &&
            sscanf(hyphen, " - %31s %*s %511s", found, options) == 2 && strcmp(found, type) == 0 &&
            (!option || has_word(options, option)))
            return true;
    }
    return false;
}

/* "4:memory,hugetlb:/GROUP"; of version 2 it is "0::/GROUP". */
static bool find_group(char group[PATH_MAX], const char *cgroup, const char *controller)
{
    for (const char *line = cgroup; line && *line; line = next_line(line)) {
        char list[256] = "", *end;
        const char *first = strchr(line, ':'), *second = first ? strchr(first + 1, ':') : NULL;
        const size_t length = second ? (size_t)(second - first - 1) : 0;
        if (!second || length >= sizeof list)
            continue;
        memcpy(list, first + 1, length);
        list[length] = '\0';
        if (controller ? !has_word(list, controller) : *list != '\0')
            continue;
        snprintf(group, PATH_MAX, "%s", second + 1);
        end = strchr(group, '\n');
        if (end)
            *end = '\0';
        return group[0] == '/';
    }
    return false;
}

/* What is below the folder `root` in `group`; NULL if it is elsewhere. */
static const char *below(const char *group, const char *root)
{
    const size_t length = strcmp(root, "/") == 0 ? 0 : strlen(root);

    if (strncmp(group, root, length) != 0 || strncmp(group, "/..", 3) == 0)
        return NULL;
    if (group[length] == '\0' || strcmp(group + length, "/") == 0)
        return "";
    return group[length] == '/' ? group + length : NULL;
}

bool memory_groups_find(struct memory_groups *out, const char *mountinfo, const char *cgroup)
{
    struct mount mount;
    char group[PATH_MAX];

    out->version_2 = !find_mount(&mount, mountinfo, "cgroup", "memory");
    if (out->version_2 && !find_mount(&mount, mountinfo, "cgroup2", NULL))
        return false;
    if (!find_group(group, cgroup, out->version_2 ? NULL : "memory"))
        return false;
    const char *path = below(group, mount.root);
    if (!path || strlen(mount.point) + strlen(path) >= sizeof out->home)
        return false;
    memcpy(out->root, mount.point, strlen(mount.point) + 1);
    memcpy(out->home, mount.point, strlen(mount.point));
    memcpy(out->home + strlen(mount.point), path, strlen(path) + 1);
    return true;
}

bool memory_groups_now(struct memory_groups *out)
{
    static char mountinfo[1 << 18];
    char cgroup[4096];

    return cgroup_read("/proc/self", "mountinfo", mountinfo, sizeof mountinfo) &&
           cgroup_read("/proc/self", "cgroup", cgroup, sizeof cgroup) &&
           memory_groups_find(out, mountinfo, cgroup);
}

/* ---- what it says ---- */

bool cgroup_read(const char *folder, const char *name, char *text, size_t capacity)
{
    char path[PATH_MAX];
    size_t used = 0;
    ssize_t got = 1;

    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        return false;
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    while (file >= 0 && got > 0 && used < capacity - 1) {
        got = read(file, text + used, capacity - 1 - used);
        used += got > 0 ? (size_t)got : 0;
    }
    if (file >= 0)
        close(file);
    text[used] = '\0';
    return file >= 0 && got >= 0;
}

/* Of version 1 no limit is a number of pages that no machine has, of version 2 the word "max". */
static uint64_t limit_of(const struct memory_groups *groups, const char *path)
{
    const uint64_t none = (uint64_t)1 << 62;
    char text[32];
    uint64_t limit;

    if (!cgroup_read(path, groups->version_2 ? "memory.max" : "memory.limit_in_bytes", text, sizeof text) ||
        sscanf(text, "%" SCNu64, &limit) != 1 || limit >= none)
        return UINT64_MAX;
    return limit;
}

uint64_t memory_groups_limit(const struct memory_groups *groups)
{
    char path[PATH_MAX];
    uint64_t least = UINT64_MAX;

    memcpy(path, groups->home, sizeof path);
    for (;;) {
        const uint64_t limit = limit_of(groups, path);
        if (limit < least)
            least = limit;
        if (strlen(path) <= strlen(groups->root))
            return least;
        *strrchr(path, '/') = '\0';
    }
}
