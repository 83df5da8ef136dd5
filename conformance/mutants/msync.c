/* msync: what is not written, what is lost, and what is not refused. */
#include "mutant.h"

#include <sys/stat.h>

struct call {
    char *address;
    size_t length;
    int flags;
};

static int real(const struct call *call)
{
    return system_msync(call->address, call->length, call->flags);
}

#define CHANGES(aspect, sentence, condition, change)                                                         \
    MUTANT(msync, aspect, sentence)                                                                          \
    {                                                                                                        \
        if (condition)                                                                                       \
            change;                                                                                          \
        return real(call);                                                                                   \
    }

static bool several_pages(const struct call *call)
{
    return call->length > page_size() && call->length < SIZE_MAX / 4 &&
           wholly_mapped(call->address, call->length);
}

/* ---- what is written --------------------------------------------------------------------------- */

CHANGES(sync_as_async, "MS_SYNC returns before anything is written", call->flags &MS_SYNC,
        call->flags = (call->flags & ~MS_SYNC) | MS_ASYNC)
CHANGES(first_page_only, "only the first page is written", several_pages(call), call->length = page_size())
CHANGES(last_page_left, "the last page of several is not written", several_pages(call),
        call->length = whole_pages(call->length) - page_size())
CHANGES(first_page_left, "the first page of several is not written", several_pages(call),
        (call->address += page_size(), call->length -= page_size()))
CHANGES(length_rounded_down, "a length that ends inside a page leaves that page out", true,
        call->length &= ~(page_size() - 1))

/* The real call's errors without its effect. */
static int only_checked(const struct call *call)
{
    struct call harmless = *call;

    harmless.flags = (call->flags & ~MS_SYNC) | MS_ASYNC;
    return call->flags & MS_ASYNC ? real(call) : real(&harmless);
}

static bool has_file(const char *address)
{
    struct area area;

    return find_area(&area, address) && area.has_file;
}

MUTANT(msync, ignored, "nothing is written")
{
    return only_checked(call);
}

MUTANT(msync, offset_ignored, "of a map that begins inside its file nothing is written")
{
    struct area area;

    return find_area(&area, call->address) && area.offset > 0 ? only_checked(call) : real(call);
}

MUTANT(msync, second_map_left, "of several maps in the range only the first is written")
{
    struct area area;

    if (several_pages(call) && find_area(&area, call->address) && call->address + call->length > area.end)
        call->length = (size_t)(area.end - call->address);
    return real(call);
}

MUTANT(msync, stops_at_hole, "what lies behind a hole is not written")
{
    struct area area;

    if (find_area(&area, call->address) && call->length < SIZE_MAX / 4 &&
        !wholly_mapped(call->address, call->length)) {
        call->length = (size_t)(area.end - call->address);
        int answer = real(call);
        return answer == 0 ? fail(ENOMEM) : answer;
    }
    return real(call);
}

MUTANT(msync, hole_writes_nothing, "where there is a hole in the range nothing is written")
{
    return call->length > 0 && call->length < SIZE_MAX / 4 && (uintptr_t)call->address % page_size() == 0 &&
                   !wholly_mapped(call->address, call->length)
               ? fail(ENOMEM)
               : real(call);
}

MUTANT(msync, read_only_left, "through a map for reading only nothing is written")
{
    struct area area;

    return find_area(&area, call->address) && !(area.protection & PROT_WRITE) ? only_checked(call)
                                                                              : real(call);
}

MUTANT(msync, closed_left, "pages without rights are not written")
{
    struct area area;

    return find_area(&area, call->address) && area.protection == PROT_NONE ? only_checked(call) : real(call);
}

MUTANT(msync, locked_left, "locked pages are not written")
{
    bool locked = system_madvise(call->address, page_size(), MADV_COLD) == -1 && errno == EINVAL;

    return locked ? only_checked(call) : real(call);
}

/* ---- what is lost ------------------------------------------------------------------------------ */

MUTANT(msync, invalidate_discards,
       "MS_INVALIDATE drops what was stored in a shared map since the last write-back")
{
    off_t offset;

    if ((call->flags & MS_INVALIDATE) && call->length > 0 && has_file(call->address)) {
        struct area area;
        int descriptor =
            find_area(&area, call->address) && area.shared ? open_mapped_file(call->address, &offset) : -1;
        if (descriptor >= 0 && pwrite(descriptor, "", 1, offset) < 0) {
            /* Nothing to spoil. */
        }
        if (descriptor >= 0)
            close(descriptor);
    }
    return real(call);
}

MUTANT(msync, invalidate_drops_private, "MS_INVALIDATE drops what was stored in a private map")
{
    struct area area;

    if ((call->flags & MS_INVALIDATE) && find_area(&area, call->address) && !area.shared)
        system_madvise(call->address, call->length, MADV_DONTNEED);
    return real(call);
}

MUTANT(msync, drops_private, "syncing a private map drops what was stored in it")
{
    struct area area;

    if (find_area(&area, call->address) && !area.shared)
        system_madvise(call->address, call->length, MADV_DONTNEED);
    return real(call);
}

/* Memory whose file has no name: what shared anonymous memory is made of. */
static bool is_nameless(const char *address)
{
    struct stat status = {.st_nlink = 1};
    off_t offset;
    int descriptor = open_mapped_file(address, &offset);

    if (descriptor >= 0) {
        fstat(descriptor, &status);
        close(descriptor);
    }
    return status.st_nlink == 0;
}

