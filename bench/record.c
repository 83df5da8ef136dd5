#include "record.h"

#include "page_cache.h"
#include "statistics.h"

#include <stdlib.h>
#include <string.h>

/* ---- figures ---------------------------------------------------------------------------------- */

static double amplification_of(const struct measurement *m)
{
    if (m->bytes_needed == 0 || m->counted.of[BYTES_READ] == COUNTER_ABSENT)
        return -1;
    return (double)m->counted.of[BYTES_READ] / (double)m->bytes_needed;
}

static double seconds_of(const struct measurement *m)
{
    return m->seconds / (double)m->batch;
}

/* Summarizes what `value` says of each sample; false if there is nothing to summarize. */
static bool summarize_samples(struct summary *out, const struct series *series,
                              double (*value)(const struct measurement *m))
{
    double *values = series->count ? calloc(series->count, sizeof *values) : NULL;

    if (!values)
        return false;
    for (size_t i = 0; i < series->count; i++)
        values[i] = value(&series->samples[i]);
    *out = summarize(values, series->count);
    free(values);
    return true;
}

bool series_figures(struct figures *out, const struct series *series)
{
    struct summary seconds, amplification;

    if (!summarize_samples(&seconds, series, seconds_of) ||
        !summarize_samples(&amplification, series, amplification_of))
        return false;
    const struct measurement *first = &series->samples[0];
    *out = (struct figures){
        .median = seconds.median,
        .p25 = seconds.p25,
        .p75 = seconds.p75,
        .minimum = seconds.minimum,
        .maximum = seconds.maximum,
        .bytes = (double)first->bytes / (double)first->batch,
        .items = (double)first->items / (double)first->batch,
        .amplification = amplification.minimum < 0 ? -1 : amplification.median,
    };
    return true;
}

/* ---- records ---------------------------------------------------------------------------------- */

static void write_counter(struct json *json, const char *key, int64_t value)
{
    if (value == COUNTER_ABSENT)
        json_null(json, key);
    else
        json_integer(json, key, value);
}

static void write_pages(struct json *json, const char *key, uint64_t pages)
{
    if (pages == PAGES_UNKNOWN)
        json_null(json, key);
    else
        json_unsigned(json, key, pages);
}

static const char *condition_name(enum temperature temperature)
{
    static const char *const names[] = {"none", "cold", "warm", "warm"};

    return names[temperature];
}

static void write_trace(struct json *json, const struct measurement *m)
{
    if (m->trace_count == 0)
        return;
    json_number(json, "trace_step", m->trace_step);
    json_array(json, "trace");
    for (size_t i = 0; i < m->trace_count; i++)
        json_number(json, NULL, (double)m->trace[i]);
    json_end_array(json);
}

static void write_extras_of(struct json *json, const struct measurement *m)
{
    if (m->extra_count == 0)
        return;
    json_object(json, "extra");
    for (size_t i = 0; i < m->extra_count; i++)
        json_number(json, m->extras[i].name, m->extras[i].value);
    json_end_object(json);
}

void record_sample(struct json *json, const char *key, const struct series *series,
                   const struct measurement *m)
{
    const double amplification = amplification_of(m);

    json_object(json, key);
    json_unsigned(json, "order", m->order);
    json_unsigned(json, "round", m->round);
    json_number(json, "at", m->at);
    json_number(json, "seconds", m->seconds);
    json_unsigned(json, "batch", m->batch);
    json_unsigned(json, "bytes", m->bytes);
    json_unsigned(json, "bytes_needed", m->bytes_needed);
    json_unsigned(json, "items", m->items);
    for (int i = 0; i < COUNTERS; i++)
        write_counter(json, counter_name((enum counter)i), m->counted.of[i]);
    if (amplification < 0)
        json_null(json, "amplification");
    else
        json_number(json, "amplification", amplification);
    write_pages(json, "resident_before", m->resident_before);
    write_pages(json, "resident_after", m->resident_after);
    write_extras_of(json, m);
    write_trace(json, m);
    json_string(json, "condition", condition_name(series->demands.temperature));
    json_end_object(json);
}

