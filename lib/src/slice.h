/* Which elements a slice selects: arithmetic alone, as Python's slices do it. */
#ifndef MW_SLICE_H
#define MW_SLICE_H

#include "mapwise/bytes.h"

/* Element i, for 0 <= i < count, is the one at first + i * step, which is inside [0, length). */
typedef struct mw__slice_range {
    uint64_t first; /* 0 if there is none */
    int64_t step;   /* neither 0 nor INT64_MIN */
    uint64_t count;
} mw__slice_range;

/* *out = what `slice` selects of `length` elements, any number of them. MW_E_INVAL: a step of 0. */
int mw__slice_resolve(mw__slice_range *out, mw_slice slice, uint64_t length, mw_err *err);

/* The border between elements that `value` names, 0 to `length`: negative ones count from the end, those
 * outside are clamped, and MW_SLICE_DEFAULT is `missing`. */
uint64_t mw__slice_border(int64_t value, uint64_t missing, uint64_t length);

#endif
