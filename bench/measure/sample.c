#include "sample.h"

#include "access.h"
#include "bus_error.h"
#include "clock.h"
#include "interrupt.h"
#include "prepare.h"
#include "processor.h"
#include "team.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ATTEMPTS_MAX = 4,       /* for one sample */
    WAITS_AVOIDED = 2,      /* of them: if others had the processor */
    BATCH_LEAST = 1000000,  /* nanoseconds that a batch lasts, where it may be so large */
    BATCH_WANTED = 1500000, /* what is aimed at, so that a quick one is long enough too */
    FRESH_MAPS_MAX = 256,
    BATCH_MAX = 1 << 20,
    OFFSETS_MAX = 1 << 20,
    LAPS_MAX = 1 << 17,
    MEMORY_BYTES_MAX = 256 << 20, /* of anonymous memory and of copies of pages in one sample */
};

static const double STEAL_MOST = 0.02; /* of the time from a sample's first edge to its last */
static const double WAIT_MOST = 0.2;   /* likewise; who syncs waits a little for the kernel's own threads */

/* ---- what bodies call ------------------------------------------------------------------------- */

void each_operation(struct sample *s, uint64_t bytes, uint64_t items)
{
    const enum subject subject = s->series->demands.subject;

    s->bytes_each = bytes;
    s->needed_each = subject == MAP_READ || subject == FILE_ONLY ? bytes : 0;
    s->items_each = items;
}

void each_laps(struct sample *s, size_t laps)
{
    s->laps_each = laps;
}

static void choose_touches(struct sample *s, const char *pattern, size_t count, size_t piece)
{
    snprintf(s->pattern, sizeof s->pattern, "%s", pattern);
    s->touches = count;
    s->piece = piece;
}

void each_touches(struct sample *s, const char *pattern, size_t count, size_t piece)
{
    const enum subject subject = s->series->demands.subject;

    choose_touches(s, pattern, count, piece);
    s->needs_touched = subject == MAP_READ || subject == FILE_ONLY;
}

void each_needs(struct sample *s, uint64_t bytes)
{
    s->needed_each = bytes;
}

const char *axis_text(const struct sample *s, const char *axis)
{
    const char *value = point_value(s->series->family, &s->series->point, axis);

    return value ? value : "";
}

uint64_t axis_number(const struct sample *s, const char *axis)
{
    return strtoull(axis_text(s, axis), NULL, 10);
}

bool axis_is(const struct sample *s, const char *axis, const char *value)
{
    return strcmp(axis_text(s, axis), value) == 0;
}

void *sample_memory(struct sample *s, size_t bytes)
{
    size_t rounded = (bytes + s->page_size - 1) / s->page_size * s->page_size;
    void *memory = s->memory_count < MEMORY_MAX ? aligned_alloc(s->page_size, rounded) : NULL;

    if (!memory) {
        sample_broken(s, "out of memory: %zu bytes", bytes);
        return NULL;
    }
    store_each_page(memory, rounded, s->page_size, 1);
    s->memory[s->memory_count++] = memory;
    return memory;
}

void sample_extra(struct sample *s, const char *name, double value)
{
    if (s->current.extra_count < EXTRAS_MAX)
        s->current.extras[s->current.extra_count++] = (struct extra){name, value};
    else
        sample_broken(s, "no room for the figure %s: a sample has no more than %d", name, (int)EXTRAS_MAX);
}

void sample_trace(struct sample *s, double step, double value)
{
    s->current.trace_step = step;
    if (s->current.trace_count < TRACE_MAX)
        s->current.trace[s->current.trace_count++] = (float)value;
}

void sample_count_elsewhere(struct sample *s, enum counter counter, int64_t value)
{
    s->elsewhere.of[counter] += value;
}

void part_begins(struct sample *s)
{
    s->in_parts = true;
    s->part_counters_began = counters_read_usage();
    s->part_began = clock_nanoseconds();
}

