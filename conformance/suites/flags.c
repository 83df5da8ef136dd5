/* Flags of mmap: which are needed, which are refused, which are ignored, and what the others do. */
#include "case.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/syscall.h>

SUITE("flags", "flags of mmap");

enum { UNKNOWN_FLAG = 1 << 24 }; /* no Linux has a flag with this bit */

static char *map_flags(int descriptor, size_t length, int flags)
{
    return mmap(NULL, length, PROT_READ | PROT_WRITE, flags, descriptor, 0);
}

/* What the first byte of a new map holds, or why there is no map. */
static const char *first_byte(const char *map)
{
    return map == MAP_FAILED ? error_number(errno) : load(map);
}

/* ---- sharing types ----------------------------------------------------------------------------- */

FILE_CASE("mmap.flags.none_file", POSIX("mmap", SHALL),
          "mapping a file with neither MAP_SHARED nor MAP_PRIVATE fails with EINVAL",
          "a program that forgot to choose loses its changes on one system and keeps them on another")
{
    struct scratch_file file = scratch_file(page);

    EXPECT("EINVAL", mapped(map_flags(file.descriptor, page, 0)));
    EXPECT("1", first_byte(map_flags(file.descriptor, page, MAP_SHARED)));
    EXPECT("1", first_byte(map_flags(file.descriptor, page, MAP_PRIVATE)));
}

CASE("mmap.flags.none_anon", POSIX("mmap", SHALL),
     "mapping memory with neither MAP_SHARED nor MAP_PRIVATE fails with EINVAL",
     "a forgotten flag decides by accident whether children share the memory")
{
    EXPECT("EINVAL", mapped(map_flags(-1, page, MAP_ANONYMOUS)));
    EXPECT("0", first_byte(map_flags(-1, page, MAP_ANONYMOUS | MAP_SHARED)));
    EXPECT("0", first_byte(map_flags(-1, page, MAP_ANONYMOUS | MAP_PRIVATE)));
}

FILE_CASE("mmap.flags.validate_ok", LINUX("mmap(2)"),
          "MAP_SHARED_VALIDATE maps a file as MAP_SHARED does: what is stored reaches the file",
          "a database on persistent memory writes into a map that never reaches its file",
          .since = KERNEL(4, 15))
{
    struct scratch_file file = scratch_file(2 * page);
    char *map = map_flags(file.descriptor, 2 * page, CONSTANT(MAP_SHARED_VALIDATE));

    EXPECT("1 2", page_bytes(map, 2 * page));
    EXPECT("stored", store(&map[page], 9));
    EXPECT("9", file_byte(&file, (off_t)page));
}

FILE_CASE("mmap.flags.validate_unknown", LINUX("mmap(2)"),
          "MAP_SHARED_VALIDATE refuses a flag that the kernel does not know with EOPNOTSUPP",
          "a program asking for a durability flag is told yes by a kernel that has never heard of it",
          .since = KERNEL(4, 15))
{
    struct scratch_file file = scratch_file(page);
    int validate = CONSTANT(MAP_SHARED_VALIDATE);

    EXPECT("EOPNOTSUPP", mapped(map_flags(file.descriptor, page, validate | UNKNOWN_FLAG)));
    EXPECT("1", first_byte(map_flags(file.descriptor, page, validate)));
    EXPECT("1", first_byte(map_flags(file.descriptor, page, validate | CONSTANT(MAP_POPULATE))));
}

FILE_CASE("mmap.flags.shared_unknown", LINUX("mmap(2)"),
          "MAP_SHARED ignores a flag that the kernel does not know, and shares all the same",
          "a program that sets a flag of newer systems does not start on this one")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_flags(file.descriptor, page, MAP_SHARED | UNKNOWN_FLAG);

    EXPECT("1", first_byte(map));
    EXPECT("stored", store(map, 9));
    EXPECT("9", file_byte(&file, 0));
}

