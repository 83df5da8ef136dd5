/* How a file came into the page cache.
 *
 * It is a parameter of every warm measurement, because it decides how large the pieces are that the cache
 * is made of: a warm read fault costs up to ten times more after a fill in small writes than after one in
 * large ones. */
#ifndef MAPWISE_BENCH_FILL_H
#define MAPWISE_BENCH_FILL_H

#include "place.h"

/* Writes the whole file, contents that can't be compressed, and waits until it is on the device. False
 * with errno set. */
bool fill_file(const struct data_file *file);

/* Makes the file cold and then brings all of it into the cache, nothing of it dirty:
 *
 *   write_1M, write_4K   by writing it again, in pieces of that size
 *   read_1M              by reading it in pieces of that size
 *   map                  by touching its pages in order through a mapping, default read-ahead
 *   random               likewise with read-ahead off: one page at a time
 *
 * False with errno set; EINVAL for an unknown method. */
bool fill_cache(const struct data_file *file, const char *method);

/* Brings the first `length` bytes of a file that is cold into the cache, and nothing beyond. False with errno
 * set. */
bool fill_cache_part(const struct data_file *file, uint64_t length);

#endif
