/* Pages that come to lie elsewhere without being copied, and the same by copying:
 *
 *   move           to another address of the same offset within a page table: whole tables can be moved
 *   move_unlike    to one of another offset, which takes one page after the other
 *   dontunmap      as move, and an empty mapping stays behind
 *   grow_in_place  twice as long, with room behind
 *   grow_moved     twice as long, without: all of it moves
 *   copy           a new map of the same size, filled from the old one, and given back
 *
 * Nanoseconds of a page are those of a page of the old size. */
#include "access.h"
#include "counters.h"
#include "present.h"
#include "remap.h"
#include "sample.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static struct {
    mw_map *target;
    unsigned char *here, *there; /* the pages, and where they go next */
} place;

static mw_map *reserve(struct sample *s, uint64_t length, unsigned char *address, uint32_t flags,
                       void **start)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_info info = MW_INFO_INIT;
    mw_err err = {0};
    mw_map *map;

    options.access = MW_ACCESS_COPY;
    options.flags = MW_F_NORESERVE | flags;
    options.address = address;
    const int code = mw_map_anon(&map, length, &options, &err);
    if (code == MW_E_EXIST) /* all the better */
        return NULL;
    if (sample_ok(s, "mapping", code, &err) && start && mw_info_get(&info, map, NULL) == MW_OK)
        *start = (void *)(uintptr_t)info.base;
    return map;
}

static void empty(struct sample *s)
{
    mw_err err = {0};

    sample_ok(s, "emptying the map",
              mw_advise(s->map, 0, MW_WHOLE, MW_ADVICE_DONTNEED, MW_ADVISE_DESTRUCTIVE, &err), &err);
}

/* What was behind the map is free after it was longer once. */
static void make_room(struct sample *s)
{
    mw_err err = {0};

    if (sample_ok(s, "growing", mw_resize(s->map, 2 * s->length, MW_RESIZE_MAY_MOVE, &err), &err))
        sample_ok(s, "shrinking", mw_resize(s->map, s->length, 0, &err), &err);
}

static void prepare(struct sample *s)
{
    const size_t span = present_table_span();
    void *start = NULL;

    place.here = s->bytes;
    if (axis_is(s, "populated", "no"))
        empty(s);
    if (axis_is(s, "by", "grow_in_place") || axis_is(s, "by", "grow_moved")) {
        mw_unpin(s->map, s->bytes); /* it moves */
        make_room(s);
        return;
    }
    place.target = reserve(s, s->length + 2 * span, NULL, 0, &start);
    if (!start)
        return;
    const size_t wanted = (uintptr_t)s->bytes % span + (axis_is(s, "by", "move_unlike") ? s->page_size : 0);
    place.there = (unsigned char *)start + (span + wanted - (uintptr_t)start % span) % span;
}

/* All pages are where the last pass has brought them, and none where they were. */
static void check(struct sample *s)
{
    const uint64_t wanted = axis_is(s, "populated", "no") ? 0 : s->length / s->page_size;
    const int64_t here = present_pages(place.here, s->length);

    if (here == COUNTER_ABSENT)
        sample_cannot(s, "this system does not say which pages are in the page tables");
    else if ((uint64_t)here != wanted)
        sample_doubt(s, "%" PRId64 " of %" PRIu64 " pages are in the page tables", here, wanted);
    if (place.there && present_pages(place.there, s->length) > 0 && !axis_is(s, "by", "copy"))
        sample_doubt(s, "pages are where they were");
    if (wanted && place.here[s->length - s->page_size] != 1)
        sample_broken(s, "the pages have other contents");
    if (axis_is(s, "pages", "huge") && !present_as_huge(place.here, s->length))
        sample_doubt(s, "the pages are no longer huge");
}

/* Nothing may be free that a map is about to give back: whoever took it meanwhile would lose it. */
static void finish(struct sample *s)
{
    if (place.there && place.there == s->bytes && !remap_move(place.here, s->bytes, (size_t)s->length, false))
        sample_broken(s, "moving back: %s", strerror(errno));
    mw_free(place.target);
    memset(&place, 0, sizeof place);
}

/* ---- the ways ---- */

static bool move(struct sample *s)
{
    unsigned char *const from = place.here;

    if (!remap_move(from, place.there, (size_t)s->length, axis_is(s, "by", "dontunmap"))) {
        if (errno == EINVAL || errno == ENOSYS)
            sample_cannot(s, "this system can't move pages so (%s)", strerror(errno));
        else
            sample_broken(s, "moving: %s", strerror(errno));
        return false;
    }
    place.here = place.there;
    place.there = from;
    return true;
}

static unsigned char *address_of(const mw_map *map)
{
    mw_info info = MW_INFO_INIT;

    return mw_info_get(&info, map, NULL) == MW_OK ? (unsigned char *)(uintptr_t)info.base : NULL;
}

/* Longer, which is timed, and as long as before again. */
static bool grow(struct sample *s, bool moved)
{
    unsigned char *const before = address_of(s->map);
    /* Something behind the map, unless there is something anyway. */
    mw_map *obstacle = moved ? reserve(s, s->page_size, before + s->length, MW_F_FIXED, NULL) : NULL;
    mw_err err = {0};

    part_begins(s);
    const int code = mw_resize(s->map, 2 * s->length, moved ? MW_RESIZE_MAY_MOVE : 0, &err);
    part_ends(s);
    mw_free(obstacle);
    place.here = address_of(s->map);
    if (code == MW_OK && (place.here != before) != moved)
        sample_doubt(s, "the map %s", moved ? "grew in place" : "moved");
    return sample_ok(s, "growing", code, &err) &&
           sample_ok(s, "shrinking", mw_resize(s->map, s->length, 0, &err), &err);
}

static bool grow_in_place(struct sample *s)
{
    return grow(s, false);
}

static bool grow_moved(struct sample *s)
{
    return grow(s, true);
}

static bool copy(struct sample *s)
{
    void *start = NULL;
    mw_map *map = reserve(s, s->length, NULL, 0, &start);

    if (start) {
        mw_advise(map, 0, MW_WHOLE, MW_ADVICE_NOHUGEPAGE, MW_ADVISE_BEST_EFFORT, NULL); /* as the old one */
        memcpy(start, s->bytes, (size_t)s->length);
    }
    mw_free(map);
    return start != NULL;
}

static const struct {
    const char *name;
    bool (*work)(struct sample *s);
} ways[] = {{"move", move},
            {"move_unlike", move},
            {"dontunmap", move},
            {"grow_in_place", grow_in_place},
            {"grow_moved", grow_moved},
            {"copy", copy}};

FAMILY(remap_move, "time of moving mapped pages, and of growing a map", .items = "pages",
       .demands = {.subject = MEMORY, .temperature = MAPPED, .pages = SMALL_PAGES, .batches = true},
       .prepare = prepare, .check = check, .finish = finish,
       .axes = {EACH("by", QUICK("move grow_moved copy"), STANDARD("move_unlike dontunmap grow_in_place")),
                VARY("size", "16M", STANDARD("1M"), FULL("4M 64M")),
                VARY("populated", "yes", STANDARD("no"), .when = "by=move"),
                VARY("pages", "small", STANDARD("huge"), .when = "by=move")})
{
    size_t way = 0;

    while (!axis_is(s, "by", ways[way].name))
        way++;
    each_operation(s, 0, s->length / s->page_size);
    while (next_sample(s))
        if (!ways[way].work(s))
            return;
}
