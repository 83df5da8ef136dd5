/* Arrays in maps: elements of a type, in any number of dimensions up to 16.
 *
 * A layout says what the bytes of a map are; a view is a map with a layout, checked once. Views are plain
 * values: they may be copied, need no freeing and keep nothing alive. A view of a map that is closed, has
 * moved or has become shorter answers MW_E_CLOSED or MW_E_STALE, also after mw_free; it never leads astray.
 *
 *   mw_layout layout = MW_LAYOUT_INIT;
 *   const int64_t dims[] = {1000, 3};
 *   layout.dtype = MW_T_F64;
 *   layout.ndim = 2;
 *   layout.dims = dims;
 *   if (mw_view_make(&view, map, &layout, &err) == MW_OK)
 *       mw_view_get(&x, &view, (const uint64_t[]){999, 0}, &err);
 *
 * Three ways to an element, from the safest to the fastest:
 *
 *   mw_view_get, mw_view_set          every bound checked, byte order handled: some nanoseconds
 *   mw_view_pin and mw_view_element   no check, for loops
 *   mw_view_pin and mw_view_is_dense  an array of C like any other
 *
 * Bit arrays have a header of their own, bits.h. */
#ifndef MAPWISE_ARRAY_H
#define MAPWISE_ARRAY_H

#include "bytes.h"
#include "map.h"
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MW_MAX_DIMS 16

/* What an element is. A complex number is its real part and its imaginary part, in this order. */
typedef enum mw_dtype {
    MW_T_RAW, /* elem_size bytes without a meaning */
    MW_T_U8,
    MW_T_I8,
    MW_T_U16,
    MW_T_I16,
    MW_T_U32,
    MW_T_I32,
    MW_T_U64,
    MW_T_I64,
    MW_T_F16,
    MW_T_F32,
    MW_T_F64,
    MW_T_C64,  /* two F32 */
    MW_T_C128, /* two F64 */
    MW_T_BIT   /* one bit: bits.h */
} mw_dtype;

/* Which axis of a dense array has its elements side by side. */
typedef enum mw_order {
    MW_ORDER_DEFAULT, /* MW_ROW_MAJOR; of bits MW_COL_MAJOR */
    MW_ROW_MAJOR,     /* the last: C, Python */
    MW_COL_MAJOR      /* the first: Fortran, Julia */
} mw_order;

/* The bytes of a number are in the other order than this machine's. mw_view_get and mw_view_set turn them
 * round, each part of a complex number by itself; through a pin they are as they are. Not for RAW and BIT. */
#define MW_V_SWAP (1u << 0)
/* Elements may lie at any address, not only at multiples of their size (complex numbers: of their parts'
 * size; RAW elements may anyway). Through a pin they must then be copied (memcpy), not followed. */
#define MW_V_UNALIGNED (1u << 1)
/* What lies between `offset` and the end of the map must be a whole number of elements, else MW_E_FORMAT.
 * Not with `strides`. */
#define MW_V_STRICT (1u << 2)
/* Clear bits past the last element of a bit array instead of refusing them. Only for BIT. */
#define MW_V_REPAIR (1u << 3)

/* What the bytes of a map are. NULL in place of a layout means MW_LAYOUT_INIT: a vector of bytes. It is read
 * during the call and not kept.
 *
 * As many elements as fit are those that fit wholly; what is left behind the last is ignored (see
 * MW_V_STRICT). An array with a dimension of 0 keeps its shape and has no elements. One with no dimensions
 * (`ndim` 0) is one element. The structure grows as mw_map_options does. */
typedef struct mw_layout {
    uint32_t size;          /* sizeof(mw_layout) */
    uint32_t flags;         /* MW_V_* */
    mw_dtype dtype;         /* RAW needs `elem_size` */
    mw_order order;         /* of a dense array */
    uint64_t elem_size;     /* bytes of an element; 0: as `dtype` says. 0 for BIT */
    uint64_t elem_stride;   /* bytes from one element of a dense array to the next, elem_size or more; 0:
                               elem_size. What lies between belongs to the array, as in an array of C. 0 for
                               BIT and with `strides` */
    uint64_t offset;        /* of element (0, 0 ...) in the map, in bytes */
    uint32_t ndim;          /* 0 to MW_MAX_DIMS */
    uint32_t reserved;      /* 0 */
    const int64_t *dims;    /* `ndim` of them, none negative. NULL: one, with as many elements as fit */
    const int64_t *strides; /* `ndim` of them: bytes from one element to the next along each axis, negative
                               ones and 0 too. They need `dims`. NULL: a dense array. NULL for BIT */
} mw_layout;

