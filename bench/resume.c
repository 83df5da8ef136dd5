#include "resume.h"

#include "facts.h"
#include "message.h"
#include "page_cache.h"
#include "results.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const cJSON *member(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

/* The first member or element, whose `next` are the others; NULL for none. */
static const cJSON *first_in(const cJSON *value)
{
    return value ? value->child : NULL;
}

static double number_of(const cJSON *object, const char *key)
{
    const cJSON *value = member(object, key);

    return cJSON_IsNumber(value) ? value->valuedouble : 0;
}

static const char *text_of(const cJSON *object, const char *key)
{
    const char *text = cJSON_GetStringValue(member(object, key));

    return text ? text : "";
}

static bool is_schema(const cJSON *record, const char *schema)
{
    return strcmp(text_of(record, "schema"), schema) == 0;
}

/* ---- the file --------------------------------------------------------------------------------- */

static bool add_record(struct resume *resume, cJSON *record)
{
    cJSON **records = realloc(resume->records, (resume->count + 1) * sizeof(cJSON *));

    if (!records)
        return false;
    resume->records = records;
    records[resume->count++] = record;
    return true;
}

/* A line that was cut off is none. */
static void read_lines(struct resume *resume, FILE *file)
{
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;

    while ((length = getline(&line, &capacity, file)) > 0) {
        cJSON *record = cJSON_ParseWithLength(line, (size_t)length);
        if (!record)
            continue;
        if (!resume->run_record && is_schema(record, "mapwise.run/1")) {
            line[strcspn(line, "\n")] = '\0';
            resume->run_record = strdup(line);
        }
        if (!add_record(resume, record)) {
            cJSON_Delete(record);
            break;
        }
    }
    free(line);
}

static const cJSON *first_of(const struct resume *resume, const char *schema)
{
    for (size_t i = 0; i < resume->count; i++)
        if (is_schema(resume->records[i], schema))
            return resume->records[i];
    return NULL;
}

/* Whether a run of bench began in it and did not come to its end. */
static bool is_unfinished(const struct resume *resume)
{
    const cJSON *run = first_of(resume, "mapwise.run/1"), *summary = first_of(resume, "mapwise.summary/1");

    return resume->run_record && strcmp(text_of(run, "tool"), "bench") == 0 &&
           first_of(resume, "mapwise.plan/1") && !cJSON_IsTrue(member(summary, "complete"));
}

static void forget(struct resume *resume)
{
    for (size_t i = 0; i < resume->count; i++)
        cJSON_Delete(resume->records[i]);
    free((void *)resume->records);
    free(resume->run_record);
    *resume = (struct resume){{0}, NULL, NULL, 0, NULL};
}

/* Reads `path`, which may end in ".partial". False if it can't be read, is whole, or of another tool; with
 * `busy` set if it is still being written. */
