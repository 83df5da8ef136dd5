#include "overhead.h"

void overhead_batch_loop(gb_state *state, void *user)
{
    (void)user;
    while (gb_keep_running_batch(state, gb_max_iterations(state))) {
        for (int64_t left = gb_max_iterations(state); left > 0; left--) {
            const uint64_t hash = overhead_work(overhead_words, OVERHEAD_WORDS);
            gb_do_not_optimize(&hash);
        }
    }
}

void overhead_empty_loop(gb_state *state, void *user)
{
    (void)user;
    while (gb_keep_running(state))
        gb_clobber_memory();
}
