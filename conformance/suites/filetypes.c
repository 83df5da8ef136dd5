/* File types: what mmap answers for descriptors that are not regular files, or not open, or sealed. */
#include "case.h"
#include "fixture.h"
#include "fuse_files.h"

#include <limits.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>

SUITE("filetypes", "kinds of files and descriptors");

static char *map_shared(int descriptor)
{
    return mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
}

static char *map_private(int descriptor)
{
    return mmap(NULL, page, PROT_READ, MAP_PRIVATE, descriptor, 0);
}

static const char *first_byte(const char *map)
{
    return map == MAP_FAILED ? error_number(errno) : load(map);
}

/* A descriptor of something that every system of this kind has. */
static int open_existing(const char *path, int flags)
{
    int descriptor = open(path, flags | O_CLOEXEC);

    if (descriptor < 0)
        unsupported("%s can't be opened", path);
    return descriptor;
}

/* A file of one page in memory, whose first byte is 1, and which may be sealed. */
static int memory_file(void)
{
    int flags = CONSTANT(MFD_CLOEXEC) | CONSTANT(MFD_ALLOW_SEALING);
    int descriptor = (int)SETUP(memfd_create("mapwise", (unsigned)flags));

    SETUP(ftruncate(descriptor, (off_t)page));
    SETUP(pwrite(descriptor, "\1", 1, 0));
    return descriptor;
}

/* ---- descriptors ------------------------------------------------------------------------------- */

FILE_CASE("fd.bad", POSIX("mmap", SHALL), "a descriptor that was never opened is refused with EBADF",
          "a program with an uninitialised descriptor works on memory that belongs to no file")
{
    struct scratch_file file = scratch_file(page);

    EXPECT("EBADF", mapped(map_shared(INT_MAX)));
    EXPECT("EBADF", mapped(map_private(INT_MAX)));
    EXPECT("1", first_byte(map_shared(file.descriptor)));
}

FILE_CASE("fd.closed", POSIX("mmap", SHALL),
          "a descriptor that was closed is refused with EBADF, its map lives on",
          "a program must keep thousands of descriptors open, or reads a file that it closed long ago")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_shared(file.descriptor);

    EXPECT("0", returned(close(file.descriptor)));
    EXPECT("EBADF", mapped(map_shared(file.descriptor)));
    EXPECT("1", first_byte(map));
}

FILE_CASE("fd.minus1_file", POSIX("mmap", SHALL),
          "descriptor -1 is refused with EBADF, unless memory is asked for",
          "a program whose open failed unnoticed stores its data into memory and loses it at exit")
{
    struct scratch_file file = scratch_file(page);

    EXPECT("EBADF", mapped(map_shared(-1)));
    EXPECT("EBADF", mapped(map_private(-1)));
    EXPECT("1", first_byte(map_private(file.descriptor)));
    EXPECT("0", first_byte(mmap(NULL, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)));
}

FILE_CASE("fd.opath", LINUX("open(2)"), "a descriptor opened with O_PATH is refused with EBADF",
          "a sandbox that hands out names without rights hands out the contents as well")
{
    struct scratch_file file = scratch_file(page);

    EXPECT("EBADF", mapped(map_private(reopen(&file, O_PATH))));
    EXPECT("1", first_byte(map_private(reopen(&file, O_RDONLY))));
}

FILE_CASE("fd.append_descriptor", POSIX("mmap", SHALL),
          "a file opened with O_APPEND is mapped and changed in place like any other",
          "a log that is opened for appending gets its header written at the wrong place")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_shared(reopen(&file, O_RDWR | O_APPEND));

    EXPECT("1", first_byte(map));
    EXPECT("stored", store(map, 9));
    EXPECT("9", file_byte(&file, 0));
    EXPECT(number((int64_t)page), file_size(&file));
}

