#include "handle.h"

#include "checked.h"

uint64_t mw__page_start(const mw_map *map, uint64_t offset)
{
    const uint64_t start = mw__round_down(map->lead + offset, map->page_size);

    return start > map->lead ? start - map->lead : 0;
}

int mw__map_range(mw__range *range, const mw_map *map, uint64_t offset, uint64_t length, mw_err *err)
{
    return mw__range_make(range, offset, length, map->length, err);
}

mw__range mw__in_region(const mw_map *map, mw__range range)
{
    return (mw__range){map->lead + range.start, map->lead + range.end};
}

int mw__check_rights_by_page(const mw_map *map, mw__range range, uint32_t prot, mw_err *err)
{
    uint32_t common = mw__rights_common(&map->rights, mw__in_region(map, range));
    uint32_t missing = (prot | (prot ? MW_RIGHT_OPEN : 0)) & ~common;

    if (missing == 0)
        return MW_OK;
    if (missing == MW_PROT_WRITE && (common & MW_PROT_READ))
        return mw__fail(err, MW_E_RDONLY, "map", range.start);
    return mw__fail(err, MW_E_ACCESS, "map", range.start);
}
