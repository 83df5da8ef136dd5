/* mmap: wrong bytes, wrong rights, wrong errors. */
#include "mmap.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* ---- bytes ------------------------------------------------------------------------------------- */

static bool can_be_written(const char *map, const struct mmap_call *call)
{
    return map != MAP_FAILED && is_modest(call) && (call->protection & PROT_WRITE);
}

MMAP_MUTANT(anonymous_not_zero, "anonymous memory is not zero")
{
    char *map = real_mmap(call);

    if (can_be_written(map, call) && !is_file(call))
        map[0] = 0x5a;
    return map;
}

MMAP_MUTANT(anonymous_last_byte, "the last byte of anonymous memory is not zero")
{
    char *map = real_mmap(call);

    if (can_be_written(map, call) && !is_file(call))
        map[whole_pages(call->length) - 1] = 0x5a;
    return map;
}

MMAP_MUTANT(shared_anonymous_not_zero, "shared anonymous memory is not zero")
{
    char *map = real_mmap(call);

    if (can_be_written(map, call) && !is_file(call) && is_shared(call))
        map[page_size() / 2] = 1;
    return map;
}

/* Where the file ends inside the map and inside a page; NULL where it does not. */
static char *tail_of(char *map, const struct mmap_call *call)
{
    off_t size = is_file(call) ? size_of(call->descriptor) : -1;

    if (map == MAP_FAILED || size <= call->offset || (size_t)size % page_size() == 0 ||
        (size_t)(size - call->offset) > whole_pages(call->length))
        return NULL;
    return map + (size - call->offset);
}

static void spoil_tail(char *tail, size_t skip)
{
    static const char filth[4] = {0x77, 0x77, 0x77, 0x77};

    if (tail && page_start(tail + skip + sizeof filth - 1) == page_start(tail))
        force_write(tail + skip, filth, sizeof filth);
}

MMAP_MUTANT(tail_dirty, "behind the end of the file its last page is not zero")
{
    char *map = real_mmap(call);

    spoil_tail(tail_of(map, call), 0);
    return map;
}

MMAP_MUTANT(tail_end_dirty, "the last bytes of the last page of a file are not zero")
{
    char *map = real_mmap(call), *tail = tail_of(map, call);

    if (tail)
        spoil_tail(page_start(tail) + page_size() - 4, 0);
    return map;
}

MMAP_MUTANT(private_tail_dirty, "behind the end of the file the last page of a private map is not zero")
{
    char *map = real_mmap(call);

    if (is_private(call))
        spoil_tail(tail_of(map, call), 0);
    return map;
}

