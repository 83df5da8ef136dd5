/* A scratch folder inside a folder that the user named: ours alone while we hold it, gone afterwards.
 *
 * DIR itself is locked (flock), so two runs never share one; a scratch folder that an earlier run left
 * behind because it was killed is removed when the next run takes the lock. */
#ifndef MAPWISE_COMMON_SCRATCH_H
#define MAPWISE_COMMON_SCRATCH_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

struct scratch {
    char directory[PATH_MAX]; /* DIR, absolute */
    char path[PATH_MAX];      /* the folder inside it that is ours; "" on a read-only file system */
    int lock;                 /* descriptor of DIR that holds the lock; -1 when closed */
};

/* Locks `directory`, checks that `bytes_needed` bytes are free there and makes the scratch folder.
 * Returns false after one line on standard error; nothing is left behind then. */
bool scratch_open(struct scratch *scratch, const char *directory, uint64_t bytes_needed);

/* The same, but a read-only file system will do: then there is no folder of ours. */
bool scratch_open_readable(struct scratch *scratch, const char *directory, uint64_t bytes_needed);

/* Whether `directory` is, by whatever name, the DIR of an open scratch folder. */
bool scratch_is_in(const struct scratch *scratch, const char *directory);

/* Makes the folder `path` and nothing else; or, with scratch_remove_tree, removes it and all in it. Not for
 * several threads at a time. */
bool scratch_make_folder(const char *path);
void scratch_remove_tree(const char *path);

/* Removes all in it. If it is not as it was made after that, as much of the folder itself as can be is
 * removed too, and the answer is false. */
bool scratch_empty_folder(const char *path);

/* Removes the scratch folder with all in it and unlocks DIR. Harmless on one that is closed. */
void scratch_close(struct scratch *scratch);

#endif
