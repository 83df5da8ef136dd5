/* Memory without a file of its own: anonymous maps, /dev/zero, memfd, POSIX shared memory. */
#include "case.h"

#include <sys/stat.h>
#include <sys/syscall.h>

SUITE("anonymous", "anonymous memory and memory objects");

static char *map_memory(size_t length, int flags)
{
    return map_anonymous(length, PROT_READ | PROT_WRITE, flags);
}

/* ---- anonymous maps ------------------------------------------------------------------------------------ */

CASE("anon.zero", POSIX("mmap", SHALL), "anonymous memory, private or shared, is zero in every byte",
     "a program reads what another process left in memory, or starts from counters that are not 0")
{
    EXPECT("0", bytes_other_than(0, map_memory(16 * page, MAP_PRIVATE), 16 * page));
    EXPECT("0", bytes_other_than(0, map_memory(16 * page, MAP_SHARED), 16 * page));
    EXPECT("0", bytes_other_than(0, map_anonymous(16 * page, PROT_READ, MAP_PRIVATE), 16 * page));
}

CASE("anon.reuse_zero", POSIX("mmap", SHALL), "memory that was used and unmapped comes back as zeros",
     "a fresh heap of an allocator that trusts in calloc without memset holds dead objects", .seconds = 10)
{
    const char *dirty = "0";

    for (int round = 0; round < 50 && strcmp(dirty, "0") == 0; round++) {
        char *map = map_memory(16 * page, round % 2 ? MAP_SHARED : MAP_PRIVATE);
        dirty = bytes_other_than(0, map, 16 * page);
        memset(map, 0xa5, 16 * page);
        SETUP(munmap(map, 16 * page));
    }
    EXPECT("0", dirty);
}

FILE_CASE("anon.fd0", LINUX("mmap(2)"),
          "the descriptor of an anonymous map is ignored: the memory is zero and the file stays as it is",
          "an old program that passes descriptor 0 overwrites its own standard input")
{
    struct scratch_file file = scratch_file(page);

    char *map = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, file.descriptor, 0);
    EXPECT("mapped", mapped(map));
    EXPECT("0", load(&map[0]));
    map = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, file.descriptor, 0);
    EXPECT("mapped", mapped(map));
    EXPECT("0", load(&map[0]));
    EXPECT("stored", store(&map[0], 9));
    EXPECT("1", file_byte(&file, 0));
}

