/* Reading and writing with every bound checked.
 *
 * Any number of threads may read and write one map at once. As with ordinary memory, a read that
 * overlaps another thread's write may see some of its bytes and not others.
 */
#ifndef MAPWISE_BYTES_H
#define MAPWISE_BYTES_H

#include "map.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Copies `n` bytes of the map from byte `offset` on to `destination`, which may itself be in a map.
 * *done, unless `done` is NULL, is the number of bytes copied: `n`, or 0 on failure. n = 0 is fine up to
 * and at the end of the map.
 *
 * MW_E_CLOSED    the map is closed
 * MW_E_BUSY      another thread is unmapping or protecting
 * MW_E_INVAL     `destination` is NULL and `n` is not 0
 * MW_E_OVERFLOW  offset + n does not fit 64 bits
 * MW_E_RANGE     the range is not inside the map; nothing was copied
 * MW_E_ACCESS    a page of the range cannot be read
 * MW_E_LIMIT     2^31 - 1 pins and calls at once
 *
 * Any thread. A page that the file no longer backs raises SIGBUS (POSIX.1-2024 mmap). */
MW_API int mw_read_at(size_t *done, void *destination, mw_map *map, uint64_t offset, size_t n, mw_err *err);

/* Copies `n` bytes from `source`, which may itself be in a map, into the map from byte `offset` on. Else
 * as mw_read_at, and:
 *
 * MW_E_RDONLY  a page of the range can only be read; no byte was changed
 * MW_E_ACCESS  a page of the range can be neither read nor written */
MW_API int mw_write_at(size_t *done, mw_map *map, uint64_t offset, const void *source, size_t n, mw_err *err);

/* In a slice or a window: not given, as None in Python. */
#define MW_SLICE_DEFAULT INT64_MIN

/* Every step-th element from `start` on, up to but not including `stop`, exactly as start:stop:step in
 * Python: negative positions count from the end, those outside are moved to the border, and a negative step
 * goes backwards. Not given, `step` is 1, and the others are the ends that it goes from and to. */
typedef struct mw_slice {
    int64_t start, stop, step;
} mw_slice;

#ifdef __cplusplus
}
#endif

#endif
