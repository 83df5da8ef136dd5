#include "library_array.h"

#include <inttypes.h>
#include <stdio.h>

mw_layout layout_of(mw_dtype dtype, uint32_t ndim, const int64_t *dims)
{
    mw_layout layout = MW_LAYOUT_INIT;

    layout.dtype = dtype;
    layout.ndim = ndim;
    layout.dims = dims;
    return layout;
}

mw_origin from_path(const char *path)
{
    return (mw_origin){.kind = MW_FROM_PATH, .path = path};
}

mw_origin from_file(const struct scratch_file *file)
{
    return (mw_origin){.kind = MW_FROM_FD, .fd = file->descriptor};
}

const char *mapped_array(const struct scratch_file *file, const mw_layout *layout,
                         const mw_map_options *options)
{
    const mw_origin from = from_file(file);
    mw_map *map = (mw_map *)&page;
    mw_view view = {.ndim = 99};
    const int code = mw_map_array(&map, &view, &from, layout, options, &failure);

    if (code != MW_OK && map)
        return "a map although it failed";
    return code != MW_OK && view.ndim != 99 ? "a view although it failed" : answer(code);
}

mw_view view_of(mw_map *map, const mw_layout *layout)
{
    mw_view view;

    if (mw_view_make(&view, map, layout, &failure) != MW_OK)
        setup_failed("mw_view_make: %s", mw_error_text(failure.code));
    return view;
}

const char *made(mw_map *map, const mw_layout *layout)
{
    mw_view view;

    return answer(mw_view_make(&view, map, layout, &failure));
}

mw_view sliced(const mw_view *view, uint32_t axis, int64_t start, int64_t stop, int64_t step)
{
    mw_view part;

    if (mw_view_slice(&part, view, axis, (mw_slice){start, stop, step}, &failure) != MW_OK)
        setup_failed("mw_view_slice: %s", mw_error_text(failure.code));
    return part;
}

const char *shape_of(const mw_view *view)
{
    static char text[MW_MAX_DIMS * 24];
    size_t length = 0;

    text[0] = '\0';
    for (uint32_t i = 0; i < view->ndim; i++)
        length +=
            (size_t)snprintf(text + length, sizeof text - length, "%s%" PRIu64, i ? " " : "", view->shape[i]);
    return text;
}

/* A number of the view's size, which is 1, 2 or 4. */
typedef union any_size {
    uint8_t one;
    uint16_t two;
    uint32_t four;
} any_size;

const char *element(const mw_view *view, uint64_t i, uint64_t j, uint64_t k)
{
    const uint64_t index[MW_MAX_DIMS] = {i, j, k};
    any_size got;
    const int code = mw_view_get(&got, view, index, &failure);

    if (code != MW_OK)
        return answer(code);
    return number(view->elem_size == 1 ? got.one : view->elem_size == 2 ? got.two : got.four);
}

const char *set_element(const mw_view *view, uint64_t i, uint64_t j, uint32_t value)
{
    const uint64_t index[MW_MAX_DIMS] = {i, j};
    any_size to;

    if (view->elem_size == 1)
        to.one = (uint8_t)value;
    else if (view->elem_size == 2)
        to.two = (uint16_t)value;
    else
        to.four = value;
    return answer(mw_view_set(view, index, &to, &failure));
}

struct scratch_file counting_file(size_t bytes)
{
    struct scratch_file file = scratch_file(0);

    for (size_t i = 0; i < bytes; i++)
        write_file(&file, (off_t)i, (int)(i % 256));
    return file;
}

mw_map *counting_map(size_t bytes, mw_access access)
{
    const struct scratch_file file = counting_file(bytes);

    return library_map(&file, access);
}