FILE_CASE("fd.high", POSIX("mmap", SHALL), "descriptors are as good as any other whatever their number",
          "a server with many connections can't map files any more")
{
    struct scratch_file file = scratch_file(page);
    struct rlimit limit;

    SETUP(getrlimit(RLIMIT_NOFILE, &limit));
    for (int least = 31; (rlim_t)least < limit.rlim_cur && least < 1 << 16; least = 2 * least + 1) {
        int descriptor = (int)SETUP(fcntl(file.descriptor, F_DUPFD_CLOEXEC, least));
        EXPECT("1", first_byte(map_private(descriptor)));
        EXPECT("1", first_byte(map_shared(descriptor)));
        SETUP(close(descriptor));
    }
}

CASE("err.ret_minus1", POSIX("mmap", SHALL), "a call that fails answers MAP_FAILED and says why in errno",
     "a program that checks for failure goes on with an address at which nothing lies")
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS;

    errno = 0;
    EXPECT("EINVAL", placed(mmap(NULL, 0, PROT_READ, flags, -1, 0), NULL));
    errno = 0;
    EXPECT("EINVAL", placed(mmap(NULL, page, PROT_READ, MAP_ANONYMOUS, -1, 0), NULL));
    errno = 0;
    EXPECT("EBADF", placed(mmap(NULL, page, PROT_READ, MAP_PRIVATE, -1, 0), NULL));
    EXPECT("elsewhere", placed(mmap(NULL, page, PROT_READ, flags, -1, 0), NULL));
}

/* ---- files that are not regular ---------------------------------------------------------------- */

FILE_CASE("fd.dir", POSIX("mmap", SHALL), "a directory is refused with ENODEV, a file in it is not",
          "a file manager that maps whatever it is given reads raw directory blocks as text")
{
    struct scratch_file file = scratch_file(page);

    SETUP(mkdir(scratch_path("directory"), 0777));
    EXPECT("ENODEV", mapped(map_private(open_existing(scratch_path("directory"), O_RDONLY | O_DIRECTORY))));
    EXPECT("1", first_byte(map_private(file.descriptor)));
}

FILE_CASE("fd.pipe_read", POSIX("mmap", SHALL), "the reading end of a pipe is refused with ENODEV",
          "a filter that maps its input when it can reads nothing instead of falling back to read")
{
    struct scratch_file file = scratch_file(page);
    int ends[2];

    SETUP(pipe(ends));
    SETUP(write(ends[1], "x", 1));
    EXPECT("ENODEV", mapped(map_private(ends[0])));
    EXPECT("1", first_byte(map_private(reopen(&file, O_RDONLY))));
}

FILE_CASE("fd.pipe_write", POSIX("mmap", SHALL),
          "the writing end of a pipe is refused: EACCES, as it can't be read, or ENODEV",
          "output mapped instead of written never arrives at the other end of the pipe")
{
    struct scratch_file file = scratch_file(page);
    int ends[2];

    SETUP(pipe(ends));
    EXPECT("EACCES|ENODEV", mapped(map_private(ends[1])));
    EXPECT("EACCES|ENODEV", mapped(map_shared(ends[1])));
    EXPECT("1", first_byte(map_shared(file.descriptor)));
}

FILE_CASE("fd.fifo", POSIX("mmap", SHALL), "a named pipe is refused with ENODEV, also when open for both",
          "a reader blocks or sees an empty file where data comes through a named pipe")
{
    SETUP(mkfifo(scratch_path("fifo"), 0600));
    int descriptor = open_existing(scratch_path("fifo"), O_RDWR);
    struct scratch_file file = scratch_file(page);

    EXPECT("ENODEV", mapped(map_shared(descriptor)));
    EXPECT("ENODEV", mapped(map_private(descriptor)));
    EXPECT("1", first_byte(map_shared(file.descriptor)));
}

CASE("fd.unix_socket", POSIX("mmap", SHALL), "a socket is refused with ENODEV",
     "a server that serves files by mapping them sends garbage for a connection")
{
    int stream[2], datagram[2];

    SETUP(socketpair(AF_UNIX, SOCK_STREAM, 0, stream));
    SETUP(socketpair(AF_UNIX, SOCK_DGRAM, 0, datagram));
    EXPECT("ENODEV", mapped(map_shared(stream[0])));
    EXPECT("ENODEV", mapped(map_private(stream[1])));
    EXPECT("ENODEV", mapped(map_shared(datagram[0])));
    EXPECT("1", first_byte(map_shared(memory_file())));
}

