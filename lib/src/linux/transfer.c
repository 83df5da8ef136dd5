/* Copying by the kernel, which answers where a load of ours would raise a signal. */
#include "os.h"

#include "fail.h"

#include <errno.h>
#include <sys/uio.h>
#include <unistd.h>

/* The kernel copies page by page and says how far it came; the call after that one says why. */
static int transfer(size_t *done, const char *op, struct iovec local, struct iovec remote, bool to_map,
                    mw_err *err)
{
    *done = 0;
    while (local.iov_len > 0) {
        ssize_t n = to_map ? process_vm_writev(getpid(), &local, 1, &remote, 1, 0)
                           : process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
        if (n <= 0)
            return mw__fail_os(err, n == 0 ? EFAULT : errno, op);
        *done += (size_t)n;
        local.iov_base = (char *)local.iov_base + n;
        local.iov_len -= (size_t)n;
        remote.iov_base = (char *)remote.iov_base + n;
        remote.iov_len -= (size_t)n;
    }
    return MW_OK;
}

int mw__os_copy_from(size_t *done, void *destination, const void *mapped, size_t n, mw_err *err)
{
    return transfer(done, "process_vm_readv", (struct iovec){destination, n},
                    (struct iovec){(void *)(uintptr_t)mapped, n}, false, err);
}

int mw__os_copy_to(size_t *done, void *mapped, const void *source, size_t n, mw_err *err)
{
    return transfer(done, "process_vm_writev", (struct iovec){(void *)(uintptr_t)source, n},
                    (struct iovec){mapped, n}, true, err);
}
