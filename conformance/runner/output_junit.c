/* JUnit XML as Jenkins, GitLab and others read it: testsuites, testsuite, testcase, and in one that did not
 * pass failure, error or skipped. Counts stand before what they count, so the text is gathered first. */
#include "output.h"

#include "facts.h"
#include "utf8.h"

static const struct escape in_text[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {0, NULL}};
static const struct escape in_attribute[] = {{'&', "&amp;"},  {'<', "&lt;"},  {'>', "&gt;"}, {'"', "&quot;"},
                                             {'\n', "&#10;"}, {'\t', "&#9;"}, {0, NULL}};

static void print_attribute(FILE *stream, const char *name, const char *value)
{
    fprintf(stream, " %s=\"", name);
    utf8_write(stream, value, in_attribute);
    fputc('"', stream);
}

/* The element that a result is told by; NULL for a pass. */
static const char *element(enum result result)
{
    switch (result) {
    case RESULT_PASS:
        return NULL;
    case RESULT_XFAIL:
    case RESULT_UNSUPPORTED:
        return "skipped";
    case RESULT_ERROR:
    case RESULT_TIMEOUT:
    case RESULT_CRASH:
        return "error";
    default:
        return "failure";
    }
}

static void print_detail(void *context, const char *label, const char *text)
{
    FILE *stream = context;

    fprintf(stream, "%s: ", label);
    utf8_write(stream, text, in_text);
    fputc('\n', stream);
}

static void one_case(struct output *output, const struct attempt *attempt, const struct outcome *outcome)
{
    FILE *stream = output->of_suite.stream;
    const char *name = element(outcome->result);
    char title[TITLE_MAX];

    attempt_title(title, sizeof title, attempt);
    fprintf(stream, "    <testcase classname=\"mapwise.%s\"", attempt->test->suite->name);
    print_attribute(stream, "name", title);
    fprintf(stream, " time=\"%.6f\"", outcome->seconds);
    if (!name) {
        fputs("/>\n", stream);
        return;
    }
    fprintf(stream, ">\n      <%s type=\"%s\"", name, result_name(outcome->result));
    print_attribute(stream, "message", outcome->reason);
    fputc('>', stream);
    tell_details(attempt, outcome, print_detail, stream);
    fprintf(stream, "</%s>\n    </testcase>\n", name);
}

static void print_counts(FILE *stream, const struct tally *tally, double seconds)
{
    fprintf(stream, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" time=\"%.3f\"", tally_total(tally),
            tally->of[RESULT_FAIL] + tally->of[RESULT_XPASS] + tally->of[RESULT_NEW],
            tally->of[RESULT_ERROR] + tally->of[RESULT_TIMEOUT] + tally->of[RESULT_CRASH], seconds);
}

static void print_properties(FILE *stream)
{
    static const char *const names[] = {"kernel", "kernel_release", "machine", "page_size", "libc"};
    struct facts facts;

    facts_of_machine(&facts);
    fputs("    <properties>\n", stream);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = facts_find(&facts, names[i]);
        if (!value)
            continue;
        fprintf(stream, "      <property name=\"%s\"", names[i]);
        print_attribute(stream, "value", value);
        fputs("/>\n", stream);
    }
    fputs("    </properties>\n", stream);
}

static void end_suite(struct output *output)
{
    const struct tally *tally = &output->suite_tally;
    FILE *stream = output->of_all.stream;

    fprintf(stream, "  <testsuite name=\"mapwise.%s\"", output->suite->name);
    print_counts(stream, tally, output->suite_seconds);
    fprintf(stream, " skipped=\"%zu\">\n", tally->of[RESULT_XFAIL] + tally->of[RESULT_UNSUPPORTED]);
    print_properties(stream);
    release_gathered(&output->of_suite, stream);
    fputs("  </testsuite>\n", stream);
}

static void end(struct output *output)
{
    FILE *stream = output->stream;

    fprintf(stream, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"mapwise check%s\"",
            output->interrupted ? " (interrupted)" : "");
    print_counts(stream, &output->tally, output->seconds);
    fputs(">\n", stream);
    release_gathered(&output->of_all, stream);
    fputs("</testsuites>\n", stream);
}

const struct format junit_format = {
    "junit", "JUnit XML, for continuous integration", true, NULL, NULL, one_case, end_suite, end};
