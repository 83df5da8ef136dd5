/* One work done in two ways, in the same sample: ours is what is timed, and right before and right after it
 * the same is done by hand, so that both see the same machine. The extra figure `ratio` is ours over by hand,
 * `by_hand` is nanoseconds for each item.
 *
 *     FAMILY(…, .prepare = pair_before, .check = pair_after, …)
 *     {
 *         pair_run(s, &pair, bytes);
 *     }
 */
#ifndef MAPWISE_BENCH_PAIR_H
#define MAPWISE_BENCH_PAIR_H

#include "sample.h"

/* `items` is how many of the family's items each of the two does. */
struct pair {
    unsigned items;
    void (*ours)(void);
    void (*by_hand)(void);
};

void pair_before(struct sample *s);
void pair_after(struct sample *s);

/* The loop of the body; `bytes` as for each_operation. */
void pair_run(struct sample *s, const struct pair *pair, uint64_t bytes);

/* What a pair may need besides. */
struct pair_terms {
    void (*between)(void); /* untimed, before each of the two works, or NULL */
    const char *other;     /* static: what records call the figure `by_hand`, where it is something else */
};

void pair_run_with(struct sample *s, const struct pair *pair, uint64_t bytes, const struct pair_terms *terms);

#endif
