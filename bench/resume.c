#include "resume.h"

#include "facts.h"
#include "message.h"
#include "reading.h"
#include "refill.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- its settings ----------------------------------------------------------------------------- */

static bool set_directories(struct resume *resume, struct options *options, const cJSON *list)
{
    const size_t count = (size_t)cJSON_GetArraySize(list);

    if (options->anonymize && count > 0 &&
        (!options->directories_named || options->directory_count != count)) {
        complain("the run was anonymous, in %zu folders; name them again behind --resume", count);
        return false;
    }
    if (options->directories_named && (!options->anonymize || count == 0)) {
        complain("the run needs no folder, or has them on record; name none behind --resume");
        return false;
    }
    if (options->anonymize || count == 0)
        return true;
    resume->directories = calloc(count, sizeof(char *));
    if (!resume->directories) {
        complain("out of memory; free some");
        return false;
    }
    for (size_t i = 0; i < count; i++)
        resume->directories[i] = cJSON_GetStringValue(cJSON_GetArrayItem(list, (int)i));
    options->directories = resume->directories;
    options->directory_count = count;
    return true;
}

static bool are_texts(const cJSON *list)
{
    bool all = cJSON_IsArray(list);

    for (const cJSON *element = reading_first_in(list); element; element = element->next)
        all = all && cJSON_IsString(element);
    return all;
}

static bool set_options(struct resume *resume, struct options *options, const cJSON *plan)
{
    const cJSON *filter = reading_member(plan, "filter"), *directories = reading_member(plan, "directories");
    struct reading reading = {plan, NULL};
    const char *profile = reading_text(&reading, "profile"), *seed = reading_text(&reading, "seed");
    char *end;

    options->filter = cJSON_GetStringValue(filter);
    options->rounds = resume->rounds = (unsigned)reading_count(&reading, "rounds", 1, ROUNDS_MAX);
    options->drop_caches = reading_boolean(&reading, "drop_caches");
    options->anonymize = reading_boolean(&reading, "anonymized");
    errno = 0;
    options->seed = strtoull(seed, &end, 10);
    if (!isdigit((unsigned char)seed[0]) || *end || errno)
        reading.wrong = "seed";
    if (!cJSON_IsString(filter) && !cJSON_IsNull(filter))
        reading.wrong = "filter";
    if (!are_texts(directories))
        reading.wrong = "directories";
    if (reading.wrong)
        return unfinished_damaged(&resume->file, "mapwise.plan/1", reading.wrong);
    return options_set_profile(options, profile) && set_directories(resume, options, directories);
}

bool resume_read(struct resume *resume, struct options *options)
{
    *resume = (struct resume){.rounds = 0};
    return unfinished_find(&resume->file, options->output, options->results) &&
           set_options(resume, options, unfinished_first(&resume->file, "mapwise.plan/1"));
}

/* ---- whether it can go on here ---------------------------------------------------------------- */

static bool is_anonymous(const cJSON *run)
{
    return !reading_member(run, "host");
}

static bool same_machine(const cJSON *run)
{
    const cJSON *hashes = reading_member(reading_member(run, "environment"), "hash");
    struct facts facts;
    char now[24];

    facts_of_machine(&facts);
    if (is_anonymous(run)) /* it leaves out what would change the hash */
        facts_remove(&facts, "kernel_command_line");
    for (int level = FACT_HARDWARE; level < FACT_TRANSIENT; level++) {
        snprintf(now, sizeof now, "%016" PRIx64, facts_hash(&facts, (enum fact_level)level));
        if (strcmp(reading_text_of(hashes, facts_level_name((enum fact_level)level)), now) != 0) {
            complain("the %s is not what it was when the run began; begin a new one",
                     facts_level_name((enum fact_level)level));
            return false;
        }
    }
    return true;
}

/* What file system it is, with its settings. The device may have another name after a restart. */
static bool same_folder(const cJSON *before, const char *directory, bool anonymous)
{
    struct facts facts;

    facts_of_directory(&facts, directory);
    facts_remove(&facts, "device");
    if (anonymous)
        facts_remove(&facts, "path");
    for (size_t i = 0; i < facts.count; i++) {
        const struct fact *fact = &facts.list[i];
        if (fact->level == FACT_SYSTEM && strcmp(reading_text_of(before, fact->name), fact->value) != 0) {
            complain("the %s of '%s' is not what it was when the run began; begin a new one", fact->name,
                     directory);
            return false;
        }
    }
    return true;
}

static bool same_folders(const cJSON *run, const struct plan *plan)
{
    const cJSON *folder = reading_first_in(reading_member(run, "directories"));

    for (size_t i = 0; i < plan->place_count && plan->scratch_bytes; i++) {
        if (!same_folder(folder, plan->places[i].directory, is_anonymous(run)))
            return false;
        folder = folder ? folder->next : NULL;
    }
    return true;
}

bool resume_fill(const struct resume *resume, struct plan *plan, struct run *run)
{
    const struct refill into = {&resume->file, plan, run, resume->rounds};
    const cJSON *began = unfinished_first(&resume->file, "mapwise.run/1");

    if (strcmp(reading_text_of(began, "version"), MAPWISE_VERSION) != 0) {
        complain("the run was begun by mapwise %s, this is %s; begin a new one",
                 reading_text_of(began, "version"), MAPWISE_VERSION);
        return false;
    }
    if (!same_machine(began) || !same_folders(began, plan))
        return false;
    for (size_t i = 0; i < resume->file.count; i++)
        if (!refill(&into, resume->file.records[i]))
            return false;
    return true;
}

void resume_free(struct resume *resume)
{
    free((void *)resume->directories);
    unfinished_forget(&resume->file);
}
