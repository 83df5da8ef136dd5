/* mincore. */
#include "os.h"

#include "fail.h"

#include <errno.h>
#include <sys/mman.h>

int mw__os_residency(unsigned char *out, void *address, size_t length, mw_err *err)
{
    return mincore(address, length, out) == 0 ? MW_OK : mw__fail_os(err, errno, "mincore");
}
