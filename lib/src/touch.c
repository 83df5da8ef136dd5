#include "touch.h"

#include "guard.h"

#include <string.h>

/* The offset in the map of an address in its region. */
static uint64_t offset_of(const mw_map *map, uintptr_t address)
{
    const uint64_t in_region = address - (uintptr_t)map->region;

    return in_region > map->lead ? in_region - map->lead : 0;
}

/* A guarded map's own faults end here. Others belong to an outer guard of this thread, which is not inside
 * this map: that is left first. */
static int after_fault(mw_map *map, mw__frame *frame, mw_err *err)
{
    mw__self->frame = frame->outer;
    mw__leave_to(frame->depth);
    if (mw__guard_covers(frame, frame->fault))
        return mw__fail(err, MW_E_FAULT, "SIGBUS", offset_of(map, frame->fault));
    mw__leave(map);
    mw__guard_unwind(frame->outer, frame->fault);
}

int mw__touch_guarded(mw_map *map, mw__touch_work *work, void *context, mw_err *err)
{
    const bool guarded = (map->flags & MW_F_GUARDED) != 0;
    mw__frame frame;

    if (!mw__self)
        mw__thread_attach();
    if (!mw__self)
        return mw__fail(err, MW_E_NOMEM, "thread", MW_NOWHERE);
    frame.outer = mw__self->frame;
    frame.depth = atomic_load_explicit(&mw__self->depth, memory_order_relaxed);
    frame.start = (uintptr_t)map->region;
    frame.length = guarded ? map->region_length : 0;
    if (MW_JUMP_SET(frame.jump))
        return after_fault(map, &frame, err);
    mw__self->frame = &frame;

    int code = work(context, err);
    mw__self->frame = frame.outer;
    return code;
}

/* ---- copying ------------------------------------------------------------ */

typedef struct copying {
    unsigned char *to;
    const unsigned char *from;
    size_t n;
} copying;

/* memmove, since the caller's buffer may lie in a map of the same pages. */
static int copy(void *context, mw_err *err)
{
    const copying *request = context;

    (void)err;
    memmove(request->to, request->from, request->n);
    return MW_OK;
}

/* A copy that was cut off has not copied from the first byte on: the C library may well begin at the end. So
 * what lies before the page that failed is copied again, until nothing before it fails. */
static int copy_guarded(size_t *done, mw_map *map, uint64_t offset, void *to, const void *from, size_t n,
                        mw_err *err)
{
    copying request = {to, from, n};
    mw_err refusal;
    int failure = MW_OK;

    for (;;) {
        int code = mw__touch_guarded(map, copy, &request, &refusal);
        if (code == MW_OK)
            break;
        failure = code;
        if (err)
            *err = refusal;
        if (code != MW_E_FAULT)
            return code;
        uint64_t page = mw__page_start(map, refusal.where);
        uint64_t before = page > offset ? page - offset : 0;
        /* Or else it was the caller's buffer that failed, which lies in this map too. */
        request.n = before < request.n ? (size_t)before : 0;
        if (err)
            err->where = page > offset ? page : offset;
    }
    *done = request.n;
    return failure;
}

static int copy_bytes(size_t *done, mw_map *map, uint64_t offset, void *to, const void *from, size_t n,
                      mw_err *err)
{
    if (mw__touch_needs_guard(map))
        return copy_guarded(done, map, offset, to, from, n, err);
    memmove(to, from, n);
    *done = n;
    return MW_OK;
}

/* The failure `code`, told with the offset where the system's copy came to an end. */
static int at(uint64_t offset, int code, mw_err *err)
{
    if (err)
        err->where = offset;
    return code;
}

int mw__copy_from_map(size_t *done, void *destination, mw_map *map, uint64_t offset, size_t n, mw_err *err)
{
    const unsigned char *bytes = mw__bytes(map) + offset;

    *done = 0;
    if (n == 0)
        return MW_OK;
    if (map->flags & MW_F_KERNEL_COPY) {
        int code = mw__os_copy_from(done, destination, bytes, n, err);
        return code == MW_OK ? code : at(offset + *done, code, err);
    }
    return copy_bytes(done, map, offset, destination, bytes, n, err);
}

int mw__copy_to_map(size_t *done, mw_map *map, uint64_t offset, const void *source, size_t n, mw_err *err)
{
    unsigned char *bytes = mw__bytes(map) + offset;

    *done = 0;
    if (n == 0)
        return MW_OK;
    if (map->flags & MW_F_KERNEL_COPY) {
        int code = mw__os_copy_to(done, bytes, source, n, err);
        return code == MW_OK ? code : at(offset + *done, code, err);
    }
    return copy_bytes(done, map, offset, bytes, source, n, err);
}

int mw__check_in_place(const mw_map *map, mw_err *err)
{
    return (map->flags & (MW_F_KERNEL_COPY | MW_F_GUARDED)) == MW_F_KERNEL_COPY
               ? mw__fail(err, MW_E_NOTSUP, "map", MW_NOWHERE)
               : MW_OK;
}