CASE("fd.eventfd_epoll", POSIX("mmap", SHALL), "descriptors of events are refused with ENODEV",
     "a passed descriptor of the wrong kind is taken for a buffer full of data")
{
    int event = eventfd(1, EFD_CLOEXEC), queue = epoll_create1(EPOLL_CLOEXEC);

    SETUP(event);
    SETUP(queue);
    EXPECT("ENODEV", mapped(map_shared(event)));
    EXPECT("ENODEV", mapped(map_private(event)));
    EXPECT("ENODEV", mapped(map_shared(queue)));
    EXPECT("ENODEV", mapped(map_private(queue)));
    EXPECT("1", first_byte(map_shared(memory_file())));
}

CASE("fd.dev_null", PRACTICE("devices without memory can't be mapped"),
     "devices without memory of their own are refused with ENODEV",
     "a program that is told to write to /dev/null changes memory and believes in its file")
{
    EXPECT("ENODEV", mapped(map_shared(open_existing("/dev/null", O_RDWR))));
    EXPECT("ENODEV", mapped(map_private(open_existing("/dev/null", O_RDONLY))));
    EXPECT("ENODEV", mapped(map_private(open_existing("/dev/full", O_RDONLY))));
    EXPECT("ENODEV", mapped(map_private(open_existing("/dev/urandom", O_RDONLY))));
    EXPECT("0", first_byte(map_private(open_existing("/dev/zero", O_RDONLY))));
}

CASE("fd.proc_sys", LINUX("mmap(2)"),
     "a text that the kernel makes up when it is read is refused with ENODEV",
     "a tool maps a file of size 0 and shows an empty status where read would show it")
{
    EXPECT("ENODEV", mapped(map_private(open_existing("/proc/self/status", O_RDONLY))));
    EXPECT("ENODEV", mapped(map_private(open_existing("/proc/self/maps", O_RDONLY))));
    EXPECT("127", first_byte(map_private(open_existing("/proc/self/exe", O_RDONLY))));
}

/* ---- memory files and seals -------------------------------------------------------------------- */

static const char *byte_of(int descriptor)
{
    unsigned char byte = 0;

    return pread(descriptor, &byte, 1, 0) == 1 ? number(byte) : error_number(errno);
}

CASE("fd.memfd", LINUX("memfd_create(2)"), "a file in memory is mapped and shared like a regular file",
     "a program handed a file in memory by its parent works on a private copy", .since = KERNEL(3, 17))
{
    int descriptor = memory_file();
    char *map = map_shared(descriptor), *second = map_shared(descriptor), *private = map_private(descriptor);

    EXPECT("1", first_byte(map));
    EXPECT("stored", store(map, 9));
    EXPECT("9", byte_of(descriptor));
    EXPECT("9", load(second));
    EXPECT("9", load_in_child(private));
}

CASE("fd.sealed_write", LINUX("fcntl(2)"),
     "a file sealed against writing can't be mapped shared and writable: EPERM; privately it can",
     "the sender of a sealed message alters it after the receiver has checked it", .since = KERNEL(3, 17))
{
    int descriptor = memory_file();

    SETUP(fcntl(descriptor, F_ADD_SEALS, CONSTANT(F_SEAL_WRITE)));
    EXPECT("EPERM", mapped(map_shared(descriptor)));
    char *map = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE, descriptor, 0);
    EXPECT("1", first_byte(map));
    EXPECT("stored", store(map, 9));
    EXPECT("1", byte_of(descriptor));
}

CASE("fd.sealed_while_mapped", LINUX("fcntl(2)"),
     "a file can't be sealed against writing while a shared map may write it: EBUSY; without it can",
     "a sealed message still changes, through a map that was there before the seal", .since = KERNEL(3, 17))
{
    int descriptor = memory_file(), seal = CONSTANT(F_SEAL_WRITE);
    char *map = map_shared(descriptor);

    EXPECT("EBUSY", returned(fcntl(descriptor, F_ADD_SEALS, seal)));
    EXPECT("stored", store(map, 9));
    SETUP(munmap(map, page));
    EXPECT("0", returned(fcntl(descriptor, F_ADD_SEALS, seal)));
    EXPECT("EPERM", mapped(map_shared(descriptor)));
    EXPECT("9", byte_of(descriptor));
}

