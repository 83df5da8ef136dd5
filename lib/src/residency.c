#include "residency.h"

#include "gate.h"

#include <string.h>

/* Pages asked about at a time: the call's memory, whatever the size of the map. A multiple of 8, so that
 * bits of one byte never come from two pieces. */
#define PIECE 4096

uint64_t mw__residency_bytes(uint64_t pages, mw_residency_format format)
{
    switch (format) {
    case MW_RESIDENCY_BYTES:
    case MW_RESIDENCY_NATIVE:
        return pages;
    case MW_RESIDENCY_BITS:
        return pages / 8 + (pages % 8 != 0);
    case MW_RESIDENCY_COUNT:
        break;
    }
    return 0;
}

uint64_t mw__residency_store(unsigned char *buffer, uint64_t first, const unsigned char *native, size_t n,
                             mw_residency_format format)
{
    uint64_t resident = 0;

    if (format == MW_RESIDENCY_BITS)
        memset(buffer + first / 8, 0, n / 8 + (n % 8 != 0));
    for (size_t i = 0; i < n; i++) {
        unsigned char bit = native[i] & 1;
        resident += bit;
        if (format == MW_RESIDENCY_BYTES)
            buffer[first + i] = bit;
        else if (format == MW_RESIDENCY_NATIVE)
            buffer[first + i] = native[i];
        else if (format == MW_RESIDENCY_BITS)
            buffer[(first + i) / 8] |= (unsigned char)(bit << (first + i) % 8);
    }
    return resident;
}

static int ask_all(uint64_t *resident, unsigned char *buffer, mw_residency_format format,
                   unsigned char *start, uint64_t pages, mw_err *err)
{
    const size_t page_size = mw_page_size();
    unsigned char native[PIECE];

    *resident = 0;
    for (uint64_t first = 0; first < pages; first += PIECE) {
        size_t n = pages - first < PIECE ? (size_t)(pages - first) : PIECE;
        int code = mw__os_residency(native, start + first * page_size, n * page_size, err);
        if (code != MW_OK)
            return code;
        *resident += mw__residency_store(buffer, first, native, n, format);
    }
    return MW_OK;
}

typedef struct answer {
    uint64_t pages, resident;
} answer;

static int ask_range(answer *out, void *buffer, size_t capacity, mw_residency_format format, mw_map *map,
                     uint64_t offset, uint64_t length, mw_err *err)
{
    mw__range range;
    int code;

    if ((uint32_t)format > (uint32_t)MW_RESIDENCY_NATIVE)
        return mw__fail(err, MW_E_INVAL, "format", MW_NOWHERE);
    if (!buffer && capacity != 0)
        return mw__fail(err, MW_E_INVAL, "buffer", MW_NOWHERE);
    if ((code = mw__map_range(&range, map, offset, length, err)) != MW_OK)
        return code;
    range = mw__range_outward(mw__in_region(map, range), mw_page_size());
    out->pages = (range.end - range.start) / mw_page_size();
    if (mw__residency_bytes(out->pages, format) > capacity)
        return mw__fail(err, MW_E_RANGE, "capacity", offset);
    if (out->pages == 0)
        return MW_OK;
    return ask_all(&out->resident, buffer, format, map->region + range.start, out->pages, err);
}

int mw_resident(uint64_t *pages, uint64_t *resident, void *buffer, size_t capacity,
                mw_residency_format format, mw_map *map, uint64_t offset, uint64_t length, mw_err *err)
{
    answer counted = {0, 0};
    int code = mw__enter(map, err);

    if (code == MW_OK) {
        code = ask_range(&counted, buffer, capacity, format, map, offset, length, err);
        mw__leave(map);
    }
    if (pages)
        *pages = counted.pages;
    if (resident)
        *resident = counted.resident;
    return code;
}
