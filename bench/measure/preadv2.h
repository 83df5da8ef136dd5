/* The read call with flags, which only some systems have. */
#ifndef MAPWISE_BENCH_PREADV2_H
#define MAPWISE_BENCH_PREADV2_H

#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

/* -1 with errno set: ENOSYS where there is none. */
ssize_t read_with_flags(int file, const struct iovec *segments, int count, uint64_t offset, int flags);

#endif
