/* Where the handles of maps live.
 *
 * A handle's storage is never given back to the system, only to the next map. So a view, which is a plain
 * value that may outlive its map, can always look at the handle it was made of and see by the generation
 * that the map is not the one it knew. */
#ifndef MW_STORAGE_H
#define MW_STORAGE_H

#include "handle.h"

/* The upper half of a generation counts the maps that a handle has been, the lower half the changes of
 * this one. */
#define MW_LIFE_SHIFT 32

/* A handle for a new map, open and empty; NULL if there is no memory. */
mw_map *mw__handle_new(mw_err *err);

/* Gives back the handle of a map that is closed. */
void mw__handle_release(mw_map *map);

/* The map is not what it was: what was remembered of it is out of date. Under the closed gate. */
void mw__handle_changed(mw_map *map);

/* Is `map` still what it was at `generation`? MW_E_CLOSED, MW_E_STALE. */
int mw__check_generation(const mw_map *map, uint64_t generation, mw_err *err);

/* Is it still the same map, changed or not? MW_E_CLOSED. */
int mw__check_life(const mw_map *map, uint64_t generation, mw_err *err);

#endif
