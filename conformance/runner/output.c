#include "output.h"

#include <string.h>

const struct format *const formats[] = {&human_format, &tap_format, &jsonl_format, NULL};

const struct format *format_named(const char *name)
{
    for (const struct format *const *format = formats; *format; format++)
        if (strcmp((*format)->name, name) == 0)
            return *format;
    return NULL;
}

void tally_add(struct tally *tally, enum result result)
{
    tally->of[result]++;
}

size_t tally_total(const struct tally *tally)
{
    size_t total = 0;

    for (int result = 0; result < RESULT_KINDS; result++)
        total += tally->of[result];
    return total;
}

bool tally_is_fine(const struct tally *tally)
{
    for (int result = 0; result < RESULT_KINDS; result++)
        if (tally->of[result] && !result_is_fine((enum result)result))
            return false;
    return true;
}

bool tally_has_executed(const struct tally *tally)
{
    return tally_total(tally) > tally->of[RESULT_UNSUPPORTED];
}

void output_begin(struct output *output)
{
    output->json = json_to(output->stream);
    output->format->begin(output);
}

void output_case(struct output *output, const struct attempt *attempt, const struct outcome *outcome)
{
    tally_add(&output->tally, outcome->result);
    rounds_take(&output->rounds, attempt, outcome);
    if (attempt->place && outcome->result != RESULT_UNSUPPORTED)
        output->executed_in |= UINT64_C(1) << (attempt->place - output->places);
    output->format->one_case(output, attempt, outcome);
}

void output_end(struct output *output)
{
    output->format->end(output);
    fflush(output->stream);
}

const char *strength_name(enum strength strength)
{
    static const char *const names[] = {"shall", "may", "unspecified", "documented"};

    return names[strength];
}
