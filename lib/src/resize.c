/* Longer, shorter, or another part of the file. */
#include "mapwise/resize.h"

#include "checked.h"
#include "create.h"
#include "gate.h"
#include "standing.h"
#include "storage.h"

#include <string.h>

/* ---- what is asked ------------------------------------------------------ */

typedef struct change {
    uint64_t length;      /* of the map */
    size_t region_length; /* of its pages */
    uint64_t file_size;   /* now; 0 if there is no file */
    uint64_t new_size;    /* then */
    uint32_t flags;
} change;

static bool has_file(const mw_map *map)
{
    return map->source == MW_SOURCE_FILE || map->fd != MW_NO_FD;
}

static int check_map(const mw_map *map, uint64_t length, uint32_t flags, mw_err *err)
{
    const uint32_t known = MW_RESIZE_MAY_MOVE | MW_RESIZE_KEEP_FILE | MW_RESIZE_PREALLOC;
    const bool is_file = map->source == MW_SOURCE_FILE;

    if ((flags & ~known) || (flags & MW_RESIZE_PREALLOC && (!is_file || (flags & MW_RESIZE_KEEP_FILE))) ||
        (flags & MW_RESIZE_KEEP_FILE && !is_file))
        return mw__fail(err, MW_E_INVAL, "flags", MW_NOWHERE);
    if (length == MW_WHOLE && !(flags & MW_RESIZE_KEEP_FILE))
        return mw__fail(err, MW_E_INVAL, "length", MW_NOWHERE);
    if (map->source == MW_SOURCE_COPY || (is_file && map->access == MW_ACCESS_COPY) ||
        (map->access == MW_ACCESS_READ && !(flags & MW_RESIZE_KEEP_FILE)))
        return mw__fail(err, MW_E_RDONLY, "map", MW_NOWHERE);
    if ((!is_file && map->source != MW_SOURCE_ANONYMOUS) || (map->flags & MW_F_NO_TRACK))
        return mw__fail(err, MW_E_INVAL, "map", MW_NOWHERE);
    return MW_OK;
}

static int lay_out(change *to, const mw_map *map, mw_err *err)
{
    uint64_t end;
    uint64_t bytes;
    uint64_t rounded;

    if (!mw__add(&end, map->offset, to->length) || end > (uint64_t)INT64_MAX ||
        !mw__add(&bytes, map->lead, to->length) || !mw__round_up(&rounded, bytes, map->page_size) ||
        rounded > (uint64_t)PTRDIFF_MAX)
        return mw__fail(err, MW_E_OVERFLOW, "length", map->offset);
    to->region_length = to->length == 0 ? 0 : (size_t)rounded;
    return MW_OK;
}

/* What becomes of the file: it is never cut off behind what the map has not reached. */
static int plan_file(change *to, const mw_map *map, mw_err *err)
{
    mw__file_facts facts;
    int code;

    if (!has_file(map))
        return lay_out(to, map, err);
    if ((code = mw__os_file_facts(&facts, map->fd, err)) != MW_OK)
        return code;
    to->file_size = facts.size;
    to->new_size = facts.size;
    if (to->length == MW_WHOLE) {
        if (facts.size < map->offset)
            return mw__fail(err, MW_E_RANGE, "length", facts.size);
        to->length = facts.size - map->offset;
    }
    if ((code = lay_out(to, map, err)) != MW_OK)
        return code;

    const uint64_t end = map->offset + to->length;
    if (to->flags & MW_RESIZE_KEEP_FILE)
        return end > facts.size && !(map->flags & MW_F_SLACK_OK)
                   ? mw__fail(err, MW_E_SHORT, "length", facts.size)
                   : MW_OK;
    if (end > facts.size || facts.size <= map->offset + map->length)
        to->new_size = end;
    return MW_OK;
}

/* ---- pages -------------------------------------------------------------- */

/* The rights of the last page are those of the pages after it. A guard is not. */
static uint32_t last_rights(const mw_map *map)
{
    uint32_t bits = map->rights.bits;

    if (map->region_length != 0)
        mw__rights_run_at(&bits, &map->rights, map->region_length - 1, map->region_length);
    return bits | MW_RIGHT_OPEN;
}

