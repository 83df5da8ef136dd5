/* All cases of this program, in a fixed order: by suite, and within a suite as they stand in its file. */
#ifndef MAPWISE_CONFORMANCE_REGISTRY_H
#define MAPWISE_CONFORMANCE_REGISTRY_H

#include "case.h"

#include <stdbool.h>
#include <stddef.h>

struct selection {
    const char *const *suites; /* names; all suites if there are none */
    size_t suite_count;
    const char *const *globs; /* patterns of case ids; all cases if there are none */
    size_t glob_count;
};

/* Neither suites nor patterns are named. */
bool selects_all(const struct selection *selection);

/* The selected cases, in order, in a list that the caller frees; NULL if memory is short. */
const struct test_case **registry_select(const struct selection *selection, size_t *count);

bool registry_has_suite(const char *name);
bool registry_has_case(const char *id);

/* The id that stands twice, or NULL. */
const char *registry_duplicate(void);

#endif
