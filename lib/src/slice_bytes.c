/* mw_slice_get, mw_slice_set: bytes at equal distances. */
#include "slice.h"
#include "stride.h"
#include "touch.h"

/* The bytes from the one at the lowest offset to the one at the highest; none if there are none. */
static mw__range extent(const mw__slice_range *bytes)
{
    const uint64_t first = bytes->first;

    if (bytes->count == 0)
        return (mw__range){0, 0};

    const uint64_t last = first + (bytes->count - 1) * (uint64_t)bytes->step;
    return first < last ? (mw__range){first, last + 1} : (mw__range){last, first + 1};
}

/* Can `bytes` be used for `prot`? */
static int check(const mw_map *map, const mw__slice_range *bytes, uint32_t prot, mw_err *err)
{
    int code = mw__check_rights(map, extent(bytes), prot, err);

    return code == MW_OK && bytes->step != 1 ? mw__check_in_place(map, err) : code;
}

/* One byte, or none, is a row like any other. */
static int resolve(mw__slice_range *bytes, const mw_map *map, mw_slice slice, mw_err *err)
{
    int code = mw__slice_resolve(bytes, slice, map->length, err);

    if (code == MW_OK && bytes->count <= 1)
        bytes->step = 1;
    return code;
}

static int copy(void *context, mw_err *err)
{
    (void)err;
    mw__copy_strided(context);
    return MW_OK;
}

/* How many of the bytes come before the page that holds the one at `offset`. */
static size_t before_page(const mw_map *map, const mw__slice_range *bytes, uint64_t offset)
{
    const uint64_t first = bytes->first;

    if (bytes->step > 0) {
        const uint64_t start = mw__page_start(map, offset);
        return start > first ? (size_t)((start - first - 1) / (uint64_t)bytes->step + 1) : 0;
    }
    const uint64_t end = mw__page_start(map, offset + map->page_size);
    return first >= end ? (size_t)((first - end) / -(uint64_t)bytes->step + 1) : 0;
}

/* What was copied before the copy was cut off is unknown: what lies before the page that failed is copied
 * again, until nothing before it fails. */
static int get_spread(size_t *count, void *destination, mw_map *map, const mw__slice_range *bytes,
                      mw_err *err)
{
    mw__strided request = {destination, 1, mw__bytes(map) + bytes->first, (ptrdiff_t)bytes->step,
                           (size_t)bytes->count};
    mw_err refusal;
    int failure = MW_OK;
    int code;

    while ((code = mw__touch(map, copy, &request, &refusal)) != MW_OK) {
        failure = code;
        if (err)
            *err = refusal;
        if (code != MW_E_FAULT)
            return code;
        size_t before = before_page(map, bytes, refusal.where);
        /* Or else it was the caller's buffer that failed, which lies in this map too. */
        request.n = before < request.n ? before : 0;
    }
    *count = request.n;
    return failure;
}

static int get(size_t *count, void *destination, size_t capacity, mw_map *map, mw_slice slice, mw_err *err)
{
    mw__slice_range bytes;
    size_t n;
    int code;

    if (!count)
        return mw__fail(err, MW_E_INVAL, "count", MW_NOWHERE);
    *count = 0;
    if (!destination && capacity != 0)
        return mw__fail(err, MW_E_INVAL, "destination", MW_NOWHERE);
    if ((code = resolve(&bytes, map, slice, err)) != MW_OK)
        return code;
    n = (size_t)bytes.count;
    if (!destination || n > capacity) {
        *count = n;
        return destination ? mw__fail(err, MW_E_RANGE, "capacity", capacity) : MW_OK;
    }
    if ((code = check(map, &bytes, MW_PROT_READ, err)) != MW_OK)
        return code;
    return bytes.step == 1 ? mw__copy_from_map(count, destination, map, bytes.first, n, err)
                           : get_spread(count, destination, map, &bytes, err);
}

int mw_slice_get(size_t *count, void *destination, size_t capacity, mw_map *map, mw_slice slice, mw_err *err)
{
    int code = mw__enter(map, err);

    if (code == MW_OK) {
        code = get(count, destination, capacity, map, slice, err);
        mw__leave(map);
    } else if (count) {
        *count = 0;
    }
    return code;
}

static int set(mw_map *map, mw_slice slice, const void *source, size_t n, mw_err *err)
{
    mw__slice_range bytes;
    size_t done;
    int code;

    if (!source && n != 0)
        return mw__fail(err, MW_E_INVAL, "source", MW_NOWHERE);
    if ((code = resolve(&bytes, map, slice, err)) != MW_OK)
        return code;
    if (n != bytes.count)
        return mw__fail(err, MW_E_INVAL, "n", MW_NOWHERE);
    if ((code = check(map, &bytes, MW_PROT_WRITE, err)) != MW_OK)
        return code;
    if (bytes.step == 1)
        return mw__copy_to_map(&done, map, bytes.first, source, n, err);

    mw__strided request = {mw__bytes(map) + bytes.first, (ptrdiff_t)bytes.step, source, 1, n};
    return mw__touch(map, copy, &request, err);
}

int mw_slice_set(mw_map *map, mw_slice slice, const void *source, size_t n, mw_err *err)
{
    int code = mw__enter(map, err);

    if (code != MW_OK)
        return code;
    code = set(map, slice, source, n, err);
    mw__leave(map);
    return code;
}
