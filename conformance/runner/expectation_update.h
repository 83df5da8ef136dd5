/* --update-expectations: the file of --expect, as it would have to be for what was observed in this run. */
#ifndef MAPWISE_CONFORMANCE_EXPECTATION_UPDATE_H
#define MAPWISE_CONFORMANCE_EXPECTATION_UPDATE_H

#include "expectation.h"

struct sighting {
    const struct attempt *attempt;
    const struct expectation *expectation; /* that held, or NULL */
    char seen[SEEN_MAX];                   /* "": all as promised */
};

struct update {
    struct sighting *list;
    size_t count, capacity;
    bool out_of_memory;
};

/* Takes in what came of an attempt. What did not come to its end says nothing. */
void update_take(struct update *update, const struct attempt *attempt, const struct outcome *outcome);

/* Writes the file anew. Comments, and lines of which nothing was observed, stay; so do reasons. A line whose
 * deviation is gone goes. A deviation that no line tells of comes at the end, for somebody to explain.
 * False after one line on standard error; the file is as it was then. *added is how many lines are new. */
bool update_write(const struct update *update, const char *path, size_t *added);

void update_end(struct update *update);

#endif
