/* Arithmetic on offsets and lengths that cannot wrap. The functions answer whether the result fits. */
#ifndef MW_CHECKED_H
#define MW_CHECKED_H

#include <stdbool.h>
#include <stdint.h>

static inline bool mw__add(uint64_t *sum, uint64_t a, uint64_t b)
{
    *sum = a + b;
    return *sum >= a;
}

static inline bool mw__multiply(uint64_t *product, uint64_t a, uint64_t b)
{
    *product = a * b;
    return a == 0 || *product / a == b;
}

/* `unit` is a power of two. */
static inline uint64_t mw__round_down(uint64_t value, uint64_t unit)
{
    return value & ~(unit - 1);
}

static inline bool mw__round_up(uint64_t *rounded, uint64_t value, uint64_t unit)
{
    uint64_t sum;
    bool fits = mw__add(&sum, value, unit - 1);
    *rounded = mw__round_down(sum, unit);
    return fits;
}

#endif
