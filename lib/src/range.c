#include "range.h"

#include "checked.h"
#include "fail.h"
#include "mapwise/options.h"

int mw__range_make(mw__range *range, uint64_t offset, uint64_t length, uint64_t whole, mw_err *err)
{
    if (length == MW_WHOLE)
        length = offset < whole ? whole - offset : 0;
    return mw__range_exact(range, offset, length, whole, err);
}

int mw__range_refuse(uint64_t offset, uint64_t length, uint64_t whole, mw_err *err)
{
    uint64_t end;

    if (!mw__add(&end, offset, length))
        return mw__fail(err, MW_E_OVERFLOW, "length", offset);
    return offset > whole ? mw__fail(err, MW_E_RANGE, "offset", offset)
                          : mw__fail(err, MW_E_RANGE, "length", whole);
}

mw__range mw__range_outward(mw__range range, uint64_t page_size)
{
    if (mw__range_is_empty(range))
        return range;
    range.start = mw__round_down(range.start, page_size);
    /* Without wrapping: no map reaches the last page of 64 bits. */
    range.end = mw__round_down(range.end - 1, page_size) + page_size;
    return range;
}

mw__range mw__range_inward(mw__range range, uint64_t page_size)
{
    uint64_t start;
    uint64_t end = mw__round_down(range.end, page_size);

    if (!mw__round_up(&start, range.start, page_size) || start > end)
        return (mw__range){range.start, range.start};
    return (mw__range){start, end};
}
