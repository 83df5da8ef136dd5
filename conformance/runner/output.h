/* What is told of a run: for people, for other tools, or as the JSON Lines records that all derive from.
 *
 * A format is a file output_NAME.c and a row in formats[]. */
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

/* Text that is kept until what stands before it is known. */
struct gathered {
    FILE *stream;
    char *text;
    size_t length;
};

struct output {
    const struct format *format;
    FILE *stream;
    bool colour;
    const struct run_description *run;
    const struct place *places;
    size_t place_count;
    const struct attempt *attempts; /* all that are planned, in the order in which they are told */
    size_t planned;
    struct rounds rounds;
    bool every_case; /* no case was left out, so the run tells what the suites cover */

    struct tally tally;       /* of all, kept by output_case */
    uint64_t executed_in;     /* bit i: something was executed in place i */
    struct tally suite_tally; /* of the suite that is being told */
    struct tally round_tally; /* of the round, kept by the human format */
    const struct suite *suite;
    size_t suite_number; /* of the suite that is being told, from 1 */
    double suite_seconds;
    bool interrupted, failed; /* failed: memory ran out, the text is not whole */
    double seconds;
    struct json json;
    struct gathered of_suite, of_all; /* open in a format that gathers */
};

/* The functions that a format has no use for are NULL. */
struct format {
    const char *name, *summary;
    bool gathers;
    void (*begin)(struct output *output);
    void (*begin_suite)(struct output *output);
    void (*one_case)(struct output *output, const struct attempt *attempt, const struct outcome *outcome);
    void (*end_suite)(struct output *output);
    void (*end)(struct output *output);
};

extern const struct format *const formats[]; /* ends with NULL */
const struct format *format_named(const char *name);

void output_begin(struct output *output);
void output_case(struct output *output, const struct attempt *attempt, const struct outcome *outcome);
void output_end(struct output *output);

extern const struct format human_format, tap_format, ktap_format, junit_format, markdown_format, jsonl_format;

/* The records themselves; each is one line once it is ended by the caller. */
void record_case(struct json *json, const struct attempt *attempt, const struct outcome *outcome);
void record_summary(struct json *json, const struct output *output);

const char *strength_name(enum strength strength);

/* What tells an attempt from the others of its suite: "fault.eof.read on ext4 in /data", and by which path
 * and in which round if that is not the usual one. */
enum { TITLE_MAX = PATH_MAX + 400 };
void attempt_title(char *title, size_t capacity, const struct attempt *attempt);

/* Attempts from number `first`, counted from 0, on that are of its suite; and suites that are planned. */
size_t suite_size(const struct output *output, size_t first);
size_t suite_count(const struct output *output);

/* Calls `line` for everything that is known of an attempt: its promise, clause, meaning, reason, every step
 * with what was observed, how it ended and what it printed. The text of the last may have several lines. */
typedef void detail_line(void *context, const char *label, const char *text);
void tell_details(const struct attempt *attempt, const struct outcome *outcome, detail_line *line,
                  void *context);

/* Writes what was gathered and empties it. */
void release_gathered(struct gathered *gathered, FILE *stream);

#endif