CASE("fd.sealed_future_write", LINUX("fcntl(2)"),
     "F_SEAL_FUTURE_WRITE refuses new writable maps with EPERM, and those there are still write",
     "a reader makes its map writable and corrupts the tables of the service", .since = KERNEL(5, 1))
{
    int descriptor = memory_file();
    char *map = map_shared(descriptor);

    EXPECT("0", returned(fcntl(descriptor, F_ADD_SEALS, CONSTANT(F_SEAL_FUTURE_WRITE))));
    EXPECT("EPERM", mapped(map_shared(descriptor)));
    EXPECT("stored", store(map, 9));
    EXPECT("9", byte_of(descriptor));
    char *reader = mmap(NULL, page, PROT_READ, MAP_SHARED, descriptor, 0);
    EXPECT("9", first_byte(reader));
    EXPECT("EACCES", returned(mprotect(reader, page, PROT_READ | PROT_WRITE)));
}

/* ---- sockets, programs, locks, attributes -------------------------------------------------------- */

static int internet_socket(int type)
{
    int descriptor = socket(AF_INET, type | SOCK_CLOEXEC, 0);

    if (descriptor < 0)
        unsupported("this system gives no internet sockets");
    return descriptor;
}

CASE("fd.tcp_socket", POSIX("mmap", UNSPECIFIED),
     "a TCP socket is refused, or can be mapped for reading what it will receive; a UDP socket is refused",
     "a program takes a connection for a file, and dies of SIGBUS")
{
    int descriptor = internet_socket(SOCK_STREAM);
    char *map = mmap(NULL, page, PROT_READ, MAP_SHARED, descriptor, 0);

    EXPECT("mapped|ENODEV|EINVAL", mapped(map));
    if (map != MAP_FAILED) {
        EXPECT("SIGBUS BUS_ADRERR exact", load(map));
        EXPECT("EPERM|EACCES|ENODEV", mapped(map_shared(descriptor)));
    }
    EXPECT("ENODEV", mapped(map_private(internet_socket(SOCK_DGRAM))));
    EXPECT("ENODEV", mapped(map_shared(internet_socket(SOCK_DGRAM))));
}

/* A copy of cat(1), so that a program is there that nobody else runs. */
static struct scratch_file copied_program(void)
{
    static const char *const candidates[] = {"/bin/cat", "/usr/bin/cat"};
    struct scratch_file copy = scratch_file(0);
    char bytes[16384];
    ssize_t length;
    int original = -1;

    for (size_t i = 0; i < sizeof candidates / sizeof candidates[0] && original < 0; i++)
        original = open(candidates[i], O_RDONLY | O_CLOEXEC);
    if (original < 0)
        unsupported("there is no cat(1) to copy");
    while ((length = read(original, bytes, sizeof bytes)) > 0)
        SETUP(write(copy.descriptor, bytes, (size_t)length));
    SETUP(fchmod(copy.descriptor, 0755));
    SETUP(close(original));
    return copy;
}

/* Runs a program that waits for the end of its input, and comes back when it runs: "running", or the error
 * of exec. */
static const char *run_program(const struct scratch_file *program, int *input, pid_t *child)
{
    int ends[2], failed[2], error = 0;

    SETUP(pipe(ends));
    SETUP(pipe2(failed, O_CLOEXEC));
    *child = (pid_t)SETUP(fork());
    if (*child == 0) {
        dup2(ends[0], STDIN_FILENO);
        close(ends[1]);
        close(program->descriptor);
        execl(program->path, "cat", (char *)NULL);
        error = errno;
        (void)!write(failed[1], &error, sizeof error);
        _exit(127);
    }
    close(ends[0]);
    close(failed[1]);
    *input = ends[1];
    if (read(failed[0], &error, sizeof error) != sizeof error)
        return "running";
    SETUP(waitpid(*child, NULL, 0)); /* until then it has the maps that it inherited */
    return error_number(error);
}

