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

static int take(size_t *done, void *to, const void *from, size_t n, mw_err *err)
{
    return transfer(done, "process_vm_readv", (struct iovec){to, n},
                    (struct iovec){(void *)(uintptr_t)from, n}, false, err);
}

static int give(size_t *done, void *to, const void *from, size_t n, mw_err *err)
{
    return transfer(done, "process_vm_writev", (struct iovec){(void *)(uintptr_t)from, n},
                    (struct iovec){to, n}, true, err);
}

static bool overlap(uintptr_t a, uintptr_t b, size_t n)
{
    return a - b < n || b - a < n;
}

/* The kernel knows no memmove: it copies upwards, page by page. So pieces go by way of a buffer, those first
 * that others would overwrite. A copy from the end that fails has not done any first bytes. */
static int move(size_t *done, unsigned char *to, const unsigned char *from, size_t n, mw_err *err)
{
    const bool from_end = (uintptr_t)to > (uintptr_t)from;
    unsigned char buffer[4096];
    size_t piece;
    size_t given = 0;

    *done = 0;
    for (size_t moved = 0; moved < n; moved += piece) {
        piece = n - moved < sizeof buffer ? n - moved : sizeof buffer;
        const size_t at = from_end ? n - moved - piece : moved;
        int code = take(&given, buffer, from + at, piece, err);
        if (code == MW_OK)
            code = give(&given, to + at, buffer, piece, err);
        if (code != MW_OK)
            return code;
        *done = from_end ? 0 : moved + piece;
    }
    *done = n;
    return MW_OK;
}

int mw__os_copy_from(size_t *done, void *destination, const void *mapped, size_t n, mw_err *err)
{
    return overlap((uintptr_t)destination, (uintptr_t)mapped, n) ? move(done, destination, mapped, n, err)
                                                                 : take(done, destination, mapped, n, err);
}

int mw__os_copy_to(size_t *done, void *mapped, const void *source, size_t n, mw_err *err)
{
    return overlap((uintptr_t)mapped, (uintptr_t)source, n) ? move(done, mapped, source, n, err)
                                                            : give(done, mapped, source, n, err);
}
