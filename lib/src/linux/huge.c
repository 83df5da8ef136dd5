/* Mappings of huge pages have a page size of their own: rounding by the wrong one is refused. */
#include "os.h"

#include "fail.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/vfs.h>

#define HUGE_SHIFT     26
#define HUGE_SIZE_MASK 0x3fu

/* statfs(2). The kernel's headers, which have it, are not there for every C library. */
#define HUGETLBFS 0x958458f6u

/* The size that MAP_HUGETLB alone means; 0 if the system has no huge pages. */
static size_t default_huge_page_size(void)
{
    FILE *memory = fopen("/proc/meminfo", "re");
    char line[128];
    unsigned long kilobytes = 0;

    if (!memory)
        return 0;
    while (kilobytes == 0 && fgets(line, sizeof line, memory))
        if (sscanf(line, "Hugepagesize: %lu kB", &kilobytes) != 1)
            kilobytes = 0;
    fclose(memory);
    return (size_t)kilobytes * 1024;
}

/* The smallest size above `floor`; 0 if there is none. */
static uint64_t next_size(DIR *sizes, uint64_t floor)
{
    const struct dirent *entry;
    uint64_t next = 0;

    rewinddir(sizes);
    while ((entry = readdir(sizes))) {
        unsigned long long kilobytes;
        if (sscanf(entry->d_name, "hugepages-%llukB", &kilobytes) != 1)
            continue;
        const uint64_t size = (uint64_t)kilobytes * 1024;
        if (size > floor && (next == 0 || size < next))
            next = size;
    }
    return next;
}

int mw__os_huge_page_size(uint64_t *out, size_t index, mw_err *err)
{
    DIR *sizes = opendir("/sys/kernel/mm/hugepages");
    uint64_t size = 0;

    if (!sizes)
        return mw__fail_as(err, MW_E_END, errno, "opendir");
    do
        size = next_size(sizes, size);
    while (size != 0 && index-- > 0);
    closedir(sizes);
    if (size == 0)
        return mw__fail(err, MW_E_END, "index", MW_NOWHERE);
    *out = size;
    return MW_OK;
}

/* The kernel's own answer to a size it lacks is the same as to nonsense. */
static bool has_size(uint64_t size)
{
    uint64_t known = 0;

    for (size_t i = 0; known != size; i++)
        if (mw__os_huge_page_size(&known, i, NULL) != MW_OK)
            return false;
    return true;
}

int mw__os_huge_flags(uint64_t *raw_flags, uint64_t size, mw_err *err)
{
    unsigned shift = 0;

    *raw_flags = MAP_HUGETLB;
    if (size == MW_HUGE_DEFAULT)
        return MW_OK;
    while (shift < HUGE_SIZE_MASK && (uint64_t)1 << shift < size)
        shift++;
    if ((uint64_t)1 << shift != size)
        return mw__fail(err, MW_E_INVAL, "options.huge_page_size", MW_NOWHERE);
    if (!has_size(size))
        return mw__fail(err, MW_E_NOTSUP, "options.huge_page_size", MW_NOWHERE);
    *raw_flags |= (uint64_t)shift << HUGE_SHIFT;
    return MW_OK;
}

static int page_size_of_flags(size_t *out, uint64_t raw_flags, mw_err *err)
{
    unsigned shift = (unsigned)(raw_flags >> HUGE_SHIFT) & HUGE_SIZE_MASK;

    *out = mw_page_size();
    if (!(raw_flags & MAP_HUGETLB))
        return MW_OK;
    if (shift >= sizeof(size_t) * 8)
        return mw__fail(err, MW_E_INVAL, "options.raw_flags", MW_NOWHERE);
    *out = shift ? (size_t)1 << shift : default_huge_page_size();
    return *out >= mw_page_size() ? MW_OK : mw__fail(err, MW_E_NOTSUP, "options.raw_flags", MW_NOWHERE);
}

int mw__os_mapping_page_size(size_t *out, mw_fd fd, uint64_t block_size, uint64_t raw_flags, mw_err *err)
{
    struct statfs system;

    if (fd == MW_NO_FD)
        return page_size_of_flags(out, raw_flags, err);
    *out = mw_page_size();
    /* Files of huge pages have blocks of that size, so most files need no further question. */
    if (block_size <= *out)
        return MW_OK;
    if (fstatfs(fd, &system) != 0)
        return mw__fail_os(err, errno, "fstatfs");
    if ((uint32_t)system.f_type == HUGETLBFS)
        *out = (size_t)system.f_bsize;
    return MW_OK;
}