FILE_CASE("mmap.flags.private_unknown", LINUX("mmap(2)"),
          "MAP_PRIVATE ignores a flag that the kernel does not know, and stays private",
          "a hint that only newer systems know lets scratch changes reach the original file")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_flags(file.descriptor, page, MAP_PRIVATE | UNKNOWN_FLAG);

    EXPECT("1", first_byte(map));
    EXPECT("stored", store(map, 9));
    EXPECT("9", load(map));
    EXPECT("1", file_byte(&file, 0));
}

FILE_CASE("mmap.flags.both_types", POSIX("mmap", UNSPECIFIED),
          "MAP_SHARED together with MAP_PRIVATE is refused, or the file is mapped and its stores are shared "
          "or kept",
          "a program with both flags shares what it meant to keep, or keeps what it meant to share")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_flags(file.descriptor, page, MAP_SHARED | MAP_PRIVATE);

    EXPECT("mapped|EINVAL", mapped(map));
    if (map != MAP_FAILED) {
        EXPECT("1", load(map));
        EXPECT("stored", store(map, 9));
        EXPECT("9", load(map));
        EXPECT("9|1", file_byte(&file, 0));
    }
    EXPECT("EINVAL|0", first_byte(map_flags(-1, page, MAP_ANONYMOUS | MAP_SHARED | MAP_PRIVATE)));
    EXPECT("0", first_byte(map_flags(-1, page, MAP_ANONYMOUS | MAP_PRIVATE)));
}

FILE_CASE(
    "mmap.flags.validate_noreplace", PRACTICE("Linux, mm/mmap.c"),
    "MAP_SHARED_VALIDATE refuses MAP_FIXED_NOREPLACE with EOPNOTSUPP and maps nothing; MAP_SHARED takes it",
    "a program that checks its flags believes that a kernel lacks what it has", .needs = NEED_LINUX,
    .since = KERNEL(4, 17))
{
    struct scratch_file file = scratch_file(page);
    char *address = unmapped_range(page);
    int noreplace = CONSTANT(MAP_FIXED_NOREPLACE), validate = CONSTANT(MAP_SHARED_VALIDATE);

    EXPECT("EOPNOTSUPP", mapped(mmap(address, page, PROT_READ, validate | noreplace, file.descriptor, 0)));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(address));
    EXPECT("exact",
           placed(mmap(address, page, PROT_READ, MAP_SHARED | noreplace, file.descriptor, 0), address));
    EXPECT("1", load(address));
}

CASE("mmap.flags.validate_anon", LINUX("mmap(2)"),
     "MAP_SHARED_VALIDATE without a file fails with EINVAL; MAP_SHARED shares with a child",
     "memory for sharing comes without the check of flags that was asked for", .since = KERNEL(4, 15))
{
    EXPECT("EINVAL", mapped(map_flags(-1, page, CONSTANT(MAP_SHARED_VALIDATE) | MAP_ANONYMOUS)));
    char *map = map_flags(-1, page, MAP_SHARED | MAP_ANONYMOUS);
    EXPECT("0", first_byte(map));
    EXPECT("stored", store_in_child(map, 9));
    EXPECT("9", load(map));
}

/* ---- names without an effect ------------------------------------------------------------------- */

CASE("mmap.flags.anon_alias", POSIX("sys_mman.h", SHALL), "MAP_ANON is another name of MAP_ANONYMOUS",
     "a program written for BSD does not compile, or maps a file by mistake")
{
    EXPECT("yes", yes_or_no(MAP_ANON == MAP_ANONYMOUS));
    EXPECT("0", first_byte(map_flags(-1, page, MAP_ANON | MAP_PRIVATE)));
    EXPECT("0", first_byte(map_flags(-1, page, MAP_ANONYMOUS | MAP_PRIVATE)));
}

