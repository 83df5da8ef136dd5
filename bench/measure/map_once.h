/* A mapping of the sample's file, all of it, that lasts as long as one piece of work. */
#ifndef MAPWISE_BENCH_MAP_ONCE_H
#define MAPWISE_BENCH_MAP_ONCE_H

#include "sample.h"

struct map_once {
    mw_access access;            /* the pages are pinned for reading, or for writing too, as it says */
    const char *path;            /* opened for it; NULL: the descriptor that the sample has is mapped */
    const mw_advice_row *advice; /* given before the work; NULL: none */
};

/* Maps, works and unmaps. False after the series has ended. */
bool map_once(struct sample *s, const struct map_once *how,
              void (*work)(struct sample *s, unsigned char *bytes));

#endif
