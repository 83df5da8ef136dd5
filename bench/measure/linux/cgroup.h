/* Where the groups of processes are whose memory the system can limit. */
#ifndef MAPWISE_BENCH_LINUX_CGROUP_H
#define MAPWISE_BENCH_LINUX_CGROUP_H

#include <limits.h>
#include <stdbool.h>

struct memory_groups {
    bool version_2;
    char root[PATH_MAX]; /* where they are mounted */
    char home[PATH_MAX]; /* the group of this process, a folder at `root` or below it */
};

/* Finds them in the texts of /proc/self/mountinfo and /proc/self/cgroup. Version 1 has memory if it is
 * mounted with it; then version 2, if that is mounted too, has none. False: they are not mounted, or not
 * where the group of this process could be seen. */
bool memory_groups_find(struct memory_groups *out, const char *mountinfo, const char *cgroup);

#endif
