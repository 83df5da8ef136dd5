/* shm_open and shm_unlink: names that are not what they stand for. */
#include "mutant.h"

#include <dlfcn.h>
#include <sys/stat.h>

struct call {
    const char *name;
    int flags;
    mode_t mode;
    bool removes; /* shm_unlink */
};

/* The C library's own: where the objects are is its affair. */
static int really_open(const char *name, int flags, mode_t mode)
{
    int (*open_object)(const char *, int, mode_t);

    *(void **)&open_object = dlsym(RTLD_NEXT, "shm_open");
    return open_object(name, flags, mode);
}

static int really_unlink(const char *name)
{
    int (*unlink_object)(const char *);

    *(void **)&unlink_object = dlsym(RTLD_NEXT, "shm_unlink");
    return unlink_object(name);
}

static int real(const struct call *call)
{
    return call->removes ? really_unlink(call->name) : really_open(call->name, call->flags, call->mode);
}

#define CHANGES(aspect, sentence, condition, change)                                                         \
    MUTANT(shm_open, aspect, sentence)                                                                       \
    {                                                                                                        \
        if (condition)                                                                                       \
            change;                                                                                          \
        return real(call);                                                                                   \
    }
/* A mutant that does something to the object once it is open. */
#define AFTERWARDS(aspect, sentence, condition, act)                                                         \
    MUTANT(shm_open, aspect, sentence)                                                                       \
    {                                                                                                        \
        int object = real(call);                                                                             \
        if (object >= 0 && (condition) && (act) != 0)                                                        \
            errno = 0;                                                                                       \
        return object;                                                                                       \
    }

CHANGES(exclusive_ignored, "O_EXCL is ignored", true, call->flags &= ~O_EXCL)
CHANGES(truncate_ignored, "O_TRUNC is ignored", true, call->flags &= ~O_TRUNC)
CHANGES(create_ignored, "O_CREAT is ignored", true, call->flags &= ~O_CREAT)
CHANGES(always_creates, "an object that does not exist is made, O_CREAT or not", true, call->flags |= O_CREAT)
CHANGES(always_truncates, "opening an object for writing empties it", (call->flags & O_ACCMODE) == O_RDWR,
        call->flags |= O_TRUNC)
CHANGES(always_exclusive, "O_CREAT refuses a name that is taken", call->flags &O_CREAT, call->flags |= O_EXCL)
CHANGES(read_only_widened, "O_RDONLY opens for writing too", true,
        call->flags = (call->flags & ~O_ACCMODE) | O_RDWR)
CHANGES(read_write_narrowed, "O_RDWR opens an object that is there for reading only",
        (call->flags & O_ACCMODE) == O_RDWR && !(call->flags & O_CREAT),
        call->flags = (call->flags & ~O_ACCMODE) | O_RDONLY)
CHANGES(mode_ignored, "the permissions that were asked for are ignored", true, call->mode = 0600)
CHANGES(name_cut, "only the first bytes of a name count", strlen(call->name) > 8, call->name = "/mapwise")
AFTERWARDS(mode_widened, "a new object has all permissions", call->flags &O_CREAT, fchmod(object, 0777))
AFTERWARDS(umask_ignored, "the umask does not hold", call->flags &O_CREAT, fchmod(object, call->mode))
AFTERWARDS(survives_exec, "the descriptor stays open over exec", true, fcntl(object, F_SETFD, 0))
AFTERWARDS(not_empty, "a new object has a page already", (call->flags & O_CREAT) && size_of(object) == 0,
           system_ftruncate(object, (off_t)page_size()))
AFTERWARDS(removed_at_once, "an object loses its name when it is opened", true, really_unlink(call->name))

MUTANT(shm_open, private_copies, "everybody who opens a name gets an object of his own")
{
    int object = real(call);

    if (object >= 0) {
        int own = memfd_create("copy", MFD_CLOEXEC);
        off_t length = size_of(object);
        if (own >= 0 && system_ftruncate(own, length) == 0 && dup3(own, object, O_CLOEXEC) < 0)
            errno = 0;
        close(own);
    }
    return object;
}

MUTANT(shm_open, high_descriptor, "the descriptor is not the lowest that is free")
{
    int object = real(call), high = object >= 0 ? fcntl(object, F_DUPFD_CLOEXEC, 100) : -1;

    if (high >= 0)
        close(object);
    return high >= 0 ? high : object;
}

MUTANT(shm_open, bad_name_accepted, "a name with a slash inside it is accepted")
{
    int object = real(call);

    return object == -1 && (errno == EINVAL || errno == ENOENT) && strchr(call->name + 1, '/')
               ? memfd_create("any", MFD_CLOEXEC)
               : object;
}

MUTANT(shm_open, long_name_accepted, "a name that is too long is accepted")
{
    int object = real(call);

    return object == -1 && (errno == ENAMETOOLONG || (errno == EINVAL && strlen(call->name) > 200))
               ? memfd_create("any", MFD_CLOEXEC)
               : object;
}

WRONG_ERROR(shm_open, eexist_as_einval, EEXIST, EINVAL)
WRONG_ERROR(shm_open, enoent_as_einval, ENOENT, EINVAL)
WRONG_ERROR(shm_open, eacces_as_enoent, EACCES, ENOENT)

MUTANT(shm_open, access_ignored, "permissions keep nobody from an object")
{
    int object = real(call);

    return object == -1 && errno == EACCES ? memfd_create("any", MFD_CLOEXEC) : object;
}

MUTANT(shm_unlink, ignored, "the name stays")
{
    struct stat status;
    int object = really_open(call->name, O_RDONLY, 0);
    bool there = object >= 0 && fstat(object, &status) == 0;

    if (object >= 0)
        close(object);
    return there ? 0 : real(call);
}

MUTANT(shm_unlink, empties, "the object loses its bytes, though somebody has it mapped")
{
    int object = really_open(call->name, O_RDWR, 0);

    if (object >= 0) {
        if (system_ftruncate(object, 0) != 0)
            errno = 0;
        close(object);
    }
    return real(call);
}

MUTANT(shm_unlink, zeroes, "the first byte of the object is lost")
{
    int object = really_open(call->name, O_RDWR, 0);

    if (object >= 0) {
        if (pwrite(object, "", 1, 0) < 0)
            errno = 0;
        close(object);
    }
    return real(call);
}

SWALLOWED(shm_unlink, enoent_swallowed, ENOENT)
WRONG_ERROR(shm_unlink, enoent_as_einval, ENOENT, EINVAL)
SWALLOWED(shm_unlink, eacces_swallowed, EACCES)

EXPORT int shm_open(const char *name, int flags, mode_t mode)
{
    PERFORM(shm_open, int, name, flags, mode, false);
}

EXPORT int shm_unlink(const char *name)
{
    PERFORM(shm_unlink, int, name, 0, 0, true);
}
