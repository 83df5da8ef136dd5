#include "../query.h"

#include "cachestat.h"

#include <errno.h>
#include <fcntl.h>
#include <mapwise.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static int64_t unknown_or_failed(int error)
{
    errno = error;
    return error == ENOSYS || error == ENOTTY || error == ENOENT ? QUERY_UNKNOWN : QUERY_FAILED;
}

static int64_t by_mincore(const struct query *query)
{
    const size_t pages = (size_t)(query->length / mw_page_size());
    int64_t resident = 0;

    if (mincore((void *)(uintptr_t)query->address, (size_t)query->length, query->buffer) != 0)
        return unknown_or_failed(errno);
    for (size_t i = 0; i < pages; i++)
        resident += query->buffer[i] & 1;
    return resident;
}

static int64_t by_cachestat(const struct query *query)
{
    struct cachestat_pages pages;

    return cachestat_ask(&pages, query->file, 0, query->length) ? (int64_t)pages.cached
                                                                : unknown_or_failed(errno);
}

static int open_own(const char *path)
{
    return open(path, O_RDONLY | O_CLOEXEC);
}

static int64_t by_pagemap(const struct query *query)
{
    const size_t page = mw_page_size(), pages = (size_t)(query->length / page);
    uint64_t *words = (uint64_t *)(void *)query->buffer;
    const size_t wanted = pages * sizeof words[0];
    const int file = open_own("/proc/self/pagemap");
    int64_t present = 0;

    if (file < 0)
        return unknown_or_failed(errno);
    const off_t from = (off_t)((uintptr_t)query->address / page * sizeof words[0]);
    const ssize_t got = pread(file, words, wanted, from);
    close(file);
    if (got != (ssize_t)wanted)
        return QUERY_FAILED;
    for (size_t i = 0; i < pages; i++)
        present += (int64_t)(words[i] >> 63);
    return present;
}

/* ---- PAGEMAP_SCAN, Linux 6.7; not in the headers of 2023 ---- */

struct region {
    uint64_t start, end, categories;
};

struct scan {
    uint64_t size, flags, start, end, walk_end, regions, region_count, pages_most;
    uint64_t inverted, all_of, any_of, told; /* categories */
};

static int64_t by_pagemap_scan(const struct query *query)
{
    const uint64_t present = 1 << 3;
    const uintptr_t start = (uintptr_t)query->address;
    const struct region *regions = (const struct region *)(const void *)query->buffer;
    struct scan scan = {.size = sizeof scan,
                        .start = start,
                        .end = start + query->length,
                        .regions = (uintptr_t)query->buffer,
                        .region_count = query->capacity / sizeof *regions,
                        .all_of = present,
                        .told = present};
    const int file = open_own("/proc/self/pagemap");
    uint64_t bytes = 0;

    if (file < 0)
        return unknown_or_failed(errno);
    /* C libraries differ about the type of the request. */
    const long count = syscall(SYS_ioctl, file, _IOWR('f', 16, struct scan), &scan);
    const int error = errno;
    close(file);
    if (count < 0)
        return unknown_or_failed(error);
    for (long i = 0; i < count; i++)
        bytes += regions[i].end - regions[i].start;
    return (int64_t)(bytes / mw_page_size());
}

/* ---- texts ---- */

static int64_t by_reading(const char *path, const struct query *query)
{
    const int file = open_own(path);
    ssize_t got;

    if (file < 0)
        return unknown_or_failed(errno);
    do
        got = read(file, query->buffer, query->capacity);
    while (got > 0);
    close(file);
    return got == 0 ? QUERY_DONE : QUERY_FAILED;
}

static int64_t by_smaps(const struct query *query)
{
    return by_reading("/proc/self/smaps", query);
}

static int64_t by_smaps_rollup(const struct query *query)
{
    return by_reading("/proc/self/smaps_rollup", query);
}

query_function query_named(const char *name)
{
    static const struct {
        const char *name;
        query_function ask;
    } queries[] = {
        {"mincore", by_mincore},           {"cachestat", by_cachestat}, {"pagemap", by_pagemap},
        {"pagemap_scan", by_pagemap_scan}, {"smaps", by_smaps},         {"smaps_rollup", by_smaps_rollup},
    };

    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++)
        if (strcmp(queries[i].name, name) == 0)
            return queries[i].ask;
    return NULL;
}