FILE_CASE("mmap.flags.file_zero", PRACTICE("MAP_FILE is a compatibility flag"),
          "MAP_FILE has no bits, and with it a file is mapped as without",
          "old sources that name MAP_FILE switch on something else without knowing")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_flags(file.descriptor, page, MAP_SHARED | CONSTANT(MAP_FILE));

    EXPECT("0", number(CONSTANT(MAP_FILE)));
    EXPECT("1", first_byte(map));
    EXPECT("stored", store(map, 9));
    EXPECT("9", file_byte(&file, 0));
}

static const char *write_through_new_descriptor(const struct scratch_file *file)
{
    int writer = open(file->path, O_WRONLY | O_CLOEXEC);

    return writer < 0 ? error_number(errno) : returned(pwrite(writer, "\11", 1, 0));
}

FILE_CASE("mmap.flags.denywrite_ignored", LINUX("mmap(2)"),
          "MAP_DENYWRITE and MAP_EXECUTABLE are ignored: the file can still be opened and written",
          "any reader can stop the owner of a file from writing it")
{
    struct scratch_file file = scratch_file(page);
    int both = CONSTANT(MAP_DENYWRITE) | CONSTANT(MAP_EXECUTABLE);
    char *map = map_flags(file.descriptor, page, MAP_SHARED | both);

    EXPECT("1", first_byte(map));
    EXPECT("1", write_through_new_descriptor(&file));
    EXPECT("9", load(map));
}

CASE("mmap.flags.uninitialized", LINUX("mmap(2)"),
     "memory mapped with MAP_UNINITIALIZED shows nothing of what the process had there before",
     "a sandboxed plugin reads the keys of the program that used the memory before")
{
    size_t length = 8 * page;
    char *map = map_anonymous(length, PROT_READ | PROT_WRITE, MAP_PRIVATE);

    memset(map, 0xaa, length);
    SETUP(munmap(map, length));
    map = map_flags(-1, length, MAP_PRIVATE | MAP_ANONYMOUS | CONSTANT(MAP_UNINITIALIZED));
    EXPECT("0 0 0 0 0 0 0 0", page_bytes(map, length));
    EXPECT("stored", store(&map[length - 1], 1));
}

/* ---- memory that is not reserved --------------------------------------------------------------- */

enum overcommit { HEURISTIC = 0, NEVER = 2 };

CASE("mmap.flags.noreserve_1tib", LINUX("proc(5), overcommit_memory"),
     "1 TiB of private memory with MAP_NORESERVE is granted, and can be used at both ends",
     "a sparse array, or a language runtime with compressed pointers, cannot start", .needs = NEED_64_BIT)
{
    const size_t length = (size_t)((uint64_t)1 << 40);

    if (kernel_setting("vm/overcommit_memory") == NEVER)
        unsupported("this system never overcommits memory");
    char *map = map_flags(-1, length, MAP_PRIVATE | MAP_ANONYMOUS | CONSTANT(MAP_NORESERVE));
    EXPECT("mapped", mapped(map));
    EXPECT("0", first_byte(map));
    EXPECT("stored", store(&map[length - 1], 7));
    EXPECT("7", load(&map[length - 1]));
}

static uintptr_t address_of_stack(void)
{
    char local = 0;
    const volatile char *here = &local;

    return (uintptr_t)here; /* NOLINT(clang-analyzer-core.StackAddressEscape): a number by then */
}

