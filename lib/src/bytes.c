#include "mapwise/bytes.h"

#include "handle.h"

#include <string.h>

/* The address of `n` bytes at `offset` that may be used for `prot`. */
static int locate(unsigned char **out, mw_map *map, uint64_t offset, size_t n, uint32_t prot, mw_err *err)
{
    mw__range range;
    /* Exact: SIZE_MAX bytes are more than any map has, and not all of this one. */
    int code = mw__range_exact(&range, offset, n, map->length, err);

    if (code == MW_OK)
        code = mw__check_rights(map, range, prot, err);
    if (code == MW_OK)
        *out = mw__bytes(map) + range.start;
    return code;
}

/* memmove below, since the caller's buffer may lie in a map of the same pages. */

static int read_entered(void *destination, mw_map *map, uint64_t offset, size_t n, mw_err *err)
{
    unsigned char *bytes;
    int code;

    if (!destination && n != 0)
        return mw__fail(err, MW_E_INVAL, "destination", offset);
    code = locate(&bytes, map, offset, n, MW_PROT_READ, err);
    if (code == MW_OK && n != 0)
        memmove(destination, bytes, n);
    return code;
}

int mw_read_at(size_t *done, void *destination, mw_map *map, uint64_t offset, size_t n, mw_err *err)
{
    int code = mw__enter(map, err);

    if (code == MW_OK) {
        code = read_entered(destination, map, offset, n, err);
        mw__leave(map);
    }
    if (done)
        *done = code == MW_OK ? n : 0;
    return code;
}

static int write_entered(mw_map *map, uint64_t offset, const void *source, size_t n, mw_err *err)
{
    unsigned char *bytes;
    int code;

    if (!source && n != 0)
        return mw__fail(err, MW_E_INVAL, "source", offset);
    code = locate(&bytes, map, offset, n, MW_PROT_WRITE, err);
    if (code == MW_OK && n != 0)
        memmove(bytes, source, n);
    return code;
}

int mw_write_at(size_t *done, mw_map *map, uint64_t offset, const void *source, size_t n, mw_err *err)
{
    int code = mw__enter(map, err);

    if (code == MW_OK) {
        code = write_entered(map, offset, source, n, err);
        mw__leave(map);
    }
    if (done)
        *done = code == MW_OK ? n : 0;
    return code;
}
