/* munmap: what stays mapped, what goes too, and what it must refuse. */
#include "mutant.h"

struct call {
    char *address;
    size_t length;
};

static int real(const struct call *call)
{
    return system_munmap(call->address, call->length);
}

MUTANT(munmap, ignored, "nothing is unmapped")
{
    return call->length == 0 || (uintptr_t)call->address % page_size() ? real(call) : 0;
}

MUTANT(munmap, first_page_only, "only the first page is unmapped")
{
    if (call->length > page_size())
        call->length = page_size();
    return real(call);
}

MUTANT(munmap, last_page_kept, "the last page of several stays mapped")
{
    if (call->length > page_size())
        call->length = whole_pages(call->length) - page_size();
    return real(call);
}

MUTANT(munmap, first_page_kept, "the first page of several stays mapped")
{
    if (call->length > page_size()) {
        call->address += page_size();
        call->length -= page_size();
    }
    return real(call);
}

MUTANT(munmap, page_more, "the page behind the range is unmapped too")
{
    if (call->length > 0 && call->length < SIZE_MAX / 2)
        call->length += page_size();
    return real(call);
}

MUTANT(munmap, page_before, "the page before the range is unmapped too")
{
    if (call->length > 0 && call->length < SIZE_MAX / 2 && call->address >= (char *)(2 * page_size())) {
        call->address -= page_size();
        call->length += page_size();
    }
    return real(call);
}

MUTANT(munmap, whole_map, "the whole map goes when a part of it is unmapped")
{
    struct area area;

    if (call->length > 0 && call->length < SIZE_MAX / 2 && find_area(&area, call->address) &&
        call->address + call->length < area.end)
        call->length = (size_t)(area.end - call->address);
    return real(call);
}

MUTANT(munmap, length_rounded_down, "a length that ends inside a page spares that page")
{
    if (call->length > page_size())
        call->length &= ~(page_size() - 1);
    return real(call);
}

MUTANT(munmap, stops_at_hole, "what lies behind a hole stays mapped")
{
    struct area area;

    if (call->length < SIZE_MAX / 2 && find_area(&area, call->address)) {
        char *end = call->address + call->length, *reached = area.end;
        while (reached < end && find_area(&area, reached))
            reached = area.end;
        if (reached < end)
            call->length = (size_t)(reached - call->address);
    }
    return real(call);
}

MUTANT(munmap, first_map_only, "only the first of several maps in the range goes")
{
    struct area area;

    if (call->length < SIZE_MAX / 2 && find_area(&area, call->address) &&
        call->address + call->length > area.end)
        call->length = (size_t)(area.end - call->address);
    return real(call);
}

MUTANT(munmap, closed_instead, "the pages lose all rights and stay mapped")
{
    struct area area;

    if (call->length < SIZE_MAX / 2 && find_area(&area, call->address) &&
        system_mprotect(call->address, call->length, PROT_NONE) == 0)
        return 0;
    return real(call);
}

