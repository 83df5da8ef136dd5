/* mapwise check: selects cases, runs them, tells what came of them, and keeps the record. */
#include "clock.h"
#include "coverage.h"
#include "embedded.h"
#include "expectation.h"
#include "expectation_update.h"
#include "facts.h"
#include "interrupt.h"
#include "message.h"
#include "options.h"
#include "output.h"
#include "registry.h"
#include "results.h"
#include "scratch.h"
#include "where.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PLACES_MAX = 16 };

extern const struct embedded_file expectation_files[]; /* conformance/expectations/ */

/* Everything of a run that has to be given back. */
struct session {
    const struct options *options;
    struct run_description description;
    struct scratch scratch[PLACES_MAX];
    const char *directories[PLACES_MAX];
    char name[PLACES_MAX][PATH_MAX];
    char filesystem[PLACES_MAX][64], block_size[PLACES_MAX][24];
    struct place places[PLACES_MAX];
    size_t place_count;
    const struct test_case **cases;
    size_t case_count;
    struct attempt *attempts; /* all rounds of them */
    size_t *order;
    size_t attempt_count, round_length;
    struct output output;
    struct results results;
    struct update update;
    char partial_output[PATH_MAX]; /* the name that --output FILE has until it is whole */
};

static void list_cases(const struct session *session)
{
    for (size_t i = 0; i < session->case_count; i++) {
        const struct test_case *test = session->cases[i];
        printf("%-12s %-36s %s [%s %s, %s]\n", test->suite->name, test->id, test->sentence,
               test->clause.source, test->clause.section, strength_name(test->clause.strength));
    }
}

static bool any_uses_files(const struct session *session)
{
    for (size_t i = 0; i < session->case_count; i++)
        if (session->cases[i]->uses_files)
            return true;
    return false;
}

static bool open_places(struct session *session)
{
    const struct options *options = session->options;
    struct facts facts;

    if (options->directory_count > PLACES_MAX) {
        complain("%zu folders are named and one run takes %d; use several runs", options->directory_count,
                 PLACES_MAX);
        return false;
    }
    for (size_t i = 0; i < options->directory_count; i++) {
        struct scratch *scratch = &session->scratch[i];
        for (size_t before = 0; before < i; before++)
            if (scratch_is_in(&session->scratch[before], options->directories[i])) {
                complain("'%s' is named twice; name each folder once", options->directories[i]);
                return false;
            }
        if (!scratch_open_readable(scratch, options->directories[i], (uint64_t)MAPWISE_CHECK_DISK_MIB << 20))
            return false;
        session->place_count = i + 1;
        session->directories[i] = scratch->directory;
        results_name_directory(session->name[i], sizeof session->name[i], &session->description, i);
        facts_of_directory(&facts, scratch->directory);
        const char *type = facts_find(&facts, "filesystem");
        snprintf(session->filesystem[i], sizeof session->filesystem[i], "%s", type ? type : "");
        const char *block_size = facts_find(&facts, "block_size");
        snprintf(session->block_size[i], sizeof session->block_size[i], "%s", block_size ? block_size : "");
        session->places[i] =
            (struct place){session->name[i], type ? session->filesystem[i] : NULL,
                           block_size ? session->block_size[i] : NULL, scratch->path, scratch->directory};
    }
    return true;
}

/* A case with files is attempted once in every place, one without just once. */
static void plan_round(struct session *session, uint64_t seed)
{
    const size_t first = session->attempt_count;

    for (size_t i = 0; i < session->case_count; i++) {
        const struct test_case *test = session->cases[i];
        size_t times = test->uses_files ? session->place_count : 1;
        for (size_t at = 0; at < times; at++)
            session->attempts[session->attempt_count++] =
                (struct attempt){test, test->uses_files ? &session->places[at] : NULL, seed};
    }
    session->round_length = session->attempt_count - first;
    rounds_order(&session->order[first], first, session->round_length, seed);
}

static bool plan_attempts(struct session *session)
{
    const struct options *options = session->options;
    const size_t most = session->case_count * (session->place_count + 1) * options->rounds;

    session->attempts = calloc(most, sizeof *session->attempts);
    session->order = calloc(most, sizeof *session->order);
    if (!session->attempts || !session->order)
        return false;
    for (size_t round = 0; round < options->rounds; round++)
        plan_round(session, options->seed + round);
    return rounds_begin(&session->output.rounds, session->attempts, options->rounds, session->round_length);
}

static bool open_output(struct session *session)
{
    const char *name = session->options->output;

    session->output = (struct output){.format = session->options->format,
                                      .stream = stdout,
                                      .colour = !name && isatty(STDOUT_FILENO),
                                      .run = &session->description,
                                      .rounds = session->output.rounds,
                                      .places = session->places,
                                      .place_count = session->place_count,
                                      .attempts = session->attempts,
                                      .planned = session->attempt_count,
                                      .every_case = selects_all(&session->options->selection)};
    if (!name)
        return true;
    struct stat status;
    if (stat(name, &status) == 0 && S_ISDIR(status.st_mode)) {
        complain("--output '%s' is a folder; name a file", name);
        return false;
    }
    int length = snprintf(session->partial_output, sizeof session->partial_output, "%s.partial", name);
    if (length < 0 || (size_t)length >= sizeof session->partial_output) {
        session->partial_output[0] = '\0';
        complain("the path of --output is too long; name a shorter one");
        return false;
    }
    session->output.stream = fopen(session->partial_output, "we");
    if (!session->output.stream) {
        complain("cannot write '%s': %s; name another file with --output", name, strerror(errno));
        session->output.stream = stdout;
        session->partial_output[0] = '\0';
        return false;
    }
    return true;
}

