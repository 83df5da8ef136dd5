/* Touching the pages of a map: the one way in which checked calls do it.
 *
 * A page that can't be supplied raises SIGBUS. If the map is guarded, that becomes MW_E_FAULT here. */
#ifndef MW_TOUCH_H
#define MW_TOUCH_H

#include "gate.h"

/* Work on pages of a map that the caller has entered. It may be cut off at any access to them, so it owns
 * nothing, holds nothing, and leaves what it has found in *context. */
typedef int mw__touch_work(void *context, mw_err *err);

int mw__touch_guarded(mw_map *map, mw__touch_work *work, void *context, mw_err *err);

/* Must touching pages of this map leave a way back? A thread that is in somebody's guard already may meet
 * that one's faults here, in a buffer say, and must then leave this map before it goes there. */
static inline bool mw__touch_needs_guard(const mw_map *map)
{
    return (map->flags & MW_F_GUARDED) || (mw__self && mw__self->frame);
}

/* Does `work`, inside a call that has entered `map` and will leave it. What `work` answers, or MW_E_FAULT
 * with the offset of the first byte that could not be had. */
static inline int mw__touch(mw_map *map, mw__touch_work *work, void *context, mw_err *err)
{
    return mw__touch_needs_guard(map) ? mw__touch_guarded(map, work, context, err) : work(context, err);
}

/* Copies between memory and checked bytes of the map, in either direction, as memmove does. *done is how
 * many bytes, from the first on, were copied: all, or those before the first that could not be had. */
int mw__copy_from_map(size_t *done, void *destination, mw_map *map, uint64_t offset, size_t n, mw_err *err);
int mw__copy_to_map(size_t *done, mw_map *map, uint64_t offset, const void *source, size_t n, mw_err *err);

/* For whoever works on the pages in place, and so can't with MW_F_KERNEL_COPY alone: MW_E_NOTSUP. */
int mw__check_in_place(const mw_map *map, mw_err *err);

#endif
