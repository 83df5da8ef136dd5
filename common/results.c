#include "results.h"

#include "facts.h"
#include "message.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void format_now(char *text, size_t capacity, const char *format)
{
    struct tm parts;
    time_t now = time(NULL);

    gmtime_r(&now, &parts);
    if (strftime(text, capacity, format, &parts) == 0)
        text[0] = '\0';
}

static bool name_file(struct results *results, const char *directory, const char *file, const char *tool)
{
    char start[32];
    int length;

    format_now(start, sizeof start, "%Y%m%dT%H%M%SZ");
    if (file)
        length = snprintf(results->path, sizeof results->path, "%s", file);
    else
        length = snprintf(results->path, sizeof results->path, "%s/%s-%s-%ld.jsonl", directory, tool, start,
                          (long)getpid());
    if (length < 0 || (size_t)length + sizeof ".partial" > sizeof results->path) {
        complain("the path of the results is too long; name a shorter one");
        return false;
    }
    memcpy(results->partial, results->path, (size_t)length);
    memcpy(results->partial + length, ".partial", sizeof ".partial");
    return true;
}

bool results_open(struct results *results, const char *directory, const char *file, const char *tool)
{
    *results = (struct results){0};
    if (!name_file(results, directory, file, tool))
        return false;
    if (!file && mkdir(directory, 0777) != 0 && errno != EEXIST) {
        complain("cannot make the results folder '%s': %s; name another with --results", directory,
                 strerror(errno));
        results->partial[0] = '\0';
        return false;
    }
    FILE *stream = fopen(results->partial, "we");
    if (!stream) {
        complain("cannot write '%s': %s; name another place for the results", results->partial,
                 strerror(errno));
        results->partial[0] = '\0';
        return false;
    }
    results->json = json_to(stream);
    return true;
}

void results_name_directory(char *name, size_t capacity, const struct run_description *run, size_t index)
{
    if (run->anonymize)
        snprintf(name, capacity, "folder %zu", index + 1);
    else
        snprintf(name, capacity, "%s", run->directories[index]);
}

static void describe_directory(struct json *json, const struct run_description *run, size_t index)
{
    struct facts facts;
    char name[PATH_MAX];

    facts_of_directory(&facts, run->directories[index]);
    results_name_directory(name, sizeof name, run, index);
    json_object(json, NULL);
    json_string(json, "path", name);
    for (size_t i = 0; i < facts.count; i++) {
        const struct fact *fact = &facts.list[i];
        if (strcmp(fact->name, "path") != 0 && !(run->anonymize && strcmp(fact->name, "device") == 0))
            json_string(json, fact->name, fact->value);
    }
    json_end_object(json);
}

void results_describe_run(struct json *json, const struct run_description *run)
{
    struct facts facts;
    char start[32], host[256] = "";

    format_now(start, sizeof start, "%Y-%m-%dT%H:%M:%SZ");
    facts_of_machine(&facts);
    if (run->anonymize)
        facts_remove(&facts, "kernel_command_line");

    json_object(json, NULL);
    json_string(json, "schema", "mapwise.run/1");
    json_string(json, "tool", run->tool);
    json_string(json, "version", MAPWISE_VERSION);
    json_string(json, "start", start);
    json_array(json, "command");
    for (size_t i = 0; !run->anonymize && run->command[i]; i++)
        json_string(json, NULL, run->command[i]);
    json_end_array(json);
    if (!run->anonymize && gethostname(host, sizeof host - 1) == 0)
        json_string(json, "host", host);
    json_array(json, "directories");
    for (size_t i = 0; i < run->directory_count; i++)
        describe_directory(json, run, i);
    json_end_array(json);
    facts_write_machine(&facts, json, "environment");
    json_end_object(json);
}

void results_end_record(struct results *results)
{
    json_end_record(&results->json);
    fflush(results->json.stream);
}

bool results_close(struct results *results)
{
    if (!results->partial[0])
        return true;
    bool written = !ferror(results->json.stream);
    written = fclose(results->json.stream) == 0 && written;
    if (written)
        written = rename(results->partial, results->path) == 0;
    if (!written)
        complain("cannot write '%s': %s; what could be written is in '%s'; free some space or name another "
                 "place for the results",
                 results->path, strerror(errno), results->partial);
    results->partial[0] = '\0';
    return written;
}

void results_discard(struct results *results)
{
    if (!results->partial[0])
        return;
    fclose(results->json.stream);
    unlink(results->partial);
    results->partial[0] = '\0';
}
