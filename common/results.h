/* The results folder: one JSON Lines file a run.
 *
 * A run is written to NAME.partial and renamed to NAME when it ends, so a file without that ending is
 * whole; every record is flushed, so what a killed run measured is readable in the .partial file.
 * The first record describes the run, the last is its summary. As long as a program writes a file it holds
 * a lock on it, flock(2). */
#ifndef MAPWISE_COMMON_RESULTS_H
#define MAPWISE_COMMON_RESULTS_H

#include "json.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#define RESULTS_FOLDER "mapwise-results" /* in the current folder, unless told otherwise */

struct results {
    struct json json;
    char path[PATH_MAX];       /* the final name */
    char partial[PATH_MAX];    /* the name while the run lasts; "" when closed */
    char instead_of[PATH_MAX]; /* the file whose place this one takes when it is whole; "" for none */
};

struct run_description {
    const char *tool;               /* "check", "bench" */
    char *const *command;           /* argv, NULL-terminated */
    const char *const *directories; /* the folders that files are made in */
    size_t directory_count;
    bool anonymize; /* leave out host name, command line, paths and mount names */
};

/* Opens DIRECTORY/<tool>-<start>-<pid>.jsonl, making DIRECTORY (one level) if it is missing.
 * With `file`, that very file is written instead. Returns false after one line on standard error. */
bool results_open(struct results *results, const char *directory, const char *file, const char *tool);

/* Opens a file of the final name `path` that is called path.resumed until results_become_partial. */
bool results_open_resumed(struct results *results, const char *path);
bool results_become_partial(struct results *results);

/* Opens the whole file of a run whose records stand in `unfinished` in another form: when it is closed it has
 * the final name, and the other is removed; if that fails the other stays. */
bool results_open_instead(struct results *results, const struct results *unfinished);

/* Closes a file and leaves it the name that it has. */
void results_keep(struct results *results);

/* Writes the mapwise.run/1 record. `json` need not belong to a results file. */
void results_describe_run(struct json *json, const struct run_description *run);

/* What records call the folder `index`: its path, or its number in a run that is anonymized. */
void results_name_directory(char *name, size_t capacity, const struct run_description *run, size_t index);

/* Ends a record: the line is complete and handed to the system. */
void results_end_record(struct results *results);

/* Gives the file its final name. If it could not be written in full it keeps the name of one that is not
 * whole, and the answer is false after one line on standard error. */
bool results_close(struct results *results);

/* Removes what was written. Harmless on one that is closed. */
void results_discard(struct results *results);

#endif
