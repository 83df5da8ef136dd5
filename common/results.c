#include "results.h"

#include "facts.h"
#include "lock.h"
#include "message.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void format_now(char *text, size_t capacity, const char *format)
{
    struct tm parts;
    time_t now = time(NULL);

    gmtime_r(&now, &parts);
    if (strftime(text, capacity, format, &parts) == 0)
        text[0] = '\0';
}

static bool too_long(void)
{
    complain("the path of the results is too long; name a shorter one");
    return false;
}

/* The final name, unless it is there, and the one until then. */
static bool set_names(struct results *results, const char *path, const char *ending)
{
    if (path && path != results->path &&
        snprintf(results->path, sizeof results->path, "%s", path) >= (int)sizeof results->path)
        return too_long();
    const size_t length = strlen(results->path), more = strlen(ending) + 1;
    if (length + more > sizeof results->partial)
        return too_long();
    memcpy(results->partial, results->path, length);
    memcpy(results->partial + length, ending, more);
    return true;
}

static bool name_file(struct results *results, const char *directory, const char *file, const char *tool)
{
    char start[32];
    int length;

    format_now(start, sizeof start, "%Y%m%dT%H%M%SZ");
    if (file)
        length = snprintf(results->path, sizeof results->path, "%s", file);
    else
        length = snprintf(results->path, sizeof results->path, "%s/%s-%s-%ld.jsonl", directory, tool, start,
                          (long)getpid());
    if (length < 0 || (size_t)length >= sizeof results->path)
        return too_long();
    return set_names(results, NULL, ".partial");
}

/* Whether the file still has that name: who had it may have renamed or removed it meanwhile. */
static bool is_called(int file, const char *path)
{
    struct stat ours, theirs;

    return fstat(file, &ours) == 0 && stat(path, &theirs) == 0 && ours.st_ino == theirs.st_ino &&
           ours.st_dev == theirs.st_dev;
}

/* The file of that name, ours alone, or not locked with errno set; -1: it can't be opened. */
static int open_locked(const char *path, bool *locked)
{
    for (;;) {
        const int file = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
        *locked = file >= 0 && lock_take(file, LOCK_EX);
        if (!*locked || is_called(file, path))
            return file;
        close(file);
    }
}

/* Not before it is ours alone is anything in it cut off; and what a link leads to is not ours. */
static bool open_partial(struct results *results)
{
    bool locked;
    const int file = open_locked(results->partial, &locked);
    FILE *stream = NULL;

    if (locked && ftruncate(file, 0) == 0)
        stream = fdopen(file, "r+");
    if (stream) {
        results->json = json_to(stream);
        return true;
    }
    if (file >= 0 && errno == EWOULDBLOCK)
        complain("'%s' is being written by another program; wait for it", results->partial);
    else
        complain("cannot write '%s': %s; name another place for the results", results->partial,
                 strerror(errno));
    if (file >= 0)
        close(file);
    results->partial[0] = '\0';
    return false;
}

/* The whole file is renamed to that name in the end: nobody wants that for a device, a pipe or a link. */
static bool may_be_replaced(const char *path)
{
    struct stat status;

    if (lstat(path, &status) != 0 || S_ISREG(status.st_mode))
        return true;
    complain("'%s' is no regular file; name another place for the results", path);
    return false;
}

bool results_open(struct results *results, const char *directory, const char *file, const char *tool)
{
    *results = (struct results){0};
    if (!name_file(results, directory, file, tool))
        return false;
    if (file && !may_be_replaced(file)) {
        results->partial[0] = '\0';
        return false;
    }
    if (!file && mkdir(directory, 0777) != 0 && errno != EEXIST) {
        complain("cannot make the results folder '%s': %s; name another with --results", directory,
                 strerror(errno));
        results->partial[0] = '\0';
        return false;
    }
    return open_partial(results);
}

