/* Arrays of bits: views (array.h) whose dtype is MW_T_BIT, laid out as in Julia's BitArray.
 *
 * Bit k is bit k % 64 of word k / 64, and words are little-endian on every machine: so it is bit k % 8 of
 * byte k / 8. An array of n bits takes mw_bits_bytes(n) bytes, whole words of 8; the first word is aligned to
 * 8 (MW_E_ALIGN) unless MW_V_UNALIGNED says otherwise. Without an order in the layout it is MW_COL_MAJOR.
 *
 *   byte    0        1        ...  7          8
 *   bit     7 ... 0  15 ... 8      63 ... 56  71 ... 64
 *
 * The bits of the last word past the last element are 0, and stay so whatever is set here. A file where they
 * are not is MW_E_FORMAT when a view is made; MW_V_REPAIR clears them (MW_E_RDONLY if that can't be, and is
 * needed). They are looked at then, so the last word must be readable (MW_E_ACCESS, MW_E_FAULT). If it is not
 * whole the answer is MW_E_SHORT.
 *
 * Single bits are got and set with mw_view_get and mw_view_set. Each bit, and each byte of a fill that has
 * other bits too, is changed as an atomic step without any order to others: two threads may set bits that are
 * neighbours. Through a pin that is the caller's affair. */
#ifndef MAPWISE_BITS_H
#define MAPWISE_BITS_H

#include "array.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes that an array of `n` bits takes: a multiple of 8, 0 for 0. It fits for every `n`. Any thread. */
static inline uint64_t mw_bits_bytes(uint64_t n)
{
    return (n / 64 + (n % 64 != 0)) * 8;
}

/* *ones = how many bits of the view are 1.
 *
 * MW_E_CLOSED, MW_E_BUSY, MW_E_STALE  as for mw_view_get
 * MW_E_INVAL   `ones` is NULL
 * MW_E_TYPE    the elements are not bits
 * MW_E_ACCESS  a page between the first and the last bit cannot be read
 * MW_E_NOTSUP  a map with MW_F_KERNEL_COPY alone
 * MW_E_FAULT   guarded maps: a page could not be supplied
 *
 * Any thread. Runs of bits side by side are counted by words, at the speed of memory; single bits of a view
 * with steps one by one. */
MW_API int mw_bits_count(uint64_t *ones, const mw_view *view, mw_err *err);

/* Gives `n` bits (MW_WHOLE: to the last) from bit `first` on the value `value`. They are counted as they lie
 * in the map, from the view's first element on, so the view must be dense (mw_view_is_dense) in one order or
 * the other.
 *
 * Errors as for mw_bits_count, and:
 * MW_E_INVAL     the view is not dense
 * MW_E_OVERFLOW  first + n does not fit 64 bits
 * MW_E_RANGE     the view has fewer bits; none was changed
 * MW_E_RDONLY    a page of the bits can only be read; none was changed
 * MW_E_ACCESS    a page of the bits cannot be both read and written; none was changed
 * MW_E_FAULT     guarded maps: a page could not be supplied; some of the bits may have been changed
 *
 * Any thread. */
MW_API int mw_bits_fill(const mw_view *view, uint64_t first, uint64_t n, bool value, mw_err *err);

/* The bit at `index`, which is not checked, from what mw_view_pin gave for a view of bits. */
static inline bool mw_view_bit(const mw_view *view, const void *first, const uint64_t *index)
{
    uint64_t bit = view->bit;
    uint32_t i;

    for (i = 0; i < view->ndim; i++)
        bit += index[i] * (uint64_t)view->stride[i];
    return (((const unsigned char *)first)[bit / 8] >> bit % 8 & 1) != 0;
}

#ifdef __cplusplus
}
#endif

#endif
