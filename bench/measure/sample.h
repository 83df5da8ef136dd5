/* The sample contract.
 *
 * The body of a family sees only a struct sample and one loop:
 *
 *     while (next_sample(s))
 *         the thing measured;
 *
 * Before the body of the loop runs, next_sample has prepared the condition (refilled or evicted the
 * cache, mapped the file anew), looked whether it holds, and started the clock. When it is called again it
 * stops the clock, looks whether the condition held, and hands the sample to the driver, or throws it away,
 * counts it with the reason and has it taken again. A cheap operation that leaves things as they were is
 * timed in batches of at least a millisecond (as far as a batch may grow): then the loop runs many times in
 * one sample, each time with a fresh mapping where the condition asks for one. How many that are is found
 * out by batches that are not counted.
 *
 * Who asks for samples, and what becomes of them, is the driver's matter; a body never knows. */
#ifndef MAPWISE_BENCH_SAMPLE_H
#define MAPWISE_BENCH_SAMPLE_H

#include "laps.h"
#include "pattern.h"
#include "series.h"

#include <limits.h>
#include <mapwise.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the whole run shares. */
struct run {
    uint64_t seed;
    int64_t began;         /* clock_nanoseconds */
    uint64_t order;        /* samples begun so far */
    double seconds_before; /* that an earlier run took, which this one goes on with */
};

struct driver {
    /* Whether another sample is wanted. Asked again only after the last one was accepted. */
    bool (*want)(void *user);
    /* A valid sample. */
    void (*accept)(void *user, const struct measurement *measurement);
    void *user;
};

struct view {
    mw_map *map;
    unsigned char *bytes; /* pinned */
};

enum { MEMORY_MAX = 4 };

struct sample {
    /* For bodies, to be read. What the family did not demand is NULL, 0 or -1, and must
     * not be used. */
    mw_map *map;
    unsigned char *bytes; /* the mapping's, at its start */
    uint64_t length;      /* bytes of the file: the axis "size" */
    size_t page_size;
    int file;
    const char *path;
    const uint64_t *offsets; /* for each operation `touches` of them, of pieces of `piece` bytes */
    size_t touches;          /* the axis "touches", of random pages; or as each_touches says */
    size_t piece;
    uint64_t round; /* which block of samples this is: equal for all series at a time */
    const struct series *series;

    /* The contract's own. */
    uint64_t operations_left;
    const struct view *view;
    size_t view_step;
    struct series *results;
    const struct driver *driver;
    struct run *run;
    const struct data_file *data;
    struct view *views;
    size_t view_count, view_capacity;
    uint64_t *offset_list;
    char pattern[PATTERN_NAME_MAX];
    bool needs_touched; /* a cold file must give what is touched, and nothing else */
    void *memory[MEMORY_MAX];
    size_t memory_count;
    uint64_t batch;
    char own_path[PATH_MAX];
    bool trial;    /* this sample only tells whether its batch is long enough */
    bool timing;   /* the clock runs */
    bool prepared; /* what the family's finish gives back may have been taken */
    bool owed;     /* the driver waits for a sample */
    int attempts;
    char doubt[REASON_MAX]; /* why the sample is not valid; "" if it is */
    int64_t clock_began;
    struct counters counters_began;
    uint64_t resident_before;
    uint64_t bytes_each, needed_each, items_each;
    size_t laps_each;
    struct counters elsewhere; /* what other processes counted for this sample */
    struct laps laps;
    double seconds_elsewhere; /* measured by somebody else, or in parts; 0: from the first to the last */
    int64_t part_began;
    struct counters part_counters_began, part_counters; /* of all parts so far */
    bool in_parts;
    mw_advice_row advice; /* where demands.advised */
    struct team *teams;   /* that have not been ended (team.h) */
    bool crowded;         /* its own threads and processes take the processor from each other */
    struct measurement current;
};

bool sample_boundary(struct sample *s);

/* Whether others had the processor for so much of its time that it is longer than it should be. */
bool measurement_had_to_wait(const struct measurement *measurement);

static inline bool next_sample(struct sample *s)
{
    if (s->operations_left <= 1)
        return sample_boundary(s);
    s->operations_left--;
    s->offsets += s->touches;
    s->view += s->view_step;
    s->map = s->view->map;
    s->bytes = s->view->bytes;
    return true;
}

