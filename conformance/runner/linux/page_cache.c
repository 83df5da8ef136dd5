/* What the page cache holds of a file: cachestat(2), since Linux 6.5. */
#include "cachestat.h"

#include "calls.h"
#include "observe.h"
#include "setup.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/vfs.h>
#include <unistd.h>

/* The pages that smaps calls dirty, in a map of its own that touches each of them. */
static int64_t dirty_by_smaps(const struct scratch_file *file, off_t offset, size_t length)
{
    const size_t lead = (size_t)offset % page;
    char *map = map_file(file, offset - (off_t)lead, lead + length, PROT_READ, MAP_SHARED);

    length += lead;
    page_bytes(map, length);
    int64_t pages = atoll(smaps_pages(map, "Private_Dirty")) + atoll(smaps_pages(map, "Shared_Dirty"));
    SETUP(munmap(map, length));
    return pages;
}

/* Whether even a file that was just synchronized waits to be written, as on an overlay above tmpfs. */
static bool is_never_clean(void)
{
    struct scratch_file probe = scratch_file(page);

    SETUP(fsync(probe.descriptor));
    bool dirty = dirty_by_smaps(&probe, 0, page) > 0;
    SETUP(close(probe.descriptor));
    return dirty;
}

bool has_backing_store(const struct scratch_file *file)
{
    const uint32_t ramfs = 0x858458f6, tmpfs = 0x01021994, overlay = 0x794c7630;
    struct statfs status;

    SETUP(fstatfs(file->descriptor, &status));
    const uint32_t type = (uint32_t)status.f_type;
    return type != tmpfs && type != ramfs && !(type == overlay && is_never_clean());
}

void need_backing_store(const struct scratch_file *file)
{
    if (!has_backing_store(file))
        unsupported("files of this file system live in memory only: nothing is ever written back");
}

/* Whether any page of the file is in memory. */
static bool anything_cached(const struct scratch_file *file, size_t length)
{
    size_t pages = (length + page - 1) / page;
    unsigned char *vector = malloc(pages);
    void *map = map_file(file, 0, length, PROT_NONE, MAP_SHARED);
    bool any = false;

    if (!vector)
        setup_failed("malloc: out of memory");
    SETUP(mincore(map, length, vector));
    for (size_t i = 0; i < pages; i++)
        any = any || (vector[i] & 1);
    SETUP(munmap(map, length));
    free(vector);
    return any;
}

/* cachestat, where it sees what mincore sees: of a file on overlay it always counts nothing. */
static bool trusted_cachestat(struct cachestat_pages *answer, const struct scratch_file *file, off_t offset,
                              size_t length)
{
    if (!cachestat_ask(answer, file->descriptor, (uint64_t)offset, length))
        return false;
    return answer->cached != 0 || !anything_cached(file, (size_t)offset + length);
}

static int64_t count_dirty(const struct scratch_file *file, off_t offset, size_t length)
{
    struct cachestat_pages answer;

    if (trusted_cachestat(&answer, file, offset, length))
        return (int64_t)(answer.dirty + answer.write_back);
    return dirty_by_smaps(file, offset, length);
}

const char *dirty_pages(const struct scratch_file *file, off_t offset, size_t length)
{
    need_backing_store(file);
    return number(count_dirty(file, offset, length));
}

const char *unwritten_pages(const struct scratch_file *file, off_t offset, size_t length)
{
    return number(has_backing_store(file) ? count_dirty(file, offset, length) : 0);
}

void make_dirty(volatile char *map, const struct scratch_file *file, off_t offset, size_t length, int value)
{
    const off_t start = offset - offset % (off_t)page;
    const size_t pages = ((size_t)(offset - start) + length + page - 1) / page;
    const bool waits = has_backing_store(file);

    for (int attempt = 0; attempt < 100; attempt++) {
        for (size_t at = 0; at < length; at += page)
            map[at] = (char)value;
        if (!waits || count_dirty(file, start, pages * page) >= (int64_t)pages)
            return;
    }
    unsupported("what is stored never waits to be written here");
}

const char *cached_pages(const struct scratch_file *file, off_t offset, size_t length)
{
    struct cachestat_pages answer;

    if (!cachestat_ask(&answer, file->descriptor, (uint64_t)offset, length))
        unsupported("needs cachestat, Linux 6.5");
    return number((int64_t)answer.cached);
}

void evict_file(const struct scratch_file *file)
{
    const int attempts = 100; /* others may hold a page for a moment */
    off_t length = (off_t)SETUP(lseek(file->descriptor, 0, SEEK_END));

    need_backing_store(file);
    for (int attempt = 0; attempt < attempts; attempt++) {
        SETUP(fsync(file->descriptor));
        posix_fadvise(file->descriptor, 0, 0, POSIX_FADV_DONTNEED);
        if (!anything_cached(file, (size_t)length))
            return;
        sched_yield();
    }
    unsupported("this file system keeps the pages of a file in memory");
}