#define MW_LAYOUT_INIT                                                                                       \
    {                                                                                                        \
        (uint32_t)sizeof(mw_layout), 0, MW_T_U8, MW_ORDER_DEFAULT, 0, 0, 0, 1, 0, NULL, NULL                 \
    }

/* An array in a map. Its fields are for reading. */
typedef struct mw_view {
    mw_map *map;
    uint64_t generation; /* of the map when the view was made */
    uint64_t offset;     /* of element (0, 0 ...) in the map, in bytes; BIT: of the first word */
    uint64_t bit;        /* BIT: where element (0, 0 ...) is, counted in bits from `offset`; else 0 */
    uint32_t flags;      /* MW_V_* */
    mw_dtype dtype;
    uint64_t elem_size; /* bytes that mw_view_get and mw_view_set copy; 1 for BIT */
    uint32_t ndim;
    uint64_t shape[MW_MAX_DIMS];
    int64_t stride[MW_MAX_DIMS]; /* from one element to the next along the axis: bytes; BIT: bits */
} mw_view;

/* *out = the elements of `map` as `layout` says. Nothing is touched, but for the last word of a bit array
 * (bits.h). `out` is left alone on failure.
 *
 * MW_E_CLOSED    the map is closed
 * MW_E_BUSY      another thread is changing the map
 * MW_E_INVAL     a negative dimension; more than MW_MAX_DIMS of them; unknown flags or order; `dims` is NULL
 *                and `ndim` 2 or more; strides without dims; an elem_stride less than elem_size; what does
 *                not go together (see the fields)
 * MW_E_TYPE      an unknown dtype; RAW without a size, another dtype with one that is not its own
 * MW_E_OVERFLOW  the array, or its end, does not fit the address space
 * MW_E_RANGE     part of the array is outside the map
 * MW_E_ALIGN     the elements, or the words of a bit array, are not aligned in memory, and MW_V_UNALIGNED was
 *                not said. The first byte of a map is aligned as options.offset is in the file
 * MW_E_FORMAT    MW_V_STRICT, and the last element is not whole
 * MW_E_NOTSUP    a larger layout that says something this library does not know
 *
 * Any thread. */
MW_API int mw_view_make(mw_view *out, mw_map *map, const mw_layout *layout, mw_err *err);

/* *out = those elements of `view` whose index along `axis` (from 0) is selected by `slice` (bytes.h), in its
 * order: a view with the same number of dimensions, of the same bytes. `out` may be `view`.
 *
 * MW_E_CLOSED, MW_E_BUSY  as for mw_view_get
 * MW_E_STALE  the view is out of date
 * MW_E_INVAL  no such axis; a step of 0
 *
 * Any thread. */
MW_API int mw_view_slice(mw_view *out, const mw_view *view, uint32_t axis, mw_slice slice, mw_err *err);

/* Copies the element at `index`, which has view->ndim parts from 0 on, to `destination`: view->elem_size
 * bytes in this machine's order, of BIT one byte, 0 or 1. `destination` needs no alignment and may itself be
 * in a map. `index` may be NULL if the view has no dimensions.
 *
 * MW_E_CLOSED  the map is closed
 * MW_E_BUSY    another thread is changing the map
 * MW_E_STALE   since the view was made the map has moved or become shorter, or shows another part of its
 *              file
 * MW_E_INVAL   a NULL that is not allowed
 * MW_E_RANGE   the index is outside the shape; nothing was copied
 * MW_E_ACCESS  a page of the element cannot be read
 * MW_E_FAULT   guarded maps: a page could not be supplied; part of `destination` may have been written
 * MW_E_LIMIT   2^31 - 1 pins and calls at once
 *
 * Any thread. As with ordinary memory, an element that another thread sets at the same time may be seen half
 * changed. A bit can't. */
MW_API int mw_view_get(void *destination, const mw_view *view, const uint64_t *index, mw_err *err);

/* Gives the element at `index` the value at `source`: view->elem_size bytes in this machine's order, of BIT
 * one byte, true unless it is 0. `source` needs no alignment and may itself be in a map.
 *
 * Errors as for mw_view_get, and:
 * MW_E_RDONLY  a page of the element can only be read
 * MW_E_ACCESS  a page of the element can be neither read nor written; BIT: not both
 * MW_E_NOTSUP  BIT, in a map with MW_F_KERNEL_COPY alone
 *
 * A failing call changes no byte. (But a guarded map whose disk fails can be left with part of an element
 * that lies across two pages, and so can one whose file was cut off, if the source overlaps the element.) Any
 * thread. A bit is set without harm to its neighbours, whoever sets those. */
