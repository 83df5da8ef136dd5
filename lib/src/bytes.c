#include "mapwise/bytes.h"

#include "touch.h"

#include <string.h>

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

static int find_index(uint64_t *offset, const mw_map *map, int64_t index, mw_err *err)
{
    const uint64_t length = map->length;
    const uint64_t distance = index < 0 ? -(uint64_t)index : (uint64_t)index;

    if (!offset)
        return mw__fail(err, MW_E_INVAL, "offset", MW_NOWHERE);
    if (index < 0 ? distance > length : distance >= length)
        return mw__fail(err, MW_E_RANGE, "index", index < 0 ? MW_NOWHERE : distance);
    *offset = index < 0 ? length - distance : distance;
    return MW_OK;
}

int mw_index(uint64_t *offset, const mw_map *map, int64_t index, mw_err *err)
{
    int code = mw__enter(mw__not_const(map), err);

    if (code != MW_OK)
        return code;
    code = find_index(offset, map, index, err);
    mw__leave(mw__not_const(map));
    return code;
}

/* ---- in place ----------------------------------------------------------- */

typedef struct moving {
    unsigned char *to;
    const unsigned char *from;
    size_t n;
} moving;

static int move(void *context, mw_err *err)
{
    const moving *request = context;

    (void)err;
    memmove(request->to, request->from, request->n);
    return MW_OK;
}

static int move_inside(mw_map *map, uint64_t destination, uint64_t source, uint64_t n, mw_err *err)
{
    mw__range to = {0, 0};
    mw__range from = {0, 0};
    int code;

    if ((code = mw__range_exact(&to, destination, n, map->length, err)) != MW_OK ||
        (code = mw__range_exact(&from, source, n, map->length, err)) != MW_OK ||
        (code = mw__check_rights(map, to, MW_PROT_WRITE, err)) != MW_OK ||
        (code = mw__check_rights(map, from, MW_PROT_READ, err)) != MW_OK ||
        (code = mw__check_in_place(map, err)) != MW_OK)
        return code;

    moving request = {mw__bytes(map) + destination, mw__bytes(map) + source, (size_t)n};
    return mw__touch(map, move, &request, err);
}

int mw_move(mw_map *map, uint64_t destination, uint64_t source, uint64_t n, mw_err *err)
{
    int code = mw__enter(map, err);

    if (code != MW_OK)
        return code;
    code = move_inside(map, destination, source, n, err);
    mw__leave(map);
    return code;
}

typedef struct filling {
    unsigned char *bytes;
    size_t n;
    unsigned char value;
} filling;

static int fill(void *context, mw_err *err)
{
    const filling *request = context;

    (void)err;
    memset(request->bytes, request->value, request->n);
    return MW_OK;
}

static int fill_range(mw_map *map, uint64_t offset, uint64_t length, unsigned char value, mw_err *err)
{
    mw__range range;
    int code;

    if ((code = mw__map_range(&range, map, offset, length, err)) != MW_OK ||
        (code = mw__check_rights(map, range, MW_PROT_WRITE, err)) != MW_OK ||
        (code = mw__check_in_place(map, err)) != MW_OK)
        return code;

    filling request = {mw__bytes(map) + range.start, (size_t)(range.end - range.start), value};
    return mw__touch(map, fill, &request, err);
}

int mw_fill(mw_map *map, uint64_t offset, uint64_t length, unsigned char value, mw_err *err)
{
    int code = mw__enter(map, err);

    if (code != MW_OK)
        return code;
    code = fill_range(map, offset, length, value, err);
    mw__leave(map);
    return code;
}
