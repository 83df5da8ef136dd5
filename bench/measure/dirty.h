/* Pages that were changed through a map and are not on the device yet. */
#ifndef MAPWISE_BENCH_DIRTY_H
#define MAPWISE_BENCH_DIRTY_H

#include "sample.h"

#include <stdint.h>

/* Stores to `pages` pages, the first one `first` pages into `bytes` and each `step` pages behind the last. */
void dirty_store(const struct sample *s, unsigned char *bytes, uint64_t first, uint64_t pages, uint64_t step);

/* How many pages of s->file are dirty or under write-back; PAGES_UNKNOWN where the system can't say. */
uint64_t dirty_count(const struct sample *s);

/* Doubts the sample if not even `least` are; on a file system that never has any the series can't be. */
void dirty_expect(struct sample *s, uint64_t least);

#endif
