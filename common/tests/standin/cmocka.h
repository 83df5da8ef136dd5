/* What the unit tests use of cmocka, for compilers that there is no cmocka for: musl's, and those for other
 * machines. A failed assertion ends its test. cmake/tests.cmake chooses. */
#ifndef STANDIN_CMOCKA_H
#define STANDIN_CMOCKA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct CMUnitTest {
    void (*test)(void **state);
    const char *name;
    int (*setup)(void **state);
    int (*teardown)(void **state);
    void *state;
};

#define cmocka_unit_test_prestate_setup_teardown(test, setup, teardown, state)                               \
    {                                                                                                        \
        test, #test, setup, teardown, state                                                                  \
    }
#define cmocka_unit_test_setup_teardown(test, setup, teardown)                                               \
    cmocka_unit_test_prestate_setup_teardown(test, setup, teardown, NULL)
#define cmocka_unit_test_setup(test, setup)       cmocka_unit_test_setup_teardown(test, setup, NULL)
#define cmocka_unit_test_teardown(test, teardown) cmocka_unit_test_setup_teardown(test, NULL, teardown)
#define cmocka_unit_test(test)                    cmocka_unit_test_setup_teardown(test, NULL, NULL)

#define cmocka_run_group_tests(tests, setup, teardown)                                                       \
    standin_run(tests, sizeof(tests) / sizeof(tests)[0], setup, teardown)

#define print_message(...) printf(__VA_ARGS__)
#define print_error(...)   fprintf(stderr, __VA_ARGS__)

enum { STANDIN_FAILED = 1, STANDIN_SKIPPED };

static jmp_buf standin_end;

__attribute__((noreturn, format(printf, 3, 4))) static inline void standin_fail(const char *file, int line,
                                                                                const char *format, ...)
{
    va_list arguments;

    fprintf(stderr, "%s:%d: ", file, line);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    longjmp(standin_end, STANDIN_FAILED);
}

__attribute__((noreturn)) static inline void standin_skip(void)
{
    longjmp(standin_end, STANDIN_SKIPPED);
}

#define fail_msg(...) standin_fail(__FILE__, __LINE__, __VA_ARGS__)
#define fail()        fail_msg("failed")
#define skip()        standin_skip()

static inline void standin_true(bool holds, const char *what, const char *file, int line)
{
    if (!holds)
        standin_fail(file, line, "not so: %s", what);
}

#define STANDIN_TRUE(holds, what)        standin_true(holds, what, __FILE__, __LINE__)
#define assert_true(expression)          STANDIN_TRUE((expression) ? true : false, #expression)
#define assert_false(expression)         STANDIN_TRUE((expression) ? false : true, "not " #expression)
#define assert_null(pointer)             STANDIN_TRUE((pointer) == NULL, #pointer " == NULL")
#define assert_non_null(pointer)         STANDIN_TRUE((pointer) != NULL, #pointer " != NULL")
#define assert_ptr_equal(a, b)           STANDIN_TRUE((const void *)(a) == (const void *)(b), #a " == " #b)
#define assert_ptr_not_equal(a, b)       STANDIN_TRUE((const void *)(a) != (const void *)(b), #a " != " #b)
#define assert_memory_equal(a, b, n)     STANDIN_TRUE(memcmp(a, b, n) == 0, #a " == " #b)
#define assert_memory_not_equal(a, b, n) STANDIN_TRUE(memcmp(a, b, n) != 0, #a " != " #b)

static inline void standin_in(uintmax_t value, uintmax_t least, uintmax_t most, bool inside, const char *file,
                              int line)
{
    if ((least <= value && value <= most) != inside)
        standin_fail(file, line, "%#jx is %s %#jx to %#jx", value, inside ? "not" : "one of", least, most);
}

#define STANDIN_IN(value, least, most, inside)                                                               \
    standin_in((uintmax_t)(value), (uintmax_t)(least), (uintmax_t)(most), inside, __FILE__, __LINE__)
#define assert_in_range(value, least, most)     STANDIN_IN(value, least, most, true)
#define assert_not_in_range(value, least, most) STANDIN_IN(value, least, most, false)
#define assert_int_equal(a, b)                  STANDIN_IN(a, b, b, true)
#define assert_int_not_equal(a, b)              STANDIN_IN(a, b, b, false)

static inline void standin_string(const char *a, const char *b, bool equal, const char *file, int line)
{
    if ((strcmp(a, b) == 0) != equal)
        standin_fail(file, line, "\"%s\" %s \"%s\"", a, equal ? "!=" : "==", b);
}

#define assert_string_equal(a, b)     standin_string(a, b, true, __FILE__, __LINE__)
#define assert_string_not_equal(a, b) standin_string(a, b, false, __FILE__, __LINE__)

/* The number of failed tests, as cmocka_run_group_tests answers it. */
static inline int standin_run(const struct CMUnitTest *tests, size_t count, int (*setup)(void **),
                              int (*teardown)(void **))
{
    volatile int failed = 0;
    void *group = NULL;

    if (setup && setup(&group) != 0)
        return (int)count;
    for (volatile size_t i = 0; i < count; i++) {
        void *volatile state = tests[i].state ? tests[i].state : group;
        void *changing = state;
        int result = setjmp(standin_end);
        if (result == 0) {
            if (tests[i].setup && tests[i].setup(&changing) != 0)
                standin_fail(__FILE__, __LINE__, "the set-up failed");
            state = changing;
            tests[i].test(&changing);
            state = changing;
        }
        changing = state;
        if (tests[i].teardown && tests[i].teardown(&changing) != 0)
            result = STANDIN_FAILED;
        printf("%s %s\n",
               result == 0                 ? "passed "
               : result == STANDIN_SKIPPED ? "skipped"
                                           : "FAILED ",
               tests[i].name);
        failed += result == STANDIN_FAILED;
    }
    if (teardown && teardown(&group) != 0)
        failed++;
    return failed;
}

#endif
