/* ftruncate: sizes that do not come, bytes that come back. */
#include "mutant.h"

#include <signal.h>
#include <sys/stat.h>

struct call {
    int descriptor;
    off_t length;
};

static int real(const struct call *call)
{
    return system_ftruncate(call->descriptor, call->length);
}

static off_t size(const struct call *call)
{
    return size_of(call->descriptor);
}

static bool writable(const struct call *call)
{
    return (fcntl(call->descriptor, F_GETFL) & O_ACCMODE) != O_RDONLY;
}

#define CHANGES(aspect, sentence, condition, change)                                                         \
    MUTANT(ftruncate, aspect, sentence)                                                                      \
    {                                                                                                        \
        if (condition)                                                                                       \
            change;                                                                                          \
        return real(call);                                                                                   \
    }

MUTANT(ftruncate, shrink_ignored, "a file does not become shorter")
{
    return call->length >= 0 && call->length < size(call) && writable(call) ? 0 : real(call);
}

MUTANT(ftruncate, grow_ignored, "a file does not become longer")
{
    return size(call) >= 0 && call->length > size(call) && writable(call) ? 0 : real(call);
}

CHANGES(byte_more, "a file becomes a byte longer than asked for",
        call->length > 0 && call->length < (off_t)1 << 40, call->length++)
CHANGES(byte_less, "a file becomes a byte shorter than asked for", call->length > 0, call->length--)
CHANGES(rounded_up, "sizes are rounded up to whole pages", call->length > 0 && call->length < (off_t)1 << 40,
        call->length = (off_t)whole_pages((size_t)call->length))
CHANGES(rounded_down, "sizes are rounded down to whole pages", call->length > 0,
        call->length &= ~(off_t)(page_size() - 1))
CHANGES(length_32_bits, "only the low 32 bits of a size count", call->length > UINT32_MAX,
        call->length &= UINT32_MAX)
CHANGES(length_31_bits, "only the low 31 bits of a size count", call->length > INT32_MAX,
        call->length &= INT32_MAX)
CHANGES(negative_is_0, "a negative size counts as 0", call->length < 0, call->length = 0)
CHANGES(always_0, "a file that becomes shorter becomes empty", call->length >= 0 && call->length < size(call),
        call->length = 0)

/* The last bytes that were cut off, for those who bring them back. */
static struct {
    ino_t file;
    off_t start;
    size_t length;
    char bytes[1 << 16];
} cut;

static ino_t identity(int descriptor)
{
    struct stat status;

    return fstat(descriptor, &status) == 0 ? status.st_ino : 0;
}

static void keep_cut(const struct call *call, off_t end)
{
    ssize_t got = -1;

    if (call->length >= 0 && call->length < end) {
        size_t length =
            (size_t)(end - call->length) < sizeof cut.bytes ? (size_t)(end - call->length) : sizeof cut.bytes;
        got = pread(call->descriptor, cut.bytes, length, call->length);
    }
    if (got > 0) {
        cut.file = identity(call->descriptor);
        cut.start = call->length;
        cut.length = (size_t)got;
    }
}

static void bring_back(const struct call *call)
{
    if (cut.length == 0 || cut.file != identity(call->descriptor) || call->length <= cut.start)
        return;
    size_t length =
        (size_t)(call->length - cut.start) < cut.length ? (size_t)(call->length - cut.start) : cut.length;
    if (pwrite(call->descriptor, cut.bytes, length, cut.start) < 0) {
        /* Nothing to spoil. */
    }
    cut.length = 0;
}

MUTANT(ftruncate, old_bytes_return, "a file that was cut off and grows again has its old bytes")
{
    keep_cut(call, size(call));
    int answer = real(call);
    if (answer == 0)
        bring_back(call);
    return answer;
}

MUTANT(ftruncate, page_tail_returns,
       "the rest of the page in which a file was cut off comes back when it grows")
{
    off_t page_end = (off_t)whole_pages((size_t)(call->length > 0 ? call->length : 0)), end = size(call);

    keep_cut(call, end < page_end ? end : page_end);
    int answer = real(call);
    if (answer == 0)
        bring_back(call);
    return answer;
}

