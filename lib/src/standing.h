/* What was asked for all pages of a map, and so holds for pages that it gets later. */
#ifndef MW_STANDING_H
#define MW_STANDING_H

#include "handle.h"

/* `advice` was given to the whole map, inside a call. */
void mw__standing_note(mw_map *map, mw_advice advice);

/* Gives it all to new pages. A map can be had without it, so that failures count for nothing but one: pages
 * that were to be locked and are not are MW_E_LIMIT, or whatever the system says. */
int mw__standing_apply(const mw_map *map, void *address, size_t length, mw_err *err);

#endif
