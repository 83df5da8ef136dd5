/* A run of several rounds (--repeat): the order of each, and which cases do not answer the same in all. */
#ifndef MAPWISE_CONFORMANCE_ROUNDS_H
#define MAPWISE_CONFORMANCE_ROUNDS_H

#include "execute.h"
#include "json.h"

#include <stdio.h>

/* What came of one attempt in all rounds. */
struct tried {
    const struct attempt *first; /* that of the first round */
    size_t of[RESULT_KINDS];
    char seen[200];      /* what it observed there of what it was not promised */
    bool flaky;          /* another round gave another result, or saw something else */
    bool is_news;        /* the latest result was the first of its kind */
    uint64_t other_seed; /* of the first such round */
};

struct rounds {
    size_t count, length; /* attempts a round */
    size_t taken;         /* so far, of all rounds */
    struct tried *tried;  /* one for each attempt of a round */
};

/* False if memory is short. */
bool rounds_begin(struct rounds *rounds, const struct attempt *attempts, size_t count, size_t length);

/* Takes in what came of the next attempt, in their order. */
void rounds_take(struct rounds *rounds, const struct attempt *attempt, const struct outcome *outcome);

/* Whether the latest result taken is the first of its kind for that attempt. */
bool rounds_latest_is_news(const struct rounds *rounds);

size_t rounds_flaky(const struct rounds *rounds);

/* A line for every attempt that answered now this, now that; nothing in a run of one round. */
void rounds_print(const struct rounds *rounds, FILE *stream);

/* The array "flaky" of a summary record. */
void rounds_record(const struct rounds *rounds, struct json *json);

void rounds_end(struct rounds *rounds);

/* Puts the indices of a round, `first` to `first + length - 1`, in the order that follows from the seed; 0 is
 * the order in which they stand. */
void rounds_order(size_t *order, size_t first, size_t length, uint64_t seed);

#endif
