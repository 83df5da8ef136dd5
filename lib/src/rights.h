/* The rights that each page of a region has now, kept so that checked calls never rely on a fault.
 *
 * One value says it all until a call changes some pages and not others; then a sorted list of runs does. */
#ifndef MW_RIGHTS_H
#define MW_RIGHTS_H

#include "range.h"

#include <stddef.h>

/* MW_PROT_READ, _WRITE, _EXEC as the system enforces them, and this one, missing where a guard stands.
 * A page can be used for what its bits say only if it is open. */
#define MW_RIGHT_OPEN 0x80000000u

typedef struct mw__run {
    uint64_t end; /* of the run, in the region; it starts where the one before it ends */
    uint32_t bits;
} mw__run;

typedef struct mw__rights {
    uint32_t bits; /* of all pages, while `runs` is NULL */
    size_t count;
    mw__run *runs; /* owned */
} mw__rights;

/* The bits that all of `range` has. An empty range lacks none. */
uint32_t mw__rights_common(const mw__rights *rights, mw__range range);

/* The run that begins at or covers `start`, as a range cut off at `limit`, and its bits. */
mw__range mw__rights_run_at(uint32_t *bits, const mw__rights *rights, uint64_t start, uint64_t limit);

/* *out = `rights` of a region of `whole` bytes after `range` lost the bits `clear` and got the bits `set`.
 * *out is new and owns its list; `rights` is not touched. MW_E_NOMEM. */
int mw__rights_change(mw__rights *out, const mw__rights *rights, uint64_t whole, mw__range range,
                      uint32_t clear, uint32_t set, mw_err *err);

/* The same for a region that now has `new_whole` bytes; pages behind the old end have the bits `bits`. */
int mw__rights_resize(mw__rights *out, const mw__rights *rights, uint64_t whole, uint64_t new_whole,
                      uint32_t bits, mw_err *err);

void mw__rights_release(mw__rights *rights);

#endif
