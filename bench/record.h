/* The records of a run: mapwise.bench/1 and mapwise.summary/1. */
#ifndef MAPWISE_BENCH_RECORD_H
#define MAPWISE_BENCH_RECORD_H

#include "json.h"
#include "series.h"

#include <stdbool.h>

/* Writes the record of one series, which has ended with `outcome`. */
void record_series(struct json *json, const struct series *series, enum outcome outcome);

/* Writes one sample as the value of `key`, and the samples that were thrown away so far. */
void record_sample(struct json *json, const char *key, const struct series *series,
                   const struct measurement *measurement);
void record_discarded(struct json *json, const struct series *series);

struct run_summary {
    unsigned counts[4]; /* by outcome */
    bool interrupted;
    double seconds;
    const char *profile;
    uint64_t seed;
    unsigned rounds;
    int processor; /* that everything ran on; -1: on any */
};
void record_summary(struct json *json, const struct run_summary *summary);

/* The middle and spread of a series' seconds for one operation; false without samples. */
struct figures {
    double median, p25, p75, minimum, maximum; /* seconds of one operation */
    double bytes, items;                       /* of one operation */
    double amplification;                      /* median; negative: none */
};
bool series_figures(struct figures *out, const struct series *series);

#endif
