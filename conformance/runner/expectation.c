#include "expectation.h"

#include "message.h"
#include "registry.h"
#include "where.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 7, FILES_MAX = 32, CONDITION_MAX = 96 };

static const char *const kinds[] = {"permitted", "quirk", "bug"};
static const char *const statuses[] = {"measured", "predicted"};

/* The files that hold on this system, in the order in which they are looked at. */
static struct file {
    const char *name;
    char *text; /* what the lines are made of */
    struct expectation *first;
} files[FILES_MAX];
static size_t file_count;

/* ---- reading ------------------------------------------------------------ */

static int complain_of(const struct expectation *line, const char *what, const char *value)
{
    return complain("%s:%d: %s%s; runner/expectation.h says what a line is made of", line->file, line->line,
                    what, value);
}

static bool is_among(const char *value, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(value, list[i]) == 0)
            return true;
    return false;
}

/* Parts the line, whose characters are ours to change, at its tabs. */
static bool part_line(struct expectation *line, char *text)
{
    const char **const columns[COLUMNS] = {&line->test,   &line->where,  &line->observed, &line->class,
                                           &line->status, &line->reason, &line->reference};

    for (int i = 0; i < COLUMNS; i++) {
        char *tab = strchr(text, '\t');
        if (!*text || *text == '\t' || (i < COLUMNS - 1) != (tab != NULL))
            return false;
        *columns[i] = text;
        if (tab) {
            *tab = '\0';
            text = tab + 1;
        }
    }
    return true;
}

static bool read_line(struct expectation *line, char *text)
{
    char mistake[CONDITION_MAX];

    if (!part_line(line, text))
        complain_of(line,
                    "a line has seven columns, with a tab between them: case, where, observed, class, "
                    "status, reason, reference",
                    "");
    else if (where_mistake(line->where, mistake, sizeof mistake))
        complain_of(line, "this is no condition: ", mistake);
    else if (!is_among(line->class, kinds, sizeof kinds / sizeof kinds[0]))
        complain_of(line, "the class is neither permitted, quirk nor bug but ", line->class);
    else if (!is_among(line->status, statuses, sizeof statuses / sizeof statuses[0]))
        complain_of(line, "the status is neither measured nor predicted but ", line->status);
    else
        return true;
    return false;
}

/* A list of the lines of `text`, which they share; they are kept to the end of the run. */
static bool read_lines(struct expectation **first, const char *name, char *text)
{
    int number = 0;

    while (*text) {
        char *end = text + strcspn(text, "\n");
        char *next = *end ? end + 1 : end;
        *end = '\0';
        if (end > text && end[-1] == '\r')
            end[-1] = '\0';
        number++;
        if (*text && *text != '#') {
            struct expectation *line = calloc(1, sizeof *line);
            if (!line) {
                complain("out of memory");
                return false;
            }
            *line = (struct expectation){.file = name, .line = number};
            *first = line;
            first = (struct expectation **)&line->next;
            if (!read_line(line, text))
                return false;
        }
        text = next;
    }
    return true;
}

/* "freebsd.tsv" is of FreeBSD. */
static bool is_of_this_system(const char *name)
{
    char condition[CONDITION_MAX];

    if (strcmp(name, "any.tsv") == 0)
        return true;
    snprintf(condition, sizeof condition, "system=%.*s", (int)strcspn(name, "."), name);
    return where_holds(condition, NULL);
}

bool expectations_read(const char *name, const char *text, bool any_system)
{
    if (!any_system && !is_of_this_system(name))
        return true;

    struct file file = {.name = name, .text = strdup(text)};
    if (!file.text || file_count == FILES_MAX) {
        free(file.text);
        complain("no room for the expectations in '%s'", name);
        return false;
    }
    const bool good = read_lines(&file.first, name, file.text);
    files[file_count++] = file;
    return good;
}

static char *read_whole(const char *path)
{
    FILE *file = fopen(path, "re");
    char *text = NULL;
    size_t length = 0;

    if (!file)
        return NULL;
    for (size_t got = 1; got != 0;) {
        char *larger = realloc(text, length + 4097);
        if (!larger)
            break;
        text = larger;
        got = fread(text + length, 1, 4096, file);
        length += got;
        text[length] = '\0';
    }
    if (ferror(file) || (text && strlen(text) != length)) {
        errno = ferror(file) ? errno : EINVAL;
        free(text);
        text = NULL;
    }
    fclose(file);
    return text;
}

