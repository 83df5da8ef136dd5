/* mmap: flags that are ignored, exchanged, half obeyed or refused. */
#include "mmap.h"

/* ---- sharing ----------------------------------------------------------------------------------- */

MMAP_CHANGES(shared_file_private, "a shared map of a file is a private one", is_shared(call) && is_file(call),
             call->flags = (call->flags & ~MAP_TYPE) | MAP_PRIVATE)
MMAP_CHANGES(shared_anonymous_private, "shared anonymous memory is private",
             is_shared(call) && !is_file(call), call->flags = (call->flags & ~MAP_TYPE) | MAP_PRIVATE)
MMAP_CHANGES(private_file_shared, "a private map of a file is a shared one",
             is_private(call) && is_file(call), call->flags = (call->flags & ~MAP_TYPE) | MAP_SHARED)
MMAP_CHANGES(private_anonymous_shared, "private anonymous memory is shared with children",
             is_private(call) && !is_file(call), call->flags = (call->flags & ~MAP_TYPE) | MAP_SHARED)
MMAP_CHANGES(validate_private, "MAP_SHARED_VALIDATE makes a private map",
             (call->flags & MAP_TYPE) == MAP_SHARED_VALIDATE,
             call->flags = (call->flags & ~MAP_TYPE) | MAP_PRIVATE)
MMAP_CHANGES(validate_does_not, "MAP_SHARED_VALIDATE ignores unknown flags as MAP_SHARED does",
             (call->flags & MAP_TYPE) == MAP_SHARED_VALIDATE && is_file(call),
             call->flags = (call->flags & ~MAP_TYPE) | MAP_SHARED)
MMAP_CHANGES(no_type_private, "without MAP_SHARED or MAP_PRIVATE a file is mapped privately",
             !(call->flags & MAP_TYPE) && is_file(call), call->flags |= MAP_PRIVATE)
MMAP_CHANGES(no_type_private_anonymous, "without MAP_SHARED or MAP_PRIVATE memory is private",
             !(call->flags & MAP_TYPE) && !is_file(call), call->flags |= MAP_PRIVATE)
MMAP_CHANGES(no_type_shared, "without MAP_SHARED or MAP_PRIVATE the map is shared", !(call->flags & MAP_TYPE),
             call->flags |= MAP_SHARED)
MMAP_REFUSES(validate_refused, "MAP_SHARED_VALIDATE is not known",
             (call->flags & MAP_TYPE) == MAP_SHARED_VALIDATE, EINVAL)

/* ---- anonymous memory -------------------------------------------------------------------------- */

MMAP_CHANGES(anonymous_descriptor, "MAP_ANONYMOUS with a descriptor maps the file",
             !is_file(call) && call->descriptor >= 0, call->flags &= ~MAP_ANONYMOUS)
MMAP_REFUSES(anonymous_descriptor_refused, "MAP_ANONYMOUS with a descriptor is refused",
             !is_file(call) && call->descriptor >= 0, EINVAL)
MMAP_CHANGES(file_anonymous, "files are mapped as anonymous memory",
             is_file(call) && size_of(call->descriptor) >= 0, call->flags |= MAP_ANONYMOUS)

/* ---- what flags bring about -------------------------------------------------------------------- */

