/* Telling the system how a range of a map will be used.
 *
 * Advice has portable names; what a name means in full is the system's matter (Linux madvise(2)). A name
 * the system lacks is MW_E_NOTSUP, never nothing, unless MW_ADVISE_BEST_EFFORT asks for that. Which
 * names work here can be asked beforehand, of the running kernel and not of its version number.
 */
#ifndef MAPWISE_ADVICE_H
#define MAPWISE_ADVICE_H

#include "capability.h"
#include "map.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The first five are POSIX's (posix_madvise), but for what DONTNEED does; the rest are native. Those
 * marked ! may lose contents and need MW_ADVISE_DESTRUCTIVE. */
typedef enum mw_advice {
    MW_ADVICE_NORMAL,         /* the default read-ahead */
    MW_ADVICE_RANDOM,         /* no read-ahead */
    MW_ADVICE_SEQUENTIAL,     /* much read-ahead, pages soon dropped */
    MW_ADVICE_WILLNEED,       /* begin reading now */
    MW_ADVICE_DONTNEED,       /* ! drop the pages; private changes are lost, a shared file's are not */
    MW_ADVICE_FREE,           /* ! private anonymous: the contents may be dropped until written again */
    MW_ADVICE_REMOVE,         /* ! shared: punch a hole into the file itself */
    MW_ADVICE_DONTFORK,       /* children of fork do not get the pages */
    MW_ADVICE_DOFORK,         /* undoes DONTFORK */
    MW_ADVICE_MERGEABLE,      /* private anonymous: equal pages may become one (KSM) */
    MW_ADVICE_UNMERGEABLE,    /* undoes MERGEABLE */
    MW_ADVICE_HUGEPAGE,       /* prefer transparent huge pages */
    MW_ADVICE_NOHUGEPAGE,     /* avoid transparent huge pages */
    MW_ADVICE_COLLAPSE,       /* make huge pages now, and wait */
    MW_ADVICE_DONTDUMP,       /* leave the pages out of core dumps */
    MW_ADVICE_DODUMP,         /* undoes DONTDUMP */
    MW_ADVICE_WIPEONFORK,     /* ! private anonymous: children of fork see zeros */
    MW_ADVICE_KEEPONFORK,     /* undoes WIPEONFORK */
    MW_ADVICE_COLD,           /* reclaim these pages before others */
    MW_ADVICE_PAGEOUT,        /* reclaim these pages now */
    MW_ADVICE_POPULATE_READ,  /* fault the pages in for reading, wait, report failures */
    MW_ADVICE_POPULATE_WRITE, /* fault the pages in for writing, wait, report failures */
    MW_ADVICE_GUARD_INSTALL,  /* ! drop the pages and make touching them fatal; checked calls then answer
                                 MW_E_ACCESS there. A structural call, as mw_protect is */
    MW_ADVICE_GUARD_REMOVE    /* undoes GUARD_INSTALL, not what it dropped. A structural call */
} mw_advice;

/* Yes, contents may be lost. Without it advice marked ! is MW_E_INVAL. */
#define MW_ADVISE_DESTRUCTIVE (1u << 0)
/* Advise only pages that lie wholly inside the range, also where mw_advise would widen it. */
#define MW_ADVISE_INWARD (1u << 1)
/* MW_E_NOTSUP becomes MW_OK. No other error does. */
#define MW_ADVISE_BEST_EFFORT (1u << 2)

/* Advises `length` bytes from byte `offset` on (MW_WHOLE: to the end).
 *
 * The system advises whole pages. A hint is widened to all pages that the range touches, so bytes beside
 * the range, and at the edges of a map bytes beside the map, are advised as well. Advice marked !, and
 * GUARD_REMOVE, shrinks to the pages that lie wholly inside the range, where the map's own edges count as
 * page edges: its first and last page belong to nobody else. REMOVE alone changes the file, so for it they
 * do not. What shrinks to nothing is MW_OK, without a call.
 *
 * MW_E_CLOSED    the map is closed
 * MW_E_BUSY      another thread is unmapping or protecting; GUARD_*: pinned, or another thread is inside a
 *                call; the system is busy with the pages
 * MW_E_INVAL     no such advice or flag; contents may be lost and MW_ADVISE_DESTRUCTIVE is missing; or the
 *                system knows the advice and refuses it for this kind of map
 * MW_E_OVERFLOW  offset + length does not fit 64 bits
 * MW_E_RANGE     the range is not inside the map; it is never cut to fit
 * MW_E_NOTSUP    the running system does not know this advice
 * MW_E_FAULT     a page cannot be supplied (POPULATE_*)
 * MW_E_NOMEM, MW_E_ACCESS, MW_E_LIMIT, MW_E_OS  as the system says
 *
 * Any thread. Source: POSIX.1-2024 posix_madvise; Linux madvise(2). */
MW_API int mw_advise(mw_map *map, uint64_t offset, uint64_t length, mw_advice advice, uint32_t flags,
                     mw_err *err);

/* mw_advise with the system's own value `native`, MADV_COLD say, and with the consent to lose contents
 * given. A value that an mw_advice has is rounded as that is; any other shrinks to whole pages inside the
 * range. One that the running system does not know is MW_E_NOTSUP. */
MW_API int mw_advise_raw(mw_map *map, uint64_t offset, uint64_t length, int native, mw_err *err);

/* All there is to know about one piece of advice. */
typedef struct mw_advice_row {
    mw_advice advice;
    const char *name;         /* "willneed", "populate_read": the enumerator in lower case; static */
    int native;               /* the value of madvise here; -1: this system has none */
    bool destructive;         /* marked ! above */
    mw_capability capability; /* asked of the running system at this call */
} mw_advice_row;

/* The row named `name`. Unknown: MW_E_NOENT. Any thread. */
MW_API int mw_advice_find(mw_advice_row *out, const char *name, mw_err *err);

/* The row at `index`, which counts from 0 in the order of the enum; past the last one MW_E_END.
 * Any thread. */
MW_API int mw_advice_at(mw_advice_row *out, size_t index, mw_err *err);

#ifdef __cplusplus
}
#endif

#endif
