#include "mapwise/protect.h"

#include "gate.h"
#include "options.h"

/* Gives pages that the system may have changed in part the rights on record again. */
static void put_back(mw_map *map, mw__range range)
{
    while (!mw__range_is_empty(range)) {
        uint32_t bits;
        mw__range run = mw__rights_run_at(&bits, &map->rights, range.start, range.end);
        mw__os_protect(map->region + run.start, (size_t)(run.end - run.start), bits & ~MW_RIGHT_OPEN, NULL);
        range.start = run.end;
    }
}

static int protect_range(mw_map *map, uint64_t offset, uint64_t length, uint32_t prot, mw_err *err)
{
    mw__rights changed;
    mw__range range;
    int code;

    if (atomic_load_explicit(&map->closed, memory_order_relaxed))
        return mw__fail(err, MW_E_CLOSED, "map", MW_NOWHERE);
    if (!mw__prot_is_valid(prot))
        return mw__fail(err, MW_E_INVAL, "prot", MW_NOWHERE);
    if ((code = mw__map_range(&range, map, offset, length, err)) != MW_OK || mw__range_is_empty(range))
        return code;

    prot &= ~MW_PROT_NONE;
    range = mw__range_outward(mw__in_region(map, range), map->page_size);
    code = mw__rights_change(&changed, &map->rights, map->region_length, range, ~MW_RIGHT_OPEN, prot, err);
    if (code != MW_OK)
        return code;
    code = mw__os_protect(map->region + range.start, (size_t)(range.end - range.start), prot, err);
    if (code != MW_OK) {
        put_back(map, range);
        mw__rights_release(&changed);
        return code;
    }
    mw__rights_release(&map->rights);
    map->rights = changed;
    if ((prot & MW_PROT_WRITE) && map->access == MW_ACCESS_READ)
        map->access = map->shared ? MW_ACCESS_WRITE : MW_ACCESS_COPY;
    return MW_OK;
}

int mw_protect(mw_map *map, uint64_t offset, uint64_t length, uint32_t prot, mw_err *err)
{
    int code = mw__enter_exclusive(map, err);

    if (code != MW_OK)
        return code;
    code = protect_range(map, offset, length, prot, err);
    mw__leave_exclusive(map);
    return code;
}
