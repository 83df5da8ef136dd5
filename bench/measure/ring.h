/* Reading a file through a ring that the kernel shares (io_uring), where a system has one. */
#ifndef MAPWISE_BENCH_RING_H
#define MAPWISE_BENCH_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ring;

/* A ring for `depth` reads at a time. NULL with errno set: ENOSYS where there is none, EPERM where it is
 * forbidden. */
struct ring *ring_open(unsigned depth);

/* Puts a read into the ring; it begins with the next ring_wait. No more than `depth` may be there at a time.
 */
void ring_read(struct ring *ring, int file, void *buffer, size_t length, uint64_t offset, unsigned tag);

/* Begins what was put there, waits until one read is done, and takes it out: the tag that it has, and how
 * many bytes it got, or the negative number of an error. False with errno set: the ring is broken. */
bool ring_wait(struct ring *ring, unsigned *tag, int64_t *got);

/* Waits until no read is on its way any more: then buffers may be freed. Harmless on NULL. */
void ring_close(struct ring *ring);

#endif
