/* memfd_create: flags without effect, names that do not count. */
#include "mutant.h"

#include <sys/syscall.h>

struct call {
    const char *name;
    unsigned flags;
};

static int real(const struct call *call)
{
    return (int)syscall(SYS_memfd_create, call->name, call->flags);
}

/* What headers of some age do not name. */
enum { NOEXEC_SEAL = 8, EXECUTABLE = 16, HUGE_SHIFT = 26 };

static const unsigned known =
    MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_HUGETLB | NOEXEC_SEAL | EXECUTABLE | 0x3fu << HUGE_SHIFT;

#define CHANGES(aspect, sentence, change)                                                                    \
    MUTANT(memfd_create, aspect, sentence)                                                                   \
    {                                                                                                        \
        change;                                                                                              \
        return real(call);                                                                                   \
    }
#define AFTERWARDS(aspect, sentence, act)                                                                    \
    MUTANT(memfd_create, aspect, sentence)                                                                   \
    {                                                                                                        \
        int file = real(call);                                                                               \
        if (file >= 0 && (act) < 0)                                                                          \
            errno = 0;                                                                                       \
        return file;                                                                                         \
    }

CHANGES(cloexec_ignored, "MFD_CLOEXEC is ignored", call->flags &= ~MFD_CLOEXEC)
CHANGES(always_cloexec, "every descriptor is closed by exec", call->flags |= MFD_CLOEXEC)
CHANGES(sealing_ignored, "MFD_ALLOW_SEALING is ignored", call->flags &= ~MFD_ALLOW_SEALING)
CHANGES(always_sealable, "seals are allowed without MFD_ALLOW_SEALING", call->flags |= MFD_ALLOW_SEALING)
CHANGES(hugetlb_ignored, "MFD_HUGETLB gives pages of the ordinary size",
        call->flags &= ~(MFD_HUGETLB | 0x3fu << HUGE_SHIFT))
CHANGES(unknown_accepted, "flags that do not exist are accepted", call->flags &= known)
CHANGES(noexec_ignored, "MFD_NOEXEC_SEAL is ignored", call->flags &= ~(unsigned)NOEXEC_SEAL)
CHANGES(always_noexec, "MFD_EXEC makes a file that can't be executed",
        call->flags = call->flags & EXECUTABLE ? (call->flags & ~(unsigned)EXECUTABLE) | NOEXEC_SEAL
                                               : call->flags)
CHANGES(name_ignored, "the name is forgotten", if (call->name && strlen(call->name) <= 249) call->name = "")
CHANGES(name_cut, "a name that is too long is cut, not refused",
        if (strlen(call->name) > 249) call->name = "long")
AFTERWARDS(not_empty, "a new file has a page already",
           size_of(file) == 0 ? system_ftruncate(file, (off_t)page_size()) : 0)
AFTERWARDS(sealed, "a new file can't be sealed any more",
           call->flags &MFD_ALLOW_SEALING ? fcntl(file, F_ADD_SEALS, F_SEAL_SEAL) : 0)
AFTERWARDS(cannot_grow, "a new file can't grow",
           call->flags &MFD_ALLOW_SEALING ? fcntl(file, F_ADD_SEALS, F_SEAL_GROW) : 0)

MUTANT(memfd_create, read_only, "the descriptor is open for reading only")
{
    char path[64] = "/proc/self/fd/";
    int file = real(call);

    if (file < 0 || file > 99)
        return file;
    size_t at = strlen(path);
    if (file >= 10)
        path[at++] = (char)('0' + file / 10);
    path[at] = (char)('0' + file % 10);
    int narrow = open(path, O_RDONLY);
    if (narrow >= 0) {
        if (dup3(narrow, file, call->flags & MFD_CLOEXEC ? O_CLOEXEC : 0) < 0)
            errno = 0;
        close(narrow);
    }
    return file;
}

MUTANT(memfd_create, same_name_same_file, "two files of one name are one file")
{
    static int first = -1;
    static char name[64];

    if (first >= 0 && call->name && strcmp(call->name, name) == 0 && fcntl(first, F_GETFD) >= 0)
        return fcntl(first, call->flags & MFD_CLOEXEC ? F_DUPFD_CLOEXEC : F_DUPFD, 0);
    first = real(call);
    name[0] = '\0';
    if (first >= 0)
        strncat(name, call->name, sizeof name - 1);
    return first;
}

SWALLOWED(memfd_create, einval_swallowed, EINVAL)
WRONG_ERROR(memfd_create, einval_as_enosys, EINVAL, ENOSYS)
WRONG_ERROR(memfd_create, efault_as_einval, EFAULT, EINVAL)

MUTANT(memfd_create, no_name_accepted, "a name that can't be read is accepted")
{
    int file = real(call);

    return file == -1 && errno == EFAULT ? (int)syscall(SYS_memfd_create, "", call->flags) : file;
}

EXPORT int memfd_create(const char *name, unsigned flags)
{
    PERFORM(memfd_create, int, name, flags);
}
