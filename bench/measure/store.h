/* Where a run keeps its samples: in memory that is all there from its start, and that children of fork do not
 * get. What grew with the run would make the same fork, and the same look at all of the process's memory,
 * dearer from round to round. */
#ifndef MAPWISE_BENCH_STORE_H
#define MAPWISE_BENCH_STORE_H

#include "series.h"

#include <mapwise.h>

struct store {
    mw_map *map;
    void *bytes; /* pinned */
};

/* Gives each series room for the samples that are wanted of it; those that it has move there. False: out of
 * memory, and then nothing has changed. */
bool store_open(struct store *store, struct series *series, size_t count);

/* The series have no samples any more. Harmless on one that is {NULL, NULL}. */
void store_close(struct store *store, struct series *series, size_t count);

#endif
