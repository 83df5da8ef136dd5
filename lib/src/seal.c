#include "mapwise/named.h"

#include "gate.h"

#define SEALS                                                                                                \
    (MW_SEAL_SHRINK | MW_SEAL_GROW | MW_SEAL_WRITE | MW_SEAL_FUTURE_WRITE | MW_SEAL_EXEC | MW_SEAL_SEAL)

static int add_seals(uint32_t *now, const mw_map *map, uint32_t add, mw_err *err)
{
    mw__file_facts facts;
    uint32_t with_others;
    int code;

    if ((add & ~SEALS) || (map->flags & MW_F_NO_TRACK))
        return mw__fail(err, MW_E_INVAL, (add & ~SEALS) ? "add" : "map", MW_NOWHERE);
    if (map->fd == MW_NO_FD)
        return mw__fail(err, MW_E_NOTSUP, "map", MW_NOWHERE);
    if ((code = mw__os_seals(now, map->fd, err)) != MW_OK || !(add & ~*now))
        return code;
    if ((code = mw__os_file_facts(&facts, map->fd, err)) != MW_OK)
        return code;
    if (!facts.writable)
        return mw__fail(err, MW_E_RDONLY, "map", MW_NOWHERE);
    if ((code = mw__os_seal(map->fd, add & ~*now, err)) != MW_OK)
        return code;
    /* Some bring others along. What was granted is granted, whatever there is to know about it. */
    if (mw__os_seals(&with_others, map->fd, NULL) == MW_OK)
        *now = with_others;
    else
        *now |= add;
    return MW_OK;
}

int mw_seal(uint32_t *seals, mw_map *map, uint32_t add, mw_err *err)
{
    uint32_t now = 0;
    int code = mw__enter(map, err);

    if (code != MW_OK)
        return code;
    code = add_seals(&now, map, add, err);
    mw__leave(map);
    if (code == MW_OK && seals)
        *seals = now;
    return code;
}