static bool try_file(struct resume *resume, const char *path, bool *busy)
{
    static const char ending[] = ".partial";
    FILE *file = fopen(path, "re");

    if (!file)
        return false;
    *busy = flock(fileno(file), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (!*busy)
        read_lines(resume, file);
    fclose(file);
    snprintf(resume->path, sizeof resume->path, "%s", path);
    const size_t length = strlen(resume->path), end = sizeof ending - 1;
    if (length > end && strcmp(resume->path + length - end, ending) == 0)
        resume->path[length - end] = '\0';
    return !*busy && is_unfinished(resume);
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
        if (length >= PATH_MAX || stat(candidate.path, &status) != 0)
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

static bool find_in_folder(struct resume *resume, const char *folder)
{
    struct candidate candidate;
    struct timespec limit;
    bool busy = false;

    for (bool more = next_newest(&candidate, folder, NULL); more;
         more = next_newest(&candidate, folder, &limit)) {
        limit = candidate.changed;
        if (try_file(resume, candidate.path, &busy))
            return true;
        forget(resume);
    }
    complain("no run in '%s' was cut off; name its folder with --results or its file with --output", folder);
    return false;
}

static bool find_file(struct resume *resume, const char *path)
{
    char partial[PATH_MAX];
    bool busy = false;

    if (snprintf(partial, sizeof partial, "%s.partial", path) < (int)sizeof partial &&
        (try_file(resume, partial, &busy) || busy || (forget(resume), try_file(resume, path, &busy)))) {
        if (!busy)
            return true;
        complain("'%s' is being written by another program; wait for it", resume->path);
        return false;
    }
    complain("'%s' holds no run of bench that was cut off", path);
    return false;
}

/* ---- its settings ----------------------------------------------------------------------------- */

static bool set_directories(struct resume *resume, struct options *options, const cJSON *plan)
{
    const cJSON *list = member(plan, "directories");
    const size_t count = (size_t)cJSON_GetArraySize(list);

    options->anonymize = cJSON_IsTrue(member(plan, "anonymized"));
    if (options->anonymize && count > 0 &&
        (!options->directories_named || options->directory_count != count)) {
        complain("the run was anonymous, in %zu folders; name them again behind --resume", count);
        return false;
    }
    if (!options->anonymize && options->directories_named) {
        complain("the run has its folders on record; name none behind --resume");
        return false;
    }
    if (options->anonymize || count == 0)
        return true;
    resume->directories = calloc(count, sizeof(char *));
    if (!resume->directories) {
        complain("out of memory; free some");
        return false;
    }
    for (size_t i = 0; i < count; i++)
        resume->directories[i] = cJSON_GetStringValue(cJSON_GetArrayItem(list, (int)i));
    options->directories = resume->directories;
    options->directory_count = count;
    return true;
}

bool resume_read(struct resume *resume, struct options *options)
{
    *resume = (struct resume){{0}, NULL, NULL, 0, NULL};
    if (!(options->output ? find_file(resume, options->output) : find_in_folder(resume, options->results)))
        return false;
    const cJSON *plan = first_of(resume, "mapwise.plan/1");
    options->filter = cJSON_GetStringValue(member(plan, "filter"));
    options->seed = strtoull(text_of(plan, "seed"), NULL, 10);
    options->rounds = (unsigned)number_of(plan, "rounds");
    options->drop_caches = cJSON_IsTrue(member(plan, "drop_caches"));
    return options_set_profile(options, text_of(plan, "profile")) && set_directories(resume, options, plan);
}

/* ---- what was measured ------------------------------------------------------------------------ */

/* Names of extra figures, which live as long as the program. */
static const char *lasting(const char *name)
{
    static char *names[256];
    size_t i = 0;

    while (i < sizeof names / sizeof names[0] && names[i] && strcmp(names[i], name) != 0)
        i++;
    if (i == sizeof names / sizeof names[0])
        return NULL;
    if (!names[i])
        names[i] = strdup(name);
    return names[i];
}

static uint64_t count_of(const cJSON *object, const char *key, uint64_t absent)
{
    const cJSON *value = member(object, key);

    return cJSON_IsNumber(value) ? (uint64_t)(int64_t)value->valuedouble : absent;
}

static struct measurement measurement_of(const cJSON *sample)
{
    struct measurement m = {
        .order = count_of(sample, "order", 0),
        .round = count_of(sample, "round", 0),
        .at = number_of(sample, "at"),
        .seconds = number_of(sample, "seconds"),
        .batch = count_of(sample, "batch", 1),
        .bytes = count_of(sample, "bytes", 0),
        .bytes_needed = count_of(sample, "bytes_needed", 0),
        .items = count_of(sample, "items", 0),
        .resident_before = count_of(sample, "resident_before", PAGES_UNKNOWN),
        .resident_after = count_of(sample, "resident_after", PAGES_UNKNOWN),
        .trace_step = number_of(sample, "trace_step"),
    };

    for (int i = 0; i < COUNTERS; i++)
        m.counted.of[i] = (int64_t)count_of(sample, counter_name((enum counter)i), (uint64_t)COUNTER_ABSENT);
    for (const cJSON *v = first_in(member(sample, "trace")); v && m.trace_count < TRACE_MAX; v = v->next)
        m.trace[m.trace_count++] = (float)v->valuedouble;
    for (const cJSON *v = first_in(member(sample, "extra")); v && m.extra_count < EXTRAS_MAX; v = v->next)
        if (lasting(v->string))
            m.extras[m.extra_count++] = (struct extra){lasting(v->string), v->valuedouble};
    return m;
}

/* By its path, or by what an anonymous run calls it. */
static bool is_called(const struct plan *plan, const struct place *place, const char *name)
{
    const struct run_description anonymous = {.anonymize = true};
    char number[32];

    if (!place)
        return true;
    results_name_directory(number, sizeof number, &anonymous, (size_t)(place - plan->places));
    return strcmp(place->directory, name) == 0 || strcmp(number, name) == 0;
}

static struct series *series_of(struct plan *plan, const char *name, const char *directory)
{
    for (size_t i = 0; i < plan->count; i++)
        if (strcmp(plan->series[i].name, name) == 0 && is_called(plan, plan->series[i].place, directory))
            return &plan->series[i];
    return NULL;
}

static void fill_discarded(struct series *series, const cJSON *record)
{
    const cJSON *reason = first_in(member(member(record, "discarded"), "reasons"));

    series->discarded_kinds = series->discarded_count = 0;
    for (; reason; reason = reason->next)
        for (int i = 0; i < reason->valueint; i++)
            series_discard(series, reason->string);
}

static bool add_sample(struct series *series, const cJSON *sample, struct run *run)
{
    const struct measurement m = measurement_of(sample);

    if (m.seconds <= 0 || m.batch == 0)
        return true; /* damaged: it is taken again */
    series->batch = m.batch;
    if (m.round >= series->rounds_done)
        series->rounds_done = (unsigned)m.round + 1;
    if (m.order >= run->order)
        run->order = m.order + 1;
    if (m.at + m.seconds > run->seconds_before)
        run->seconds_before = m.at + m.seconds;
    return series_add(series, &m);
}

/* A series that stands with its samples (the run was interrupted, and ended in order), or one sample. */
static bool fill_from(struct plan *plan, struct run *run, const cJSON *record)
{
    const bool one = is_schema(record, "mapwise.sample/1");
    const cJSON *sample = one ? member(record, "sample") : first_in(member(record, "samples"));

    if (!sample || (!one && !is_schema(record, "mapwise.bench/1")))
        return true;
    struct series *series = series_of(plan, text_of(record, "name"), text_of(record, "directory"));
    if (!series) {
        complain("this program has no series '%s'; go on with the one that began the run",
                 text_of(record, "name"));
        return false;
    }
    fill_discarded(series, record);
    bool added = true;
    for (; added && sample; sample = one ? NULL : sample->next)
        added = add_sample(series, sample, run);
    if (!added)
        complain("out of memory; free some");
    return added;
}

static bool same_machine(const cJSON *run)
{
    const cJSON *hashes = member(member(run, "environment"), "hash");
    struct facts facts;
    char now[24];

    facts_of_machine(&facts);
    if (member(run, "host") == NULL) /* anonymous runs leave out what would change the hash */
        facts_remove(&facts, "kernel_command_line");
    for (int level = FACT_HARDWARE; level < FACT_TRANSIENT; level++) {
        snprintf(now, sizeof now, "%016" PRIx64, facts_hash(&facts, (enum fact_level)level));
        if (strcmp(text_of(hashes, facts_level_name((enum fact_level)level)), now) != 0) {
            complain("the %s is not what it was when the run began; begin a new one",
                     facts_level_name((enum fact_level)level));
            return false;
        }
    }
    return true;
}

bool resume_fill(const struct resume *resume, struct plan *plan, struct run *run)
{
    const cJSON *began = first_of(resume, "mapwise.run/1");

    if (strcmp(text_of(began, "version"), MAPWISE_VERSION) != 0) {
        complain("the run was begun by mapwise %s, this is %s; begin a new one", text_of(began, "version"),
                 MAPWISE_VERSION);
        return false;
    }
    if (!same_machine(began))
        return false;
    for (size_t i = 0; i < resume->count; i++)
        if (!fill_from(plan, run, resume->records[i]))
            return false;
    return true;
}

void resume_free(struct resume *resume)
{
    free((void *)resume->directories);
    forget(resume);
}
