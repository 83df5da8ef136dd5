#include "handle.h"

#define GATE_EXCLUSIVE 0x80000000u
#define GATE_FULL      (GATE_EXCLUSIVE - 1)

int mw__enter_any(mw_map *map, mw_err *err)
{
    if (!map)
        return mw__fail(err, MW_E_INVAL, "map", MW_NOWHERE);

    uint32_t inside = atomic_load_explicit(&map->gate, memory_order_relaxed);
    do {
        if (inside & GATE_EXCLUSIVE)
            return mw__fail(err, MW_E_BUSY, "map", MW_NOWHERE);
        if (inside == GATE_FULL)
            return mw__fail(err, MW_E_LIMIT, "map", MW_NOWHERE);
    } while (!atomic_compare_exchange_weak_explicit(&map->gate, &inside, inside + 1, memory_order_acquire,
                                                    memory_order_relaxed));
    return MW_OK;
}

int mw__enter(mw_map *map, mw_err *err)
{
    int code = mw__enter_any(map, err);

    if (code == MW_OK && atomic_load_explicit(&map->closed, memory_order_relaxed)) {
        mw__leave(map);
        return mw__fail(err, MW_E_CLOSED, "map", MW_NOWHERE);
    }
    return code;
}

void mw__leave(mw_map *map)
{
    atomic_fetch_sub_explicit(&map->gate, 1, memory_order_release);
}

int mw__enter_exclusive(mw_map *map, mw_err *err)
{
    uint32_t nobody = 0;

    if (!map)
        return mw__fail(err, MW_E_INVAL, "map", MW_NOWHERE);
    if (!atomic_compare_exchange_strong_explicit(&map->gate, &nobody, GATE_EXCLUSIVE, memory_order_acquire,
                                                 memory_order_relaxed))
        return mw__fail(err, MW_E_BUSY, "map", MW_NOWHERE);
    return MW_OK;
}

void mw__leave_exclusive(mw_map *map)
{
    atomic_store_explicit(&map->gate, 0, memory_order_release);
}

unsigned char *mw__bytes(mw_map *map)
{
    return map->region ? map->region + map->lead : &map->nothing;
}

int mw__map_range(mw__range *range, const mw_map *map, uint64_t offset, uint64_t length, mw_err *err)
{
    return mw__range_make(range, offset, length, map->length, err);
}

mw__range mw__in_region(const mw_map *map, mw__range range)
{
    return (mw__range){map->lead + range.start, map->lead + range.end};
}

int mw__check_rights(const mw_map *map, mw__range range, uint32_t prot, mw_err *err)
{
    uint32_t common = mw__rights_common(&map->rights, mw__in_region(map, range));
    uint32_t missing = (prot | (prot ? MW_RIGHT_OPEN : 0)) & ~common;

    if (missing == 0)
        return MW_OK;
    if (missing == MW_PROT_WRITE && (common & MW_PROT_READ))
        return mw__fail(err, MW_E_RDONLY, "map", range.start);
    return mw__fail(err, MW_E_ACCESS, "map", range.start);
}