CASE("anon.fd_minus1", POSIX("mmap", SHALL),
     "MAP_ANONYMOUS with descriptor -1 and offset 0 gives memory, private and shared; without it -1 is EBADF",
     "a program that follows the standard gets no memory")
{
    char *private = mmap(NULL, page, READ_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *shared = mmap(NULL, page, READ_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    EXPECT("mapped", mapped(private));
    EXPECT("mapped", mapped(shared));
    EXPECT("stored", store(&private[page - 1], 7));
    EXPECT("stored", store_in_child(&shared[page - 1], 8));
    EXPECT("7", load(&private[page - 1]));
    EXPECT("8", load(&shared[page - 1]));
    EXPECT("EBADF", mapped(mmap(NULL, page, READ_WRITE, MAP_PRIVATE, -1, 0)));
    EXPECT("EBADF", mapped(mmap(NULL, page, READ_WRITE, MAP_SHARED, -1, 0)));
}

CASE("anon.shared_independent", POSIX("mmap", SHALL), "two shared anonymous maps do not share anything",
     "two pools of one server write into each other")
{
    char *first = map_memory(2 * page, MAP_SHARED), *second = map_memory(2 * page, MAP_SHARED);

    EXPECT("0 0", page_bytes(second, 2 * page));
    number_pages(first, 2 * page);
    EXPECT("0 0", page_bytes(second, 2 * page));
    EXPECT("0 0", page_bytes(map_memory(2 * page, MAP_SHARED), 2 * page));
    EXPECT("1 2", page_bytes(first, 2 * page));
}

CASE("anon.shared_fork", POSIX("fork", SHALL),
     "a shared anonymous map is shared with a child, both ways, also in pages touched after the fork only",
     "workers never see the jobs that their master queued for them")
{
    char *map = map_memory(3 * page, MAP_SHARED);

    EXPECT("stored", store(&map[0], 7));
    EXPECT("stored", store_in_child(&map[0], 8));
    EXPECT("stored", store_in_child(&map[2 * page], 9));
    EXPECT("8 0 9", page_bytes(map, 3 * page));
    EXPECT("stored", store(&map[page], 6));
    EXPECT("6", load_in_child(&map[page]));
}

CASE("anon.private_fork", POSIX("fork", SHALL),
     "a child gets the bytes of private memory, and keeps its own stores to itself",
     "a forked snapshot of a database changes while it is being written, or spoils the original")
{
    char *map = map_memory(2 * page, MAP_PRIVATE);

    EXPECT("stored", store(&map[0], 7));
    EXPECT("7", load_in_child(&map[0]));
    EXPECT("stored", store_in_child(&map[0], 9));
    EXPECT("stored", store_in_child(&map[page], 9));
    EXPECT("7 0", page_bytes(map, 2 * page));
}

CASE("anon.reserve_commit", PRACTICE("reserve with PROT_NONE, commit with mprotect"),
     "a part of a reserved range becomes memory by mprotect, the rest stays closed",
     "a heap that reserves its range first cannot grow, or its fence lets overruns through")
{
    char *map = map_anonymous(64 * page, PROT_NONE, MAP_PRIVATE);

    EXPECT("SIGSEGV SEGV_ACCERR exact", load(&map[8 * page]));
    EXPECT("0", returned(mprotect(&map[8 * page], 8 * page, PROT_READ | PROT_WRITE)));
    EXPECT("0", bytes_other_than(0, &map[8 * page], 8 * page));
    EXPECT("stored", store(&map[16 * page - 1], 9));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(&map[8 * page - 1], 9));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(&map[16 * page], 9));
}

CASE("anon.decommit_keeps", POSIX("mprotect", SHALL),
     "memory keeps its bytes while it is closed by PROT_NONE",
     "a collector that closes a page to catch stores finds it empty when it opens it again")
{
    char *map = map_memory(2 * page, MAP_PRIVATE);

    number_pages(map, 2 * page);
    SETUP(mprotect(map, 2 * page, PROT_NONE));
    EXPECT("SIGSEGV SEGV_ACCERR exact", load(&map[page]));
    SETUP(mprotect(map, 2 * page, PROT_READ));
    EXPECT("1 2", page_bytes(map, 2 * page));
}

/* Two maps of one page each, side by side, inside a free range. */
static char *adjacent_maps(void)
{
    char *range = unmapped_range(2 * page);

    for (int i = 0; i < 2; i++)
        if (mmap(range + (size_t)i * page, page, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
            setup_failed("mmap: error %d", errno);
    number_pages(range, 2 * page);
    return range;
}

CASE("anon.adjacent_unmap", POSIX("munmap", SHALL), "one munmap removes all maps of its range",
     "a pool that merged two arenas leaks one of them each time it is released")
{
    char *maps = adjacent_maps();

    EXPECT("1 2", page_bytes(maps, 2 * page));
    EXPECT("0", returned(munmap(maps, 2 * page)));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(&maps[0]));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(&maps[page]));
}

CASE("anon.unmap_first", POSIX("munmap", SHALL), "unmapping the first page of a map keeps the second",
     "an allocator that trims the front of an arena to align it loses the arena")
{
    char *map = map_memory(2 * page, MAP_PRIVATE);

    number_pages(map, 2 * page);
    EXPECT("0", returned(munmap(map, page)));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(&map[page - 1]));
    EXPECT("2", load(&map[page]));
    EXPECT("stored", store(&map[2 * page - 1], 9));
}

