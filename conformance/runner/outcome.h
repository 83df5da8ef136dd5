/* What came of one case: the steps with their observations, how the process ended, and the verdict. */
#ifndef MAPWISE_CONFORMANCE_OUTCOME_H
#define MAPWISE_CONFORMANCE_OUTCOME_H

#include "case.h"
#include "protocol.h"

#include <stdbool.h>
#include <stddef.h>

enum result {
    RESULT_PASS,
    RESULT_FAIL,
    RESULT_XFAIL,       /* failed as the platform's expectation says */
    RESULT_XPASS,       /* passed although the platform's expectation says otherwise */
    RESULT_UNSUPPORTED, /* can't be run here; not a pass */
    RESULT_ERROR,       /* the set-up failed: nothing is known */
    RESULT_TIMEOUT,
    RESULT_CRASH, /* the process ended before the case did */
    RESULT_NEW,   /* nothing says what to expect */
    RESULT_KINDS
};

const char *result_name(enum result result);

/* Whether this result means exit status 0. */
bool result_is_fine(enum result result);

enum { STEPS_MAX = 64, OUTPUT_MAX = 4096 };

struct step {
    int line;
    bool observed_any;
    char what[sizeof((struct message *)0)->first];
    char expected[sizeof((struct message *)0)->second];
    char observed[sizeof((struct message *)0)->first];
};

enum ending { ENDED_BY_EXIT, ENDED_BY_SIGNAL, ENDED_BY_LIMIT };

struct outcome {
    struct outcome *freed_before; /* while it waits to be used again */
    size_t step_count;
    bool done; /* the case ran to its end */
    bool unsupported, failed_setup, garbage, too_many_steps;
    char message[sizeof((struct message *)0)->first]; /* why it is unsupported or its set-up failed */

    enum ending ending;
    int exit_code, signal;
    double seconds;
    size_t output_length;

    enum result result;
    char reason[640]; /* one line; empty for a pass */

    /* What follows is as long as it is filled. */
    char output[OUTPUT_MAX]; /* what the case wrote to standard output and error */
    struct step steps[STEPS_MAX];
};

/* An outcome of which nothing is known yet, for outcome_free; NULL if memory is short. Children of fork don't
 * get it: what they share with the runner it pays for by a fault a page when it writes there. */
struct outcome *outcome_new(void);

/* Keeps it for the next outcome_new. NULL is ignored. */
void outcome_free(struct outcome *outcome);

/* Takes in one message of the case. */
void outcome_take(struct outcome *outcome, const struct message *message);

/* Sets result and reason from the rest. */
void outcome_judge(struct outcome *outcome);

/* "exit 0", "signal SIGSEGV", "killed after 2.0 s" */
void outcome_describe_ending(const struct outcome *outcome, char *text, size_t capacity);

/* The step promises nothing: what it observes is to be compared with what is known of the system. */
bool step_only_records(const struct step *step);

/* Whether `observed` is one of the alternatives in `expected`, "ENOMEM|EINVAL" say. */
bool observation_matches(const char *expected, const char *observed);

#endif