MW_API int mw_view_set(const mw_view *view, const uint64_t *index, const void *source, mw_err *err);

/* *offset and *length = the bytes of the map from the first to the last that the elements of `view` lie in,
 * for mw_sync, mw_advise and their like. A view without elements spans no bytes. Errors as for mw_view_slice;
 * either out-parameter may be NULL. Any thread. */
MW_API int mw_view_span(uint64_t *offset, uint64_t *length, const mw_view *view, mw_err *err);

/* Pins the bytes that mw_view_span tells (pin.h), for `prot`. *first = the address of element (0, 0 ...); of
 * BIT that of byte view->offset, see mw_view_bit. Give it back with mw_unpin(view->map, first); until
 * then the map can't change. Errors as for mw_view_slice and mw_pin. */
MW_API int mw_view_pin(void **first, const mw_view *view, uint32_t prot, mw_err *err);

/* The address of the element at `index`, which is not checked, from what mw_view_pin gave. Not for BIT. */
static inline void *mw_view_element(const mw_view *view, void *first, const uint64_t *index)
{
    /* Sums of unsigned numbers may wrap on the way; the last one is right. */
    uint64_t distance = 0;
    uint32_t i;

    for (i = 0; i < view->ndim; i++)
        distance += index[i] * (uint64_t)view->stride[i];
    return (unsigned char *)first + (ptrdiff_t)distance;
}

/* Are the elements side by side in the order `order`, as those of a C array are in MW_ROW_MAJOR? An axis with
 * one element has no say in it, and no elements are as dense as can be. Only looks at the view. Any thread.
 */
MW_API bool mw_view_is_dense(const mw_view *view, mw_order order);

/* Where an array comes from. Zero means new memory. */
typedef enum mw_origin_kind {
    MW_FROM_MEMORY, /* new memory, as mw_map_anon makes it */
    MW_FROM_PATH,   /* the file at `path`, as mw_map_file opens it */
    MW_FROM_FD,     /* the open descriptor `fd`, as mw_map_fd takes it */
    MW_FROM_STREAM, /* the file behind `stream` from its position on, as mw_map_stream takes it */
    MW_FROM_NAME    /* shared memory called `name`, as mw_map_named makes or opens it */
} mw_origin_kind;

typedef struct mw_origin {
    mw_origin_kind kind;
    mw_fd fd;         /* MW_FROM_FD */
    const char *path; /* MW_FROM_PATH */
    FILE *stream;     /* MW_FROM_STREAM */
    const char *name; /* MW_FROM_NAME */
} mw_origin;

#define MW_ORIGIN_INIT                                                                                       \
    {                                                                                                        \
        MW_FROM_MEMORY, -1, NULL, NULL, NULL                                                                 \
    }

/* Maps `from` (NULL: new memory) and makes a view of it, in one step.
 *
 *   const mw_origin from = {.kind = MW_FROM_PATH, .path = "grid.f32"};
 *   mw_map_options options = MW_MAP_OPTIONS_INIT;
 *   options.access = MW_ACCESS_WRITE;
 *   options.flags = MW_F_CREATE | MW_F_GROW;
 *   mw_map_array(&map, &view, &from, &layout, &options, &err);
 *
 * The map begins at options.offset in the file (or in the memory of a name), the array layout.offset bytes
 * after that. With a length of MW_WHOLE the map is as long as the array needs, if the layout has `dims`; so
 * with MW_F_GROW the file grows to options.offset + layout.offset + the bytes of the array, exactly. Else it
 * is as long as options.length says, and new memory must be told so.
 *
 * *map is the caller's to mw_free. All or nothing: on failure it is NULL, *view is as before, and so is the
 * file. What is wrong with the layout is found before anything is mapped, grown or discarded, what is wrong
 * with the contents (bits.h) while all can be undone; a file or a name that was created is removed again.
 *
 * Errors as for the call that `from` names and for mw_view_make, and:
 * MW_E_INVAL  an unknown origin; new memory without `dims` or a length
 *
 * Any thread. */
MW_API int mw_map_array(mw_map **map, mw_view *view, const mw_origin *from, const mw_layout *layout,
                        const mw_map_options *options, mw_err *err);

#ifdef __cplusplus
}
#endif

#endif
