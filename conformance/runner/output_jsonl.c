#include "coverage.h"
#include "output.h"

#include <string.h>

static void record_clause(struct json *json, const struct clause *clause)
{
    json_object(json, "clause");
    json_string(json, "source", clause->source);
    json_string(json, "section", clause->section);
    json_string(json, "strength", strength_name(clause->strength));
    json_end_object(json);
}

static void record_steps(struct json *json, const struct outcome *outcome)
{
    json_array(json, "steps");
    for (size_t i = 0; i < outcome->step_count; i++) {
        const struct step *step = &outcome->steps[i];
        json_object(json, NULL);
        json_integer(json, "line", step->line);
        json_string(json, "what", step->what);
        json_string(json, "expected", step->expected);
        json_string(json, "observed", step->observed_any ? step->observed : NULL);
        json_end_object(json);
    }
    json_end_array(json);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

void record_case(struct json *json, const struct attempt *attempt, const struct outcome *outcome)
{
    const struct test_case *test = attempt->test;
    const struct place *place = attempt->place;
    char ending[64];

    outcome_describe_ending(outcome, ending, sizeof ending);
    json_object(json, NULL);
    json_string(json, "schema", "mapwise.check/1");
    json_string(json, "suite", test->suite->name);
    json_string(json, "suite_title", test->suite->title);
    json_string(json, "case", test->id);
    json_string(json, "sentence", test->sentence);
    json_string(json, "meaning", test->meaning);
    record_clause(json, &test->clause);
    json_string(json, "directory", place ? place->directory : NULL);
    json_string(json, "filesystem", place ? place->filesystem : NULL);
    json_string(json, "path", call_path_name());
    json_unsigned(json, "seed", attempt->seed);
    json_string(json, "result", result_name(outcome->result));
    json_string(json, "reason", outcome->reason);
    json_string(json, "file", base_name(test->file));
    json_integer(json, "line", test->line);
    record_steps(json, outcome);
    json_string(json, "ended", ending);
    json_string(json, "output", outcome->output);
    json_number(json, "seconds", outcome->seconds);
    json_end_object(json);
}

void record_summary(struct json *json, const struct output *output)
{
    json_object(json, NULL);
    json_string(json, "schema", "mapwise.summary/1");
    json_string(json, "tool", output->run->tool);
    json_boolean(json, "complete", !output->interrupted);
    json_boolean(json, "interrupted", output->interrupted);
    json_number(json, "seconds", output->seconds);
    json_unsigned(json, "planned", output->planned);
    json_object(json, "counts");
    for (int result = 0; result < RESULT_KINDS; result++)
        json_unsigned(json, result_name((enum result)result), output->tally.of[result]);
    json_end_object(json);
    json_unsigned(json, "rounds", output->rounds.count);
    rounds_record(&output->rounds, json);
    json_end_object(json);
}

static void begin(struct output *output)
{
    results_describe_run(&output->json, output->run);
    json_end_record(&output->json);
}

static void one_case(struct output *output, const struct attempt *attempt, const struct outcome *outcome)
{
    record_case(&output->json, attempt, outcome);
    json_end_record(&output->json);
    fflush(output->stream);
}

static void end(struct output *output)
{
    if (output->every_case) {
        record_coverage(&output->json);
        json_end_record(&output->json);
    }
    record_summary(&output->json, output);
    json_end_record(&output->json);
}

const struct format jsonl_format = {
    "jsonl", "JSON Lines, as in the results folder", false, begin, NULL, one_case, NULL, end};
