/* What a case makes for itself when a file of the folder under test is not enough: file systems, devices,
 * a pool of huge pages. As in setup.h each succeeds or ends the case; what this machine lacks, a tool, a
 * right or a part of its kernel, ends it as UNSUPPORTED with that reason.
 *
 * - Mounts are made in a mount namespace of the case's own. Nobody else sees them and they go with the last
 *   process of the case, so they are no state of the machine: they need root or a user namespace, which the
 *   first of them sees to, and no --invasive.
 * - Loop devices are numbered for the whole machine, everybody sees them and programs that watch for devices
 *   look into them; so a case with a disk says NEED_ROOT | NEED_INVASIVE. A disk's blocks are in memory (a
 *   memfd) and it frees itself when its last user, the mount, goes (LO_FLAGS_AUTOCLEAR).
 * - Pool and swap are the machine's too: NEED_ROOT | NEED_INVASIVE, and a process that outlives the case
 *   puts them back whatever happens to it. */
#ifndef MAPWISE_CONFORMANCE_FIXTURE_H
#define MAPWISE_CONFORMANCE_FIXTURE_H

#include "setup.h"

#include <stdbool.h>
#include <stddef.h>

/* ---- mounts ------------------------------------------------------------------------------------ */

/* A path in a folder in memory that only this case sees. Nothing is there yet; the last eight are valid. */
const char *private_path(const char *name);
/* The same, with a new folder there. */
const char *private_folder(const char *name);

/* Mounts a file system in a new folder of that name, as mount(2) does; the folder's path. */
const char *mount_private(const char *name, const char *type, const char *source, unsigned long flags,
                          const char *options);

/* A file of the lower layer of an overlay, opened through it with O_RDONLY. Whoever opens it for writing
 * makes the overlay copy it up first. */
struct scratch_file overlay_file(size_t bytes);

/* A file in that folder, like scratch_file. */
struct scratch_file file_in(const char *folder, const char *name, size_t bytes);

/* Writes a file, "filler", into the folder until the file system is full. */
void fill_folder(const char *folder);

/* ---- devices ----------------------------------------------------------------------------------- */

/* A loop device whose blocks are those of the descriptor `backing`. It is free again when it is closed. */
struct loop_device {
    int descriptor;
    char path[32];
};

struct loop_device loop_device(int backing);

enum disk_kind {
    DISK_EXT4,
    DISK_EXT4_SMALL_BLOCKS,
    DISK_EXT4_QUOTA,  /* counts and limits what each user has */
    DISK_EXT4_VERITY, /* its files can be sealed by their checksums */
    DISK_XFS_LARGE_BLOCKS,
    DISK_VFAT,
    DISK_EXFAT,
    DISK_NTFS
};

/* A disk in memory with a new file system on it, mounted. */
struct disk {
    int backing; /* memfd; cut it short and its blocks can't be read any more */
    const char *folder;
    char device[32];
};

struct disk mount_disk(enum disk_kind kind);

/* Runs a program, from the folders of the administrator too; UNSUPPORTED if it is not there or fails. */
void run_tool(const char *const arguments[]);

/* ---- state of the machine ---------------------------------------------------------------------- */

/* Calls `undo` in a process of its own once every process of this case is gone, however it went. Of the
 * descriptors it has `kept` only. */
void undo_afterwards(void (*undo)(const void *argument), const void *argument, int kept);

/* No other case changes the pool of huge pages from here on. */
void keep_pool_still(void);

/* Makes the pool of huge pages so large that exactly so many of its pages are free, for this case alone
 * among those of mapwise; UNSUPPORTED where others use the pool. */
void need_huge_pages(size_t count);

#endif