CASE("anon.sparse_rss", PRACTICE("memory costs from the first touch of a page"),
     "a large map costs as many resident pages as were touched",
     "a sanitizer that reserves a shadow of all memory is killed as soon as it starts", .needs = NEED_LINUX)
{
    const size_t length = (size_t)64 << 20;
    char *map = map_memory(length, MAP_PRIVATE | MAP_NORESERVE); /* unlike any neighbour: not merged */

    madvise(map, length, CONSTANT(MADV_NOHUGEPAGE)); /* a kernel without huge pages refuses */
    EXPECT("0", smaps_pages(map, "Rss"));
    EXPECT("stored", store(&map[0], 9));
    EXPECT("1", smaps_pages(map, "Rss"));
    EXPECT("stored", store(&map[length / 2], 9));
    EXPECT("2", smaps_pages(map, "Rss"));
}

/* ---- /dev/zero ----------------------------------------------------------------------------------------- */

static char *map_zero_device(int flags)
{
    int descriptor = open("/dev/zero", O_RDWR | O_CLOEXEC);

    if (descriptor < 0)
        unsupported("/dev/zero can't be opened");
    return map_descriptor(descriptor, 0, 2 * page, PROT_READ | PROT_WRITE, flags);
}

CASE("anon.devzero_private", PRACTICE("maps of /dev/zero are anonymous memory"),
     "a private map of /dev/zero is zero, takes stores, and leaves nothing behind",
     "old allocators that take memory from /dev/zero share their heap with strangers")
{
    char *map = map_zero_device(MAP_PRIVATE);

    EXPECT("0", bytes_other_than(0, map, 2 * page));
    EXPECT("stored", store(&map[page], 9));
    EXPECT("0 9", page_bytes(map, 2 * page));
    EXPECT("stored", store_in_child(&map[0], 8));
    EXPECT("0 9", page_bytes(map, 2 * page));
    EXPECT("0 0", page_bytes(map_zero_device(MAP_PRIVATE), 2 * page));
}

CASE("anon.devzero_shared", PRACTICE("maps of /dev/zero are anonymous memory"),
     "a shared map of /dev/zero is shared with children, not with other maps of /dev/zero",
     "a server of the old school and its workers each wait for messages in memory of their own")
{
    char *map = map_zero_device(MAP_SHARED), *other = map_zero_device(MAP_SHARED);

    EXPECT("0", bytes_other_than(0, map, 2 * page));
    EXPECT("stored", store_in_child(&map[page], 9));
    EXPECT("0 9", page_bytes(map, 2 * page));
    EXPECT("0 0", page_bytes(other, 2 * page));
}

/* ---- memfd --------------------------------------------------------------------------------------------- */

static struct scratch_file memory_file(off_t bytes)
{
    struct scratch_file file = {.descriptor = memfd_create("case", MFD_CLOEXEC | MFD_ALLOW_SEALING)};

    if (file.descriptor < 0 && errno == ENOSYS)
        unsupported("this kernel has no memfd_create");
    SETUP(file.descriptor);
    resize_file(&file, bytes);
    return file;
}

static const char *seal(const struct scratch_file *file, int seals)
{
    return returned(fcntl(file->descriptor, F_ADD_SEALS, seals));
}

/* Tries a new map of the first page, and gives it away again. */
static const char *try_map(const struct scratch_file *file, int protection, int flags)
{
    void *map = mmap(NULL, page, protection, flags, file->descriptor, 0);
    const char *answer = mapped(map);

    if (map != MAP_FAILED)
        munmap(map, page);
    return answer;
}

static const char *store_by_own_map(void *file)
{
    char *map = map_file(file, 0, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED);

    return map[0] == 7 ? store(&map[page], 9) : "the parent's store is not here";
}

