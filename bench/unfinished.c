#include "unfinished.h"

#include "lock.h"
#include "message.h"
#include "reading.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

/* ---- the file --------------------------------------------------------------------------------- */

static bool add_record(struct unfinished *run, cJSON *record)
{
    cJSON **records = realloc(run->records, (run->count + 1) * sizeof(cJSON *));

    if (!records)
        return false;
    run->records = records;
    records[run->count++] = record;
    return true;
}

/* A line that was cut off is none. */
static void read_lines(struct unfinished *run, FILE *file)
{
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;

    while ((length = getline(&line, &capacity, file)) > 0) {
        cJSON *record = cJSON_ParseWithLength(line, (size_t)length);
        if (!record)
            continue;
        if (!run->run_record && reading_is_schema(record, "mapwise.run/1")) {
            line[strcspn(line, "\n")] = '\0';
            run->run_record = strdup(line);
        }
        if (!add_record(run, record)) {
            cJSON_Delete(record);
            break;
        }
    }
    free(line);
}

const cJSON *unfinished_first(const struct unfinished *run, const char *schema)
{
    for (size_t i = 0; i < run->count; i++)
        if (reading_is_schema(run->records[i], schema))
            return run->records[i];
    return NULL;
}

/* Whether a run of bench began in it and did not come to its end. */
static bool is_unfinished(const struct unfinished *run)
{
    const cJSON *first = unfinished_first(run, "mapwise.run/1"),
                *summary = unfinished_first(run, "mapwise.summary/1");

    return run->run_record && strcmp(reading_text_of(first, "tool"), "bench") == 0 &&
           unfinished_first(run, "mapwise.plan/1") && !cJSON_IsTrue(reading_member(summary, "complete"));
}

void unfinished_forget(struct unfinished *run)
{
    for (size_t i = 0; i < run->count; i++)
        cJSON_Delete(run->records[i]);
    free((void *)run->records);
    free(run->run_record);
    run->records = NULL;
    run->run_record = NULL;
    run->count = 0;
}

/* Reads `path`, which may end in ".partial". False if it can't be read, is whole, or of another tool; with
 * `busy` set if it is still being written. */
static bool try_file(struct unfinished *run, const char *path, bool *busy)
{
    static const char ending[] = ".partial";
    FILE *file = fopen(path, "re");

    if (!file)
        return false;
    *busy = !lock_take(fileno(file), LOCK_SH) && errno == EWOULDBLOCK;
    if (!*busy)
        read_lines(run, file);
    fclose(file);
    snprintf(run->path, sizeof run->path, "%s", path);
    const size_t length = strlen(run->path), end = sizeof ending - 1;
    if (length > end && strcmp(run->path + length - end, ending) == 0)
        run->path[length - end] = '\0';
    run->partial = strlen(run->path) != length;
    return !*busy && is_unfinished(run);
}

/* ---- finding it ------------------------------------------------------------------------------- */

struct candidate {
    char path[PATH_MAX];
    struct timespec changed;
};

static bool is_older(const struct candidate *a, const struct timespec *than)
{
    return a->changed.tv_sec != than->tv_sec ? a->changed.tv_sec < than->tv_sec
                                             : a->changed.tv_nsec < than->tv_nsec;
}

/* The newest bench-….jsonl or bench-….jsonl.partial that was changed before `limit`. */
static bool next_newest(struct candidate *found, const char *folder, const struct timespec *limit)
{
    DIR *directory = opendir(folder);
    struct candidate candidate;
    struct stat status;

    found->path[0] = '\0';
    for (struct dirent *entry; directory && (entry = readdir(directory));) {
        if (strncmp(entry->d_name, "bench-", 6) != 0 || !strstr(entry->d_name, ".jsonl"))
            continue;
        const int length = snprintf(candidate.path, PATH_MAX, "%s/%s", folder, entry->d_name);
        if (length >= PATH_MAX || stat(candidate.path, &status) != 0 || !S_ISREG(status.st_mode))
            continue;
        candidate.changed = status.st_mtim;
        if ((!limit || is_older(&candidate, limit)) &&
            (!found->path[0] || is_older(found, &candidate.changed)))
            *found = candidate;
    }
    if (directory)
        closedir(directory);
    return found->path[0];
}

static bool find_in_folder(struct unfinished *run, const char *folder)
{
    struct candidate candidate;
    struct timespec limit;
    bool busy = false;

    for (bool more = next_newest(&candidate, folder, NULL); more;
         more = next_newest(&candidate, folder, &limit)) {
        limit = candidate.changed;
        if (try_file(run, candidate.path, &busy))
            return true;
        unfinished_forget(run);
    }
    complain("no run in '%s' was cut off; name its folder with --results or its file with --output", folder);
    return false;
}

static bool find_file(struct unfinished *run, const char *path)
{
    char partial[PATH_MAX];
    bool busy = false;
    const bool fits = snprintf(partial, sizeof partial, "%s.partial", path) < (int)sizeof partial;

    if (fits && try_file(run, partial, &busy))
        return true;
    if (fits && !busy) {
        unfinished_forget(run);
        if (try_file(run, path, &busy))
            return true;
    }
    if (busy)
        complain("'%s' is being written by another program; wait for it", run->path);
    else
        complain("'%s' holds no run of bench that was cut off", path);
    return false;
}

bool unfinished_find(struct unfinished *run, const char *path, const char *folder)
{
    *run = (struct unfinished){.count = 0};
    return path ? find_file(run, path) : find_in_folder(run, folder);
}

bool unfinished_damaged(const struct unfinished *run, const char *schema, const char *key)
{
    complain("'%s%s' is damaged: '%s' in a %s makes no sense; begin a new run", run->path,
             run->partial ? ".partial" : "", key, schema);
    return false;
}
