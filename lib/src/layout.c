#include "layout.h"

#include "checked.h"
#include "fail.h"
#include "mapwise/bits.h"

#include <string.h>

/* More bytes than an mw_layout will ever have. */
#define LAST_SIZE 4096

#define KNOWN_FLAGS (MW_V_SWAP | MW_V_UNALIGNED | MW_V_STRICT | MW_V_REPAIR)

/* ---- types -------------------------------------------------------------- */

/* In bytes; `unit` is that of a number, `alignment` that of the element. */
typedef struct type {
    uint8_t size, unit, alignment;
} type;

static const type types[] = {
    [MW_T_RAW] = {0, 1, 1}, [MW_T_U8] = {1, 1, 1},    [MW_T_I8] = {1, 1, 1},  [MW_T_U16] = {2, 2, 2},
    [MW_T_I16] = {2, 2, 2}, [MW_T_U32] = {4, 4, 4},   [MW_T_I32] = {4, 4, 4}, [MW_T_U64] = {8, 8, 8},
    [MW_T_I64] = {8, 8, 8}, [MW_T_F16] = {2, 2, 2},   [MW_T_F32] = {4, 4, 4}, [MW_T_F64] = {8, 8, 8},
    [MW_T_C64] = {8, 4, 4}, [MW_T_C128] = {16, 8, 8}, [MW_T_BIT] = {0, 1, 8}, /* aligned as words are */
};

size_t mw__dtype_unit(mw_dtype dtype)
{
    return types[dtype].unit;
}

/* ---- what a caller says ------------------------------------------------- */

static int read_version(mw_layout *out, const mw_layout *given, mw_err *err)
{
    const unsigned char *bytes = (const unsigned char *)given;

    if (given->size < sizeof *out || given->size > LAST_SIZE)
        return mw__fail(err, MW_E_INVAL, "layout.size", MW_NOWHERE);
    for (size_t i = sizeof *out; i < given->size; i++)
        if (bytes[i] != 0)
            return mw__fail(err, MW_E_NOTSUP, "layout.size", MW_NOWHERE);
    memcpy(out, given, sizeof *out);
    out->size = (uint32_t)sizeof *out;
    return MW_OK;
}

static int read_type(mw_layout *out, mw_err *err)
{
    if ((uint32_t)out->dtype > (uint32_t)MW_T_BIT)
        return mw__fail(err, MW_E_TYPE, "layout.dtype", MW_NOWHERE);

    const uint64_t own = types[out->dtype].size;
    if (out->dtype == MW_T_RAW ? out->elem_size == 0 : out->elem_size != 0 && out->elem_size != own)
        return mw__fail(err, MW_E_TYPE, "layout.elem_size", MW_NOWHERE);
    if (out->elem_size == 0)
        out->elem_size = own;
    if (out->elem_stride == 0)
        out->elem_stride = out->elem_size;
    else if (out->elem_stride < out->elem_size || out->dtype == MW_T_BIT || out->strides)
        return mw__fail(err, MW_E_INVAL, "layout.elem_stride", MW_NOWHERE);
    return MW_OK;
}

static int read_flags(const mw_layout *layout, mw_err *err)
{
    const bool bits = layout->dtype == MW_T_BIT;
    const bool swaps = !bits && layout->dtype != MW_T_RAW;

    if ((layout->flags & ~KNOWN_FLAGS) || ((layout->flags & MW_V_SWAP) && !swaps) ||
        ((layout->flags & MW_V_REPAIR) && !bits) || ((layout->flags & MW_V_STRICT) && layout->strides))
        return mw__fail(err, MW_E_INVAL, "layout.flags", MW_NOWHERE);
    return MW_OK;
}

