#include "block.h"

#include <stdlib.h>
#include <string.h>

bool gb__series_valid(const gb_series *series)
{
    return series && series->name && series->name[0] && series->block && series->samples > 0 &&
           series->samples <= GB_SAMPLES_MAX;
}

/* ---- how it ends ------------------------------------------------------------------------------ */

/* The first message is the cause of the others. */
static int end(gb_block *handle, gb__outcome outcome, const char *message)
{
    struct gb__block *block = gb__block_of(handle);

    if (!block || !message)
        return GB_ERROR_ARGUMENT;
    if (block->outcome == GB__RUNNING) {
        block->outcome = outcome;
        snprintf(block->message, sizeof block->message, "%s", message);
    }
    block->owed = false;
    handle->operations_left = 0;
    return GB_OK;
}

int gb_block_fail(gb_block *block, const char *message)
{
    return end(block, GB__FAILED, message);
}

int gb_block_skip(gb_block *block, const char *message)
{
    return end(block, GB__SKIPPED, message);
}

bool gb_block_ended(const gb_block *block)
{
    return !block || ((const struct gb__block *)block)->outcome != GB__RUNNING;
}

uint64_t gb_block_round(const gb_block *block)
{
    return block ? ((const struct gb__block *)block)->round : 0;
}

static int out_of_memory(struct gb__block *block)
{
    gb_block_fail(&block->handle, "out of memory");
    return GB_ERROR_MEMORY;
}

/* ---- samples ---------------------------------------------------------------------------------- */

bool gb_sample_wanted(gb_block *block)
{
    struct gb__block *own = gb__block_of(block);

    if (!own)
        return false;
    own->owed = own->outcome == GB__RUNNING && own->count < own->wanted;
    return own->owed;
}

static bool valid_figures(const gb_figure *figures, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!figures || !figures[i].name || isinf(figures[i].value))
            return false;
        for (size_t other = 0; other < i; other++)
            if (strcmp(figures[i].name, figures[other].name) == 0)
                return false;
    }
    return true;
}

bool gb__amount_valid(double value)
{
    return isnan(value) || (isfinite(value) && value >= 0);
}

static bool valid_sample(const gb_sample *sample)
{
    return isfinite(sample->seconds) && sample->seconds > 0 && sample->batch > 0 &&
           gb__amount_valid(sample->bytes) && gb__amount_valid(sample->items) &&
           valid_figures(sample->figures, sample->figure_count);
}

/* The block's own copy of a name, or NULL when out of memory. */
static const char *own_name(struct gb__block *block, const char *name)
{
    for (size_t i = 0; i < block->name_count; i++)
        if (strcmp(block->names[i], name) == 0)
            return block->names[i];
    char **names = realloc(block->names, (block->name_count + 1) * sizeof *names);
    if (!names)
        return NULL;
    block->names = names;
    names[block->name_count] = strdup(name);
    return names[block->name_count] ? names[block->name_count++] : NULL;
}

/* The block's own copy of figures; false when out of memory. */
static bool own_figures(struct gb__block *block, gb_sample *sample)
{
    const gb_figure *figures = sample->figures;
    gb_figure *own = NULL;

    if (sample->figure_count > 0) {
        own = calloc(sample->figure_count, sizeof *own);
        if (!own)
            return false;
    }
    for (size_t i = 0; i < sample->figure_count; i++) {
        own[i] = (gb_figure){own_name(block, figures[i].name), figures[i].value};
        if (!own[i].name) {
            free(own);
            return false;
        }
    }
    sample->figures = own;
    return true;
}

int gb_sample_accept(gb_block *block, const gb_sample *sample)
{
    struct gb__block *own = gb__block_of(block);

    if (!own || !sample || !own->owed || !valid_sample(sample))
        return GB_ERROR_ARGUMENT;
    gb_sample copy = *sample;
    if (!own_figures(own, &copy))
        return out_of_memory(own);
    own->samples[own->count++] = copy;
    own->owed = false;
    return GB_OK;
}

int gb_sample_discard(gb_block *block, const char *reason)
{
    struct gb__block *own = gb__block_of(block);
    struct gb__discard one = {.count = 1};

    if (!own || !reason)
        return GB_ERROR_ARGUMENT;
    snprintf(one.reason, sizeof one.reason, "%s", reason);
    for (size_t i = 0; i < own->discarded_count; i++) {
        if (strcmp(own->discarded[i].reason, one.reason) == 0) {
            own->discarded[i].count++;
            return GB_OK;
        }
    }
    struct gb__discard *list = realloc(own->discarded, (own->discarded_count + 1) * sizeof *list);
    if (!list)
        return out_of_memory(own);
    own->discarded = list;
    list[own->discarded_count++] = one;
    return GB_OK;
}

/* ---- the block -------------------------------------------------------------------------------- */

void gb__block_run(struct gb__block *block, const gb_series *series, uint64_t round, size_t wanted)
{
    char message[GB_TEXT_MAX];

    *block = (struct gb__block){.series = series, .round = round, .wanted = wanted};
    block->loop =
        (struct gb__loop){.batch = 1, .trial = series->batches, .bytes = GB_ABSENT, .items = GB_ABSENT};
    block->samples = calloc(wanted, sizeof *block->samples);
    if (!block->samples) {
        out_of_memory(block);
        return;
    }
    series->block(&block->handle, series->user);
    gb__loop_leave(block);
    if (block->outcome == GB__RUNNING && block->count < wanted) {
        snprintf(message, sizeof message, "the block took %zu of %zu samples", block->count, wanted);
        gb_block_fail(&block->handle, message);
    }
}

void gb__block_free(struct gb__block *block)
{
    for (size_t i = 0; i < block->count; i++)
        free((void *)block->samples[i].figures);
    for (size_t i = 0; i < block->name_count; i++)
        free(block->names[i]);
    free(block->samples);
    free(block->names);
    free(block->discarded);
    *block = (struct gb__block){0};
}
