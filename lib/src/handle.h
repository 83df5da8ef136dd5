/* The inside of a map. */
#ifndef MW_HANDLE_H
#define MW_HANDLE_H

#include "fail.h"
#include "os.h"
#include "range.h"
#include "rights.h"

#include <stdatomic.h>

/* A name that goes when the map does. */
typedef struct mw__named {
    mw__identity identity; /* of what it must still stand for */
    uint64_t maker;        /* the process that made it: children of fork leave it alone */
    char name[];
} mw__named;

/* Are all pages locked, and when? */
enum { MW_LOCKED_NOT, MW_LOCKED_NOW, MW_LOCKED_ON_FAULT };

struct mw_map {
    /* Pins held and calls counted, or MW_GATE_EXCLUSIVE while a structural call is at work (gate.h). */
    _Atomic uint32_t gate;
    _Atomic uint32_t pins;
    _Atomic bool closed;
    /* Grows whenever what lies at an offset may have changed: views remember it (storage.h). */
    _Atomic uint64_t generation;

    /* Set when the map is made. */
    mw_source source;
    uint32_t flags;
    uint64_t raw_flags;
    bool shared;
    mw_fd fd; /* MW_NO_FD: none kept */
    size_t page_size;
    mw__named *named;      /* owned; NULL: none */
    unsigned char nothing; /* what the first byte of an empty map would be: gives pins an address */
    mw_map *next;          /* while it is not in use (storage.c) */

    /* Advice that was given to all pages, a bit (1 << MW_ADVICE_*) each, and whether all are locked: new
     * pages of the map get the same. */
    _Atomic uint32_t advised;
    _Atomic uint8_t locked; /* MW_LOCKED_* */

    /* Changed by structural calls only; the length is read at any time. */
    _Atomic uint64_t length;
    uint64_t offset;
    unsigned char *region; /* whole pages; NULL: nothing is mapped */
    size_t region_length;
    size_t room;     /* address space that is the map's own from `region` on: region_length or more */
    bool keeps_room; /* what shrinks stays reserved */
    size_t lead;     /* bytes of the region before the map's first byte */
    mw_access access;
    mw__rights rights;
};

/* Callers may ask about a map they hold as const; counting them in is no change they can see. */
static inline mw_map *mw__not_const(const mw_map *map)
{
    return (mw_map *)(uintptr_t)map;
}

/* The address of the map's first byte. */
static inline unsigned char *mw__bytes(mw_map *map)
{
    return map->region ? map->region + map->lead : &map->nothing;
}

/* The offset in the map where the page that holds byte `offset` begins; 0 if that is before the map. */
uint64_t mw__page_start(const mw_map *map, uint64_t offset);

/* *range = the checked bytes of the map. MW_E_OVERFLOW, MW_E_RANGE. */
int mw__map_range(mw__range *range, const mw_map *map, uint64_t offset, uint64_t length, mw_err *err);

/* The same bytes counted from the start of the region. */
mw__range mw__in_region(const mw_map *map, mw__range range);

int mw__check_rights_by_page(const mw_map *map, mw__range range, uint32_t prot, mw_err *err);

/* Do all pages of `range`, bytes of the map, have the rights `prot`? MW_E_RDONLY, MW_E_ACCESS. */
static inline int mw__check_rights(const mw_map *map, mw__range range, uint32_t prot, mw_err *err)
{
    if (!map->rights.runs && ((prot | MW_RIGHT_OPEN) & ~map->rights.bits) == 0)
        return MW_OK;
    return mw__check_rights_by_page(map, range, prot, err);
}

#endif
