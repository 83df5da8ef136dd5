/* Constants: the values that the registry gives for this system against its headers, and against what
 * the system does with them. Every case takes its values from the registry, so a value of another
 * system or architecture shows as a missing effect. */
#include "case.h"

#include <mapwise/constants.h>

#include <stdio.h>
#include <sys/syscall.h>

SUITE("constants", "values of constants");

static char *map_with(int protection, int flags)
{
    return mmap(NULL, 4 * page, protection, flags, -1, 0);
}

/* ---- the registry and the headers -------------------------------------------------------------- */

/* The names that POSIX gives and what they are where this file was compiled. */
#define NAMED(name)                                                                                          \
    {                                                                                                        \
#name, name                                                                                          \
    }
static const struct {
    const char *name;
    long value;
} named_by_posix[] = {
    NAMED(PROT_NONE),
    NAMED(PROT_READ),
    NAMED(PROT_WRITE),
    NAMED(PROT_EXEC),
    NAMED(MAP_SHARED),
    NAMED(MAP_PRIVATE),
    NAMED(MAP_FIXED),
    NAMED(MAP_ANON),
    NAMED(MAP_ANONYMOUS),
    NAMED(MS_ASYNC),
    NAMED(MS_SYNC),
    NAMED(MS_INVALIDATE),
    NAMED(MCL_CURRENT),
    NAMED(MCL_FUTURE),
    NAMED(POSIX_MADV_NORMAL),
    NAMED(POSIX_MADV_SEQUENTIAL),
    NAMED(POSIX_MADV_RANDOM),
    NAMED(POSIX_MADV_WILLNEED),
    NAMED(POSIX_MADV_DONTNEED),
};

/* The first of those names whose value the registry has otherwise, or does not have. */
static const char *first_difference(void)
{
    for (size_t i = 0; i < sizeof named_by_posix / sizeof named_by_posix[0]; i++) {
        const mw_const *constant = mw_const_find(MW_OS_THIS, NULL, named_by_posix[i].name);
        int64_t compiled;
        if (!constant || constant->value != named_by_posix[i].value)
            return named_by_posix[i].name;
        if (!mw_const_compiled(&compiled, constant) || compiled != constant->value)
            return named_by_posix[i].name;
    }
    return "none";
}

/* The first of all constants in force here whose header has another value than the registry. */
static const char *first_difference_of_all(void)
{
    static const mw_const *rows[1024];
    size_t count = mw_const_list(rows, 1024, MW_OS_THIS, NULL, MW_CLASS_ANY);

    for (size_t i = 0; i < count && i < 1024; i++) {
        int64_t compiled;
        if (rows[i]->kind != MW_CONST_ABSENT && mw_const_compiled(&compiled, rows[i]) &&
            compiled != rows[i]->value)
            return rows[i]->name;
    }
    return count ? "none" : "no constants at all";
}

CASE("const.table_vs_header", MAPWISE("constants"),
     "what the registry says of this system is what its headers say, and no name of POSIX is missing",
     "a binding made from the table passes a number that means another flag on this system")
{
    EXPECT("none", first_difference());
    EXPECT("none", first_difference_of_all());
}

CASE("const.failed", PRACTICE("MAP_FAILED is -1"),
     "MAP_FAILED is all ones, and is what a call that fails answers",
     "a program that compares with -1 uses the address of a failed call as memory")
{
    char *failed = mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    EXPECT("-1", number((intptr_t)MAP_FAILED));
    EXPECT("-1", number((intptr_t)failed));
    EXPECT("no", yes_or_no(map_with(PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS) == MAP_FAILED));
}

/* ---- mmap -------------------------------------------------------------------------------------- */

