#include "mapwise/array.h"
#include "mapwise/pin.h"

#include "slice.h"
#include "view.h"

#include <string.h>

/* ---- making views ------------------------------------------------------- */

static int make(mw_view *view, mw_map *map, const mw_layout *given, mw_err *err)
{
    mw_layout layout;
    int code;

    if ((code = mw__layout_read(&layout, given, err)) != MW_OK ||
        (code = mw__layout_place(view, &layout, map->lead, map->length, err)) != MW_OK)
        return code;
    view->map = map;
    view->generation = atomic_load_explicit(&map->generation, memory_order_relaxed);
    return view->dtype == MW_T_BIT ? mw__bits_check_end(view, err) : MW_OK;
}

int mw_view_make(mw_view *out, mw_map *map, const mw_layout *layout, mw_err *err)
{
    mw_view view;
    int code;

    if (!out)
        return mw__fail(err, MW_E_INVAL, "out", MW_NOWHERE);
    if ((code = mw__enter(map, err)) != MW_OK)
        return code;
    code = make(&view, map, layout, err);
    mw__leave(map);
    if (code == MW_OK)
        *out = view;
    return code;
}

static int slice_axis(mw_view *view, uint32_t axis, mw_slice slice, mw_err *err)
{
    mw__slice_range selected;
    int code;

    if (axis >= view->ndim)
        return mw__fail(err, MW_E_INVAL, "axis", MW_NOWHERE);
    if ((code = mw__slice_resolve(&selected, slice, view->shape[axis], err)) != MW_OK)
        return code;
    view->shape[axis] = selected.count;
    if (mw__view_is_empty(view))
        return MW_OK;
    *(view->dtype == MW_T_BIT ? &view->bit : &view->offset) += selected.first * (uint64_t)view->stride[axis];
    if (selected.count > 1) /* else the step may be out of all proportion */
        view->stride[axis] *= selected.step;
    return MW_OK;
}

int mw_view_slice(mw_view *out, const mw_view *view, uint32_t axis, mw_slice slice, mw_err *err)
{
    mw_view part;
    int code;

    if (!out)
        return mw__fail(err, MW_E_INVAL, "out", MW_NOWHERE);
    if ((code = mw__view_enter(view, err)) != MW_OK)
        return code;
    part = *view;
    code = slice_axis(&part, axis, slice, err);
    mw__leave(view->map);
    if (code == MW_OK)
        *out = part;
    return code;
}

bool mw_view_is_dense(const mw_view *view, mw_order order)
{
    if (!view || (uint32_t)order > (uint32_t)MW_COL_MAJOR)
        return false;
    if (mw__view_is_empty(view))
        return true;
    if (order == MW_ORDER_DEFAULT)
        order = view->dtype == MW_T_BIT ? MW_COL_MAJOR : MW_ROW_MAJOR;

    uint64_t step = view->elem_size; /* 1 for bits */
    for (uint32_t i = 0; i < view->ndim; i++) {
        const uint32_t axis = order == MW_COL_MAJOR ? i : view->ndim - 1 - i;
        if (view->shape[axis] > 1 && (uint64_t)view->stride[axis] != step)
            return false;
        step *= view->shape[axis];
    }
    return true;
}

/* ---- elements ----------------------------------------------------------- */

/* Sizes that numbers have are copied at once. The value is whole in between, should the two overlap. */
static inline void copy_element(void *to, const void *from, size_t n)
{
    struct {
        uint64_t parts[2];
    } value;

    switch (n) {
    case 1:
        memcpy(&value, from, 1);
        memcpy(to, &value, 1);
        break;
    case 2:
        memcpy(&value, from, 2);
        memcpy(to, &value, 2);
        break;
    case 4:
        memcpy(&value, from, 4);
        memcpy(to, &value, 4);
        break;
    case 8:
        memcpy(&value, from, 8);
        memcpy(to, &value, 8);
        break;
    case 16:
        memcpy(&value, from, 16);
        memcpy(to, &value, 16);
        break;
    default:
        memmove(to, from, n);
    }
}

/* Types whose elements are not copied as they are have no larger ones. */
#define LARGEST_NUMBER 16

/* Is an element another thing in the map than outside? */
static inline bool is_converted(const mw_view *view)
{
    return view && ((view->flags & MW_V_SWAP) || view->dtype == MW_T_BIT);
}

/* The first `unit` bytes the other way round. */
static void turn_round(unsigned char *number, size_t unit)
{
    uint16_t two;
    uint32_t four;
    uint64_t eight;

    switch (unit) {
    case 2:
        memcpy(&two, number, 2);
        two = (uint16_t)(two << 8 | two >> 8);
        memcpy(number, &two, 2);
        break;
    case 4:
        memcpy(&four, number, 4);
        four = four << 24 | (four & 0xff00u) << 8 | (four >> 8 & 0xff00u) | four >> 24;
        memcpy(number, &four, 4);
        break;
    case 8:
        memcpy(&eight, number, 8);
        eight = (eight & 0x00ff00ff00ff00ffu) << 8 | (eight >> 8 & 0x00ff00ff00ff00ffu);
        eight = (eight & 0x0000ffff0000ffffu) << 16 | (eight >> 16 & 0x0000ffff0000ffffu);
        eight = eight << 32 | eight >> 32;
        memcpy(number, &eight, 8);
        break;
    default:
        break;
    }
}

