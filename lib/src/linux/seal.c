/* Seals, of files in memory only. */
#include "mapwise/named.h"

#include "fail.h"
#include "os.h"

#include <errno.h>
#include <fcntl.h>

/* Newer than some headers we build with: Linux 5.1 and 6.3. */
enum { SEAL_FUTURE_WRITE = 0x10, SEAL_EXEC = 0x20 };

static const struct {
    uint32_t seal;
    int native;
} seals[] = {
    {MW_SEAL_SHRINK, F_SEAL_SHRINK},           {MW_SEAL_GROW, F_SEAL_GROW}, {MW_SEAL_WRITE, F_SEAL_WRITE},
    {MW_SEAL_FUTURE_WRITE, SEAL_FUTURE_WRITE}, {MW_SEAL_EXEC, SEAL_EXEC},   {MW_SEAL_SEAL, F_SEAL_SEAL},
};

int mw__os_seals(uint32_t *out, mw_fd fd, mw_err *err)
{
    int native = fcntl(fd, F_GET_SEALS);

    if (native < 0)
        return mw__fail_as(err, errno == EINVAL ? MW_E_NOTSUP : mw_error_from_os(errno), errno, "fcntl");
    *out = 0;
    for (size_t i = 0; i < sizeof seals / sizeof seals[0]; i++)
        *out |= (native & seals[i].native) ? seals[i].seal : 0;
    return MW_OK;
}

int mw__os_seal(mw_fd fd, uint32_t add, mw_err *err)
{
    int native = 0;

    for (size_t i = 0; i < sizeof seals / sizeof seals[0]; i++)
        native |= (add & seals[i].seal) ? seals[i].native : 0;
    if (fcntl(fd, F_ADD_SEALS, native) == 0)
        return MW_OK;
    /* The file can be sealed, so what is not possible is this seal: an older kernel does not know it. */
    return mw__fail_as(err, errno == EINVAL ? MW_E_NOTSUP : mw_error_from_os(errno), errno, "fcntl");
}
