#include "expectation_update.h"

#include "message.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

enum { LINE_MAX_BYTES = 8192 };

void update_take(struct update *update, const struct attempt *attempt, const struct outcome *outcome)
{
    if (!outcome->done || outcome->result == RESULT_UNSUPPORTED || outcome->result == RESULT_ERROR)
        return;
    if (update->count == update->capacity) {
        const size_t capacity = update->capacity ? 2 * update->capacity : 256;
        struct sighting *larger = realloc(update->list, capacity * sizeof *larger);
        if (!larger) {
            update->out_of_memory = true;
            return;
        }
        update->list = larger;
        update->capacity = capacity;
    }
    struct sighting *sighting = &update->list[update->count++];
    sighting->attempt = attempt;
    sighting->expectation = expectation_find(attempt);
    expectation_describe(outcome, sighting->seen, sizeof sighting->seen);
}

/* Adds an alternative to "a || b", unless it is there. */
static void add_alternative(char *list, size_t capacity, const char *seen)
{
    const char *text = *seen ? seen : "promised";
    const size_t used = strlen(list);

    if (!expectation_allows(list, text))
        snprintf(list + used, capacity - used, "%s%s", used ? " || " : "", text);
}

/* What was seen where the expectation held, as its column `observed`; "" if it did not hold anywhere. */
static void see(const struct update *update, const struct expectation *expectation, char *seen,
                size_t capacity)
{
    seen[0] = '\0';
    for (size_t i = 0; i < update->count; i++)
        if (update->list[i].expectation == expectation)
            add_alternative(seen, capacity, update->list[i].seen);
}

/* Whether all that was seen is among what is expected. */
static bool all_expected(const struct update *update, const struct expectation *expectation)
{
    for (size_t i = 0; i < update->count; i++) {
        const struct sighting *sighting = &update->list[i];
        const char *seen = sighting->seen[0] ? sighting->seen : "promised";
        if (sighting->expectation == expectation && !expectation_allows(expectation->observed, seen))
            return false;
    }
    return true;
}

static void write_line(FILE *file, const struct expectation *line, const char *observed, const char *status)
{
    fprintf(file, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", line->test, line->where, observed, line->class, status,
            line->reason, line->reference);
}

static void write_known(const struct update *update, const struct expectation *line, FILE *file)
{
    char seen[LINE_MAX_BYTES];

    see(update, line, seen, sizeof seen);
    if (!seen[0])
        write_line(file, line, line->observed, line->status);
    else if (all_expected(update, line))
        write_line(file, line, line->observed, "measured");
    else if (strcmp(seen, "promised") != 0)
        write_line(file, line, seen, "measured");
}

static const char *class_of(const struct test_case *test)
{
    switch (test->clause.strength) {
    case SHALL:
        return "bug";
    case DOCUMENTED:
        return "quirk";
    default:
        return "permitted";
    }
}

static void write_new(const struct sighting *sighting, FILE *file)
{
    const struct attempt *attempt = sighting->attempt;
    char where[96] = "-", reason[256];
    struct utsname name;

    if (attempt->place && attempt->place->filesystem)
        snprintf(where, sizeof where, "filesystem=%s", attempt->place->filesystem);
    snprintf(reason, sizeof reason, "not explained yet; seen on %s",
             uname(&name) == 0 ? name.release : "this system");
    write_line(file,
               &(struct expectation){.test = attempt->test->id,
                                     .where = where,
                                     .class = class_of(attempt->test),
                                     .reason = reason,
                                     .reference = "-"},
               sighting->seen, "measured");
}

/* Whether no line tells of what was seen; one of another file than `path` may, and be wrong. */
static bool is_new(const struct sighting *sighting, const char *path)
{
    const struct expectation *expectation = sighting->expectation;

    return sighting->seen[0] &&
           (!expectation || (strcmp(expectation->file, path) != 0 &&
                             !expectation_allows(expectation->observed, sighting->seen)));
}

/* The same case in a later round, or in another folder of that kind, needs no line of its own. */
static bool is_told_before(const struct update *update, size_t index, const char *path)
{
    const struct attempt *attempt = update->list[index].attempt;

    for (size_t i = 0; i < index; i++) {
        const struct attempt *other = update->list[i].attempt;
        if (is_new(&update->list[i], path) && other->test == attempt->test &&
            (!attempt->place || !attempt->place->filesystem || !other->place->filesystem ||
             strcmp(other->place->filesystem, attempt->place->filesystem) == 0))
            return true;
    }
    return false;
}

/* How many lines are new. */
static size_t write_all(const struct update *update, const char *path, FILE *old, FILE *file)
{
    const struct expectation *line = expectations_of(path);
    char text[LINE_MAX_BYTES];
    size_t added = 0;

    for (int number = 1; fgets(text, sizeof text, old); number++) {
        if (line && line->line == number) {
            write_known(update, line, file);
            line = line->next;
        } else {
            fputs(text, file);
        }
    }
    for (size_t i = 0; i < update->count; i++)
        if (is_new(&update->list[i], path) && !is_told_before(update, i, path)) {
            write_new(&update->list[i], file);
            added++;
        }
    return added;
}

static bool fail(const char *path)
{
    complain("cannot rewrite '%s': %s; it is as it was", path, strerror(errno));
    return false;
}

bool update_write(const struct update *update, const char *path, size_t *added)
{
    char partial[PATH_MAX];

    if (update->out_of_memory) {
        errno = ENOMEM;
        return fail(path);
    }
    snprintf(partial, sizeof partial, "%s.partial", path);
    FILE *old = fopen(path, "re");
    FILE *file = old ? fopen(partial, "we") : NULL;
    if (!file) {
        if (old)
            fclose(old);
        return fail(path);
    }
    *added = write_all(update, path, old, file);
    bool written = !ferror(file) && !ferror(old);
    fclose(old);
    written = fclose(file) == 0 && written;
    if (!written || rename(partial, path) != 0) {
        remove(partial);
        return fail(path);
    }
    return true;
}

void update_end(struct update *update)
{
    free(update->list);
    *update = (struct update){0};
}