CASE("const.prot", LINUX("proc(5), maps"), "each PROT_ value gives exactly the access it names",
     "a JIT compiled for another architecture makes its data executable, or its code writable")
{
    const int flags = CONSTANT(MAP_PRIVATE) | CONSTANT(MAP_ANONYMOUS);

    EXPECT("---p", permissions(map_with(CONSTANT(PROT_NONE), flags)));
    EXPECT("r--p", permissions(map_with(CONSTANT(PROT_READ), flags)));
    EXPECT("-w-p", permissions(map_with(CONSTANT(PROT_WRITE), flags)));
    EXPECT("--xp", permissions(map_with(CONSTANT(PROT_EXEC), flags)));
}

FILE_CASE("const.shared_private", POSIX("mmap", SHALL),
          "MAP_SHARED shares, MAP_PRIVATE does not, and MAP_FIXED fixes",
          "a foreign-language binding with swapped numbers writes scratch data into the file")
{
    struct scratch_file file = scratch_file(page);
    char *shared = map_file(&file, 0, page, PROT_READ | PROT_WRITE, CONSTANT(MAP_SHARED));
    char *target = map_anonymous(page, PROT_READ, MAP_PRIVATE);
    int flags = CONSTANT(MAP_PRIVATE) | CONSTANT(MAP_FIXED);
    char *private = mmap(target, page, PROT_READ | PROT_WRITE, flags, file.descriptor, 0);

    EXPECT("exact", placed(private, target));
    EXPECT("stored", store(private, 8));
    EXPECT("1", file_byte(&file, 0));
    EXPECT("stored", store(shared, 9));
    EXPECT("9", file_byte(&file, 0));
    EXPECT("8", load(private));
}

CASE("const.anon", POSIX("mmap", SHALL),
     "MAP_ANON and MAP_ANONYMOUS need no file: memory comes, full of zeros, and without them EBADF",
     "a program that was built elsewhere maps a file, or nothing, where it asked for memory")
{
    EXPECT("EBADF", mapped(map_with(PROT_READ, CONSTANT(MAP_PRIVATE))));
    EXPECT("0 0 0 0", page_bytes(map_with(PROT_READ, MAP_PRIVATE | CONSTANT(MAP_ANON)), 4 * page));
    EXPECT("0 0 0 0", page_bytes(map_with(PROT_READ, MAP_PRIVATE | CONSTANT(MAP_ANONYMOUS)), 4 * page));
}

CASE("const.linux_arch", LINUX("proc(5), smaps"),
     "MAP_LOCKED, MAP_GROWSDOWN, MAP_POPULATE and MAP_NONBLOCK have the effects they name, and no other",
     "a binding ported from another processor locks all it maps, or lets it grow like a stack")
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS, access = PROT_READ | PROT_WRITE;

    need_lockable(4 * page);
    char *locked = map_with(access, flags | CONSTANT(MAP_LOCKED));
    char *growing = map_with(access, flags | CONSTANT(MAP_GROWSDOWN));
    char *populated = map_with(access, flags | CONSTANT(MAP_POPULATE));
    char *cancelled = map_with(access, flags | CONSTANT(MAP_POPULATE) | CONSTANT(MAP_NONBLOCK));
    EXPECT("yes", vm_flag(locked, "lo"));
    EXPECT("yes", vm_flag(growing, "gd"));
    EXPECT("1111", residency(populated, 4 * page));
    EXPECT("no", vm_flag(populated, "lo"));
    EXPECT("no", vm_flag(populated, "gd"));
    EXPECT("0000", residency(cancelled, 4 * page));
    EXPECT("no", vm_flag(cancelled, "lo"));
}

CASE("const.noreserve", LINUX("proc(5), smaps"),
     "MAP_NORESERVE marks the map as one that reserves no swap, unless this system never overcommits",
     "a runtime that reserves huge ranges is refused, as each of them counts against swap")
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    const char *expected = kernel_setting("vm/overcommit_memory") == 2 ? "no" : "yes";

    EXPECT(expected, vm_flag(map_with(PROT_READ | PROT_WRITE, flags | CONSTANT(MAP_NORESERVE)), "nr"));
    EXPECT("no", vm_flag(map_with(PROT_READ, flags), "nr"));
}

