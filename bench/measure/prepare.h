/* Everything that comes before the clock of a sample starts: the cache, the mappings, the random pages, the
 * family's own preparation, and the look whether the condition holds. */
#ifndef MAPWISE_BENCH_PREPARE_H
#define MAPWISE_BENCH_PREPARE_H

#include "sample.h"

/* Prepares for s->batch operations. A condition that does not hold is a doubt about the sample. False: no
 * sample can be taken. */
bool prepare_sample(struct sample *s);

/* Gives back the mappings. Before the file's cache is touched again, nothing may refer to it. */
void prepare_end(struct sample *s);

/* How many pages of the sample's file are in the cache; PAGES_UNKNOWN without a file. */
uint64_t prepare_resident_pages(const struct sample *s);

#endif
