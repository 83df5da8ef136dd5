/* Which sentences of POSIX and of the manual pages have cases, and which cases stand at none: the table
 * conformance/clauses.tsv, which the build puts into the program, beside the cases that it has. */
#ifndef MAPWISE_CONFORMANCE_COVERAGE_H
#define MAPWISE_CONFORMANCE_COVERAGE_H

#include "output.h"

#include <stddef.h>

enum clause_column {
    CLAUSE_NAME,
    CLAUSE_SOURCE,
    CLAUSE_SECTION,
    CLAUSE_STRENGTH,
    CLAUSE_SENTENCE,
    CLAUSE_CASES,  /* ids and patterns of ids, blanks between them; NULL or "" if there are none */
    CLAUSE_REASON, /* why there can't be a case, or NULL */
    CLAUSE_COLUMNS,
};

extern const char *const clauses[][CLAUSE_COLUMNS];
extern const size_t clauses_rows;

/* Prints what the given cases cover, as text or as a record; the exit status. */
int coverage_print(const struct format *format, const struct test_case *const *cases, size_t case_count);

/* The record mapwise.coverage/1: every clause with the ids of its cases, of all that the program has. */
void record_coverage(struct json *json);

#endif