CASE("anon.memfd", LINUX("memfd_create(2)"),
     "a memfd starts empty, grows by ftruncate, and is shared by whoever maps its descriptor",
     "a compositor shows black frames although the client has drawn into the shared buffer",
     .since = KERNEL(3, 17))
{
    struct scratch_file file = memory_file(0);
    char *early = map_file(&file, 0, page, PROT_READ, MAP_SHARED);

    EXPECT("0", file_size(&file));
    EXPECT("SIGBUS BUS_ADRERR exact", load(&early[0]));
    resize_file(&file, 2 * (off_t)page);
    char *map = map_file(&file, 0, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED);
    EXPECT("0", bytes_other_than(0, map, 2 * page));
    EXPECT("stored", store(&map[0], 7));
    EXPECT("stored", in_child(store_by_own_map, &file));
    EXPECT("9", load(&map[page]));
    EXPECT("9", file_byte(&file, (int64_t)page));
}

CASE("anon.memfd_seal_write", LINUX("fcntl(2)"),
     "F_SEAL_WRITE forbids new writable shared maps and writes, and still allows private stores",
     "a service parses a message that its sender is still free to change under its eyes",
     .since = KERNEL(3, 17))
{
    struct scratch_file file = memory_file((off_t)page);

    write_file(&file, 0, 5);
    EXPECT("mapped", try_map(&file, PROT_READ | PROT_WRITE, MAP_SHARED));
    EXPECT("0", seal(&file, F_SEAL_WRITE));
    EXPECT("EPERM", try_map(&file, PROT_READ | PROT_WRITE, MAP_SHARED));
    EXPECT("EPERM", returned(pwrite(file.descriptor, "", 1, 0)));
    char *map = map_file(&file, 0, page, PROT_READ | PROT_WRITE, MAP_PRIVATE);
    EXPECT("5", load(&map[0]));
    EXPECT("stored", store(&map[0], 9));
    EXPECT("5", file_byte(&file, 0));
}

CASE("anon.memfd_seal_busy", LINUX("fcntl(2)"),
     "F_SEAL_WRITE is refused while a writable shared map lives, and taken once it is gone",
     "a receiver trusts the seal while the sender keeps a window through which it can write",
     .since = KERNEL(3, 17))
{
    struct scratch_file file = memory_file((off_t)page);
    char *map = map_file(&file, 0, page, PROT_READ | PROT_WRITE, MAP_SHARED);

    EXPECT("EBUSY", seal(&file, F_SEAL_WRITE));
    EXPECT("stored", store(&map[0], 9));
    SETUP(munmap(map, page));
    EXPECT("0", seal(&file, F_SEAL_WRITE));
    EXPECT("9", file_byte(&file, 0));
}

CASE("anon.memfd_future_write", LINUX("fcntl(2)"),
     "F_SEAL_FUTURE_WRITE keeps the old map writable and forbids new ones",
     "a client can scribble over the tables that a server publishes read-only", .since = KERNEL(5, 1))
{
    struct scratch_file file = memory_file((off_t)page);
    char *map = map_file(&file, 0, page, PROT_READ | PROT_WRITE, MAP_SHARED);

    EXPECT("0", seal(&file, CONSTANT(F_SEAL_FUTURE_WRITE)));
    EXPECT("stored", store(&map[0], 9));
    EXPECT("EPERM", try_map(&file, PROT_READ | PROT_WRITE, MAP_SHARED));
    EXPECT("EPERM", returned(pwrite(file.descriptor, "", 1, 0)));
    EXPECT("9", load(map_file(&file, 0, page, PROT_READ, MAP_SHARED)));
}

CASE("anon.memfd_seal_shrink", LINUX("fcntl(2)"),
     "F_SEAL_SHRINK refuses to cut mapped pages off, and still lets the file grow",
     "a hostile client cuts the shared buffer and kills the server that reads it", .since = KERNEL(3, 17))
{
    struct scratch_file file = memory_file(2 * (off_t)page);
    char *map = map_file(&file, 0, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED);

    EXPECT("stored", store(&map[page], 9));
    EXPECT("0", seal(&file, F_SEAL_SHRINK));
    EXPECT("EPERM", returned(ftruncate(file.descriptor, (off_t)page)));
    EXPECT("EPERM", returned(ftruncate(file.descriptor, 2 * (off_t)page - 1)));
    EXPECT("9", load(&map[page]));
    EXPECT("0", returned(ftruncate(file.descriptor, 3 * (off_t)page)));
    EXPECT(number(3 * (int64_t)page), file_size(&file));
}