static const char *opened(const struct scratch_file *file, int flags)
{
    int descriptor = open(file->path, flags | O_CLOEXEC);

    if (descriptor < 0)
        return error_number(errno);
    close(descriptor);
    return "opened";
}

FILE_CASE(
    "fd.textbusy", LINUX("open(2)"),
    "a program that runs can't be opened for writing: ETXTBSY; one that is mapped for writing can't run",
    "a program that is replaced in place crashes in the middle of what it does")
{
    struct scratch_file program = copied_program();
    char *map = map_shared(program.descriptor);
    int input, status;
    pid_t child;

    SETUP(close(program.descriptor));
    const char *answer = run_program(&program, &input, &child);
    if (strcmp(answer, "EACCES") == 0)
        unsupported("programs can't be run from here");
    EXPECT("ETXTBSY", answer);
    if (strcmp(answer, "running") == 0) {
        SETUP(close(input));
        SETUP(waitpid(child, &status, 0));
    }
    SETUP(munmap(map, page));
    EXPECT("running", run_program(&program, &input, &child));
    EXPECT("ETXTBSY", opened(&program, O_WRONLY));
    EXPECT("ETXTBSY", opened(&program, O_RDWR));
    EXPECT("opened", opened(&program, O_RDONLY));
    EXPECT("ETXTBSY", returned(truncate(program.path, 0)));
    SETUP(close(input));
    SETUP(waitpid(child, &status, 0));
    EXPECT("0", number(status));
    EXPECT("opened", opened(&program, O_WRONLY));
}

/* FS_IOC_GETFLAGS and FS_IOC_SETFLAGS; some C libraries come without their header, and differ in the type of
 * the number. */
static int change_attribute(int descriptor, int attribute, bool set)
{
    int attributes = 0;

    if (syscall(SYS_ioctl, descriptor, _IOR('f', 1, long), &attributes) != 0)
        return -1;
    attributes = set ? attributes | attribute : attributes & ~attribute;
    return (int)syscall(SYS_ioctl, descriptor, _IOW('f', 2, long), &attributes);
}

enum { APPEND_ONLY = 0x20 };

/* Makes a file append-only that a process which is killed can't leave behind. */
static void make_append_only(const struct scratch_file *file)
{
    if (!holds_capability(CAPABILITY_LINUX_IMMUTABLE))
        unsupported("needs CAP_LINUX_IMMUTABLE");
    SETUP(unlink(file->path));
    if (change_attribute(file->descriptor, APPEND_ONLY, true) != 0)
        unsupported("this file system has no append-only files");
}

FILE_CASE(
    "fd.append_only", LINUX("mmap(2)"),
    "an append-only file can't be mapped shared and writable: EACCES; privately, or for reading, it can",
    "a log that must only grow is overwritten through a map", .needs = NEED_ROOT)
{
    struct scratch_file file = scratch_file(page);
    int writable = reopen(&file, O_RDWR | O_APPEND), reader = reopen(&file, O_RDONLY);

    EXPECT("1", first_byte(map_shared(writable)));
    make_append_only(&file);
    EXPECT("EACCES", mapped(map_shared(writable)));
    EXPECT("1", first_byte(mmap(NULL, page, PROT_READ, MAP_SHARED, reader, 0)));
    char *private = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE, writable, 0);
    EXPECT("1", first_byte(private));
    EXPECT("stored", store(private, 9));
    EXPECT("1", file_byte(&file, 0));
    SETUP(change_attribute(writable, APPEND_ONLY, false));
    EXPECT("1", first_byte(map_shared(writable)));
}

FILE_CASE("fd.append_only_reader", LINUX("mmap(2)"),
          "an append-only file is mapped shared for reading by a descriptor that may append, too",
          "who writes a log can't read it through a map", .needs = NEED_ROOT)
{
    struct scratch_file file = scratch_file(page);
    int writable = reopen(&file, O_RDWR | O_APPEND);

    make_append_only(&file);
    EXPECT("1", first_byte(mmap(NULL, page, PROT_READ, MAP_SHARED, writable, 0)));
    EXPECT("1", first_byte(map_private(writable)));
}