/* Bytes [start, end) of a region that belongs to `map`, wherever it lies. */
static int map_part(void **out, const mw_map *map, void *address, mw__range part, mw_err *err)
{
    const mw__mapping mapping = {.fd = map->fd,
                                 .shared = map->shared,
                                 .prot = last_rights(map) & ~MW_RIGHT_OPEN,
                                 .file_offset = has_file(map) ? map->offset - map->lead + part.start : 0,
                                 .length = (size_t)(part.end - part.start),
                                 .address = address,
                                 .over = address != NULL,
                                 .flags = map->flags & (MW_F_NORESERVE | MW_F_RAW_UNCHECKED),
                                 .raw_flags = map->raw_flags};
    int code = mw__os_map(out, &mapping, err);

    if (code != MW_OK || (code = mw__standing_apply(map, *out, mapping.length, err)) == MW_OK)
        return code;
    if (mapping.over)
        mw__os_empty(*out, mapping.length, NULL);
    else
        mw__os_unmap(*out, mapping.length, NULL);
    return code;
}

/* The rights on record for a page, given to it in another place. */
static int copy_rights(const mw_map *map, unsigned char *region, mw_err *err)
{
    uint64_t position = 0;

    while (position < map->region_length) {
        uint32_t bits;
        mw__range run = mw__rights_run_at(&bits, &map->rights, position, map->region_length);
        const size_t length = (size_t)(run.end - run.start);
        int code = mw__os_protect(region + run.start, length, bits & ~MW_RIGHT_OPEN, err);
        if (code == MW_OK && !(bits & MW_RIGHT_OPEN))
            code =
                mw__os_advise(region + run.start, length, mw__os_advice_native(MW_ADVICE_GUARD_INSTALL), err);
        if (code != MW_OK)
            return code;
        position = run.end;
    }
    return MW_OK;
}

/* Private pages exist nowhere else. Those that may not be read are made readable; the old region is about to
 * go, but if that fails it must be as it was. */
static int copy_contents(const mw_map *map, unsigned char *region, mw_err *err)
{
    uint64_t position = 0;
    int code = mw__os_protect(region, map->region_length, MW_PROT_READ | MW_PROT_WRITE, err);

    while (code == MW_OK && position < map->region_length) {
        uint32_t bits;
        mw__range run = mw__rights_run_at(&bits, &map->rights, position, map->region_length);
        const size_t length = (size_t)(run.end - run.start);
        const bool closed = !(bits & MW_PROT_READ);
        position = run.end;
        if (!(bits & MW_RIGHT_OPEN))
            continue; /* a guard has dropped what was there */
        if (closed && (code = mw__os_protect(map->region + run.start, length, MW_PROT_READ, err)) != MW_OK)
            break;
        memcpy(region + run.start, map->region + run.start, length);
        if (closed)
            mw__os_protect(map->region + run.start, length, bits & ~MW_RIGHT_OPEN, NULL);
    }
    return code;
}

/* The pages are at `region` now; where they were is given up, or else the new place is. */
static int leave_old(const mw_map *map, void *region, size_t length, mw_err *err)
{
    int code = map->room != 0 ? mw__os_unmap(map->region, map->room, err) : MW_OK;

    if (code != MW_OK)
        mw__os_unmap(region, length, NULL);
    return code;
}

/* The map anew, in another place: for pages that the system can't move in one piece, and for systems that
 * can't move any. */
static int move_by_hand(void **region, const mw_map *map, size_t new_length, mw_err *err)
{
    int code = map_part(region, map, NULL, (mw__range){0, new_length}, err);

    if (code != MW_OK)
        return code;
    if (!map->shared)
        code = copy_contents(map, *region, err);
    if (code == MW_OK)
        code = copy_rights(map, *region, err);
    if (code != MW_OK) {
        mw__os_unmap(*region, new_length, NULL);
        return code;
    }
    return leave_old(map, *region, new_length, err);
}

/* More pages behind those that are there. *room is the address space that the region has after that. */
static int grow_region(void **region, size_t *room, const mw_map *map, const change *to, mw_err *err)
{
    const bool may_move = (to->flags & MW_RESIZE_MAY_MOVE) != 0;
    void *part;
    int code;

    *region = map->region;
    *room = map->room;
    if (to->region_length <= map->room)
        return map_part(&part, map, map->region + map->region_length,
                        (mw__range){map->region_length, to->region_length}, err);
    *room = to->region_length;
    if (map->region_length == 0) {
        if (map->room != 0 && !may_move)
            return mw__fail(err, MW_E_NOMEM, "reserve", map->room);
        if ((code = map_part(region, map, NULL, (mw__range){0, to->region_length}, err)) == MW_OK)
            code = leave_old(map, *region, to->region_length, err);
        return code;
    }
    code = mw__os_extend(region, map->region_length, to->region_length, map->page_size, may_move, err);
    if (code == MW_E_NOTSUP && may_move)
        return move_by_hand(region, map, to->region_length, err);
    if (code == MW_OK && *region != map->region && map->room > map->region_length)
        mw__os_unmap(map->region + map->region_length, map->room - map->region_length, NULL);
    return code;
}