CASE("anon.memfd_seal_grow", LINUX("fcntl(2)"),
     "F_SEAL_GROW refuses to extend the file, and still lets it shrink under its maps",
     "a client fills the memory of the server through the buffer that it was lent", .since = KERNEL(3, 17))
{
    struct scratch_file file = memory_file(2 * (off_t)page);
    char *map = map_file(&file, 0, 3 * page, PROT_READ | PROT_WRITE, MAP_SHARED);

    EXPECT("0", seal(&file, F_SEAL_GROW));
    EXPECT("EPERM", returned(ftruncate(file.descriptor, 3 * (off_t)page)));
    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[2 * page]));
    EXPECT("stored", store(&map[page], 9));
    EXPECT("0", returned(ftruncate(file.descriptor, (off_t)page)));
    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[page]));
}

CASE(
    "anon.memfd_flags", LINUX("memfd_create(2)"),
    "a memfd is empty, closed by exec and may be sealed only where its flags say so; unknown ones are EINVAL",
    "a buffer with secrets leaks into programs that a child executes, or is sealed by a stranger",
    .since = KERNEL(3, 17))
{
    struct scratch_file plain = {.descriptor = (int)SETUP(memfd_create("case", 0))};
    int marked = (int)SETUP(memfd_create("case", MFD_CLOEXEC | MFD_ALLOW_SEALING));

    EXPECT("0", file_size(&plain));
    EXPECT("open", after_exec(plain.descriptor));
    EXPECT("closed", after_exec(marked));
    EXPECT("EPERM", seal(&plain, F_SEAL_GROW));
    EXPECT("0", returned(fcntl(marked, F_ADD_SEALS, F_SEAL_GROW)));
    EXPECT("EINVAL", returned(memfd_create("case", 0x8000U)));
}

CASE("anon.memfd_name", LINUX("memfd_create(2)"),
     "the name of a memfd has up to 249 bytes, and two of one name are two files",
     "debug names that differ at the end only join the buffers of two clients into one",
     .since = KERNEL(3, 17))
{
    static char name[251];

    memset(name, 'n', sizeof name - 1);
    EXPECT("EINVAL", returned(memfd_create(name, MFD_CLOEXEC)));
    name[249] = '\0';
    struct scratch_file first = {.descriptor = (int)SETUP(memfd_create(name, MFD_CLOEXEC))};
    struct scratch_file second = {.descriptor = (int)SETUP(memfd_create(name, MFD_CLOEXEC))};
    resize_file(&first, 7);
    EXPECT("0", file_size(&second));
}

/* Why a file can't be executed, by its descriptor. */
static const char *execute(void *descriptor)
{
    static char *const no_arguments[] = {NULL}, *const no_environment[] = {NULL};

    return returned(fexecve(*(int *)descriptor, no_arguments, no_environment));
}

CASE("anon.memfd_not_executable", LINUX("memfd_create(2)"),
     "MFD_NOEXEC_SEAL makes a memfd that can't be executed and never will, MFD_EXEC one that can",
     "an intruder runs a program from memory on a system that forbids just that", .since = KERNEL(6, 3))
{
    const mode_t rights = 0111;
    struct stat status;

    if (kernel_setting("vm/memfd_noexec") > 1)
        unsupported("vm.memfd_noexec forbids memfds that can be executed");
    int sealed = (int)SETUP(memfd_create("case", (unsigned)CONSTANT(MFD_NOEXEC_SEAL)));
    int open_to_all = (int)SETUP(memfd_create("case", (unsigned)CONSTANT(MFD_EXEC)));

    SETUP(fstat(sealed, &status));
    EXPECT("0", number(status.st_mode & rights));
    EXPECT("EPERM", returned(fchmod(sealed, 0700)));
    EXPECT("EACCES", in_child(execute, &sealed));
    SETUP(fstat(open_to_all, &status));
    EXPECT(number(rights), number(status.st_mode & rights));
    EXPECT("ENOEXEC", in_child(execute, &open_to_all)); /* it might, but is empty */
}

