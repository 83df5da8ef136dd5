/* Version 1 of cgroups lets a group be made below the one that we are in. In version 2 processes can't be in
 * a group whose members have limits of their own, so ours is made beside the one we are in: in the nearest
 * group above that hands the control of memory on to its members. There a process stays behind meanwhile,
 * since some service managers remove a group that has become empty. */
#include "../memory_limit.h"

#include "../child.h"
#include "../page_cache.h"
#include "cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define GROUP_NAME "mapwise-bench-"

enum {
    DEPTH_MAX = 32,
    TRIES_MAX = 100, /* with a pause of two milliseconds after each */
    LATE_TRIES = 5,  /* the counts are a little late: on each processor by so many pages */
    LATE_PAGES = 64,
};

static struct {
    bool inside;
    struct memory_groups groups;
    char path[PATH_MAX];
    pid_t keeper;
    int keeper_ends; /* when this is closed */
} current;

/* ---- files ---- */

/* False with errno set. */
static bool write_text(const char *folder, const char *name, const char *text)
{
    char path[PATH_MAX];

    errno = ENAMETOOLONG;
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        return false;
    const int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    const bool written = write(file, text, strlen(text)) == (ssize_t)strlen(text);
    const int error = errno;
    close(file);
    errno = error;
    return written;
}

/* The number of the line that begins with `field` and a blank. */
static bool read_field(uint64_t *out, const char *folder, const char *name, const char *field)
{
    const size_t length = strlen(field);
    char text[16384];

    if (!cgroup_read(folder, name, text, sizeof text))
        return false;
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, field, length) == 0 && line[length] == ' ') {
            *out = strtoull(line + length, NULL, 10);
            return true;
        }
    }
    return false;
}

static uint64_t number_or_unknown(const char *name, const char *field)
{
    uint64_t number;

    return read_field(&number, current.path, name, field) ? number : PAGES_UNKNOWN;
}

/* ---- removing ---- */

static void pause_a_little(void)
{
    const struct timespec pause = {.tv_nsec = 2000000};

    nanosleep(&pause, NULL);
}

/* Has the system give up all that it can of the group's memory. What is being read or written then goes the
 * next time. False, with the bytes in *left, if page cache is left: more than the system may not have counted
 * yet. */
static bool empty_group(uint64_t *left, bool version_2, const char *path)
{
    const uint64_t late = (uint64_t)sysconf(_SC_NPROCESSORS_CONF) * LATE_PAGES * mw_page_size();

    for (int i = 0; i < TRIES_MAX; i++) {
        if (i > 0)
            pause_a_little();
        write_text(path, version_2 ? "memory.high" : "memory.force_empty", "0");
        if (!read_field(left, path, "memory.stat", version_2 ? "file" : "cache"))
            return true; /* it has gone already */
        if (*left <= (i < LATE_TRIES ? 0 : late))
            return true;
    }
    return false;
}

/* False with errno set. */
static bool remove_group(const char *path)
{
    for (int i = 0; i < TRIES_MAX; i++) {
        if (rmdir(path) == 0 || errno == ENOENT)
            return true;
        if (errno != EBUSY)
            return false;
        pause_a_little(); /* a process that ends is in it for a while */
    }
    return false;
}

/* Whether it is a group of ours whose maker is gone. One that is alive may be out of our sight, but then its
 * group has a process. */
static bool is_left_behind(const char *path, const char *name)
{
    char *end, text[32];

    if (strncmp(name, GROUP_NAME, strlen(GROUP_NAME)) != 0)
        return false;
    const long maker = strtol(name + strlen(GROUP_NAME), &end, 10);
    return *end == '\0' && maker > 0 && maker != getpid() && kill((pid_t)maker, 0) != 0 && errno == ESRCH &&
           cgroup_read(path, "cgroup.procs", text, sizeof text) && text[0] == '\0';
}

/* Removes what killed processes have left anywhere at `path` and below. */
static void sweep(bool version_2, const char *path, int depth)
{
    DIR *folder = depth < DEPTH_MAX ? opendir(path) : NULL;
    char below[PATH_MAX];
    uint64_t left;

    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        if (entry->d_type != DT_DIR || entry->d_name[0] == '.' ||
            snprintf(below, sizeof below, "%s/%s", path, entry->d_name) >= (int)sizeof below)
            continue;
        if (is_left_behind(below, entry->d_name)) {
            empty_group(&left, version_2, below);
            remove_group(below);
        } else {
            sweep(version_2, below, depth + 1);
        }
    }
    if (folder)
        closedir(folder);
}

void memory_limit_tidy(void)
{
    if (memory_groups_now(&current.groups))
        sweep(current.groups.version_2, current.groups.root, 0);
}

/* ---- making ---- */

