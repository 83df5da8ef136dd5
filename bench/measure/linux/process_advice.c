#include "../process_advice.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Since Linux 5.3 and 5.10, the same on all processors. */
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_process_madvise
#define SYS_process_madvise 440
#endif

int process_advice_open(void)
{
    return (int)syscall(SYS_pidfd_open, getpid(), 0);
}

bool process_advise(int process, const struct iovec *ranges, size_t count, int native_advice)
{
    size_t bytes = 0;

    const long advised = syscall(SYS_process_madvise, process, ranges, count, native_advice, 0);
    for (size_t i = 0; i < count; i++)
        bytes += ranges[i].iov_len;
    if (advised >= 0 && (size_t)advised != bytes)
        errno = EAGAIN;
    return advised >= 0 && (size_t)advised == bytes;
}