CASE("const.noreplace", LINUX("mmap(2)"),
     "MAP_FIXED_NOREPLACE maps at the free address that it names, and refuses one in use with EEXIST",
     "memory that is in use is replaced, or a map comes to lie where nobody looks for it",
     .since = KERNEL(4, 17))
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | CONSTANT(MAP_FIXED_NOREPLACE);
    char *free_page = unmapped_range(page), *busy = numbered_pages(1, MAP_PRIVATE);

    EXPECT("exact", placed(mmap(free_page, page, READ_WRITE, flags, -1, 0), free_page));
    EXPECT("stored", store(free_page, 7));
    EXPECT("EEXIST", mapped(mmap(busy, page, READ_WRITE, flags, -1, 0)));
    EXPECT("1", load(busy));
}

FILE_CASE("const.validate", LINUX("mmap(2)"),
          "MAP_SHARED_VALIDATE shares, knows the flags that are known, and refuses MAP_SYNC and strange ones",
          "flags that matter are ignored where a program asked to be told", .since = KERNEL(4, 15))
{
    const int access = PROT_READ | PROT_WRITE, validate = CONSTANT(MAP_SHARED_VALIDATE), strange = 1 << 24;
    struct scratch_file file = scratch_file(page);
    char *map = mmap(NULL, page, access, validate | CONSTANT(MAP_POPULATE), file.descriptor, 0);

    EXPECT("mapped", mapped(map));
    EXPECT("yes", vm_flag(map, "sh"));
    EXPECT("1", smaps_pages(map, "Rss"));
    EXPECT("stored", store(map, 9));
    EXPECT("9", file_byte(&file, 0));
    EXPECT("EOPNOTSUPP", mapped(mmap(NULL, page, access, validate | strange, file.descriptor, 0)));
}

CASE("const.droppable", LINUX("commit 9651fcedf7b9, MAP_DROPPABLE"),
     "MAP_DROPPABLE gives private memory that a child finds empty and that no core dump holds",
     "secrets get into children and core dumps", .since = KERNEL(6, 11), .needs = NEED_64_BIT)
{
    char *map = map_with(PROT_READ | PROT_WRITE, CONSTANT(MAP_DROPPABLE) | CONSTANT(MAP_ANONYMOUS));

    EXPECT("stored", store(map, 7));
    EXPECT("0", load_in_child(map));
    EXPECT("yes", vm_flag(map, "dd"));
    EXPECT("yes", vm_flag(map, "wf"));
    EXPECT("no", vm_flag(map, "sh"));
}

/* The sizes of huge pages that have a name, as powers of two. */
static const struct {
    const char *name;
    int power;
} huge_sizes[] = {{"MAP_HUGE_16KB", 14},  {"MAP_HUGE_64KB", 16}, {"MAP_HUGE_512KB", 19},
                  {"MAP_HUGE_1MB", 20},   {"MAP_HUGE_2MB", 21},  {"MAP_HUGE_8MB", 23},
                  {"MAP_HUGE_16MB", 24},  {"MAP_HUGE_32MB", 25}, {"MAP_HUGE_256MB", 28},
                  {"MAP_HUGE_512MB", 29}, {"MAP_HUGE_1GB", 30},  {"MAP_HUGE_2GB", 31},
                  {"MAP_HUGE_16GB", 34}};

enum { HUGE_SIZES = sizeof huge_sizes / sizeof huge_sizes[0] };

/* The first name whose value is not its power of two, moved to where mmap looks for it. */
static const char *first_wrong_size(void)
{
    for (size_t i = 0; i < HUGE_SIZES; i++) {
        const mw_const *constant = mw_const_find(MW_OS_THIS, NULL, huge_sizes[i].name);
        if (!constant || constant->value != (int64_t)huge_sizes[i].power << CONSTANT(MAP_HUGE_SHIFT) ||
            (constant->value >> CONSTANT(MAP_HUGE_SHIFT) & CONSTANT(MAP_HUGE_MASK)) != huge_sizes[i].power)
            return huge_sizes[i].name;
    }
    return "none";
}