MUTANT(ftruncate, grows_not_zero, "what a file gains is not zero")
{
    off_t before = size(call);
    int answer = real(call);

    if (answer == 0 && before >= 0 && before < call->length &&
        pwrite(call->descriptor, "x", 1, call->length - 1) < 0) {
        /* Nothing to spoil. */
    }
    return answer;
}

MUTANT(ftruncate, grows_not_zero_at_start, "the first byte that a file gains is not zero")
{
    off_t before = size(call);
    int answer = real(call);

    if (answer == 0 && before >= 0 && before < call->length && pwrite(call->descriptor, "x", 1, before) < 0) {
        /* Nothing to spoil. */
    }
    return answer;
}

MUTANT(ftruncate, hole_lost_middle,
       "a file that gains many pages has a byte in their middle that is not zero")
{
    off_t before = size(call), many = 16 * (off_t)page_size();
    int answer = real(call);

    if (answer == 0 && before >= 0 && call->length - before > many &&
        pwrite(call->descriptor, "x", 1, before + many / 3) < 0) {
        /* Nothing to spoil. */
    }
    return answer;
}

MUTANT(ftruncate, loses_first_byte, "the first byte of the file is lost")
{
    int answer = real(call);

    if (answer == 0 && call->length > 0 && pwrite(call->descriptor, "", 1, 0) < 0) {
        /* Nothing to spoil. */
    }
    return answer;
}

MUTANT(ftruncate, moves_position, "the position at which the descriptor reads moves to the end")
{
    int answer = real(call);

    if (answer == 0)
        lseek(call->descriptor, 0, SEEK_END);
    return answer;
}

MUTANT(ftruncate, unmarked, "the time of modification is not marked")
{
    struct stat before;
    bool known = fstat(call->descriptor, &before) == 0;
    int answer = real(call);

    if (answer == 0 && known)
        futimens(call->descriptor, (struct timespec[2]){before.st_atim, before.st_mtim});
    return answer;
}

MUTANT(ftruncate, keeps_blocks,
       "a file that becomes shorter gives no storage back, and what grows has it at once")
{
    int answer = real(call);

    if (answer == 0 && call->length > 0 && call->length < (off_t)1 << 24)
        (void)posix_fallocate(call->descriptor, 0, call->length);
    return answer;
}

MUTANT(ftruncate, too_large_raises_nothing, "a size above RLIMIT_FSIZE is accepted without effect")
{
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;

    sigaction(SIGXFSZ, &ignore, &before);
    int answer = swallow(real(call), EFBIG);
    sigaction(SIGXFSZ, &before, NULL);
    return answer;
}

SWALLOWED(ftruncate, einval_swallowed, EINVAL)
SWALLOWED(ftruncate, ebadf_swallowed, EBADF)
SWALLOWED(ftruncate, efbig_swallowed, EFBIG)
SWALLOWED(ftruncate, eperm_swallowed, EPERM)
WRONG_ERROR(ftruncate, einval_as_eacces, EINVAL, EACCES)
WRONG_ERROR(ftruncate, ebadf_as_einval, EBADF, EINVAL)
WRONG_ERROR(ftruncate, efbig_as_enospc, EFBIG, ENOSPC)
WRONG_ERROR(ftruncate, eperm_as_eacces, EPERM, EACCES)
REFUSES(ftruncate, grow_refused, "a file can't become longer", size(call) >= 0 && call->length > size(call),
        EINVAL)
REFUSES(ftruncate, mapped_refused, "a memory file can't become shorter",
        call->length >= 0 && call->length < size(call) && fcntl(call->descriptor, F_GET_SEALS) >= 0, EBUSY)

EXPORT int ftruncate(int descriptor, off_t length)
{
    PERFORM(ftruncate, int, descriptor, length);
}

EXPORT int ftruncate64(int, off64_t) __attribute__((alias("ftruncate")));
