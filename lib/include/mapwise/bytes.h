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
 * *done, unless `done` is NULL, is the number of bytes copied: `n`, or 0 on failure, except as MW_E_FAULT
 * says. n = 0 is fine up to and at the end of the map.
 *
 * MW_E_CLOSED    the map is closed
 * MW_E_BUSY      another thread is unmapping or protecting
 * MW_E_INVAL     `destination` is NULL and `n` is not 0
 * MW_E_OVERFLOW  offset + n does not fit 64 bits
 * MW_E_RANGE     the range is not inside the map; nothing was copied
 * MW_E_ACCESS    a page of the range cannot be read
 * MW_E_FAULT     guarded maps, MW_F_KERNEL_COPY: a page could not be supplied; *done bytes, those before it,
 *                were copied
 * MW_E_LIMIT     2^31 - 1 pins and calls at once
 *
 * Any thread. A page that the file no longer backs raises SIGBUS (POSIX.1-2024 mmap) in any other map. */
MW_API int mw_read_at(size_t *done, void *destination, mw_map *map, uint64_t offset, size_t n, mw_err *err);

/* Copies `n` bytes from `source`, which may itself be in a map, into the map from byte `offset` on. Else
 * as mw_read_at, and:
 *
 * MW_E_RDONLY  a page of the range can only be read; no byte was changed
 * MW_E_ACCESS  a page of the range can be neither read nor written */
MW_API int mw_write_at(size_t *done, mw_map *map, uint64_t offset, const void *source, size_t n, mw_err *err);

/* *offset = the byte at `index`, counted from the end if it is negative: -1 is the last one.
 *
 * MW_E_CLOSED  the map is closed
 * MW_E_BUSY    another thread is unmapping or protecting
 * MW_E_INVAL   `offset` is NULL
 * MW_E_RANGE   the map has no such byte
 *
 * Any thread. */
MW_API int mw_index(uint64_t *offset, const mw_map *map, int64_t index, mw_err *err);

/* Copies `n` bytes from byte `source` on to byte `destination` on, both in `map`, which may overlap.
 *
 * Errors as for mw_write_at, of either range, and:
 * MW_E_ACCESS  a page of the source cannot be read; no byte was changed
 * MW_E_NOTSUP  a map with MW_F_KERNEL_COPY alone
 * MW_E_FAULT   guarded maps: a page could not be supplied; some bytes may have been changed
 *
 * Any thread. */
MW_API int mw_move(mw_map *map, uint64_t destination, uint64_t source, uint64_t n, mw_err *err);

/* Gives `length` bytes from byte `offset` on (MW_WHOLE: to the end) the value `value`. Errors as for mw_move.
 * Any thread. */
MW_API int mw_fill(mw_map *map, uint64_t offset, uint64_t length, unsigned char value, mw_err *err);

/* In a slice or a window: not given, as None in Python. (MW_WHOLE, which is a length, is -1 here.) */
#define MW_SLICE_DEFAULT INT64_MIN

/* Every step-th element from `start` on, up to but not including `stop`, exactly as start:stop:step in
 * Python: negative positions count from the end, those outside are moved to the border, and a negative step
 * goes backwards. Not given, `step` is 1, and the others are the ends that it goes from and to. */
typedef struct mw_slice {
    int64_t start, stop, step;
} mw_slice;

/* Copies the bytes that `slice` selects, in its order, to `destination`, which may itself be in the map.
 * *count is the number of bytes copied, or, where the buffer of `capacity` bytes is too small, the number
 * needed; 0 on any other failure, except as MW_E_FAULT says. No buffer (NULL, 0) just counts.
 *
 * MW_E_CLOSED  the map is closed
 * MW_E_BUSY    another thread is unmapping or protecting
 * MW_E_INVAL   a step of 0; `count` is NULL; `destination` is NULL and `capacity` is not 0
 * MW_E_RANGE   the buffer is too small; nothing was copied
 * MW_E_ACCESS  a page between the first and the last of the bytes cannot be read
 * MW_E_NOTSUP  a map with MW_F_KERNEL_COPY alone, and a step other than 1
 * MW_E_FAULT   guarded maps: a page could not be supplied; *count bytes, the first ones, were copied
 *
 * Any thread. */
MW_API int mw_slice_get(size_t *count, void *destination, size_t capacity, mw_map *map, mw_slice slice,
                        mw_err *err);

/* Copies `n` bytes from `source` to the bytes that `slice` selects, in its order, as if from a copy of
 * `source`, which may itself be in the map. `n` must be the number that mw_slice_get counts.
 *
 * Errors as for mw_slice_get, and:
 * MW_E_INVAL   `n` is another number; `source` is NULL and `n` is not 0
 * MW_E_RDONLY  a page between the first and the last of the bytes can only be read; no byte was changed
 * MW_E_FAULT   guarded maps: a page could not be supplied; some bytes may have been changed
 *
 * Any thread. Memory used is constant. */
MW_API int mw_slice_set(mw_map *map, mw_slice slice, const void *source, size_t n, mw_err *err);

#ifdef __cplusplus
}
#endif

#endif