static bool kernel_has_size(uint64_t bytes)
{
    char path[128];

    snprintf(path, sizeof path, "/sys/kernel/mm/hugepages/hugepages-%llukB",
             (unsigned long long)bytes / 1024);
    return access(path, F_OK) == 0;
}

/* What a map of huge pages of that size is: "as named", the error, or what is wrong. */
static const char *map_of_size(int power, uint64_t bytes)
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | CONSTANT(MAP_HUGETLB);
    const int size = (int)((unsigned)power << CONSTANT(MAP_HUGE_SHIFT));
    char *map = mmap(NULL, (size_t)bytes, PROT_READ, flags | size, -1, 0);

    if (map == MAP_FAILED)
        return error_number(errno);
    const bool right = strcmp(smaps_pages(map, "KernelPageSize"), number((int64_t)(bytes / page))) == 0;
    SETUP(munmap(map, (size_t)bytes));
    return right ? "as named" : "of another size";
}

/* The first size whose map is not what its name says, or that is had though the kernel has none of them. */
static const char *first_unlike_kernel(void)
{
    for (size_t i = 0; i < HUGE_SIZES; i++) {
        const uint64_t bytes = (uint64_t)1 << huge_sizes[i].power;
        if (bytes > SIZE_MAX / 4)
            continue; /* no address space of this kind holds one */
        const char *expected = kernel_has_size(bytes) ? "as named" : "EINVAL";
        if (strcmp(map_of_size(huge_sizes[i].power, bytes), expected) != 0)
            return huge_sizes[i].name;
    }
    return "none";
}

CASE("const.huge", LINUX("mmap(2)"),
     "the MAP_HUGE_ values are powers of two at MAP_HUGE_SHIFT; sizes that the kernel has are had, no others",
     "a program gets pages of another size than it asked for", .since = KERNEL(3, 8))
{
    huge_page_bytes();
    EXPECT("none", first_wrong_size());
    EXPECT("none", first_unlike_kernel());
}

CASE(
    "const.mremap", LINUX("mremap(2)"),
    "MREMAP_MAYMOVE lets a map move, MREMAP_FIXED says whereto, MREMAP_DONTUNMAP leaves the old place mapped",
    "a map moves that must not, or to where it must not, or leaves a hole behind", .since = KERNEL(5, 7))
{
    const int may_move = CONSTANT(MREMAP_MAYMOVE), fixed = CONSTANT(MREMAP_FIXED);
    char *map = numbered_pages(3, MAP_PRIVATE), *target = unmapped_range(page);

    EXPECT("ENOMEM", mapped(mremap(map, page, 2 * page, 0)));
    char *moved = mremap(map, page, 2 * page, may_move);
    EXPECT("elsewhere", placed(moved, map));
    EXPECT("1", load(moved));
    EXPECT("EINVAL", mapped(mremap(moved, page, page, fixed, target)));
    EXPECT("exact", placed(mremap(moved, page, page, may_move | fixed, target), target));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(moved));
    char *third = mremap(target, page, page, may_move | CONSTANT(MREMAP_DONTUNMAP), NULL);
    EXPECT("1", load(third));
    EXPECT("0", load(target));
}

/* ---- msync, mlockall, mlock2 ------------------------------------------------------------------- */

FILE_CASE("const.msync", POSIX("msync", SHALL),
          "MS_SYNC and MS_ASYNC exclude each other, and only MS_INVALIDATE is refused for locked pages",
          "a database with a wrong number for its sync only schedules what it reports as durable")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, page, PROT_READ | PROT_WRITE, MAP_SHARED);
    int sync = CONSTANT(MS_SYNC), async = CONSTANT(MS_ASYNC), invalidate = CONSTANT(MS_INVALIDATE);

    need_lockable(page);
    SETUP(mlock(map, page));
    make_dirty(map, &file, 0, page, 9);
    EXPECT("0", returned(msync(map, page, sync)));
    EXPECT("0", unwritten_pages(&file, 0, page));
    EXPECT("0", returned(msync(map, page, async)));
    EXPECT("EINVAL", returned(msync(map, page, sync | async)));
    EXPECT("EBUSY", returned(msync(map, page, sync | invalidate)));
    EXPECT("EBUSY", returned(msync(map, page, async | invalidate)));
    SETUP(munlock(map, page));
    make_dirty(map, &file, 0, page, 8);
    EXPECT("0", returned(msync(map, page, sync | invalidate)));
    EXPECT("0", unwritten_pages(&file, 0, page));
}

