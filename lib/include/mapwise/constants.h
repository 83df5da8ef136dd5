/* The constants registry: what PROT_READ, MAP_NORESERVE, MADV_FREE ... are on every system we know.
 *
 * Constants of the same name differ between systems, and on Linux between architectures: MS_SYNC is
 * 4 on Linux, 0x10 on Apple and 0 on FreeBSD; MAP_NORESERVE is 0x4000 on x86 and 0x40 on PowerPC. A
 * number that is written into a program by hand is right on one of them. The registry answers three
 * questions about a name:
 *
 *     what is its value there?               mw_const_find(), from the tables in lib/constants/
 *     do this build's headers define it?     mw_const_compiled()
 *     does the running kernel know it?       mw_const_cap()
 *
 * When the library is built, every value of the host's tables is compared with the compiler's
 * headers. A difference fails the build, so a table value and a header value of the host never
 * disagree in a library that exists.
 *
 *     const mw_const *found = mw_const_find(MW_OS_THIS, NULL, "MADV_COLLAPSE");
 *     if (found && mw_const_cap(found) == MW_CAPABILITY_YES)
 *         mw_advise_raw(map, 0, MW_WHOLE, (int)found->value, &err);
 *
 * Architectures. Every system but Linux has one table. Linux has one for what the kernel defines
 * once (linux-common), one for the architectures that follow asm-generic (linux-generic), and one
 * for each architecture that deviates:
 *
 *     alpha, mips, parisc, xtensa     complete: own table, then linux-common
 *     x86, arm64, powerpc, sparc      differences: own table, then linux-generic, then linux-common
 *     generic                         linux-generic, then linux-common
 *
 * The first table that has the name answers, and the row says which it was: MAP_SHARED on "powerpc"
 * is found in linux-common, so its `arch` is "generic"; MAP_LOCKED there has `arch` "powerpc". A row
 * of kind MW_CONST_ABSENT answers too: it says that the name does not exist there.
 *
 * All rows are constant, live as long as the program and are never to be freed; pointers to them may
 * be compared. Every function here may be called from any thread at any time; none of them fails, and
 * none changes errno. */
#ifndef MAPWISE_CONSTANTS_H
#define MAPWISE_CONSTANTS_H

#include "capability.h"
#include "export.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The systems. MW_OS_APPLE is xnu under all its names (macOS, iOS ...). */
typedef enum mw_os {
    MW_OS_THIS, /* the system this library was built for; no row has it as its `os` */
    MW_OS_LINUX,
    MW_OS_APPLE,
    MW_OS_FREEBSD,
    MW_OS_NETBSD,
    MW_OS_OPENBSD,
    MW_OS_DRAGONFLY,
    MW_OS_ILLUMOS,
    MW_OS_HURD,
    MW_OS_HAIKU,
    MW_OS_CYGWIN,
    MW_OS_AIX,
    MW_OS_QNX,
    MW_OS_WINDOWS
} mw_os;

/* What a constant is for. */
typedef enum mw_const_class {
    MW_CLASS_ANY,        /* only in a question: every class */
    MW_CLASS_PROT,       /* protection: mmap, mprotect */
    MW_CLASS_MAP,        /* flags of mmap */
    MW_CLASS_MADV,       /* advice of madvise */
    MW_CLASS_POSIX_MADV, /* advice of posix_madvise */
    MW_CLASS_MS,         /* flags of msync */
    MW_CLASS_MCL,        /* flags of mlockall */
    MW_CLASS_MLOCK,      /* flags of mlock2 */
    MW_CLASS_MREMAP,     /* flags of mremap */
    MW_CLASS_MINCORE,    /* bits that mincore reports */
    MW_CLASS_MFD,        /* flags of memfd_create */
    MW_CLASS_SEAL,       /* seals of F_ADD_SEALS */
    MW_CLASS_INHERIT,    /* values of minherit */
    MW_CLASS_PAGE,       /* Windows: page protection */
    MW_CLASS_SEC,        /* Windows: section attributes of CreateFileMapping */
    MW_CLASS_FILE_MAP,   /* Windows: access of MapViewOfFile */
    MW_CLASS_MEM         /* Windows: allocation types of VirtualAlloc */
} mw_const_class;

