#include "google_driver.h"

#include "google_benchmark.h"
#include "interrupt.h"
#include "message.h"
#include "random.h"

#include <stdlib.h>

enum { BATCHES_IN_BLOCK = 3 }; /* where no cache has to be prepared; else one sample a block */

struct schedule {
    struct run *run;
    progress_function progress;
    size_t done, count;
    bool out_of_memory;
};

struct block {
    struct schedule *schedule;
    struct series *series;
    uint64_t round;
};

/* ---- one block, as the sample contract's driver ---- */

struct active {
    gb_state *state;
    struct series *series;
    bool completed;
    double bytes, amplification;
};

static bool want(void *user)
{
    struct active *active = user;

    active->completed = !gb_keep_running(active->state);
    return !active->completed;
}

static void accept(void *user, const struct measurement *measurement)
{
    struct active *active = user;

    gb_set_iteration_time(active->state, measurement->seconds / (double)measurement->batch);
    active->bytes += (double)measurement->bytes / (double)measurement->batch;
    if (measurement->bytes_needed && measurement->counted.bytes_read != COUNTER_ABSENT)
        active->amplification = (double)measurement->counted.bytes_read / (double)measurement->bytes_needed;
    if (!series_add(active->series, measurement)) {
        active->series->broken = true;
        active->series->reason[0] = '\0';
    }
}

static void run_block(gb_state *state, void *user)
{
    const struct block *block = user;
    struct series *series = block->series;
    struct active active = {.state = state, .series = series, .amplification = -1};
    const struct driver driver = {.want = want, .accept = accept, .user = &active};

    if (!interrupted && !series->cannot && !series->broken)
        sample_block(series, block->schedule->run, block->round, &driver);
    if (!active.completed)
        gb_skip_with_message(state, interrupted ? "interrupted" : series->reason);
    if (active.bytes > 0)
        gb_set_bytes_processed(state, (int64_t)active.bytes);
    if (active.amplification >= 0)
        gb_counter(state, "amplification", active.amplification, GB_COUNTER_DEFAULT, 1000);
    block->schedule->done++;
    if (block->schedule->progress)
        block->schedule->progress(series, block->schedule->done, block->schedule->count);
}

/* ---- all blocks ---- */

static void shuffle(struct series **list, size_t count, uint64_t *random)
{
    for (size_t i = count; i > 1; i--) {
        size_t other = (size_t)random_below(random, i);
        struct series *swapped = list[i - 1];
        list[i - 1] = list[other];
        list[other] = swapped;
    }
}

static bool register_block(struct block *block)
{
    const struct demands *demands = &block->series->demands;
    const bool cheap = demands->batches && demands->temperature == ANY_TEMPERATURE;
    const int64_t samples = cheap ? BATCHES_IN_BLOCK : 1;
    gb_benchmark *benchmark = gb_register(block->series->name, run_block, block);

    block->series->wanted += (unsigned)samples;
    return benchmark && gb_use_manual_time(benchmark) == GB_OK && gb_iterations(benchmark, samples) == GB_OK;
}

static bool register_rounds(struct block *blocks, struct series **list, size_t count, unsigned rounds,
                            struct schedule *schedule)
{
    uint64_t random = schedule->run->seed;

    for (unsigned round = 0; round < rounds; round++) {
        shuffle(list, count, &random);
        for (size_t i = 0; i < count; i++) {
            struct block *block = &blocks[round * count + i];
            *block = (struct block){.schedule = schedule, .series = list[i], .round = round};
            if (!register_block(block))
                return false;
        }
    }
    return true;
}

static void ignore_row(void *user, const gb_row *row)
{
    (void)user;
    (void)row;
}

bool google_driver_run(struct plan *plan, struct run *run, unsigned rounds, bool google_display,
                       progress_function progress)
{
    static const gb_reporter quiet = {ignore_row, NULL};
    struct schedule schedule = {.run = run, .progress = progress};
    struct series **list = calloc(plan->count, sizeof(struct series *));
    struct block *blocks = NULL;
    size_t count = 0;
    bool fine = false;

    for (size_t i = 0; list && i < plan->count; i++)
        if (!plan->series[i].cannot)
            list[count++] = &plan->series[i];
    schedule.count = count * rounds;
    if (list && count)
        blocks = calloc(schedule.count, sizeof *blocks);
    if (list && count == 0)
        fine = true; /* every series is NOT RUN, and says why */
    else if (blocks && register_rounds(blocks, list, count, rounds, &schedule))
        fine = gb_run_all(NULL, ".", google_display ? NULL : &quiet) == GB_OK;
    if (!fine)
        complain("Google Benchmark could not run the series: out of memory?");
    free(blocks);
    free(list);
    gb_clear_registered();
    return fine;
}