bool results_open_resumed(struct results *results, const char *path)
{
    *results = (struct results){0};
    return set_names(results, path, ".resumed") && open_partial(results);
}

bool results_become_partial(struct results *results)
{
    char before[PATH_MAX];

    memcpy(before, results->partial, sizeof before);
    if (!set_names(results, results->path, ".partial") || fflush(results->json.stream) != 0 ||
        ferror(results->json.stream) || rename(before, results->partial) != 0) {
        complain("cannot write '%s': %s; free some space, or copy the results to where they can be written",
                 before, strerror(errno));
        fclose(results->json.stream);
        unlink(before);
        results->partial[0] = '\0';
        return false;
    }
    return true;
}

bool results_open_instead(struct results *results, const struct results *unfinished)
{
    *results = (struct results){0};
    memcpy(results->instead_of, unfinished->partial, sizeof results->instead_of);
    return set_names(results, unfinished->path, ".whole") && open_partial(results);
}

void results_keep(struct results *results)
{
    if (results->partial[0])
        fclose(results->json.stream);
    results->partial[0] = '\0';
}

void results_name_directory(char *name, size_t capacity, const struct run_description *run, size_t index)
{
    if (run->anonymize)
        snprintf(name, capacity, "folder %zu", index + 1);
    else
        snprintf(name, capacity, "%s", run->directories[index]);
}

static void describe_directory(struct json *json, const struct run_description *run, size_t index)
{
    struct facts facts;
    char name[PATH_MAX];

    facts_of_directory(&facts, run->directories[index]);
    results_name_directory(name, sizeof name, run, index);
    json_object(json, NULL);
    json_string(json, "path", name);
    for (size_t i = 0; i < facts.count; i++) {
        const struct fact *fact = &facts.list[i];
        if (strcmp(fact->name, "path") != 0 && !(run->anonymize && strcmp(fact->name, "device") == 0))
            json_string(json, fact->name, fact->value);
    }
    json_end_object(json);
}

void results_describe_run(struct json *json, const struct run_description *run)
{
    struct facts facts;
    char start[32], host[256] = "";

    format_now(start, sizeof start, "%Y-%m-%dT%H:%M:%SZ");
    facts_of_machine(&facts);
    if (run->anonymize)
        facts_remove(&facts, "kernel_command_line");

    json_object(json, NULL);
    json_string(json, "schema", "mapwise.run/1");
    json_string(json, "tool", run->tool);
    json_string(json, "version", MAPWISE_VERSION);
    json_string(json, "start", start);
    json_array(json, "command");
    for (size_t i = 0; !run->anonymize && run->command[i]; i++)
        json_string(json, NULL, run->command[i]);
    json_end_array(json);
    if (!run->anonymize && gethostname(host, sizeof host - 1) == 0)
        json_string(json, "host", host);
    json_array(json, "directories");
    for (size_t i = 0; i < run->directory_count; i++)
        describe_directory(json, run, i);
    json_end_array(json);
    facts_write_machine(&facts, json, "environment");
    json_end_object(json);
}

void results_end_record(struct results *results)
{
    json_end_record(&results->json);
    fflush(results->json.stream);
}

bool results_close(struct results *results)
{
    if (!results->partial[0])
        return true;
    bool written = !ferror(results->json.stream);
    written = fclose(results->json.stream) == 0 && written;
    if (written)
        written = rename(results->partial, results->path) == 0;
    const char *kept = results->instead_of[0] ? results->instead_of : results->partial;
    if (!written)
        complain("cannot write '%s': %s; what could be written is in '%s'; free some space or name another "
                 "place for the results",
                 results->path, strerror(errno), kept);
    if (results->instead_of[0])
        unlink(written ? results->instead_of : results->partial);
    results->partial[0] = '\0';
    return written;
}

void results_discard(struct results *results)
{
    if (!results->partial[0])
        return;
    fclose(results->json.stream);
    unlink(results->partial);
    results->partial[0] = '\0';
}
