#include "rounds.h"

#include "expectation.h"
#include "json.h"
#include "random.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

bool rounds_begin(struct rounds *rounds, const struct attempt *attempts, size_t count, size_t length)
{
    *rounds = (struct rounds){.count = count, .length = length};
    rounds->tried = calloc(length + 1, sizeof *rounds->tried);
    for (size_t i = 0; rounds->tried && i < length; i++)
        rounds->tried[i].first = &attempts[i];
    return rounds->tried != NULL;
}

void rounds_take(struct rounds *rounds, const struct attempt *attempt, const struct outcome *outcome)
{
    struct tried *tried = &rounds->tried[rounds->taken % rounds->length];
    const bool is_first = rounds->taken < rounds->length;
    const bool is_new = tried->of[outcome->result] == 0;
    char seen[sizeof tried->seen];

    tried->is_news = is_new;
    rounds->taken++;
    tried->of[outcome->result]++;
    expectation_describe(outcome, seen, sizeof seen);
    if (is_first)
        memcpy(tried->seen, seen, sizeof seen);
    else if (!tried->flaky && (is_new || strcmp(seen, tried->seen) != 0)) {
        tried->flaky = true;
        tried->other_seed = attempt->seed;
    }
}

bool rounds_latest_is_news(const struct rounds *rounds)
{
    return rounds->tried[(rounds->taken - 1) % rounds->length].is_news;
}

size_t rounds_flaky(const struct rounds *rounds)
{
    size_t flaky = 0;

    for (size_t i = 0; i < rounds->length; i++)
        flaky += rounds->tried[i].flaky;
    return flaky;
}

static const char *filesystem_of(const struct tried *tried)
{
    return tried->first->place ? tried->first->place->filesystem : NULL;
}

void rounds_print(const struct rounds *rounds, FILE *stream)
{
    for (size_t i = 0; i < rounds->length; i++) {
        const struct tried *tried = &rounds->tried[i];
        if (!tried->flaky)
            continue;
        fprintf(stream, "FLAKY %s", tried->first->test->id);
        if (filesystem_of(tried))
            fprintf(stream, " on %s", filesystem_of(tried));
        for (int result = 0, shown = 0; result < RESULT_KINDS; result++)
            if (tried->of[result])
                fprintf(stream, "%s %zu %s", shown++ ? "," : ":", tried->of[result],
                        result_name((enum result)result));
        fprintf(stream, "; first otherwise with --seed %" PRIu64 "\n", tried->other_seed);
    }
    if (rounds->count > 1 && rounds->length > 0)
        fprintf(stream, "%zu of %zu answered not always the same in %zu rounds\n", rounds_flaky(rounds),
                rounds->length, rounds->taken / rounds->length);
}

void rounds_record(const struct rounds *rounds, struct json *json)
{
    json_array(json, "flaky");
    for (size_t i = 0; i < rounds->length; i++) {
        const struct tried *tried = &rounds->tried[i];
        if (!tried->flaky)
            continue;
        json_object(json, NULL);
        json_string(json, "case", tried->first->test->id);
        json_string(json, "directory", tried->first->place ? tried->first->place->directory : NULL);
        json_unsigned(json, "seed", tried->other_seed);
        json_object(json, "counts");
        for (int result = 0; result < RESULT_KINDS; result++)
            json_unsigned(json, result_name((enum result)result), tried->of[result]);
        json_end_object(json);
        json_end_object(json);
    }
    json_end_array(json);
}

void rounds_end(struct rounds *rounds)
{
    free(rounds->tried);
    rounds->tried = NULL;
}

void rounds_order(size_t *order, size_t first, size_t length, uint64_t seed)
{
    uint64_t state = seed;

    for (size_t i = 0; i < length; i++)
        order[i] = first + i;
    for (size_t left = length; seed != 0 && left > 1; left--) {
        const size_t at = (size_t)(random_next(&state) % left);
        const size_t moved = order[left - 1];
        order[left - 1] = order[at];
        order[at] = moved;
    }
}