CASE("const.mcl_arch", LINUX("mlockall(2)"),
     "MCL_FUTURE locks what is mapped later and nothing mapped before; with MCL_ONFAULT, once touched",
     "an audio program locks nothing at all, or everything, because two bits are swapped",
     .since = KERNEL(4, 4))
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS, access = PROT_READ | PROT_WRITE;

    need_lockable((size_t)1 << 20);
    char *before = map_with(access, flags);
    EXPECT("0", returned(mlockall(CONSTANT(MCL_FUTURE))));
    EXPECT("no", vm_flag(before, "lo"));
    EXPECT("1111", residency(map_with(access, flags), 4 * page));
    EXPECT("0", returned(mlockall(CONSTANT(MCL_FUTURE) | CONSTANT(MCL_ONFAULT))));
    char *later = map_with(access, flags);
    EXPECT("0000", residency(later, 4 * page));
    EXPECT("yes", vm_flag(later, "lo"));
}

CASE("const.mcl_current", POSIX("mlockall", SHALL),
     "MCL_CURRENT locks what is mapped, makes it resident, and leaves alone what is mapped later",
     "a control loop is interrupted by page faults that its start-up was to exclude")
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS, access = PROT_READ | PROT_WRITE;
    char *before = map_with(access, flags);

    need_lockable(strtoul(status_pages("VmSize"), NULL, 10) * page);
    EXPECT("0000", residency(before, 4 * page));
    EXPECT("0", returned(mlockall(CONSTANT(MCL_CURRENT))));
    EXPECT("1111", residency(before, 4 * page));
    EXPECT("yes", vm_flag(before, "lo"));
    EXPECT("0000", residency(map_with(access, MAP_SHARED | MAP_ANONYMOUS), 4 * page));
}

CASE("const.mlock_onfault", LINUX("mlock2(2)"), "MLOCK_ONFAULT locks pages once they are touched, no sooner",
     "a program that locks a large sparse table brings all of it into memory at once", .since = KERNEL(4, 4))
{
    char *map = map_with(PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS);

    need_lockable(4 * page);
    EXPECT("0", returned(syscall(SYS_mlock2, map, 4 * page, CONSTANT(MLOCK_ONFAULT))));
    EXPECT("yes", vm_flag(map, "lo"));
    EXPECT("0000", residency(map, 4 * page));
    EXPECT("EINVAL", returned(syscall(SYS_mlock2, map, 4 * page, CONSTANT(MLOCK_ONFAULT) << 8)));
    EXPECT("0", returned(syscall(SYS_mlock2, map, 4 * page, 0)));
    EXPECT("1111", residency(map, 4 * page));
}

/* ---- advice ------------------------------------------------------------------------------------ */

CASE("const.madv_posix", POSIX("posix_madvise", SHALL),
     "every POSIX_MADV_ value is accepted, and none of them changes what the memory holds",
     "a portable hint takes the number of a system's own advice that throws data away")
{
    char *map = map_anonymous(2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE);

    number_pages(map, 2 * page);
    EXPECT("0", error_number(posix_madvise(map, 2 * page, CONSTANT(POSIX_MADV_NORMAL))));
    EXPECT("0", error_number(posix_madvise(map, 2 * page, CONSTANT(POSIX_MADV_SEQUENTIAL))));
    EXPECT("0", error_number(posix_madvise(map, 2 * page, CONSTANT(POSIX_MADV_RANDOM))));
    EXPECT("0", error_number(posix_madvise(map, 2 * page, CONSTANT(POSIX_MADV_WILLNEED))));
    EXPECT("0", error_number(posix_madvise(map, 2 * page, CONSTANT(POSIX_MADV_DONTNEED))));
    EXPECT("1 2", page_bytes(map, 2 * page));
    EXPECT("EINVAL", error_number(posix_madvise(map, 2 * page, 12345)));
}