/* The tail goes; if the system can't do without it (a split needs a free entry in its tables), it stays, out
 * of everybody's reach. */
static void shrink_region(mw_map *map, size_t new_length)
{
    unsigned char *tail = map->region + new_length;
    const size_t length = map->region_length - new_length;

    if ((map->keeps_room ? mw__os_empty(tail, length, NULL) : mw__os_unmap(tail, length, NULL)) != MW_OK) {
        if (!has_file(map))
            mw__os_advise(tail, length, mw__os_advice_native(MW_ADVICE_DONTNEED), NULL);
        return;
    }
    map->region_length = new_length;
    if (!map->keeps_room)
        map->room = new_length;
    if (map->room == 0)
        map->region = NULL;
}

/* Bytes of the last page that are no longer part of the map must read as zero if they are again. For a file
 * the system sees to that. */
static int clear_tail(const mw_map *map, uint64_t length, mw_err *err)
{
    const uint64_t start = map->lead + length;
    const uint64_t page = mw__round_down(start, map->page_size);
    uint32_t bits;
    int code = MW_OK;

    if (has_file(map) || start == page)
        return MW_OK;
    mw__rights_run_at(&bits, &map->rights, page, map->region_length);
    const bool closed = !(bits & MW_PROT_WRITE);
    if (!(bits & MW_RIGHT_OPEN))
        return MW_OK;
    if (closed && (code = mw__os_protect(map->region + page, map->page_size, MW_PROT_READ | MW_PROT_WRITE,
                                         err)) != MW_OK)
        return code;
    memset(map->region + start, 0, (size_t)(page + map->page_size - start));
    /* The page is a mapping of its own by now, so there is nothing left that could be refused twice. */
    for (int round = 0; closed && round < 2; round++)
        if (mw__os_protect(map->region + page, map->page_size, bits & ~MW_RIGHT_OPEN, NULL) == MW_OK)
            break;
    return MW_OK;
}

/* ---- the whole of it ---------------------------------------------------- */

static int resize_file(const mw_map *map, uint64_t from, uint64_t to, mw_err *err)
{
    return from == to ? MW_OK : mw__os_file_resize(map->fd, to, err);
}

static int grow(mw_map *map, const change *to, mw_err *err)
{
    /* More pages than the length needs may have stayed when it became shorter. */
    const bool has_pages = to->region_length <= map->region_length;
    const size_t pages = has_pages ? map->region_length : to->region_length;
    mw__rights rights;
    mw_err refusal;
    void *region = map->region;
    size_t room = map->room;
    int code = mw__rights_resize(&rights, &map->rights, map->region_length, pages, last_rights(map), err);

    if (code != MW_OK)
        return code;
    if ((code = resize_file(map, to->file_size, to->new_size, &refusal)) == MW_OK) {
        if (to->flags & MW_RESIZE_PREALLOC)
            code = mw__os_preallocate(map->fd, map->offset + map->length, to->length - map->length, &refusal);
        if (code == MW_OK && !has_pages)
            code = grow_region(&region, &room, map, to, &refusal);
        if (code != MW_OK)
            mw__shrink_back(map->fd, to->new_size, to->file_size);
    }
    if (code != MW_OK) {
        mw__rights_release(&rights);
        if (err)
            *err = refusal;
        return code;
    }
    if (region != map->region && map->region_length != 0)
        mw__handle_changed(map);
    mw__rights_release(&map->rights);
    map->rights = rights;
    map->region = region;
    map->region_length = pages;
    map->keeps_room = map->keeps_room && room == map->room;
    map->room = room;
    map->length = to->length;
    return MW_OK;
}

static int shrink(mw_map *map, const change *to, mw_err *err)
{
    mw__rights rights;
    int code = mw__rights_resize(&rights, &map->rights, map->region_length, to->region_length,
                                 last_rights(map), err);

    if (code != MW_OK)
        return code;
    if ((code = resize_file(map, to->file_size, to->new_size, err)) != MW_OK ||
        (code = clear_tail(map, to->length, err)) != MW_OK) {
        mw__rights_release(&rights);
        return code;
    }
    mw__handle_changed(map);
    map->length = to->length;
    if (to->region_length < map->region_length)
        shrink_region(map, to->region_length);
    if (map->region_length == to->region_length) {
        mw__rights_release(&map->rights);
        map->rights = rights;
    } else {
        mw__rights_release(&rights);
    }
    return MW_OK;
}

/* Shared memory that is no file could grow, but not be touched there. */
static bool needs_file(const mw_map *map, uint64_t length)
{
    return map->source == MW_SOURCE_ANONYMOUS && map->shared && map->fd == MW_NO_FD && length > map->length;
}

