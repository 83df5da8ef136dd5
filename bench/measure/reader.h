/* Ways of reading pieces of a file into memory, each with a name:
 *
 *   pread      a call for each piece
 *   readv      lseek and then readv, a segment for each page
 *   preadv2    likewise without lseek, no flags
 *   io_uring   through a ring, up to `depth` pieces at a time
 *   o_direct   pread past the page cache
 */
#ifndef MAPWISE_BENCH_READER_H
#define MAPWISE_BENCH_READER_H

#include "sample.h"

enum { READER_DEPTH_MAX = 32, READER_PIECE_MAX = 1 << 20 };

struct reader;

/* To read pieces of `piece` bytes (whole pages, at most READER_PIECE_MAX) of the sample's file; it has read
 * one then. NULL after the series has ended: the system refuses, and the series says why. Takes
 * sample_memory. */
struct reader *reader_open(struct sample *s, const char *name, size_t piece, unsigned depth);

/* Reads `count` pieces at `offsets` and computes the sum of all their words. False after the series has
 * ended. */
bool reader_sum(struct reader *reader, const uint64_t *offsets, size_t count);

/* Harmless on NULL. */
void reader_close(struct reader *reader);

#endif
