/* The steps of making a map that more than one source of bytes shares. */
#ifndef MW_CREATE_H
#define MW_CREATE_H

#include "plan.h"

#include <stdio.h>

/* What whoever asks for a map may say to it: to the plan, before anything is done, and to the map, while all
 * can still be undone. A refusal is the answer of the call. */
typedef struct mw__consent {
    int (*to_plan)(void *context, const mw__plan *plan, mw_err *err);
    int (*to_map)(void *context, mw_map *map, mw_err *err);
    void *context;
} mw__consent;

/* mw_map_file, mw_map_fd, mw_map_stream and mw_map_named with options that have been read; `consent` may be
 * NULL. */
int mw__map_path(mw_map **out, const char *path, const mw_map_options *options, const mw__consent *consent,
                 mw_err *err);
int mw__map_fd(mw_map **out, mw_fd fd, const mw_map_options *options, const mw__consent *consent,
               mw_err *err);
int mw__map_stream(mw_map **out, FILE *stream, const mw_map_options *options, const mw__consent *consent,
                   mw_err *err);
int mw__map_named(mw_map **out, const char *name, const mw_map_options *options, const mw__consent *consent,
                  mw_err *err);

/* Maps what `plan` says, does to the pages what `options` say, and describes the region in `map`. */
int mw__make_region(mw_map *map, const mw__plan *plan, const mw_map_options *options, mw_fd fd, mw_err *err);

/* Fills `map` with `length` bytes of new memory. */
int mw__make_memory(mw_map *map, uint64_t length, const mw_map_options *options, mw_err *err);

/* Fills `map` with bytes read from `fd`: what comes next if `stream`, else from options->offset on. */
int mw__make_copy(mw_map *map, mw_fd fd, bool stream, const mw_map_options *options, mw_err *err);

/* Takes back the growth of a file from `old_size` to `size`, unless somebody else has changed it since. */
void mw__shrink_back(mw_fd fd, uint64_t size, uint64_t old_size);

#endif
