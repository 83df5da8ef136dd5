/* Shared memory by name, as POSIX has it. */
#include "os.h"

#include "fail.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* To look at what has a name takes no right to read it, where the system knows such a thing. */
#ifdef O_PATH
#define LOOK O_PATH
#else
#define LOOK O_RDONLY
#endif

static int open_again(const char *name, int flags, mode_t mode)
{
    int fd;

    do
        fd = shm_open(name, flags, mode);
    while (fd < 0 && errno == EINTR);
    return mw__os_move_up(fd);
}

static bool identify(mw__identity *out, int fd)
{
    struct stat status;

    if (fstat(fd, &status) != 0)
        return false;
    *out = (mw__identity){(uint64_t)status.st_dev, (uint64_t)status.st_ino};
    return true;
}

int mw__os_named_open(mw_fd *out, bool *created, mw__identity *identity, const char *name,
                      const mw__open_request *request, mw_err *err)
{
    /* Without waiting: what has the name may be a pipe that somebody put there. */
    const int flags = (request->writable ? O_RDWR : O_RDONLY) | O_NONBLOCK;
    int fd = -1;

    *created = false;
    errno = ENOENT;
    if (!request->exclusive)
        fd = open_again(name, flags, 0);
    /* The name may come and go between the two ways of opening it; a few rounds settle that. */
    for (int round = 0; fd < 0 && errno == ENOENT && request->create && round < 8; round++) {
        fd = open_again(name, flags | O_CREAT | O_EXCL, (mode_t)request->mode);
        *created = fd >= 0;
        if (fd < 0 && errno == EEXIST && !request->exclusive)
            fd = open_again(name, flags, 0);
    }
    if (fd < 0)
        return mw__fail_os(err, errno, "shm_open");
    if (!identify(identity, fd)) {
        int code = mw__fail_os(err, errno, "fstat");
        if (*created)
            shm_unlink(name);
        close(fd);
        return code;
    }
    *out = fd;
    return MW_OK;
}

int mw__os_named_unlink(const char *name, mw_err *err)
{
    return shm_unlink(name) == 0 ? MW_OK : mw__fail_os(err, errno, "shm_unlink");
}

void mw__os_named_remove(const char *name, const mw__identity *identity)
{
    int fd = shm_open(name, LOOK, 0);
    mw__identity named;

    if (fd < 0)
        return;
    if (identify(&named, fd) && named.device == identity->device && named.number == identity->number)
        shm_unlink(name);
    close(fd);
}

uint64_t mw__os_process(void)
{
    return (uint64_t)getpid();
}
