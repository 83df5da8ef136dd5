/* mapwise-bench: measures memory-mapped files, through Google Benchmark. */
#include "clock.h"
#include "display.h"
#include "facts.h"
#include "google_benchmark.h"
#include "google_driver.h"
#include "interrupt.h"
#include "journal.h"
#include "message.h"
#include "options.h"
#include "page_cache.h"
#include "plan.h"
#include "processor.h"
#include "record.h"
#include "resume.h"
#include "size.h"
#include "worker.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void list_series(const struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        if (!plan->series[i].place || plan->series[i].place == &plan->places[0])
            puts(plan->series[i].name);
}

static void announce(FILE *out, const struct plan *plan, const struct options *options)
{
    fprintf(out, "%zu series, %u rounds, seed %" PRIu64, plan->count, options_rounds(options), options->seed);
    if (plan->scratch_bytes)
        fprintf(out, "; %" PRIu64 " MiB of scratch space in", (plan->scratch_bytes + (1 << 20) - 1) >> 20);
    for (size_t i = 0; i < plan->place_count && plan->scratch_bytes; i++)
        fprintf(out, "%s %s", i ? "," : "", options->directories[i]);
    fputc('\n', out);
    fflush(out);
}

static int exit_status(const struct run_summary *summary)
{
    if (summary->interrupted || summary->counts[FAILED])
        return EXIT_INCONCLUSIVE;
    if (summary->counts[MEASURED] == 0)
        return complain("nothing could run here; the table says why");
    return EXIT_YES;
}

/* Writes the records and prints the table; the answer is the exit status. */
static int report(struct journal *journal, struct plan *plan, const struct options *options,
                  struct run_summary *summary)
{
    FILE *out = options->google.display ? stderr : stdout;
    enum outcome *outcomes = calloc(plan->count, sizeof *outcomes);

    if (!outcomes) {
        complain("out of memory; what was measured is in '%s'", journal->results.partial);
        journal_abandon(journal);
        return EXIT_USAGE;
    }
    for (size_t i = 0; i < plan->count; i++) {
        outcomes[i] = series_outcome(&plan->series[i], summary->interrupted);
        summary->counts[outcomes[i]]++;
    }
    bool written = journal_end(journal, plan, outcomes, summary);
    if (!options->google.display)
        display_table(out, plan, outcomes);
    free(outcomes);
    const unsigned *counts = summary->counts;
    fprintf(out, "\n%u measured, %u not run, %u failed, %u partial in %.1f s%s\n", counts[MEASURED],
            counts[NOT_RUN], counts[FAILED], counts[PARTIAL], summary->seconds,
            summary->interrupted ? ", interrupted" : "");
    if (!written)
        return EXIT_USAGE;
    fprintf(out, "records: %s\n", journal->results.path);
    if (summary->interrupted)
        fprintf(out, "mapwise bench --resume --output %s goes on\n", journal->results.path);
    return exit_status(summary);
}

static void keep_sample(void *user, const struct series *series, const struct measurement *measurement)
{
    journal_add(user, series, measurement);
}

static int measure(struct plan *plan, struct run *run, const struct options *options, struct journal *journal)
{
    const struct observer observer = {keep_sample, display_progress, journal};
    struct run_summary summary = {.profile = options_profile_name(options),
                                  .seed = options->seed,
                                  .rounds = options_rounds(options),
                                  .processor = processor_pin()};
    const bool ran = google_driver_run(plan, run, summary.rounds, &options->google, &observer);

    display_progress_end();
    if (!ran) {
        journal_abandon(journal);
        return EXIT_USAGE;
    }
    summary.interrupted = interrupted != 0;
    summary.seconds = run->seconds_before + seconds_between(run->began, clock_nanoseconds());
    return report(journal, plan, options, &summary);
}

/* Where less may be used the run would end by the hand of the system, and nobody would hear why. */
static bool enough_memory(const struct options *options)
{
    static const char *const limits[] = {"memory_limit_cgroup1", "memory_limit_cgroup2"};
    const uint64_t most = (uint64_t)384 << 20;
    struct facts facts;

    facts_of_machine(&facts);
    for (size_t i = 0; i < sizeof limits / sizeof limits[0] && !options->filter; i++) {
        const char *value = facts_find(&facts, limits[i]);
        uint64_t limit;
        if (!value || !parse_size(&limit, value) || limit >= most)
            continue;
        complain("only %" PRIu64
                 " MiB of memory may be used here, and up to 384 are needed; raise the limit, "
                 "or choose fewer series with --filter",
                 limit >> 20);
        return false;
    }
    return true;
}

static int run_plan(struct plan *plan, const struct options *options, char *const *argv,
                    const struct resume *resume)
{
    struct run run = {.seed = options->seed};
    struct journal journal;

    if (!enough_memory(options))
        return EXIT_USAGE;
    announce(options->google.display ? stderr : stdout, plan, options);
    if (!plan_open_places(plan, options) || (resume && !resume_fill(resume, plan, &run)) ||
        !journal_open(&journal, plan, options, argv, resume))
        return EXIT_USAGE;
    run.began = clock_nanoseconds();
    return measure(plan, &run, options, &journal);
}

static bool may_drop_caches(const struct options *options)
{
    if (!options->drop_caches || options->list || page_cache_drop_caches())
        return true;
    complain("--drop-caches: %s; only root may, and without it cold is cold, too", strerror(errno));
    return false;
}

/* Standard output is the protocol's: nothing is announced. */
static int serve_plan(struct plan *plan, const struct options *options)
{
    struct run run = {.seed = options->seed};

    if (plan->count != 1)
        return complain("--worker serves one series in one folder, these are %zu; name it with --filter",
                        plan->count);
    if (!plan_open_places(plan, options))
        return EXIT_USAGE;
    processor_pin();
    run.began = clock_nanoseconds();
    return worker_run(plan, &run);
}

/* All that the command line asks for, once it is understood. */
static int run_options(struct options *options, char *const *argv)
{
    struct plan plan = {.count = 0};
    struct resume resume = {.count = 0};
    int status = EXIT_USAGE;

    if ((!options->resume || resume_read(&resume, options)) && plan_build(&plan, options) &&
        may_drop_caches(options)) {
        if (options->list) {
            list_series(&plan);
            status = EXIT_YES;
        } else if (options->worker) {
            status = serve_plan(&plan, options);
        } else {
            status = run_plan(&plan, options, argv, options->resume ? &resume : NULL);
        }
    }
    plan_close_places(&plan);
    plan_free(&plan);
    resume_free(&resume);
    return status;
}

int main(int argc, char **argv)
{
    struct options options;
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
    if (status < 0)
        status = run_options(&options, command);
    gb_shutdown();
    free(command);
    return status == EXIT_USAGE ? status : finish_output(status);
}
