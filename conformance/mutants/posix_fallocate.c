/* posix_fallocate: which answers the number of an error, reserves storage and loses nothing. */
#include "mutant.h"

#include <dlfcn.h>

struct call {
    int descriptor;
    off_t offset, length;
};

/* The C library's own, for it does more than the system call. */
static int real(const struct call *call)
{
    int (*allocate)(int, off_t, off_t);

    *(void **)&allocate = dlsym(RTLD_NEXT, "posix_fallocate");
    return allocate(call->descriptor, call->offset, call->length);
}

static off_t end_of(const struct call *call)
{
    return call->offset + call->length;
}

/* Arguments that the system would accept. */
static bool sensible(const struct call *call)
{
    return call->offset >= 0 && call->length > 0 && end_of(call) > 0 && end_of(call) < (off_t)1 << 40 &&
           size_of(call->descriptor) >= 0 && (fcntl(call->descriptor, F_GETFL) & O_ACCMODE) != O_RDONLY;
}

MUTANT(posix_fallocate, sparse, "the file becomes longer and has no storage")
{
    if (!sensible(call))
        return real(call);
    return size_of(call->descriptor) >= end_of(call) || system_ftruncate(call->descriptor, end_of(call)) == 0
               ? 0
               : errno;
}

MUTANT(posix_fallocate, ignored, "nothing happens")
{
    return sensible(call) ? 0 : real(call);
}

MUTANT(posix_fallocate, keeps_size, "storage is reserved and the file is as long as it was")
{
    off_t before = size_of(call->descriptor);
    int error = real(call);

    if (error == 0 && before < end_of(call) && system_ftruncate(call->descriptor, before) != 0)
        return errno;
    return error;
}

MUTANT(posix_fallocate, zeroes, "what the range holds becomes zero")
{
    static const char zeros[64];
    int error = real(call);

    if (error == 0 &&
        pwrite(call->descriptor, zeros,
               sizeof zeros < (size_t)call->length ? sizeof zeros : (size_t)call->length, call->offset) < 0) {
        /* Nothing to spoil. */
    }
    return error;
}

MUTANT(posix_fallocate, truncates, "a file that is longer is cut off at the end of the range")
{
    int error = real(call);

    if (error == 0 && size_of(call->descriptor) > end_of(call) &&
        system_ftruncate(call->descriptor, end_of(call)) != 0)
        return errno;
    return error;
}

MUTANT(posix_fallocate, offset_ignored, "the range begins at the start of the file")
{
    if (sensible(call))
        call->offset = 0;
    return real(call);
}

MUTANT(posix_fallocate, page_less, "the last page of the range gets no storage")
{
    if (!sensible(call) || call->length <= (off_t)page_size())
        return real(call);
    off_t end = end_of(call);
    call->length -= (off_t)page_size();
    int error = real(call);
    return error == 0 && size_of(call->descriptor) < end && system_ftruncate(call->descriptor, end) != 0
               ? errno
               : error;
}

MUTANT(posix_fallocate, rounded_up, "the file becomes as long as the whole pages of the range")
{
    if (sensible(call))
        call->length = (off_t)whole_pages((size_t)end_of(call)) - call->offset;
    return real(call);
}

MUTANT(posix_fallocate, byte_less, "the file becomes a byte shorter than asked for")
{
    if (sensible(call) && call->length > 1)
        call->length--;
    return real(call);
}

MUTANT(posix_fallocate, moves_position,
       "the position at which the descriptor reads moves to the end of the range")
{
    int error = real(call);

    if (error == 0)
        lseek(call->descriptor, end_of(call), SEEK_SET);
    return error;
}

MUTANT(posix_fallocate, answers_minus_1, "an error is answered with -1 and errno")
{
    int error = real(call);

    return error ? fail(error) : 0;
}

MUTANT(posix_fallocate, length_0_accepted, "a length of 0 is accepted")
{
    return call->length == 0 ? 0 : real(call);
}

MUTANT(posix_fallocate, negative_accepted, "a negative offset or length is accepted")
{
    return call->offset < 0 || call->length < 0 ? 0 : real(call);
}

#define OTHER_NUMBER(aspect, sentence, from, to)                                                             \
    MUTANT(posix_fallocate, aspect, sentence)                                                                \
    {                                                                                                        \
        int error = real(call);                                                                              \
        return error == (from) ? (to) : error;                                                               \
    }

OTHER_NUMBER(ebadf_swallowed, "a descriptor that is not open for writing is accepted", EBADF, 0)
OTHER_NUMBER(espipe_swallowed, "a pipe is accepted", ESPIPE, 0)
OTHER_NUMBER(enodev_swallowed, "what is no regular file is accepted", ENODEV, 0)
OTHER_NUMBER(efbig_swallowed, "a range beyond the largest file is accepted", EFBIG, 0)
OTHER_NUMBER(einval_as_enosys, "EINVAL is reported as ENOSYS", EINVAL, ENOSYS)
OTHER_NUMBER(ebadf_as_einval, "EBADF is reported as EINVAL", EBADF, EINVAL)
OTHER_NUMBER(espipe_as_einval, "ESPIPE is reported as EINVAL", ESPIPE, EINVAL)
OTHER_NUMBER(efbig_as_enospc, "EFBIG is reported as ENOSPC", EFBIG, ENOSPC)

EXPORT int posix_fallocate(int descriptor, off_t offset, off_t length)
{
    PERFORM(posix_fallocate, int, descriptor, offset, length);
}

EXPORT int posix_fallocate64(int, off64_t, off64_t) __attribute__((alias("posix_fallocate")));
