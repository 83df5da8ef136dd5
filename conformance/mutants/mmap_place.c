/* mmap: maps in the wrong place, of the wrong length, of the wrong part of the file. */
#include "mmap.h"

/* ---- address ----------------------------------------------------------------------------------- */

MMAP_CHANGES(hint_ignored, "a hint is never followed", !is_fixed(call), call->address = NULL)
MMAP_CHANGES(hint_page_off, "a map lies a page behind its hint", !is_fixed(call) && call->address,
             call->address += page_size())
MMAP_CHANGES(hint_fixed, "a hint replaces what is there",
             !is_fixed(call) && call->address && (uintptr_t)call->address % page_size() == 0 &&
                 (uintptr_t)call->address < SIZE_MAX / 0x20000,
             call->flags |= MAP_FIXED)
MMAP_CHANGES(hint_exclusive, "a hint at an address in use is refused",
             !is_fixed(call) && call->address && (uintptr_t)call->address % page_size() == 0,
             call->flags |= MAP_FIXED_NOREPLACE)
MMAP_REFUSES(hint_unaligned_refused, "a hint inside a page is refused",
             !is_fixed(call) && (uintptr_t)call->address % page_size(), EINVAL)
MMAP_REFUSES(hint_high_refused, "a hint beyond the address space is refused",
             !is_fixed(call) && (uintptr_t)call->address > SIZE_MAX / 2, ENOMEM)
MMAP_CHANGES(fixed_hint, "MAP_FIXED is a hint: what is in use stays", call->flags &MAP_FIXED,
             call->flags &= ~MAP_FIXED)
MMAP_CHANGES(fixed_page_off, "MAP_FIXED maps a page behind the address", call->flags &MAP_FIXED,
             call->address += page_size())
MMAP_CHANGES(fixed_exclusive, "MAP_FIXED over a map fails with EEXIST", call->flags &MAP_FIXED,
             call->flags |= MAP_FIXED_NOREPLACE)
MMAP_CHANGES(fixed_rounds, "MAP_FIXED inside a page maps at its start", call->flags &MAP_FIXED,
             call->address = page_start(call->address))
MMAP_CHANGES(fixed_null_moved, "MAP_FIXED at address 0 maps elsewhere",
             (call->flags & MAP_FIXED) && !call->address, call->flags &= ~MAP_FIXED)
MMAP_CHANGES(noreplace_replaces, "MAP_FIXED_NOREPLACE replaces what is there",
             call->flags &MAP_FIXED_NOREPLACE, call->flags = (call->flags & ~MAP_FIXED_NOREPLACE) | MAP_FIXED)
MMAP_CHANGES(noreplace_with_fixed_replaces, "MAP_FIXED beside MAP_FIXED_NOREPLACE makes it replace",
             (call->flags & MAP_FIXED_NOREPLACE) && (call->flags & MAP_FIXED),
             call->flags &= ~MAP_FIXED_NOREPLACE)
MMAP_CHANGES(noreplace_rounds, "MAP_FIXED_NOREPLACE inside a page maps at its start",
             call->flags &MAP_FIXED_NOREPLACE, call->address = page_start(call->address))
MMAP_CHANGES(noreplace_first_page,
             "MAP_FIXED_NOREPLACE looks at the first page only and replaces what is behind",
             (call->flags & MAP_FIXED_NOREPLACE) && !wholly_mapped(call->address, 1),
             call->flags = (call->flags & ~MAP_FIXED_NOREPLACE) | MAP_FIXED)

MMAP_MUTANT(noreplace_last_page,
            "MAP_FIXED_NOREPLACE looks at the last page only and replaces what is before")
{
    if ((call->flags & MAP_FIXED_NOREPLACE) && call->length > 0 &&
        !wholly_mapped(page_start(call->address + call->length - 1), 1))
        call->flags = (call->flags & ~MAP_FIXED_NOREPLACE) | MAP_FIXED;
    return real_mmap(call);
}

MMAP_MUTANT(noreplace_neighbours, "MAP_FIXED_NOREPLACE fails right beside a map")
{
    if ((call->flags & MAP_FIXED_NOREPLACE) && (wholly_mapped(call->address - page_size(), 1) ||
                                                wholly_mapped(call->address + whole_pages(call->length), 1)))
        return refused(EEXIST);
    return real_mmap(call);
}

