/* Where a new map may lie, and what the system does to find it room:
 *
 *   anywhere       no wish
 *   hint           an address that is free
 *   hint_taken     an address where something lies already
 *   fixed          an address that is free, or nothing at all (MW_F_FIXED)
 *   32bit          the system's flag MAP_32BIT: the first 2 GiB
 *   above_47_bits  an address that takes page tables of five levels, of x86-64 */
#include "flag.h"
#include "source.h"

#include <inttypes.h>

static mw_map *neighbour; /* where hint_taken points at */

static void *address_of(const mw_map *map)
{
    mw_info info = MW_INFO_INIT;

    return mw_info_get(&info, map, NULL) == MW_OK ? (void *)(uintptr_t)info.base : NULL;
}

static mw_map *make(struct sample *s, const mw_map_options *options)
{
    mw_err err = {0};
    mw_map *map;

    sample_ok(s, "mapping", mw_map_anon(&map, axis_number(s, "size"), options, &err), &err);
    return map;
}

/* An address that was free a moment ago: here one moment, for nobody else maps anything, lasts. */
static void *free_address(struct sample *s)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;

    options.access = MW_ACCESS_COPY;
    mw_map *map = make(s, &options);
    void *address = map ? address_of(map) : NULL;
    mw_free(map);
    return address;
}

static bool choose_place(mw_map_options *options, struct sample *s)
{
    const uint64_t far = (uint64_t)3 << 46;

    options->access = MW_ACCESS_COPY;
    if (axis_is(s, "place", "32bit"))
        return sample_flag(&options->raw_flags, s, "MAP_32BIT");
    if (axis_is(s, "place", "above_47_bits")) {
        options->address = (void *)(uintptr_t)far;
        if ((uint64_t)(uintptr_t)options->address == far)
            return true;
        sample_cannot(s, "pointers have no more than 32 bits");
        return false;
    }
    if (axis_is(s, "place", "hint_taken"))
        options->address = address_of(neighbour);
    else if (!axis_is(s, "place", "anywhere"))
        options->address = free_address(s);
    if (axis_is(s, "place", "fixed"))
        options->flags |= MW_F_FIXED;
    return !sample_ended(s);
}

static mw_map_options chosen;

/* Whether a map made so lies where it is to. */
static void look_at_one(struct sample *s)
{
    mw_map *map = make(s, &chosen);
    const uintptr_t address = map ? (uintptr_t)address_of(map) : 0;
    const bool there = address == (uintptr_t)chosen.address;

    mw_free(map);
    if (sample_ended(s))
        return;
    if (axis_is(s, "place", "above_47_bits") && !there)
        sample_cannot(s,
                      "no map lies above 47 bits: the processor has no page tables of five levels, or they "
                      "are not in use");
    else if (axis_is(s, "place", "32bit") && address >> 31)
        sample_cannot(s, "MAP_32BIT means nothing here: the map lies at %" PRIxPTR, address);
    else if (axis_is(s, "place", "hint_taken") ? there : chosen.address && !there)
        sample_doubt(s, "the address was %s", there ? "free" : "taken");
}

FAMILY(map_placement, "time of finding room for a map and giving it back", .items = "calls",
       .demands = {.subject = NOTHING, .batches = true}, .prepare = look_at_one, .check = look_at_one,
       .axes = {EACH("place", QUICK("anywhere hint hint_taken fixed 32bit above_47_bits")),
                VARY("size", "64K", STANDARD("64M"))})
{
    mw_map_options plain = MW_MAP_OPTIONS_INIT;

    chosen = plain;
    neighbour = make(s, &plain);
    if (neighbour && choose_place(&chosen, s)) {
        const uint64_t size = axis_number(s, "size");
        each_operation(s, 0, 1);
        while (next_sample(s))
            if (!source_memory_once(s, size, &chosen))
                break;
    }
    mw_free(neighbour);
}
