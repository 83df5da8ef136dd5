/* One block of samples of a series of the plan, for the drivers of the shim: what the sample contract takes
 * is handed on to them. */
#ifndef MAPWISE_BENCH_BLOCK_H
#define MAPWISE_BENCH_BLOCK_H

#include "google_benchmark_series.h"
#include "sample.h"

/* Called before each block, for each sample, and after the block. */
struct observer {
    void (*begin)(void *user, const struct series *series);
    void (*sample)(void *user, const struct series *series, const struct measurement *measurement);
    void (*progress)(const struct series *series, size_t done, size_t of);
    void *user;
};

/* How many samples a block of the series has. */
size_t block_samples(const struct series *series);

/* Takes the samples that `block` wants in the round `round`. They are added to the series, too, and shown to
 * the observer, which may be NULL. A series that can't go on skips or fails the block. */
void block_take(gb_block *block, struct series *series, struct run *run, uint64_t round,
                const struct observer *observer);

#endif
