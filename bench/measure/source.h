/* Maps that a family makes itself, because making them or giving them back is what it measures. The axis
 * "source" says of what, the axis "size" how much of it:
 *
 *   anonymous   private memory, and so it is without such an axis
 *   shared      memory that a child of fork shares
 *   copy        the file, private: what is stored goes to copies of its pages
 *   path        the file, by its name
 *   otherwise   the file, by its descriptor
 *
 * Memory is made of pages of the smallest size, or of those that the axis "pages" (small, huge) says. Files
 * are in the page cache. */
#ifndef MAPWISE_BENCH_SOURCE_H
#define MAPWISE_BENCH_SOURCE_H

#include "sample.h"

/* As demands_of of a family. Files may be mapped as often as makes a sample long enough; memory, whose pages
 * cost more to make than to give back, is mapped source_repeats times in a pass instead. */
struct demands source_demands(const struct family *family, const struct point *point);
unsigned source_repeats(const struct sample *s);

/* How many pages a map has. */
uint64_t source_pages(const struct sample *s);

/* Memory and copies can be stored to, files are for reading; no descriptor is kept. */
mw_map_options source_options(const struct sample *s);

/* Makes a map, not pinned. For the inside of a part: nothing else is done there. */
int source_map(mw_map **map, const struct sample *s, const mw_map_options *options, mw_err *err);

/* Makes one, says of what size its pages are to be, and pins it. False after the series has ended. */
bool source_open(struct view *view, struct sample *s, const mw_map_options *options);

/* Gives it back; harmless if there is none. */
void source_close(struct view *view);

/* Touches each page: stores where stores stay in memory, else loads. */
void source_touch(const struct view *view, const struct sample *s);

/* Casts doubt on the sample unless `wanted` pages of the map are in the page tables, and, if they are to be
 * and all of them are, unless they are huge. Where the system can't say, the series ends. */
void source_expect(struct sample *s, const struct view *view, uint64_t wanted);

/* Casts doubt on the sample unless all of the memory is in huge pages; where none is, the series ends. */
void source_expect_huge(struct sample *s, const void *address, uint64_t length);

/* Maps `length` bytes of memory and unmaps them again. False after the series has ended. */
bool source_memory_once(struct sample *s, uint64_t length, const mw_map_options *options);

#endif
