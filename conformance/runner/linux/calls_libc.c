/* The C library's functions, which a preloaded library may replace. */
#include "calls.h"

static void *remap(void *address, size_t old_length, size_t new_length, int flags, void *new_address)
{
    return (mremap)(address, old_length, new_length, flags, new_address);
}

const struct calls libc_calls = {
    .name = "libc",
    .summary = "the C library's functions",
    .map = mmap,
    .unmap = munmap,
    .protect = mprotect,
    .sync = msync,
    .advise = madvise,
    .residency = mincore,
    .lock = mlock,
    .unlock = munlock,
    .lock_all = mlockall,
    .unlock_all = munlockall,
    .truncate_file = ftruncate,
    .remap = remap,
    .lock_some = mlock2,
    .memory_file = memfd_create,
};