CASE(
    "mmap.flags.protnone_32tib", PRACTICE("reserve with PROT_NONE, commit with mprotect"),
    "32 TiB without access are reserved where the address space has them, cost no memory, and give no access",
    "a program that reserves its address space at the start can't start, or hangs", .needs = NEED_64_BIT)
{
    const size_t length = (size_t)((uint64_t)32 << 40);
    const bool has_room = address_of_stack() > 2 * length; /* a stack lies near the top of the addresses */
    struct rlimit limit;

    SETUP(getrlimit(RLIMIT_AS, &limit));
    if (limit.rlim_cur != RLIM_INFINITY)
        unsupported("RLIMIT_AS limits the address space");
    char *map = mmap(NULL, length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    EXPECT(has_room ? "mapped" : "mapped|ENOMEM", mapped(map));
    if (map == MAP_FAILED)
        return;
    EXPECT("0", smaps_pages(map, "Rss"));
    EXPECT("SIGSEGV SEGV_ACCERR exact", load(map));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(&map[length - 1], 1));
    SETUP(mprotect(&map[length / 2], page, PROT_READ | PROT_WRITE));
    EXPECT("stored", store(&map[length / 2], 7));
    EXPECT("0", returned(munmap(map, length)));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(&map[length / 2]));
}

/* Memory and swap of this machine in bytes, by two fields of /proc/meminfo. */
static uint64_t memory_and_swap(void)
{
    FILE *file = fopen("/proc/meminfo", "re");
    uint64_t kilobytes = 0;
    char line[256];

    if (!file)
        unsupported("/proc/meminfo can't be read");
    while (fgets(line, sizeof line, file))
        if (strncmp(line, "MemTotal:", 9) == 0 || strncmp(line, "SwapTotal:", 10) == 0)
            kilobytes += strtoull(strchr(line, ':') + 1, NULL, 10);
    fclose(file);
    return kilobytes * 1024;
}

CASE("mmap.flags.overcommit_4tib", LINUX("proc(5), overcommit_memory"),
     "with heuristic overcommit, twice what memory and swap can hold is refused with ENOMEM",
     "a runaway allocation succeeds, and the machine kills something else for it", .needs = NEED_64_BIT)
{
    const size_t too_much = (size_t)(2 * memory_and_swap()) & ~(page - 1);

    if (kernel_setting("vm/overcommit_memory") != HEURISTIC)
        unsupported("this system does not decide by heuristic");
    EXPECT("ENOMEM", mapped(map_flags(-1, too_much, MAP_PRIVATE | MAP_ANONYMOUS)));
    char *map = map_flags(-1, too_much, MAP_PRIVATE | MAP_ANONYMOUS | CONSTANT(MAP_NORESERVE));
    EXPECT("mapped", mapped(map));
    EXPECT("stored", store(&map[too_much - 1], 7));
    EXPECT("yes", vm_flag(map, "nr"));
}

/* ---- populated and locked ---------------------------------------------------------------------- */

CASE("mmap.flags.populate_resident", LINUX("mmap(2)"),
     "with MAP_POPULATE memory is resident before it is touched, without it is not",
     "a trading engine that paid for its pages at start pays once more at the first order")
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS;

    EXPECT("0000", residency(map_flags(-1, 4 * page, flags), 4 * page));
    EXPECT("1111", residency(map_flags(-1, 4 * page, flags | CONSTANT(MAP_POPULATE)), 4 * page));
}

FILE_CASE("mmap.flags.populate_file", LINUX("mmap(2)"),
          "with MAP_POPULATE the pages of a file are in the process before it touches them",
          "a server that warms its index at start has its first requests fault page by page")
{
    struct scratch_file file = scratch_file(4 * page);
    char *plain = map_flags(file.descriptor, 4 * page, MAP_SHARED);
    char *populated = map_flags(file.descriptor, 4 * page, MAP_SHARED | CONSTANT(MAP_POPULATE));

    EXPECT("0", smaps_pages(plain, "Rss"));
    EXPECT("4", smaps_pages(populated, "Rss"));
    EXPECT("1 2 3 4", page_bytes(populated, 4 * page));
}

CASE("mmap.flags.populate_protnone", LINUX("mmap(2)"),
     "MAP_POPULATE of memory without access succeeds, gives no access, and loses nothing",
     "a heap that is reserved closed cannot be opened later, or was open all the time")
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | CONSTANT(MAP_POPULATE);
    char *map = mmap(NULL, 2 * page, PROT_NONE, flags, -1, 0);

    EXPECT("mapped", mapped(map));
    EXPECT("SIGSEGV SEGV_ACCERR exact", load(&map[page]));
    EXPECT("0", returned(mprotect(map, 2 * page, PROT_READ | PROT_WRITE)));
    EXPECT("stored", store(&map[page], 1));
}

