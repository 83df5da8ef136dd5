/* Mapped pages by POSIX means: give back, protect, write back. */
#include "os.h"

#include "fail.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

size_t mw_page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

size_t mw_granularity(void)
{
    return mw_page_size();
}

int mw__os_unmap(void *address, size_t length, mw_err *err)
{
    return munmap(address, length) == 0 ? MW_OK : mw__fail_os(err, errno, "munmap");
}

int mw__os_reserve(void **out, void *address, bool fixed, size_t length, mw_err *err)
{
    const mw__mapping nothing = {.fd = MW_NO_FD,
                                 .length = length,
                                 .address = address,
                                 .flags = MW_F_NORESERVE | (fixed ? MW_F_FIXED : 0)};

    return mw__os_map(out, &nothing, err);
}

int mw__os_empty(void *address, size_t length, mw_err *err)
{
    const mw__mapping nothing = {
        .fd = MW_NO_FD, .length = length, .address = address, .over = true, .flags = MW_F_NORESERVE};
    void *same;

    return mw__os_map(&same, &nothing, err);
}

int mw__os_native_prot(uint32_t prot)
{
    return ((prot & MW_PROT_READ) ? PROT_READ : 0) | ((prot & MW_PROT_WRITE) ? PROT_WRITE : 0) |
           ((prot & MW_PROT_EXEC) ? PROT_EXEC : 0);
}

int mw__os_protect(void *address, size_t length, uint32_t prot, mw_err *err)
{
    return mprotect(address, length, mw__os_native_prot(prot)) == 0 ? MW_OK
                                                                    : mw__fail_os(err, errno, "mprotect");
}

int mw__os_sync(void *address, size_t length, bool wait, bool invalidate, mw_err *err)
{
    int flags = (wait ? MS_SYNC : MS_ASYNC) | (invalidate ? MS_INVALIDATE : 0);

    return msync(address, length, flags) == 0 ? MW_OK : mw__fail_os(err, errno, "msync");
}

/* POSIX has no barrier; DATA's waiting includes one. */
int mw__os_sync_file(mw_fd fd, mw_sync_level level, mw_err *err)
{
    bool full = level == MW_SYNC_FULL;
    const char *op = full ? "fsync" : "fdatasync";

    if ((full ? fsync(fd) : fdatasync(fd)) == 0)
        return MW_OK;
    return mw__fail_as(err, errno == EINVAL ? MW_E_NOTSUP : mw_error_from_os(errno), errno, op);
}