static int secret_file(void)
{
    const long memfd_secret = 447; /* on every architecture; not in every C library's headers */
    long descriptor = syscall(memfd_secret, 0);

    if (descriptor < 0 && errno == ENOSYS)
        unsupported("this kernel has no memfd_secret, or it is not enabled");
    return (int)SETUP(descriptor);
}

/* What the kernel gives of one byte of this process to a reader of its memory. */
static const char *read_through_proc(const char *address)
{
    int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    unsigned char byte = 0;

    if (memory < 0)
        unsupported("/proc/self/mem can't be opened");
    return pread(memory, &byte, 1, (off_t)(uintptr_t)address) == 1 ? number(byte) : "refused";
}

CASE("anon.memfd_secret", LINUX("memfd_secret(2)"),
     "secret memory can be used by its owner and not be read through the kernel",
     "a debugger, or an intruder with the rights of the user, reads the private keys", .since = KERNEL(5, 14))
{
    struct scratch_file file = {.descriptor = secret_file()};

    need_lockable(page); /* secret memory counts as locked */
    resize_file(&file, (off_t)page);
    char *secret = map_file(&file, 0, page, PROT_READ | PROT_WRITE, MAP_SHARED);
    char *open_memory = map_memory(page, MAP_SHARED);
    EXPECT("0", bytes_other_than(0, secret, page));
    EXPECT("stored", store(&secret[0], 9));
    EXPECT("stored", store(&open_memory[0], 8));
    EXPECT("9", load(&secret[0]));
    EXPECT("refused", read_through_proc(secret));
    EXPECT("8", read_through_proc(open_memory));
}

/* ---- POSIX shared memory ------------------------------------------------------------------------------- */

/* A new, empty object, named until shm_unlink. */
static struct scratch_file shared_memory_with(mode_t permissions)
{
    struct scratch_file file = {.descriptor =
                                    shm_open(shared_memory_name(), O_RDWR | O_CREAT | O_EXCL, permissions)};

    /* On a system whose objects are files in a folder, that one may be missing or closed to this user. */
    if (file.descriptor < 0 && (errno == ENOSYS || access("/dev/shm", W_OK) != 0))
        unsupported("this system has no place for POSIX shared memory");
    SETUP(file.descriptor);
    return file;
}

static struct scratch_file shared_memory(void)
{
    return shared_memory_with(0600);
}

CASE("anon.shm_size0", POSIX("shm_open", SHALL),
     "a new shared memory object is empty: it can be mapped, and its map raises SIGBUS",
     "a client that connects before the server has sized the segment reads garbage as a header")
{
    struct scratch_file file = shared_memory();

    SETUP(shm_unlink(shared_memory_name()));
    EXPECT("0", file_size(&file));
    char *map = map_file(&file, 0, page, PROT_READ | PROT_WRITE, MAP_SHARED);
    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[0]));
    EXPECT("SIGBUS BUS_ADRERR exact", store(&map[page - 1], 9));
    resize_file(&file, (off_t)page);
    EXPECT("0", bytes_other_than(0, map_file(&file, 0, page, PROT_READ, MAP_SHARED), page));
}

CASE("anon.shm_exclusive", POSIX("shm_open", SHALL),
     "O_CREAT with O_EXCL refuses a name that is taken, O_CREAT alone opens it, neither makes a new one",
     "two servers both believe that they have created the segment and format it in turn")
{
    EXPECT("ENOENT", returned(shm_open(shared_memory_name(), O_RDWR, 0600)));
    struct scratch_file file = shared_memory();
    EXPECT("EEXIST", returned(shm_open(shared_memory_name(), O_RDWR | O_CREAT | O_EXCL, 0600)));
    resize_file(&file, 7);
    struct scratch_file again = {.descriptor = shm_open(shared_memory_name(), O_RDWR | O_CREAT, 0600)};
    EXPECT("7", file_size(&again));
}