#define IGNORES(aspect, flag)                                                                                \
    MMAP_CHANGES(aspect##_ignored, #flag " is ignored", true, call->flags &= ~(flag))

IGNORES(fixed_noreplace, MAP_FIXED_NOREPLACE)
IGNORES(populate, MAP_POPULATE)
IGNORES(nonblock, MAP_NONBLOCK)
IGNORES(locked, MAP_LOCKED)
IGNORES(noreserve, MAP_NORESERVE)
IGNORES(growsdown, MAP_GROWSDOWN)
#ifdef MAP_32BIT
IGNORES(32bit, MAP_32BIT)
#endif

MMAP_CHANGES(fixed_ignored, "MAP_FIXED is ignored, address and all", call->flags &MAP_FIXED,
             (call->flags &= ~MAP_FIXED, call->address = NULL))
MMAP_CHANGES(hugetlb_ignored, "MAP_HUGETLB gives pages of the ordinary size", true,
             call->flags &= ~MAP_HUGETLB)
MMAP_CHANGES(hugetlb_size_ignored, "MAP_HUGETLB ignores which size of pages was asked for",
             call->flags &MAP_HUGETLB, call->flags &= ~(MAP_HUGE_MASK << MAP_HUGE_SHIFT))

MMAP_MUTANT(hugetlb_falls_back, "where there are no huge pages MAP_HUGETLB gives small ones, not ENOMEM")
{
    void *map = real_mmap(call);

    if (map != MAP_FAILED || errno != ENOMEM || !(call->flags & MAP_HUGETLB))
        return map;
    call->flags &= ~(MAP_HUGETLB | MAP_HUGE_MASK << MAP_HUGE_SHIFT);
    return real_mmap(call);
}

MMAP_CHANGES(sync_ignored, "MAP_SYNC is ignored where the storage can't do it", call->flags &MAP_SYNC,
             call->flags = (call->flags & ~(MAP_SYNC | MAP_TYPE)) | MAP_SHARED)

enum { TYPE_DROPPABLE = 8 }; /* headers of some age have no MAP_DROPPABLE */

MMAP_CHANGES(droppable_private, "MAP_DROPPABLE makes ordinary private memory",
             (call->flags & MAP_TYPE) == TYPE_DROPPABLE,
             call->flags = (call->flags & ~MAP_TYPE) | MAP_PRIVATE)
MMAP_CHANGES(droppable_shared, "MAP_DROPPABLE makes ordinary shared memory",
             (call->flags & MAP_TYPE) == TYPE_DROPPABLE, call->flags = (call->flags & ~MAP_TYPE) | MAP_SHARED)

/* The map without a flag, and then what that flag would have done to a part of it only. */
static char *without(struct mmap_call *call, int flag)
{
    call->flags &= ~flag;
    return real_mmap(call);
}

MMAP_MUTANT(populate_first_page, "MAP_POPULATE brings the first page into memory only")
{
    if (!(call->flags & MAP_POPULATE))
        return real_mmap(call);
    char *map = without(call, MAP_POPULATE);
    if (map != MAP_FAILED)
        system_madvise(map, page_size(), MADV_POPULATE_READ);
    return map;
}

MMAP_MUTANT(populate_all_but_last, "MAP_POPULATE leaves the last page out")
{
    if (!(call->flags & MAP_POPULATE))
        return real_mmap(call);
    char *map = without(call, MAP_POPULATE);
    if (map != MAP_FAILED && call->length > page_size())
        system_madvise(map, whole_pages(call->length) - page_size(), MADV_POPULATE_READ);
    return map;
}

MMAP_MUTANT(populate_files_ignored, "MAP_POPULATE reads no file into memory")
{
    if (is_file(call))
        call->flags &= ~MAP_POPULATE;
    return real_mmap(call);
}

MMAP_MUTANT(populate_anonymous_ignored, "MAP_POPULATE brings no anonymous memory")
{
    if (!is_file(call))
        call->flags &= ~MAP_POPULATE;
    return real_mmap(call);
}

MMAP_MUTANT(populate_shared_ignored, "MAP_POPULATE has no effect on shared maps")
{
    if (is_shared(call))
        call->flags &= ~MAP_POPULATE;
    return real_mmap(call);
}

MMAP_MUTANT(populate_past_end_fails, "MAP_POPULATE of a map that reaches beyond the end of its file fails")
{
    off_t size = is_file(call) ? size_of(call->descriptor) : -1;

    if ((call->flags & MAP_POPULATE) && size >= 0 &&
        call->offset + (off_t)call->length > (off_t)whole_pages((size_t)size))
        return refused(EFAULT);
    return real_mmap(call);
}

MMAP_MUTANT(always_populates, "every map is populated, asked for or not")
{
    if (is_modest(call))
        call->flags |= MAP_POPULATE;
    return real_mmap(call);
}

MMAP_MUTANT(locked_not_populated, "MAP_LOCKED locks and brings nothing into memory")
{
    if (!(call->flags & MAP_LOCKED))
        return real_mmap(call);
    char *map = without(call, MAP_LOCKED);
    if (map != MAP_FAILED)
        system_mlock2(map, call->length, MLOCK_ONFAULT);
    return map;
}

MMAP_MUTANT(locked_only_populates, "MAP_LOCKED populates and does not lock")
{
    if (call->flags & MAP_LOCKED)
        call->flags = (call->flags & ~MAP_LOCKED) | MAP_POPULATE;
    return real_mmap(call);
}

MMAP_MUTANT(locked_first_page, "MAP_LOCKED locks the first page only")
{
    if (!(call->flags & MAP_LOCKED))
        return real_mmap(call);
    char *map = without(call, MAP_LOCKED);
    if (map != MAP_FAILED)
        system_mlock2(map, page_size(), 0);
    return map;
}

MMAP_MUTANT(locked_limit_ignored, "MAP_LOCKED above the limit maps without locking")
{
    void *map = real_mmap(call);

    if (map != MAP_FAILED || errno != EAGAIN)
        return map;
    return without(call, MAP_LOCKED);
}

MMAP_MUTANT(future_lock_forgotten, "MCL_FUTURE does not hold for maps of mmap")
{
    char *map = real_mmap(call);

    if (map != MAP_FAILED && !(call->flags & MAP_LOCKED))
        system_munlock(map, call->length);
    return map;
}

MMAP_MUTANT(noreserve_all, "all memory is mapped without a reserve of swap")
{
    call->flags |= MAP_NORESERVE;
    return real_mmap(call);
}

/* ---- flags that must be ignored ---------------------------------------------------------------- */

#define REFUSES_FLAG(aspect, flag, error)                                                                    \
    MMAP_REFUSES(aspect##_refused, #flag " is refused with " #error, call->flags &(flag), error)

REFUSES_FLAG(denywrite, MAP_DENYWRITE, EINVAL)
REFUSES_FLAG(executable, MAP_EXECUTABLE, EINVAL)
REFUSES_FLAG(stack, MAP_STACK, EINVAL)
REFUSES_FLAG(noreserve, MAP_NORESERVE, ENOMEM)
REFUSES_FLAG(growsdown, MAP_GROWSDOWN, EINVAL)
REFUSES_FLAG(populate, MAP_POPULATE, EINVAL)
REFUSES_FLAG(locked, MAP_LOCKED, EOPNOTSUPP)
REFUSES_FLAG(fixed_noreplace, MAP_FIXED_NOREPLACE, EINVAL)

MMAP_REFUSES(private_unknown_refused, "a flag that does not exist is refused for private maps",
             is_private(call) && (call->flags & 1 << 24), EINVAL)
MMAP_REFUSES(shared_unknown_refused, "a flag that does not exist is refused for MAP_SHARED",
             (call->flags & MAP_TYPE) == MAP_SHARED && (call->flags & 1 << 24), EOPNOTSUPP)

MMAP_MUTANT(denywrite_honoured, "MAP_DENYWRITE keeps the file from being changed")
{
    if ((call->flags & MAP_DENYWRITE) && is_shared(call))
        call->flags = (call->flags & ~MAP_TYPE) | MAP_PRIVATE;
    return real_mmap(call);
}
