/* Where the elements of an array lie: worked out from what a caller says, by functions that touch nothing. */
#ifndef MW_LAYOUT_H
#define MW_LAYOUT_H

#include "mapwise/array.h"

#include "range.h"

/* The largest object C has. */
#define MW_OBJECT_MAX ((uint64_t)PTRDIFF_MAX)

/* *out = what `given` (NULL: nothing) means, complete and checked as far as that goes without the numbers. */
int mw__layout_read(mw_layout *out, const mw_layout *given, mw_err *err);

/* *bytes = how long a map must be, from its first byte on, to hold the whole array, which has `dims`. */
int mw__layout_bytes(uint64_t *bytes, const mw_layout *layout, mw_err *err);

/* Are the elements aligned in a map whose first byte is `lead` bytes behind the start of a page? */
int mw__layout_check_alignment(const mw_layout *layout, uint64_t lead, mw_err *err);

/* *out = the array in a map of `length` bytes, which begins as above; all but the map and its generation. */
int mw__layout_place(mw_view *out, const mw_layout *layout, uint64_t lead, uint64_t length, mw_err *err);

/* Bytes of a number of the type, which may be a part of an element: what MW_V_SWAP turns round. 1: nothing.
 */
size_t mw__dtype_unit(mw_dtype dtype);

bool mw__view_is_empty(const mw_view *view);

/* The bytes of the map from the first to the last that the elements lie in. */
mw__range mw__view_bytes(const mw_view *view);

#endif
