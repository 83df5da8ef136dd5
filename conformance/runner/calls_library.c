/* libmapwise in the place of the system's calls, where one of its calls says the same. What it would refuse
 * by itself tells nothing of the system, so that ends the case as UNSUPPORTED; what the system refuses comes
 * through as the errno that it was. */
#include "calls.h"

#include "mapwise.h"
#include "setup.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

enum { MAPS_MAX = 256 };

/* The maps that there are. Threads may make some, and fork meanwhile: no lock is held at any time. */
static struct own_map {
    _Atomic bool taken;
    mw_map *map;
    char *base;
    size_t length;
} maps[MAPS_MAX];

/* 0 or -1 and errno; what was not refused by the system's call of that name ends the case. */
static int answer(const char *call, int code, const mw_err *err)
{
    if (code == MW_OK)
        return 0;
    if (err->os == 0 || strncmp(err->op, call, strlen(call)) != 0)
        unsupported("libmapwise refuses that itself: %s, %s", mw_error_name(code), err->op);
    errno = err->os;
    return -1;
}

static size_t whole_pages(size_t length)
{
    return length > SIZE_MAX - page ? 0 : (length + page - 1) / page * page;
}

/* ---- making maps -------------------------------------------------------- */

static uint32_t library_protection(int protection)
{
    if (protection & ~(PROT_READ | PROT_WRITE | PROT_EXEC))
        unsupported("libmapwise has no such right");
    return (protection & PROT_READ ? MW_PROT_READ : 0) | (protection & PROT_WRITE ? MW_PROT_WRITE : 0) |
           (protection & PROT_EXEC ? MW_PROT_EXEC : 0) | (protection == PROT_NONE ? MW_PROT_NONE : 0);
}

static mw_map_options options_for(void *address, size_t length, int protection, int flags, off_t offset)
{
    mw_map_options options =
        MW_MAP_OPTIONS_WITH(MW_ACCESS_DEFAULT, MW_F_NO_TRACK | MW_F_RAW_UNCHECKED, whole_pages(length));
    const int fixed_no_replace = CONSTANT(MAP_FIXED_NOREPLACE);
    const int said_otherwise = MAP_SHARED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | fixed_no_replace;
    const bool shared = (flags & (MAP_SHARED | MAP_PRIVATE)) == MAP_SHARED;

    if (!shared && (flags & (MAP_SHARED | MAP_PRIVATE)) != MAP_PRIVATE)
        unsupported("to libmapwise a map is shared or private, nothing else");
    if (flags & MAP_FIXED)
        unsupported("libmapwise never maps in the place of something");
    if (length == 0 || options.length == 0 || offset < 0 || (flags & MAP_ANONYMOUS && offset != 0))
        unsupported("libmapwise takes no such length or offset for one");
    options.flags |= flags & MAP_NORESERVE ? MW_F_NORESERVE : 0;
    options.flags |= flags & fixed_no_replace ? MW_F_FIXED : 0;
    options.flags |= flags & MAP_ANONYMOUS ? 0 : MW_F_SLACK_OK | MW_F_STRICT_ALIGN;
    options.raw_flags = (uint64_t)(unsigned)(flags & ~said_otherwise);
    options.address = address;
    options.offset = (uint64_t)offset;
    if (shared)
        options.prot = library_protection(protection);
    else
        options.access = MW_ACCESS_COPY;
    return options;
}

static struct own_map *free_place(void)
{
    for (size_t i = 0; i < MAPS_MAX; i++) {
        bool taken = false;
        if (atomic_compare_exchange_strong(&maps[i].taken, &taken, true))
            return &maps[i];
    }
    unsupported("a case makes at most %d maps by way of libmapwise", MAPS_MAX);
}

/* A private map is made for reading and writing, and gets its rights afterwards. */
static int give_rights(mw_map *map, int protection, int flags, mw_err *err)
{
    if (!(flags & MAP_PRIVATE) || protection == (PROT_READ | PROT_WRITE))
        return MW_OK;
    return mw_protect(map, 0, MW_WHOLE, library_protection(protection), err);
}

static void *library_map(void *address, size_t length, int protection, int flags, int descriptor,
                         off_t offset)
{
    const mw_map_options options = options_for(address, length, protection, flags, offset);
    struct own_map *place = free_place();
    mw_info info = MW_INFO_INIT;
    mw_err err = {0};
    int code = flags & MAP_ANONYMOUS ? mw_map_anon(&place->map, options.length, &options, &err)
                                     : mw_map_fd(&place->map, descriptor, &options, &err);

    if (code == MW_OK && (code = give_rights(place->map, protection, flags, &err)) != MW_OK) {
        mw_free(place->map);
        place->map = NULL;
    }
    if (code != MW_OK && flags & MAP_PRIVATE && protection != (PROT_READ | PROT_WRITE))
        unsupported("libmapwise makes private maps for reading and writing first");
    if (code != MW_OK)
        place->taken = false;
    if (answer("mmap", code, &err) != 0)
        return MAP_FAILED;
    SETUP(mw_info_get(&info, place->map, NULL));
    place->base = (char *)(uintptr_t)info.base;
    place->length = (size_t)info.length;
    return place->base;
}

/* ---- working with them -------------------------------------------------- */

