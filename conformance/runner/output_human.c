#include "output.h"

#include "clock.h"

#include "facts.h"
#include "utf8.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

static const char *paint(const struct output *output, enum result result)
{
    if (!output->colour)
        return "";
    if (result == RESULT_PASS)
        return "\033[32m";
    return result_is_fine(result) ? "\033[33m" : "\033[31;1m";
}

static const char *paint_end(const struct output *output)
{
    return output->colour ? "\033[0m" : "";
}

/* What a case says may hold anything, and a terminal obeys what it is sent. */
static void print_text(FILE *stream, const char *before, const char *text, const char *newline)
{
    const struct escape escapes[] = {{'\n', newline}, {0, NULL}};

    fputs(before, stream);
    utf8_write(stream, text, escapes);
}

static const char *known(const struct facts *facts, const char *name)
{
    const char *value = facts_find(facts, name);

    return value ? value : "unknown";
}

static void begin(struct output *output)
{
    struct facts facts;

    facts_of_machine(&facts);
    fprintf(output->stream, "mapwise %s on %s %s, %s, pages of %s bytes, %s\n", MAPWISE_VERSION,
            known(&facts, "kernel"), known(&facts, "kernel_release"), known(&facts, "machine"),
            known(&facts, "page_size"), known(&facts, "libc"));
    for (size_t i = 0; i < output->place_count; i++)
        fprintf(output->stream, "files in %s (%s), at most %d MiB at a time\n", output->places[i].directory,
                output->places[i].filesystem ? output->places[i].filesystem : "unknown file system",
                MAPWISE_CHECK_DISK_MIB);
}

/* "28 PASS, 1 UNSUPPORTED" */
static void print_tally(const struct output *output, const struct tally *tally)
{
    const char *separator = "";

    for (int result = 0; result < RESULT_KINDS; result++) {
        if (!tally->of[result])
            continue;
        fprintf(output->stream, "%s%s%zu %s%s", separator, paint(output, (enum result)result),
                tally->of[result], result_name((enum result)result), paint_end(output));
        separator = ", ";
    }
}

/* In a run of several rounds a line a round says it. */
static void end_suite(struct output *output)
{
    if (output->rounds.count > 1)
        return;
    fprintf(output->stream, "%-13s ", output->suite->name);
    print_tally(output, &output->suite_tally);
    fprintf(output->stream, "%s\n",
            tally_has_executed(&output->suite_tally) ? "" : "  (nothing was executed: not a success)");
}

static void end_round(struct output *output, const struct attempt *attempt)
{
    fprintf(output->stream, "round %zu of %zu, seed %" PRIu64 ": ",
            output->rounds.taken / output->rounds.length, output->rounds.count, attempt->seed);
    print_tally(output, &output->round_tally);
    fputc('\n', output->stream);
    output->round_tally = (struct tally){0};
}

static void print_step(FILE *stream, const char *file, const struct step *step)
{
    const char *observed = step->observed_any ? step->observed : "(nothing: it ended here)";
    const bool records = step_only_records(step);
    bool as_promised = step->observed_any && (records || observation_matches(step->expected, step->observed));

    fprintf(stream, "    %s %s:%d: ", as_promised ? "  " : "->", file, step->line);
    print_text(stream, "", step->what, " ");
    fputc('\n', stream);
    if (as_promised && !records)
        return;
    print_text(stream, "       expected ", records ? "nothing in particular" : step->expected, " ");
    print_text(stream, ", observed ", observed, " ");
    fputc('\n', stream);
}

static void print_head(struct output *output, const struct attempt *attempt, const struct outcome *outcome)
{
    fprintf(output->stream, "%s%s%s %s", paint(output, outcome->result), result_name(outcome->result),
            paint_end(output), attempt->test->id);
    if (attempt->place)
        fprintf(output->stream, " in %s (%s)", attempt->place->directory,
                attempt->place->filesystem ? attempt->place->filesystem : "unknown file system");
}

static void print_deviation(struct output *output, const struct attempt *attempt,
                            const struct outcome *outcome)
{
    const struct test_case *test = attempt->test;
    FILE *stream = output->stream;

    print_head(output, attempt, outcome);
    fprintf(stream, "\n    %s\n    %s %s, %s", test->sentence, test->clause.source, test->clause.section,
            strength_name(test->clause.strength));
    print_text(stream, "\n    ", outcome->reason, " ");
    fputc('\n', stream);
    if (test->meaning)
        fprintf(stream, "    so %s\n", test->meaning);
    for (size_t i = 0; i < outcome->step_count; i++)
        print_step(stream, test->file, &outcome->steps[i]);
    if (outcome->output_length) {
        print_text(stream, "    output:\n      | ", outcome->output, "\n      | ");
        fputc('\n', stream);
    }
}

/* Long work shows how far it is, on a terminal only. */
static void show_progress(const struct output *output)
{
    static double first;

    if (first == 0)
        first = seconds_now();
    if (output->colour && isatty(STDERR_FILENO) && seconds_now() - first >= 2)
        fprintf(stderr, "\r%zu of %zu \r", tally_total(&output->tally), output->planned);
}

static void tell(struct output *output, const struct attempt *attempt, const struct outcome *outcome)
{
    if (!result_is_fine(outcome->result))
        print_deviation(output, attempt, outcome);
    else if (outcome->result != RESULT_PASS) {
        print_head(output, attempt, outcome);
        print_text(output->stream, ": ", outcome->reason, " ");
        fputc('\n', output->stream);
    }
}

static void one_case(struct output *output, const struct attempt *attempt, const struct outcome *outcome)
{
    tally_add(&output->round_tally, outcome->result);
    if (rounds_latest_is_news(&output->rounds))
        tell(output, attempt, outcome);
    if (output->rounds.count > 1 && output->rounds.taken % output->rounds.length == 0)
        end_round(output, attempt);
    show_progress(output);
}

static void tell_unused_places(const struct output *output)
{
    for (size_t i = 0; i < output->place_count; i++)
        if (!(output->executed_in >> i & 1))
            fprintf(output->stream, "nothing was executed in %s: not a success\n",
                    output->places[i].directory);
}

static void end(struct output *output)
{
    rounds_print(&output->rounds, output->stream);
    if (!output->interrupted)
        tell_unused_places(output);
    fprintf(output->stream, "\n%zu of %zu in %.1f s: ", tally_total(&output->tally), output->planned,
            output->seconds);
    print_tally(output, &output->tally);
    fputs(output->interrupted ? " (interrupted)\n" : "\n", output->stream);
}

const struct format human_format = {
    "human", "for people (the default)", false, begin, NULL, one_case, end_suite, end};