int mw__layout_read(mw_layout *out, const mw_layout *given, mw_err *err)
{
    int code;

    *out = (mw_layout)MW_LAYOUT_INIT;
    if (given && (code = read_version(out, given, err)) != MW_OK)
        return code;
    if ((code = read_type(out, err)) != MW_OK || (code = read_flags(out, err)) != MW_OK)
        return code;
    if ((uint32_t)out->order > (uint32_t)MW_COL_MAJOR)
        return mw__fail(err, MW_E_INVAL, "layout.order", MW_NOWHERE);
    if (out->order == MW_ORDER_DEFAULT)
        out->order = out->dtype == MW_T_BIT ? MW_COL_MAJOR : MW_ROW_MAJOR;
    if (out->ndim > MW_MAX_DIMS)
        return mw__fail(err, MW_E_INVAL, "layout.ndim", MW_NOWHERE);
    if (out->reserved != 0)
        return mw__fail(err, MW_E_INVAL, "layout.reserved", MW_NOWHERE);
    if (!out->dims && out->ndim > 1)
        return mw__fail(err, MW_E_INVAL, "layout.dims", MW_NOWHERE);
    if (out->strides && (out->dtype == MW_T_BIT || (!out->dims && out->ndim != 0)))
        return mw__fail(err, MW_E_INVAL, "layout.strides", MW_NOWHERE);
    for (uint32_t i = 0; out->dims && i < out->ndim; i++)
        if (out->dims[i] < 0)
            return mw__fail(err, MW_E_INVAL, "layout.dims", MW_NOWHERE);
    return MW_OK;
}

/* ---- where the elements are --------------------------------------------- */

/* The bytes of an array before its element (0, 0 ...) and from there on. */
typedef struct reach {
    uint64_t before, after;
} reach;

static int does_not_fit(mw_err *err)
{
    return mw__fail(err, MW_E_OVERFLOW, "layout.dims", MW_NOWHERE);
}

bool mw__view_is_empty(const mw_view *view)
{
    for (uint32_t i = 0; i < view->ndim; i++)
        if (view->shape[i] == 0)
            return true;
    return false;
}

/* A dimension of 0 counts as 1 in the steps of the others, so that these mean something. */
static int dense(mw_view *view, reach *out, const mw_layout *layout, mw_err *err)
{
    const bool bits = view->dtype == MW_T_BIT;
    uint64_t step = bits ? 1 : layout->elem_stride;

    for (uint32_t i = 0; i < view->ndim; i++) {
        const uint32_t axis = layout->order == MW_COL_MAJOR ? i : view->ndim - 1 - i;
        if (step > INT64_MAX)
            return does_not_fit(err);
        view->stride[axis] = (int64_t)step;
        if (!mw__multiply(&step, step, view->shape[axis] ? view->shape[axis] : 1))
            return does_not_fit(err);
    }
    if (bits && step > INT64_MAX)
        return does_not_fit(err);
    *out = (reach){0, bits ? mw_bits_bytes(step) : step};
    if (out->after > MW_OBJECT_MAX)
        return does_not_fit(err);
    if (mw__view_is_empty(view))
        out->after = 0;
    return MW_OK;
}

static int strided(mw_view *view, reach *out, const mw_layout *layout, mw_err *err)
{
    *out = (reach){0, view->elem_size};
    if (view->ndim != 0)
        memcpy(view->stride, layout->strides, view->ndim * sizeof *view->stride);
    if (mw__view_is_empty(view))
        out->after = 0;
    for (uint32_t i = 0; out->after != 0 && i < view->ndim; i++) {
        const bool backwards = view->stride[i] < 0;
        const uint64_t step = backwards ? -(uint64_t)view->stride[i] : (uint64_t)view->stride[i];
        uint64_t *side = backwards ? &out->before : &out->after;
        uint64_t distance;
        if (!mw__multiply(&distance, view->shape[i] - 1, step) || !mw__add(side, *side, distance) ||
            *side > MW_OBJECT_MAX)
            return does_not_fit(err);
    }
    return out->after > MW_OBJECT_MAX ? does_not_fit(err) : MW_OK;
}

/* The view without a map, where it has a shape. */
static int arrange(mw_view *view, reach *out, const mw_layout *layout, uint64_t elements, mw_err *err)
{
    *view = (mw_view){.offset = layout->offset,
                      .flags = layout->flags,
                      .dtype = layout->dtype,
                      .elem_size = layout->dtype == MW_T_BIT ? 1 : layout->elem_size,
                      .ndim = layout->ndim};
    for (uint32_t i = 0; i < view->ndim; i++)
        view->shape[i] = layout->dims ? (uint64_t)layout->dims[i] : elements;
    return layout->strides ? strided(view, out, layout, err) : dense(view, out, layout, err);
}

