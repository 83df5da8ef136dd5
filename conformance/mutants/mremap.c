/* mremap: bytes, rights and places that get lost on the way. */
#include "mutant.h"

#include <stdarg.h>

struct call {
    char *address;
    size_t old_length, new_length;
    int flags;
    char *new_address;
};

static char *real(const struct call *call)
{
    return system_mremap(call->address, call->old_length, call->new_length, call->flags, call->new_address);
}

static char *refused(int error)
{
    errno = error;
    return MAP_FAILED;
}

#define MREMAP(aspect, sentence) DEFINE_MUTANT(mremap, aspect, sentence, char *, struct call)
#define CHANGES(aspect, sentence, condition, change)                                                         \
    MREMAP(aspect, sentence)                                                                                 \
    {                                                                                                        \
        if (condition)                                                                                       \
            change;                                                                                          \
        return real(call);                                                                                   \
    }
#define REFUSED(aspect, sentence, condition, error)                                                          \
    MREMAP(aspect, sentence)                                                                                 \
    {                                                                                                        \
        return (condition) ? refused(error) : real(call);                                                    \
    }
#define OTHER_ERROR(aspect, from, to)                                                                        \
    MREMAP(aspect, #from " is reported as " #to)                                                             \
    {                                                                                                        \
        char *map = real(call);                                                                              \
        return map == MAP_FAILED && errno == from ? refused(to) : map;                                       \
    }
#define SWALLOWS(aspect, error)                                                                              \
    MREMAP(aspect, "where " #error " is due the old address is answered")                                    \
    {                                                                                                        \
        char *map = real(call);                                                                              \
        return map == MAP_FAILED && errno == error ? call->address : map;                                    \
    }

static bool grows(const struct call *call)
{
    return whole_pages(call->new_length) > whole_pages(call->old_length) && call->old_length > 0;
}

static bool shrinks(const struct call *call)
{
    return whole_pages(call->new_length) < whole_pages(call->old_length) && call->new_length > 0;
}

static bool moved(const struct call *call, const char *map)
{
    return map != MAP_FAILED && map != call->address;
}

/* ---- bytes ------------------------------------------------------------------------------------- */

static void zero_page(char *at)
{
    static const char zeros[64];

    force_write(at, zeros, sizeof zeros);
}

MREMAP(move_loses_all, "a map that moves comes without its bytes")
{
    char *map = real(call);

    for (size_t offset = 0; moved(call, map) && offset < call->old_length && offset < call->new_length;
         offset += page_size())
        zero_page(map + offset);
    return map;
}

MREMAP(move_loses_first_page, "a map that moves loses the bytes of its first page")
{
    char *map = real(call);

    if (moved(call, map) && call->old_length > 0)
        zero_page(map);
    return map;
}

MREMAP(move_loses_last_page, "a map that moves loses the bytes of its last page")
{
    char *map = real(call);

    if (moved(call, map) && call->old_length > 0 && call->new_length >= call->old_length)
        zero_page(page_start(map + call->old_length - 1));
    return map;
}

MREMAP(move_loses_page_20, "a long map that moves loses the bytes of a page in its middle")
{
    char *map = real(call);

    if (moved(call, map) && call->old_length >= 24 * page_size())
        zero_page(map + 20 * page_size());
    return map;
}

MREMAP(grow_loses_last_page, "a map that grows in place loses the bytes of its last page")
{
    char *map = real(call);

    if (map == call->address && grows(call))
        zero_page(page_start(map + call->old_length - 1));
    return map;
}

MREMAP(shrink_loses_last_page, "a map that shrinks loses the bytes of the last page that stays")
{
    char *map = real(call);

    if (map != MAP_FAILED && shrinks(call))
        zero_page(page_start(map + call->new_length - 1));
    return map;
}

MREMAP(stores_lost, "a private map of a file that is remapped shows the file again")
{
    char *map = real(call);

    if (map != MAP_FAILED)
        system_madvise(map, call->old_length < call->new_length ? call->old_length : call->new_length,
                       MADV_DONTNEED);
    return map;
}

MREMAP(tail_not_zero, "memory that is gained by growing is not zero")
{
    char *map = real(call);

    if (map != MAP_FAILED && grows(call))
        force_write(map + whole_pages(call->new_length) - page_size(), "x", 1);
    return map;
}

MREMAP(tail_first_not_zero, "the first page that is gained by growing holds a copy of the last old one")
{
    char *map = real(call), bytes[64];

    if (map != MAP_FAILED && grows(call) &&
        force_read(bytes, map + whole_pages(call->old_length) - page_size(), sizeof bytes))
        force_write(map + whole_pages(call->old_length), bytes, sizeof bytes);
    return map;
}

/* ---- size -------------------------------------------------------------------------------------- */

CHANGES(tail_missing, "growing gains a page less than asked for",
        grows(call) && call->new_length < SIZE_MAX / 4,
        call->new_length = whole_pages(call->new_length) - page_size())
CHANGES(page_more, "growing gains a page more than asked for", grows(call) && call->new_length < SIZE_MAX / 4,
        call->new_length += page_size())
CHANGES(shrink_page_more, "shrinking takes a page too many", shrinks(call) && call->new_length > page_size(),
        call->new_length -= page_size())
CHANGES(shrink_page_less, "shrinking takes a page too few", shrinks(call), call->new_length += page_size())
CHANGES(length_rounded_down, "a new length that ends inside a page leaves that page out",
        call->new_length > page_size(), call->new_length &= ~(page_size() - 1))
CHANGES(new_0_page, "a new length of 0 counts as a page", call->new_length == 0,
        call->new_length = page_size())

MREMAP(shrink_ignored, "nothing is unmapped when a map shrinks")
{
    return shrinks(call) && !(call->flags & MREMAP_FIXED) && wholly_mapped(call->address, call->old_length)
               ? call->address
               : real(call);
}

MREMAP(grow_ignored, "growing in place answers success and gains nothing")
{
    return grows(call) && !(call->flags & MREMAP_MAYMOVE) && call->new_length < SIZE_MAX / 4 &&
                   wholly_mapped(call->address, call->old_length)
               ? call->address
               : real(call);
}

MREMAP(shrink_closes, "the pages that shrinking takes lose their rights and stay mapped")
{
    if (!shrinks(call) || (call->flags & MREMAP_FIXED) || (uintptr_t)call->address % page_size())
        return real(call);
    char *end = call->address + whole_pages(call->new_length);
    system_mprotect(end, whole_pages(call->old_length) - whole_pages(call->new_length), PROT_NONE);
    return call->address;
}

/* ---- place ------------------------------------------------------------------------------------- */

CHANGES(maymove_assumed, "a map moves though MREMAP_MAYMOVE was not given", grows(call),
        call->flags |= MREMAP_MAYMOVE)
CHANGES(maymove_ignored, "MREMAP_MAYMOVE is ignored: what can't grow in place fails",
        !(call->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)), call->flags &= ~MREMAP_MAYMOVE)
CHANGES(fixed_ignored, "MREMAP_FIXED is ignored: the map lies where it likes", call->flags &MREMAP_FIXED,
        call->flags &= ~MREMAP_FIXED)
CHANGES(fixed_page_off, "MREMAP_FIXED moves a page behind the address", call->flags &MREMAP_FIXED,
        call->new_address += page_size())
CHANGES(fixed_rounds, "MREMAP_FIXED inside a page moves to its start", call->flags &MREMAP_FIXED,
        call->new_address = page_start(call->new_address))
CHANGES(fixed_moves_alone, "MREMAP_FIXED does not need MREMAP_MAYMOVE", call->flags &MREMAP_FIXED,
        call->flags |= MREMAP_MAYMOVE)
REFUSED(fixed_exclusive, "MREMAP_FIXED over a map fails with EEXIST",
        (call->flags & MREMAP_FIXED) && wholly_mapped(call->new_address, 1), EEXIST)
MREMAP(fixed_page_before, "MREMAP_FIXED takes away the page before the range too")
{
    char *map = real(call);

    if (map != MAP_FAILED && (call->flags & MREMAP_FIXED))
        system_munmap(map - page_size(), page_size());
    return map;
}

static bool spans_maps(const char *address, size_t length)
{
    struct area area;

    return find_area(&area, address) && area.end < address + length;
}

REFUSED(fixed_no_replace, "MREMAP_FIXED is refused where its range spans several maps",
        (call->flags & MREMAP_FIXED) && spans_maps(call->new_address, call->new_length), EINVAL)
CHANGES(dontunmap_ignored, "MREMAP_DONTUNMAP unmaps the old range", call->flags &MREMAP_DONTUNMAP,
        call->flags &= ~MREMAP_DONTUNMAP)
CHANGES(dontunmap_moves_alone, "MREMAP_DONTUNMAP does not need MREMAP_MAYMOVE", call->flags &MREMAP_DONTUNMAP,
        call->flags |= MREMAP_MAYMOVE)
CHANGES(dontunmap_resizes, "MREMAP_DONTUNMAP changes the size too",
        (call->flags & MREMAP_DONTUNMAP) && call->new_length != call->old_length,
        call->flags &= ~MREMAP_DONTUNMAP)
CHANGES(old_unaligned_rounded, "an old address inside a page counts as the start of the page", true,
        call->address = page_start(call->address))
CHANGES(unknown_flags_accepted, "flags that do not exist are ignored", true,
        call->flags &= MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP)

MREMAP(overlap_accepted, "MREMAP_FIXED onto its own old range answers success and does nothing")
{
    if ((call->flags & MREMAP_FIXED) && call->new_address < call->address + call->old_length &&
        call->address < call->new_address + call->new_length)
        return call->new_address;
    return real(call);
}

MREMAP(old_left, "the old place stays mapped when a map moves")
{
    char *map = real(call);

    if (moved(call, map) && call->old_length > 0 && !(call->flags & MREMAP_DONTUNMAP))
        system_mmap(call->address, call->old_length, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    return map;
}

MREMAP(old_last_page_left, "the last page of the old place stays mapped when a map moves")
{
    char *map = real(call);

    if (moved(call, map) && call->old_length > page_size() && !(call->flags & MREMAP_DONTUNMAP))
        system_mmap(page_start(call->address + call->old_length - 1), page_size(), PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    return map;
}

MREMAP(dontunmap_keeps_bytes, "with MREMAP_DONTUNMAP the old range keeps its bytes")
{
    char first[64];
    bool kept = (call->flags & MREMAP_DONTUNMAP) && force_read(first, call->address, sizeof first);
    char *map = real(call);

    if (map != MAP_FAILED && kept)
        force_write(call->address, first, sizeof first);
    return map;
}

MREMAP(failure_unmaps, "a map that can't grow is gone afterwards")
{
    char *map = real(call);

    if (map == MAP_FAILED && errno == ENOMEM && call->new_length < SIZE_MAX / 4) {
        system_munmap(call->address, call->old_length);
        errno = ENOMEM;
    }
    return map;
}

MREMAP(fixed_failure_unmaps, "MREMAP_FIXED that fails has taken away what was there")
{
    char *map = real(call);
    int error = errno;

    if (map == MAP_FAILED && (call->flags & MREMAP_FIXED)) {
        system_munmap(call->new_address, call->new_length);
        errno = error;
    }
    return map;
}

MREMAP(answers_old, "a map that has moved is answered by its old address")
{
    char *map = real(call);

    return moved(call, map) && call->old_length > 0 ? call->address : map;
}

/* ---- old length 0 ------------------------------------------------------------------------------ */

REFUSED(duplicate_refused, "an old length of 0 is refused for shared maps", call->old_length == 0, EINVAL)

MREMAP(duplicate_private_accepted, "an old length of 0 makes a second map of private memory")
{
    char *map = real(call);

    if (call->old_length == 0 && map == MAP_FAILED && errno == EINVAL)
        return system_mmap(NULL, call->new_length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                           0);
    return map;
}

MREMAP(duplicate_copies, "an old length of 0 makes a copy that is not shared with the first map")
{
    char *map = real(call);
    char *buffer = map;

    if (call->old_length != 0 || map == MAP_FAILED)
        return map;
    buffer = system_mmap(NULL, call->new_length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    force_read(buffer, map, call->new_length);
    system_munmap(map, call->new_length);
    return buffer;
}

MREMAP(duplicate_moves, "an old length of 0 moves the map in place of doubling it")
{
    char *map = real(call);

    if (call->old_length == 0 && map != MAP_FAILED)
        system_munmap(call->address, call->new_length);
    return map;
}

/* ---- what a map brings along ------------------------------------------------------------------- */

MREMAP(rights_lost, "a map that moves can be read and written, whatever its rights were")
{
    char *map = real(call);

    if (moved(call, map))
        system_mprotect(map, call->new_length, PROT_READ | PROT_WRITE);
    return map;
}

MREMAP(write_lost, "a map that moves can only be read")
{
    char *map = real(call);

    if (moved(call, map))
        system_mprotect(map, call->new_length, PROT_READ);
    return map;
}

MREMAP(tail_rights, "the pages gained by growing can be read and written, whatever the rights of the map")
{
    char *map = real(call);

    if (map != MAP_FAILED && grows(call))
        system_mprotect(map + whole_pages(call->old_length),
                        whole_pages(call->new_length) - whole_pages(call->old_length),
                        PROT_READ | PROT_WRITE);
    return map;
}

MREMAP(exec_added, "a map that moves can be executed")
{
    char *map = real(call);
    struct area area;

    if (moved(call, map) && find_area(&area, map))
        system_mprotect(map, call->new_length, area.protection | PROT_EXEC);
    return map;
}

MREMAP(sharing_lost, "a shared map that moves is a private copy")
{
    struct area area;
    char *map = real(call);

    if (moved(call, map) && call->old_length > 0 && find_area(&area, map) && area.shared) {
        char *copy =
            system_mmap(NULL, call->new_length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        for (size_t offset = 0; offset < call->old_length && offset < call->new_length; offset += page_size())
            force_read(copy + offset, map + offset, page_size());
        return system_mremap(copy, call->new_length, call->new_length, MREMAP_MAYMOVE | MREMAP_FIXED, map);
    }
    return map;
}

MREMAP(offset_lost, "a map of a file that grows shows the start of the file behind its old end")
{
    struct area area;
    off_t offset;
    char *map = real(call);

    if (map == MAP_FAILED || !grows(call) || !find_area(&area, map) || !area.has_file)
        return map;
    int descriptor = open_mapped_file(map, &offset);
    if (descriptor < 0)
        return map;
    size_t old = whole_pages(call->old_length);
    system_mmap(map + old, whole_pages(call->new_length) - old, area.protection,
                (area.shared ? MAP_SHARED : MAP_PRIVATE) | MAP_FIXED, descriptor, 0);
    close(descriptor);
    return map;
}

MREMAP(tail_anonymous, "the pages that a map of a file gains are anonymous memory")
{
    struct area area;
    char *map = real(call);

    if (map != MAP_FAILED && grows(call) && find_area(&area, map) && area.has_file) {
        size_t old = whole_pages(call->old_length);
        system_mmap(map + old, whole_pages(call->new_length) - old, area.protection,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    }
    return map;
}

MREMAP(lock_lost, "a locked map that moves is not locked any more")
{
    char *map = real(call);

    if (moved(call, map))
        system_munlock(map, call->new_length);
    return map;
}

MREMAP(shrink_unlocks, "a locked map that shrinks is not locked any more")
{
    char *map = real(call);

    if (map != MAP_FAILED && shrinks(call))
        system_munlock(map, call->new_length);
    return map;
}

MREMAP(tail_not_locked, "the pages that a locked map gains are not locked")
{
    char *map = real(call);

    if (map != MAP_FAILED && grows(call))
        system_munlock(map + whole_pages(call->old_length),
                       whole_pages(call->new_length) - whole_pages(call->old_length));
    return map;
}

MREMAP(advice_lost, "a map that moves forgets MADV_DONTFORK and MADV_DONTDUMP")
{
    char *map = real(call);

    if (moved(call, map)) {
        system_madvise(map, call->new_length, MADV_DOFORK);
        system_madvise(map, call->new_length, MADV_DODUMP);
    }
    return map;
}

/* ---- errors ------------------------------------------------------------------------------------ */

MREMAP(lock_limit_ignored, "a locked map grows beyond RLIMIT_MEMLOCK, unlocked")
{
    char *map = real(call);

    if (map != MAP_FAILED || errno != EAGAIN)
        return map;
    system_munlock(call->address, call->old_length);
    return real(call);
}

MREMAP(unmapped_accepted, "where nothing is mapped memory is made")
{
    char *map = real(call);

    if (map == MAP_FAILED && errno == EFAULT)
        return system_mmap(NULL, call->new_length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                           0);
    return map;
}

SWALLOWS(einval_swallowed, EINVAL)
SWALLOWS(efault_swallowed, EFAULT)
SWALLOWS(enomem_swallowed, ENOMEM)
SWALLOWS(eperm_swallowed, EPERM)
OTHER_ERROR(enomem_as_efault, ENOMEM, EFAULT)
OTHER_ERROR(enomem_as_einval, ENOMEM, EINVAL)
OTHER_ERROR(efault_as_einval, EFAULT, EINVAL)
OTHER_ERROR(efault_as_enomem, EFAULT, ENOMEM)
OTHER_ERROR(einval_as_enomem, EINVAL, ENOMEM)
OTHER_ERROR(eagain_as_enomem, EAGAIN, ENOMEM)

EXPORT void *mremap(void *address, size_t old_length, size_t new_length, int flags, ...)
{
    va_list more;

    va_start(more, flags);
    void *new_address = flags & (MREMAP_FIXED | MREMAP_DONTUNMAP) ? va_arg(more, void *) : NULL;
    va_end(more);
    PERFORM(mremap, char *, address, old_length, new_length, flags, new_address);
}
