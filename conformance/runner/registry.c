#include "registry.h"

#include <fnmatch.h>

static struct test_case *registered;
static size_t registered_count;

void register_case(struct test_case *test)
{
    test->next = registered;
    registered = test;
    registered_count++;
}

static int by_suite_and_line(const void *left, const void *right)
{
    const struct test_case *a = *(const struct test_case *const *)left;
    const struct test_case *b = *(const struct test_case *const *)right;
    int order = strcmp(a->suite->name, b->suite->name);

    if (order == 0)
        order = strcmp(a->file, b->file);
    return order != 0 ? order : a->line - b->line;
}

static bool named(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return count == 0;
}

static bool matches(const char *id, const char *const *globs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (fnmatch(globs[i], id, 0) == 0)
            return true;
    return count == 0;
}

bool selects_all(const struct selection *selection)
{
    return selection->suite_count == 0 && selection->glob_count == 0;
}

const struct test_case **registry_select(const struct selection *selection, size_t *count)
{
    const struct test_case **list = malloc((registered_count + 1) * sizeof(const struct test_case *));

    *count = 0;
    if (!list)
        return NULL;
    for (const struct test_case *test = registered; test; test = test->next)
        if (named(test->suite->name, selection->suites, selection->suite_count) &&
            matches(test->id, selection->globs, selection->glob_count))
            list[(*count)++] = test;
    qsort((void *)list, *count, sizeof(const struct test_case *), by_suite_and_line);
    return list;
}

bool registry_has_suite(const char *name)
{
    for (const struct test_case *test = registered; test; test = test->next)
        if (strcmp(test->suite->name, name) == 0)
            return true;
    return false;
}

bool registry_has_case(const char *id)
{
    for (const struct test_case *test = registered; test; test = test->next)
        if (strcmp(test->id, id) == 0)
            return true;
    return false;
}

const char *registry_duplicate(void)
{
    for (const struct test_case *test = registered; test; test = test->next)
        for (const struct test_case *other = test->next; other; other = other->next)
            if (strcmp(test->id, other->id) == 0)
                return test->id;
    return NULL;
}