/* The flag of a fresh map after one advice, and after a second that takes it back: "yes no". */
static const char *flag_after(const char *flag, int advice, int opposite)
{
    static char answer[64];
    char *map = map_with(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS);

    if (madvise(map, 4 * page, advice) != 0)
        return error_number(errno);
    snprintf(answer, sizeof answer, "%s", vm_flag(map, flag));
    if (madvise(map, 4 * page, opposite) != 0)
        return error_number(errno);
    snprintf(answer + strlen(answer), sizeof answer - strlen(answer), " %s", vm_flag(map, flag));
    return answer;
}

CASE("const.madv_linux_all", LINUX("proc(5), smaps"),
     "each MADV_ value that marks a map sets its own mark, and the opposite value removes it",
     "a secret is dumped, or copied to children, as the mark went to another property",
     .since = KERNEL(4, 14))
{
    EXPECT("yes no", flag_after("sr", CONSTANT(MADV_SEQUENTIAL), CONSTANT(MADV_NORMAL)));
    EXPECT("yes no", flag_after("rr", CONSTANT(MADV_RANDOM), CONSTANT(MADV_NORMAL)));
    EXPECT("yes no", flag_after("dc", CONSTANT(MADV_DONTFORK), CONSTANT(MADV_DOFORK)));
    EXPECT("yes no", flag_after("dd", CONSTANT(MADV_DONTDUMP), CONSTANT(MADV_DODUMP)));
    EXPECT("yes no", flag_after("wf", CONSTANT(MADV_WIPEONFORK), CONSTANT(MADV_KEEPONFORK)));
}

CASE("const.madv_dontneed", LINUX("madvise(2)"),
     "MADV_DONTNEED empties private memory, and MADV_WILLNEED, its neighbour, does not",
     "a program that asks for its pages ahead has them thrown away")
{
    char *map = map_anonymous(2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE);

    number_pages(map, 2 * page);
    EXPECT("0", returned(madvise(map, 2 * page, CONSTANT(MADV_WILLNEED))));
    EXPECT("1 2", page_bytes(map, 2 * page));
    EXPECT("0", returned(madvise(map + page, page, CONSTANT(MADV_DONTNEED))));
    EXPECT("1 0", page_bytes(map, 2 * page));
}

/* Such pages as numbered_pages gives, between pages of another kind: /proc tells of them and of nothing that
 * the C library has put beside them. */
static char *walled_pages(size_t count)
{
    char *walls = map_anonymous((count + 2) * page, PROT_NONE, MAP_PRIVATE);
    char *map = map_over(walls + page, count * page, READ_WRITE, MAP_PRIVATE, -1);

    number_pages(map, count * page);
    return map;
}

FILE_CASE("const.madv_free", LINUX("madvise(2)"),
          "MADV_FREE makes private pages clean where they are until they are stored to, and refuses a file's",
          "memory that was given back still counts, or memory that is in use is lost", .since = KERNEL(4, 5))
{
    struct scratch_file file = scratch_file(page);
    char *map = walled_pages(4);
    char *of_file = map_file(&file, 0, page, READ_WRITE, MAP_PRIVATE);

    EXPECT("4", smaps_pages(map, "Private_Dirty"));
    EXPECT("0", returned(madvise(map, 4 * page, CONSTANT(MADV_FREE))));
    EXPECT("0", smaps_pages(map, "Private_Dirty"));
    EXPECT("stored", store(&map[page], 7));
    EXPECT("1", smaps_pages(map, "Private_Dirty"));
    EXPECT("7", load(&map[page]));
    EXPECT("3|0", load(&map[2 * page]));
    EXPECT("stored", store(of_file, 9));
    EXPECT("EINVAL", returned(madvise(of_file, page, CONSTANT(MADV_FREE))));
    EXPECT("9", load(of_file));
}

