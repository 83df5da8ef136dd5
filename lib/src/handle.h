/* The inside of a map, and the gate before it. */
#ifndef MW_HANDLE_H
#define MW_HANDLE_H

#include "fail.h"
#include "os.h"
#include "range.h"
#include "rights.h"

#include <stdatomic.h>

struct mw_map {
    /* Pins held and calls inside, or GATE_EXCLUSIVE while a structural call is at work. */
    _Atomic uint32_t gate;
    _Atomic uint32_t pins;
    _Atomic bool closed;

    /* Set when the map is made. */
    mw_source source;
    uint32_t flags;
    bool shared;
    mw_fd fd; /* MW_NO_FD: none kept */
    uint64_t offset;
    uint64_t length;
    size_t page_size;
    unsigned char *region; /* whole pages; NULL: nothing is mapped */
    size_t region_length;
    size_t lead;           /* bytes of the region before the map's first byte */
    unsigned char nothing; /* what the first byte of an empty map would be: gives pins an address */

    /* Changed by structural calls only. */
    mw_access access;
    mw__rights rights;
};

/* Callers may ask about a map they hold as const; counting them in is no change they can see. */
static inline mw_map *mw__not_const(const mw_map *map)
{
    return (mw_map *)(uintptr_t)map;
}

/* Begins a call on `map` that may run beside others: MW_E_INVAL (NULL), MW_E_BUSY, MW_E_LIMIT,
 * MW_E_CLOSED. After MW_OK, and only then, mw__leave must follow. */
int mw__enter(mw_map *map, mw_err *err);

/* The same for calls that work on closed maps too. */
int mw__enter_any(mw_map *map, mw_err *err);
void mw__leave(mw_map *map);

/* Begins a structural call, which is alone: MW_E_INVAL (NULL), MW_E_BUSY. The map may be closed. After
 * MW_OK mw__leave_exclusive must follow. Neither kind ever waits. */
int mw__enter_exclusive(mw_map *map, mw_err *err);
void mw__leave_exclusive(mw_map *map);

/* The address of the map's first byte. */
unsigned char *mw__bytes(mw_map *map);

/* *range = the checked bytes of the map. MW_E_OVERFLOW, MW_E_RANGE. */
int mw__map_range(mw__range *range, const mw_map *map, uint64_t offset, uint64_t length, mw_err *err);

/* The same bytes counted from the start of the region. */
mw__range mw__in_region(const mw_map *map, mw__range range);

/* Do all pages of `range`, bytes of the map, have the rights `prot`? MW_E_RDONLY, MW_E_ACCESS. */
int mw__check_rights(const mw_map *map, mw__range range, uint32_t prot, mw_err *err);

#endif
