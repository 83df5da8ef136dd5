/* What must have happened in a sample for it to count, looked for by `check` of a family. What can't be seen
 * is not held against it. */
#ifndef MAPWISE_BENCH_EXPECT_H
#define MAPWISE_BENCH_EXPECT_H

#include "sample.h"

/* At least `least` page faults. The extra figure `pages_per_fault` is how many of the family's items, pages,
 * came with each of them. */
void expect_faults(struct sample *s, uint64_t least);

/* At least `least` pages of the file are dirty; the extra figure `dirty_pages` is how many. Files that are
 * in memory alone are never written back, and have none. */
void expect_dirty(struct sample *s, uint64_t least);

/* At least `least` bytes of the map that the last operation worked on are the process's own, not the file's.
 */
void expect_private(struct sample *s, uint64_t least);

#endif
