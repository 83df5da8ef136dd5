/* madvise. */
#include "os.h"

#include "fail.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/mman.h>

/* Newer than some headers we build with; the same on all architectures. */
enum { POPULATE_READ = 22, POPULATE_WRITE = 23, COLLAPSE = 25, INSTALL_GUARD = 102, REMOVE_GUARD = 103 };

static const int natives[] = {
    [MW_ADVICE_NORMAL] = MADV_NORMAL,
    [MW_ADVICE_RANDOM] = MADV_RANDOM,
    [MW_ADVICE_SEQUENTIAL] = MADV_SEQUENTIAL,
    [MW_ADVICE_WILLNEED] = MADV_WILLNEED,
    [MW_ADVICE_DONTNEED] = MADV_DONTNEED,
    [MW_ADVICE_FREE] = MADV_FREE,
    [MW_ADVICE_REMOVE] = MADV_REMOVE,
    [MW_ADVICE_DONTFORK] = MADV_DONTFORK,
    [MW_ADVICE_DOFORK] = MADV_DOFORK,
    [MW_ADVICE_MERGEABLE] = MADV_MERGEABLE,
    [MW_ADVICE_UNMERGEABLE] = MADV_UNMERGEABLE,
    [MW_ADVICE_HUGEPAGE] = MADV_HUGEPAGE,
    [MW_ADVICE_NOHUGEPAGE] = MADV_NOHUGEPAGE,
    [MW_ADVICE_COLLAPSE] = COLLAPSE,
    [MW_ADVICE_DONTDUMP] = MADV_DONTDUMP,
    [MW_ADVICE_DODUMP] = MADV_DODUMP,
    [MW_ADVICE_WIPEONFORK] = MADV_WIPEONFORK,
    [MW_ADVICE_KEEPONFORK] = MADV_KEEPONFORK,
    [MW_ADVICE_COLD] = MADV_COLD,
    [MW_ADVICE_PAGEOUT] = MADV_PAGEOUT,
    [MW_ADVICE_POPULATE_READ] = POPULATE_READ,
    [MW_ADVICE_POPULATE_WRITE] = POPULATE_WRITE,
    [MW_ADVICE_GUARD_INSTALL] = INSTALL_GUARD,
    [MW_ADVICE_GUARD_REMOVE] = REMOVE_GUARD,
};

int mw__os_advice_native(mw_advice advice)
{
    return natives[advice];
}

int mw__os_advise(void *address, size_t length, int native, mw_err *err)
{
    return madvise(address, length, native) == 0 ? MW_OK : mw__fail_os(err, errno, "madvise");
}

static bool kernel_accepts(int native)
{
    return madvise(NULL, 0, native) == 0;
}

/* A range of no bytes: the kernel looks at the value, says EINVAL if it does not know it, and does
 * nothing. Where nonsense is accepted too (emulators, filters), the answer tells nothing. */
mw_capability mw__os_advice_capability(int native)
{
    const int nonsense = 0x7ffffff;

    if (!kernel_accepts(native))
        return MW_CAPABILITY_NO;
    return kernel_accepts(nonsense) ? MW_CAPABILITY_COMPILED : MW_CAPABILITY_YES;
}