/* ---- the system -------------------------------------------------------------------------------- */

/* The smallest power of two that is accepted as the offset of a map. */
static const char *smallest_offset(const struct scratch_file *file)
{
    for (size_t offset = 1; offset <= (size_t)1 << 20; offset *= 2)
        if (mmap(NULL, page, PROT_READ, MAP_SHARED, file->descriptor, (off_t)offset) != MAP_FAILED)
            return number((int64_t)offset);
    return "none";
}

FILE_CASE("const.page_size", LINUX("mmap(2)"),
          "all ways to ask for the page size agree, and it is the smallest step of offsets and protections",
          "a runtime that assumes the wrong step protects the neighbours of its guard, or no page at all")
{
    struct scratch_file file = scratch_file(2 * page);
    char *map = map_file(&file, 0, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED);

    EXPECT(number((int64_t)page), number(sysconf(_SC_PAGESIZE)));
    EXPECT(number((int64_t)page), number(sysconf(_SC_PAGE_SIZE)));
    EXPECT(number((int64_t)page), number(getpagesize()));
    EXPECT(number((int64_t)page), smallest_offset(&file));
    EXPECT("1", smaps_pages(map, "KernelPageSize"));
    SETUP(mprotect(map + page, 1, PROT_READ));
    EXPECT("stored", store(&map[page - 1], 1));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(&map[page], 1));
}

FILE_CASE("const.posix_options", POSIX("unistd.h", SHALL),
          "the system says that it maps files and protects memory, and it does both",
          "a portable program falls back to slow copies, or counts on a protection that is not there")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, page, PROT_READ, MAP_SHARED);

    EXPECT("yes", yes_or_no(_POSIX_MAPPED_FILES > 0 && sysconf(_SC_MAPPED_FILES) > 0));
    EXPECT("1", load(map));
    EXPECT("yes", yes_or_no(_POSIX_MEMORY_PROTECTION > 0 && sysconf(_SC_MEMORY_PROTECTION) > 0));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(map, 9));
}

/* ---- headers, kernel, C library ---------------------------------------------------------------- */

/* The mark that each value leaves on a map, as smaps tells it in VmFlags. */
static const struct {
    const char *name, *mark;
    enum { PROTECTION, FLAG, ADVICE } given;
} effects[] = {
    {"PROT_READ", "rd", PROTECTION},   {"PROT_WRITE", "wr", PROTECTION},  {"PROT_EXEC", "ex", PROTECTION},
    {"MAP_SHARED", "sh", FLAG},        {"MAP_GROWSDOWN", "gd", FLAG},     {"MAP_LOCKED", "lo", FLAG},
    {"MADV_SEQUENTIAL", "sr", ADVICE}, {"MADV_RANDOM", "rr", ADVICE},     {"MADV_DONTFORK", "dc", ADVICE},
    {"MADV_DONTDUMP", "dd", ADVICE},   {"MADV_WIPEONFORK", "wf", ADVICE}, {"MADV_HUGEPAGE", "hg", ADVICE},
    {"MADV_NOHUGEPAGE", "nh", ADVICE}, {"MADV_MERGEABLE", "mg", ADVICE},
};

/* A fresh map that was given a value, or none of its kind for NULL; MAP_FAILED if it is refused. */
static char *map_given(const mw_const *constant)
{
    const enum mw_const_class kind = constant ? constant->const_class : MW_CLASS_ANY;
    const int value = constant ? (int)constant->value : 0;
    const int type = value == MAP_SHARED && kind == MW_CLASS_MAP ? 0 : MAP_PRIVATE;
    char *map = map_with(kind == MW_CLASS_PROT ? value : PROT_NONE,
                         type | MAP_ANONYMOUS | (kind == MW_CLASS_MAP ? value : 0));

    if (map != MAP_FAILED && kind == MW_CLASS_MADV && madvise(map, 4 * page, value) != 0)
        return MAP_FAILED;
    return map;
}

