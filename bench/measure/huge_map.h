/* Maps that huge pages fit into. A piece of a file, or of memory that is shared, can be mapped by a huge page
 * only if it lies at a multiple of its size both there and in memory. Not every system sees to that by
 * itself. */
#ifndef MAPWISE_BENCH_HUGE_MAP_H
#define MAPWISE_BENCH_HUGE_MAP_H

#include "sample.h"

/* Maps `length` bytes from the start of the sample's file for reading or, where it has none, of new memory
 * for writing, shared or private. Pins them. False after the series has ended; the view has to be unmapped
 * then, too. */
bool huge_map_open(struct view *view, struct sample *s, uint64_t length, bool shared);

#endif
