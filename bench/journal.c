#include "journal.h"

#include "message.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what every file begins with ---- */

static void describe_plan(struct json *json, const struct options *options, const struct run_description *run)
{
    char name[PATH_MAX];

    json_object(json, NULL);
    json_string(json, "schema", "mapwise.plan/1");
    json_string(json, "profile", options_profile_name(options));
    json_string(json, "filter", options->filter);
    snprintf(name, sizeof name, "%" PRIu64, options->seed); /* as text: a JSON number holds 53 bits of it */
    json_string(json, "seed", name);
    json_unsigned(json, "rounds", options_rounds(options));
    json_boolean(json, "drop_caches", options->drop_caches);
    json_boolean(json, "anonymized", options->anonymize);
    json_array(json, "directories");
    for (size_t i = 0; i < run->directory_count; i++) {
        results_name_directory(name, sizeof name, run, i);
        json_string(json, NULL, name);
    }
    json_end_array(json);
    json_end_object(json);
    json_end_record(json);
}

static void write_head(FILE *out, const struct options *options, const struct run_description *run,
                       const struct resume *resume)
{
    struct json json = json_to(out);

    if (resume) {
        fprintf(out, "%s\n", resume->file.run_record);
    } else {
        results_describe_run(&json, run);
        json_end_record(&json);
    }
    describe_plan(&json, options, run);
}

/* The two records as text; and then the places of an anonymous run lose their names. */
static char *make_head(struct plan *plan, const struct options *options, char *const *argv,
                       const struct resume *resume)
{
    const char **directories = calloc(plan->place_count, sizeof *directories);
    struct run_description run = {
        .tool = "bench", .command = argv, .directories = directories, .anonymize = options->anonymize};
    char *head = NULL;
    size_t length;
    FILE *out = directories ? open_memstream(&head, &length) : NULL;

    for (size_t i = 0; out && i < plan->place_count && plan->scratch_bytes; i++)
        directories[run.directory_count++] = plan->places[i].directory;
    if (out)
        write_head(out, options, &run, resume);
    if (!out || fclose(out) != 0) {
        complain("out of memory; free some");
        free(head);
        head = NULL;
    }
    for (size_t i = 0; i < plan->place_count && options->anonymize; i++)
        results_name_directory(plan->places[i].directory, sizeof plan->places[i].directory, &run, i);
    free((void *)directories);
    return head;
}

/* ---- while the run lasts ---- */

static void add_series(struct results *results, const struct series *series)
{
    struct series begun = *series;

    begun.count = 0;
    snprintf(begun.reason, sizeof begun.reason, "the run has not come to its end");
    record_series(&results->json, &begun, PARTIAL);
    results_end_record(results);
}

static void write_end(struct results *results, const struct series *series)
{
    struct json *json = &results->json;

    json_object(json, NULL);
    json_string(json, "schema", "mapwise.end/1");
    json_string(json, "name", series->name);
    json_string(json, "directory", series->place ? series->place->directory : NULL);
    json_string(json, "reason", series->reason);
    json_end_object(json);
    results_end_record(results);
}

static void write_ends(struct results *results, const struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->series[i].ended)
            write_end(results, &plan->series[i]);
}

/* False after one line, and then the file is gone. */
static bool can_be_written(struct results *results)
{
    if (!ferror(results->json.stream))
        return true;
    complain("cannot write '%s': %s; free some space or name another place for the results", results->partial,
             strerror(errno));
    results_discard(results);
    return false;
}

bool journal_open(struct journal *journal, struct plan *plan, const struct options *options,
                  char *const *argv, const struct resume *resume)
{
    struct results *results = &journal->results;
    const bool opened = resume ? results_open_resumed(results, resume->file.path)
                               : results_open(results, options->results, options->output, "bench");

    journal->head = opened ? make_head(plan, options, argv, resume) : NULL;
    if (!journal->head) {
        results_discard(results);
        return false;
    }
    fputs(journal->head, results->json.stream);
    for (size_t i = 0; i < plan->count; i++)
        if (!plan->series[i].cannot)
            add_series(results, &plan->series[i]);
    for (size_t i = 0; i < plan->count; i++)
        for (size_t j = 0; j < plan->series[i].count; j++)
            journal_add(journal, &plan->series[i], &plan->series[i].samples[j]);
    write_ends(results, plan);
    if (resume ? results_become_partial(results) : can_be_written(results))
        return true;
    free(journal->head);
    journal->head = NULL;
    return false;
}

bool journal_add(struct journal *journal, const struct series *series, const struct measurement *measurement)
{
    struct json *json = &journal->results.json;

    json_object(json, NULL);
    json_string(json, "schema", "mapwise.sample/1");
    json_string(json, "name", series->name);
    json_string(json, "directory", series->place ? series->place->directory : NULL);
    record_sample(json, "sample", series, measurement);
    record_discarded(json, series);
    json_end_object(json);
    results_end_record(&journal->results);
    return !ferror(json->stream);
}

/* Behind the last line, which may have been cut off. */
static void go_to_end(FILE *file)
{
    const bool torn = fseek(file, -1, SEEK_END) == 0 && fgetc(file) != '\n';

    fseek(file, 0, SEEK_END);
    if (torn)
        fputc('\n', file);
}

bool journal_add_end(struct journal *journal, struct series *series, const char *reason)
{
    series_end(series, reason);
    go_to_end(journal->results.json.stream);
    write_end(&journal->results, series);
    return !ferror(journal->results.json.stream);
}

/* ---- at its end ---- */

bool journal_end(struct journal *journal, const struct plan *plan, const enum outcome *outcomes,
                 const struct run_summary *summary)
{
    struct results whole;
    bool opened = results_open_instead(&whole, &journal->results);

    if (opened)
        fputs(journal->head, whole.json.stream);
    for (size_t i = 0; opened && i < plan->count; i++) {
        record_series(&whole.json, &plan->series[i], outcomes[i]);
        results_end_record(&whole);
    }
    if (opened) {
        write_ends(&whole, plan);
        record_summary(&whole.json, summary);
        results_end_record(&whole);
    }
    journal_abandon(journal);
    return opened && results_close(&whole);
}

void journal_abandon(struct journal *journal)
{
    results_keep(&journal->results);
    free(journal->head);
    journal->head = NULL;
}