FILE_CASE("mmap.flags.populate_past_eof", LINUX("mmap(2)"),
          "MAP_POPULATE beyond the end of a file succeeds, and the page beyond still raises SIGBUS",
          "mapping a growing log with room to spare fails or kills its reader")
{
    struct scratch_file file = scratch_file(2 * page);
    char *map = map_flags(file.descriptor, 3 * page, MAP_SHARED | CONSTANT(MAP_POPULATE));

    EXPECT("1 2", page_bytes(map, 2 * page));
    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[2 * page]));
}

CASE("mmap.flags.nonblock_cancels", LINUX("mmap(2)"), "MAP_NONBLOCK makes MAP_POPULATE do nothing",
     "a program that wanted only what is cached waits for the disk in its event loop")
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | CONSTANT(MAP_POPULATE);
    char *map = map_flags(-1, 4 * page, flags | CONSTANT(MAP_NONBLOCK));

    EXPECT("0000", residency(map, 4 * page));
    EXPECT("1111", residency(map_flags(-1, 4 * page, flags), 4 * page));
    EXPECT("stored", store(map, 1));
}

CASE("mmap.flags.locked_resident", LINUX("mmap(2)"),
     "memory mapped with MAP_LOCKED is resident before it is touched, and counts as locked",
     "a key is swapped to the disk before it was ever used")
{
    need_lockable(4 * page);
    char *map = map_flags(-1, 4 * page, MAP_PRIVATE | MAP_ANONYMOUS | CONSTANT(MAP_LOCKED));

    EXPECT("1111", residency(map, 4 * page));
    EXPECT("yes", vm_flag(map, "lo"));
    EXPECT("4", status_pages("VmLck"));
}

CASE("mmap.flags.locked_over_limit", LINUX("mmap(2)"),
     "MAP_LOCKED above RLIMIT_MEMLOCK fails with EAGAIN, and just below it does not",
     "one user pins all memory of the machine, or none may pin what the limit grants",
     .needs = NEED_UNPRIVILEGED)
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | CONSTANT(MAP_LOCKED);

    need_lockable(2 * page);
    SETUP(setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){2 * page, 2 * page}));
    EXPECT("EAGAIN", mapped(map_flags(-1, 3 * page, flags)));
    EXPECT("mapped", mapped(map_flags(-1, 2 * page, flags)));
    EXPECT("2", status_pages("VmLck"));
    EXPECT("EAGAIN", mapped(map_flags(-1, page, flags)));
}

/* ---- stacks ------------------------------------------------------------------------------------ */

static const size_t stack_length = (size_t)256 * 1024;
static uintptr_t stack_start;
static volatile sig_atomic_t handler_was_on_stack;

static void on_signal(int signal)
{
    char local = (char)signal;

    handler_was_on_stack = (uintptr_t)&local - stack_start < stack_length;
}

CASE("mmap.flags.stack_ok", LINUX("mmap(2)"),
     "memory mapped with MAP_STACK serves as a stack: a signal handler runs on it",
     "a coroutine library has no stacks, or its signal handlers run on a full one")
{
    char *map = map_flags(-1, stack_length, MAP_PRIVATE | MAP_ANONYMOUS | CONSTANT(MAP_STACK));

    EXPECT("mapped", mapped(map));
    stack_start = (uintptr_t)map;
    SETUP(sigaltstack(&(stack_t){.ss_sp = map, .ss_size = stack_length}, NULL));
    SETUP(sigaction(SIGUSR1, &(struct sigaction){.sa_handler = on_signal, .sa_flags = SA_ONSTACK}, NULL));
    SETUP(raise(SIGUSR1));
    EXPECT("yes", yes_or_no(handler_was_on_stack));
}

