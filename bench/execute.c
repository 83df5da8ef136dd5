#include "execute.h"

#include "clock.h"
#include "display.h"
#include "facts.h"
#include "google_driver.h"
#include "interrupt.h"
#include "journal.h"
#include "memory_limit.h"
#include "message.h"
#include "processor.h"
#include "record.h"
#include "store.h"
#include "watch.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OTHERS_TOLD = 20 }; /* if more than one in so many samples was disturbed */

/* A run under way. */
struct execution {
    struct plan *plan;
    const struct options *options;
    struct run run;
    struct journal journal;
    struct watch watch;
    struct store store;
    int not_kept; /* why a sample could not be written; 0: all could */
};

/* Where people read: standard output, unless that is the library's. */
static FILE *for_people(const struct options *options)
{
    return options->google.display ? stderr : stdout;
}

/* ---- before it ---- */

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

/* Where less may be used the system would end the run in the middle. */
static bool enough_memory(const struct options *options)
{
    const uint64_t most = (uint64_t)384 << 20;
    struct facts facts;

    facts_of_machine(&facts);
    const char *value = facts_find(&facts, "memory_limit");
    const uint64_t limit = value ? strtoull(value, NULL, 10) : UINT64_MAX;
    if (options->filter || limit >= most)
        return true;
    complain("only %" PRIu64 " MiB of memory may be used here, and up to 384 are needed; raise the limit, "
             "or choose fewer series with --filter",
             limit >> 20);
    return false;
}

/* ---- in the child ---- */

static int exit_status(const struct run_summary *summary)
{
    if (summary->interrupted || summary->counts[FAILED])
        return EXIT_INCONCLUSIVE;
    if (summary->counts[MEASURED] == 0)
        return complain("nothing could run here; the table says why");
    return EXIT_YES;
}

/* Where others were at work what took its time is told to be slow. */
static void warn_of_others(FILE *out, const struct plan *plan)
{
    size_t all = 0, waited = 0;

    for (size_t i = 0; i < plan->count; i++)
        for (size_t j = 0; j < plan->series[i].count; j++, all++)
            waited += measurement_had_to_wait(&plan->series[i].samples[j]);
    if (waited * OTHERS_TOLD > all)
        fprintf(
            out,
            "%zu of %zu samples had to wait while other programs had the processor, and are too slow: run it "
            "again when the machine is idle\n",
            waited, all);
}

/* Writes the records and prints the table; the answer is the exit status. */
static int report(struct journal *journal, struct plan *plan, const struct options *options,
                  struct run_summary *summary)
{
    FILE *out = for_people(options);
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
    warn_of_others(out, plan);
    if (written)
        fprintf(out, "records: %s\n", journal->results.path);
    if (summary->interrupted)
        fprintf(out, "mapwise bench --resume --output %s goes on\n", journal->results.path);
    return written ? exit_status(summary) : EXIT_USAGE;
}

static void begin_block(void *user, const struct series *series)
{
    struct execution *execution = user;

    watch_note(&execution->watch, series - execution->plan->series);
}

static void keep_sample(void *user, const struct series *series, const struct measurement *measurement)
{
    struct execution *execution = user;

    if (journal_add(&execution->journal, series, measurement) || execution->not_kept)
        return;
    execution->not_kept = errno;
    interrupted = SIGXFSZ; /* what can't be kept need not be measured */
}

/* What the child does: all but cleaning up. */
static int measure(void *user)
{
    struct execution *execution = user;
    const struct options *options = execution->options;
    const struct observer observer = {begin_block, keep_sample, display_progress, execution};
    struct run_summary summary = {.profile = options_profile_name(options),
                                  .seed = options->seed,
                                  .rounds = options_rounds(options),
                                  .processor = processor_pin()};
    struct run *run = &execution->run;

    google_driver_count(execution->plan, summary.rounds);
    if (!store_open(&execution->store, execution->plan->series, execution->plan->count)) {
        journal_abandon(&execution->journal);
        return complain("out of memory; free some");
    }
    const bool ran = google_driver_run(execution->plan, run, summary.rounds, &options->google, &observer);

    watch_note(&execution->watch, NO_SERIES);
    display_progress_end();
    summary.interrupted = interrupted != 0;
    summary.seconds = run->seconds_before + seconds_between(run->began, clock_nanoseconds());
    int status = EXIT_USAGE;
    if (ran)
        status = report(&execution->journal, execution->plan, options, &summary);
    else
        journal_abandon(&execution->journal);
    if (status == EXIT_INCONCLUSIVE && execution->not_kept)
        complain("could not write every sample: %s; free some space, and go on with --resume",
                 strerror(execution->not_kept));
    store_close(&execution->store, execution->plan->series, execution->plan->count);
    return status;
}

/* ---- when it was ended ---- */

/* What ended it by itself would end it again: the series is left out when the run goes on. */
static bool leave_out(struct execution *execution, struct series *series)
{
    return series && execution->watch.by_series &&
           journal_add_end(&execution->journal, series, execution->watch.reason);
}

static int tell_its_end(struct execution *execution)
{
    const struct results *results = &execution->journal.results;
    const long current = execution->watch.watched->series;
    struct series *series = current == NO_SERIES ? NULL : &execution->plan->series[current];

    display_progress_end();
    memory_limit_tidy();
    const bool without = leave_out(execution, series);
    if (access(results->partial, F_OK) != 0)
        complain("%s when all was measured; the records are in '%s'", execution->watch.reason, results->path);
    else
        complain("%s%s%s%s; what was measured is in '%s', and mapwise bench --resume --output %s goes on%s",
                 execution->watch.reason, series ? ", in '" : "", series ? series->name : "",
                 series ? "'" : "", results->partial, results->path, without ? " without that series" : "");
    return EXIT_INCONCLUSIVE;
}

static int measure_watched(struct execution *execution)
{
    if (!watch_begin(&execution->watch))
        return EXIT_USAGE;
    int status = watch_run(&execution->watch, measure, execution);
    if (status < 0)
        status = tell_its_end(execution);
    watch_end(&execution->watch);
    return status;
}

static size_t samples_of(const struct plan *plan)
{
    size_t count = 0;

    for (size_t i = 0; i < plan->count; i++)
        count += plan->series[i].count;
    return count;
}

int execute_plan(struct plan *plan, const struct options *options, char *const *argv,
                 const struct resume *resume)
{
    struct execution execution = {.plan = plan, .options = options, .run = {.seed = options->seed}};

    if (!enough_memory(options))
        return EXIT_USAGE;
    announce(for_people(options), plan, options);
    if (!plan_open_places(plan, options) || (resume && !resume_fill(resume, plan, &execution.run)) ||
        !journal_open(&execution.journal, plan, options, argv, resume))
        return EXIT_USAGE;
    if (resume)
        fprintf(for_people(options), "%zu samples are there already\n", samples_of(plan));
    fflush(stdout);
    execution.run.began = clock_nanoseconds();
    const int status = measure_watched(&execution);
    journal_abandon(&execution.journal);
    return status;
}
