/* cachestat (Linux 6.5) where the running kernel has it, else mincore through a mapping. */
#include "../page_cache.h"

#include "cachestat.h"

#include <fcntl.h>
#include <mapwise.h>
#include <sys/vfs.h>
#include <unistd.h>

/* On overlay the pages belong to the file below, and cachestat counts nothing, whatever there is. */
static bool cachestat_can_see(int file)
{
    const uint32_t overlay = 0x794c7630;
    struct statfs status;

    return fstatfs(file, &status) != 0 || (uint32_t)status.f_type != overlay;
}

static bool look_by_cachestat(struct cached_pages *out, int file, uint64_t length)
{
    struct cachestat_pages status;

    if (!cachestat_can_see(file) || !cachestat_ask(&status, file, 0, length))
        return false;
    *out = (struct cached_pages){
        .resident = status.cached, .dirty = status.dirty + status.write_back, .arriving = true};
    return true;
}

static bool look_by_mincore(struct cached_pages *out, int file, uint64_t length)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_map *map;
    bool known = false;

    options.access = MW_ACCESS_READ;
    options.flags = MW_F_NO_TRACK;
    options.length = length;
    *out = (struct cached_pages){.dirty = PAGES_UNKNOWN};
    if (mw_map_fd(&map, file, &options, NULL) == MW_OK) {
        known =
            mw_resident(NULL, &out->resident, NULL, 0, MW_RESIDENCY_COUNT, map, 0, MW_WHOLE, NULL) == MW_OK;
        mw_free(map);
    }
    return known;
}

bool page_cache_look(struct cached_pages *out, int file, uint64_t length)
{
    struct cached_pages mapped;

    if (!look_by_cachestat(out, file, length))
        return look_by_mincore(out, file, length);
    /* None has to be seen twice: there may be more file systems that cachestat is blind on. */
    if (out->resident == 0 && look_by_mincore(&mapped, file, length) && mapped.resident != 0)
        *out = mapped;
    return true;
}

static int drop_caches = -1; /* /proc/sys/vm/drop_caches */

bool page_cache_drop_caches(void)
{
    drop_caches = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);
    return drop_caches >= 0;
}

void page_cache_drop(int file)
{
    posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    if (drop_caches >= 0 && pwrite(drop_caches, "1", 1, 0) != 1)
        return; /* whoever looks next sees what is left */
}
