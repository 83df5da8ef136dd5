/* Finding bytes in a map.
 *
 * Where to look is said by two positions, as in Python: negative ones count from the end, those outside are
 * moved to the border, and MW_SLICE_DEFAULT is the beginning, or the end, of the map. A match lies wholly
 * between them. To go on from a cursor (cursor.h) pass its position as `start`; it does not move. */
#ifndef MAPWISE_FIND_H
#define MAPWISE_FIND_H

#include "bytes.h"

#ifdef __cplusplus
extern "C" {
#endif

/* As a position: there is none. */
#define MW_NPOS UINT64_MAX

/* *position = the offset of the first place between `start` and `end` where the map holds the `n` bytes at
 * `needle`, which may itself be in a map; MW_NPOS, which is no error, if there is none. No bytes at all are
 * found at `start`, where `start` does not lie behind `end`.
 *
 * The time it takes is in proportion to the bytes looked at, whatever the needle. Nothing outside of the
 * two positions is looked at.
 *
 * MW_E_CLOSED  the map is closed
 * MW_E_BUSY    another thread is unmapping or protecting
 * MW_E_INVAL   `position` is NULL; `needle` is NULL and `n` is not 0
 * MW_E_ACCESS  a page between the positions cannot be read
 * MW_E_NOTSUP  a map with MW_F_KERNEL_COPY alone
 * MW_E_FAULT   guarded maps: a page that had to be looked at could not be supplied
 *
 * Any thread. */
MW_API int mw_find(uint64_t *position, mw_map *map, const void *needle, size_t n, int64_t start, int64_t end,
                   mw_err *err);

/* *position = the offset of the last place between `start` and `end` where the map holds the `n` bytes at
 * `needle`; no bytes at all are found at `end`. Else, and in its errors, as mw_find. Any thread. */
MW_API int mw_rfind(uint64_t *position, mw_map *map, const void *needle, size_t n, int64_t start, int64_t end,
                    mw_err *err);

#ifdef __cplusplus
}
#endif

#endif