int mw__layout_bytes(uint64_t *bytes, const mw_layout *layout, mw_err *err)
{
    mw_view view;
    reach covers = {0, 0};
    int code = arrange(&view, &covers, layout, 0, err);

    if (code != MW_OK)
        return code;
    if (covers.before > layout->offset)
        return mw__fail(err, MW_E_RANGE, "layout.offset", layout->offset);
    if (!mw__add(bytes, layout->offset, covers.after) || *bytes > MW_OBJECT_MAX)
        return mw__fail(err, MW_E_OVERFLOW, "layout.offset", layout->offset);
    return MW_OK;
}

/* ---- in a map ----------------------------------------------------------- */

int mw__layout_check_alignment(const mw_layout *layout, uint64_t lead, mw_err *err)
{
    /* A power of two: sums that wrap, and negative strides, leave the same rest. */
    const uint64_t rest = types[layout->dtype].alignment - 1u;

    if (layout->flags & MW_V_UNALIGNED)
        return MW_OK;
    if ((lead + layout->offset) & rest)
        return mw__fail(err, MW_E_ALIGN, "layout.offset", layout->offset);
    if (layout->elem_stride & rest)
        return mw__fail(err, MW_E_ALIGN, "layout.elem_stride", MW_NOWHERE);
    for (uint32_t i = 0; layout->strides && i < layout->ndim; i++)
        if (layout->dims[i] > 1 && ((uint64_t)layout->strides[i] & rest))
            return mw__fail(err, MW_E_ALIGN, "layout.strides", MW_NOWHERE);
    return MW_OK;
}

/* *elements = as many as fit into the `left` bytes behind the offset, if nothing else tells. */
static int count_elements(uint64_t *elements, const mw_layout *layout, uint64_t left, mw_err *err)
{
    const bool bits = layout->dtype == MW_T_BIT;
    const uint64_t unit = bits ? 8 : layout->elem_stride;

    if ((layout->flags & MW_V_STRICT) && left % unit != 0)
        return mw__fail(err, MW_E_FORMAT, "layout.flags", layout->offset + (left - left % unit));
    if (layout->dims || layout->ndim == 0)
        return MW_OK;
    return mw__multiply(elements, left / unit, bits ? 64 : 1) ? MW_OK : does_not_fit(err);
}

static int outside(const mw_layout *layout, const reach *covers, uint64_t left, mw_err *err)
{
    /* Only the last word is not whole: somebody has cut the file off. */
    const bool is_short = layout->dtype == MW_T_BIT && covers->after - left < 8;

    return mw__fail(err, is_short ? MW_E_SHORT : MW_E_RANGE, "layout.dims", layout->offset + left);
}

int mw__layout_place(mw_view *out, const mw_layout *layout, uint64_t lead, uint64_t length, mw_err *err)
{
    const uint64_t left = layout->offset < length ? length - layout->offset : 0;
    uint64_t elements = 0;
    uint64_t end;
    reach covers = {0, 0};
    int code;

    if ((code = count_elements(&elements, layout, left, err)) != MW_OK ||
        (code = arrange(out, &covers, layout, elements, err)) != MW_OK)
        return code;
    if (!mw__add(&end, layout->offset, covers.after))
        return mw__fail(err, MW_E_OVERFLOW, "layout.offset", layout->offset);
    if (layout->offset > length || covers.before > layout->offset)
        return mw__fail(err, MW_E_RANGE, "layout.offset", layout->offset);
    if (covers.after > left)
        return outside(layout, &covers, left, err);
    return mw__layout_check_alignment(layout, lead, err);
}

mw__range mw__view_bytes(const mw_view *view)
{
    uint64_t low = view->dtype == MW_T_BIT ? view->bit : view->offset;
    uint64_t high = low;

    if (mw__view_is_empty(view))
        return (mw__range){view->offset, view->offset};
    for (uint32_t i = 0; i < view->ndim; i++) {
        const uint64_t distance = (view->shape[i] - 1) * (uint64_t)view->stride[i];
        *(view->stride[i] < 0 ? &low : &high) += distance;
    }
    if (view->dtype == MW_T_BIT)
        return (mw__range){view->offset + low / 8, view->offset + high / 8 + 1};
    return (mw__range){low, high + view->elem_size};
}