CASE("anon.shm_truncate", POSIX("shm_open", SHALL), "O_TRUNC empties an object that is there",
     "a restarted server meets the half-written state of the run that crashed")
{
    struct scratch_file file = shared_memory();

    resize_file(&file, 7);
    EXPECT("7", file_size(&file));
    SETUP(shm_open(shared_memory_name(), O_RDWR | O_TRUNC, 0600));
    EXPECT("0", file_size(&file));
}

CASE("anon.shm_descriptor", POSIX("shm_open", SHALL),
     "the object has the permissions asked for but those of the umask, and its descriptor is closed by exec",
     "any user on the machine can read the segment, or a started helper inherits it")
{
    struct stat status;

    umask(0020);
    int descriptor = shared_memory_with(0664).descriptor;
    SETUP(fstat(descriptor, &status));
    EXPECT(number(0644), number(status.st_mode & 0777));
    EXPECT(number(FD_CLOEXEC), returned(fcntl(descriptor, F_GETFD)));
    EXPECT("closed", after_exec(descriptor));
    SETUP(fcntl(descriptor, F_SETFD, 0));
    EXPECT("open", after_exec(descriptor));
}

CASE("anon.shm_read_only", POSIX("shm_open", SHALL),
     "through an object opened O_RDONLY nothing can be stored or cut off",
     "a monitor that may only look can corrupt the statistics of what it monitors")
{
    struct scratch_file file = shared_memory();

    resize_file(&file, (off_t)page);
    int reader = (int)SETUP(shm_open(shared_memory_name(), O_RDONLY, 0));
    EXPECT("EACCES", mapped(mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, reader, 0)));
    write_file(&file, 0, 7);
    EXPECT("7", load(mmap(NULL, page, PROT_READ, MAP_SHARED, reader, 0)));
    EXPECT("EBADF|EINVAL", returned(ftruncate(reader, 0)));
    EXPECT(number((int64_t)page), file_size(&file));
    EXPECT("7", file_byte(&file, 0));
}

static const char *store_by_name(void *unused)
{
    struct scratch_file file = {.descriptor = (int)SETUP(shm_open(shared_memory_name(), O_RDWR, 0))};

    (void)unused;
    return store_by_own_map(&file);
}

CASE("anon.shm_two_processes", POSIX("shm_open", SHALL),
     "two processes that open a shared memory object by its name share its bytes",
     "a producer fills a queue that its consumer never sees")
{
    struct scratch_file file = shared_memory();

    resize_file(&file, 2 * (off_t)page);
    char *map = map_file(&file, 0, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED);
    map[0] = 7;
    const char *answer = in_child(store_by_name, NULL);
    SETUP(shm_unlink(shared_memory_name()));
    EXPECT("stored", answer);
    EXPECT("9", load(&map[page]));
}

CASE("anon.shm_unlink", POSIX("shm_unlink", SHALL),
     "a shared memory object whose name was removed lives on in its maps, and the name is free",
     "a server that tidies up its names pulls the memory from under clients that still run")
{
    struct scratch_file file = shared_memory();

    resize_file(&file, (off_t)page);
    char *map = map_file(&file, 0, page, PROT_READ | PROT_WRITE, MAP_SHARED);
    map[0] = 7;
    EXPECT("0", returned(shm_unlink(shared_memory_name())));
    EXPECT("ENOENT", returned(shm_open(shared_memory_name(), O_RDWR, 0)));
    SETUP(close(file.descriptor));
    EXPECT("7", load(&map[0]));
    EXPECT("stored", store_in_child(&map[1], 9));
    EXPECT("9", load(&map[1]));
    file = shared_memory();
    SETUP(shm_unlink(shared_memory_name()));
    EXPECT("0", file_size(&file));
}

