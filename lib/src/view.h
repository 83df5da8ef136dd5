/* Entering a map through a view of it. */
#ifndef MW_VIEW_H
#define MW_VIEW_H

#include "layout.h"
#include "storage.h"
#include "touch.h"

/* Begins a call on the view's map: as mw__enter, and MW_E_STALE. After MW_OK mw__leave(view->map) must
 * follow. */
static inline int mw__view_enter(const mw_view *view, mw_err *err)
{
    int code;

    if (!view)
        return mw__fail(err, MW_E_INVAL, "view", MW_NOWHERE);
    /* Before the gate too: it may be another map's by now, which is not to be kept busy. */
    if (view->map && (code = mw__check_life(view->map, view->generation, err)) != MW_OK)
        return code;
    if ((code = mw__enter(view->map, err)) != MW_OK)
        return code;
    if (atomic_load_explicit(&view->map->generation, memory_order_relaxed) == view->generation)
        return MW_OK;
    code = mw__check_generation(view->map, view->generation, err);
    mw__leave(view->map);
    return code;
}

/* May pages of the map be touched without further ado? */
static inline bool mw__view_is_plain(const mw_map *map)
{
    return !(map->flags & MW_F_KERNEL_COPY) && !mw__touch_needs_guard(map);
}

/* *distance = how far the element at `index` is from element (0, 0 ...), which may wrap: MW_E_INVAL,
 * MW_E_RANGE. */
static inline int mw__view_locate(uint64_t *distance, const mw_view *view, const uint64_t *index, mw_err *err)
{
    uint64_t sum = 0;

    if (!index && view->ndim != 0)
        return mw__fail(err, MW_E_INVAL, "index", MW_NOWHERE);
    for (uint32_t i = 0; i < view->ndim; i++) {
        if (index[i] >= view->shape[i])
            return mw__fail(err, MW_E_RANGE, "index", MW_NOWHERE);
        sum += index[i] * (uint64_t)view->stride[i];
    }
    *distance = sum;
    return MW_OK;
}

/* The bit of a view of bits, inside a call that has entered the map. */
int mw__bit_get(unsigned char *out, const mw_view *view, const uint64_t *index, mw_err *err);
int mw__bit_set(const mw_view *view, const uint64_t *index, bool value, mw_err *err);

/* Are the bits of the last word past the last one, of a view just made, 0? Else clears them, or MW_E_FORMAT.
 */
int mw__bits_check_end(const mw_view *view, mw_err *err);

#endif
