#include "resume.h"

#include "facts.h"
#include "lock.h"
#include "message.h"
#include "page_cache.h"
#include "reading.h"
#include "results.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* More than any run has. */
enum { SECONDS_MAX = 1000000000, BATCH_MOST = 1 << 20, DISCARDED_MAX = 1 << 20 };

static bool is_schema(const cJSON *record, const char *schema)
{
    return strcmp(reading_text_of(record, "schema"), schema) == 0;
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

    return resume->run_record && strcmp(reading_text_of(run, "tool"), "bench") == 0 &&
           first_of(resume, "mapwise.plan/1") && !cJSON_IsTrue(reading_member(summary, "complete"));
}

static void forget(struct resume *resume)
{
    for (size_t i = 0; i < resume->count; i++)
        cJSON_Delete(resume->records[i]);
    free((void *)resume->records);
    free(resume->run_record);
    *resume = (struct resume){.count = 0};
}

/* Reads `path`, which may end in ".partial". False if it can't be read, is whole, or of another tool; with
 * `busy` set if it is still being written. */
static bool try_file(struct resume *resume, const char *path, bool *busy)
{
    static const char ending[] = ".partial";
    FILE *file = fopen(path, "re");

    if (!file)
        return false;
    *busy = !lock_take(fileno(file), LOCK_SH) && errno == EWOULDBLOCK;
    if (!*busy)
        read_lines(resume, file);
    fclose(file);
    snprintf(resume->path, sizeof resume->path, "%s", path);
    const size_t length = strlen(resume->path), end = sizeof ending - 1;
    if (length > end && strcmp(resume->path + length - end, ending) == 0)
        resume->path[length - end] = '\0';
    resume->partial = strlen(resume->path) != length;
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

static bool is_damaged(const struct resume *resume, const char *schema, const char *key)
{
    complain("'%s%s' is damaged: '%s' in a %s makes no sense; begin a new run", resume->path,
             resume->partial ? ".partial" : "", key, schema);
    return false;
}

static bool set_directories(struct resume *resume, struct options *options, const cJSON *list)
{
    const size_t count = (size_t)cJSON_GetArraySize(list);

    if (options->anonymize && count > 0 &&
        (!options->directories_named || options->directory_count != count)) {
        complain("the run was anonymous, in %zu folders; name them again behind --resume", count);
        return false;
    }
    if (options->directories_named && (!options->anonymize || count == 0)) {
        complain("the run needs no folder, or has them on record; name none behind --resume");
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

static bool are_texts(const cJSON *list)
{
    bool all = cJSON_IsArray(list);

    for (const cJSON *element = reading_first_in(list); element; element = element->next)
        all = all && cJSON_IsString(element);
    return all;
}

static bool set_options(struct resume *resume, struct options *options, const cJSON *plan)
{
    const cJSON *filter = reading_member(plan, "filter"), *directories = reading_member(plan, "directories");
    struct reading reading = {plan, NULL};
    const char *profile = reading_text(&reading, "profile"), *seed = reading_text(&reading, "seed");
    char *end;

    options->filter = cJSON_GetStringValue(filter);
    options->rounds = resume->rounds = (unsigned)reading_count(&reading, "rounds", 1, ROUNDS_MAX);
    options->drop_caches = reading_boolean(&reading, "drop_caches");
    options->anonymize = reading_boolean(&reading, "anonymized");
    errno = 0;
    options->seed = strtoull(seed, &end, 10);
    if (!isdigit((unsigned char)seed[0]) || *end || errno)
        reading.wrong = "seed";
    if (!cJSON_IsString(filter) && !cJSON_IsNull(filter))
        reading.wrong = "filter";
    if (!are_texts(directories))
        reading.wrong = "directories";
    if (reading.wrong)
        return is_damaged(resume, "mapwise.plan/1", reading.wrong);
    return options_set_profile(options, profile) && set_directories(resume, options, directories);
}

bool resume_read(struct resume *resume, struct options *options)
{
    *resume = (struct resume){.count = 0};
    return (options->output ? find_file(resume, options->output)
                            : find_in_folder(resume, options->results)) &&
           set_options(resume, options, first_of(resume, "mapwise.plan/1"));
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

static void read_lists(struct measurement *m, struct reading *reading)
{
    const cJSON *trace = reading_first_in(reading_member(reading->object, "trace"));
    const cJSON *extra = reading_first_in(reading_member(reading->object, "extra"));

    for (; trace && !reading->wrong; trace = trace->next) {
        const bool fits = cJSON_IsNumber(trace) && fabs(trace->valuedouble) <= (double)FLT_MAX;
        if (m->trace_count == TRACE_MAX || !(fits || cJSON_IsNull(trace)))
            reading->wrong = "trace";
        else
            m->trace[m->trace_count++] = fits ? (float)trace->valuedouble : NAN;
    }
    for (; extra && !reading->wrong; extra = extra->next) {
        const char *name = extra->string ? lasting(extra->string) : NULL;
        if (m->extra_count == EXTRAS_MAX || !name || !(cJSON_IsNumber(extra) || cJSON_IsNull(extra)))
            reading->wrong = "extra";
        else
            m->extras[m->extra_count++] =
                (struct extra){name, cJSON_IsNumber(extra) ? extra->valuedouble : NAN};
    }
}

/* Where the family has no `batches` a sample has as many operations as there was time for. */
static struct measurement measurement_of(struct reading *reading, bool batches, uint64_t rounds)
{
    const int64_t most = 1LL << COUNT_BITS, unknown = (int64_t)PAGES_UNKNOWN;
    struct measurement m = {
        .order = reading_count(reading, "order", 0, (uint64_t)most),
        .round = reading_count(reading, "round", 0, rounds - 1),
        .at = reading_number(reading, "at", 0, SECONDS_MAX),
        .seconds = reading_number(reading, "seconds", 0, SECONDS_MAX),
        .batch = reading_count(reading, "batch", 1, batches ? BATCH_MOST : (uint64_t)most),
        .bytes = reading_count(reading, "bytes", 0, (uint64_t)most),
        .bytes_needed = reading_count(reading, "bytes_needed", 0, (uint64_t)most),
        .items = reading_count(reading, "items", 0, (uint64_t)most),
        .resident_before = (uint64_t)reading_optional_integer(reading, "resident_before", 0, unknown),
        .resident_after = (uint64_t)reading_optional_integer(reading, "resident_after", 0, unknown),
        .trace_step = reading_optional_number(reading, "trace_step", 0),
    };

    for (int i = 0; i < COUNTERS; i++)
        m.counted.of[i] =
            reading_optional_integer(reading, counter_name((enum counter)i), -most, COUNTER_ABSENT);
    read_lists(&m, reading);
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

static bool fill_discarded(struct series *series, const cJSON *record)
{
    const cJSON *reasons = reading_member(reading_member(record, "discarded"), "reasons");
    struct reading reading = {reasons, NULL};

    series->discarded_kinds = series->discarded_count = 0;
    for (const cJSON *reason = reading_first_in(reasons); reason; reason = reason->next) {
        const size_t kind = series->discarded_kinds;
        if (!reason->string || kind == DISCARD_KINDS_MAX)
            return false;
        const unsigned count = (unsigned)reading_count(&reading, reason->string, 0, DISCARDED_MAX);
        snprintf(series->discarded[kind].reason, REASON_MAX, "%s", reason->string);
        series->discarded[kind].count = count;
        series->discarded_count += count;
        series->discarded_kinds++;
    }
    return !reading.wrong;
}

/* Samples of a series stand in their order: one that does not come after the last is there twice. */
static bool add_sample(struct series *series, const struct measurement *m, struct run *run)
{
    if (m->seconds <= 0 || (series->count && m->order <= series->samples[series->count - 1].order))
        return true;
    if (series->demands.batches)
        series->batch = m->batch;
    if (m->round >= series->rounds_done)
        series->rounds_done = (unsigned)m->round + 1;
    if (m->order >= run->order)
        run->order = m->order + 1;
    if (m->at + m->seconds > run->seconds_before)
        run->seconds_before = m->at + m->seconds;
    if (series_add(series, m))
        return true;
    complain("out of memory; free some");
    return false;
}

/* The one that a record is about; NULL after one line. */
static struct series *named_in(struct plan *plan, const cJSON *record)
{
    const char *name = reading_text_of(record, "name");
    struct series *series = series_of(plan, name, reading_text_of(record, "directory"));

    if (!series)
        complain("this program has no series '%s'; go on with the one that began the run", name);
    return series;
}

/* The system ended the run in it, and would again. */
static bool leave_out(struct plan *plan, const cJSON *record)
{
    struct series *series = named_in(plan, record);

    if (series)
        series_end(series, reading_text_of(record, "reason"));
    return series;
}

/* A series that stands with its samples (the run was interrupted, and ended in order), or one sample. */
static bool fill_from(const struct resume *resume, struct plan *plan, struct run *run, const cJSON *record)
{
    const bool one = is_schema(record, "mapwise.sample/1");
    const char *schema = one ? "mapwise.sample/1" : "mapwise.bench/1";
    const cJSON *sample = one ? reading_member(record, "sample") : NULL;

    if (is_schema(record, "mapwise.end/1"))
        return leave_out(plan, record);
    if (!one && is_schema(record, schema))
        sample = reading_first_in(reading_member(record, "samples"));
    if (!sample)
        return true;
    struct series *series = named_in(plan, record);
    if (!series)
        return false;
    if (!fill_discarded(series, record))
        return is_damaged(resume, schema, "discarded");
    for (; sample; sample = one ? NULL : sample->next) {
        struct reading reading = {sample, NULL};
        const struct measurement m = measurement_of(&reading, series->demands.batches, resume->rounds);
        if (reading.wrong)
            return is_damaged(resume, schema, reading.wrong);
        if (!add_sample(series, &m, run))
            return false;
    }
    return true;
}

static bool is_anonymous(const cJSON *run)
{
    return !reading_member(run, "host");
}

static bool same_machine(const cJSON *run)
{
    const cJSON *hashes = reading_member(reading_member(run, "environment"), "hash");
    struct facts facts;
    char now[24];

    facts_of_machine(&facts);
    if (is_anonymous(run)) /* it leaves out what would change the hash */
        facts_remove(&facts, "kernel_command_line");
    for (int level = FACT_HARDWARE; level < FACT_TRANSIENT; level++) {
        snprintf(now, sizeof now, "%016" PRIx64, facts_hash(&facts, (enum fact_level)level));
        if (strcmp(reading_text_of(hashes, facts_level_name((enum fact_level)level)), now) != 0) {
            complain("the %s is not what it was when the run began; begin a new one",
                     facts_level_name((enum fact_level)level));
            return false;
        }
    }
    return true;
}

/* What file system it is, with its settings. The device may have another name after a restart. */
static bool same_folder(const cJSON *before, const char *directory, bool anonymous)
{
    struct facts facts;

    facts_of_directory(&facts, directory);
    facts_remove(&facts, "device");
    if (anonymous)
        facts_remove(&facts, "path");
    for (size_t i = 0; i < facts.count; i++) {
        const struct fact *fact = &facts.list[i];
        if (fact->level == FACT_SYSTEM && strcmp(reading_text_of(before, fact->name), fact->value) != 0) {
            complain("the %s of '%s' is not what it was when the run began; begin a new one", fact->name,
                     directory);
            return false;
        }
    }
    return true;
}

static bool same_folders(const cJSON *run, const struct plan *plan)
{
    const cJSON *folder = reading_first_in(reading_member(run, "directories"));

    for (size_t i = 0; i < plan->place_count && plan->scratch_bytes; i++) {
        if (!same_folder(folder, plan->places[i].directory, is_anonymous(run)))
            return false;
        folder = folder ? folder->next : NULL;
    }
    return true;
}

bool resume_fill(const struct resume *resume, struct plan *plan, struct run *run)
{
    const cJSON *began = first_of(resume, "mapwise.run/1");

    if (strcmp(reading_text_of(began, "version"), MAPWISE_VERSION) != 0) {
        complain("the run was begun by mapwise %s, this is %s; begin a new one",
                 reading_text_of(began, "version"), MAPWISE_VERSION);
        return false;
    }
    if (!same_machine(began) || !same_folders(began, plan))
        return false;
    for (size_t i = 0; i < resume->count; i++)
        if (!fill_from(resume, plan, run, resume->records[i]))
            return false;
    return true;
}

void resume_free(struct resume *resume)
{
    free((void *)resume->directories);
    forget(resume);
}
