#include "../preadv2.h"

#include <sys/syscall.h>
#include <unistd.h>

/* Not every C library has it. The kernel puts the offset together from two halves of a word each, and where a
 * word holds all of it takes no notice of the second. */
ssize_t read_with_flags(int file, const struct iovec *segments, int count, uint64_t offset, int flags)
{
    return syscall(SYS_preadv2, file, segments, (long)count, (unsigned long)offset,
                   (unsigned long)(offset >> 32), (long)flags);
}
