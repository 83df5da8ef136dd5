/* mmap on Linux: flags, and placement that never replaces anything. */
#include "os.h"

#include "fail.h"

#include <errno.h>
#include <sys/mman.h>

/* Newer than some headers we build with: musl has had them since 1.2, glibc since 2.27 and 2.28. */
#define VALIDATE_TYPE 0x03
#if defined(MAP_FIXED_NOREPLACE)
#define FIXED_NOREPLACE MAP_FIXED_NOREPLACE
#elif defined(__alpha__)
#define FIXED_NOREPLACE 0x200000
#else
#define FIXED_NOREPLACE 0x100000
#endif

/* Raw flags that every kernel honours, so that nothing needs to be asked. */
static const uint64_t honoured[] = {
    MAP_GROWSDOWN, MAP_LOCKED, MAP_NORESERVE, MAP_POPULATE, MAP_HUGETLB,
/* Only x86-64 has it. */
#ifdef MAP_32BIT
    MAP_32BIT,
#endif
};

/* Raw flags that have their own place in the options. 0x0f is MAP_TYPE. */
#define PLACED_ELSEWHERE (0x0fu | MAP_FIXED | FIXED_NOREPLACE | MAP_ANONYMOUS)

/* The size that goes with MAP_HUGETLB. */
#define HUGE_SIZE_BITS (0x3full << 26)

/* Accepted and without effect, on all kernels or on those before 6.7 (MAP_STACK, which then merely avoids
 * huge pages: MW_ADVICE_NOHUGEPAGE says that). */
#define WITHOUT_EFFECT (MAP_DENYWRITE | MAP_EXECUTABLE | MAP_STACK)

/* The raw flags about which the running kernel must be asked. */
static uint64_t doubtful(uint64_t raw_flags)
{
    if (raw_flags & MAP_HUGETLB)
        raw_flags &= ~HUGE_SIZE_BITS;
    if (raw_flags & MAP_POPULATE)
        raw_flags &= ~(uint64_t)MAP_NONBLOCK;
    for (size_t i = 0; i < sizeof honoured / sizeof honoured[0]; i++)
        raw_flags &= ~honoured[i];
    return raw_flags;
}

int mw__os_raw_flags_check(uint64_t raw_flags, bool unchecked, bool shared_file, mw_err *err)
{
    if (raw_flags > UINT32_MAX || (raw_flags & PLACED_ELSEWHERE))
        return mw__fail(err, MW_E_INVAL, "options.raw_flags", MW_NOWHERE);
    if (unchecked)
        return MW_OK;
    /* MAP_SHARED_VALIDATE makes the kernel refuse what it does not know, but only for shared files. And
     * there it knows some flags that it then ignores. */
    if ((raw_flags & (WITHOUT_EFFECT | HUGE_SIZE_BITS) & doubtful(raw_flags)) ||
        (raw_flags & MAP_NONBLOCK & doubtful(raw_flags)) || (!shared_file && doubtful(raw_flags)))
        return mw__fail(err, MW_E_NOTSUP, "options.raw_flags", MW_NOWHERE);
    return MW_OK;
}

static bool must_validate(const mw__mapping *mapping)
{
    return !(mapping->flags & MW_F_RAW_UNCHECKED) && doubtful(mapping->raw_flags) != 0;
}

/* Before 5.14 a kernel cannot report what could not be populated; MAP_POPULATE is then all there is. */
static bool knows_populate(void)
{
    return mw__os_advice_capability(mw__os_advice_native(MW_ADVICE_POPULATE_READ)) == MW_CAPABILITY_YES;
}