MMAP_MUTANT(noreplace_unmaps, "MAP_FIXED_NOREPLACE fails and takes away what is there")
{
    void *map = real_mmap(call);

    if (map == MAP_FAILED && errno == EEXIST) {
        system_mmap(call->address, call->length, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        errno = EEXIST;
    }
    return map;
}

MMAP_MUTANT(fixed_keeps_last, "MAP_FIXED over several pages leaves what the last one holds")
{
    char last[64];
    char *at = call->address + whole_pages(call->length) - page_size();
    bool kept = (call->flags & MAP_FIXED) && is_modest(call) && call->length > page_size() &&
                (call->protection & PROT_WRITE) && force_read(last, at, sizeof last);
    char *map = real_mmap(call);

    if (map != MAP_FAILED && kept)
        force_write(at, last, sizeof last);
    return map;
}

MMAP_MUTANT(fixed_keeps_bytes, "MAP_FIXED over anonymous memory leaves what its first page holds")
{
    char first[64];
    bool kept = (call->flags & MAP_FIXED) && !is_file(call) && force_read(first, call->address, sizeof first);
    char *map = real_mmap(call);

    if (map != MAP_FAILED && kept)
        force_write(map, first, sizeof first);
    return map;
}

MMAP_MUTANT(fixed_page_more, "MAP_FIXED takes away the page behind the range too")
{
    char *map = real_mmap(call);

    if (map != MAP_FAILED && (call->flags & MAP_FIXED))
        system_munmap(map + whole_pages(call->length), page_size());
    return map;
}

MMAP_MUTANT(fixed_page_before, "MAP_FIXED takes away the page before the range too")
{
    char *map = real_mmap(call);

    if (map != MAP_FAILED && (call->flags & MAP_FIXED) && map > (char *)page_size())
        system_munmap(map - page_size(), page_size());
    return map;
}

MMAP_MUTANT(fixed_keeps_lock, "a map that replaces a locked one is locked too")
{
    bool locked = (call->flags & MAP_FIXED) && system_madvise(call->address, page_size(), MADV_COLD) == -1 &&
                  errno == EINVAL && wholly_mapped(call->address, 1);
    char *map = real_mmap(call);

    if (map != MAP_FAILED && locked)
        system_mlock2(map, page_size(), 0);
    return map;
}

MMAP_MUTANT(failure_unmaps, "MAP_FIXED that fails has taken away what was there")
{
    void *map = real_mmap(call);
    int error = errno;

    if (map == MAP_FAILED && (call->flags & MAP_FIXED) && is_modest(call)) {
        system_munmap(call->address, call->length);
        errno = error;
    }
    return map;
}

MMAP_MUTANT(same_place_again, "a second map of the same length replaces the first")
{
    static char *last;
    static size_t last_length;

    if (!call->address && last && call->length == last_length) {
        call->address = last;
        call->flags |= MAP_FIXED;
    }
    char *map = real_mmap(call);
    last = map == MAP_FAILED ? NULL : map;
    last_length = call->length;
    return map;
}

MMAP_MUTANT(below_1gib, "where the caller leaves it to the system, maps replace each other at one address")
{
    if (!call->address && !is_fixed(call)) {
        call->address = (char *)((uintptr_t)1 << 30);
        call->flags |= MAP_FIXED;
    }
    return real_mmap(call);
}

/* ---- length ------------------------------------------------------------------------------------ */

MMAP_CHANGES(length_rounded_down, "a length that ends inside a page leaves that page out",
             call->length > page_size(), call->length &= ~(page_size() - 1))
MMAP_CHANGES(first_page_only, "only the first page is mapped", call->length > page_size(),
             call->length = page_size())
MMAP_CHANGES(page_less, "the last page of several is not mapped", call->length > page_size(),
             call->length = whole_pages(call->length) - page_size())
MMAP_CHANGES(page_more, "a page more than asked for is mapped",
             call->length > 0 && call->length < SIZE_MAX / 2, call->length += page_size())
MMAP_CHANGES(length_32_bits, "only the low 32 bits of the length count", call->length > UINT32_MAX,
             call->length = (uint32_t)call->length ? (uint32_t)call->length : page_size())
MMAP_CHANGES(length_0_page, "a length of 0 maps a page", call->length == 0, call->length = page_size())
MMAP_CHANGES(length_huge_cut, "a length beyond the address space is cut, not refused",
             call->length > (size_t)1 << 56, call->length = (size_t)1 << 30)

MMAP_MUTANT(length_0_whole_file, "a length of 0 maps the whole file")
{
    if (call->length == 0 && is_file(call))
        call->length = (size_t)size_of(call->descriptor);
    return real_mmap(call);
}

MMAP_MUTANT(ends_at_end_of_file, "a map ends where its file ends, whatever its length")
{
    off_t size = is_file(call) ? size_of(call->descriptor) : -1;

    if (size > call->offset && (off_t)call->length > size - call->offset)
        call->length = (size_t)(size - call->offset);
    return real_mmap(call);
}

static bool reaches_beyond(const struct mmap_call *call)
{
    off_t size = is_file(call) ? size_of(call->descriptor) : -1;

    return size >= 0 && call->offset + (off_t)call->length > (off_t)whole_pages((size_t)size);
}

MMAP_REFUSES(beyond_refused, "a map that reaches beyond the end of its file is refused", reaches_beyond(call),
             EINVAL)
MMAP_REFUSES(empty_file_refused, "a map of an empty file is refused",
             is_file(call) && size_of(call->descriptor) == 0, EINVAL)
MMAP_REFUSES(begins_beyond_refused, "a map that begins beyond the end of its file is refused",
             is_file(call) && size_of(call->descriptor) >= 0 && call->offset >= size_of(call->descriptor),
             ENXIO)

MMAP_MUTANT(extends_file, "a map that reaches beyond the end of its file extends the file")
{
    if (reaches_beyond(call) && is_modest(call) && (call->protection & PROT_WRITE) && is_shared(call) &&
        system_ftruncate(call->descriptor, call->offset + (off_t)call->length) != 0) {
        /* Open for reading only, or sealed. */
    }
    return real_mmap(call);
}

MMAP_MUTANT(zeros_beyond_end, "pages beyond the end of the file read 0 and raise no signal")
{
    char *map = real_mmap(call);

    if (map != MAP_FAILED && reaches_beyond(call)) {
        size_t size = (size_t)size_of(call->descriptor), offset = (size_t)call->offset;
        size_t inside = whole_pages(size) > offset ? whole_pages(size) - offset : 0;
        system_mmap(map + inside, call->length - inside, call->protection,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    }
    return map;
}

MMAP_MUTANT(closed_beyond_end, "touching a page beyond the end of the file raises SIGSEGV, not SIGBUS")
{
    char *map = real_mmap(call);

    if (map != MAP_FAILED && reaches_beyond(call)) {
        size_t size = (size_t)size_of(call->descriptor), offset = (size_t)call->offset;
        size_t inside = whole_pages(size) > offset ? whole_pages(size) - offset : 0;
        system_mprotect(map + inside, call->length - inside, PROT_NONE);
    }
    return map;
}

/* ---- offset ------------------------------------------------------------------------------------ */

MMAP_CHANGES(offset_ignored, "every map shows the start of its file", is_file(call), call->offset = 0)
MMAP_CHANGES(offset_32_bits, "only the low 32 bits of the offset count", is_file(call),
             call->offset &= UINT32_MAX)
MMAP_CHANGES(offset_31_bits, "only the low 31 bits of the offset count", is_file(call),
             call->offset &= INT32_MAX)
MMAP_CHANGES(offset_rounded, "an offset inside a page is rounded down, not refused", true,
             call->offset &= ~(off_t)(page_size() - 1))
MMAP_CHANGES(offset_page_more, "a map begins a page behind its offset", is_file(call) && call->offset > 0,
             call->offset += (off_t)page_size())
MMAP_CHANGES(offset_page_less, "a map begins a page before its offset", is_file(call) && call->offset > 0,
             call->offset -= (off_t)page_size())
MMAP_CHANGES(offset_in_64k, "an offset is rounded down to 64 KiB", is_file(call),
             call->offset &= ~(off_t)0xffff)
MMAP_REFUSES(offset_64k_only, "an offset that is no multiple of 64 KiB is refused", call->offset & 0xffff,
             EINVAL)
MMAP_CHANGES(offset_overflow_cut, "an offset whose end can't be told is cut, not refused",
             is_file(call) && call->offset + (off_t)call->length < 0, call->offset = 0)
MMAP_CHANGES(offset_negative_accepted, "a negative offset counts as 0", call->offset < 0, call->offset = 0)
MMAP_CHANGES(offset_fixed_ignored, "with MAP_FIXED the offset is ignored", call->flags &MAP_FIXED,
             call->offset = 0)
