#include "coverage.h"

#include "embedded.h"
#include "message.h"
#include "registry.h"

#include <fnmatch.h>

enum { ID_MAX = 128 };

extern const struct embedded_file clause_files[]; /* conformance/clauses.tsv alone */

/* A row of the table. Columns that it lacks are "". */
struct row {
    const char *name, *source, *section, *strength, *sentence;
    const char *cases;  /* ids and patterns of ids, blanks between them */
    const char *reason; /* why there can't be a case */
};

static char *text; /* the table, which its rows share; read once and never given back */
static struct row *rows;
static size_t row_count;

struct cases {
    const struct test_case *const *list;
    size_t count;
};

struct counts {
    size_t clauses, tested, impossible;
};

/* Parts a line, whose characters are ours to change, at its tabs. */
static struct row part_line(char *line)
{
    struct row row;
    const char **const columns[] = {&row.name,     &row.source, &row.section, &row.strength,
                                    &row.sentence, &row.cases,  &row.reason};

    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        size_t length = strcspn(line, "\t");
        *columns[i] = line;
        line += length;
        if (*line)
            *line++ = '\0';
    }
    return row;
}

/* False if memory is short. */
static bool read_table(void)
{
    if (rows)
        return true;
    text = strdup(clause_files[0].text);
    size_t lines = 0;
    for (const char *at = text; at && (at = strchr(at, '\n')); at++)
        lines++;
    rows = text ? calloc(lines + 1, sizeof *rows) : NULL;
    if (!rows)
        return false;
    char *rest = NULL;
    strtok_r(text, "\n", &rest); /* the headings */
    for (char *line; (line = strtok_r(NULL, "\n", &rest));)
        rows[row_count++] = part_line(line);
    return true;
}

/* One of the patterns, which stand in a text with blanks between them, is that of the id. */
static bool named_by(const char *patterns, const char *id)
{
    char pattern[ID_MAX];

    for (const char *at = patterns; *at; at += strspn(at, " ")) {
        size_t length = strcspn(at, " ");
        snprintf(pattern, sizeof pattern, "%.*s", (int)length, at);
        if (strcmp(pattern, id) == 0 || (strpbrk(pattern, "*?[") && fnmatch(pattern, id, 0) == 0))
            return true;
        at += length;
    }
    return false;
}

static bool is_tested(size_t row, const struct cases *cases)
{
    for (size_t i = 0; i < cases->count; i++)
        if (named_by(rows[row].cases, cases->list[i]->id))
            return true;
    return false;
}

/* What the library promises itself has a table of its own. */
static bool stands_at_none(const struct test_case *test)
{
    if (strcmp(test->clause.source, "mapwise") == 0)
        return false;
    for (size_t row = 0; row < row_count; row++)
        if (named_by(rows[row].cases, test->id))
            return false;
    return true;
}

/* The row is of the section of another one; with `section` NULL, any section of its source is. */
static bool belongs(size_t row, const char *source, const char *section)
{
    return strcmp(rows[row].source, source) == 0 && (!section || strcmp(rows[row].section, section) == 0);
}

static struct counts count(const bool *tested, const char *source, const char *section)
{
    struct counts counts = {0};

    for (size_t row = 0; row < row_count; row++)
        if (belongs(row, source, section)) {
            counts.clauses++;
            counts.tested += tested[row];
            counts.impossible += !tested[row] && *rows[row].reason;
        }
    return counts;
}

static void print_headings(const char *source)
{
    printf("%-44s %8s %11s %6s %16s %8s\n", source, "clauses", "with cases", "", "can't be tested",
           "without");
}

static void print_counts(const char *name, struct counts counts)
{
    double share = 100.0 * (double)counts.tested / (double)counts.clauses;

    printf("  %-42s %8zu %11zu %4.0f %% %16zu %8zu\n", name, counts.clauses, counts.tested, share,
           counts.impossible, counts.clauses - counts.tested - counts.impossible);
}