/* Between the order of bytes in the map and this machine's. */
static void convert(unsigned char *element, const mw_view *view)
{
    const size_t unit = mw__dtype_unit(view->dtype);

    for (size_t i = 0; unit > 1 && i < view->elem_size; i += unit)
        turn_round(element + i, unit);
}

/* *offset = where the element at `index` is in the map; it may be used for `prot`. */
static inline int find_element(uint64_t *offset, const mw_view *view, const uint64_t *index, uint32_t prot,
                               mw_err *err)
{
    uint64_t distance = 0;
    mw__range range = {0, 0};
    int code;

    if ((code = mw__view_locate(&distance, view, index, err)) != MW_OK)
        return code;
    *offset = view->offset + distance;
    if ((code = mw__range_exact(&range, *offset, view->elem_size, view->map->length, err)) != MW_OK)
        return code;
    return mw__check_rights(view->map, range, prot, err);
}

static inline int get(void *destination, const mw_view *view, const uint64_t *index, mw_err *err)
{
    uint64_t offset;
    size_t done;
    int code;

    if (view->dtype == MW_T_BIT)
        return mw__bit_get(destination, view, index, err);
    if ((code = find_element(&offset, view, index, MW_PROT_READ, err)) != MW_OK)
        return code;
    if (!mw__view_is_plain(view->map))
        return mw__copy_from_map(&done, destination, view->map, offset, (size_t)view->elem_size, err);
    copy_element(destination, mw__bytes(view->map) + offset, (size_t)view->elem_size);
    return MW_OK;
}

/* The caller's memory may be in a map that the caller guards. So it is touched where a fault has a way back
 * (touch.h), or outside of the gate. */
int mw_view_get(void *destination, const mw_view *view, const uint64_t *index, mw_err *err)
{
    unsigned char element[LARGEST_NUMBER];
    const bool converted = is_converted(view);
    int code;

    if (!destination)
        return mw__fail(err, MW_E_INVAL, "destination", MW_NOWHERE);
    if ((code = mw__view_enter(view, err)) != MW_OK)
        return code;
    code = get(converted ? element : destination, view, index, err);
    mw__leave(view->map);
    if (code == MW_OK && converted) {
        convert(element, view);
        copy_element(destination, element, (size_t)view->elem_size);
    }
    return code;
}

/* Page by page from the last on: pages that a file lacks are its last ones, so nothing has been written when
 * that shows. A source that overlaps the element from behind would be overwritten by that. */
static int put_by_page(mw_map *map, uint64_t offset, const unsigned char *source, size_t n, mw_err *err)
{
    const uintptr_t ahead = (uintptr_t)source - (uintptr_t)(mw__bytes(map) + offset);
    size_t done;

    if (ahead < n)
        return mw__copy_to_map(&done, map, offset, source, n, err);
    while (n > 0) {
        const uint64_t page = mw__page_start(map, offset + n - 1);
        const size_t before = page > offset ? (size_t)(page - offset) : 0;
        int code = mw__copy_to_map(&done, map, offset + before, source + before, n - before, err);
        if (code != MW_OK)
            return code;
        n = before;
    }
    return MW_OK;
}

static inline int set(const mw_view *view, const uint64_t *index, const void *source, mw_err *err)
{
    uint64_t offset;
    int code;

    if (view->dtype == MW_T_BIT)
        return mw__bit_set(view, index, *(const unsigned char *)source != 0, err);
    if ((code = find_element(&offset, view, index, MW_PROT_WRITE, err)) != MW_OK)
        return code;
    if (!mw__view_is_plain(view->map))
        return put_by_page(view->map, offset, source, (size_t)view->elem_size, err);
    copy_element(mw__bytes(view->map) + offset, source, (size_t)view->elem_size);
    return MW_OK;
}

int mw_view_set(const mw_view *view, const uint64_t *index, const void *source, mw_err *err)
{
    unsigned char element[LARGEST_NUMBER];
    int code;

    if (!source)
        return mw__fail(err, MW_E_INVAL, "source", MW_NOWHERE);
    if (is_converted(view)) {
        copy_element(element, source, (size_t)view->elem_size);
        convert(element, view);
        source = element;
    }
    if ((code = mw__view_enter(view, err)) != MW_OK)
        return code;
    code = set(view, index, source, err);
    mw__leave(view->map);
    return code;
}

/* ---- all of them -------------------------------------------------------- */

int mw_view_span(uint64_t *offset, uint64_t *length, const mw_view *view, mw_err *err)
{
    int code = mw__view_enter(view, err);

    if (code != MW_OK)
        return code;

    const mw__range bytes = mw__view_bytes(view);
    mw__leave(view->map);
    if (offset)
        *offset = bytes.start;
    if (length)
        *length = bytes.end - bytes.start;
    return MW_OK;
}

/* The call is not over while the pin is taken, so the view can't become stale in between. */
int mw_view_pin(void **first, const mw_view *view, uint32_t prot, mw_err *err)
{
    void *start;
    int code;

    if (!first)
        return mw__fail(err, MW_E_INVAL, "first", MW_NOWHERE);
    if ((code = mw__view_enter(view, err)) != MW_OK)
        return code;

    const mw__range bytes = mw__view_bytes(view);
    if ((code = mw_pin(&start, view->map, bytes.start, bytes.end - bytes.start, prot, err)) == MW_OK)
        *first = mw__bytes(view->map) + view->offset;
    mw__leave(view->map);
    return code;
}
