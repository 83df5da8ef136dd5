/* Runs cases: one process each, several at once, watched by this one.
 *
 * The runner uses none of the functions that the cases test: it forks, reads pipes and waits. A case
 * that outlives its limit is killed with SIGKILL, and so is every process that it leaves when it ends. */
#ifndef MAPWISE_CONFORMANCE_EXECUTE_H
#define MAPWISE_CONFORMANCE_EXECUTE_H

#include "outcome.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A folder that file cases run in. */
struct place {
    const char *directory;  /* what records call it */
    const char *filesystem; /* its type, or NULL */
    const char *block_size; /* bytes, or NULL */
    const char *scratch;    /* the folder in it that is ours; "" on a read-only file system */
    const char *folder;     /* its path */
};

struct attempt {
    const struct test_case *test;
    const struct place *place; /* NULL for a case without files */
    uint64_t seed;             /* what the case draws at random follows from it */
};

struct execution {
    int jobs;
    double seconds; /* the default limit of a case */
    double scale;   /* of every limit, for emulators */
    bool invasive;
    const size_t *order; /* in which the attempts start: their indices */
    /* Called once for every attempt, in their order. */
    void (*report)(void *context, const struct attempt *attempt, const struct outcome *outcome);
    void *context;
};

/* Returns the number of attempts reported: all of them, or fewer if SIGINT or SIGTERM ended the run;
 * -1 if nothing could run, after one line on standard error. */
long execute(const struct execution *execution, const struct attempt *attempts, size_t count);

#endif
