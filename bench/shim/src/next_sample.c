/* The loop of a block: what happens where one sample ends and the next begins. */
#include "block.h"

#include <string.h>
#include <time.h>

enum {
    BATCH_LEAST = 1000000,  /* nanoseconds that a batch lasts */
    BATCH_WANTED = 1500000, /* what is aimed at, so that a quick one is long enough too */
    BATCH_MAX = 1 << 30,
};

static int64_t nanoseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* ---- what blocks and callbacks say ------------------------------------------------------------ */

int gb_each_operation(gb_block *block, double bytes, double items)
{
    if (!block || !gb__amount_valid(bytes) || !gb__amount_valid(items))
        return GB_ERROR_ARGUMENT;
    gb__block_of(block)->loop.bytes = bytes;
    gb__block_of(block)->loop.items = items;
    return GB_OK;
}

int gb_sample_figure(gb_block *block, const char *name, double value)
{
    if (!block || !name || isinf(value))
        return GB_ERROR_ARGUMENT;
    struct gb__loop *loop = &gb__block_of(block)->loop;
    size_t i = 0;
    while (i < loop->figure_count && strcmp(loop->figures[i].name, name) != 0)
        i++;
    if (i == GB_FIGURES_MAX)
        return GB_ERROR_FULL;
    loop->figures[i] = (gb_figure){name, value};
    if (i == loop->figure_count)
        loop->figure_count++;
    return GB_OK;
}

/* ---- one sample ------------------------------------------------------------------------------- */

/* Counts a sample that is not valid; after the last retry the block has failed. */
static void take_again(struct gb__block *block, const char *reason)
{
    char message[GB_TEXT_MAX];

    gb_sample_discard(&block->handle, reason);
    if (block->loop.retries++ < GB_RETRIES_MAX)
        return;
    snprintf(message, sizeof message, "no valid sample in %d attempts: %s", GB_RETRIES_MAX + 1, reason);
    gb_block_fail(&block->handle, message);
}

static const char *doubt(struct gb__block *block)
{
    const gb_series *series = block->series;

    return series->holds ? series->holds(&block->handle, series->user) : NULL;
}

static void finish(struct gb__block *block)
{
    const gb_series *series = block->series;
    const bool prepared = block->loop.prepared;

    block->loop.prepared = false;
    block->loop.timing = false;
    if (prepared && series->finish)
        series->finish(&block->handle, series->user);
}

/* Prepares a sample and starts the clock. False: it has to be tried again, or the block has ended. */
static bool begin(struct gb__block *block)
{
    const gb_series *series = block->series;
    struct gb__loop *loop = &block->loop;

    loop->figure_count = 0;
    loop->prepared = true;
    if (series->prepare)
        series->prepare(&block->handle, series->user);
    const char *reason = gb_block_ended(&block->handle) ? NULL : doubt(block);
    if (reason)
        take_again(block, reason);
    if (reason || gb_block_ended(&block->handle)) {
        finish(block);
        return false;
    }
    block->handle.operations_left = loop->batch;
    loop->timing = true;
    loop->began = nanoseconds();
    return true;
}

/* Whether the batch lasted long enough to be timed well. If not, the next one is larger: from the little that
 * it says, hence again, until one is. */
static bool long_enough(struct gb__block *block, int64_t elapsed)
{
    struct gb__loop *loop = &block->loop;

    if (!block->series->batches || elapsed >= BATCH_LEAST || loop->batch == BATCH_MAX)
        return true;
    const double batch = (double)loop->batch;
    loop->batch = (uint64_t)fmin(fmax(batch + 1, ceil(batch * BATCH_WANTED / (double)elapsed)), BATCH_MAX);
    return false;
}

static void accept(struct gb__block *block, int64_t elapsed)
{
    const struct gb__loop *loop = &block->loop;
    const gb_sample sample = {
        .seconds = (double)elapsed * 1e-9 / (double)loop->batch,
        .batch = loop->batch,
        .bytes = loop->bytes,
        .items = loop->items,
        .figures = loop->figures,
        .figure_count = loop->figure_count,
    };

    gb_sample_accept(&block->handle, &sample);
}

static void complete(struct gb__block *block, int64_t elapsed)
{
    struct gb__loop *loop = &block->loop;
    const char *reason = gb_block_ended(&block->handle) ? NULL : doubt(block);

    if (!reason && elapsed <= 0)
        reason = "the clock did not advance";
    if (reason)
        take_again(block, reason);
    finish(block);
    if (reason || gb_block_ended(&block->handle))
        return;
    loop->retries = 0;
    if (!long_enough(block, elapsed))
        loop->trial = true;
    else if (loop->trial)
        loop->trial = false;
    else
        accept(block, elapsed);
}

bool gb_next_sample_boundary(gb_block *block)
{
    struct gb__block *own = gb__block_of(block);

    if (own->loop.timing)
        complete(own, nanoseconds() - own->loop.began);
    while (gb_sample_wanted(block))
        if (begin(own))
            return true;
    return false;
}

void gb__loop_leave(struct gb__block *block)
{
    finish(block);
}
