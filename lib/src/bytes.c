#include "mapwise/bytes.h"

#include "touch.h"

/* `n` bytes at `offset` that may be used for `prot`. */
static int check(const mw_map *map, uint64_t offset, const void *buffer, size_t n, uint32_t prot, mw_err *err)
{
    mw__range range;
    int code;

    if (!buffer && n != 0)
        return mw__fail(err, MW_E_INVAL, "buffer", offset);
    /* Exact: SIZE_MAX bytes are more than any map has, and not all of this one. */
    if ((code = mw__range_exact(&range, offset, n, map->length, err)) == MW_OK)
        code = mw__check_rights(map, range, prot, err);
    return code;
}

int mw_read_at(size_t *done, void *destination, mw_map *map, uint64_t offset, size_t n, mw_err *err)
{
    size_t copied = 0;
    int code = mw__enter(map, err);

    if (code == MW_OK) {
        if ((code = check(map, offset, destination, n, MW_PROT_READ, err)) == MW_OK)
            code = mw__copy_from_map(&copied, destination, map, offset, n, err);
        mw__leave(map);
    }
    if (done)
        *done = copied;
    return code;
}

int mw_write_at(size_t *done, mw_map *map, uint64_t offset, const void *source, size_t n, mw_err *err)
{
    size_t copied = 0;
    int code = mw__enter(map, err);

    if (code == MW_OK) {
        if ((code = check(map, offset, source, n, MW_PROT_WRITE, err)) == MW_OK)
            code = mw__copy_to_map(&copied, map, offset, source, n, err);
        mw__leave(map);
    }
    if (done)
        *done = copied;
    return code;
}
