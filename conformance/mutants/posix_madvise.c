/* posix_madvise: which answers the number of an error, and never changes what memory holds. */
#include "mutant.h"

struct call {
    char *address;
    size_t length;
    int advice;
};

static int real(const struct call *call)
{
    int before = errno;

    if (call->advice == POSIX_MADV_DONTNEED)
        return 0; /* what the C library does: MADV_DONTNEED would lose data */
    int error = system_madvise(call->address, call->length, call->advice) == 0 ? 0 : errno;
    errno = before;
    return error;
}

MUTANT(posix_madvise, answers_minus_1, "an error is answered with -1 and errno")
{
    int error = real(call);

    return error ? fail(error) : 0;
}

MUTANT(posix_madvise, dontneed_destroys, "POSIX_MADV_DONTNEED destroys what private memory holds")
{
    if (call->advice != POSIX_MADV_DONTNEED)
        return real(call);
    return system_madvise(call->address, call->length, MADV_DONTNEED) == 0 ? 0 : errno;
}

#define DESTROYS(aspect, name)                                                                               \
    MUTANT(posix_madvise, aspect##_destroys, #name " destroys what private memory holds")                    \
    {                                                                                                        \
        int error = real(call);                                                                              \
        if (error == 0 && call->advice == name)                                                              \
            system_madvise(call->address, call->length, MADV_DONTNEED);                                      \
        return error;                                                                                        \
    }

DESTROYS(normal, POSIX_MADV_NORMAL)
DESTROYS(random, POSIX_MADV_RANDOM)
DESTROYS(sequential, POSIX_MADV_SEQUENTIAL)
DESTROYS(willneed, POSIX_MADV_WILLNEED)

#define WRONG_NUMBER(aspect, sentence, from, to)                                                             \
    MUTANT(posix_madvise, aspect, sentence)                                                                  \
    {                                                                                                        \
        int error = real(call);                                                                              \
        return error == (from) ? (to) : error;                                                               \
    }

WRONG_NUMBER(enomem_swallowed, "advice for addresses without a map is accepted", ENOMEM, 0)
WRONG_NUMBER(enomem_as_einval, "addresses without a map are reported as EINVAL", ENOMEM, EINVAL)
WRONG_NUMBER(enomem_as_efault, "addresses without a map are reported as EFAULT", ENOMEM, EFAULT)
WRONG_NUMBER(einval_swallowed, "advice that does not exist is accepted", EINVAL, 0)
WRONG_NUMBER(einval_as_enomem, "wrong advice is reported as ENOMEM", EINVAL, ENOMEM)

MUTANT(posix_madvise, willneed_ignored, "POSIX_MADV_WILLNEED reads nothing")
{
    return call->advice == POSIX_MADV_WILLNEED && wholly_mapped(call->address, call->length) ? 0 : real(call);
}

#define REFUSES_ADVICE(aspect, name)                                                                         \
    MUTANT(posix_madvise, aspect##_refused, #name " is refused")                                             \
    {                                                                                                        \
        return call->advice == name ? EINVAL : real(call);                                                   \
    }

REFUSES_ADVICE(normal, POSIX_MADV_NORMAL)
REFUSES_ADVICE(random, POSIX_MADV_RANDOM)
REFUSES_ADVICE(sequential, POSIX_MADV_SEQUENTIAL)
REFUSES_ADVICE(willneed, POSIX_MADV_WILLNEED)
REFUSES_ADVICE(dontneed, POSIX_MADV_DONTNEED)

MUTANT(posix_madvise, not_there, "all advice is answered with ENOSYS")
{
    (void)call;
    return ENOSYS;
}

EXPORT int posix_madvise(void *address, size_t length, int advice)
{
    PERFORM(posix_madvise, int, address, length, advice);
}
