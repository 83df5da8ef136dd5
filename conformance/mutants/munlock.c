/* munlock: locks that stay, go elsewhere, or take the bytes along. */
#include "mutant.h"

struct call {
    char *address;
    size_t length;
};

static int real(const struct call *call)
{
    return system_munlock(call->address, call->length);
}

static bool sensible(const struct call *call)
{
    return call->length > 0 && call->length < SIZE_MAX / 4 && wholly_mapped(call->address, call->length);
}

MUTANT(munlock, ignored, "nothing is unlocked")
{
    return sensible(call) ? 0 : real(call);
}

MUTANT(munlock, first_page_only, "only the first page is unlocked")
{
    if (sensible(call) && call->length > page_size())
        call->length = page_size();
    return real(call);
}

MUTANT(munlock, last_page_left, "the last page of several stays locked")
{
    if (sensible(call) && call->length > page_size())
        call->length -= page_size();
    return real(call);
}

MUTANT(munlock, page_more, "the page behind the range is unlocked too")
{
    if (sensible(call) && wholly_mapped(call->address, call->length + page_size()))
        call->length += page_size();
    return real(call);
}

MUTANT(munlock, page_before, "the page before the range is unlocked too")
{
    if (sensible(call) && wholly_mapped(call->address - page_size(), page_size())) {
        call->address -= page_size();
        call->length += page_size();
    }
    return real(call);
}

MUTANT(munlock, all, "everything is unlocked, not only the range")
{
    if (sensible(call))
        system_munlockall();
    return real(call);
}

MUTANT(munlock, start_rounded_up, "an address inside a page leaves that page locked")
{
    char *start = (char *)whole_pages((size_t)(uintptr_t)call->address);

    if (sensible(call) && start != call->address) {
        call->length =
            call->address + call->length > start ? (size_t)(call->address + call->length - start) : 0;
        call->address = start;
    }
    return real(call);
}

MUTANT(munlock, nests, "as many munlocks are needed as there were mlocks")
{
    static bool asked;

    if (sensible(call) && !asked) {
        asked = true;
        return 0;
    }
    return real(call);
}

MUTANT(munlock, drops_bytes, "a page that is unlocked loses its bytes")
{
    int answer = real(call);

    if (answer == 0 && sensible(call))
        system_madvise(call->address, call->length, MADV_DONTNEED);
    return answer;
}

MUTANT(munlock, closes, "a page that is unlocked loses its rights")
{
    int answer = real(call);

    if (answer == 0 && sensible(call))
        system_mprotect(page_start(call->address), call->length, PROT_NONE);
    return answer;
}

static bool is_locked(const char *address)
{
    return system_madvise(page_start(address), page_size(), MADV_COLD) == -1 && errno == EINVAL;
}

REFUSES(munlock, not_locked_refused, "unlocking what is not locked is refused",
        sensible(call) && !is_locked(call->address), ENOMEM)
REFUSES(munlock, unaligned_refused, "an address inside a page is refused",
        (uintptr_t)call->address % page_size(), EINVAL)
SWALLOWED(munlock, enomem_swallowed, ENOMEM)
WRONG_ERROR(munlock, enomem_as_einval, ENOMEM, EINVAL)

EXPORT int munlock(const void *address, size_t length)
{
    PERFORM(munlock, int, (char *)(uintptr_t)address, length);
}
