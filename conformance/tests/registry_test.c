/* What every case of mapwise-check has to say of itself. */
#include "registry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LONGEST = 100 };

/* In characters, not in bytes: names and quotation marks may be any. */
static size_t characters(const char *text)
{
    size_t count = 0;

    for (; *text; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

/* What is wrong with the meaning of a case by itself; NULL if nothing is. */
static const char *wrong_by_itself(const char *meaning)
{
    if (!meaning || meaning[strspn(meaning, " ")] == '\0')
        return "it is missing";
    if (characters(meaning) > LONGEST)
        return "it is longer than 100 characters";
    if (strncmp(meaning, "so ", 3) == 0)
        return "it begins with \"so\", which is printed before it";
    if (meaning[strlen(meaning) - 1] == '.')
        return "it ends with a full stop, and is half a sentence";
    return NULL;
}

/* What is wrong with it beside another case's, or its own, texts. */
static const char *wrong_beside(const struct test_case *test, const struct test_case *other)
{
    if (strcmp(test->meaning, other->sentence) == 0)
        return "it is the sentence of";
    if (test != other && strcmp(test->meaning, other->meaning) == 0)
        return "it is also the meaning of";
    return NULL;
}

static size_t complain(const struct test_case *test, const char *what, const char *whose)
{
    if (!what)
        return 0;
    fprintf(stderr, "%s:%d: the meaning of %s: %s%s%s\n", test->file, test->line, test->id, what,
            whose ? " " : "", whose ? whose : "");
    return 1;
}

static void every_case_says_what_its_failure_means(void **state)
{
    const struct selection all = {0};
    size_t count, wrong = 0;
    const struct test_case **cases = registry_select(&all, &count);

    (void)state;
    assert_non_null(cases);
    assert_true(count > 0);
    for (size_t i = 0; i < count; i++)
        wrong += complain(cases[i], wrong_by_itself(cases[i]->meaning), NULL);
    for (size_t i = 0; i < count && wrong == 0; i++)
        for (size_t j = 0; j < count; j++)
            wrong += complain(cases[i], wrong_beside(cases[i], cases[j]), cases[j]->id);
    free(cases);
    assert_int_equal(wrong, 0);
}

static void what_is_wrong_is_noticed(void **state)
{
    const struct test_case one = {.id = "one", .sentence = "this holds", .meaning = "a log is lost"};
    const struct test_case same = {.id = "same", .sentence = "that holds", .meaning = "a log is lost"};
    const struct test_case echo = {.id = "echo", .sentence = "this goes", .meaning = "this holds"};
    char text[LONGEST + 2];

    (void)state;
    memset(text, 'x', sizeof text);
    text[LONGEST + 1] = '\0';
    assert_non_null(wrong_by_itself(text));
    text[LONGEST] = '\0';
    assert_null(wrong_by_itself(text));
    assert_non_null(wrong_by_itself(NULL));
    assert_non_null(wrong_by_itself("  "));
    assert_non_null(wrong_by_itself("so a log is lost"));
    assert_non_null(wrong_by_itself("a log is lost."));
    assert_null(wrong_beside(&one, &one));
    assert_non_null(wrong_beside(&one, &same));
    assert_non_null(wrong_beside(&echo, &one));
    assert_null(wrong_beside(&one, &echo));
}

static void no_id_stands_twice(void **state)
{
    (void)state;
    assert_null(registry_duplicate());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_says_what_its_failure_means),
        cmocka_unit_test(what_is_wrong_is_noticed),
        cmocka_unit_test(no_id_stands_twice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