FILE_CASE("mmap.flags.stack_bad", LINUX("mmap(2)"),
          "MAP_STACK changes nothing beside a file, MAP_FIXED, a lack of access or MAP_SHARED",
          "a program that marks its stacks gets none, or one that is elsewhere or private")
{
    struct scratch_file file = scratch_file(page);
    char *file_map = map_flags(file.descriptor, page, MAP_SHARED | CONSTANT(MAP_STACK));
    char *place = numbered_pages(3, MAP_PRIVATE), *middle = place + page;
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | CONSTANT(MAP_STACK);

    EXPECT("1", first_byte(file_map));
    EXPECT("stored", store(file_map, 9));
    EXPECT("9", file_byte(&file, 0));
    EXPECT("exact", placed(mmap(middle, page, PROT_READ, flags | MAP_FIXED, -1, 0), middle));
    EXPECT("1 0 3", page_bytes(place, 3 * page));
    EXPECT("SIGSEGV SEGV_ACCERR exact", load(mmap(NULL, page, PROT_NONE, flags, -1, 0)));
}

CASE("mmap.flags.stack_small_pages", PRACTICE("commit c4608d1bf7c6, MAP_STACK and huge pages"),
     "MAP_STACK keeps huge pages out of a map, and out of no other",
     "every thread's stack takes a huge page, most of it for nothing", .needs = NEED_LINUX,
     .since = KERNEL(6, 7))
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS;

    if (access("/sys/kernel/mm/transparent_hugepage", F_OK) != 0)
        unsupported("the kernel has no transparent huge pages");
    EXPECT("yes", vm_flag(map_flags(-1, stack_length, flags | CONSTANT(MAP_STACK)), "nh"));
    EXPECT("no", vm_flag(map_anonymous(stack_length, READ_WRITE, MAP_PRIVATE), "nh"));
}

/* A map of `count` pages that grows downwards. */
static char *growing_map(char *address, size_t count)
{
    return map_over(address, count * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | CONSTANT(MAP_GROWSDOWN), -1);
}

/* Before Linux 5.0, x86 let a map grow only for touches near the stack pointer. */
CASE("mmap.flags.growsdown_grows", LINUX("mmap(2)"),
     "touching a page below a MAP_GROWSDOWN map extends the map down to it",
     "an old thread library whose stacks grow by themselves crashes in deep calls", .since = KERNEL(5, 0))
{
    char *range = unmapped_range(512 * page), *map = growing_map(range + 510 * page, 2);

    EXPECT("stored", store(map - 1, 7));
    EXPECT("0", load(map - page));
    EXPECT("stored", store(map - 4 * page, 8));
    EXPECT("8 0 0 0 0", page_bytes(map - 4 * page, 5 * page));
    EXPECT("7", load(map - 1));
}

CASE("mmap.flags.growsdown_guard", LINUX("mmap(2)"),
     "a MAP_GROWSDOWN map does not grow to touch the map below: the page between raises SIGSEGV",
     "a stack grows into the heap below it, and overflows become silent corruption")
{
    char *range = unmapped_range(3 * page), *map = growing_map(range + 2 * page, 1);

    map_over(range, page, PROT_READ | PROT_WRITE, MAP_PRIVATE, -1);
    EXPECT("stored", store(range, 3));
    EXPECT("stored", store(map, 5));
    EXPECT("SIGSEGV SEGV_MAPERR exact", store(map - 1, 7));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(range + page));
    EXPECT("3", load(range));
}

/* ---- special places and kinds ------------------------------------------------------------------ */

