/* What each errno means to a caller of the library. */
#include "fail.h"

#include <errno.h>
#include <stddef.h>

/* A list and no switch: some systems give two names one number. */
static const struct {
    int os;
    int code;
} meanings[] = {
    {0, MW_OK},
    {EINVAL, MW_E_INVAL},
    {EISDIR, MW_E_INVAL},
    {ENAMETOOLONG, MW_E_INVAL},
    {ELOOP, MW_E_INVAL},
    {EBADF, MW_E_BADFD},
    {EACCES, MW_E_ACCESS},
    {EPERM, MW_E_ACCESS},
    {EROFS, MW_E_ACCESS},
    {ENOENT, MW_E_NOENT},
    {ENOTDIR, MW_E_NOENT},
    {EEXIST, MW_E_EXIST},
    {ENOMEM, MW_E_NOMEM},
    {ENOSPC, MW_E_NOSPC},
    {EDQUOT, MW_E_NOSPC},
    {EFBIG, MW_E_LIMIT},
    {EMFILE, MW_E_LIMIT},
    {ENFILE, MW_E_LIMIT},
    {EAGAIN, MW_E_LIMIT},
    {EBUSY, MW_E_BUSY},
    {ETXTBSY, MW_E_BUSY},
    {EFAULT, MW_E_FAULT},
    {EOVERFLOW, MW_E_OVERFLOW},
    {ENODEV, MW_E_NOTSUP},
    {ENXIO, MW_E_NOTSUP},
    {ENOSYS, MW_E_NOTSUP},
    {ENOTSUP, MW_E_NOTSUP},
    {EOPNOTSUPP, MW_E_NOTSUP},
    {ESPIPE, MW_E_NOTSUP},
};

int mw_error_from_os(int32_t os)
{
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (meanings[i].os == os)
            return meanings[i].code;
    return MW_E_OS;
}