/* The nearest group from ours upward whose members can have a limit: in place of ours in `path`. */
static bool find_parent(char *path, const struct memory_groups *groups)
{
    char text[1024];

    snprintf(path, PATH_MAX, "%s", groups->home);
    if (!groups->version_2)
        return true;
    for (;;) {
        if (cgroup_read(path, "cgroup.subtree_control", text, sizeof text) && strstr(text, "memory"))
            return true;
        if (strcmp(path, groups->root) == 0)
            return false;
        *strrchr(path, '/') = '\0';
    }
}

static bool find_groups(struct sample *s)
{
    static bool swept;

    if (!memory_groups_now(&current.groups)) {
        sample_cannot(s,
                      "limiting memory needs cgroups, with the one of this process mounted where it is seen");
        return false;
    }
    if (!swept)
        memory_limit_tidy();
    swept = true;
    return true;
}

static bool make_group(struct sample *s, uint64_t bytes)
{
    char parent[PATH_MAX], text[32];

    if (!find_parent(parent, &current.groups)) {
        sample_cannot(s, "limiting memory needs 'memory' in cgroup.subtree_control of a group above ours");
        return false;
    }
    if (snprintf(current.path, sizeof current.path, "%s/" GROUP_NAME "%ld", parent, (long)getpid()) >=
        (int)sizeof current.path)
        current.path[0] = '\0';
    if (mkdir(current.path, 0755) != 0 && errno != EEXIST) {
        sample_cannot(s, "limiting memory needs the right to make a cgroup beside or below ours: %s",
                      strerror(errno));
        return false;
    }
    snprintf(text, sizeof text, "%" PRIu64, bytes);
    if (!write_text(current.path, current.groups.version_2 ? "memory.max" : "memory.limit_in_bytes", text)) {
        sample_cannot(s, "limiting the memory of a cgroup to %" PRIu64 " bytes: %s", bytes, strerror(errno));
        rmdir(current.path);
        return false;
    }
    /* What the limit drives out is to be page cache. There may be nothing to say so, where swap is not
     * counted. */
    write_text(current.path, current.groups.version_2 ? "memory.swap.max" : "memory.swappiness", "0");
    return true;
}

/* ---- moving ---- */

static void start_keeper(void)
{
    int ends[2];
    char byte;

    current.keeper = -1;
    if (!current.groups.version_2 || pipe(ends) != 0)
        return;
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    current.keeper = child_fork();
    if (current.keeper == 0) {
        close(ends[1]);
        while (read(ends[0], &byte, 1) < 0 && errno == EINTR)
            continue;
        _exit(0);
    }
    close(ends[0]);
    current.keeper_ends = ends[1];
    if (current.keeper < 0)
        close(ends[1]);
}

static void end_keeper(void)
{
    if (current.keeper < 0)
        return;
    close(current.keeper_ends);
    child_wait(current.keeper);
}

bool memory_limit_enter(struct sample *s, uint64_t bytes)
{
    if (!find_groups(s) || !make_group(s, bytes))
        return false;
    start_keeper();
    if (!write_text(current.path, "cgroup.procs", "0")) {
        sample_cannot(s, "limiting memory needs the right to move to another cgroup: %s", strerror(errno));
        end_keeper();
        remove_group(current.path);
        return false;
    }
    current.inside = true;
    return true;
}

void memory_limit_leave(struct sample *s)
{
    uint64_t kept;

    if (!current.inside)
        return;
    current.inside = false;
    if (s->file >= 0)
        fsync(s->file); /* what is dirty can't go */
    const bool left = write_text(current.groups.home, "cgroup.procs", "0");
    const int error = errno;
    end_keeper();
    if (!left) {
        write_text(current.path, current.groups.version_2 ? "memory.max" : "memory.limit_in_bytes",
                   current.groups.version_2 ? "max" : "-1");
        sample_broken(s, "going back to our own cgroup: %s", strerror(error));
        return;
    }
    if (!empty_group(&kept, current.groups.version_2, current.path))
        sample_broken(s, "%" PRIu64 " bytes of page cache stay with the limit", kept);
    if (!remove_group(current.path))
        sample_broken(s, "removing the cgroup: %s", strerror(errno));
}

bool memory_limit_look(struct memory_limit_figures *out)
{
    const bool version_2 = current.groups.version_2;
    char text[32];

    if (!current.inside)
        return false;
    out->refaults = number_or_unknown("memory.stat", "workingset_refault_file");
    out->file_bytes = number_or_unknown("memory.stat", version_2 ? "file" : "cache");
    out->dirty_bytes = number_or_unknown("memory.stat", version_2 ? "file_dirty" : "dirty");
    const uint64_t writing = number_or_unknown("memory.stat", version_2 ? "file_writeback" : "writeback");
    if (out->dirty_bytes != PAGES_UNKNOWN && writing != PAGES_UNKNOWN)
        out->dirty_bytes += writing;
    if (version_2)
        out->limit_hits = number_or_unknown("memory.events", "max");
    else
        out->limit_hits = cgroup_read(current.path, "memory.failcnt", text, sizeof text)
                              ? strtoull(text, NULL, 10)
                              : PAGES_UNKNOWN;
    return true;
}
