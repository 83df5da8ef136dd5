#include "peer.h"

#include <mapwise.h>

static mw_map *memory;
static void *memory_bytes;

static bool map_touch_unmap(const char *path)
{
    mw_map *map;
    void *bytes;

    if (mw_map_file(&map, path, NULL, NULL) != MW_OK)
        return false;
    const bool pinned = mw_pin(&bytes, map, 0, MW_WHOLE, MW_PROT_READ, NULL) == MW_OK;
    if (pinned) {
        peer_touch(bytes, (size_t)mw_length(map));
        mw_unpin(map, bytes);
    }
    mw_free(map);
    return pinned;
}

static void *map_memory(size_t bytes)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;

    options.access = MW_ACCESS_COPY;
    if (mw_map_anon(&memory, bytes, &options, NULL) != MW_OK)
        return NULL;
    if (mw_pin(&memory_bytes, memory, 0, MW_WHOLE, MW_PROT_WRITE, NULL) == MW_OK)
        return memory_bytes;
    mw_free(memory);
    return NULL;
}

static void unmap_memory(void)
{
    mw_unpin(memory, memory_bytes);
    mw_free(memory);
}

static size_t find(const void *needle, size_t n)
{
    uint64_t position;

    if (mw_find(&position, memory, needle, n, 0, MW_SLICE_DEFAULT, NULL) != MW_OK)
        return PEER_FAILED;
    return position == MW_NPOS ? PEER_ABSENT : (size_t)position;
}

static const struct peer_search search = {map_memory, find, unmap_memory};
static const struct peer mapwise = {.name = "mapwise", .map_touch_unmap = map_touch_unmap, .search = &search};

PEER(mapwise)
