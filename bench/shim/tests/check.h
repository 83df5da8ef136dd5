/* Counts and names what is not true. */
#ifndef GB_TESTS_CHECK_H
#define GB_TESTS_CHECK_H

#include <stdio.h>

static int failures;

#define CHECK(condition)                                                                                     \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            printf("%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);                                 \
            failures++;                                                                                      \
        }                                                                                                    \
    } while (0)

static int summary(void)
{
    printf(failures ? "%d checks failed\n" : "all checks passed\n", failures);
    return failures ? 1 : 0;
}

#endif
