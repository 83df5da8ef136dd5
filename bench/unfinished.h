/* The file of a run that was cut off: which one it is, and its lines. */
#ifndef MAPWISE_BENCH_UNFINISHED_H
#define MAPWISE_BENCH_UNFINISHED_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

struct cJSON;

struct unfinished {
    char path[PATH_MAX];    /* the final name of the file */
    bool partial;           /* the file that was read has that ending besides */
    char *run_record;       /* its first line, which stays as it is */
    struct cJSON **records; /* all lines, as read */
    size_t count;
};

/* Reads the file `path`, or if that is NULL the newest of the folder, in which a run of bench has not come to
 * its end. False after one line on standard error. */
bool unfinished_find(struct unfinished *run, const char *path, const char *folder);

/* The first record of that schema; NULL if there is none. */
const struct cJSON *unfinished_first(const struct unfinished *run, const char *schema);

/* Says in one line that the file is damaged: what `key` is in a record of that schema makes no sense. False,
 * for the caller to pass on. */
bool unfinished_damaged(const struct unfinished *run, const char *schema, const char *key);

void unfinished_forget(struct unfinished *run);

#endif
