#include "pair.h"

#include "clock.h"

static struct {
    const struct pair *pair;
    double before; /* seconds, by hand */
    double ours;
} current;

static double time_of(void (*work)(void))
{
    const int64_t began = clock_nanoseconds();

    work();
    return seconds_between(began, clock_nanoseconds());
}

void pair_before(struct sample *s)
{
    (void)s;
    current.pair->by_hand(); /* what the preparation left cold would count against it */
    current.before = time_of(current.pair->by_hand);
}

void pair_after(struct sample *s)
{
    const double by_hand = (current.before + time_of(current.pair->by_hand)) / 2;

    sample_extra(s, "by_hand", by_hand * 1e9 / current.pair->items);
    sample_extra(s, "ratio", current.ours / by_hand);
}

void pair_run(struct sample *s, const struct pair *pair, uint64_t bytes)
{
    current.pair = pair;
    each_operation(s, bytes, pair->items);
    while (next_sample(s))
        current.ours = time_of(pair->ours);
}
