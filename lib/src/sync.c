#include "mapwise/sync.h"

#include "gate.h"

/* Can stores into this map reach anything outside it? */
static bool writes_back(const mw_map *map)
{
    return map->access == MW_ACCESS_WRITE &&
           (map->source == MW_SOURCE_FILE || map->source == MW_SOURCE_DEVICE);
}

static int sync_range(mw_map *map, uint64_t offset, uint64_t length, mw_sync_level level, uint32_t flags,
                      mw_err *err)
{
    mw__range range;
    int code;

    if ((uint32_t)level > (uint32_t)MW_SYNC_FULL)
        return mw__fail(err, MW_E_INVAL, "level", MW_NOWHERE);
    if (flags & ~MW_SYNC_INVALIDATE)
        return mw__fail(err, MW_E_INVAL, "flags", MW_NOWHERE);
    if ((code = mw__map_range(&range, map, offset, length, err)) != MW_OK)
        return code;
    if (mw__range_is_empty(range) || !writes_back(map))
        return MW_OK;
    if (level >= MW_SYNC_DATA && map->fd == MW_NO_FD)
        return mw__fail(err, MW_E_INVAL, "level", offset);

    range = mw__range_outward(mw__in_region(map, range), map->page_size);
    code = mw__os_sync(map->region + range.start, (size_t)(range.end - range.start), level != MW_SYNC_ASYNC,
                       (flags & MW_SYNC_INVALIDATE) != 0, err);
    if (code == MW_OK && level >= MW_SYNC_DATA)
        code = mw__os_sync_file(map->fd, level, err);
    return code;
}

int mw_sync(mw_map *map, uint64_t offset, uint64_t length, mw_sync_level level, uint32_t flags, mw_err *err)
{
    int code = mw__enter(map, err);

    if (code != MW_OK)
        return code;
    code = sync_range(map, offset, length, level, flags, err);
    mw__leave(map);
    return code;
}
