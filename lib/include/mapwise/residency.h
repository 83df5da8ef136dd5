/* Which pages of a map are in memory. */
#ifndef MAPWISE_RESIDENCY_H
#define MAPWISE_RESIDENCY_H

#include "map.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What is written to the buffer, one entry for each page of mw_page_size() bytes:
 *
 *   BYTES   one byte a page, 0 or 1
 *   BITS    page i is bit i % 8 (1 << i % 8) of byte i / 8; the rest of the last byte is 0
 *   NATIVE  one byte a page as the system gives it: bit 0 is residency, other bits are the system's
 *           (MINCORE_*; none on Linux)
 *   COUNT   nothing; the buffer may be NULL */
typedef enum mw_residency_format {
    MW_RESIDENCY_COUNT,
    MW_RESIDENCY_BYTES,
    MW_RESIDENCY_BITS,
    MW_RESIDENCY_NATIVE
} mw_residency_format;

/* Asks about the pages that hold `length` bytes from byte `offset` on (MW_WHOLE: to the end). The range is
 * widened to whole pages: the first entry also speaks for bytes of its page before the range. Huge pages
 * are reported as the small pages they consist of.
 *
 * *pages is the number of pages and so of entries, also when the buffer is too small; *resident how many
 * are in memory. Either may be NULL. `capacity` is the buffer's size in bytes. What a failing call has
 * written to the buffer and *resident is unspecified.
 *
 * The answer is a snapshot, out of date when it arrives. Linux (5.2 and newer) says "all resident" about
 * a file that the caller neither owns nor may write, lest one program watch another. Pages past the end of
 * a truncated file are not resident.
 *
 * MW_E_CLOSED    the map is closed
 * MW_E_BUSY      another thread is unmapping or protecting
 * MW_E_INVAL     an unknown format; no buffer and a capacity other than 0
 * MW_E_OVERFLOW  offset + length does not fit 64 bits
 * MW_E_RANGE     the range is not inside the map (*pages is 0), or the buffer is too small for *pages
 *                entries
 * MW_E_NOTSUP    the system cannot say
 *
 * Any thread. Memory used is constant. Source: Linux mincore(2); not in POSIX. */
MW_API int mw_resident(uint64_t *pages, uint64_t *resident, void *buffer, size_t capacity,
                       mw_residency_format format, mw_map *map, uint64_t offset, uint64_t length,
                       mw_err *err);

#ifdef __cplusplus
}
#endif

#endif
