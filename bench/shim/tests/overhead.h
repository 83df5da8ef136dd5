/* What overhead.cpp compares: the loops in C, and the work that both languages do. */
#ifndef GB_TESTS_OVERHEAD_H
#define GB_TESTS_OVERHEAD_H

#include "google_benchmark.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A small real body, compiled once for both. */
uint64_t overhead_work(const uint64_t *words, size_t count);

enum { OVERHEAD_WORDS = 64 };
extern const uint64_t overhead_words[OVERHEAD_WORDS];

void overhead_batch_loop(gb_state *state, void *user); /* that work, by gb_keep_running_batch */
void overhead_empty_loop(gb_state *state, void *user); /* nothing, by gb_keep_running */

#ifdef __cplusplus
}
#endif

#endif