void part_ends(struct sample *s)
{
    const int64_t now = clock_nanoseconds();
    const struct counters counters = counters_read_usage(),
                          more = counters_between(&s->part_counters_began, &counters);

    s->seconds_elsewhere += seconds_between(s->part_began, now);
    for (int i = MINOR_FAULTS; i <= CONTEXT_SWITCHES; i++)
        counter_add(&s->part_counters, (enum counter)i, more.of[i]);
}

void sample_seconds(struct sample *s, double seconds)
{
    s->seconds_elsewhere = seconds;
}

static void write_reason(char reason[REASON_MAX], const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

static void write_reason(char reason[REASON_MAX], const char *format, va_list arguments)
{
    if (!reason[0]) /* the first reason is the cause of the others */
        vsnprintf(reason, REASON_MAX, format, arguments);
}

void sample_doubt(struct sample *s, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    write_reason(s->doubt, format, arguments);
    va_end(arguments);
}

void sample_cannot(struct sample *s, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    write_reason(s->results->reason, format, arguments);
    va_end(arguments);
    s->results->cannot = !s->results->broken; /* nor does it change what came first */
}

void sample_broken(struct sample *s, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    write_reason(s->results->reason, format, arguments);
    va_end(arguments);
    s->results->broken = !s->results->cannot;
}

bool sample_ok(struct sample *s, const char *what, int code, const mw_err *err)
{
    if (code == MW_OK)
        return true;
    const char *system = err->os ? strerror(err->os) : "refused before the system was asked";
    if (code == MW_E_NOTSUP)
        sample_cannot(s, "%s: %s (%s)", what, mw_error_text(code), system);
    else
        sample_broken(s, "%s: %s (%s)", what, mw_error_text(code), system);
    return false;
}

bool sample_ended(const struct sample *s)
{
    return interrupted || s->results->cannot || s->results->broken;
}

/* ---- finishing -------------------------------------------------------------------------------- */

static void check_condition_after(struct sample *s)
{
    const struct measurement *m = &s->current;
    const enum temperature temperature = s->series->demands.temperature;

    const int64_t read = m->counted.of[BYTES_READ];

    if (read == COUNTER_ABSENT)
        return;
    if (temperature == COLD && (uint64_t)read < m->bytes_needed)
        sample_doubt(s, "not cold: %" PRId64 " of %" PRIu64 " bytes came from the device", read,
                     m->bytes_needed);
    if ((temperature == WARM || temperature == MAPPED) && read > 0)
        sample_doubt(s, "not warm: %" PRId64 " bytes came from the device", read);
}

/* What is measured on two processors, or while the hypervisor took this one away, is not slow but nothing. */
static void check_processor(struct sample *s, double seconds)
{
    const int64_t steal = s->current.counted.of[STEAL_NANOSECONDS];
    const int pinned = processor_pinned();

    if (pinned >= 0 && processor_current() != pinned)
        sample_doubt(s, "moved from the processor it was pinned to");
    if (steal != COUNTER_ABSENT && (double)steal * 1e-9 > STEAL_MOST * seconds)
        sample_doubt(s, "the hypervisor took the processor away");
    /* A busy machine is a matter of degree: a later try counts, and its record says how long it waited. */
    if (pinned >= 0 && measurement_had_to_wait(&s->current) && s->attempts <= WAITS_AVOIDED)
        sample_doubt(s, "other programs had the processor");
}

bool measurement_had_to_wait(const struct measurement *measurement)
{
    const int64_t waited = measurement->counted.of[WAITED_NANOSECONDS];

    return waited != COUNTER_ABSENT && (double)waited * 1e-9 > WAIT_MOST * measurement->seconds;
}

static void add_latencies(struct sample *s)
{
    if (s->laps.count == 0)
        return;
    const struct lap_times times = laps_summarize(&s->laps);
    sample_extra(s, "latency_p50", times.p50);
    sample_extra(s, "latency_p99", times.p99);
    sample_extra(s, "latency_p999", times.p999);
    sample_extra(s, "latency_max", times.maximum);
}

static void stop_clock(struct sample *s)
{
    const int64_t now = clock_nanoseconds();
    const struct counters counters = counters_read();
    const double from_edge_to_edge = seconds_between(s->clock_began, now);
    struct measurement *m = &s->current;

    s->timing = false;
    m->at = s->run->seconds_before + seconds_between(s->run->began, s->clock_began);
    m->seconds = s->seconds_elsewhere > 0 ? s->seconds_elsewhere : from_edge_to_edge;
    m->counted = counters_between(&s->counters_began, &counters);
    for (int i = MINOR_FAULTS; i <= CONTEXT_SWITCHES && s->in_parts; i++)
        m->counted.of[i] = s->part_counters.of[i];
    for (int i = 0; i < COUNTERS; i++)
        counter_add(&m->counted, (enum counter)i, s->elsewhere.of[i]);
    if (s->seconds_elsewhere > 0 || s->crowded) /* nobody knows when it waited, or for whom */
        m->counted.of[WAITED_NANOSECONDS] = COUNTER_ABSENT;
    if (s->series->place && !s->series->place->reads_are_counted)
        m->counted.of[BYTES_READ] = COUNTER_ABSENT;
    m->bytes = s->batch * s->bytes_each;
    m->bytes_needed = s->batch * s->needed_each;
    m->items = s->batch * s->items_each;
    m->resident_before = s->resident_before;
    m->resident_after = prepare_resident_pages(s);
    if (s->series->family->check)
        s->series->family->check(s);
    add_latencies(s);
    check_condition_after(s);
    check_processor(s, from_edge_to_edge);
}

/* As many operations may be in a batch. What they leave in memory stays there until its end. */
static double most_operations(const struct sample *s)
{
    const struct demands *demands = &s->series->demands;
    const bool fresh = sample_has_maps(s) && demands->temperature != MAPPED;
    const bool takes_memory = demands->subject == MEMORY || demands->subject == MAP_COPY;
    double most = fresh ? FRESH_MAPS_MAX : BATCH_MAX;

    if (s->touches)
        most = fmin(most, OFFSETS_MAX / (double)s->touches);
    if (s->laps_each)
        most = fmin(most, LAPS_MAX / (double)s->laps_each);
    if (fresh && takes_memory)
        most = fmin(most, MEMORY_BYTES_MAX / (double)s->length);
    return fmax(1, most);
}

/* Whether the batch lasted long enough to be timed well. If not, the next ones are larger: from the little
 * that it says, hence again, until one is. */
static bool long_enough(struct sample *s)
{
    const struct demands *demands = &s->series->demands;
    const double most = most_operations(s);
    const double batch = (double)s->batch, seconds = s->current.seconds;
    if (!demands->batches || demands->temperature == COLD || seconds >= BATCH_LEAST * 1e-9 || batch >= most)
        return true;
    const double wanted = ceil(BATCH_WANTED * 1e-9 / (seconds > 1e-9 ? seconds : 1e-9) * batch);
    s->results->batch = (uint64_t)fmax(batch + 1, fmin(wanted, most));
    return false;
}

/* What the family's prepare took, or the half of it, goes once. */
static void give_back(struct sample *s)
{
    const bool taken = s->prepared;

    s->prepared = false;
    if (taken && s->series->family->finish)
        s->series->family->finish(s);
}

/* True if the driver got a sample; false: it has to be taken (again). */
static bool finish(struct sample *s)
{
    stop_clock(s);
    give_back(s);
    if (sample_ended(s))
        return false;
    if (s->doubt[0]) {
        series_discard(s->results, s->doubt);
        return false;
    }
    if (!long_enough(s) || s->trial) {
        s->trial = s->results->batch != s->batch;
        s->attempts = 0;
        return false;
    }
    s->driver->accept(s->driver->user, &s->current);
    return true;
}

/* Prepares one sample and starts the clock. False: it has to be tried again, or the series has ended. */
static bool begin(struct sample *s)
{
    s->doubt[0] = '\0';
    s->batch = s->results->batch;
    s->current = (struct measurement){.order = s->run->order++, .round = s->round, .batch = s->batch};
    s->seconds_elsewhere = 0;
    if (!laps_begin(&s->laps, (size_t)(s->batch * s->laps_each)))
        sample_broken(s, "out of memory");
    s->prepared = true;
    if (!prepare_sample(s) || s->doubt[0]) {
        if (s->doubt[0])
            series_discard(s->results, s->doubt);
        give_back(s);
        return false;
    }
    s->part_counters = (struct counters){{0}};
    s->in_parts = false;
    s->elsewhere = (struct counters){{0}}; /* a team may have been at work for the preparation */
    s->timing = true;
    s->counters_began = counters_read();
    s->clock_began = s->laps.last = clock_nanoseconds();
    return true;
}

bool sample_boundary(struct sample *s)
{
    if (s->timing && finish(s))
        s->owed = false;
    while (!sample_ended(s)) {
        if (!s->owed && !s->driver->want(s->driver->user))
            break;
        if (!s->owed) {
            s->owed = true;
            s->attempts = 0;
        }
        if (s->attempts++ == ATTEMPTS_MAX)
            break; /* this sample can't be had; the discarded ones say why */
        if (begin(s))
            return true;
    }
    return false;
}

/* ---- a block of samples ----------------------------------------------------------------------- */

static void body_of(void *user)
{
    struct sample *s = user;

    s->series->family->body(s);
}

static void give_back_of(void *user)
{
    give_back(user);
}

static void run_body(struct sample *s)
{
    if (!bus_error_survived(body_of, s))
        sample_broken(s, BUS_ERROR_TEXT);
    if (!bus_error_survived(give_back_of, s)) /* what was left in the middle */
        sample_broken(s, BUS_ERROR_TEXT);
}

static void tidy_up(struct sample *s)
{
    while (s->teams)
        team_end(s->teams);
    prepare_end(s);
}

static bool set_up(struct sample *s, struct series *series)
{
    static const struct view no_view = {NULL, NULL};
    static const uint64_t no_offset = 0;
    const struct place *place = series->place;

    s->results = series;
    s->series = series;
    s->page_size = mw_page_size();
    s->file = -1;
    s->view = &no_view;
    s->offsets = &no_offset;
    s->length = series->demands.size;
    choose_touches(s, "random", (size_t)axis_number(s, "touches"), s->page_size);
    s->trial = series->count == 0 && series->demands.batches && series->demands.temperature != COLD;
    if (series->batch == 0 || !series->demands.batches)
        series->batch = 1;
    if (series->demands.subject >= FOLDER && !place->scratch.path[0]) {
        sample_broken(s, "no scratch folder was made"); /* "/file" may be somebody's */
        return false;
    }
    if (series->demands.subject == FOLDER) {
        int length = snprintf(s->own_path, sizeof s->own_path, "%s/file", place->scratch.path);
        s->path = s->own_path;
        if (length > 0 && (size_t)length < sizeof s->own_path)
            return true;
        sample_broken(s, "the path of the scratch folder is too long");
        return false;
    }
    if (series->demands.subject > FOLDER) {
        s->data = place_file(place, s->length);
        if (!s->data) {
            sample_broken(s, "no data file of %" PRIu64 " bytes", s->length);
            return false;
        }
        s->file = s->data->descriptor;
        s->path = s->data->path;
    }
    return true;
}

void sample_block(struct series *series, struct run *run, uint64_t round, const struct driver *driver)
{
    struct sample *s = calloc(1, sizeof *s);

    if (!s) {
        series->broken = true;
        snprintf(series->reason, sizeof series->reason, "out of memory");
        return;
    }
    s->run = run;
    s->round = round;
    s->driver = driver;
    if (set_up(s, series))
        run_body(s);
    tidy_up(s);
    for (size_t i = 0; i < s->memory_count; i++)
        free(s->memory[i]);
    laps_free(&s->laps);
    free(s->offset_list);
    free(s->views);
    free(s);
}
