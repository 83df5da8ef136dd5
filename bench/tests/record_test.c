/* What records say of a series, of known samples. */
#include "record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct family family = {.name = "test", .sentence = "a test", .items = "pages"};

static void write_record(char *text, size_t capacity, const struct series *series)
{
    FILE *file = tmpfile();

    assert_non_null(file);
    struct json json = json_to(file);
    record_series(&json, series, MEASURED);
    rewind(file);
    text[fread(text, 1, capacity - 1, file)] = '\0';
    fclose(file);
}

/* Medians of what has that name, wherever it stands, and in whichever samples. */
static void extras_are_matched_by_name(void **state)
{
    static const struct measurement samples[] = {
        {.batch = 1, .extras = {{"a", 1}, {"b", 10}}, .extra_count = 2},
        {.batch = 1, .extras = {{"b", 30}, {"a", 3}}, .extra_count = 2},
        {.batch = 1, .extras = {{"b", 20}, {"c", 7}, {"a", 2}}, .extra_count = 3},
    };
    struct series series = {.family = &family, .wanted = 3};
    static char text[16384];

    (void)state;
    for (size_t i = 0; i < 3; i++)
        assert_true(series_add(&series, &samples[i]));
    write_record(text, sizeof text, &series);
    assert_non_null(strstr(text, "\"extra\":{\"a\":2,\"b\":20,\"c\":7}}"));
    series_free(&series);
}

/* Figures are those of one operation, however many were timed together. */
static void figures_are_of_one_operation(void **state)
{
    static const struct measurement samples[] = {
        {.seconds = 4, .batch = 4, .bytes = 400, .items = 40},
        {.seconds = 24, .batch = 8, .bytes = 800, .items = 80},
        {.seconds = 2, .batch = 1, .bytes = 100, .items = 10},
    };
    struct series series = {.family = &family, .wanted = 3};
    struct figures figures;

    (void)state;
    for (size_t i = 0; i < 3; i++)
        assert_true(series_add(&series, &samples[i]));
    assert_true(series_figures(&figures, &series));
    assert_true(figures.median == 2 && figures.minimum == 1 && figures.maximum == 3);
    assert_true(figures.bytes == 100 && figures.items == 10);
    series_free(&series);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(extras_are_matched_by_name),
        cmocka_unit_test(figures_are_of_one_operation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
