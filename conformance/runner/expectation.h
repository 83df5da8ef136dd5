/* What a platform is known to do differently. The promise stands in the case; this is data beside it,
 * in conformance/expectations/, and strict both ways: a deviation other than the expected one is a FAIL,
 * and a case that passes although it is expected to deviate is an XPASS.
 *
 *     EXPECTATIONS({.test = "msync.len_overflow", .system = "Linux", .observed = "0", .kind = QUIRK,
 *                   .reason = "the length is rounded up to whole pages before it is checked",
 *                   .reference = "https://…"}); */
#ifndef MAPWISE_CONFORMANCE_EXPECTATION_H
#define MAPWISE_CONFORMANCE_EXPECTATION_H

#include "execute.h"

enum deviation {
    PERMITTED, /* the specification leaves the choice */
    QUIRK,     /* known, and here to stay */
    BUG,       /* a defect that ought to be mended */
};

struct expectation {
    const char *test; /* id of the case */
    /* Where it holds; NULL: everywhere. */
    const char *system, *filesystem;
    const char *libc; /* how the C library's name begins, as mapwise info tells it: "glibc", "not glibc" */
    const char *observed; /* what deviates, as observed; several steps joined by "; " */
    enum deviation kind;
    const char *reason, *reference;
};

void register_expectations(const struct expectation *list, size_t count);

#define EXPECTATIONS(...)                                                                                    \
    static const struct expectation expected_here[] = {__VA_ARGS__};                                         \
    __attribute__((constructor)) static void register_expected_here(void)                                    \
    {                                                                                                        \
        register_expectations(expected_here, sizeof expected_here / sizeof expected_here[0]);                \
    }                                                                                                        \
    struct expectation

/* The expectation for an attempt on this system, or NULL. */
const struct expectation *expectation_find(const struct attempt *attempt);

/* Turns FAIL into XFAIL, and PASS into XPASS, where the expectation says so. */
void expectation_apply(const struct expectation *expectation, struct outcome *outcome);

#endif