/* A child that holds a lock on all of the file until it is killed. */
static pid_t locking_child(const struct scratch_file *file)
{
    int ready[2];
    char byte;

    SETUP(pipe(ready));
    pid_t child = (pid_t)SETUP(fork());
    if (child == 0) {
        const struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
        byte = fcntl(file->descriptor, F_SETLK, &all) == 0 ? 'y' : 'n';
        (void)!write(ready[1], &byte, 1);
        for (;;)
            pause();
    }
    close(ready[1]);
    if (read(ready[0], &byte, 1) != 1 || byte != 'y')
        unsupported("this file system has no locks");
    return child;
}

FILE_CASE(
    "fd.locked_mandatory", POSIX("mmap", UNSPECIFIED),
    "a file that another process has locked, with the mode that makes locks binding, is mapped or EAGAIN",
    "a program that relies on such locks is overwritten through maps")
{
    const mode_t binding =
        S_ISGID | S_IRUSR | S_IWUSR; /* set-group-id without the group's right to execute */
    struct scratch_file file = scratch_file(page);

    SETUP(fchmod(file.descriptor, binding));
    pid_t child = locking_child(&file);
    char *map = map_shared(file.descriptor);
    EXPECT("mapped|EAGAIN", mapped(map));
    if (map != MAP_FAILED) {
        EXPECT("1", load(map));
        EXPECT("stored", store(map, 9));
        EXPECT("9", file_byte(&file, 0));
    }
    SETUP(kill(child, SIGKILL));
    SETUP(waitpid(child, NULL, 0));
    EXPECT("mapped", mapped(map_shared(file.descriptor)));
}

/* ---- two errors at once ------------------------------------------------------------------------ */

/* Which error is told first is nobody's promise; that it is one of the two is. */
FILE_CASE("err.priority", POSIX("mmap", UNSPECIFIED),
          "of two errors at once mmap tells one, and never a third",
          "a program that looks for one error meets the other, and on another system not")
{
    struct scratch_file file = scratch_file(page);
    const int reader = reopen(&file, O_RDONLY), writer = reopen(&file, O_WRONLY),
              both = MAP_SHARED | MAP_FIXED;
    char *high = (char *)(UINTPTR_MAX - 2 * page + 1);
    int ends[2];

    SETUP(pipe(ends));
    EXPECT("EINVAL|EBADF", mapped(mmap(NULL, 0, PROT_READ, MAP_SHARED, -1, 0)));
    EXPECT("EINVAL|EBADF", mapped(mmap(NULL, page, PROT_READ, 0, -1, 0)));
    EXPECT("EINVAL|EBADF", mapped(mmap(NULL, page, PROT_READ, MAP_SHARED, -1, 1)));
    EXPECT("EINVAL|ENODEV", mapped(mmap(NULL, 0, PROT_READ, MAP_SHARED, ends[0], 0)));
    EXPECT("EINVAL|ENODEV", mapped(mmap(NULL, page, PROT_READ, 0, ends[0], 0)));
    EXPECT("EACCES|ENODEV", mapped(mmap(NULL, page, PROT_READ, MAP_SHARED, ends[1], 0)));
    EXPECT("EINVAL|EACCES", mapped(mmap(NULL, 0, PROT_READ, MAP_SHARED, writer, 0)));
    EXPECT("EINVAL|EACCES", mapped(mmap(NULL, page, PROT_WRITE, MAP_SHARED, reader, 1)));
    EXPECT("ENOMEM|EBADF", mapped(mmap(high, page, PROT_READ, both, -1, 0)));
    EXPECT("ENOMEM|EINVAL", mapped(mmap(high, 0, PROT_READ, both, file.descriptor, 0)));
    EXPECT("ENOMEM|EACCES", mapped(mmap(high, page, PROT_WRITE, both, reader, 0)));
    EXPECT("ENOMEM|ENODEV", mapped(mmap(high, page, PROT_READ, both, ends[0], 0)));
    EXPECT("EOVERFLOW|EACCES", mapped(mmap(NULL, 2 * page, PROT_WRITE, MAP_SHARED, reader,
                                           (off_t)(INT64_MAX - (int64_t)page + 1))));
    EXPECT("1", first_byte(map_shared(file.descriptor)));
}

