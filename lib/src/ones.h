/* Counting and changing bits in memory. Bit k is bit k % 8 of byte k / 8. */
#ifndef MW_ONES_H
#define MW_ONES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many of the `n` bits from bit `first` on are 1. */
uint64_t mw__ones_count(const unsigned char *bytes, uint64_t first, uint64_t n);

/* Gives them the value `value`. A byte that has other bits too is changed in one step. */
void mw__ones_fill(unsigned char *bytes, uint64_t first, uint64_t n, bool value);

/* A byte whose bits may be changed meanwhile. */
unsigned char mw__ones_byte(const unsigned char *byte);

/* Gives the bits `mask` of a byte the value `value`, in one step. */
void mw__ones_change(unsigned char *byte, unsigned mask, bool value);

#endif