static void write_figures(struct json *json, const struct figures *f)
{
    json_object(json, "median");
    json_number(json, "seconds", f->median);
    if (f->bytes > 0 && f->median > 0)
        json_number(json, "bytes_per_second", f->bytes / f->median);
    else
        json_null(json, "bytes_per_second");
    if (f->items > 0)
        json_number(json, "seconds_per_item", f->median / f->items);
    else
        json_null(json, "seconds_per_item");
    json_end_object(json);
    json_object(json, "spread");
    json_number(json, "p25_seconds", f->p25);
    json_number(json, "p75_seconds", f->p75);
    json_number(json, "min_seconds", f->minimum);
    json_number(json, "max_seconds", f->maximum);
    json_end_object(json);
}

static const struct extra *find_extra(const struct measurement *m, const char *name)
{
    for (size_t e = 0; e < m->extra_count; e++)
        if (strcmp(m->extras[e].name, name) == 0)
            return &m->extras[e];
    return NULL;
}

/* Whether an earlier sample has it. */
static bool is_written(const struct series *series, size_t sample, const char *name)
{
    for (size_t i = 0; i < sample; i++)
        if (find_extra(&series->samples[i], name))
            return true;
    return false;
}

/* The median of each extra figure, over the samples that have it. */
static void write_extras(struct json *json, const struct series *series)
{
    double *values = series->count ? calloc(series->count, sizeof *values) : NULL;

    json_object(json, "extra");
    for (size_t first = 0; values && first < series->count; first++) {
        const struct measurement *m = &series->samples[first];
        for (size_t e = 0; e < m->extra_count; e++) {
            const char *name = m->extras[e].name;
            size_t count = 0;
            if (is_written(series, first, name) || find_extra(m, name) != &m->extras[e])
                continue;
            for (size_t i = first; i < series->count; i++) {
                const struct extra *extra = find_extra(&series->samples[i], name);
                if (extra)
                    values[count++] = extra->value;
            }
            json_number(json, name, summarize(values, count).median);
        }
    }
    json_end_object(json);
    free(values);
}

void record_discarded(struct json *json, const struct series *series)
{
    json_object(json, "discarded");
    json_unsigned(json, "count", series->discarded_count);
    json_object(json, "reasons");
    for (size_t i = 0; i < series->discarded_kinds; i++)
        json_unsigned(json, series->discarded[i].reason, series->discarded[i].count);
    json_end_object(json);
    json_end_object(json);
}

static void write_point(struct json *json, const struct series *series)
{
    const struct family *family = series->family;

    json_string(json, "name", series->name);
    json_string(json, "family", family->name);
    json_string(json, "sentence", family->sentence);
    json_object(json, "series");
    for (size_t i = 0; i < AXES_MAX && family->axes[i].name; i++)
        json_string(json, family->axes[i].name, series->point.values[i]);
    json_end_object(json);
    json_boolean(json, "base", series->point.base);
}

void record_series(struct json *json, const struct series *series, enum outcome outcome)
{
    const struct place *place = series->place;
    struct figures figures;

    json_object(json, NULL);
    json_string(json, "schema", "mapwise.bench/1");
    write_point(json, series);
    json_string(json, "directory", place ? place->directory : NULL);
    json_string(json, "filesystem", place ? place->filesystem : NULL);
    json_string(json, "result", outcome_name(outcome));
    json_string(json, "reason", series->reason);
    json_object(json, "unit");
    json_string(json, "items", series->family->items);
    json_end_object(json);
    json_array(json, "samples");
    for (size_t i = 0; i < series->count; i++)
        record_sample(json, NULL, series, &series->samples[i]);
    json_end_array(json);
    record_discarded(json, series);
    if (series_figures(&figures, series)) {
        write_figures(json, &figures);
    } else {
        json_null(json, "median");
        json_null(json, "spread");
    }
    write_extras(json, series);
    json_end_object(json);
}

void record_summary(struct json *json, const struct run_summary *summary)
{
    json_object(json, NULL);
    json_string(json, "schema", "mapwise.summary/1");
    json_string(json, "tool", "bench");
    json_boolean(json, "complete", !summary->interrupted);
    json_boolean(json, "interrupted", summary->interrupted);
    json_number(json, "seconds", summary->seconds);
    json_string(json, "profile", summary->profile);
    json_unsigned(json, "seed", summary->seed);
    json_unsigned(json, "rounds", summary->rounds);
    if (summary->processor < 0)
        json_null(json, "processor");
    else
        json_integer(json, "processor", summary->processor);
    json_object(json, "counts");
    for (int i = 0; i < 4; i++)
        json_unsigned(json, outcome_name((enum outcome)i), summary->counts[i]);
    json_end_object(json);
    json_end_object(json);
}
