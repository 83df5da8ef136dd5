#include "google_driver.h"

#include "google_benchmark.h"
#include "interrupt.h"
#include "message.h"
#include "random.h"

#include <stdlib.h>

enum { SELDOM = 3 }; /* what takes long is in one of so many rounds */

struct schedule {
    struct run *run;
    const struct observer *observer;
    size_t done, count;
};

struct block {
    struct schedule *schedule;
    struct series *series;
    uint64_t round;
    gb_series registered;
};

static void take(gb_block *block, void *user)
{
    const struct block *request = user;
    struct schedule *schedule = request->schedule;

    schedule->observer->begin(schedule->observer->user, request->series);
    block_take(block, request->series, schedule->run, request->round, schedule->observer);
    schedule->observer->progress(request->series, ++schedule->done, schedule->count);
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

static bool register_block(struct block *block, size_t samples)
{
    block->registered =
        (gb_series){.name = block->series->name, .block = take, .user = block, .samples = samples};
    return gb_series_register(&block->registered) != NULL;
}

static bool is_in_round(const struct series *series, unsigned round)
{
    return !series->demands.seldom || round % SELDOM == 0;
}

/* Samples that the round still has to have: an earlier run may have been cut off within a block. */
static size_t samples_missing(const struct series *series, unsigned round)
{
    const size_t all = is_in_round(series, round) ? block_samples(series) : 0;
    size_t taken = 0;

    for (size_t i = 0; round < series->rounds_done && i < series->count; i++)
        taken += series->samples[i].round == round;
    return taken < all ? all - taken : 0;
}

static bool register_round(struct block *blocks, struct series *const *list, size_t count, unsigned round,
                           struct schedule *schedule)
{
    for (size_t i = 0; i < count; i++) {
        const size_t missing = samples_missing(list[i], round);
        blocks[i] = (struct block){.schedule = schedule, .series = list[i], .round = round};
        if (missing && !register_block(&blocks[i], missing))
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
    const unsigned at_once = (output->display || output->file) && rounds ? rounds : 1;
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

void google_driver_count(struct plan *plan, unsigned rounds)
{
    for (size_t i = 0; i < plan->count; i++) {
        struct series *series = &plan->series[i];
        series->wanted = 0;
        for (unsigned round = 0; round < rounds && !series->cannot && !series->broken; round++)
            series->wanted += is_in_round(series, round) ? (unsigned)block_samples(series) : 0;
    }
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
        if (series->cannot || series->broken)
            continue;
        list[count++] = series;
        for (unsigned round = 0; round < rounds; round++)
            schedule.count += samples_missing(series, round) > 0;
    }
    if (fine && count && schedule.count)
        fine = run_rounds(&schedule, list, count, rounds, output);
    free(list);
    if (!fine)
        complain("Google Benchmark could not run the series: out of memory?");
    return fine;
}
