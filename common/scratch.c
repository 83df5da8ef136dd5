#include "scratch.h"

#include "lock.h"
#include "message.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static const char folder_name[] = ".mapwise-scratch";

static const mode_t own_rights = 0700;
static bool any_left; /* by the latest removal: something that can't be removed */

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *position)
{
    (void)status;
    (void)position;
    if ((type == FTW_DP ? rmdir(path) : unlink(path)) != 0)
        any_left = true;
    return 0; /* go on: what can't be removed must not keep the rest */
}

static int remove_entry_below(const char *path, const struct stat *status, int type, struct FTW *position)
{
    return position->level == 0 ? 0 : remove_entry(path, status, type, position);
}

static void walk(const char *path, int (*visit)(const char *, const struct stat *, int, struct FTW *))
{
    const int descriptors = 16;

    any_left = false;
    if (nftw(path, visit, descriptors, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) != 0)
        any_left = true;
}

void scratch_remove_tree(const char *path)
{
    walk(path, remove_entry);
}

static bool is_as_made(const char *path)
{
    struct stat status;

    return lstat(path, &status) == 0 && status.st_mode == (S_IFDIR | own_rights) &&
           status.st_uid == geteuid();
}

bool scratch_empty_folder(const char *path)
{
    walk(path, remove_entry_below);
    if (!any_left && is_as_made(path))
        return true;
    scratch_remove_tree(path);
    return false;
}

bool scratch_make_folder(const char *path)
{
    return mkdir(path, own_rights) == 0;
}

static bool lock_directory(struct scratch *scratch, const char *directory)
{
    if (!realpath(directory, scratch->directory)) {
        complain("cannot use '%s': %s; name a folder that exists", directory, strerror(errno));
        return false;
    }
    scratch->lock = open(scratch->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (scratch->lock < 0) {
        complain("cannot open '%s': %s; name a folder that you may read and write", directory,
                 strerror(errno));
        return false;
    }
    /* A file system without flock (some network ones) is used unlocked rather than not at all. */
    if (!lock_take(scratch->lock, LOCK_EX) && errno == EWOULDBLOCK) {
        complain("another mapwise run is using '%s'; wait for it or name another folder", directory);
        return false;
    }
    return true;
}

static bool enough_space(const char *directory, uint64_t bytes_needed)
{
    struct statvfs space;

    if (statvfs(directory, &space) != 0 || space.f_blocks == 0)
        return true; /* unknown: the writes themselves will tell */
    uint64_t available = (uint64_t)space.f_bavail * space.f_frsize;
    if (available >= bytes_needed)
        return true;
    complain("'%s' has %" PRIu64 " MiB free and %" PRIu64 " MiB are needed; free some or name another folder",
             directory, available >> 20, (bytes_needed >> 20) + (bytes_needed % (1 << 20) != 0));
    return false;
}

/* Makes the folder of our own, in place of one that a killed run left. On failure scratch->path is "". */
static bool make_own_folder(struct scratch *scratch)
{
    int length = snprintf(scratch->path, sizeof scratch->path, "%s/%s", scratch->directory, folder_name);

    if (length < 0 || (size_t)length >= sizeof scratch->path) {
        complain("the path of '%s' is too long; name a shorter one", scratch->directory);
    } else {
        scratch_remove_tree(scratch->path);
        if (scratch_make_folder(scratch->path))
            return true;
        if (errno == EEXIST)
            complain("a run of another user left '%s'; remove it", scratch->path);
        else
            complain("cannot make a scratch folder in '%s': %s; name a folder that you may write",
                     scratch->directory, strerror(errno));
    }
    scratch->path[0] = '\0';
    return false;
}

bool scratch_open(struct scratch *scratch, const char *directory, uint64_t bytes_needed)
{
    *scratch = (struct scratch){.lock = -1};
    if (lock_directory(scratch, directory) && enough_space(scratch->directory, bytes_needed) &&
        make_own_folder(scratch))
        return true;
    scratch_close(scratch);
    return false;
}

static bool is_read_only(const char *directory)
{
    struct statvfs space;

    return statvfs(directory, &space) == 0 && (space.f_flag & ST_RDONLY);
}

bool scratch_open_readable(struct scratch *scratch, const char *directory, uint64_t bytes_needed)
{
    if (!is_read_only(directory))
        return scratch_open(scratch, directory, bytes_needed);
    *scratch = (struct scratch){.lock = -1};
    if (lock_directory(scratch, directory))
        return true;
    scratch_close(scratch);
    return false;
}

bool scratch_is_in(const struct scratch *scratch, const char *directory)
{
    char absolute[PATH_MAX];

    return realpath(directory, absolute) && strcmp(absolute, scratch->directory) == 0;
}

void scratch_close(struct scratch *scratch)
{
    if (scratch->path[0])
        scratch_remove_tree(scratch->path);
    if (scratch->lock >= 0)
        close(scratch->lock);
    *scratch = (struct scratch){.lock = -1};
}
