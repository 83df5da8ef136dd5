/* KTAP version 1, nested by suite: https://docs.kernel.org/dev-tools/ktap.html */
#include "output.h"

#include "utf8.h"

#include <string.h>

static void begin(struct output *output)
{
    fprintf(output->stream, "KTAP version 1\n1..%zu\n", suite_count(output));
}

static void begin_suite(struct output *output)
{
    fprintf(output->stream, "  KTAP version 1\n  # Subtest: %s\n  1..%zu\n", output->suite->name,
            suite_size(output, tally_total(&output->tally)));
}

/* A name can't hold a #, and no text more than one line. */
static void print_name(FILE *stream, const char *text)
{
    static const struct escape escapes[] = {{'#', "_"}, {'\n', " "}, {0, NULL}};

    utf8_write(stream, text, escapes);
}

static void print_line(FILE *stream, const char *text)
{
    static const struct escape escapes[] = {{'\n', " "}, {0, NULL}};

    utf8_write(stream, text, escapes);
}

struct diagnostics {
    FILE *stream;
    const char *title;
};

static void print_diagnostic(void *context, const char *label, const char *text)
{
    static const struct escape escapes[] = {{'\n', "\n  #   "}, {0, NULL}};
    const struct diagnostics *diagnostics = context;

    fputs("  # ", diagnostics->stream);
    print_name(diagnostics->stream, diagnostics->title);
    fprintf(diagnostics->stream, ": %s: ", label);
    utf8_write(diagnostics->stream, text, escapes);
    fputc('\n', diagnostics->stream);
}

/* Directives that the format knows; the others are told by ok and not ok. */
static const char *directive(enum result result)
{
    switch (result) {
    case RESULT_UNSUPPORTED:
        return "SKIP ";
    case RESULT_XFAIL:
        return "XFAIL ";
    case RESULT_TIMEOUT:
        return "TIMEOUT ";
    case RESULT_ERROR:
        return "ERROR ";
    default:
        return "";
    }
}

static void one_case(struct output *output, const struct attempt *attempt, const struct outcome *outcome)
{
    FILE *stream = output->stream;
    char title[TITLE_MAX];

    attempt_title(title, sizeof title, attempt);
    if (outcome->result != RESULT_PASS) {
        struct diagnostics diagnostics = {stream, title};
        print_diagnostic(&diagnostics, "result", result_name(outcome->result));
        tell_details(attempt, outcome, print_diagnostic, &diagnostics);
    }
    fprintf(stream, "  %sok %zu ", result_is_fine(outcome->result) ? "" : "not ",
            tally_total(&output->suite_tally));
    print_name(stream, title);
    if (outcome->result != RESULT_PASS) {
        fprintf(stream, " # %s", directive(outcome->result));
        print_line(stream, outcome->reason);
    }
    fputc('\n', stream);
    fflush(stream);
}

static void end_suite(struct output *output)
{
    const struct tally *tally = &output->suite_tally;

    fprintf(output->stream, "%sok %zu %s%s\n", tally_is_fine(tally) ? "" : "not ", output->suite_number,
            output->suite->name, tally_has_executed(tally) ? "" : " # SKIP nothing was executed");
}

static void end(struct output *output)
{
    if (output->interrupted)
        fputs("# interrupted: the plan was not fulfilled\n", output->stream);
}

const struct format ktap_format = {
    "ktap", "KTAP version 1, nested by suite", false, begin, begin_suite, one_case, end_suite, end};
