/* The kernel's system calls. */
#include "calls.h"

#include "setup.h"

#include <limits.h>
#include <stdint.h>
#include <sys/syscall.h>

/* Where a register has 32 bits, the offset is counted in units of 4096 bytes, whatever a page is. */
#ifdef SYS_mmap2
enum { MAP_CALL = SYS_mmap2, OFFSET_UNIT = 4096 };
#else
enum { MAP_CALL = SYS_mmap, OFFSET_UNIT = 1 };
#endif

static void *raw_map(void *address, size_t length, int protection, int flags, int descriptor, off_t offset)
{
    const bool units = OFFSET_UNIT > 1; /* which have no sign */

    if (units && (offset < 0 || offset % OFFSET_UNIT != 0 || (uint64_t)(offset / OFFSET_UNIT) > ULONG_MAX))
        unsupported("the system call can't say this offset");
#ifdef __s390__ /* where the call finds its arguments in memory */
    const unsigned long arguments[] = {(unsigned long)address,    length,
                                       (unsigned long)protection, (unsigned long)flags,
                                       (unsigned long)descriptor, (unsigned long)(offset / OFFSET_UNIT)};
    return (void *)syscall(MAP_CALL, arguments);
#else
    return (void *)syscall(MAP_CALL, address, length, protection, flags, descriptor,
                           (long)(offset / OFFSET_UNIT));
#endif
}

static int raw_unmap(void *address, size_t length)
{
    return (int)syscall(SYS_munmap, address, length);
}

static int raw_protect(void *address, size_t length, int protection)
{
    return (int)syscall(SYS_mprotect, address, length, protection);
}

static int raw_sync(void *address, size_t length, int flags)
{
    return (int)syscall(SYS_msync, address, length, flags);
}

static int raw_advise(void *address, size_t length, int advice)
{
    return (int)syscall(SYS_madvise, address, length, advice);
}

static int raw_residency(void *address, size_t length, unsigned char *vector)
{
    return (int)syscall(SYS_mincore, address, length, vector);
}

static int raw_lock(const void *address, size_t length)
{
    return (int)syscall(SYS_mlock, address, length);
}

static int raw_unlock(const void *address, size_t length)
{
    return (int)syscall(SYS_munlock, address, length);
}

static int raw_lock_all(int flags)
{
    return (int)syscall(SYS_mlockall, flags);
}

static int raw_unlock_all(void)
{
    return (int)syscall(SYS_munlockall);
}

/* How 64 bits are parted into registers of 32 differs; the C library knows. */
static int raw_truncate(int descriptor, off_t length)
{
    return sizeof(long) < sizeof length ? (ftruncate)(descriptor, length)
                                        : (int)syscall(SYS_ftruncate, descriptor, (long)length);
}

static void *raw_remap(void *address, size_t old_length, size_t new_length, int flags, void *new_address)
{
    return (void *)syscall(SYS_mremap, address, old_length, new_length, flags, new_address);
}

static int raw_lock_some(const void *address, size_t length, unsigned flags)
{
    return (int)syscall(SYS_mlock2, address, length, flags);
}

static int raw_memory_file(const char *name, unsigned flags)
{
    return (int)syscall(SYS_memfd_create, name, flags);
}

const struct calls raw_calls = {
    .name = "raw",
    .summary = "the kernel's system calls",
    .map = raw_map,
    .unmap = raw_unmap,
    .protect = raw_protect,
    .sync = raw_sync,
    .advise = raw_advise,
    .residency = raw_residency,
    .lock = raw_lock,
    .unlock = raw_unlock,
    .lock_all = raw_lock_all,
    .unlock_all = raw_unlock_all,
    .truncate_file = raw_truncate,
    .remap = raw_remap,
    .lock_some = raw_lock_some,
    .memory_file = raw_memory_file,
};