/* What was empty until now has nothing that others share yet, so that it can still become a file. */
static int resize_with_new_file(mw_map *map, change *to, mw_err *err)
{
    int code = mw__os_memory_file(&map->fd, "mapwise", 0, err);

    if (code != MW_OK)
        return code;
    if ((code = plan_file(to, map, err)) == MW_OK)
        code = grow(map, to, err);
    if (code != MW_OK) {
        mw__os_close(map->fd, NULL);
        map->fd = MW_NO_FD;
    }
    return code;
}

static int resize(mw_map *map, uint64_t length, uint32_t flags, mw_err *err)
{
    change to = {.length = length, .flags = flags};
    int code;

    if (map->closed)
        return mw__fail(err, MW_E_CLOSED, "map", MW_NOWHERE);
    if ((code = check_map(map, length, flags, err)) != MW_OK)
        return code;
    if (length == map->length)
        return MW_OK;
    if (needs_file(map, length)) {
        if (map->region_length != 0)
            return mw__fail(err, MW_E_NOTSUP, "map", MW_NOWHERE);
        return resize_with_new_file(map, &to, err);
    }
    if ((code = plan_file(&to, map, err)) != MW_OK || to.length == map->length)
        return code;
    return to.length > map->length ? grow(map, &to, err) : shrink(map, &to, err);
}

int mw_resize(mw_map *map, uint64_t length, uint32_t flags, mw_err *err)
{
    int code = mw__enter_exclusive(map, err);

    if (code != MW_OK)
        return code;
    code = resize(map, length, flags, err);
    mw__leave_exclusive(map);
    return code;
}

/* ---- another part of the file ------------------------------------------- */

/* The options that would have made the map as it is, there. */
static mw_map_options options_of(const mw_map *map, uint64_t offset, uint64_t length)
{
    const mw__range all = {0, map->region_length};
    const uint32_t common = map->region_length ? mw__rights_common(&map->rights, all) : map->rights.bits;
    const uint32_t prot = common & ~MW_RIGHT_OPEN;
    mw_map_options options = MW_MAP_OPTIONS_INIT;

    options.flags = map->flags & (MW_F_NORESERVE | MW_F_POPULATE | MW_F_SLACK_OK | MW_F_STRICT_EMPTY |
                                  MW_F_STRICT_ALIGN | MW_F_RAW_UNCHECKED);
    options.prot = prot ? prot : MW_PROT_NONE;
    options.offset = offset;
    options.length = length;
    options.raw_flags = map->raw_flags;
    options.reserve = map->keeps_room ? map->room - map->lead : 0;
    return options;
}

static int rewindow(mw_map *map, uint64_t offset, uint64_t length, mw_err *err)
{
    const mw_map_options options = options_of(map, offset, length);
    mw__file_facts facts;
    mw__plan plan;
    mw_map other;
    int code;

    if (map->closed)
        return mw__fail(err, MW_E_CLOSED, "map", MW_NOWHERE);
    if ((map->source != MW_SOURCE_FILE && map->source != MW_SOURCE_NAMED) || map->access == MW_ACCESS_COPY ||
        map->fd == MW_NO_FD)
        return mw__fail(err, MW_E_INVAL, "map", MW_NOWHERE);
    if ((code = mw__os_file_facts(&facts, map->fd, err)) != MW_OK ||
        (code = mw__plan_file(&plan, &options, &facts, map->page_size, err)) != MW_OK ||
        (code = mw__make_region(&other, &plan, &options, map->fd, err)) != MW_OK)
        return code;
    if (other.region_length != 0)
        code = mw__standing_apply(map, other.region, other.region_length, err);
    if (code == MW_OK && map->room != 0)
        code = mw__os_unmap(map->region, map->room, err);
    if (code != MW_OK) {
        if (other.room != 0)
            mw__os_unmap(other.region, other.room, NULL);
        return code;
    }
    mw__handle_changed(map);
    mw__rights_release(&map->rights);
    map->rights = other.rights;
    map->offset = other.offset;
    map->length = other.length;
    map->lead = other.lead;
    map->region = other.region;
    map->region_length = other.region_length;
    map->room = other.room;
    map->keeps_room = other.keeps_room;
    return MW_OK;
}

int mw_rewindow(mw_map *map, uint64_t offset, uint64_t length, mw_err *err)
{
    int code = mw__enter_exclusive(map, err);

    if (code != MW_OK)
        return code;
    code = rewindow(map, offset, length, err);
    mw__leave_exclusive(map);
    return code;
}
