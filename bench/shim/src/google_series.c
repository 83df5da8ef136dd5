/* The driver that is Google Benchmark: one iteration a sample, with manual time. */
#include "block.h"

#include <stdlib.h>

/* One for each series that was ever registered: bounded by the program, hence never freed. */
struct registration {
    const gb_series *series;
    uint64_t blocks; /* so far */
    struct registration *next;
};

static struct registration *registrations;

/* ---- what a row tells of its samples ---------------------------------------------------------- */

static double bytes_of(const gb_sample *sample)
{
    return sample->bytes;
}

static double items_of(const gb_sample *sample)
{
    return sample->items;
}

/* NaN, which is absent, if any of them is. */
static double sum(const struct gb__block *block, double (*value_of)(const gb_sample *sample))
{
    double result = 0;

    for (size_t i = 0; i < block->count; i++)
        result += value_of(&block->samples[i]);
    return result;
}

/* Of the samples that have this figure; NaN if none has. */
static double mean_figure(const struct gb__block *block, const char *name)
{
    double total = 0, count = 0;

    for (size_t i = 0; i < block->count; i++) {
        const gb_sample *sample = &block->samples[i];
        for (size_t j = 0; j < sample->figure_count; j++) {
            if (sample->figures[j].name == name && !isnan(sample->figures[j].value)) {
                total += sample->figures[j].value;
                count++;
            }
        }
    }
    return total / count;
}

/* gb_counter refuses what is not finite, so that what is absent stays so. */
static void tell_counters(gb_state *state, const struct gb__block *block)
{
    double discarded = 0;

    for (size_t i = 0; i < block->discarded_count; i++)
        discarded += (double)block->discarded[i].count;
    for (size_t i = 0; i < block->name_count; i++)
        gb_counter(state, block->names[i], mean_figure(block, block->names[i]), GB_COUNTER_DEFAULT, 1000);
    gb_counter(state, "bytes_per_second", sum(block, bytes_of), GB_COUNTER_RATE, 1024);
    gb_counter(state, "items_per_second", sum(block, items_of), GB_COUNTER_RATE, 1000);
    gb_counter(state, "discarded", discarded, GB_COUNTER_DEFAULT, 1000);
}

/* ---- the body --------------------------------------------------------------------------------- */

static void tell_outcome(gb_state *state, const struct gb__block *block)
{
    if (block->outcome == GB__FAILED)
        gb_skip_with_error(state, block->message);
    if (block->outcome == GB__SKIPPED)
        gb_skip_with_message(state, block->message);
}

/* The first iteration takes all samples, so that the processor time is that of the block. */
static void run_series(gb_state *state, void *user)
{
    struct registration *registration = user;
    struct gb__block block = {0};
    size_t told = 0;

    if (gb_thread_count(state) > 1)
        gb_skip_with_error(state, "a series is of one thread");
    while (gb_keep_running(state)) {
        if (told == 0) {
            gb__block_run(&block, registration->series, registration->blocks++,
                          (size_t)gb_max_iterations(state));
            tell_outcome(state, &block);
        }
        if (block.outcome == GB__RUNNING)
            gb_set_iteration_time(state, block.samples[told++].seconds);
    }
    if (told > 0)
        tell_counters(state, &block);
    gb__block_free(&block);
}

/* ---- registration ----------------------------------------------------------------------------- */

static struct registration *registration_of(const gb_series *series)
{
    struct registration *one = registrations;

    while (one && one->series != series)
        one = one->next;
    if (!one) {
        one = malloc(sizeof *one);
        if (!one)
            return NULL;
        *one = (struct registration){.series = series, .next = registrations};
        registrations = one;
    }
    one->blocks = 0;
    return one;
}

gb_benchmark *gb_series_register(const gb_series *series)
{
    if (!gb__series_valid(series))
        return NULL;
    struct registration *registration = registration_of(series);
    if (!registration)
        return NULL;
    gb_benchmark *benchmark = gb_register(series->name, run_series, registration);
    if (benchmark && gb_iterations(benchmark, (int64_t)series->samples) == GB_OK &&
        gb_use_manual_time(benchmark) == GB_OK)
        return benchmark;
    return NULL;
}
