/* Ranges of bytes: checked against a map, and rounded to whole pages. */
#ifndef MW_RANGE_H
#define MW_RANGE_H

#include "mapwise/error.h"

#include <stdbool.h>
#include <stdint.h>

/* Bytes [start, end), start <= end. */
typedef struct mw__range {
    uint64_t start, end;
} mw__range;

/* *range = the `length` bytes (MW_WHOLE: all) from `offset` on, of something that has `whole` bytes.
 * MW_E_OVERFLOW if the end does not fit 64 bits, MW_E_RANGE if it is past `whole`. */
int mw__range_make(mw__range *range, uint64_t offset, uint64_t length, uint64_t whole, mw_err *err);

/* How a range that does not fit is refused. */
int mw__range_refuse(uint64_t offset, uint64_t length, uint64_t whole, mw_err *err);

/* The same where `length` is a number like any other, MW_WHOLE too. */
static inline int mw__range_exact(mw__range *range, uint64_t offset, uint64_t length, uint64_t whole,
                                  mw_err *err)
{
    if (offset > whole || length > whole - offset)
        return mw__range_refuse(offset, length, whole, err);
    *range = (mw__range){offset, offset + length};
    return MW_OK;
}

static inline bool mw__range_is_empty(mw__range range)
{
    return range.start == range.end;
}

/* Widened to all pages it touches. An empty range stays empty. */
mw__range mw__range_outward(mw__range range, uint64_t page_size);

/* Shrunk to the pages that lie wholly inside; empty if there is none. */
mw__range mw__range_inward(mw__range range, uint64_t page_size);

#endif