/* ---- what else names and descriptors of memory are promised to be ---------------------------------- */

CASE("anon.memfd_name_shown", LINUX("memfd_create(2)"), "a map of a memfd bears its name in /proc",
     "who looks for the owner of lost memory finds files without names", .since = KERNEL(3, 17))
{
    int named = (int)SETUP(memfd_create("some name", MFD_CLOEXEC));

    SETUP(ftruncate(named, (off_t)page));
    EXPECT("/memfd:some name (deleted)", map_name(map_descriptor(named, 0, page, PROT_READ, MAP_SHARED)));
}

CASE("anon.memfd_bad_name", LINUX("memfd_create(2)"), "a name that can't be read is refused with EFAULT",
     "a wrong pointer goes unseen until it points at something", .since = KERNEL(3, 17))
{
    EXPECT("EFAULT", returned(memfd_create(unmapped_range(page), MFD_CLOEXEC)));
    EXPECT("yes", yes_or_no(memfd_create("", MFD_CLOEXEC) >= 0));
}

CASE("anon.shm_lowest_descriptor", POSIX("shm_open", SHALL),
     "shm_open answers the lowest descriptor that is free",
     "a program that arranges its descriptors for a child hands it the wrong file")
{
    struct scratch_file file = shared_memory();
    int lowest = (int)SETUP(dup(file.descriptor));

    SETUP(close(lowest));
    EXPECT(number(lowest), returned(shm_open(shared_memory_name(), O_RDWR, 0)));
}

CASE("anon.shm_bad_name", LINUX("shm_open(3)"),
     "a name with a slash inside it, an empty one, and one that is too long are refused",
     "two programs that mean one object get two, or a name leads out of the folder of the objects")
{
    static char name[300];

    shared_memory();
    memset(name, 'n', sizeof name - 1);
    name[0] = '/';
    EXPECT("EINVAL", returned(shm_open("/mapwise/case", O_RDWR | O_CREAT, 0600)));
    EXPECT("EINVAL", returned(shm_open("/", O_RDWR | O_CREAT, 0600)));
    EXPECT("ENAMETOOLONG|EINVAL", returned(shm_open(name, O_RDWR | O_CREAT, 0600)));
}

CASE("anon.shm_permissions", POSIX("shm_open", SHALL), "an object opens only for what its permissions allow",
     "any user reads the memory of any other", .needs = NEED_UNPRIVILEGED)
{
    struct scratch_file file = shared_memory();

    SETUP(fchmod(file.descriptor, 0400));
    EXPECT("EACCES", returned(shm_open(shared_memory_name(), O_RDWR, 0)));
    EXPECT("yes", yes_or_no(shm_open(shared_memory_name(), O_RDONLY, 0) >= 0));
    SETUP(fchmod(file.descriptor, 0));
    EXPECT("EACCES", returned(shm_open(shared_memory_name(), O_RDONLY, 0)));
}

CASE("anon.shm_unlink_missing", POSIX("shm_unlink", SHALL),
     "a name that does not exist can't be removed: ENOENT",
     "a program believes that it has removed its memory, and the next start finds the old state")
{
    shared_memory();
    EXPECT("0", returned(shm_unlink(shared_memory_name())));
    EXPECT("ENOENT", returned(shm_unlink(shared_memory_name())));
}

static const char *unlink_as_stranger(void *name)
{
    SETUP(setgid(65534));
    SETUP(setuid(65534));
    return returned(shm_unlink(name));
}

CASE("anon.shm_unlink_permission", POSIX("shm_unlink", SHALL),
     "who may not remove a name is refused with EACCES", "any user takes the memory of a server away",
     .needs = NEED_ROOT)
{
    shared_memory();
    EXPECT("EACCES", in_child(unlink_as_stranger, (void *)(uintptr_t)shared_memory_name()));
    EXPECT("0", returned(shm_unlink(shared_memory_name())));
}
