/* Changing the rights of pages. */
#ifndef MAPWISE_PROTECT_H
#define MAPWISE_PROTECT_H

#include "map.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Gives the pages that hold `length` bytes from byte `offset` on (MW_WHOLE: to the end) exactly the
 * rights `prot`: MW_PROT_READ, _WRITE, _EXEC in any union, or MW_PROT_NONE. Rights belong to whole pages,
 * so the range is widened to them and neighbours in the same page change too. Checked calls know the
 * new rights at once. Rights can be raised as far as the file's descriptor allowed when the map was made.
 * A range of no bytes is MW_OK.
 *
 * MW_E_CLOSED    the map is closed
 * MW_E_BUSY      a pin is held, or another thread is inside a call on this map
 * MW_E_INVAL     `prot` is 0, has unknown bits, or joins MW_PROT_NONE with others
 * MW_E_OVERFLOW  offset + length does not fit 64 bits
 * MW_E_RANGE     the range is not inside the map
 * MW_E_ACCESS    the file was not open for that, or the system forbids it
 * MW_E_NOMEM     no memory, or too many maps in the process
 *
 * On failure the rights are as before.
 * Any thread; exclusive, never waits. Source: POSIX.1-2024 mprotect. */
MW_API int mw_protect(mw_map *map, uint64_t offset, uint64_t length, uint32_t prot, mw_err *err);

#ifdef __cplusplus
}
#endif

#endif