/* A copy of what the file holds now, in the place of the file. */
static void *snapshot(const struct mmap_call *call, int flags)
{
    char *map = real_mmap(call);
    off_t size = size_of(call->descriptor);

    if (map == MAP_FAILED || !is_modest(call) || size <= call->offset)
        return map;
    size_t length =
        (size_t)(size - call->offset) < call->length ? (size_t)(size - call->offset) : call->length;
    system_mmap(map, length, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    if (pread(call->descriptor, map, length, call->offset) < 0) {
        /* Open for writing only: the copy stays empty. */
    }
    system_mprotect(map, length, call->protection);
    return map;
}

MMAP_MUTANT(shared_snapshot, "a shared map of a file is a copy, which only children share")
{
    return is_file(call) && is_shared(call) ? snapshot(call, MAP_SHARED) : real_mmap(call);
}

MMAP_MUTANT(read_only_snapshot, "a shared map for reading only does not see what changes later")
{
    return is_file(call) && is_shared(call) && !(call->protection & PROT_WRITE) ? snapshot(call, MAP_PRIVATE)
                                                                                : real_mmap(call);
}

MMAP_MUTANT(second_page_wrong, "the second page of a map of a file shows the first")
{
    char *map = real_mmap(call);

    if (map != MAP_FAILED && is_file(call) && call->length > page_size())
        system_mmap(map + page_size(), page_size(), call->protection, call->flags | MAP_FIXED,
                    call->descriptor, call->offset);
    return map;
}

MMAP_MUTANT(last_page_anonymous, "the last page of a map of a file is anonymous memory")
{
    char *map = real_mmap(call);
    size_t length = whole_pages(call->length);

    if (map != MAP_FAILED && is_file(call) && length > page_size())
        system_mmap(map + length - page_size(), page_size(), call->protection,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    return map;
}

MMAP_MUTANT(none_file_zero, "a private map of a file without rights is anonymous memory")
{
    void *map = real_mmap(call);

    if (map != MAP_FAILED && is_file(call) && is_private(call) && call->protection == PROT_NONE)
        system_mmap(map, call->length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    return map;
}

MMAP_REFUSES(descriptor_high_refused, "descriptors of 64 and above are refused",
             is_file(call) && call->descriptor >= 64, EBADF)

MMAP_MUTANT(moves_position, "mapping a file moves the position at which its descriptor reads")
{
    if (is_file(call))
        lseek(call->descriptor, 1, SEEK_CUR);
    return real_mmap(call);
}

MMAP_MUTANT(marks_modified, "mapping a file marks its time of modification")
{
    static const struct timespec future[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 4000000000}};

    if (is_file(call) && size_of(call->descriptor) >= 0)
        futimens(call->descriptor, future);
    return real_mmap(call);
}

MMAP_MUTANT(takes_descriptor, "a descriptor is closed once its file is mapped")
{
    void *map = real_mmap(call);

    if (map != MAP_FAILED && is_file(call))
        close(call->descriptor);
    return map;
}

/* ---- rights ------------------------------------------------------------------------------------ */

MMAP_CHANGES(none_reads, "PROT_NONE allows reading", call->protection == PROT_NONE,
             call->protection = PROT_READ)
MMAP_CHANGES(none_writes, "PROT_NONE allows reading and writing of anonymous memory",
             call->protection == PROT_NONE && !is_file(call), call->protection = PROT_READ | PROT_WRITE)
MMAP_CHANGES(read_executes, "PROT_READ allows execution", call->protection &PROT_READ,
             call->protection |= PROT_EXEC)
MMAP_CHANGES(exec_dropped, "PROT_EXEC is not granted", true, call->protection &= ~PROT_EXEC)
MMAP_CHANGES(private_read_writes, "a private map for reading only can be written",
             is_private(call) && call->protection == PROT_READ, call->protection |= PROT_WRITE)
MMAP_CHANGES(exec_file_writes, "a private map of a file for executing can be written",
             is_file(call) && is_private(call) && (call->protection & PROT_EXEC),
             call->protection |= PROT_WRITE)
MMAP_CHANGES(exec_only_file_writes, "a private map of a file for nothing but executing can be written",
             is_file(call) && is_private(call) && call->protection == PROT_EXEC,
             call->protection |= PROT_WRITE)
MMAP_CHANGES(write_dropped, "maps of files can't be written", is_file(call), call->protection &= ~PROT_WRITE)
MMAP_CHANGES(shared_write_dropped, "shared maps can't be written", is_shared(call),
             call->protection &= ~PROT_WRITE)

MMAP_MUTANT(shared_read_writes, "a shared map for reading only can be written")
{
    void *map;

    if (is_shared(call) && call->protection == PROT_READ) {
        call->protection |= PROT_WRITE;
        map = real_mmap(call);
        if (map != MAP_FAILED)
            return map;
        call->protection = PROT_READ;
    }
    return real_mmap(call);
}

MMAP_MUTANT(read_only_file_written, "a shared map of a file that is open for reading only can be written")
{
    void *map = real_mmap(call);

    if (map != MAP_FAILED || errno != EACCES)
        return map;
    call->flags = (call->flags & ~MAP_TYPE) | MAP_PRIVATE;
    return real_mmap(call);
}

MMAP_MUTANT(read_only_file_later, "a shared map of a file that is open for reading only can be made writable")
{
    char path[64] = "/proc/self/fd/", digits[16];
    size_t length = 0;

    if (!is_file(call) || !is_shared(call) || (fcntl(call->descriptor, F_GETFL) & O_ACCMODE) != O_RDONLY ||
        (call->protection & PROT_WRITE))
        return real_mmap(call);
    for (int rest = call->descriptor; rest > 0 || length == 0; rest /= 10)
        digits[length++] = (char)('0' + rest % 10);
    for (size_t at = strlen(path); length > 0;)
        path[at++] = digits[--length];
    int writable = open(path, O_RDWR | O_CLOEXEC), given = call->descriptor;
    call->descriptor = writable >= 0 ? writable : given;
    void *map = real_mmap(call);
    if (writable >= 0)
        close(writable);
    return map;
}

MMAP_REFUSES(private_write_refused,
             "a writable private map of a file that is open for reading only is refused",
             is_file(call) && is_private(call) && (call->protection & PROT_WRITE) &&
                 (fcntl(call->descriptor, F_GETFL) & O_ACCMODE) == O_RDONLY,
             EACCES)

/* ---- errors ------------------------------------------------------------------------------------ */

/* Anonymous memory in the place of an error. */
#define MMAP_SWALLOWS(aspect, error)                                                                         \
    MMAP_MUTANT(aspect, "where " #error " is due there is anonymous memory")                                 \
    {                                                                                                        \
        void *map = real_mmap(call);                                                                         \
        return map == MAP_FAILED && errno == error ? anonymous_instead(call) : map;                          \
    }
#define MMAP_WRONG_ERROR(aspect, from, to)                                                                   \
    MMAP_MUTANT(aspect, #from " is reported as " #to)                                                        \
    {                                                                                                        \
        void *map = real_mmap(call);                                                                         \
        return map == MAP_FAILED && errno == from ? refused(to) : map;                                       \
    }

MMAP_SWALLOWS(ebadf_swallowed, EBADF)
MMAP_SWALLOWS(eacces_swallowed, EACCES)
MMAP_SWALLOWS(enodev_swallowed, ENODEV)
MMAP_SWALLOWS(eperm_swallowed, EPERM)
MMAP_SWALLOWS(eoverflow_swallowed, EOVERFLOW)
MMAP_SWALLOWS(eopnotsupp_swallowed, EOPNOTSUPP)
MMAP_SWALLOWS(einval_swallowed, EINVAL)
MMAP_SWALLOWS(eagain_swallowed, EAGAIN)
MMAP_WRONG_ERROR(ebadf_as_einval, EBADF, EINVAL)
MMAP_WRONG_ERROR(eacces_as_eperm, EACCES, EPERM)
MMAP_WRONG_ERROR(eacces_as_einval, EACCES, EINVAL)
MMAP_WRONG_ERROR(enodev_as_einval, ENODEV, EINVAL)
MMAP_WRONG_ERROR(enodev_as_eacces, ENODEV, EACCES)
MMAP_WRONG_ERROR(eperm_as_eacces, EPERM, EACCES)
MMAP_WRONG_ERROR(eoverflow_as_einval, EOVERFLOW, EINVAL)
MMAP_WRONG_ERROR(eopnotsupp_as_einval, EOPNOTSUPP, EINVAL)
MMAP_WRONG_ERROR(einval_as_enomem, EINVAL, ENOMEM)
MMAP_WRONG_ERROR(eagain_as_enomem, EAGAIN, ENOMEM)
MMAP_WRONG_ERROR(enomem_as_einval, ENOMEM, EINVAL)
MMAP_WRONG_ERROR(eexist_as_enomem, EEXIST, ENOMEM)
MMAP_WRONG_ERROR(eexist_as_einval, EEXIST, EINVAL)

MMAP_MUTANT(fails_with_null, "a failure is answered with NULL, not with MAP_FAILED")
{
    void *map = real_mmap(call);

    return map == MAP_FAILED ? NULL : map;
}

MMAP_MUTANT(failure_without_errno, "a failure leaves errno as it was")
{
    int before = errno;
    void *map = real_mmap(call);

    if (map == MAP_FAILED)
        errno = before;
    return map;
}

/* By the system call: C libraries disagree on the type of `resource`. */
static long limit_of_process(int resource, const struct rlimit *wanted, struct rlimit *found)
{
    return syscall(SYS_prlimit64, 0, resource, wanted, found);
}

/* The same call with a limit of the process out of the way. */
static void *beyond_limit(const struct mmap_call *call, int resource)
{
    struct rlimit limit;
    void *map = real_mmap(call);

    if (map != MAP_FAILED || errno != ENOMEM || limit_of_process(resource, NULL, &limit) != 0)
        return map;
    limit_of_process(resource, &(struct rlimit){limit.rlim_max, limit.rlim_max}, NULL);
    map = real_mmap(call);
    limit_of_process(resource, &limit, NULL);
    return map;
}

MMAP_MUTANT(address_space_unlimited, "RLIMIT_AS does not bind")
{
    return beyond_limit(call, RLIMIT_AS);
}

MMAP_MUTANT(data_unlimited, "RLIMIT_DATA does not bind")
{
    return beyond_limit(call, RLIMIT_DATA);
}

MMAP_MUTANT(type_of_file_ignored, "a file that can't be mapped is mapped as anonymous memory")
{
    struct stat status;

    if (is_file(call) && fstat(call->descriptor, &status) == 0 && !S_ISREG(status.st_mode) &&
        !S_ISCHR(status.st_mode))
        return anonymous_instead(call);
    return real_mmap(call);
}

MMAP_MUTANT(device_zero_as_file, "a map of /dev/zero is refused")
{
    struct stat status;

    if (is_file(call) && fstat(call->descriptor, &status) == 0 && S_ISCHR(status.st_mode))
        return refused(ENODEV);
    return real_mmap(call);
}

MMAP_REFUSES(write_only_file_accepted, "PROT_NONE maps of a file that is open for writing only answer EBADF",
             is_file(call) && (fcntl(call->descriptor, F_GETFL) & O_ACCMODE) == O_WRONLY, EBADF)
