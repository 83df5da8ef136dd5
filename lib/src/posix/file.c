/* Files by POSIX means: open, look at, resize, read, close. */
#include "os.h"

#include "fail.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_OWN_FD 3

int mw__os_move_up(int fd)
{
    int copy = fd >= 0 && fd < FIRST_OWN_FD ? fcntl(fd, F_DUPFD_CLOEXEC, FIRST_OWN_FD) : -1;

    if (copy < 0)
        return fd;
    close(fd);
    return copy;
}

static int open_again(const char *path, int flags, mode_t mode)
{
    int fd;

    do
        fd = open(path, flags, mode);
    while (fd < 0 && errno == EINTR);
    return mw__os_move_up(fd);
}

/* Opens what exists. Without O_NONBLOCK a pipe without a writer would hold us up for ever; with it, a
 * file that somebody holds a lease on is refused at once, so that is tried again. */
static int open_existing(const char *path, const mw__open_request *request)
{
    int flags = (request->writable ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOCTTY;
    int fd = open_again(path, flags | (request->wait ? 0 : O_NONBLOCK), 0);

    if (fd < 0 && errno == EWOULDBLOCK && !request->wait)
        fd = open_again(path, flags, 0);
    return fd;
}

int mw__os_open(mw_fd *out, bool *created, const char *path, const mw__open_request *request, mw_err *err)
{
    const int flags = (request->writable ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOCTTY | O_CREAT | O_EXCL;
    int fd = -1;

    *created = false;
    errno = ENOENT;
    if (!request->exclusive)
        fd = open_existing(path, request);
    /* The file may come and go between the two ways of opening it; a few rounds settle that. */
    for (int round = 0; fd < 0 && errno == ENOENT && request->create && round < 8; round++) {
        fd = open_again(path, flags, (mode_t)request->mode);
        *created = fd >= 0;
        if (fd < 0 && errno == EEXIST && !request->exclusive)
            fd = open_existing(path, request);
    }
    /* A link to nothing: what it names is created, but then nobody can tell by whom. */
    if (fd < 0 && errno == ENOENT && request->create && !request->exclusive)
        fd = open_again(path, flags & ~O_EXCL, (mode_t)request->mode);
    if (fd < 0)
        return mw__fail_os(err, errno, "open");
    *out = fd;
    return MW_OK;
}

int mw__os_duplicate(mw_fd *out, mw_fd fd, mw_err *err)
{
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_OWN_FD);

    if (copy < 0)
        return mw__fail_as(err, errno == EINVAL ? MW_E_LIMIT : mw_error_from_os(errno), errno, "fcntl");
    *out = copy;
    return MW_OK;
}

int mw__os_close(mw_fd fd, mw_err *err)
{
    /* Interrupted or not, the descriptor is gone: closing again might hit somebody else's. */
    if (close(fd) != 0 && errno != EINTR)
        return mw__fail_os(err, errno, "close");
    return MW_OK;
}

void mw__os_remove(const char *path, mw_fd fd)
{
    struct stat named;
    struct stat opened;

    if (lstat(path, &named) == 0 && fstat(fd, &opened) == 0 && named.st_dev == opened.st_dev &&
        named.st_ino == opened.st_ino)
        unlink(path);
}

static void classify(mw__file_facts *out, mode_t mode)
{
    if (S_ISREG(mode)) {
        out->kind = MW_KIND_REGULAR;
    } else if (S_ISDIR(mode)) {
        out->kind = MW_KIND_DIRECTORY;
        out->refusal = EISDIR;
    } else if (S_ISFIFO(mode) || S_ISSOCK(mode)) {
        out->kind = MW_KIND_STREAM;
        out->refusal = ENODEV;
    } else {
        out->kind = MW_KIND_DEVICE;
    }
}

int mw__os_file_facts(mw__file_facts *out, mw_fd fd, mw_err *err)
{
    struct stat status;
    int flags = fcntl(fd, F_GETFL);

    if (flags < 0)
        return mw__fail_os(err, errno, "fcntl");
    if (fstat(fd, &status) != 0)
        return mw__fail_os(err, errno, "fstat");
    *out = (mw__file_facts){.readable = (flags & O_ACCMODE) != O_WRONLY,
                            .writable = (flags & O_ACCMODE) != O_RDONLY,
                            .block_size = (uint64_t)status.st_blksize};
    classify(out, status.st_mode);
    if (out->kind == MW_KIND_REGULAR)
        out->size = (uint64_t)status.st_size;
    return MW_OK;
}

int mw__os_file_position(uint64_t *out, mw_fd fd, mw_err *err)
{
    off_t position = lseek(fd, 0, SEEK_CUR);

    if (position < 0)
        return mw__fail_os(err, errno, "lseek");
    *out = (uint64_t)position;
    return MW_OK;
}

/* Growing past RLIMIT_FSIZE raises SIGXFSZ, which by default ends the program. */
static bool over_limit(uint64_t size)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && size > limit.rlim_cur;
}

int mw__os_rewrite_check(mw_fd fd, uint64_t size, mw_err *err)
{
    if (over_limit(size))
        return mw__fail_as(err, MW_E_LIMIT, EFBIG, "ftruncate");
    return mw__os_seals_check(fd, err);
}

int mw__os_file_resize(mw_fd fd, uint64_t size, mw_err *err)
{
    int failed;

    if (size != 0 && over_limit(size))
        return mw__fail_as(err, MW_E_LIMIT, EFBIG, "ftruncate");
    do
        failed = ftruncate(fd, (off_t)size);
    while (failed && errno == EINTR);
    return failed ? mw__fail_os(err, errno, "ftruncate") : MW_OK;
}

static ssize_t read_some(mw_fd fd, void *buffer, size_t n, uint64_t position)
{
    return position == MW_STREAM ? read(fd, buffer, n) : pread(fd, buffer, n, (off_t)position);
}

int mw__os_read(size_t *got, mw_fd fd, void *buffer, size_t n, uint64_t position, mw_err *err)
{
    for (;;) {
        ssize_t piece = read_some(fd, buffer, n, position);
        if (piece >= 0) {
            *got = (size_t)piece;
            return MW_OK;
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK) {
            struct pollfd readable = {.fd = fd, .events = POLLIN};
            if (poll(&readable, 1, -1) >= 0)
                continue;
        }
        if (errno != EINTR)
            return mw__fail_os(err, errno, "read");
    }
}
