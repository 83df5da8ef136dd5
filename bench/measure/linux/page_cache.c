/* cachestat (Linux 6.5) where the running kernel has it, else mincore through a mapping. */
#include "../page_cache.h"

#include <fcntl.h>
#include <mapwise.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Not in the C library's headers of 2022; the number is the same on every architecture but alpha. */
#ifndef SYS_cachestat
#ifdef __alpha__
#define SYS_cachestat 561
#else
#define SYS_cachestat 451
#endif
#endif

struct cachestat_range {
    uint64_t offset, length;
};

struct cachestat {
    uint64_t cached, dirty, writeback, evicted, recently_evicted;
};

static bool look_by_cachestat(struct cached_pages *out, int file, uint64_t length)
{
    struct cachestat_range range = {0, length};
    struct cachestat status;

    if (syscall(SYS_cachestat, file, &range, &status, 0) != 0)
        return false;
    *out = (struct cached_pages){.resident = status.cached, .dirty = status.dirty + status.writeback};
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
    return look_by_cachestat(out, file, length) || look_by_mincore(out, file, length);
}

void page_cache_drop(int file)
{
    posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
}
