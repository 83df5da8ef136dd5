/* Reading the options a caller gave: versions, defaults, and what cannot be meant together. */
#ifndef MW_OPTIONS_H
#define MW_OPTIONS_H

#include "mapwise/error.h"
#include "mapwise/options.h"

#include <stdbool.h>

/* The flags that each way of making a map understands. */
#define MW_FLAGS_MEMORY                                                                                      \
    (MW_F_NO_TRACK | MW_F_POPULATE | MW_F_NORESERVE | MW_F_LOCKED | MW_F_FIXED | MW_F_STRICT_EMPTY |         \
     MW_F_STRICT_ALIGN | MW_F_RAW_UNCHECKED | MW_F_GUARDED | MW_F_KERNEL_COPY | MW_F_ZERO_IS_WHOLE)
#define MW_FLAGS_FD                                                                                          \
    (MW_FLAGS_MEMORY | MW_F_CREATE | MW_F_GROW | MW_F_PREALLOC | MW_F_TRUNCATE | MW_F_SLACK_OK |             \
     MW_F_READ_COPY | MW_F_FROM_POSITION)
#define MW_FLAGS_PATH  (MW_FLAGS_FD | MW_F_EXCLUSIVE)
#define MW_FLAGS_NAMED (MW_FLAGS_MEMORY | MW_F_CREATE | MW_F_EXCLUSIVE | MW_F_UNLINK)

/* *out = what `given` (NULL: nothing) means, complete and checked as far as that goes without looking at
 * any file. `flags` is one of the sets above. */
int mw__options_read(mw_map_options *out, const mw_map_options *given, uint32_t flags, mw_err *err);

/* Is `prot` a possible choice? 0 is not. */
bool mw__prot_is_valid(uint32_t prot);

#endif
