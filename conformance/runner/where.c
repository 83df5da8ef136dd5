#include "where.h"

#include "calls.h"
#include "facts.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/utsname.h>

enum { WORD_MAX = 96 };

static const char *emulator;

void where_emulator(const char *name)
{
    emulator = name;
}

/* ---- what is so --------------------------------------------------------- */

/* Each answers a text that says it, "" if it can't be known. */

static const char *system_name(const struct place *place)
{
    static char text[WORD_MAX];
    struct utsname name;

    (void)place;
    if (uname(&name) != 0)
        return "";
    if (strcmp(name.sysname, "Darwin") == 0)
        return "macos";
    snprintf(text, sizeof text, "%s", name.sysname);
    for (char *letter = text; *letter; letter++)
        *letter = (char)tolower((unsigned char)*letter);
    return text;
}

static const char *kernel(const struct place *place)
{
    static struct utsname name;

    (void)place;
    return uname(&name) == 0 ? name.release : "";
}

static const char *architecture(const struct place *place)
{
    static struct utsname name;

    (void)place;
    return uname(&name) == 0 ? name.machine : "";
}

static const char *bits(const struct place *place)
{
    (void)place;
    return sizeof(void *) == 8 ? "64" : "32";
}

static const char *page_size(const struct place *place)
{
    static char text[WORD_MAX];

    (void)place;
    snprintf(text, sizeof text, "%ld", sysconf(_SC_PAGESIZE));
    return text;
}

static const char *libc(const struct place *place)
{
    static struct facts facts;

    (void)place;
    if (facts.count == 0)
        facts_of_machine(&facts);
    const char *name = facts_find(&facts, "libc");
    return name ? name : "";
}

static const char *emulator_name(const struct place *place)
{
    (void)place;
    return emulator ? emulator : "";
}

static const char *path(const struct place *place)
{
    (void)place;
    return call_path_name();
}

static const char *privileged(const struct place *place)
{
    (void)place;
    return geteuid() == 0 ? "yes" : "no";
}

static const char *filesystem(const struct place *place)
{
    return place && place->filesystem ? place->filesystem : "";
}

static const char *block_size(const struct place *place)
{
    return place && place->block_size ? place->block_size : "";
}

static const struct quality {
    const char *name;
    const char *(*is)(const struct place *place);
    bool ordered;
} qualities[] = {
    {"system", system_name, false},     {"kernel", kernel, true},
    {"arch", architecture, false},      {"bits", bits, true},
    {"page", page_size, true},          {"libc", libc, false},
    {"emulator", emulator_name, false}, {"path", path, false},
    {"privileged", privileged, false},  {"filesystem", filesystem, false},
    {"block", block_size, true},
};

/* ---- what is asked ------------------------------------------------------ */

struct condition {
    const struct quality *quality;
    char operation[3];
    char value[WORD_MAX];
};

static const struct quality *quality_named(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof qualities / sizeof qualities[0]; i++)
        if (strlen(qualities[i].name) == length && strncmp(qualities[i].name, name, length) == 0)
            return &qualities[i];
    return NULL;
}

static bool parse(struct condition *condition, const char *word)
{
    const char *operation = word + strcspn(word, "=<>!");
    size_t length = strspn(operation, "=<>!");

    condition->quality = quality_named(word, (size_t)(operation - word));
    if (!condition->quality || length == 0 || length >= sizeof condition->operation || !operation[length])
        return false;
    snprintf(condition->operation, sizeof condition->operation, "%.*s", (int)length, operation);
    snprintf(condition->value, sizeof condition->value, "%s", operation + length);
    if (strcmp(condition->operation, "=") == 0 || strcmp(condition->operation, "!=") == 0)
        return true;
    return condition->quality->ordered &&
           (strcmp(condition->operation, ">=") == 0 || strcmp(condition->operation, "<") == 0);
}

/* 6.18.44-rc1 against 6.5: number by number. */
static int compare_numbers(const char *left, const char *right)
{
    for (;;) {
        char *left_end;
        char *right_end;
        const unsigned long long a = strtoull(left, &left_end, 10);
        const unsigned long long b = strtoull(right, &right_end, 10);
        if (a != b)
            return a < b ? -1 : 1;
        if (*left_end != '.' || *right_end != '.')
            return 0;
        left = left_end + 1;
        right = right_end + 1;
    }
}

static bool is_equal(const struct condition *condition, const char *actual)
{
    const size_t length = strlen(condition->value);

    if (condition->quality->ordered)
        return *actual && compare_numbers(actual, condition->value) == 0;
    return strncmp(actual, condition->value, length) == 0 && (!actual[length] || actual[length] == ' ');
}

static bool is_true(const struct condition *condition, const struct place *place)
{
    const char *actual = condition->quality->is(place);

    switch (condition->operation[0]) {
    case '=':
        return is_equal(condition, actual);
    case '!':
        return !is_equal(condition, actual);
    case '<':
        return *actual && compare_numbers(actual, condition->value) < 0;
    default:
        return *actual && compare_numbers(actual, condition->value) >= 0;
    }
}

/* Copies the next word; NULL at the end. */
static const char *next_word(char word[WORD_MAX], const char *text)
{
    text += strspn(text, " ");
    const size_t length = strcspn(text, " ");
    if (length == 0)
        return NULL;
    snprintf(word, WORD_MAX, "%.*s", (int)length, text);
    return text + length;
}

bool where_holds(const char *conditions, const struct place *place)
{
    struct condition condition;
    char word[WORD_MAX];

    if (strcmp(conditions, "-") == 0)
        return true;
    while ((conditions = next_word(word, conditions)))
        if (!parse(&condition, word) || !is_true(&condition, place))
            return false;
    return true;
}

const char *where_mistake(const char *conditions, char *text, size_t capacity)
{
    struct condition condition;
    char word[WORD_MAX];

    if (strcmp(conditions, "-") == 0)
        return NULL;
    while ((conditions = next_word(word, conditions)))
        if (!parse(&condition, word)) {
            snprintf(text, capacity, "%s", word);
            return text;
        }
    return NULL;
}