static void print_missing(const bool *tested, const char *source, const char *section)
{
    for (size_t row = 0; row < row_count; row++)
        if (belongs(row, source, section) && !tested[row]) {
            const char *reason = rows[row].reason;
            printf("      %-44s %s%s%s%s\n", rows[row].name, rows[row].sentence,
                   *reason ? " [can't be tested: " : "", reason, *reason ? "]" : "");
        }
}

/* Rows of a section stand anywhere in the table; the first one of it tells of all. */
static bool is_first(size_t row, bool of_source)
{
    for (size_t before = 0; before < row; before++)
        if (belongs(before, rows[row].source, of_source ? NULL : rows[row].section))
            return false;
    return true;
}

static void print_sections(const bool *tested, const char *source)
{
    for (size_t row = 0; row < row_count; row++)
        if (belongs(row, source, NULL) && is_first(row, false)) {
            const char *section = rows[row].section;
            print_counts(section, count(tested, source, section));
            print_missing(tested, source, section);
        }
}

static void print_cases_without(const struct cases *cases)
{
    size_t alone = 0;

    for (size_t i = 0; i < cases->count; i++)
        alone += stands_at_none(cases->list[i]);
    printf("Cases without a clause: %zu\n", alone);
    for (size_t i = 0; i < cases->count; i++)
        if (stands_at_none(cases->list[i]))
            printf("      %-44s %s, %s\n", cases->list[i]->id, cases->list[i]->clause.source,
                   cases->list[i]->clause.section);
}

static void print_text(const struct cases *cases, bool *tested)
{
    for (size_t row = 0; row < row_count; row++)
        tested[row] = is_tested(row, cases);
    for (size_t row = 0; row < row_count; row++)
        if (is_first(row, true)) {
            const char *source = rows[row].source;
            print_headings(source);
            print_sections(tested, source);
            print_counts("all", count(tested, source, NULL));
            puts("");
        }
    print_cases_without(cases);
}

static void record_clause(struct json *json, size_t row, const struct cases *cases)
{
    json_object(json, NULL);
    json_string(json, "clause", rows[row].name);
    json_string(json, "source", rows[row].source);
    json_string(json, "section", rows[row].section);
    json_string(json, "strength", rows[row].strength);
    json_string(json, "sentence", rows[row].sentence);
    json_array(json, "cases");
    for (size_t i = 0; i < cases->count; i++)
        if (named_by(rows[row].cases, cases->list[i]->id))
            json_string(json, NULL, cases->list[i]->id);
    json_end_array(json);
    json_string(json, "reason", *rows[row].reason ? rows[row].reason : NULL);
    json_end_object(json);
}

static void record_cases(struct json *json, const struct cases *cases)
{
    json_object(json, NULL);
    json_string(json, "schema", "mapwise.coverage/1");
    json_array(json, "clauses");
    for (size_t row = 0; row < row_count; row++)
        record_clause(json, row, cases);
    json_end_array(json);
    json_end_object(json);
}

void record_coverage(struct json *json)
{
    const struct selection everything = {0};
    size_t case_count;
    const struct test_case **all = read_table() ? registry_select(&everything, &case_count) : NULL;
    const struct cases cases = {all, all ? case_count : 0};

    record_cases(json, &cases);
    free((void *)all);
}

int coverage_print(const struct format *format, const struct test_case *const *list, size_t case_count)
{
    const struct cases cases = {list, case_count};

    if (!read_table())
        return complain("out of memory");
    if (format == &jsonl_format) {
        struct json json = json_to(stdout);
        record_cases(&json, &cases);
        json_end_record(&json);
    } else if (format == &human_format) {
        bool *tested = calloc(row_count, sizeof *tested);
        if (!tested)
            return complain("out of memory");
        print_text(&cases, tested);
        free(tested);
    } else {
        return complain("--coverage is told as human or jsonl, not as %s", format->name);
    }
    return finish_output(EXIT_YES);
}
