/* Keeping pages in memory. */
#ifndef MAPWISE_LOCK_H
#define MAPWISE_LOCK_H

#include "map.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Lock each page when it is first touched, instead of bringing all of them in now. */
#define MW_LOCK_ON_FAULT (1u << 0)

/* Locks the pages that hold `length` bytes from byte `offset` on (MW_WHOLE: to the end): they are brought in
 * and are not written to swap or dropped until mw_unlock or the end of the map. Locks do not nest. The option
 * MW_F_LOCKED does the same when a map is made; pages that a map locked as a whole gets later are locked too.
 *
 * MW_E_CLOSED    the map is closed
 * MW_E_BUSY      another thread is changing the map
 * MW_E_INVAL     unknown flags
 * MW_E_OVERFLOW  offset + length does not fit 64 bits
 * MW_E_RANGE     the range is not inside the map
 * MW_E_ACCESS    pages without any right, which can't be brought in
 * MW_E_LIMIT     more than the process may lock (RLIMIT_MEMLOCK)
 * MW_E_FAULT     a page cannot be supplied
 * MW_E_NOTSUP    MW_LOCK_ON_FAULT where the system lacks it
 *
 * When the system refuses, no page of the range is locked any more, also if it was before.
 * Any thread. Source: POSIX.1-2024 mlock; Linux mlock2(2). */
MW_API int mw_lock(mw_map *map, uint64_t offset, uint64_t length, uint32_t flags, mw_err *err);

/* Ends the lock of the pages that hold the range, widened to whole pages, whether locked or not. Errors as
 * for mw_lock, as far as they can be. Any thread. Source: POSIX.1-2024 munlock. */
MW_API int mw_unlock(mw_map *map, uint64_t offset, uint64_t length, mw_err *err);

#ifdef __cplusplus
}
#endif

#endif
