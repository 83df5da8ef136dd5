/* A series: one point of a family in one place, and what was measured of it. */
#ifndef MAPWISE_BENCH_SERIES_H
#define MAPWISE_BENCH_SERIES_H

#include "counters.h"
#include "family.h"
#include "place.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { EXTRAS_MAX = 12, TRACE_MAX = 120, DISCARD_KINDS_MAX = 8, REASON_MAX = 200, NAME_MAX_SERIES = 256 };

struct extra {
    const char *name; /* static */
    double value;
};

/* One sample: `batch` operations timed together. Bytes, items and counts are those of all of them. */
struct measurement {
    uint64_t order; /* counted over the whole run, discarded ones included */
    uint64_t round;
    double at; /* when it began, in seconds since the run did */
    double seconds;
    uint64_t batch;
    uint64_t bytes, bytes_needed, items;
    struct counters counted;
    uint64_t resident_before, resident_after; /* PAGES_UNKNOWN: no file, or the system can't say */
    struct extra extras[EXTRAS_MAX];
    size_t extra_count;
    float trace[TRACE_MAX]; /* a figure over the time of the sample */
    size_t trace_count;
    double trace_step; /* seconds from one to the next */
};

enum outcome {
    MEASURED,
    NOT_RUN, /* this machine, or this place, can't */
    FAILED,  /* it went wrong, or its condition could not be had */
    PARTIAL, /* interrupted with some samples taken */
};

struct series {
    const struct family *family;
    struct point point;
    struct demands demands;
    const struct place *place; /* NULL: no file is involved */
    char name[NAME_MAX_SERIES];

    struct measurement *samples;
    size_t count, capacity;
    bool stored; /* `samples` are a store's (store.h), and their room is fixed */
    struct {
        char reason[REASON_MAX]; /* the last of so many is "others" */
        unsigned count;
    } discarded[DISCARD_KINDS_MAX];
    size_t discarded_kinds;
    unsigned discarded_count;
    unsigned wanted;      /* samples that should have been taken */
    unsigned rounds_done; /* by an earlier run, which this one goes on with */

    bool cannot, broken;
    bool ended; /* an earlier run, by the system, in this series: then it is broken, too */
    char reason[REASON_MAX];
    uint64_t batch; /* operations in a sample; 0: none was begun */
};

/* Appends a sample. False: out of memory, or of room. */
bool series_add(struct series *series, const struct measurement *measurement);

/* Counts a sample that was thrown away. */
void series_discard(struct series *series, const char *reason);

/* Marks it so: nothing more is measured of it. */
void series_end(struct series *series, const char *reason);

/* What came of it; `interrupted_run` makes what is incomplete PARTIAL. Completes the reason. */
enum outcome series_outcome(struct series *series, bool interrupted_run);

const char *outcome_name(enum outcome outcome);

void series_free(struct series *series);

#endif
