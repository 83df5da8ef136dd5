#include "mapwise/lock.h"

#include "gate.h"

static int pages_of(mw__range *pages, mw_map *map, uint64_t offset, uint64_t length, mw_err *err)
{
    mw__range range;
    int code = mw__map_range(&range, map, offset, length, err);

    if (code == MW_OK)
        *pages = mw__range_outward(mw__in_region(map, range), map->page_size);
    return code;
}

static bool is_all(const mw_map *map, mw__range pages)
{
    return pages.end - pages.start == map->region_length;
}

/* First the right alone, in one call that is granted whole or refused; then the pages. */
static int lock_pages(void *address, size_t length, bool later, mw_err *err)
{
    mw_err refusal;
    int code = mw__os_lock(address, length, true, &refusal);
    const bool granted = code == MW_OK;

    if (!later && (granted || code == MW_E_NOTSUP))
        code = mw__os_lock(address, length, false, &refusal);
    if (code == MW_OK)
        return MW_OK;
    mw__os_unlock(address, length, NULL);
    /* Once the right is granted it is not the limit that refuses. */
    if (granted && code == MW_E_LIMIT)
        refusal.code = MW_E_FAULT;
    if (err)
        *err = refusal;
    return refusal.code;
}

static int lock_entered(mw_map *map, uint64_t offset, uint64_t length, uint32_t flags, mw_err *err)
{
    mw__range pages;
    int code;

    if (flags & ~MW_LOCK_ON_FAULT)
        return mw__fail(err, MW_E_INVAL, "flags", MW_NOWHERE);
    if ((code = pages_of(&pages, map, offset, length, err)) != MW_OK || mw__range_is_empty(pages))
        return code;

    const uint32_t common = mw__rights_common(&map->rights, pages);
    if (!(common & MW_RIGHT_OPEN) || common == MW_RIGHT_OPEN)
        return mw__fail(err, MW_E_ACCESS, "map", offset);
    code = lock_pages(map->region + pages.start, (size_t)(pages.end - pages.start),
                      (flags & MW_LOCK_ON_FAULT) != 0, err);
    if (code == MW_OK && is_all(map, pages))
        atomic_store_explicit(&map->locked, (flags & MW_LOCK_ON_FAULT) ? MW_LOCKED_ON_FAULT : MW_LOCKED_NOW,
                              memory_order_relaxed);
    return code;
}

int mw_lock(mw_map *map, uint64_t offset, uint64_t length, uint32_t flags, mw_err *err)
{
    int code = mw__enter(map, err);

    if (code != MW_OK)
        return code;
    code = lock_entered(map, offset, length, flags, err);
    mw__leave(map);
    return code;
}

int mw_unlock(mw_map *map, uint64_t offset, uint64_t length, mw_err *err)
{
    mw__range pages;
    int code = mw__enter(map, err);

    if (code != MW_OK)
        return code;
    if ((code = pages_of(&pages, map, offset, length, err)) == MW_OK && !mw__range_is_empty(pages)) {
        code = mw__os_unlock(map->region + pages.start, (size_t)(pages.end - pages.start), err);
        if (code == MW_OK && is_all(map, pages))
            atomic_store_explicit(&map->locked, MW_LOCKED_NOT, memory_order_relaxed);
    }
    mw__leave(map);
    return code;
}
