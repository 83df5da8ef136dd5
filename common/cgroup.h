/* The groups of processes whose memory the system can limit (Linux' cgroups, versions 1 and 2). */
#ifndef MAPWISE_COMMON_CGROUP_H
#define MAPWISE_COMMON_CGROUP_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct memory_groups {
    bool version_2;
    char root[PATH_MAX]; /* where they are mounted */
    char home[PATH_MAX]; /* the group of this process, a folder at `root` or below it */
};

/* Finds them in the texts of /proc/self/mountinfo and /proc/self/cgroup. Version 1 has memory if it is
 * mounted with it; then version 2, if that is mounted too, has none. False: they are not mounted, or not
 * where the group of this process could be seen. */
bool memory_groups_find(struct memory_groups *out, const char *mountinfo, const char *cgroup);

/* The same, as it is now. */
bool memory_groups_now(struct memory_groups *out);

/* How many bytes the group of this process may have: the least that it or one above it is limited to.
 * UINT64_MAX: there is no limit, or none that can be seen. */
uint64_t memory_groups_limit(const struct memory_groups *groups);

/* Reads the file `name` of the folder of a group as text; cut off where `capacity` ends. */
bool cgroup_read(const char *folder, const char *name, char *text, size_t capacity);

#endif