CASE("mmap.flags.map32bit", LINUX("mmap(2)"), "MAP_32BIT places maps below 2 GiB",
     "a JIT whose jumps have 32 bits calls an address that lies somewhere else", .needs = NEED_64_BIT)
{
    const uint64_t limit = (uint64_t)1 << 31;
    const size_t length = (size_t)1 << 20;
    bool below = true;

    for (int i = 0; i < 64; i++) {
        char *map = map_flags(-1, length, MAP_PRIVATE | MAP_ANONYMOUS | CONSTANT(MAP_32BIT));
        below = below && map != MAP_FAILED && (uintptr_t)map + length <= limit;
    }
    EXPECT("yes", yes_or_no(below));
}

/* Whether statx says that a file bypasses the page cache. Its structure is not in every header: the
 * attributes are the second 8 bytes of its 256. */
static bool is_dax(const struct scratch_file *file)
{
    uint64_t status[32] = {0};
    const int empty_path = 0x1000;
    const uint64_t attribute_dax = 0x200000;

    syscall(SYS_statx, file->descriptor, "", empty_path, 0, status);
    return (status[1] & attribute_dax) != 0;
}

FILE_CASE("mmap.flags.sync_validate_nodax", LINUX("mmap(2)"),
          "MAP_SYNC with MAP_SHARED_VALIDATE fails with EOPNOTSUPP for a file that is not DAX",
          "a database skips its syncs, trusting in persistent memory that is an ordinary disk",
          .since = KERNEL(4, 15))
{
    struct scratch_file file = scratch_file(page);
    int validate = CONSTANT(MAP_SHARED_VALIDATE);

    if (is_dax(&file))
        unsupported("the files here are DAX");
    EXPECT("EOPNOTSUPP", mapped(map_flags(file.descriptor, page, validate | CONSTANT(MAP_SYNC))));
    EXPECT("1", first_byte(map_flags(file.descriptor, page, validate)));
}

FILE_CASE("mmap.flags.sync_plain_shared", LINUX("mmap(2)"),
          "MAP_SYNC beside plain MAP_SHARED is ignored: the file is mapped as if it were not there",
          "a program that asks in the old way gets no map at all on an ordinary disk", .since = KERNEL(4, 15))
{
    struct scratch_file file = scratch_file(page);
    char *map = map_flags(file.descriptor, page, MAP_SHARED | CONSTANT(MAP_SYNC));

    EXPECT("mapped", mapped(map));
    EXPECT("1", first_byte(map));
    EXPECT("stored", store(map, 9));
    EXPECT("9", file_byte(&file, 0));
}

CASE("mmap.flags.droppable", LINUX("commit 9651fcedf7b9, MAP_DROPPABLE"),
     "memory mapped with MAP_DROPPABLE is zero in a child, and kept out of core dumps",
     "a child repeats the random numbers of its parent, or a dump gives their seed away",
     .since = KERNEL(6, 11), .needs = NEED_64_BIT)
{
    char *map = map_flags(-1, page, CONSTANT(MAP_DROPPABLE) | MAP_ANONYMOUS);

    EXPECT("0", first_byte(map));
    EXPECT("stored", store(map, 7));
    EXPECT("0", load_in_child(map));
    EXPECT("7|0", load(map));
    EXPECT("yes", vm_flag(map, "dd"));
}

FILE_CASE("mmap.flags.ignored_keep_sharing", LINUX("mmap(2)"),
          "flags that have no meaning any more leave a shared map shared",
          "a program that was written for an old system stores into a copy of its file")
{
    static const int obsolete[] = {MAP_DENYWRITE, MAP_EXECUTABLE, MAP_FILE, MAP_STACK, MAP_NORESERVE};
    struct scratch_file file = scratch_file(page);

    for (size_t i = 0; i < sizeof obsolete / sizeof obsolete[0]; i++) {
        char *map = mmap(NULL, page, READ_WRITE, MAP_SHARED | obsolete[i], file.descriptor, 0);
        EXPECT("mapped", mapped(map));
        EXPECT("stored", store(map, 20 + (int)i));
        EXPECT(number(20 + (int)i), file_byte(&file, 0));
    }
}
