#include "google_driver.h"

#include "google_benchmark.h"
#include "interrupt.h"
#include "message.h"
#include "random.h"

#include <stdlib.h>

enum {
    BATCHES_IN_BLOCK = 3, /* where no cache has to be prepared; else one sample a block */
    SELDOM = 3,           /* what takes long is in one of so many rounds */
};

struct schedule {
    struct run *run;
    const struct observer *observer;
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
    const struct observer *observer;
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
    if (measurement->bytes_needed && measurement->counted.of[BYTES_READ] != COUNTER_ABSENT)
        active->amplification =
            (double)measurement->counted.of[BYTES_READ] / (double)measurement->bytes_needed;
    active->observer->sample(active->observer->user, active->series, measurement);
    if (!series_add(active->series, measurement)) {
        active->series->broken = true;
        active->series->reason[0] = '\0';
    }
}

static void run_block(gb_state *state, void *user)
{
    const struct block *block = user;
    struct series *series = block->series;
    struct schedule *schedule = block->schedule;
    struct active active = {
        .state = state, .series = series, .observer = schedule->observer, .amplification = -1};
    const struct driver driver = {.want = want, .accept = accept, .user = &active};

    if (!interrupted && !series->cannot && !series->broken)
        sample_block(series, schedule->run, block->round, &driver);
    if (!active.completed)
        gb_skip_with_message(state, interrupted ? "interrupted" : series->reason);
    if (active.bytes > 0)
        gb_set_bytes_processed(state, (int64_t)active.bytes);
    if (active.amplification >= 0)
        gb_counter(state, "amplification", active.amplification, GB_COUNTER_DEFAULT, 1000);
    schedule->observer->progress(series, ++schedule->done, schedule->count);
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

static int64_t samples_in_block(const struct series *series)
{
    const bool cheap = series->demands.batches && series->demands.temperature == ANY_TEMPERATURE;

    return cheap ? BATCHES_IN_BLOCK : 1;
}

static bool register_block(struct block *block)
{
    gb_benchmark *benchmark = gb_register(block->series->name, run_block, block);

    return benchmark && gb_use_manual_time(benchmark) == GB_OK &&
           gb_iterations(benchmark, samples_in_block(block->series)) == GB_OK;
}

static bool is_in_round(const struct series *series, unsigned round)
{
    return !series->demands.seldom || round % SELDOM == 0;
}

/* Blocks from the round `first` on. */
static unsigned blocks_from(const struct series *series, unsigned first, unsigned rounds)
{
    unsigned count = 0;

    for (unsigned round = first; round < rounds; round++)
        count += is_in_round(series, round);
    return count;
}

static bool register_round(struct block *blocks, struct series *const *list, size_t count, unsigned round,
                           struct schedule *schedule)
{
    for (size_t i = 0; i < count; i++) {
        blocks[i] = (struct block){.schedule = schedule, .series = list[i], .round = round};
        if (is_in_round(list[i], round) && round >= list[i]->rounds_done && !register_block(&blocks[i]))
            return false;
    }
    return true;
}

static void ignore_row(void *user, const gb_row *row)
{
    (void)user;
    (void)row;
}

/* The library takes time that grows with the square of what is registered, so it gets one round at a time;
 * but all at once where it writes a document of its own, which each call would begin anew. */
static bool run_rounds(struct schedule *schedule, struct series **list, size_t count, unsigned rounds,
                       const struct google_output *output)
{
    static const gb_reporter quiet = {ignore_row, NULL};
    const unsigned at_once = output->display || output->file ? rounds : 1;
    struct block *blocks = calloc(count * at_once, sizeof *blocks);
    uint64_t random = schedule->run->seed;
    bool fine = blocks;

    for (unsigned round = 0; fine && round < rounds && !interrupted; round += at_once) {
        for (unsigned i = 0; fine && i < at_once; i++) {
            shuffle(list, count, &random);
            fine = register_round(&blocks[i * count], list, count, round + i, schedule);
        }
        fine = fine && gb_run_all(NULL, ".", output->display ? NULL : &quiet) == GB_OK;
        gb_clear_registered();
    }
    free(blocks);
    return fine;
}

bool google_driver_run(struct plan *plan, struct run *run, unsigned rounds,
                       const struct google_output *output, const struct observer *observer)
{
    struct schedule schedule = {.run = run, .observer = observer};
    struct series **list = calloc(plan->count, sizeof(struct series *));
    size_t count = 0;
    bool fine = list;

    for (size_t i = 0; fine && i < plan->count; i++) {
        struct series *series = &plan->series[i];
        if (series->cannot)
            continue;
        list[count++] = series;
        series->wanted = blocks_from(series, 0, rounds) * (unsigned)samples_in_block(series);
        schedule.count += blocks_from(series, series->rounds_done, rounds);
    }
    if (fine && schedule.count)
        fine = run_rounds(&schedule, list, count, rounds, output);
    free(list);
    if (!fine)
        complain("Google Benchmark could not run the series: out of memory?");
    return fine;
}