/* The map that holds the range, whose start *offset tells. */
static struct own_map *own(const void *address, size_t length, uint64_t *offset)
{
    const uintptr_t start = (uintptr_t)address;

    for (size_t i = 0; i < MAPS_MAX; i++) {
        const uintptr_t base = (uintptr_t)maps[i].base;
        if (!maps[i].map || start < base || start - base >= maps[i].length ||
            length > maps[i].length - (start - base))
            continue;
        if (start % page != 0 || length == 0)
            break;
        *offset = start - base;
        return &maps[i];
    }
    unsupported("libmapwise takes whole pages of one of its maps only");
}

static int library_unmap(void *address, size_t length)
{
    uint64_t offset;
    struct own_map *whole = own(address, length, &offset);
    mw_err err = {0};

    if (offset != 0 || whole_pages(length) != whole->length)
        unsupported("libmapwise unmaps whole maps only");
    if (answer("munmap", mw_unmap(whole->map, &err), &err) != 0)
        return -1;
    mw_free(whole->map);
    whole->map = NULL;
    whole->taken = false;
    return 0;
}

static int library_protect(void *address, size_t length, int protection)
{
    uint64_t offset;
    struct own_map *map = own(address, length, &offset);
    mw_err err = {0};

    return answer("mprotect", mw_protect(map->map, offset, length, library_protection(protection), &err),
                  &err);
}

static int library_sync(void *address, size_t length, int flags)
{
    uint64_t offset;
    struct own_map *map = own(address, length, &offset);
    const int level = flags & ~MS_INVALIDATE;
    mw_err err = {0};

    if (level != MS_SYNC && level != MS_ASYNC)
        unsupported("libmapwise has no such level");
    return answer("msync",
                  mw_sync(map->map, offset, length, level == MS_SYNC ? MW_SYNC_WAIT : MW_SYNC_ASYNC,
                          flags & MS_INVALIDATE ? MW_SYNC_INVALIDATE : 0, &err),
                  &err);
}

static int library_advise(void *address, size_t length, int advice)
{
    uint64_t offset;
    struct own_map *map = own(address, length, &offset);
    mw_err err = {0};

    if (length % page != 0)
        unsupported("what of a page is not in the range libmapwise does not advise");
    return answer("madvise", mw_advise_raw(map->map, offset, length, advice, &err), &err);
}

static int library_residency(void *address, size_t length, unsigned char *vector)
{
    uint64_t offset;
    struct own_map *map = own(address, length, &offset);
    mw_err err = {0};

    if ((mincore)(map->base, 1, vector) != 0)
        unsupported("libmapwise takes a buffer that can be written only");
    return answer("mincore",
                  mw_resident(NULL, NULL, vector, whole_pages(length) / page, MW_RESIDENCY_NATIVE, map->map,
                              offset, length, &err),
                  &err);
}

static int library_lock_some(const void *address, size_t length, unsigned flags)
{
    uint64_t offset;
    struct own_map *map = own(address, length, &offset);
    const unsigned on_fault = (unsigned)CONSTANT(MLOCK_ONFAULT);
    mw_err err = {0};

    if (flags & ~on_fault)
        unsupported("libmapwise has no such flag");
    return answer("mlock", mw_lock(map->map, offset, length, flags ? MW_LOCK_ON_FAULT : 0, &err), &err);
}

static int library_lock(const void *address, size_t length)
{
    return library_lock_some(address, length, 0);
}

static int library_unlock(const void *address, size_t length)
{
    uint64_t offset;
    struct own_map *map = own(address, length, &offset);
    mw_err err = {0};

    return answer("munlock", mw_unlock(map->map, offset, length, &err), &err);
}

static void *library_remap(void *address, size_t old_length, size_t new_length, int flags, void *new_address)
{
    uint64_t offset;
    struct own_map *map = own(address, old_length, &offset);
    mw_info info = MW_INFO_INIT;
    mw_err err = {0};
    uint32_t how;

    (void)new_address;
    if ((flags & ~MREMAP_MAYMOVE) || offset != 0 || whole_pages(old_length) != map->length || new_length == 0)
        unsupported("libmapwise makes a whole map longer or shorter, nothing else");
    SETUP(mw_info_get(&info, map->map, NULL));
    how = (flags & MREMAP_MAYMOVE ? MW_RESIZE_MAY_MOVE : 0u) |
          (info.source == MW_SOURCE_FILE ? MW_RESIZE_KEEP_FILE : 0u);
    if (answer("mremap", mw_resize(map->map, whole_pages(new_length), how, &err), &err) != 0)
        return MAP_FAILED;
    SETUP(mw_info_get(&info, map->map, NULL));
    map->base = (char *)(uintptr_t)info.base;
    map->length = (size_t)info.length;
    return map->base;
}

const struct calls library_calls = {
    .name = "library",
    .summary = "libmapwise",
    .map = library_map,
    .unmap = library_unmap,
    .protect = library_protect,
    .sync = library_sync,
    .advise = library_advise,
    .residency = library_residency,
    .lock = library_lock,
    .unlock = library_unlock,
    /* What no map is concerned with stays as it is. */
    .lock_all = mlockall,
    .unlock_all = munlockall,
    .truncate_file = ftruncate,
    .remap = library_remap,
    .lock_some = library_lock_some,
    .memory_file = memfd_create,
};
