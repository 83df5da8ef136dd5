/* A summary in GitHub-flavoured Markdown: a table by suite, then every deviation in detail. */
#include "output.h"

#include "facts.h"
#include "utf8.h"

#include <string.h>

static void print_text(FILE *stream, const char *text)
{
    static const struct escape escapes[] = {{'\\', "\\\\"}, {'`', "\\`"},   {'*', "\\*"},  {'_', "\\_"},
                                            {'[', "\\["},   {']', "\\]"},   {'<', "&lt;"}, {'>', "&gt;"},
                                            {'&', "&amp;"}, {'#', "\\#"},   {'|', "\\|"},  {'~', "\\~"},
                                            {'$', "\\$"},   {'@', "&#64;"}, {'\n', " "},   {0, NULL}};

    utf8_write(stream, text, escapes);
}

/* More backticks than the text has anywhere in a row. */
static void print_fence(FILE *stream, const char *text, size_t least)
{
    size_t longest = 0;

    for (; *text; text += strcspn(text, "`")) {
        size_t length = strspn(text, "`");
        longest = length > longest ? length : longest;
        text += length;
    }
    for (size_t i = 0; i <= longest || i < least; i++)
        fputc('`', stream);
}

static void print_code(FILE *stream, const char *text)
{
    static const struct escape escapes[] = {{'\n', " "}, {0, NULL}};

    print_fence(stream, text, 1);
    fputc(' ', stream); /* one on either side does not count */
    utf8_write(stream, text, escapes);
    fputc(' ', stream);
    print_fence(stream, text, 1);
}

static void print_block(FILE *stream, const char *text)
{
    static const struct escape escapes[] = {{'\n', "\n  "}, {0, NULL}};

    fputs("\n\n  ", stream);
    print_fence(stream, text, 3);
    fputs("text\n  ", stream);
    utf8_write(stream, text, escapes);
    fputs("\n  ", stream);
    print_fence(stream, text, 3);
}

static void print_detail(void *context, const char *label, const char *text)
{
    FILE *stream = context;

    fprintf(stream, "- %s: ", label);
    if (strcmp(label, "output") == 0)
        print_block(stream, text);
    else if (strcmp(label, "step") == 0 || strcmp(label, "reason") == 0)
        print_code(stream, text);
    else
        print_text(stream, text);
    fputc('\n', stream);
}

static void print_fact(FILE *stream, const struct facts *facts, const char *name)
{
    const char *value = facts_find(facts, name);

    print_text(stream, value ? value : "unknown");
}

static void begin(struct output *output)
{
    FILE *stream = output->stream;
    struct facts facts;

    facts_of_machine(&facts);
    fputs("# mapwise check\n\nmapwise " MAPWISE_VERSION " on ", stream);
    print_fact(stream, &facts, "kernel");
    fputc(' ', stream);
    print_fact(stream, &facts, "kernel_release");
    fputs(", ", stream);
    print_fact(stream, &facts, "machine");
    fputs(", pages of ", stream);
    print_fact(stream, &facts, "page_size");
    fputs(" bytes, ", stream);
    print_fact(stream, &facts, "libc");
    fputs("\n\n", stream);
    for (size_t i = 0; i < output->place_count; i++) {
        const struct place *place = &output->places[i];
        fputs("- files in ", stream);
        print_code(stream, place->directory);
        fputs(" (", stream);
        print_text(stream, place->filesystem ? place->filesystem : "unknown file system");
        fputs(")\n", stream);
    }
    fputs("\n| suite |", stream);
    for (int result = 0; result < RESULT_KINDS; result++)
        fprintf(stream, " %s |", result_name((enum result)result));
    fputs(" total |\n|---|", stream);
    for (int column = 0; column <= RESULT_KINDS; column++)
        fputs("--:|", stream);
    fputc('\n', stream);
}

static void print_row(FILE *stream, const char *name, const struct tally *tally)
{
    fprintf(stream, "| %s |", name);
    for (int result = 0; result < RESULT_KINDS; result++)
        fprintf(stream, " %zu |", tally->of[result]);
    fprintf(stream, " %zu |\n", tally_total(tally));
}

static void end_suite(struct output *output)
{
    print_row(output->stream, output->suite->name, &output->suite_tally);
}

/* What is as it should be takes a line, a deviation all that is known of it. */
static void one_case(struct output *output, const struct attempt *attempt, const struct outcome *outcome)
{
    const bool fine = result_is_fine(outcome->result);
    FILE *stream = fine ? output->of_suite.stream : output->of_all.stream;
    char title[TITLE_MAX];

    if (outcome->result == RESULT_PASS)
        return;
    attempt_title(title, sizeof title, attempt);
    fprintf(stream, "%s%s ", fine ? "- " : "\n### ", result_name(outcome->result));
    print_code(stream, title);
    if (fine) {
        fputs(": ", stream);
        print_text(stream, outcome->reason);
        fputc('\n', stream);
        return;
    }
    fputs("\n\n", stream);
    tell_details(attempt, outcome, print_detail, stream);
}

static void end(struct output *output)
{
    FILE *stream = output->stream;
    const struct tally *tally = &output->tally;

    print_row(stream, "**all**", tally);
    fprintf(stream, "\n%zu of %zu in %.1f s%s\n", tally_total(tally), output->planned, output->seconds,
            output->interrupted ? " (interrupted)" : "");
    if (!tally_is_fine(tally))
        fputs("\n## Not as expected\n", stream);
    release_gathered(&output->of_all, stream);
    if (tally->of[RESULT_XFAIL] + tally->of[RESULT_UNSUPPORTED] == 0)
        return;
    fputs("\n## Known, or not to be asked here\n\n", stream);
    release_gathered(&output->of_suite, stream);
}

const struct format markdown_format = {
    "markdown", "a summary for GitHub: table and deviations", true, begin, NULL, one_case, end_suite, end};
