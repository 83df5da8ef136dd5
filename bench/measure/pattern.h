/* Patterns of access: which piece of a file is touched after which, as a list of offsets.
 *
 *   sequential   one behind the other; past the end from the start again
 *   reverse      one before the other, from the end
 *   stride:N     every N bytes ("stride:64K"); past the end again from one piece behind the last start, so
 *                that all are met once before any is met twice
 *   random       at random, all of them once before any twice
 *   zipf:T       at random, few of them often: the one of rank r has the weight 1 / r^T, and the ranks lie
 *                scattered over the file. "zipf" is "zipf:0.99", the usual one of key-value stores
 *   mixed:P:S    P of 100 touches go on in one of S streams in order, which take turns and have a part of the
 *                file each; the other touches go anywhere. "mixed:P" has one stream
 */
#ifndef MAPWISE_BENCH_PATTERN_H
#define MAPWISE_BENCH_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PATTERN_NAME_MAX = 32, PATTERN_STREAMS_MAX = 64 };

/* Fills `offsets` with `count` offsets of whole pieces of `piece` bytes in a file of `length` bytes. The same
 * `seed`, the same ones. False with errno set: EINVAL for a name that is none, or a file of no piece. */
bool pattern_fill(uint64_t *offsets, size_t count, const char *name, uint64_t length, size_t piece,
                  uint64_t seed);

/* How many different pieces are in the list. 0: out of memory. */
size_t pattern_pieces_met(const uint64_t *offsets, size_t count, uint64_t length, size_t piece);

/* A walk that leads from each of `count` nodes to another, at random: next[i] comes after i. It is one cycle
 * through all of them, and has no shorter one. */
void pattern_cycle(uint32_t *next, size_t count, uint64_t seed);

#endif
