#include "output.h"

#include "facts.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>
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

static void end_suite(struct output *output)
{
    if (!output->suite)
        return;
    fprintf(output->stream, "%-13s ", output->suite->name);
    print_tally(output, &output->suite_tally);
    fprintf(output->stream, "%s\n",
            tally_has_executed(&output->suite_tally) ? "" : "  (nothing was executed: not a success)");
    output->suite_tally = (struct tally){0};
}

static void end_round(struct output *output, const struct attempt *attempt)
{
    fprintf(output->stream, "round %zu of %zu, seed %" PRIu64 ": ",
            output->rounds.taken / output->rounds.length, output->rounds.count, attempt->seed);
    print_tally(output, &output->suite_tally);
    fputc('\n', output->stream);
    output->suite_tally = (struct tally){0};
}

static void print_step(FILE *stream, const struct step *step)
{
    const char *observed = step->observed_any ? step->observed : "(nothing: it ended here)";
    const bool records = step_only_records(step);
    bool as_promised = step->observed_any && (records || observation_matches(step->expected, step->observed));

    fprintf(stream, "    %s line %d: %s\n", as_promised ? "  " : "->", step->line, step->what);
    if (!as_promised || records)
        fprintf(stream, "       expected %s, observed %s\n",
                records ? "nothing in particular" : step->expected, observed);
}

static void print_output(FILE *stream, const char *output)
{
    fputs("    output:\n", stream);
    while (*output) {
        int length = (int)strcspn(output, "\n");
        fprintf(stream, "      | %.*s\n", length, output);
        output += length + (output[length] == '\n');
    }
}

static void print_deviation(struct output *output, const struct attempt *attempt,
                            const struct outcome *outcome)
{
    const struct test_case *test = attempt->test;
    FILE *stream = output->stream;

    fprintf(stream, "%s%s%s %s", paint(output, outcome->result), result_name(outcome->result),
            paint_end(output), test->id);
    if (attempt->place)
        fprintf(stream, " in %s (%s)", attempt->place->directory,
                attempt->place->filesystem ? attempt->place->filesystem : "unknown file system");
    fprintf(stream, "\n    %s\n    %s %s, %s\n    %s\n", test->sentence, test->clause.source,
            test->clause.section, strength_name(test->clause.strength), outcome->reason);
    if (test->meaning)
        fprintf(stream, "    so %s\n", test->meaning);
    for (size_t i = 0; i < outcome->step_count; i++)
        print_step(stream, &outcome->steps[i]);
    if (outcome->output_length)
        print_output(stream, outcome->output);
}

/* Long work shows how far it is, on a terminal only. */
static void show_progress(const struct output *output)
{
    static struct timespec first;
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    if (first.tv_sec == 0)
        first = time;
    if (output->colour && isatty(STDERR_FILENO) && time.tv_sec - first.tv_sec >= 2)
        fprintf(stderr, "\r%zu of %zu \r", tally_total(&output->tally), output->planned);
}

static void tell(struct output *output, const struct attempt *attempt, const struct outcome *outcome)
{
    if (!result_is_fine(outcome->result))
        print_deviation(output, attempt, outcome);
    else if (outcome->result != RESULT_PASS)
        fprintf(output->stream, "%s%s%s %s: %s\n", paint(output, outcome->result),
                result_name(outcome->result), paint_end(output), attempt->test->id, outcome->reason);
}

static void one_case(struct output *output, const struct attempt *attempt, const struct outcome *outcome)
{
    const bool many_rounds = output->rounds.count > 1;

    if (!many_rounds && (!output->suite || strcmp(attempt->test->suite->name, output->suite->name) != 0)) {
        end_suite(output);
        output->suite = attempt->test->suite;
    }
    tally_add(&output->suite_tally, outcome->result);
    if (rounds_latest_is_news(&output->rounds))
        tell(output, attempt, outcome);
    if (many_rounds && output->rounds.taken % output->rounds.length == 0)
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
    end_suite(output);
    rounds_print(&output->rounds, output->stream);
    if (!output->interrupted)
        tell_unused_places(output);
    fprintf(output->stream, "\n%zu of %zu in %.1f s: ", tally_total(&output->tally), output->planned,
            output->seconds);
    print_tally(output, &output->tally);
    fputs(output->interrupted ? " (interrupted)\n" : "\n", output->stream);
}

const struct format human_format = {"human", "for people (the default)", begin, one_case, end};
