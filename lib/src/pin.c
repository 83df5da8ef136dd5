#include "mapwise/pin.h"

#include "gate.h"

static int pin(void **out, mw_map *map, uint64_t offset, uint64_t length, uint32_t prot, mw_err *err)
{
    const uint32_t rights = MW_PROT_READ | MW_PROT_WRITE | MW_PROT_EXEC;
    mw__range range;
    int code;

    if (!out || (prot & ~rights))
        return mw__fail(err, MW_E_INVAL, out ? "prot" : "out", MW_NOWHERE);
    if ((code = mw__map_range(&range, map, offset, length, err)) != MW_OK ||
        (code = mw__check_rights(map, range, prot, err)) != MW_OK)
        return code;
    atomic_fetch_add_explicit(&map->pins, 1, memory_order_relaxed);
    *out = mw__bytes(map) + range.start;
    return MW_OK;
}

/* A pin is counted at the gate, inside a call that is not yet over: the gate can't close in between. */
int mw_pin(void **out, mw_map *map, uint64_t offset, uint64_t length, uint32_t prot, mw_err *err)
{
    int code = mw__enter(map, err);

    if (code != MW_OK)
        return code;
    if ((code = mw__enter_counted(map, err)) == MW_OK &&
        (code = pin(out, map, offset, length, prot, err)) != MW_OK)
        mw__leave_counted(map);
    mw__leave(map);
    return code;
}

/* Takes one pin off the count, if there is one. */
static bool take_pin(mw_map *map)
{
    uint32_t pins = atomic_load_explicit(&map->pins, memory_order_relaxed);

    do {
        if (pins == 0)
            return false;
    } while (!atomic_compare_exchange_weak_explicit(&map->pins, &pins, pins - 1, memory_order_relaxed,
                                                    memory_order_relaxed));
    return true;
}

int mw_unpin(mw_map *map, const void *pointer)
{
    uintptr_t address = (uintptr_t)pointer;

    /* Inside the gate the map cannot go away while we look; a map that can't be entered has no pins. */
    if (!map || mw__enter(map, NULL) != MW_OK)
        return MW_E_INVAL;
    uintptr_t first = (uintptr_t)mw__bytes(map);
    bool is_inside = address >= first && address - first <= map->length;
    bool taken = is_inside && take_pin(map);
    if (taken)
        mw__leave_counted(map);
    mw__leave(map);
    return taken ? MW_OK : MW_E_INVAL;
}
