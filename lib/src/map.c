/* Giving maps back, and facts about them. */
#include "mapwise/map.h"

#include "gate.h"
#include "named.h"
#include "storage.h"

#include <string.h>

/* More bytes than an mw_info will ever have. A larger size was never set, and must not be written to. */
#define LARGEST_INFO 4096

/* Ends the mapping of a map that is entered exclusively. */
static int close_map(mw_map *map, mw_err *err)
{
    int code = MW_OK;

    if (atomic_load_explicit(&map->closed, memory_order_relaxed))
        return MW_OK;
    if (map->region && (code = mw__os_unmap(map->region, map->room, err)) != MW_OK)
        return code;
    atomic_store_explicit(&map->closed, true, memory_order_relaxed);
    map->region = NULL;
    map->region_length = 0;
    map->room = 0;
    mw__handle_changed(map);
    mw__rights_release(&map->rights);
    if (map->fd != MW_NO_FD)
        code = mw__os_close(map->fd, err);
    map->fd = MW_NO_FD;
    mw__named_release(map);
    return code;
}

int mw_unmap(mw_map *map, mw_err *err)
{
    int code = mw__enter_exclusive(map, err);

    if (code != MW_OK)
        return code;
    code = close_map(map, err);
    mw__leave_exclusive(map);
    return code;
}

int mw_free(mw_map *map)
{
    if (!map)
        return MW_OK;

    int code = mw__enter_exclusive(map, NULL);
    if (code != MW_OK)
        return code;
    code = close_map(map, NULL);

    const bool closed = atomic_load_explicit(&map->closed, memory_order_relaxed);
    mw__leave_exclusive(map);
    if (closed)
        mw__handle_release(map);
    return code;
}

static mw_info describe(mw_map *map)
{
    bool closed = atomic_load_explicit(&map->closed, memory_order_relaxed);
    mw__range all = {0, map->region_length};
    uint32_t common = closed               ? 0
                      : map->region_length ? mw__rights_common(&map->rights, all)
                                           : map->rights.bits;

    return (mw_info){.size = (uint32_t)sizeof(mw_info),
                     .flags = map->flags,
                     .access = map->access,
                     .prot = (common & MW_RIGHT_OPEN) ? common & ~MW_RIGHT_OPEN : 0,
                     .source = map->source,
                     .pins = atomic_load_explicit(&map->pins, memory_order_relaxed),
                     .length = closed ? 0 : map->length,
                     .offset = map->offset,
                     .mapped_length = closed ? 0 : map->region_length,
                     .page_size = map->page_size,
                     .base = map->region_length ? mw__bytes(map) : NULL,
                     .fd = map->fd,
                     .closed = closed,
                     .reserved = closed || map->room == 0 ? 0 : map->room - map->lead,
                     .generation = map->generation};
}

int mw_info_get(mw_info *out, const mw_map *map, mw_err *err)
{
    mw_info facts;
    int code;

    if (!out || out->size < sizeof *out || out->size > LARGEST_INFO)
        return mw__fail(err, MW_E_INVAL, out ? "out->size" : "out", MW_NOWHERE);
    if ((code = mw__enter_any(mw__not_const(map), err)) != MW_OK)
        return code;
    facts = describe(mw__not_const(map));
    mw__leave(mw__not_const(map));

    facts.size = out->size;
    memset((unsigned char *)out + sizeof *out, 0, out->size - sizeof *out);
    *out = facts;
    return MW_OK;
}

uint64_t mw_length(const mw_map *map)
{
    return map && !atomic_load_explicit(&mw__not_const(map)->closed, memory_order_relaxed) ? map->length : 0;
}

static int file_size(uint64_t *out, const mw_map *map, mw_err *err)
{
    mw__file_facts facts;
    int code;

    if (map->flags & MW_F_NO_TRACK)
        return mw__fail(err, MW_E_INVAL, "map", MW_NOWHERE);
    if (map->source == MW_SOURCE_DEVICE)
        return mw__fail(err, MW_E_NOTSUP, "map", MW_NOWHERE);
    if (map->source == MW_SOURCE_ANONYMOUS || map->source == MW_SOURCE_COPY) {
        *out = map->length;
        return MW_OK;
    }
    code = mw__os_file_facts(&facts, map->fd, err);
    if (code == MW_OK)
        *out = facts.size;
    return code;
}

int mw_huge_page_size_at(uint64_t *out, size_t index, mw_err *err)
{
    return out ? mw__os_huge_page_size(out, index, err) : mw__fail(err, MW_E_INVAL, "out", MW_NOWHERE);
}

int mw_file_size(uint64_t *out, const mw_map *map, mw_err *err)
{
    int code = mw__enter(mw__not_const(map), err);

    if (code != MW_OK)
        return code;
    code = out ? file_size(out, map, err) : mw__fail(err, MW_E_INVAL, "out", MW_NOWHERE);
    mw__leave(mw__not_const(map));
    return code;
}