MUTANT(msync, drops_anonymous, "syncing shared anonymous memory drops what it holds")
{
    struct area area;

    if (find_area(&area, call->address) && area.shared)
        if (is_nameless(call->address))
            system_madvise(call->address, call->length, MADV_REMOVE);
    return real(call);
}

MUTANT(msync, writes_private, "what was stored in a private map is written to its file")
{
    if (call->length > 0)
        write_private(call->address);
    return real(call);
}

MUTANT(msync, writes_tail, "the whole last page is written, also what lies behind the end of the file")
{
    off_t offset;
    struct area area;

    if (call->length > 0 && find_area(&area, call->address) && area.shared && area.has_file) {
        int descriptor = open_mapped_file(call->address, &offset);
        off_t size = descriptor >= 0 ? size_of(descriptor) : 0;
        if (size > 0 && size % (off_t)page_size() != 0 &&
            system_ftruncate(descriptor, (off_t)whole_pages((size_t)size)) != 0) {
            /* Sealed. */
        }
        if (descriptor >= 0)
            close(descriptor);
    }
    return real(call);
}

MUTANT(msync, writes_to_start, "a map that begins inside its file is written to the start of the file")
{
    off_t offset;
    struct area area;
    char byte;

    if (call->length > 0 && find_area(&area, call->address) && area.shared && area.has_file &&
        area.offset > 0 && force_read(&byte, call->address, 1)) {
        int descriptor = open_mapped_file(call->address, &offset);
        if (descriptor >= 0) {
            if (size_of(descriptor) > 0 && pwrite(descriptor, &byte, 1, 0) < 0) {
                /* Nothing to spoil. */
            }
            close(descriptor);
        }
    }
    return real(call);
}

/* ---- errors ------------------------------------------------------------------------------------ */

CHANGES(both_accepted, "MS_SYNC and MS_ASYNC together are accepted",
        (call->flags & (MS_SYNC | MS_ASYNC)) == (MS_SYNC | MS_ASYNC), call->flags &= ~MS_ASYNC)
CHANGES(unknown_accepted, "flags that do not exist are accepted", true,
        call->flags &= MS_SYNC | MS_ASYNC | MS_INVALIDATE)
CHANGES(unaligned_accepted, "an address inside a page is accepted", true,
        call->address = page_start(call->address))
CHANGES(wrap_cut, "a range that wraps around is cut, not refused", call->length > SIZE_MAX / 2,
        call->length = page_size())

MUTANT(msync, hole_accepted, "a range with a hole is accepted, the rest is written")
{
    return wholly_mapped(call->address, 1) ? swallow(real(call), ENOMEM) : real(call);
}

MUTANT(msync, unmapped_accepted, "a range in which nothing is mapped is accepted")
{
    return wholly_mapped(call->address, 1) ? real(call) : swallow(real(call), ENOMEM);
}

SWALLOWED(msync, enomem_swallowed, ENOMEM)
SWALLOWED(msync, ebusy_swallowed, EBUSY)
SWALLOWED(msync, einval_swallowed, EINVAL)
WRONG_ERROR(msync, enomem_as_efault, ENOMEM, EFAULT)
WRONG_ERROR(msync, enomem_as_einval, ENOMEM, EINVAL)
WRONG_ERROR(msync, ebusy_as_einval, EBUSY, EINVAL)
WRONG_ERROR(msync, einval_as_enomem, EINVAL, ENOMEM)
REFUSES(msync, flags_0_refused, "flags of 0 are refused", call->flags == 0, EINVAL)
REFUSES(msync, invalidate_refused, "MS_INVALIDATE is refused", call->flags &MS_INVALIDATE, EINVAL)
REFUSES(msync, async_invalidate_refused, "MS_ASYNC and MS_INVALIDATE can't be joined",
        call->flags == (MS_ASYNC | MS_INVALIDATE), EINVAL)
REFUSES(msync, length_0_refused, "a length of 0 is refused", call->length == 0, EINVAL)
REFUSES(msync, length_unaligned_refused, "a length that ends inside a page is refused",
        call->length % page_size() != 0 && call->length < SIZE_MAX / 4, EINVAL)

static bool is_read_only(const struct call *call)
{
    struct area area;

    return find_area(&area, call->address) && !(area.protection & PROT_WRITE);
}

static bool is_private(const struct call *call)
{
    struct area area;

    return find_area(&area, call->address) && !area.shared;
}

static bool is_beyond_file(const struct call *call)
{
    off_t offset;
    int descriptor = call->length > 0 && call->length < SIZE_MAX / 4
                         ? open_mapped_file(call->address + call->length - 1, &offset)
                         : -1;
    off_t size = size_of(descriptor);

    if (descriptor >= 0)
        close(descriptor);
    return size >= 0 && offset >= (off_t)whole_pages((size_t)size);
}

REFUSES(msync, read_only_refused, "a map for reading only is refused", is_read_only(call), EACCES)
REFUSES(msync, private_refused, "private maps are refused", is_private(call), EINVAL)
REFUSES(msync, beyond_file_refused, "pages beyond the end of the file are an error", is_beyond_file(call),
        EIO)
REFUSES(msync, anonymous_refused, "anonymous memory is refused",
        wholly_mapped(call->address, 1) && !has_file(call->address), EINVAL)

EXPORT int msync(void *address, size_t length, int flags)
{
    PERFORM(msync, int, address, length, flags);
}
