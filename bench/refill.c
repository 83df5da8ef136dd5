#include "refill.h"

#include "message.h"
#include "page_cache.h"
#include "reading.h"
#include "results.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* More than any run has. */
enum { SECONDS_MAX = 1000000000, BATCH_MOST = 1 << 20, DISCARDED_MAX = 1 << 20 };

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

bool refill(const struct refill *into, const cJSON *record)
{
    const bool one = reading_is_schema(record, "mapwise.sample/1");
    const char *schema = one ? "mapwise.sample/1" : "mapwise.bench/1";
    const cJSON *sample = one ? reading_member(record, "sample") : NULL;

    if (reading_is_schema(record, "mapwise.end/1"))
        return leave_out(into->plan, record);
    if (!one && reading_is_schema(record, schema))
        sample = reading_first_in(reading_member(record, "samples"));
    if (!sample)
        return true;
    struct series *series = named_in(into->plan, record);
    if (!series)
        return false;
    if (!fill_discarded(series, record))
        return unfinished_damaged(into->from, schema, "discarded");
    for (; sample; sample = one ? NULL : sample->next) {
        struct reading reading = {sample, NULL};
        const struct measurement m = measurement_of(&reading, series->demands.batches, into->rounds);
        if (reading.wrong)
            return unfinished_damaged(into->from, schema, reading.wrong);
        if (!add_sample(series, &m, into->run))
            return false;
    }
    return true;
}
