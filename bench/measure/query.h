/* The questions about pages that a system can be asked, each in its own way. */
#ifndef MAPWISE_BENCH_QUERY_H
#define MAPWISE_BENCH_QUERY_H

#include <stddef.h>
#include <stdint.h>

/* What is asked about, and memory for the answers. */
struct query {
    const void *address; /* a page's first byte */
    uint64_t length;     /* bytes, whole pages */
    int file;            /* that is mapped there, from its start on */
    unsigned char *buffer;
    size_t capacity; /* at least a word for each page */
};

enum { QUERY_FAILED = -1, QUERY_UNKNOWN = -2, QUERY_DONE = -3 };

/* Asks by "mincore", "cachestat", "pagemap", "pagemap_scan", "smaps" or "smaps_rollup"; the last two are
 * about all of the process. The answer is how many pages are there: in memory (mincore, cachestat) or in the
 * page tables (pagemap); QUERY_DONE where it would have to be looked for in a text; QUERY_FAILED with errno
 * set; QUERY_UNKNOWN where the system knows no such question. */
typedef int64_t (*query_function)(const struct query *query);

/* NULL: there is no such question. */
query_function query_named(const char *name);

#endif