static int native_flags(const mw__mapping *mapping)
{
    int flags = (int)(uint32_t)mapping->raw_flags;

    flags |= !mapping->shared ? MAP_PRIVATE : must_validate(mapping) ? VALIDATE_TYPE : MAP_SHARED;
    if (mapping->fd == MW_NO_FD)
        flags |= MAP_ANONYMOUS;
    if (mapping->flags & MW_F_NORESERVE)
        flags |= MAP_NORESERVE;
    if ((mapping->flags & MW_F_POPULATE) && !knows_populate())
        flags |= MAP_POPULATE;
    /* Validation does not know this flag; the wish for the address, checked below, does as well. */
    if (mapping->over)
        flags |= MAP_FIXED;
    else if ((mapping->flags & MW_F_FIXED) && !must_validate(mapping))
        flags |= FIXED_NOREPLACE;
    return flags;
}

int mw__os_map(void **out, const mw__mapping *mapping, mw_err *err)
{
    void *address = mmap(mapping->address, mapping->length, mw__os_native_prot(mapping->prot),
                         native_flags(mapping), mapping->fd, (off_t)mapping->file_offset);

    if (address == MAP_FAILED) {
        /* Kernels before 4.15 do not know validation itself. */
        bool refused = must_validate(mapping) && errno == EINVAL;
        return mw__fail_as(err, refused ? MW_E_NOTSUP : mw_error_from_os(errno), errno, "mmap");
    }
    /* Kernels before 4.17 take the exact address for a wish. */
    if ((mapping->flags & MW_F_FIXED) && address != mapping->address) {
        munmap(address, mapping->length);
        return mw__fail_as(err, MW_E_EXIST, EEXIST, "mmap");
    }
    *out = address;
    return MW_OK;
}

/* In place: the last page's mapping grows, so it does not matter how many there are before it. Moved: all of
 * it must be one mapping, since the system moves no more than one while it grows. */
int mw__os_extend(void **region, size_t length, size_t new_length, size_t page_size, bool may_move,
                  mw_err *err)
{
    char *last = (char *)*region + length - page_size;
    void *moved = mremap(last, page_size, page_size + (new_length - length), 0);

    if (moved != MAP_FAILED)
        return MW_OK;
    if (errno == ENOMEM && may_move) {
        moved = mremap(*region, length, new_length, MREMAP_MAYMOVE);
        if (moved != MAP_FAILED) {
            *region = moved;
            return MW_OK;
        }
        if (errno == EFAULT || errno == EINVAL)
            return mw__fail_as(err, MW_E_NOTSUP, errno, "mremap");
    }
    return mw__fail_as(err, errno == EINVAL || errno == EFAULT ? MW_E_NOTSUP : mw_error_from_os(errno), errno,
                       "mremap");
}

int mw__os_populate(void *address, size_t length, bool write, mw_err *err)
{
    mw_advice advice = write ? MW_ADVICE_POPULATE_WRITE : MW_ADVICE_POPULATE_READ;

    if (!knows_populate())
        return MW_OK;
    return mw__os_advise(address, length, mw__os_advice_native(advice), err);
}

/* In pieces: locking everything at once would keep other threads of the process from mapping or faulting
 * for as long as it takes. */
int mw__os_lock(void *address, size_t length, bool later, mw_err *err)
{
    /* What is locked later costs no time now, and all of it or nothing is granted in one call. */
    const size_t piece = later ? length : (size_t)2 << 20;

    for (size_t done = 0; done < length; done += piece) {
        size_t n = length - done < piece ? length - done : piece;
        unsigned char *start = (unsigned char *)address + done;
        if ((later ? mlock2(start, n, MLOCK_ONFAULT) : mlock(start, n)) == 0)
            continue;
        bool limit = errno == ENOMEM || errno == EPERM || errno == EAGAIN;
        if (later && (errno == ENOSYS || errno == EINVAL)) /* Linux before 4.4; glibc says EINVAL then */
            return mw__fail_as(err, MW_E_NOTSUP, errno, "mlock2");
        return mw__fail_as(err, limit ? MW_E_LIMIT : mw_error_from_os(errno), errno, "mlock");
    }
    return MW_OK;
}

int mw__os_unlock(void *address, size_t length, mw_err *err)
{
    return munlock(address, length) == 0 ? MW_OK : mw__fail_os(err, errno, "munlock");
}
