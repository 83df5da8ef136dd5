/* A memory barrier on all threads of the process at once, membarrier(2), so that they need none. */
#include "os.h"

#include <sys/syscall.h>
#include <unistd.h>

/* Linux 4.14; the kernel's headers, which name them, are not there for every C library. */
enum { PRIVATE_EXPEDITED = 1 << 3, REGISTER_PRIVATE_EXPEDITED = 1 << 4 };

bool mw__os_barrier_ready(void)
{
    return syscall(SYS_membarrier, REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
}

bool mw__os_barrier(void)
{
    /* A child of fork may have to say again that it wants to. */
    return syscall(SYS_membarrier, PRIVATE_EXPEDITED, 0, 0) == 0 ||
           (mw__os_barrier_ready() && syscall(SYS_membarrier, PRIVATE_EXPEDITED, 0, 0) == 0);
}
