/* The formats in which residency is told. */
#ifndef MW_RESIDENCY_H
#define MW_RESIDENCY_H

#include "mapwise/residency.h"

/* Bytes of buffer that the entries of `pages` pages take. */
uint64_t mw__residency_bytes(uint64_t pages, mw_residency_format format);

/* Writes the entries of `n` pages, the first of which is page `first`, a multiple of 8, and counts those
 * that are resident. */
uint64_t mw__residency_store(unsigned char *buffer, uint64_t first, const unsigned char *native, size_t n,
                             mw_residency_format format);

#endif
