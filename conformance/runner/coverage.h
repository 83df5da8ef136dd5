/* Which sentences of POSIX and of the manual pages have cases, and which cases stand at none: the table
 * conformance/clauses.tsv, which the build puts into the program, beside the cases that it has. */
#ifndef MAPWISE_CONFORMANCE_COVERAGE_H
#define MAPWISE_CONFORMANCE_COVERAGE_H

#include "output.h"

#include <stddef.h>

/* Prints what the cases of the list cover, as text or as a record; the exit status. */
int coverage_print(const struct format *format, const struct test_case *const *list, size_t case_count);

/* The record mapwise.coverage/1: every clause with the ids of its cases, of all that the program has. */
void record_coverage(struct json *json);

#endif
