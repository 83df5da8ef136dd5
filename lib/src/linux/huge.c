/* Mappings of huge pages have a page size of their own: rounding by the wrong one is refused. */
#include "os.h"

#include "fail.h"

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
