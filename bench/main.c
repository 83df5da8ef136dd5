/* mapwise-bench: measures memory-mapped files, through Google Benchmark. */
#include "clock.h"
#include "display.h"
#include "google_benchmark.h"
#include "google_driver.h"
#include "interrupt.h"
#include "message.h"
#include "options.h"
#include "plan.h"
#include "processor.h"
#include "record.h"
#include "results.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static unsigned rounds_of(const struct options *options)
{
    static const unsigned rounds[PROFILES] = {7, 15, 31};

    return options->rounds ? options->rounds : rounds[options->profile];
}

static void list_series(const struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        if (!plan->series[i].place || plan->series[i].place == &plan->places[0])
            puts(plan->series[i].name);
}

static void announce(FILE *out, const struct plan *plan, const struct options *options)
{
    fprintf(out, "%zu series, %u rounds, seed %" PRIu64, plan->count, rounds_of(options), options->seed);
    if (plan->scratch_bytes)
        fprintf(out, "; %" PRIu64 " MiB of scratch space in", (plan->scratch_bytes + (1 << 20) - 1) >> 20);
    for (size_t i = 0; i < plan->place_count && plan->scratch_bytes; i++)
        fprintf(out, "%s %s", i ? "," : "", options->directories[i]);
    fputc('\n', out);
    fflush(out);
}

static bool open_results(struct results *results, struct plan *plan, const struct options *options,
                         char *const *argv)
{
    const char **directories = calloc(plan->place_count, sizeof *directories);
    struct run_description description = {
        .tool = "bench", .command = argv, .directories = directories, .anonymize = options->anonymize};

    if (!directories) {
        complain("out of memory; free some");
        return false;
    }
    for (size_t i = 0; i < plan->place_count && plan->scratch_bytes; i++)
        directories[description.directory_count++] = plan->places[i].directory;
    bool opened = results_open(results, options->results, options->output, "bench");
    if (opened) {
        results_describe_run(&results->json, &description);
        results_end_record(results);
    }
    /* From here on the places are only named. */
    for (size_t i = 0; i < plan->place_count && options->anonymize; i++)
        results_name_directory(plan->places[i].directory, sizeof plan->places[i].directory, &description, i);
    free(directories);
    return opened;
}

static int exit_status(const struct run_summary *summary)
{
    if (summary->interrupted || summary->counts[FAILED])
        return EXIT_INCONCLUSIVE;
    if (summary->counts[MEASURED] == 0)
        return complain("nothing could run here; the table says why");
    return EXIT_YES;
}

static bool write_records(struct results *results, struct plan *plan, enum outcome *outcomes,
                          struct run_summary *summary)
{
    for (size_t i = 0; i < plan->count; i++) {
        outcomes[i] = series_outcome(&plan->series[i], summary->interrupted);
        summary->counts[outcomes[i]]++;
        record_series(&results->json, &plan->series[i], outcomes[i]);
        results_end_record(results);
    }
    record_summary(&results->json, summary);
    results_end_record(results);
    return results_close(results);
}

/* Writes the records and prints the table; the answer is the exit status. */
static int report(struct results *results, struct plan *plan, const struct options *options,
                  struct run_summary *summary)
{
    FILE *out = options->google.display ? stderr : stdout;
    enum outcome *outcomes = calloc(plan->count, sizeof *outcomes);

    if (!outcomes) {
        results_discard(results);
        return complain("out of memory; free some");
    }
    bool written = write_records(results, plan, outcomes, summary);
    if (!options->google.display)
        display_table(out, plan, outcomes);
    free(outcomes);
    const unsigned *counts = summary->counts;
    fprintf(out, "\n%u measured, %u not run, %u failed, %u partial in %.1f s%s\n", counts[MEASURED],
            counts[NOT_RUN], counts[FAILED], counts[PARTIAL], summary->seconds,
            summary->interrupted ? ", interrupted" : "");
    if (!written)
        return EXIT_USAGE;
    fprintf(out, "records: %s\n", results->path);
    return exit_status(summary);
}

static int run_plan(struct plan *plan, const struct options *options, char *const *argv)
{
    struct run run = {.seed = options->seed, .began = clock_nanoseconds()};
    struct run_summary summary = {
        .profile = options_profile_name(options), .seed = options->seed, .rounds = rounds_of(options)};
    struct results results;

    announce(options->google.display ? stderr : stdout, plan, options);
    if (!plan_open_places(plan, options) || !open_results(&results, plan, options, argv))
        return EXIT_USAGE;
    summary.processor = processor_pin();
    bool ran = google_driver_run(plan, &run, summary.rounds, &options->google, display_progress);
    display_progress_end();
    if (!ran) {
        results_discard(&results);
        return EXIT_USAGE;
    }
    summary.interrupted = interrupted != 0;
    summary.seconds = seconds_between(run.began, clock_nanoseconds());
    return report(&results, plan, options, &summary);
}

int main(int argc, char **argv)
{
    struct options options;
    struct plan plan = {.count = 0};
    /* Options are taken out of argv; the record has them all. */
    char **command = calloc((size_t)argc + 1, sizeof *command);
    int status;

    message_command("mapwise bench");
    interrupt_install();
    if (!command)
        return complain("out of memory; free some");
    for (int i = 0; i < argc; i++)
        command[i] = argv[i];
    status = options_parse(&options, argc, argv);
    if (status < 0) {
        status = EXIT_USAGE;
        if (plan_build(&plan, &options)) {
            if (options.list) {
                list_series(&plan);
                status = EXIT_YES;
            } else {
                status = run_plan(&plan, &options, command);
            }
        }
        plan_close_places(&plan);
        plan_free(&plan);
    }
    gb_shutdown();
    free(command);
    return status == EXIT_USAGE ? status : finish_output(status);
}
