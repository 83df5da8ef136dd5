/* TAP version 13, https://testanything.org/tap-version-13-specification.html: readers of version 14 take it,
 * while Debian's prove (TAP::Harness 3.44) refuses a higher number, and nothing here needs one. What 14 adds
 * is a reader's business (\# in a text is no directive) or not used (subtests, pragmas). */
#include "output.h"

#include "utf8.h"

static void begin(struct output *output)
{
    fprintf(output->stream, "TAP version 13\n1..%zu\n", output->planned);
}

/* In descriptions and reasons a # would begin a directive. */
static void print_escaped(FILE *stream, const char *text)
{
    static const struct escape escapes[] = {{'#', "\\#"}, {'\\', "\\\\"}, {'\n', " "}, {0, NULL}};

    utf8_write(stream, text, escapes);
}

/* A double-quoted YAML scalar reads like a JSON string. */
static void print_yaml(FILE *stream, const char *indent, const char *key, const char *value)
{
    struct json json = json_to(stream);

    fprintf(stream, "%s%s: ", indent, key);
    json_string(&json, NULL, value);
    fputc('\n', stream);
}

static void print_diagnostics(FILE *stream, const struct attempt *attempt, const struct outcome *outcome)
{
    const struct test_case *test = attempt->test;
    char ending[64], clause[256];

    outcome_describe_ending(outcome, ending, sizeof ending);
    fputs("  ---\n", stream);
    print_yaml(stream, "  ", "result", result_name(outcome->result));
    print_yaml(stream, "  ", "reason", outcome->reason);
    print_yaml(stream, "  ", "sentence", test->sentence);
    snprintf(clause, sizeof clause, "%s %s, %s", test->clause.source, test->clause.section,
             strength_name(test->clause.strength));
    print_yaml(stream, "  ", "clause", clause);
    if (test->meaning)
        print_yaml(stream, "  ", "meaning", test->meaning);
    print_yaml(stream, "  ", "file", test->file);
    fprintf(stream, "  line: %d\n", test->line);
    print_yaml(stream, "  ", "ended", ending);
    fputs(outcome->step_count ? "  steps:\n" : "  steps: []\n", stream);
    for (size_t i = 0; i < outcome->step_count; i++) {
        const struct step *step = &outcome->steps[i];
        print_yaml(stream, "    - ", "what", step->what);
        print_yaml(stream, "      ", "expected", step->expected);
        print_yaml(stream, "      ", "observed", step->observed_any ? step->observed : NULL);
    }
    if (outcome->output_length)
        print_yaml(stream, "  ", "output", outcome->output);
    fputs("  ...\n", stream);
}

static void one_case(struct output *output, const struct attempt *attempt, const struct outcome *outcome)
{
    enum result result = outcome->result;
    FILE *stream = output->stream;
    char title[TITLE_MAX];

    attempt_title(title, sizeof title, attempt);
    fprintf(stream, "%sok %zu - %s/", result_is_fine(result) && result != RESULT_XFAIL ? "" : "not ",
            tally_total(&output->tally), attempt->test->suite->name);
    print_escaped(stream, title);
    if (result == RESULT_UNSUPPORTED || result == RESULT_XFAIL) {
        fputs(result == RESULT_UNSUPPORTED ? " # SKIP " : " # TODO ", stream);
        print_escaped(stream, outcome->reason);
    }
    fputc('\n', stream);
    if (result != RESULT_PASS && result != RESULT_UNSUPPORTED)
        print_diagnostics(stream, attempt, outcome);
    fflush(stream);
}

static void end(struct output *output)
{
    if (output->interrupted)
        fputs("Bail out! interrupted\n", output->stream);
}

const struct format tap_format = {"tap", "TAP version 13", false, begin, NULL, one_case, NULL, end};
