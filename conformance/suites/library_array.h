/* What the cases about arrays, views and bits share. */
#ifndef MAPWISE_CONFORMANCE_LIBRARY_ARRAY_H
#define MAPWISE_CONFORMANCE_LIBRARY_ARRAY_H

#include "library.h"

/* MW_LAYOUT_INIT with a type and dimensions (NULL: as many elements as fit). */
mw_layout layout_of(mw_dtype dtype, uint32_t ndim, const int64_t *dims);

mw_origin from_path(const char *path);
mw_origin from_file(const struct scratch_file *file);

/* What mw_map_array of a file's descriptor answers, unless it failed and left a map or touched the view. */
const char *mapped_array(const struct scratch_file *file, const mw_layout *layout,
                         const mw_map_options *options);

/* A view that must succeed, and what mw_view_make answers. */
mw_view view_of(mw_map *map, const mw_layout *layout);
const char *made(mw_map *map, const mw_layout *layout);

/* A part of a view that must succeed. */
mw_view sliced(const mw_view *view, uint32_t axis, int64_t start, int64_t stop, int64_t step);

const char *shape_of(const mw_view *view); /* "11 0 1" */

/* The element at an index of up to three parts, an unsigned number of up to 4 bytes or a bit: its value or
 * the error. */
const char *element(const mw_view *view, uint64_t i, uint64_t j, uint64_t k);
const char *set_element(const mw_view *view, uint64_t i, uint64_t j, uint32_t value);

/* A file whose byte k is k % 256, and a map of one. */
struct scratch_file counting_file(size_t bytes);
mw_map *counting_map(size_t bytes, mw_access access);

#endif