bool expectations_read_file(const char *path)
{
    char *text = read_whole(path);

    if (!text) {
        complain(
            "cannot read the expectations in '%s': %s; name a file like conformance/expectations/linux.tsv",
            path, strerror(errno));
        return false;
    }
    const bool good = expectations_read(path, text, true);
    free(text);
    return good;
}

void expectations_note_unknown(const char *name)
{
    for (const struct expectation *line = expectations_of(name); line; line = line->next)
        if (!registry_has_case(line->test))
            complain("note: %s:%d: this program has no case '%s', so the line stands for nothing", line->file,
                     line->line, line->test);
}

const struct expectation *expectations_of(const char *name)
{
    for (size_t i = 0; i < file_count; i++)
        if (strcmp(files[i].name, name) == 0)
            return files[i].first;
    return NULL;
}

const struct expectation *expectation_find(const struct attempt *attempt)
{
    for (size_t i = 0; i < file_count; i++)
        for (const struct expectation *line = files[i].first; line; line = line->next)
            if (strcmp(line->test, attempt->test->id) == 0 && where_holds(line->where, attempt->place))
                return line;
    return NULL;
}

/* ---- applying ----------------------------------------------------------- */

void expectation_describe(const struct outcome *outcome, char *text, size_t capacity)
{
    size_t used = 0;

    text[0] = '\0';
    for (size_t i = 0; i < outcome->step_count && used < capacity; i++) {
        const struct step *step = &outcome->steps[i];
        if (step->observed_any &&
            (step_only_records(step) || !observation_matches(step->expected, step->observed)))
            used += (size_t)snprintf(text + used, capacity - used, "%s%s", used ? "; " : "", step->observed);
    }
}

bool expectation_allows(const char *alternatives, const char *observed)
{
    static const char separator[] = " || ";
    const size_t length = strlen(observed);

    for (;;) {
        const char *end = strstr(alternatives, separator);
        const size_t this_length = end ? (size_t)(end - alternatives) : strlen(alternatives);
        if (this_length == length && strncmp(alternatives, observed, length) == 0)
            return true;
        if (!end)
            return false;
        alternatives = end + strlen(separator);
    }
}

/* A case that passed as far as anything was promised, and recorded something beside that. */
static void judge_record(const struct expectation *expectation, struct outcome *outcome, const char *seen)
{
    if (!expectation) {
        outcome->result = RESULT_NEW;
        snprintf(
            outcome->reason, sizeof outcome->reason,
            "%s observed, of which nothing is promised and nothing known on this system; add an expectation",
            seen);
    } else if (!expectation_allows(expectation->observed, seen)) {
        outcome->result = RESULT_FAIL;
        snprintf(outcome->reason, sizeof outcome->reason, "%s observed, where %s:%d says %s", seen,
                 expectation->file, expectation->line, expectation->observed);
    }
}

static void judge_pass(const struct expectation *expectation, struct outcome *outcome)
{
    if (expectation_allows(expectation->observed, "promised"))
        return;
    outcome->result = RESULT_XPASS;
    snprintf(outcome->reason, sizeof outcome->reason,
             "as documented now, though '%s' was expected (%s); take out %s:%d", expectation->observed,
             expectation->reason, expectation->file, expectation->line);
}

/* A case that fails where a deviation is known, but another one. */
static void judge_other_deviation(const struct expectation *expectation, struct outcome *outcome)
{
    const size_t used = strlen(outcome->reason);

    snprintf(outcome->reason + used, sizeof outcome->reason - used, "; %s:%d expects %s", expectation->file,
             expectation->line, expectation->observed);
}

void expectation_apply(const struct expectation *expectation, struct outcome *outcome)
{
    char seen[SEEN_MAX];

    expectation_describe(outcome, seen, sizeof seen);
    if (outcome->result == RESULT_PASS && seen[0]) {
        judge_record(expectation, outcome, seen);
    } else if (outcome->result == RESULT_PASS && expectation) {
        judge_pass(expectation, outcome);
    } else if (outcome->result != RESULT_FAIL || !expectation || !outcome->done) {
        return;
    } else if (!expectation_allows(expectation->observed, seen)) {
        judge_other_deviation(expectation, outcome);
    } else {
        outcome->result = RESULT_XFAIL;
        snprintf(outcome->reason, sizeof outcome->reason, "%s observed, a %s %s: %s; %s", seen,
                 strcmp(expectation->status, "predicted") == 0 ? "predicted" : "known", expectation->class,
                 expectation->reason, expectation->reference);
    }
}
