/* Counting and changing bits in memory. Bit k is bit k % 8 of byte k / 8. */
#ifndef MW_ONES_H
#define MW_ONES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many of the `n` bits from bit `first` on are 1. */
uint64_t mw__ones_count(const unsigned char *bytes, uint64_t first, uint64_t n);

/* Gives them the value `value`. A byte that has other bits too is changed in one step. */
void mw__ones_fill(unsigned char *bytes, uint64_t first, uint64_t n, bool value);

/* A byte whose bits may be changed meanwhile. */
static inline unsigned char mw__ones_byte(const unsigned char *byte)
{
    return atomic_load_explicit((const _Atomic unsigned char *)byte, memory_order_relaxed);
}

/* Gives the bits `mask` of a byte the value `value`, in one step. */
static inline void mw__ones_change(unsigned char *byte, unsigned mask, bool value)
{
    _Atomic unsigned char *shared = (_Atomic unsigned char *)byte;

    if (value)
        atomic_fetch_or_explicit(shared, (unsigned char)mask, memory_order_relaxed);
    else
        atomic_fetch_and_explicit(shared, (unsigned char)~mask, memory_order_relaxed);
}

#endif