static bool close_output(struct session *session)
{
    FILE *stream = session->output.stream;

    if (!session->partial_output[0])
        return finish_output(EXIT_YES) == EXIT_YES && !session->output.failed;
    bool written = !ferror(stream) && !session->output.failed;
    written = fclose(stream) == 0 && written;
    written = written && rename(session->partial_output, session->options->output) == 0;
    if (!written) {
        complain("cannot write '%s': %s; name another file with --output", session->options->output,
                 strerror(errno));
        unlink(session->partial_output);
    }
    return written;
}

static void take_report(void *context, const struct attempt *attempt, const struct outcome *outcome)
{
    struct session *session = context;

    output_case(&session->output, attempt, outcome);
    if (session->options->update_expectations)
        update_take(&session->update, attempt, outcome);
    if (!session->options->store)
        return;
    record_case(&session->results.json, attempt, outcome);
    results_end_record(&session->results);
}

/* A deviation that was seen counts for more than a record of it that could not be written. */
static int exit_status(const struct output *output, bool written)
{
    if ((!tally_is_fine(&output->tally) || rounds_flaky(&output->rounds) != 0) && !output->interrupted)
        return EXIT_NO;
    if (!written)
        return EXIT_USAGE;
    if (output->interrupted)
        return EXIT_INCONCLUSIVE;
    if (!tally_has_executed(&output->tally))
        return complain("nothing could be executed here: every selected case is UNSUPPORTED");
    return EXIT_YES;
}

static bool update_expectations(const struct session *session)
{
    const char *path = session->options->expect;
    size_t added;

    if (!update_write(&session->update, path, &added))
        return false;
    if (session->output.format == &human_format)
        fprintf(session->output.stream, "%s: written, %zu new line%s\n", path, added, added == 1 ? "" : "s");
    return true;
}

static int run(struct session *session)
{
    const struct options *options = session->options;
    struct output *output = &session->output;
    struct execution execution = {options->jobs,  options->seconds, options->scale, options->invasive,
                                  session->order, take_report,      session};
    bool written = true;

    if (options->store) {
        if (!results_open(&session->results, options->results, NULL, "check"))
            return EXIT_USAGE;
        results_describe_run(&session->results.json, &session->description);
        results_end_record(&session->results);
    }
    if (!open_output(session)) {
        results_discard(&session->results);
        return EXIT_USAGE;
    }
    double started = seconds_now();
    output_begin(output);
    long reported = execute(&execution, session->attempts, session->attempt_count);
    output->interrupted = reported < (long)session->attempt_count;
    output->seconds = seconds_now() - started;
    output_end(output);
    if (options->store) {
        if (output->every_case) {
            record_coverage(&session->results.json);
            results_end_record(&session->results);
        }
        record_summary(&session->results.json, output);
        results_end_record(&session->results);
        written = results_close(&session->results);
        if (written && output->format == &human_format)
            fprintf(output->stream, "record: %s\n", session->results.path);
    }
    if (options->update_expectations && !output->interrupted)
        written = update_expectations(session) && written;
    written = close_output(session) && written;
    return reported < 0 ? EXIT_USAGE : exit_status(output, written);
}

static int prepare_and_run(struct session *session)
{
    const struct options *options = session->options;

    session->cases = registry_select(&options->selection, &session->case_count);
    if (!session->cases)
        return complain("out of memory");
    if (session->case_count == 0)
        return complain("no case matches; 'mapwise check --list' shows them all");
    if (options->list) {
        list_cases(session);
        return finish_output(EXIT_YES);
    }
    if (options->coverage)
        return coverage_print(options->format, session->cases, session->case_count);
    if (any_uses_files(session) && !open_places(session))
        return EXIT_USAGE;
    if (!plan_attempts(session))
        return complain("out of memory");
    session->description.directory_count = session->place_count;
    return run(session);
}

/* --expect first, then those that the program has within it. */
static bool read_expectations(const struct options *options)
{
    where_emulator(options->emulator);
    if (options->expect && !expectations_read_file(options->expect))
        return false;
    if (options->expect)
        expectations_note_unknown(options->expect);
    for (const struct embedded_file *file = expectation_files; file->name; file++)
        if (!expectations_read(file->name, file->text, false))
            return false;
    return true;
}

int main(int argc, char **argv)
{
    static struct session session;
    struct options options;

    message_command("mapwise check");
    if (registry_duplicate())
        return complain("the case '%s' stands twice; rename one and build again", registry_duplicate());
    int status = options_parse(&options, argc, argv);
    if (status != -1)
        return status;
    interrupt_install();
    if (!read_expectations(&options))
        return EXIT_USAGE;
    session.options = &options;
    session.description = (struct run_description){
        .tool = "check", .command = argv, .directories = session.directories, .anonymize = options.anonymize};
    status = prepare_and_run(&session);
    for (size_t i = 0; i < session.place_count; i++)
        scratch_close(&session.scratch[i]);
    free((void *)session.cases);
    free(session.attempts);
    free(session.order);
    rounds_end(&session.output.rounds);
    update_end(&session.update);
    return status;
}