/* How a row tells its value. */
typedef enum mw_const_kind {
    MW_CONST_NUMBER, /* `value` is the value */
    MW_CONST_ABSENT, /* the system's headers do not define the name; `value` is 0 */
    MW_CONST_SHIFT   /* a macro of one argument, NAME(n) is n << shift; `value` is NAME(1) */
} mw_const_kind;

/* One row of a table. */
typedef struct mw_const {
    const char *name; /* "MAP_SHARED"; of a macro without its argument, "MAP_ALIGNED" */
    int64_t value;    /* never negative: flags with the top bit set are the 32-bit pattern */
    const char *text; /* as the table writes it: "0x20", "13", "n << 24", "absent" */
    mw_const_kind kind;
    mw_const_class const_class;
    mw_os os;
    const char *arch;   /* "generic", or the architecture whose table this row is in */
    const char *header; /* the header that defines it, as a path in that system's source */
    const char *source; /* where that header was read: project@commit, further witnesses */
} mw_const;

/* The row that answers for `name` on a system and architecture, or NULL when no table has it (as for
 * an unknown architecture, a NULL name, or MW_OS_THIS on a system without a table). Names are matched
 * exactly.
 *
 * `arch` matters for MW_OS_LINUX only. NULL is the host's own, or "generic" when the host is not
 * Linux. The names of mw_const_arch() are understood, and those that uname -m and compilers use:
 * x86_64, i686, aarch64, ppc64le, mips64el, hppa, sparc64 ...; riscv64, s390x, loongarch64, arm ...
 * are "generic". */
MW_API const mw_const *mw_const_find(mw_os os, const char *arch, const char *name);

/* The rows that are in force on a system and architecture, absent ones included, those of one class
 * or of MW_CLASS_ANY: for each name the row that mw_const_find() answers, in the order of the tables.
 * Writes at most `capacity` pointers to `out` and returns how many there are in all, 0 where
 * mw_const_find() would answer NULL for every name. `out` may be NULL when `capacity` is 0. */
MW_API size_t mw_const_list(const mw_const **out, size_t capacity, mw_os os, const char *arch,
                            mw_const_class const_class);

/* Every row of every table, one after another: `index` 0, 1, 2 ... until NULL. Here a name of Linux
 * appears once for each table that has it, whether or not another table overrides it. */
MW_API const mw_const *mw_const_at(size_t index);

/* Whether the headers this library was built with define the constant. False for rows that are not in
 * force on the host. `value`, unless NULL, receives what the headers say; of a macro, NAME(1). It
 * equals the row's value, except for an absent row: there true means that some header of the host (the
 * C library's, say) defines the name although the system's own does not. */
MW_API bool mw_const_compiled(int64_t *value, const mw_const *constant);

/* Asks the running kernel whether it knows the constant.
 *
 * MW_CAPABILITY_YES       it was asked and gives the value a meaning. It may still refuse it for this
 *                         file, this user or this amount of memory, and some flags it knows it ignores
 *                         (MAP_DENYWRITE).
 * MW_CAPABILITY_NO        it was asked and refuses it; or the row is absent, or not in force here.
 * MW_CAPABILITY_COMPILED  there is no way to ask without changing something (mlockall), or the
 *                         kernel's answer could not be told from its answer to nonsense; but this
 *                         build's headers define it. Masks and shifts, which are nothing the kernel
 *                         could know, answer this too. Without the headers' word: MW_CAPABILITY_NO.
 *
 * Never locks, advises, moves or protects memory of the caller: every question is put with length 0,
 * or to a page or an empty memory file made for the purpose and gone before the call returns. NULL
 * answers MW_CAPABILITY_NO. Costs a few system calls each time: keep the answer. */
MW_API mw_capability mw_const_cap(const mw_const *constant);

/* The name of a system: "linux", "apple" ...; NULL for MW_OS_THIS and past the last system. */
MW_API const char *mw_os_name(mw_os os);

/* The system this library was built for, MW_OS_THIS if it is none of the known ones. */
MW_API mw_os mw_os_host(void);

/* The architectures of a system that have a table, by index; NULL past the last. */
MW_API const char *mw_const_arch(mw_os os, size_t index);

/* The host's architecture as the tables name it ("x86", "generic" ...). */
MW_API const char *mw_const_arch_host(void);

/* The name of a class: "PROT", "POSIX_MADV" ...; NULL for MW_CLASS_ANY and past the last class. */
MW_API const char *mw_const_class_name(mw_const_class const_class);

#ifdef __cplusplus
}
#endif
#endif
