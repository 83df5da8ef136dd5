/* Raw pointers into a map, counted.
 *
 * A pin is a promise in both directions: the pages stay where they are with the rights they have until
 * mw_unpin, since mw_unmap, mw_free and mw_protect answer MW_E_BUSY meanwhile; and the caller does not
 * touch the pointer afterwards. Through a pin there are no checks. Take one pin for a whole loop.
 */
#ifndef MAPWISE_PIN_H
#define MAPWISE_PIN_H

#include "map.h"

#ifdef __cplusplus
extern "C" {
#endif

/* *out becomes the address of byte `offset`, good for `length` bytes (MW_WHOLE: to the end) and for what
 * `prot` asks: MW_PROT_READ, _WRITE, _EXEC in any union; 0 asks for the address only. A range of no bytes
 * is fine and gives a pointer that must not be followed. Give it back with mw_unpin.
 *
 * MW_E_CLOSED    the map is closed
 * MW_E_BUSY      another thread is unmapping or protecting
 * MW_E_INVAL     unknown bits in `prot`
 * MW_E_OVERFLOW  offset + length does not fit 64 bits
 * MW_E_RANGE     the range is not inside the map
 * MW_E_RDONLY    writing asked of pages that can only be read
 * MW_E_ACCESS    another right that a page of the range does not have
 * MW_E_LIMIT     2^31 - 1 pins and calls at once
 *
 * Any thread. A pointer may be used by, and given back from, a thread other than the one that took it. */
MW_API int mw_pin(void **out, mw_map *map, uint64_t offset, uint64_t length, uint32_t prot, mw_err *err);

/* Gives back one pin; `pointer` is what mw_pin gave. Pins are counted by map, not by address.
 *
 * MW_E_INVAL  no pin is held, or `pointer` is not inside the map; nothing happened
 *
 * Any thread. */
MW_API int mw_unpin(mw_map *map, const void *pointer);

#ifdef __cplusplus
}
#endif

#endif
