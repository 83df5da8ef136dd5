/* What Linux adds to POSIX for files. */
#include "os.h"

#include "fail.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

int mw__os_seals_check(mw_fd fd, mw_err *err)
{
    int seals = fcntl(fd, F_GET_SEALS); /* -1: a file that cannot be sealed */

    return seals >= 0 && (seals & (F_SEAL_GROW | F_SEAL_SHRINK)) ? mw__fail_os(err, EPERM, "ftruncate")
                                                                 : MW_OK;
}

int mw__os_memory_file(mw_fd *out, const char *name, uint64_t size, mw_err *err)
{
    int fd = mw__os_move_up(memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
    int code;

    if (fd < 0)
        return mw__fail_os(err, errno, "memfd_create");
    if ((code = mw__os_file_resize(fd, size, err)) != MW_OK)
        mw__os_close(fd, NULL);
    else
        *out = fd;
    return code;
}

/* fallocate and not posix_fallocate: where the file system cannot do it, the C library of GNU would write
 * into every block, which is slow and races with whoever else writes. */
int mw__os_preallocate(mw_fd fd, uint64_t offset, uint64_t length, mw_err *err)
{
    int failed;

    do
        failed = fallocate(fd, 0, (off_t)offset, (off_t)length);
    while (failed && errno == EINTR);
    return failed ? mw__fail_os(err, errno, "fallocate") : MW_OK;
}
