/* A block of samples while it is taken, and what came of it: filled by block.c and next_sample.c, read by
 * the drivers. */
#ifndef GB_BLOCK_H
#define GB_BLOCK_H

#include "google_benchmark_series.h"

typedef enum { GB__RUNNING, GB__FAILED, GB__SKIPPED } gb__outcome;

struct gb__discard {
    char reason[GB_TEXT_MAX];
    uint64_t count;
};

/* The state of gb_next_sample. */
struct gb__loop {
    uint64_t batch;
    bool trial;    /* this batch only tells whether it is long enough */
    bool prepared; /* and not finished */
    bool timing;
    int retries;
    int64_t began; /* nanoseconds */
    double bytes, items;
    gb_figure figures[GB_FIGURES_MAX];
    size_t figure_count;
};

struct gb__block {
    gb_block handle; /* first, so that one is the other */
    const gb_series *series;
    uint64_t round;
    size_t wanted;
    bool owed; /* a sample is wanted and not accepted yet */
    gb__outcome outcome;
    char message[GB_TEXT_MAX]; /* of a block that failed or was skipped */

    gb_sample *samples; /* `wanted` of them, the first `count` taken; they own their figures */
    size_t count;
    char **names; /* of all figures; each is here once, so that equal names are equal pointers */
    size_t name_count;
    struct gb__discard *discarded;
    size_t discarded_count;

    struct gb__loop loop;
};

static inline struct gb__block *gb__block_of(gb_block *block)
{
    return (struct gb__block *)block;
}

bool gb__series_valid(const gb_series *series);
bool gb__amount_valid(double value); /* absent, or at least 0 */

/* Takes a block of `wanted` samples. To be freed, whatever came of it. */
void gb__block_run(struct gb__block *block, const gb_series *series, uint64_t round, size_t wanted);
void gb__block_free(struct gb__block *block);

/* For a block that has left its loop in the middle of a sample. */
void gb__loop_leave(struct gb__block *block);

#endif
