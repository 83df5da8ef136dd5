#include "peer.h"

#include <apr_file_io.h>
#include <apr_general.h>
#include <apr_mmap.h>
#include <apr_pools.h>

/* Cleared after each file, which is how a pool is meant to be used again. */
static apr_pool_t *pool;

static const char *start(void)
{
    if (pool || (apr_initialize() == APR_SUCCESS && apr_pool_create(&pool, NULL) == APR_SUCCESS))
        return NULL;
    return "APR could not be initialized";
}

static bool map_touch_unmap(const char *path)
{
    const apr_int32_t flags = APR_FOPEN_READ | APR_FOPEN_BINARY;
    apr_file_t *file;
    apr_finfo_t about;
    apr_mmap_t *map;
    bool mapped = false;

    if (apr_file_open(&file, path, flags, APR_FPROT_OS_DEFAULT, pool) != APR_SUCCESS)
        return false;
    if (apr_file_info_get(&about, APR_FINFO_SIZE, file) == APR_SUCCESS)
        mapped = apr_mmap_create(&map, file, 0, (apr_size_t)about.size, APR_MMAP_READ, pool) == APR_SUCCESS;
    if (mapped) {
        peer_touch(map->mm, map->size);
        apr_mmap_delete(map);
    }
    apr_file_close(file);
    apr_pool_clear(pool);
    return mapped;
}

static const struct peer apr = {.name = "apr", .start = start, .map_touch_unmap = map_touch_unmap};

PEER(apr)
