/* mw_guarded: a caller's own code under a map's guard. */
#include "guard.h"

#include "mapwise/guard.h"
#include "touch.h"

void mw__guard_fault(uintptr_t address)
{
    if (!mw__self)
        return;
    for (const mw__frame *frame = mw__self->frame; frame; frame = frame->outer)
        if (mw__guard_covers(frame, address))
            mw__guard_unwind(mw__self->frame, address);
}

noreturn void mw__guard_unwind(mw__frame *frame, uintptr_t address)
{
    frame->fault = address;
    MW_JUMP_BACK(frame->jump);
}

typedef struct guarded {
    mw_guarded_work *work;
    void *context;
} guarded;

static int do_work(void *context, mw_err *err)
{
    const guarded *request = context;
    int code = request->work(request->context);

    return code == MW_OK ? MW_OK : mw__fail(err, code, "work", MW_NOWHERE);
}

int mw_guarded(mw_map *map, mw_guarded_work *work, void *context, mw_err *err)
{
    guarded request = {work, context};
    int code = mw__enter(map, err);

    if (code != MW_OK)
        return code;
    if (!work || !(map->flags & MW_F_GUARDED))
        code = mw__fail(err, MW_E_INVAL, work ? "map" : "work", MW_NOWHERE);
    else
        code = mw__touch_guarded(map, do_work, &request, err);
    mw__leave(map);
    return code;
}
