#include "output.h"

#include "calls.h"
#include "message.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

const struct format *const formats[] = {&human_format,    &tap_format,   &ktap_format, &junit_format,
                                        &markdown_format, &jsonl_format, NULL};

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

static bool same_suite(const struct attempt *one, const struct attempt *other)
{
    return strcmp(one->test->suite->name, other->test->suite->name) == 0;
}

size_t suite_size(const struct output *output, size_t first)
{
    size_t end = first;

    while (end < output->planned && same_suite(&output->attempts[first], &output->attempts[end]))
        end++;
    return end - first;
}

size_t suite_count(const struct output *output)
{
    size_t count = 0;

    for (size_t first = 0; first < output->planned; first += suite_size(output, first))
        count++;
    return count;
}

static void open_gathered(struct gathered *gathered)
{
    gathered->stream = open_memstream(&gathered->text, &gathered->length);
}

static void close_gathered(struct output *output, struct gathered *gathered)
{
    if (!gathered->stream)
        return;
    if (ferror(gathered->stream))
        output->failed = true;
    fclose(gathered->stream);
    free(gathered->text);
    *gathered = (struct gathered){0};
}

void release_gathered(struct gathered *gathered, FILE *stream)
{
    fflush(gathered->stream);
    fwrite(gathered->text, 1, gathered->length, stream);
    rewind(gathered->stream); /* the length is that of what is written from here on */
}

void output_begin(struct output *output)
{
    output->json = json_to(output->stream);
    if (output->format->gathers) {
        open_gathered(&output->of_suite);
        open_gathered(&output->of_all);
        output->failed = !output->of_suite.stream || !output->of_all.stream;
    }
    if (!output->failed && output->format->begin)
        output->format->begin(output);
}

static void end_suite(struct output *output)
{
    if (output->suite && output->format->end_suite)
        output->format->end_suite(output);
}

static void begin_suite(struct output *output, const struct suite *suite)
{
    end_suite(output);
    output->suite = suite;
    output->suite_tally = (struct tally){0};
    output->suite_seconds = 0;
    output->suite_number++;
    if (output->format->begin_suite)
        output->format->begin_suite(output);
}

void output_case(struct output *output, const struct attempt *attempt, const struct outcome *outcome)
{
    const struct suite *suite = attempt->test->suite;

    if (!output->failed && (!output->suite || strcmp(suite->name, output->suite->name) != 0))
        begin_suite(output, suite);
    tally_add(&output->tally, outcome->result);
    rounds_take(&output->rounds, attempt, outcome);
    if (attempt->place && outcome->result != RESULT_UNSUPPORTED)
        output->executed_in |= UINT64_C(1) << (attempt->place - output->places);
    tally_add(&output->suite_tally, outcome->result);
    output->suite_seconds += outcome->seconds;
    if (!output->failed)
        output->format->one_case(output, attempt, outcome);
}

void output_end(struct output *output)
{
    if (!output->failed) {
        end_suite(output);
        if (output->format->end)
            output->format->end(output);
    }
    close_gathered(output, &output->of_suite);
    close_gathered(output, &output->of_all);
    if (output->failed)
        complain("out of memory: what is printed is not whole; use --format jsonl");
    fflush(output->stream);
}

const char *strength_name(enum strength strength)
{
    static const char *const names[] = {"shall", "may", "unspecified", "documented"};

    return names[strength];
}

void attempt_title(char *title, size_t capacity, const struct attempt *attempt)
{
    const struct place *place = attempt->place;
    const char *path = call_path_name();
    char where[PATH_MAX + 80] = "", by[32] = "", seed[32] = "";

    if (place)
        snprintf(where, sizeof where, " on %s in %s", place->filesystem ? place->filesystem : "a file system",
                 place->directory);
    if (strcmp(path, "libc") != 0)
        snprintf(by, sizeof by, " by %s", path);
    if (attempt->seed != 0)
        snprintf(seed, sizeof seed, ", seed %" PRIu64, attempt->seed);
    snprintf(title, capacity, "%s%s%s%s", attempt->test->id, where, by, seed);
}

static void tell_steps(const struct outcome *outcome, detail_line *line, void *context)
{
    char text[sizeof(struct step) + 64];

    for (size_t i = 0; i < outcome->step_count; i++) {
        const struct step *step = &outcome->steps[i];
        snprintf(text, sizeof text, "line %d: %s: expected %s, observed %s", step->line, step->what,
                 step_only_records(step) ? "nothing in particular" : step->expected,
                 step->observed_any ? step->observed : "nothing: it ended here");
        line(context, "step", text);
    }
}

void tell_details(const struct attempt *attempt, const struct outcome *outcome, detail_line *line,
                  void *context)
{
    const struct test_case *test = attempt->test;
    char text[256];

    line(context, "promise", test->sentence);
    snprintf(text, sizeof text, "%s %s, %s", test->clause.source, test->clause.section,
             strength_name(test->clause.strength));
    line(context, "clause", text);
    if (test->meaning)
        line(context, "meaning", test->meaning);
    if (outcome->reason[0])
        line(context, "reason", outcome->reason);
    tell_steps(outcome, line, context);
    outcome_describe_ending(outcome, text, sizeof text);
    line(context, "ended", text);
    if (outcome->output_length)
        line(context, "output", outcome->output);
}
