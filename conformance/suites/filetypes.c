/* File types: what mmap answers for descriptors that are not regular files, or not open, or sealed. */
#include "case.h"
#include "fixture.h"
#include "fuse_files.h"

#include <limits.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/swap.h>

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

/* A file of one page in memory, whose first byte is 1, and which may be sealed. */
static int memory_file(void)
{
    int flags = CONSTANT(MFD_CLOEXEC) | CONSTANT(MFD_ALLOW_SEALING);
    int descriptor = (int)SETUP(memfd_create("mapwise", (unsigned)flags));

    SETUP(ftruncate(descriptor, (off_t)page));
    SETUP(pwrite(descriptor, "\1", 1, 0));
    return descriptor;
}

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
