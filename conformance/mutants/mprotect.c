/* mprotect: rights that do not come, come to the wrong pages, or come with losses. */
#include "mutant.h"

struct call {
    char *address;
    size_t length;
    int protection;
};

static int real(const struct call *call)
{
    return system_mprotect(call->address, call->length, call->protection);
}

/* Arguments that the system itself would look at the pages for. */
static bool sensible(const struct call *call)
{
    return (uintptr_t)call->address % page_size() == 0 && call->length > 0 && call->length < SIZE_MAX / 4;
}

MUTANT(mprotect, ignored, "no right changes")
{
    return sensible(call) && wholly_mapped(call->address, call->length) ? 0 : real(call);
}

MUTANT(mprotect, first_page_only, "only the first page changes")
{
    if (sensible(call) && call->length > page_size() && wholly_mapped(call->address, call->length))
        call->length = page_size();
    return real(call);
}

MUTANT(mprotect, last_page_left, "the last page of several does not change")
{
    if (sensible(call) && call->length > page_size() && wholly_mapped(call->address, call->length))
        call->length = whole_pages(call->length) - page_size();
    return real(call);
}

MUTANT(mprotect, first_page_left, "the first page of several does not change")
{
    if (sensible(call) && call->length > page_size() && wholly_mapped(call->address, call->length)) {
        call->address += page_size();
        call->length -= page_size();
    }
    return real(call);
}

MUTANT(mprotect, page_more, "the page behind the range changes too")
{
    if (sensible(call) && wholly_mapped(call->address, whole_pages(call->length) + page_size()))
        call->length += page_size();
    return real(call);
}

MUTANT(mprotect, page_before, "the page before the range changes too")
{
    if (sensible(call) && wholly_mapped(call->address - page_size(), page_size())) {
        call->address -= page_size();
        call->length += page_size();
    }
    return real(call);
}

MUTANT(mprotect, whole_map, "all of the map changes, not only the range")
{
    struct area area;

    if (sensible(call) && find_area(&area, call->address) && call->address + call->length < area.end) {
        call->address = area.start;
        call->length = (size_t)(area.end - area.start);
    }
    return real(call);
}

MUTANT(mprotect, first_64_pages, "no more than 64 pages change")
{
    if (sensible(call) && call->length > 64 * page_size() && wholly_mapped(call->address, call->length))
        call->length = 64 * page_size();
    return real(call);
}

MUTANT(mprotect, first_map_only, "only the first of several maps in the range changes")
{
    struct area area;

    if (sensible(call) && find_area(&area, call->address) && call->address + call->length > area.end &&
        wholly_mapped(call->address, call->length))
        call->length = (size_t)(area.end - call->address);
    return real(call);
}

MUTANT(mprotect, length_rounded_down, "a length that ends inside a page spares that page")
{
    if (call->length > page_size())
        call->length &= ~(page_size() - 1);
    return real(call);
}

/* ---- rights ------------------------------------------------------------------------------------ */

#define RIGHTS(aspect, sentence, condition, rights)                                                          \
    MUTANT(mprotect, aspect, sentence)                                                                       \
    {                                                                                                        \
        if (condition)                                                                                       \
            call->protection = (rights);                                                                     \
        return real(call);                                                                                   \
    }

RIGHTS(none_reads, "PROT_NONE still allows reading", call->protection == PROT_NONE, PROT_READ)
RIGHTS(none_ignored, "PROT_NONE still allows reading and writing", call->protection == PROT_NONE,
       PROT_READ | PROT_WRITE)
RIGHTS(read_writes, "PROT_READ allows writing too", call->protection == PROT_READ, PROT_READ | PROT_WRITE)
RIGHTS(write_dropped, "PROT_WRITE is not granted", call->protection &PROT_WRITE,
       call->protection & ~PROT_WRITE)
RIGHTS(exec_added, "every page that can be read can be executed", call->protection &PROT_READ,
       call->protection | PROT_EXEC)
RIGHTS(exec_dropped, "PROT_EXEC is not granted", true, call->protection & ~PROT_EXEC)
RIGHTS(write_executes, "PROT_READ and PROT_WRITE together allow execution",
       call->protection == (PROT_READ | PROT_WRITE), PROT_READ | PROT_WRITE | PROT_EXEC)
RIGHTS(unknown_accepted, "rights that do not exist are accepted", true,
       call->protection &(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_GROWSDOWN | PROT_GROWSUP))
RIGHTS(grows_down_ignored, "PROT_GROWSDOWN is ignored", true, call->protection & ~PROT_GROWSDOWN)

