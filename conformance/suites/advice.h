/* What the files of the suite about advice share. */
#ifndef MAPWISE_CONFORMANCE_ADVICE_H
#define MAPWISE_CONFORMANCE_ADVICE_H

#include "case.h"

/* What `look` sees, which must become `wanted`. Pages that another processor is just taking into use are left
 * alone by advice, so that it is given again, by `advise`, for a while. */
const char *seen_in_the_end(const char *wanted, const char *(*look)(void *), void (*advise)(void *),
                            void *argument);

/* A range of a map that is advised as cold, or paged out, and looked at as a whole. */
struct advised_range {
    char *map;
    size_t length;       /* of the map */
    size_t first, pages; /* the range */
};

/* `wanted` pages of the map are marked as used in the end, MADV_COLD being given again until then. */
const char *referenced_in_the_end(const char *wanted, struct advised_range *range);

#endif
