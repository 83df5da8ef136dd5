/* Loads from anywhere in a mapping, none of which can begin before the last one has ended: what they cost is
 * the way from an address to its page, and to memory. */
#ifndef MAPWISE_BENCH_RANDOM_LOADS_H
#define MAPWISE_BENCH_RANDOM_LOADS_H

#include "sample.h"

/* Offsets of `count` words anywhere in the first `length` bytes, each on a cache line of its own; freed after
 * the body. NULL after sample_broken. */
const uint64_t *random_lines(struct sample *s, uint64_t length, size_t count);

/* Loads them one after the other. */
void load_in_turn(const void *bytes, const uint64_t *offsets, size_t count);

/* Nanoseconds for each of these loads. */
double time_of_loads(const void *bytes, const uint64_t *offsets, size_t count);

#endif