/* Whether a call that succeeded left errno alone; a call that failed says so. */
static const char *left_errno(long result)
{
    return result == -1 ? error_number(errno) : yes_or_no(errno == ERANGE);
}

FILE_CASE("err.errno_untouched", POSIX("errno", UNSPECIFIED),
          "calls that succeed leave errno alone, or do not: only a failure makes it mean something",
          "a program that looks at errno without a failure sees one")
{
    struct scratch_file file = scratch_file(page);
    unsigned char vector;
    char *map;

    errno = ERANGE; /* which none of these calls says */
    RECORD(left_errno((map = map_shared(file.descriptor)) == MAP_FAILED ? -1 : 0));
    errno = ERANGE;
    RECORD(left_errno(mprotect(map, page, PROT_READ)));
    errno = ERANGE;
    RECORD(left_errno(msync(map, page, MS_SYNC)));
    errno = ERANGE;
    RECORD(left_errno(madvise(map, page, MADV_NORMAL)));
    errno = ERANGE;
    RECORD(left_errno(mincore(map, page, &vector)));
    errno = ERANGE;
    RECORD(left_errno(munmap(map, page)));
    EXPECT("EINVAL", left_errno(munmap(map, 0)));
}
/* ---- disks --------------------------------------------------------------------------------------- */

CASE("fd.block_device", PRACTICE("a block device is mapped like a file"),
     "a block device is mapped, agrees with read and write, and ends where its last block does",
     "a program that maps a disk sees other bytes than one that reads it", .needs = NEED_ROOT | NEED_INVASIVE)
{
    int storage = memory_file();

    SETUP(ftruncate(storage, 2 * (off_t)page));
    struct scratch_file device = {.descriptor = loop_device(storage).descriptor};
    char *map = map_file(&device, 0, 3 * page, READ_WRITE, MAP_SHARED);
    EXPECT("1 0", page_bytes(map, 2 * page));
    EXPECT("stored", store(&map[page], 9));
    EXPECT("9", file_byte(&device, (int64_t)page));
    write_file(&device, 5, 8);
    EXPECT("8", load(&map[5]));
    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[2 * page]));
    EXPECT("0", returned(msync(map, 2 * page, MS_SYNC)));
    EXPECT("9", file_byte(&(struct scratch_file){.descriptor = storage}, (int64_t)page));
}

/* ---- files that can't be mapped as others can --------------------------------------------------- */

CASE("fd.fuse_nommap", POSIX("mmap", SHALL),
     "a file that its FUSE server keeps out of the page cache is refused with ENODEV for a shared map",
     "two programs that share a map of the file work on different bytes", .since = KERNEL(4, 2))
{
    struct scratch_file direct = served_file(SERVED_DIRECT), plain = served_file(SERVED_PLAIN);

    EXPECT("ENODEV", mapped(map_shared(direct.descriptor)));
    EXPECT("1", file_byte(&direct, 0));
    EXPECT("1", first_byte(map_shared(plain.descriptor)));
}

static void end_swapping(const void *path)
{
    swapoff(path);
}

CASE("fd.immutable_swap", LINUX("swapon(2)"),
     "a file that is swapped to can't be mapped shared for writing: ETXTBSY; once it is not, it can",
     "a program writes into the memory of all others", .needs = NEED_ROOT | NEED_INVASIVE, .seconds = 20)
{
    const size_t bytes = (size_t)1 << 20;
    static struct scratch_file file;

    file = file_in(mount_disk(DISK_EXT4).folder, "swap", bytes);
    SETUP(fchmod(file.descriptor, 0600));
    run_tool((const char *const[]){"mkswap", file.path, NULL});
    SETUP(fsync(file.descriptor));
    undo_afterwards(end_swapping, file.path, -1);
    SETUP(swapon(file.path, 0));
    EXPECT("ETXTBSY", mapped(map_shared(file.descriptor)));
    EXPECT("ETXTBSY", returned(pwrite(file.descriptor, "x", 1, 0)));
    EXPECT("mapped", mapped(map_private(file.descriptor)));
    EXPECT("0", returned(swapoff(file.path)));
    EXPECT("mapped", mapped(map_shared(file.descriptor)));
}
