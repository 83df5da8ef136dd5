/* What is told of a run: for people, as TAP 14, or as the JSON Lines records that both derive from. */
#ifndef MAPWISE_CONFORMANCE_OUTPUT_H
#define MAPWISE_CONFORMANCE_OUTPUT_H

#include "execute.h"
#include "json.h"
#include "results.h"
#include "rounds.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct tally {
    size_t of[RESULT_KINDS];
};

void tally_add(struct tally *tally, enum result result);
size_t tally_total(const struct tally *tally);
bool tally_is_fine(const struct tally *tally);
/* Something was executed, not just set aside as UNSUPPORTED. */
bool tally_has_executed(const struct tally *tally);

struct format;

struct output {
    const struct format *format;
    FILE *stream;
    bool colour;
    const struct run_description *run;
    const struct place *places;
    size_t place_count, planned;
    struct rounds rounds;
    bool every_case; /* no case was left out, so the run tells what the suites cover */

    struct tally tally;       /* of all, kept by output_case */
    uint64_t executed_in;     /* bit i: something was executed in place i */
    struct tally suite_tally; /* of the suite that is being told */
    const struct suite *suite;
    bool interrupted;
    double seconds;
    struct json json;
};

struct format {
    const char *name, *summary;
    void (*begin)(struct output *output);
    void (*one_case)(struct output *output, const struct attempt *attempt, const struct outcome *outcome);
    void (*end)(struct output *output);
};

extern const struct format *const formats[]; /* ends with NULL */
const struct format *format_named(const char *name);

void output_begin(struct output *output);
void output_case(struct output *output, const struct attempt *attempt, const struct outcome *outcome);
void output_end(struct output *output);

extern const struct format human_format, tap_format, jsonl_format;

/* The records themselves; each is one line once it is ended by the caller. */
void record_case(struct json *json, const struct attempt *attempt, const struct outcome *outcome);
void record_summary(struct json *json, const struct output *output);

const char *strength_name(enum strength strength);

#endif
