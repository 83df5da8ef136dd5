#include "slice.h"

#include "fail.h"

/* The element `value` names, as the border before it, or (`after` is 1) behind it. So a walk backwards has
 * its borders in 0 to `length` too, where Python counts from -1. */
static uint64_t border(int64_t value, uint64_t missing, uint64_t length, uint64_t after)
{
    if (value == MW_SLICE_DEFAULT)
        return missing;
    if (value < 0) {
        const uint64_t from_end = -(uint64_t)value;
        return from_end > length ? 0 : length - from_end + after;
    }
    return (uint64_t)value < length ? (uint64_t)value + after : length;
}

uint64_t mw__slice_border(int64_t value, uint64_t missing, uint64_t length)
{
    return border(value, missing, length, 0);
}

int mw__slice_resolve(mw__slice_range *out, mw_slice slice, uint64_t length, mw_err *err)
{
    const int64_t step = slice.step == MW_SLICE_DEFAULT ? 1 : slice.step;
    uint64_t low;
    uint64_t high;

    if (step == 0)
        return mw__fail(err, MW_E_INVAL, "slice.step", MW_NOWHERE);
    if (step > 0) {
        low = border(slice.start, 0, length, 0);
        high = border(slice.stop, length, length, 0);
    } else {
        high = border(slice.start, length, length, 1);
        low = border(slice.stop, 0, length, 1);
    }

    const uint64_t stride = step > 0 ? (uint64_t)step : -(uint64_t)step;
    *out = (mw__slice_range){0, step, 0};
    if (low < high) {
        out->first = step > 0 ? low : high - 1;
        out->count = (high - low - 1) / stride + 1;
    }
    return MW_OK;
}
