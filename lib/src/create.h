/* The steps of making a map that more than one source of bytes shares. */
#ifndef MW_CREATE_H
#define MW_CREATE_H

#include "plan.h"

/* Maps what `plan` says, does to the pages what `options` say, and describes the region in `map`. */
int mw__make_region(mw_map *map, const mw__plan *plan, const mw_map_options *options, mw_fd fd, mw_err *err);

/* Fills `map` with `length` bytes of new memory. */
int mw__make_memory(mw_map *map, uint64_t length, const mw_map_options *options, mw_err *err);

/* Fills `map` with bytes read from `fd`: what comes next if `stream`, else from options->offset on. */
int mw__make_copy(mw_map *map, mw_fd fd, bool stream, const mw_map_options *options, mw_err *err);

#endif