/* The first of them that leaves no mark, or whose mark is there without it; the value is the header's where
 * there is one. Values that the kernel says it does not know are left out. */
static const char *first_without_effect(void)
{
    for (size_t i = 0; i < sizeof effects / sizeof effects[0]; i++) {
        const mw_const *constant = mw_const_find(MW_OS_THIS, NULL, effects[i].name);
        if (!constant || mw_const_cap(constant) != MW_CAPABILITY_YES)
            continue;
        mw_const given = *constant;
        mw_const_compiled(&given.value, constant);
        char *with = map_given(&given), *without = map_given(NULL);
        if (with == MAP_FAILED || strcmp(vm_flag(with, effects[i].mark), "yes") != 0 ||
            strcmp(vm_flag(without, effects[i].mark), "no") != 0)
            return effects[i].name;
        munmap(with, 4 * page);
        munmap(without, 4 * page);
    }
    return "none";
}

CASE("const.header_vs_kernel", LINUX("proc(5), smaps"),
     "each value of the headers that marks a map leaves the mark of its name in the kernel",
     "a program built here asks the kernel for something else than it says", .since = KERNEL(3, 8))
{
    need_lockable(4 * page);
    EXPECT("none", first_without_effect());
}

#define RAW(...) returned(syscall(__VA_ARGS__))

CASE("const.raw_vs_libc", PRACTICE("the C library passes on what the kernel answers"),
     "the C library's calls answer what the system calls answer, to right and to wrong arguments",
     "a program behaves otherwise with another C library on the same kernel", .needs = NEED_LINUX)
{
    unsigned char vector[2];
    char *map = numbered_pages(2, MAP_PRIVATE), *nothing = unmapped_range(page);

    need_lockable(page);
    EXPECT(RAW(SYS_munmap, map + 1, page), returned((munmap)(map + 1, page)));
    EXPECT(RAW(SYS_munmap, nothing, page), returned((munmap)(nothing, page)));
    EXPECT(RAW(SYS_msync, map, page, MS_SYNC | MS_ASYNC), returned((msync)(map, page, MS_SYNC | MS_ASYNC)));
    EXPECT(RAW(SYS_msync, map, page, MS_SYNC), returned((msync)(map, page, MS_SYNC)));
    EXPECT(RAW(SYS_madvise, map + 1, page, MADV_NORMAL), returned((madvise)(map + 1, page, MADV_NORMAL)));
    EXPECT(RAW(SYS_madvise, map, page, 9999), returned((madvise)(map, page, 9999)));
    EXPECT(RAW(SYS_madvise, map, page, MADV_DONTNEED), returned((madvise)(map + page, page, MADV_DONTNEED)));
    EXPECT(RAW(SYS_mincore, map + 1, page, vector), returned((mincore)(map + 1, page, vector)));
    EXPECT(RAW(SYS_mlock, nothing, page), returned((mlock)(nothing, page)));
    EXPECT(RAW(SYS_mlock, map, 1), returned((mlock)(map, 1)));
    EXPECT(RAW(SYS_munlock, map, 1), returned((munlock)(map, 1)));
    EXPECT(RAW(SYS_mlockall, 0), returned((mlockall)(0)));
    EXPECT(RAW(SYS_mremap, map, page, 0, 0), mapped((mremap)(map, page, 0, 0)));
    EXPECT(RAW(SYS_mprotect, nothing, page, PROT_READ), returned((mprotect)(nothing, page, PROT_READ)));
    EXPECT(RAW(SYS_mprotect, map + 1, page, PROT_READ), returned((mprotect)(map + 1, page, PROT_READ)));
    EXPECT("0 0", page_bytes(map, 2 * page));
}
