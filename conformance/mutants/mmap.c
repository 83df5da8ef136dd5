/* mmap itself, and what the other files of its mutants need of it. */
#include "mmap.h"

void *real_mmap(const struct mmap_call *call)
{
    return system_mmap(call->address, call->length, call->protection, call->flags, call->descriptor,
                       call->offset);
}

void *refused(int error)
{
    errno = error;
    return MAP_FAILED;
}

void *anonymous_instead(const struct mmap_call *call)
{
    return system_mmap(
        call->address, call->length ? call->length : page_size(), call->protection & (PROT_READ | PROT_WRITE),
        MAP_PRIVATE | MAP_ANONYMOUS | (call->flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)), -1, 0);
}

bool is_file(const struct mmap_call *call)
{
    return !(call->flags & MAP_ANONYMOUS);
}

bool is_shared(const struct mmap_call *call)
{
    return (call->flags & MAP_TYPE) == MAP_SHARED || (call->flags & MAP_TYPE) == MAP_SHARED_VALIDATE;
}

bool is_private(const struct mmap_call *call)
{
    return (call->flags & MAP_TYPE) == MAP_PRIVATE;
}

bool is_fixed(const struct mmap_call *call)
{
    return (call->flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) != 0;
}

bool is_modest(const struct mmap_call *call)
{
    return call->length > 0 && call->length <= (size_t)1 << 20;
}

EXPORT void *mmap(void *address, size_t length, int protection, int flags, int descriptor, off_t offset)
{
    struct mmap_call call = {address, length, protection, flags, descriptor, offset};
    void *(*act)(struct mmap_call *) = (void *(*)(struct mmap_call *))chosen_act("mmap");

    return act ? act(&call) : real_mmap(&call);
}

EXPORT void *mmap64(void *, size_t, int, int, int, off64_t) __attribute__((alias("mmap")));