MUTANT(munmap, zeroed_instead, "the pages become zeros and stay mapped")
{
    int answer = real(call);

    if (answer == 0 && call->length < (size_t)1 << 20)
        system_mmap(call->address, call->length, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    return answer;
}

MUTANT(munmap, writes_private, "what was stored through a private map is written to its file")
{
    if (call->length > 0)
        write_private(call->address);
    return real(call);
}

MUTANT(munmap, discards_shared, "what was stored in the last page of a shared map of a file is lost")
{
    struct area area;
    off_t offset;
    char *last = page_start(call->address + call->length - 1);

    if (call->length > 0 && call->length < SIZE_MAX / 2 && find_area(&area, last) && area.shared &&
        area.has_file && (area.protection & PROT_WRITE)) {
        int descriptor = open_mapped_file(last, &offset);
        if (descriptor >= 0) {
            if (size_of(descriptor) > offset && pwrite(descriptor, "", 1, offset) < 0) {
                /* Likewise. */
            }
            close(descriptor);
        }
    }
    return real(call);
}

MUTANT(munmap, length_0_accepted, "a length of 0 is accepted")
{
    return call->length == 0 ? 0 : real(call);
}

MUTANT(munmap, unaligned_ignored, "an address inside a page is accepted, and nothing is unmapped")
{
    return (uintptr_t)call->address % page_size() ? 0 : real(call);
}

MUTANT(munmap, unaligned_up, "an address inside a page is accepted, and the next page is unmapped")
{
    call->address = (char *)whole_pages((size_t)(uintptr_t)call->address);
    return real(call);
}

MUTANT(munmap, high_accepted, "a range beyond the address space is accepted")
{
    return (uintptr_t)call->address % page_size() == 0 && call->length > 0 ? swallow(real(call), EINVAL)
                                                                           : real(call);
}

MUTANT(munmap, high_cut, "a range that reaches beyond the address space is cut, not refused")
{
    if (call->length > SIZE_MAX / 4)
        call->length = page_size();
    return real(call);
}

MUTANT(munmap, closed_file_left, "a map of a file that has no rights stays mapped")
{
    struct area area;

    if (call->length > 0 && call->length < SIZE_MAX / 2 && find_area(&area, call->address) && area.has_file &&
        area.protection == PROT_NONE && call->address + call->length <= area.end)
        return 0;
    return real(call);
}

MUTANT(munmap, rest_dontfork_lost, "what is left of a map forgets MADV_DONTFORK")
{
    struct area area;
    bool found = call->length > 0 && call->length < SIZE_MAX / 2 && find_area(&area, call->address);
    int answer = real(call);

    if (answer != 0 || !found)
        return answer;
    char *end = call->address + whole_pages(call->length);
    if (area.start < call->address)
        system_madvise(area.start, (size_t)(call->address - area.start), MADV_DOFORK);
    if (end < area.end)
        system_madvise(end, (size_t)(area.end - end), MADV_DOFORK);
    return answer;
}

REFUSES(munmap, hole_refused, "a range with a hole in it is refused with ENOMEM, and stays mapped",
        call->length > 0 && call->length < SIZE_MAX / 2 && !wholly_mapped(call->address, call->length),
        ENOMEM)
REFUSES(munmap, unmapped_refused, "a range in which nothing is mapped is refused with EINVAL",
        call->length > 0 && call->length < SIZE_MAX / 2 && (uintptr_t)call->address % page_size() == 0 &&
            !wholly_mapped(call->address, page_size()),
        EINVAL)
REFUSES(munmap, part_refused, "a part of a map can't be unmapped",
        call->length == page_size() && wholly_mapped(call->address, 2 * page_size()) &&
            wholly_mapped(call->address - page_size(), 2 * page_size()),
        EINVAL)
WRONG_ERROR(munmap, einval_as_enomem, EINVAL, ENOMEM)

MUTANT(munmap, answers_length, "success is answered with the length, not with 0")
{
    int answer = real(call);

    return answer == 0 ? (int)call->length : answer;
}

/* A lock that outlives its map: the next map there is locked, as its count tells. */
MUTANT(munmap, keeps_locks, "a locked page that is unmapped still counts as locked")
{
    unsigned char resident;
    struct area area;
    bool locked = call->length > 0 && find_area(&area, call->address) && !area.has_file &&
                  system_mincore(page_start(call->address), 1, &resident) == 0 && resident &&
                  system_madvise(call->address, page_size(), MADV_COLD) == -1 && errno == EINVAL;
    int answer = real(call);

    if (answer == 0 && locked) {
        void *elsewhere = system_mmap(NULL, page_size(), PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        system_mlock2(elsewhere, page_size(), 0);
    }
    return answer;
}

EXPORT int munmap(void *address, size_t length)
{
    PERFORM(munmap, int, address, length);
}
