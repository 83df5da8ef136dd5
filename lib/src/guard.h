/* Faults of pages that can't be supplied, and who takes them. */
#ifndef MW_GUARD_H
#define MW_GUARD_H

#include "thread.h"

#include <stdnoreturn.h>

static inline bool mw__guard_covers(const mw__frame *frame, uintptr_t address)
{
    return address - frame->start < frame->length;
}

/* This thread touched `address`, whose page can't be supplied; called by the signal handler. Goes on in the
 * innermost frame, if one of this thread's covers the address; else returns. */
void mw__guard_fault(uintptr_t address);

/* Goes on in `frame`, which will see what to do about the fault. */
noreturn void mw__guard_unwind(mw__frame *frame, uintptr_t address);

#endif