/* ---- for bodies, before the loop -------------------------------------------------------------- */

/* What one pass through the loop processes. 0 bytes: a bandwidth would say nothing. */
void each_operation(struct sample *s, uint64_t bytes, uint64_t items);

/* Each pass through the loop has at most `laps` operations whose own times are kept. The record has their
 * median, tail and maximum as extra figures: latency_p50, latency_p99, latency_p999, latency_max. */
void each_laps(struct sample *s, size_t laps);

/* Ends one such operation and begins the next; the first begins with the pass. Costs one reading of the
 * clock, so what lasts less than a microsecond is no lap. */
static inline void lap(struct sample *s)
{
    laps_add(&s->laps);
}

/* Each pass has `count` offsets in s->offsets, of pieces of `piece` bytes in the order of `pattern`
 * (pattern.h), in place of those of the axis "touches". A cold file that is read then needs those pieces,
 * each once, unless `prepare` says otherwise by each_needs. */
void each_touches(struct sample *s, const char *pattern, size_t count, size_t piece);

/* How many bytes of the file one pass needs, if not the bytes above where a file is read and none where it
 * is written. A cold file's must come from the device, and amplification is counted from there. */
void each_needs(struct sample *s, uint64_t bytes);

/* The value of an axis, as text and as a number (0 if it is none). */
const char *axis_text(const struct sample *s, const char *axis);
uint64_t axis_number(const struct sample *s, const char *axis);
bool axis_is(const struct sample *s, const char *axis, const char *value);

/* Memory of at least `bytes` bytes, on a page boundary, all of it touched; freed after the body. NULL
 * after sample_broken. */
void *sample_memory(struct sample *s, size_t bytes);

/* ---- for bodies and what goes with them, at any time ------------------------------------------ */

/* A figure of this sample that is the family's own; `name` must be static. The record holds the median. */
void sample_extra(struct sample *s, const char *name, double value);

/* A figure over the time of this sample, `step` seconds apart, in order; past TRACE_MAX none is kept. */
void sample_trace(struct sample *s, double step, double value);

/* What other processes counted while they worked for this sample. */
void sample_count_elsewhere(struct sample *s, enum counter counter, int64_t value);

/* The sample took as long as somebody else says, who does the same work with a clock of his own. */
void sample_seconds(struct sample *s, double seconds);

/* The pass through the loop was so many operations, as many as there was time for: bytes, items and counts
 * are theirs, and each_operation speaks of one. The time of the sample is that of all of them. Only where a
 * sample has no batches. */
static inline void sample_operations(struct sample *s, uint64_t operations)
{
    s->batch = s->current.batch = operations;
}

/* Of a sample with such parts only they count as its time, and their faults and context switches as its own:
 * what has to be made anew for each pass, and what it leaves, lies outside. Costs a reading of the clock for
 * each part, so what lasts less than a microsecond is none. */
void part_begins(struct sample *s);
void part_ends(struct sample *s);

/* One more map of what the sample works on: made, advised and of the temperature that s->map is. In prepare
 * or check. False after the series has ended; the view has to be unmapped then, too. */
bool sample_map_again(struct view *view, struct sample *s);

/* Harmless on a view of nothing. */
void sample_unmap(struct view *view);

/* The maps of all operations of this sample, in their order; `*count` of them. For prepare and check. */
static inline const struct view *sample_views(const struct sample *s, size_t *count)
{
    *count = s->view_count;
    return s->views;
}

/* Casts doubt on this sample: it is thrown away and taken again. */
void sample_doubt(struct sample *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Ends the series: this machine can't do it; or it went wrong. The body returns after these. */
void sample_cannot(struct sample *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
void sample_broken(struct sample *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* True for MW_OK. Else ends the series, `what` saying what was tried: not supported is "can't", everything
 * else "went wrong". */
bool sample_ok(struct sample *s, const char *what, int code, const mw_err *err);

/* Whether there is a map in s->map. */
bool sample_has_maps(const struct sample *s);

/* Whether the series is over: interrupted, impossible or broken. */
bool sample_ended(const struct sample *s);

/* ---- for drivers ------------------------------------------------------------------------------ */

/* Runs the family's body for a block of samples. `round` numbers the block. */
void sample_block(struct series *series, struct run *run, uint64_t round, const struct driver *driver);

#endif
