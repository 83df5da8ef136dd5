/* mlock and mlock2: locks that do not hold, hold elsewhere, or leave pages out of memory. */
#include "mutant.h"

#include <pthread.h>

struct call {
    char *address;
    size_t length;
    unsigned flags; /* 0 for mlock */
};

static int real(const struct call *call)
{
    return system_mlock2(call->address, call->length, call->flags);
}

/* mlock's mutants hold for mlock2 without flags just as well, but for each its own function is named. */
#define BOTH(aspect, sentence)                                                                               \
    static int both_##aspect(struct call *call);                                                             \
    MUTANT_ROW(mlock, aspect, "mlock: " sentence, both_##aspect)                                             \
    MUTANT_ROW(mlock2, aspect, "mlock2: " sentence, both_##aspect)                                           \
    static int both_##aspect(struct call *call)

static bool sensible(const struct call *call)
{
    return call->length > 0 && call->length < SIZE_MAX / 4 && wholly_mapped(call->address, call->length);
}

BOTH(ignored, "nothing is locked, nothing is brought into memory")
{
    return sensible(call) && call->flags <= MLOCK_ONFAULT ? 0 : real(call);
}

BOTH(only_populates, "pages are brought into memory and not locked")
{
    if (!sensible(call) || call->flags)
        return real(call);
    int answer = real(call);
    if (answer == 0)
        system_munlock(call->address, call->length);
    return answer;
}

BOTH(first_page_only, "only the first page is locked")
{
    if (sensible(call) && call->length > page_size())
        call->length = page_size();
    return real(call);
}

BOTH(last_page_left, "the last page of several is not locked")
{
    if (sensible(call) && call->length > page_size())
        call->length -= page_size();
    return real(call);
}

BOTH(first_64_pages, "no more than 64 pages are locked")
{
    if (sensible(call) && call->length > 64 * page_size())
        call->length = 64 * page_size();
    return real(call);
}

BOTH(page_more, "the page behind the range is locked too")
{
    if (sensible(call) && wholly_mapped(call->address, call->length + page_size()))
        call->length += page_size();
    return real(call);
}

BOTH(whole_map, "the whole map is locked, not only the range")
{
    struct area area;

    if (sensible(call) && find_area(&area, call->address)) {
        call->address = area.start;
        call->length = (size_t)(area.end - area.start);
    }
    return real(call);
}

MUTANT(mlock, not_populated, "pages are locked and not brought into memory")
{
    call->flags = MLOCK_ONFAULT;
    return real(call);
}

MUTANT(mlock, files_not_populated, "pages of files are locked and not brought into memory")
{
    struct area area;

    if (find_area(&area, call->address) && area.has_file)
        call->flags = MLOCK_ONFAULT;
    return real(call);
}

MUTANT(mlock, end_not_rounded, "an address inside a page moves the range up to the next one")
{
    call->address = (char *)whole_pages((size_t)(uintptr_t)call->address);
    return real(call);
}

MUTANT(mlock, length_not_extended, "an address inside a page does not make the range longer")
{
    if ((uintptr_t)call->address % page_size() != 0) {
        call->address = page_start(call->address);
        call->length = call->length > page_size() ? call->length & ~(page_size() - 1) : call->length;
    }
    return real(call);
}

MUTANT(mlock, past_end_accepted, "locking pages beyond the end of the file is accepted")
{
    return sensible(call) ? swallow(real(call), ENOMEM) : real(call);
}

MUTANT(mlock, past_end_raises, "locking pages beyond the end of the file raises SIGBUS")
{
    int answer = real(call);
    struct area area;

    if (answer == -1 && errno == ENOMEM && sensible(call) && find_area(&area, call->address) && area.has_file)
        for (size_t offset = 0; offset < call->length; offset += page_size())
            (void)*(volatile char *)(call->address + offset);
    return answer;
}

MUTANT(mlock, hole_locks_nothing, "where there is a hole in the range nothing is locked")
{
    return call->length > 0 && call->length < SIZE_MAX / 4 && !wholly_mapped(call->address, call->length)
               ? fail(ENOMEM)
               : real(call);
}

MUTANT(mlock, drops_bytes, "a page that is locked holds zeros")
{
    struct area area;

    if (sensible(call) && find_area(&area, call->address) && !area.shared)
        system_madvise(call->address, call->length, MADV_DONTNEED);
    return real(call);
}

MUTANT(mlock, overflow_cut, "a range that wraps around is cut, not refused")
{
    if (call->length > SIZE_MAX / 2)
        call->length = page_size();
    return real(call);
}

static struct call inherited;

static void lock_again(void)
{
    system_mlock2(inherited.address, inherited.length, 0);
}

MUTANT(mlock, child_inherits, "a child has its parent's locks")
{
    int answer = real(call);

    if (answer == 0) {
        if (!inherited.address)
            pthread_atfork(NULL, NULL, lock_again);
        inherited = *call;
    }
    return answer;
}

/* ---- errors ------------------------------------------------------------------------------------ */

BOTH(limit_swallowed, "RLIMIT_MEMLOCK does not bind")
{
    int answer = real(call);

    return answer == -1 && (errno == EPERM || (errno == ENOMEM && geteuid() != 0 && sensible(call))) ? 0
                                                                                                     : answer;
}

SWALLOWED(mlock, enomem_swallowed, ENOMEM)
SWALLOWED(mlock, eperm_swallowed, EPERM)
SWALLOWED(mlock, einval_swallowed, EINVAL)
WRONG_ERROR(mlock, enomem_as_einval, ENOMEM, EINVAL)
WRONG_ERROR(mlock, enomem_as_efault, ENOMEM, EFAULT)
WRONG_ERROR(mlock, eperm_as_enomem, EPERM, ENOMEM)
WRONG_ERROR(mlock, einval_as_enomem, EINVAL, ENOMEM)
REFUSES(mlock, unaligned_refused, "an address inside a page is refused",
        (uintptr_t)call->address % page_size(), EINVAL)
REFUSES(mlock, length_0_refused, "a length of 0 is refused", call->length == 0, EINVAL)
REFUSES(mlock, root_limited, "RLIMIT_MEMLOCK binds who may lock anything",
        geteuid() == 0 && call->length > page_size() * 3, ENOMEM)
REFUSES(mlock, twice_refused, "a page can't be locked twice",
        sensible(call) && system_madvise(call->address, page_size(), MADV_COLD) == -1 && errno == EINVAL,
        EAGAIN)

/* ---- flags ------------------------------------------------------------------------------------- */

MUTANT(mlock2, onfault_populates, "MLOCK_ONFAULT brings the pages into memory at once")
{
    call->flags &= ~(unsigned)MLOCK_ONFAULT;
    return real(call);
}

MUTANT(mlock2, onfault_ignored, "MLOCK_ONFAULT locks nothing")
{
    return (call->flags & MLOCK_ONFAULT) && sensible(call) ? 0 : real(call);
}

MUTANT(mlock2, always_onfault, "without flags too pages are locked when they are touched only")
{
    if (call->flags == 0)
        call->flags = MLOCK_ONFAULT;
    return real(call);
}

MUTANT(mlock2, unknown_accepted, "flags that do not exist are accepted")
{
    call->flags &= MLOCK_ONFAULT;
    return real(call);
}

REFUSES(mlock2, onfault_refused, "MLOCK_ONFAULT is refused", call->flags &MLOCK_ONFAULT, EINVAL)
SWALLOWED(mlock2, einval_swallowed, EINVAL)
WRONG_ERROR(mlock2, einval_as_enosys, EINVAL, ENOSYS)

EXPORT int mlock(const void *address, size_t length)
{
    PERFORM(mlock, int, (char *)(uintptr_t)address, length, 0);
}

EXPORT int mlock2(const void *address, size_t length, unsigned flags)
{
    PERFORM(mlock2, int, (char *)(uintptr_t)address, length, flags);
}
