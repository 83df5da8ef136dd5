#include "pair.h"

#include "clock.h"

static struct {
    const struct pair *pair;
    struct pair_terms terms;
    double before; /* seconds, by hand */
    double ours;
} current;

static double time_of(void (*work)(void))
{
    if (current.terms.between)
        current.terms.between();
    const int64_t began = clock_nanoseconds();
    work();
    return seconds_between(began, clock_nanoseconds());
}

void pair_before(struct sample *s)
{
    (void)s;
    time_of(current.pair->by_hand); /* what the preparation left cold would count against it */
    current.before = time_of(current.pair->by_hand);
    if (current.terms.between)
        current.terms.between();
}

void pair_after(struct sample *s)
{
    const double by_hand = (current.before + time_of(current.pair->by_hand)) / 2;

    sample_extra(s, current.terms.other ? current.terms.other : "by_hand",
                 by_hand * 1e9 / current.pair->items);
    sample_extra(s, "ratio", current.ours / by_hand);
}

void pair_run_with(struct sample *s, const struct pair *pair, uint64_t bytes, const struct pair_terms *terms)
{
    current.pair = pair;
    current.terms = *terms;
    each_operation(s, bytes, pair->items);
    while (next_sample(s)) {
        const int64_t began = clock_nanoseconds();
        pair->ours();
        current.ours =
            s->seconds_elsewhere > 0 ? s->seconds_elsewhere : seconds_between(began, clock_nanoseconds());
    }
}

void pair_run(struct sample *s, const struct pair *pair, uint64_t bytes)
{
    pair_run_with(s, pair, bytes, &(struct pair_terms){NULL, NULL});
}
