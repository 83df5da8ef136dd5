#include "block.h"

#include "interrupt.h"

#include <string.h>

enum { BATCHES_IN_BLOCK = 3 }; /* where no cache has to be prepared; else one sample a block */

size_t block_samples(const struct series *series)
{
    const bool cheap = series->demands.batches && series->demands.temperature == ANY_TEMPERATURE;

    return cheap ? BATCHES_IN_BLOCK : 1;
}

struct active {
    gb_block *block;
    struct series *series;
    const struct observer *observer;
};

static bool want(void *user)
{
    const struct active *active = user;

    return gb_sample_wanted(active->block);
}

/* ---- a sample ---- */

enum { FIGURES_MAX = EXTRAS_MAX + COUNTERS + 1 };

/* Extra figures are those of one operation already; counts are those of the whole batch. */
static size_t list_figures(gb_figure figures[FIGURES_MAX], const struct measurement *m)
{
    size_t count = 0;

    for (size_t i = 0; i < m->extra_count; i++)
        figures[count++] = (gb_figure){m->extras[i].name, m->extras[i].value};
    for (int i = 0; i < COUNTERS; i++) {
        const int64_t value = m->counted.of[i];
        if (value != COUNTER_ABSENT)
            figures[count++] = (gb_figure){counter_name((enum counter)i), (double)value / (double)m->batch};
    }
    if (m->bytes_needed && m->counted.of[BYTES_READ] != COUNTER_ABSENT)
        figures[count++] =
            (gb_figure){"amplification", (double)m->counted.of[BYTES_READ] / (double)m->bytes_needed};
    return count;
}

static double each(uint64_t value, uint64_t batch)
{
    return value ? (double)value / (double)batch : GB_ABSENT;
}

static void accept(void *user, const struct measurement *m)
{
    struct active *active = user;
    gb_figure figures[FIGURES_MAX];
    const gb_sample sample = {.seconds = m->seconds / (double)m->batch,
                              .batch = m->batch,
                              .bytes = each(m->bytes, m->batch),
                              .items = each(m->items, m->batch),
                              .figures = figures,
                              .figure_count = list_figures(figures, m)};

    if (active->observer)
        active->observer->sample(active->observer->user, active->series, m);
    if (gb_sample_accept(active->block, &sample) != GB_OK || !series_add(active->series, m)) {
        active->series->broken = true;
        snprintf(active->series->reason, sizeof active->series->reason, "a sample of %g s could not be kept",
                 m->seconds);
    }
}

/* ---- a block ---- */

/* Those that were thrown away since the series was as in `before`. */
static void report_discarded(gb_block *block, const struct series *before, const struct series *series)
{
    for (size_t i = 0; i < series->discarded_kinds; i++) {
        const unsigned earlier = i < before->discarded_kinds ? before->discarded[i].count : 0;
        for (unsigned n = earlier; n < series->discarded[i].count; n++)
            gb_sample_discard(block, series->discarded[i].reason);
    }
}

void block_take(gb_block *block, struct series *series, struct run *run, uint64_t round,
                const struct observer *observer)
{
    const struct series before = *series;
    struct active active = {block, series, observer};
    const struct driver driver = {.want = want, .accept = accept, .user = &active};

    if (!interrupted && !series->cannot && !series->broken)
        sample_block(series, run, round, &driver);
    report_discarded(block, &before, series);
    if (series->cannot)
        gb_block_skip(block, series->reason);
    else if (series->broken)
        gb_block_fail(block, series->reason);
    else if (interrupted)
        gb_block_skip(block, "interrupted");
    else if (gb_sample_wanted(block))
        gb_block_fail(block, "the condition could not be had");
}