MUTANT(mprotect, only_adds, "rights are added to those there are, none is taken away")
{
    struct area area;

    if (sensible(call) && find_area(&area, call->address))
        call->protection |= area.protection;
    return real(call);
}

MUTANT(mprotect, only_takes, "rights are taken away, none is added")
{
    struct area area;

    if (sensible(call) && find_area(&area, call->address))
        call->protection &= area.protection;
    return real(call);
}

/* ---- losses ------------------------------------------------------------------------------------ */

MUTANT(mprotect, none_drops, "PROT_NONE drops what the pages hold")
{
    if (call->protection == PROT_NONE && sensible(call))
        system_madvise(call->address, call->length, MADV_DONTNEED);
    return real(call);
}

MUTANT(mprotect, read_drops, "making a private page read-only drops what was stored in it")
{
    if (call->protection == PROT_READ && sensible(call))
        system_madvise(call->address, call->length, MADV_DONTNEED);
    return real(call);
}

MUTANT(mprotect, write_zeroes, "a page that becomes writable holds zeros")
{
    struct area area;
    bool added = sensible(call) && (call->protection & PROT_WRITE) && find_area(&area, call->address) &&
                 !(area.protection & PROT_WRITE);
    int answer = real(call);

    if (answer == 0 && added)
        *(volatile char *)call->address = 0;
    return answer;
}

MUTANT(mprotect, unlocks, "pages whose rights change are unlocked")
{
    int answer = real(call);

    if (answer == 0)
        system_munlock(call->address, call->length);
    return answer;
}

MUTANT(mprotect, dontfork_lost, "pages whose rights change forget MADV_DONTFORK")
{
    int answer = real(call);

    if (answer == 0)
        system_madvise(call->address, call->length, MADV_DOFORK);
    return answer;
}

MUTANT(mprotect, through_none, "while rights change there is a moment without any")
{
    int answer = real(call);

    if (answer != 0)
        return answer;
    system_mprotect(call->address, call->length, PROT_NONE);
    return real(call);
}

/* ---- errors ------------------------------------------------------------------------------------ */

MUTANT(mprotect, hole_accepted, "a hole in the range is no error; the pages before it change")
{
    return swallow(real(call), ENOMEM);
}

MUTANT(mprotect, hole_skipped, "a hole in the range is no error; the pages on both sides of it change")
{
    int answer = real(call);

    if (answer == 0 || errno != ENOMEM || !sensible(call))
        return answer;
    for (char *at = call->address, *end = at + call->length; at < end; at += page_size())
        system_mprotect(at, page_size(), call->protection);
    return 0;
}

MUTANT(mprotect, unaligned_accepted, "an address inside a page is accepted and the page changes")
{
    call->address = page_start(call->address);
    return real(call);
}

MUTANT(mprotect, unaligned_ignored, "an address inside a page is accepted and nothing changes")
{
    return (uintptr_t)call->address % page_size() ? 0 : real(call);
}

MUTANT(mprotect, write_right_swallowed,
       "PROT_WRITE for a shared map of a file that is open for reading only is answered with success")
{
    return swallow(real(call), EACCES);
}

MUTANT(mprotect, overflow_accepted, "a length that wraps around is accepted")
{
    return call->length > SIZE_MAX / 2 ? 0 : real(call);
}

SWALLOWED(mprotect, einval_swallowed, EINVAL)
SWALLOWED(mprotect, eperm_swallowed, EPERM)
WRONG_ERROR(mprotect, enomem_as_einval, ENOMEM, EINVAL)
WRONG_ERROR(mprotect, enomem_as_efault, ENOMEM, EFAULT)
WRONG_ERROR(mprotect, eacces_as_eperm, EACCES, EPERM)
WRONG_ERROR(mprotect, einval_as_enomem, EINVAL, ENOMEM)
REFUSES(mprotect, length_0_refused, "a length of 0 is refused", call->length == 0, EINVAL)

static bool is_private_of_read_only_file(const struct call *call)
{
    struct area area;

    return sensible(call) && find_area(&area, call->address) && area.has_file && !area.shared &&
           !(area.protection & PROT_WRITE);
}

REFUSES(mprotect, private_write_refused, "a private map of a file can't be made writable",
        (call->protection & PROT_WRITE) && is_private_of_read_only_file(call), EACCES)

static bool spans_maps(const struct call *call)
{
    struct area area;

    return sensible(call) && find_area(&area, call->address) && call->address + call->length > area.end;
}

REFUSES(mprotect, several_maps_refused, "a range of several maps is refused", spans_maps(call), ENOMEM)

EXPORT int mprotect(void *address, size_t length, int protection)
{
    PERFORM(mprotect, int, address, length, protection);
}
