/* Moving mapped pages to another address, which POSIX has no call for. */
#ifndef MAPWISE_BENCH_REMAP_H
#define MAPWISE_BENCH_REMAP_H

#include <stdbool.h>
#include <stddef.h>

/* Moves the pages of `length` bytes from `from` to `to`, in place of what is mapped there. Afterwards nothing
 * is mapped at `from`, or with `leave` an empty mapping like the old one. False with errno set: ENOSYS or
 * EINVAL where the system can't. */
bool remap_move(void *from, void *to, size_t length, bool leave);

#endif
