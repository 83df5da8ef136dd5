/* Placement: where a map comes to lie, what it replaces there, and what munmap takes away. */
#include "case.h"

#include <stdio.h>

SUITE("placement", "fixed placement, hints and munmap");

static char *map_at(char *address, size_t length, int flags)
{
    return mmap(address, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
}

/* The last page that a pointer can name: no process can map it. */
static char *page_beyond_user_space(void)
{
    return (char *)(UINTPTR_MAX - page + 1);
}

/* ---- MAP_FIXED --------------------------------------------------------------------------------- */

CASE("fixed.exact", POSIX("mmap", SHALL), "MAP_FIXED places the map at exactly the address it names",
     "a saved image whose pointers need their old address is loaded at another")
{
    char *address = unmapped_range(3 * page);

    EXPECT("exact", placed(map_at(address, 3 * page, MAP_FIXED), address));
    EXPECT("stored", store(&address[3 * page - 1], 7));
    EXPECT("0 0 0", page_bytes(address, 3 * page));
}

CASE("fixed.replaces", POSIX("mmap", SHALL), "MAP_FIXED replaces what was mapped there before",
     "a loader finds the placeholder where the text of a program should be")
{
    char *old = numbered_pages(2, MAP_PRIVATE);

    EXPECT("exact", placed(map_at(old, 2 * page, MAP_FIXED), old));
    EXPECT("0 0", page_bytes(old, 2 * page));
    EXPECT("stored", store(&old[page], 5));
    EXPECT("0 5", page_bytes(old, 2 * page));
}

CASE("fixed.partial_neighbours", POSIX("mmap", SHALL),
     "MAP_FIXED over a page leaves the pages on both sides as they were",
     "committing one page of a heap wipes the objects on both sides")
{
    char *map = numbered_pages(3, MAP_PRIVATE);

    EXPECT("exact", placed(map_at(map + page, page, MAP_FIXED), map + page));
    EXPECT("1 0 3", page_bytes(map, 3 * page));
    EXPECT("stored", store(map, 7));
    EXPECT("stored", store(&map[3 * page - 1], 9));
}

FILE_CASE(
    "fixed.spans_many", POSIX("mmap", SHALL),
    "MAP_FIXED over the ends of two maps replaces both there and writes nothing to the file of the first",
    "an emulator that maps over a file loses the guest's disk contents")
{
    struct scratch_file file = scratch_file(2 * page);
    char *map = numbered_pages(4, MAP_PRIVATE);

    map_over(map, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED, file.descriptor);
    EXPECT("exact", placed(map_at(map + page, 2 * page, MAP_FIXED), map + page));
    EXPECT("1 0 0 4", page_bytes(map, 4 * page));
    EXPECT("stored", store(&map[page], 9));
    EXPECT("2", file_byte(&file, (off_t)page));
    EXPECT("stored", store(map, 8));
    EXPECT("8", file_byte(&file, 0));
}

CASE("fixed.unaligned", POSIX("mmap", MAY),
     "MAP_FIXED inside a page fails with EINVAL, or maps exactly there; it does not round the address",
     "memory appears below the address asked for, over an object in use")
{
    char *map = numbered_pages(2, MAP_PRIVATE);

    EXPECT("EINVAL|exact", placed(map_at(map + page / 2, page, MAP_FIXED), map + page / 2));
    EXPECT("1", load(map));
    EXPECT("exact", placed(map_at(map, page, MAP_FIXED), map));
    EXPECT("0", load(map));
}

CASE("fixed.null_root", LINUX("capabilities(7)"),
     "a process with CAP_SYS_RAWIO maps address 0, and the page there works like any other",
     "an emulator of old systems cannot lay out memory the way their programs expect it")
{
    if (!holds_capability(CAPABILITY_SYS_RAWIO))
        unsupported("needs CAP_SYS_RAWIO");
    EXPECT("exact", placed(map_at(NULL, page, MAP_FIXED), NULL));
    EXPECT("stored", store((char *)(uintptr_t)1, 7));
    EXPECT("7", load((char *)(uintptr_t)1));
}

CASE("fixed.null_user", LINUX("proc(5), mmap_min_addr"),
     "a user may not map below vm.mmap_min_addr, and may above it",
     "a null pointer in the kernel becomes a way to take over the machine", .needs = NEED_UNPRIVILEGED)
{
    size_t lowest = (size_t)kernel_setting("vm/mmap_min_addr") & ~(page - 1);
    char *above = unmapped_range(page);

    if (lowest < page)
        unsupported("vm.mmap_min_addr allows every address");
    EXPECT("EPERM|EACCES", placed(map_at(NULL, page, MAP_FIXED), NULL));
    EXPECT("EPERM|EACCES", mapped(map_at((char *)lowest - page, page, MAP_FIXED)));
    EXPECT("exact", placed(map_at(above, page, MAP_FIXED), above));
}

CASE("fixed.high", POSIX("mmap", SHALL),
     "MAP_FIXED beyond the address space of a process fails with ENOMEM and takes nothing away",
     "a program is given kernel addresses as memory, or loses what it had when refused")
{
    char *free_page = unmapped_range(page), *map = numbered_pages(1, MAP_PRIVATE);

    EXPECT("ENOMEM", mapped(map_at(page_beyond_user_space(), page, MAP_FIXED)));
    EXPECT("ENOMEM", mapped(map_at(map, SIZE_MAX / 4 * 3 & ~(page - 1), MAP_FIXED)));
    EXPECT("1", load(map));
    EXPECT("exact", placed(map_at(free_page, page, MAP_FIXED), free_page));
}

CASE("fixed.high_unaligned", POSIX("mmap", UNSPECIFIED),
     "MAP_FIXED that is unaligned and beyond the address space at once fails with either error",
     "a program that tells its mistakes apart by errno is told another one")
{
    char *map = numbered_pages(2, MAP_PRIVATE), *high = page_beyond_user_space() - page;

    EXPECT("ENOMEM|EINVAL", mapped(map_at(high + 1, page, MAP_FIXED)));
    EXPECT("ENOMEM|EINVAL", mapped(map_at(high + page / 2, page / 2, MAP_FIXED)));
    EXPECT("ENOMEM", mapped(map_at(high, page, MAP_FIXED)));
    EXPECT("EINVAL|exact", placed(map_at(map + 1, page - 1, MAP_FIXED), map + 1));
    EXPECT("2", load(&map[page]));
}

CASE("fixed.last_addresses", POSIX("mmap", SHALL),
     "MAP_FIXED among the very last addresses there are fails with an error that means something",
     "a wrong address is told as any error that it happens to look like, ENOENT or EINTR say")
{
    const uintptr_t from_end = 1001; /* no page begins there */

    EXPECT("ENOMEM|EINVAL", mapped(map_at((char *)(UINTPTR_MAX - from_end + 1), page, MAP_FIXED)));
    EXPECT("ENOMEM|EINVAL", mapped(map_at((char *)(UINTPTR_MAX - EINTR + 1), 1, MAP_FIXED)));
    EXPECT("ENOMEM", mapped(map_at(page_beyond_user_space(), page, MAP_FIXED)));
    char *free_page = unmapped_range(page);
    EXPECT("exact", placed(map_at(free_page, page, MAP_FIXED), free_page));
}

static char *map_descriptor_at(char *address, int descriptor, int protection)
{
    return mmap(address, page, protection, MAP_SHARED | MAP_FIXED, descriptor, 0);
}

CASE("fixed.fail_keeps", POSIX("mmap", MAY),
     "a MAP_FIXED that fails for what the descriptor is leaves the old map whole, or takes it away",
     "a program that goes on after the error uses memory that is gone, or that it believes gone")
{
    char *map = numbered_pages(3, MAP_PRIVATE);
    int ends[2];

    SETUP(pipe(ends));
    EXPECT("ENODEV", mapped(map_descriptor_at(map + page, ends[0], PROT_READ)));
    EXPECT("2|SIGSEGV SEGV_MAPERR exact", load(&map[page]));
    EXPECT("1", load(map));
    EXPECT("3", load(&map[2 * page]));
    EXPECT("exact", placed(map_at(map + page, page, MAP_FIXED), map + page));
    EXPECT("1 0 3", page_bytes(map, 3 * page));
}

FILE_CASE("fixed.refused_keeps", POSIX("mmap", SHALL),
          "a MAP_FIXED that fails with EBADF or EINVAL takes nothing away",
          "a mistake in the arguments costs a program the memory that it had there")
{
    struct scratch_file file = scratch_file(page);
    const int none_of_both = MAP_ANONYMOUS | MAP_FIXED;
    char *map = numbered_pages(2, MAP_PRIVATE);

    EXPECT("EBADF", mapped(map_descriptor_at(map, -1, PROT_READ)));
    EXPECT("EINVAL", mapped(mmap(map, page, PROT_READ, none_of_both, -1, 0)));
    EXPECT("EINVAL", mapped(mmap(map, 0, PROT_READ, none_of_both | MAP_PRIVATE, -1, 0)));
    EXPECT("1 2", page_bytes(map, 2 * page));
    EXPECT("stored", store(map, 7));
    EXPECT("exact", placed(map_descriptor_at(map, file.descriptor, PROT_READ), map));
    EXPECT("1 2", page_bytes(map, 2 * page));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(map, 8));
}

CASE("fixed.dup_same_range", POSIX("mmap", SHALL),
     "a shared map replaced by one without access at the same place, time and again, ends up without access",
     "a closed region of a sandbox stays open after it was closed again and again")
{
    char *map = map_anonymous(2 * page, PROT_READ | PROT_WRITE, MAP_SHARED);
    const int flags = MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED;

    for (int i = 0; i < 100; i++)
        if (mmap(map, 2 * page, PROT_NONE, flags, -1, 0) != map)
            setup_failed("replacing a map failed");
    EXPECT("SIGSEGV SEGV_ACCERR exact", load(map));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(&map[2 * page - 1], 1));
    EXPECT("exact", placed(map_at(map, 2 * page, MAP_FIXED), map));
    EXPECT("stored", store(&map[page], 1));
}

CASE("fixed.accounting", PRACTICE("replacing a map costs no address space"),
     "5000 maps over the same place leave the size of the process as it was",
     "an emulator that swaps pages all day ends with no address space left", .seconds = 10)
{
    char *map = numbered_pages(4, MAP_PRIVATE), before[32];

    status_pages("VmSize"); /* what the first look allocates does not count */
    snprintf(before, sizeof before, "%s", status_pages("VmSize"));
    for (int i = 0; i < 5000; i++)
        if (map_at(map + page, 2 * page, MAP_FIXED) != map + page)
            setup_failed("replacing a map failed");
    EXPECT(before, status_pages("VmSize"));
    EXPECT("1 0 0 4", page_bytes(map, 4 * page));
}

/* ---- hints ------------------------------------------------------------------------------------- */

CASE("hint.free_honoured", LINUX("mmap(2)"), "a hint at a free, aligned address is followed",
     "a runtime that likes its heap low, for short pointers, gets it high")
{
    char *address = unmapped_range(2 * page);

    EXPECT("exact", placed(map_at(address, 2 * page, 0), address));
    EXPECT("stored", store(&address[2 * page - 1], 1));
}

CASE("hint.busy_no_clobber", POSIX("mmap", SHALL),
     "a hint at an address in use never replaces what is there; the map lies elsewhere",
     "a library that suggests an address erases the heap of the program that loads it")
{
    char *busy = numbered_pages(2, MAP_PRIVATE);
    char *map = map_at(busy, 2 * page, 0);

    EXPECT("elsewhere", placed(map, busy));
    EXPECT("stored", store(map, 9));
    EXPECT("elsewhere", placed(map_at(busy - page, 2 * page, 0), busy - page));
    EXPECT("elsewhere", placed(map_at(busy + page, 2 * page, 0), busy + page));
    EXPECT("1 2", page_bytes(busy, 2 * page));
}

CASE("hint.unaligned", POSIX("mmap", SHALL),
     "a hint that is not page aligned is accepted, and the map lies on a page boundary all the same",
     "an allocator that suggests the end of its last block gets an error or a crooked map")
{
    char *map = map_at(unmapped_range(4 * page) + page / 2 + 1, 2 * page, 0);

    EXPECT("mapped", mapped(map));
    EXPECT("0", number((int64_t)((uintptr_t)map % page)));
    EXPECT("stored", store(&map[2 * page - 1], 1));
}

CASE("hint.non_canonical", LINUX("mmap(2)"),
     "a hint beyond the address space of a process is only a hint: the map lies where it can",
     "a hint left over from a machine with more address bits stops the program")
{
    char *map = map_at(page_beyond_user_space(), 2 * page, 0);

    EXPECT("elsewhere", placed(map, page_beyond_user_space()));
    EXPECT("stored", store(&map[2 * page - 1], 1));
}

static const char *remainder_of_map(size_t length)
{
    char *map = map_at(NULL, length, 0);

    if (map == MAP_FAILED)
        return error_number(errno);
    map[length - 1] = 1;
    return number((int64_t)((uintptr_t)map % page));
}

CASE("mmap.result_aligned", POSIX("mmap", SHALL), "a map begins on a page boundary, whatever its length",
     "an allocator that keeps flags in the low bits of addresses mixes them up")
{
    EXPECT("0", remainder_of_map(1));
    EXPECT("0", remainder_of_map(page - 1));
    EXPECT("0", remainder_of_map(page));
    EXPECT("0", remainder_of_map(page + 1));
    EXPECT("0", remainder_of_map(100 * page + 1));
}

CASE("mmap.never_null", POSIX("mmap", SHALL),
     "a place that the system chooses is never address 0 and never one in use",
     "a program takes its memory for a failure, or two buffers lie in one place")
{
    char *busy = numbered_pages(1, MAP_PRIVATE);
    bool null = false, same = false;

    for (int i = 0; i < 1000; i++) {
        char *map = map_at(NULL, (size_t)(i % 7 + 1) * page, 0);
        null = null || !map;
        same = same || map == busy;
    }
    EXPECT("no", yes_or_no(null));
    EXPECT("no", yes_or_no(same));
    EXPECT("1", load(busy));
}

/* ---- MAP_FIXED_NOREPLACE ----------------------------------------------------------------------- */

CASE("noreplace.free", LINUX("mmap(2)"), "MAP_FIXED_NOREPLACE at a free address maps exactly there",
     "an address reserved for a cache that is shared by all processes is never used", .since = KERNEL(4, 17))
{
    char *address = unmapped_range(2 * page);

    EXPECT("exact", placed(map_at(address, 2 * page, CONSTANT(MAP_FIXED_NOREPLACE)), address));
    EXPECT("stored", store(&address[2 * page - 1], 1));
}

CASE("noreplace.busy", LINUX("mmap(2)"),
     "MAP_FIXED_NOREPLACE over a map fails with EEXIST and leaves it as it was",
     "a loader overwrites a library that happened to be in its place", .since = KERNEL(4, 17))
{
    char *busy = numbered_pages(2, MAP_PRIVATE);

    EXPECT("EEXIST", placed(map_at(busy, 2 * page, CONSTANT(MAP_FIXED_NOREPLACE)), busy));
    EXPECT("1 2", page_bytes(busy, 2 * page));
    SETUP(munmap(busy, 2 * page));
    EXPECT("exact", placed(map_at(busy, 2 * page, CONSTANT(MAP_FIXED_NOREPLACE)), busy));
}

CASE("noreplace.with_fixed_busy", LINUX("mmap(2)"),
     "MAP_FIXED beside MAP_FIXED_NOREPLACE does not make it replace",
     "a careful program that sets both flags for old kernels erases its own heap", .since = KERNEL(4, 17))
{
    char *busy = numbered_pages(1, MAP_PRIVATE), *address = unmapped_range(page);
    int both = MAP_FIXED | CONSTANT(MAP_FIXED_NOREPLACE);

    EXPECT("EEXIST", placed(map_at(busy, page, both), busy));
    EXPECT("1", load(busy));
    EXPECT("exact", placed(map_at(address, page, both), address));
}

CASE("noreplace.partial", LINUX("mmap(2)"),
     "MAP_FIXED_NOREPLACE fails with EEXIST when it would overlap a map at either end or around it",
     "a heap that grows by steps runs over the thread stack at its end", .since = KERNEL(4, 17))
{
    char *range = unmapped_range(5 * page);
    char *busy = map_over(range + page, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE, -1);
    int flag = CONSTANT(MAP_FIXED_NOREPLACE);

    number_pages(busy, 3 * page);
    EXPECT("EEXIST", mapped(map_at(range, 2 * page, flag)));
    EXPECT("EEXIST", mapped(map_at(range + 3 * page, 2 * page, flag)));
    EXPECT("EEXIST", mapped(map_at(range, 5 * page, flag)));
    EXPECT("EEXIST", mapped(map_at(range + 2 * page, page, flag)));
    EXPECT("1 2 3", page_bytes(busy, 3 * page));
    EXPECT("exact", placed(map_at(range, page, flag), range));
    EXPECT("0 1 2 3", page_bytes(range, 4 * page));
}

CASE("noreplace.adjacent", LINUX("mmap(2)"),
     "MAP_FIXED_NOREPLACE maps right beside a map, before and behind it",
     "a heap that grows page by page is refused the free page behind it", .since = KERNEL(4, 17))
{
    char *range = unmapped_range(3 * page);
    char *busy = map_over(range + page, page, PROT_READ | PROT_WRITE, MAP_PRIVATE, -1);
    int flag = CONSTANT(MAP_FIXED_NOREPLACE);

    EXPECT("stored", store(busy, 7));
    EXPECT("exact", placed(map_at(range, page, flag), range));
    EXPECT("exact", placed(map_at(range + 2 * page, page, flag), range + 2 * page));
    EXPECT("0 7 0", page_bytes(range, 3 * page));
}

CASE("noreplace.unaligned", LINUX("mmap(2)"), "MAP_FIXED_NOREPLACE inside a page fails with EINVAL",
     "an address rounded down in silence lands in the object before it", .since = KERNEL(4, 17))
{
    char *address = unmapped_range(3 * page);
    int flag = CONSTANT(MAP_FIXED_NOREPLACE);

    EXPECT("EINVAL", mapped(map_at(address + 1, page, flag)));
    EXPECT("EINVAL", mapped(map_at(address + page / 2, page, flag)));
    EXPECT("exact", placed(map_at(address, page, flag), address));
}

/* ---- munmap ------------------------------------------------------------------------------------ */

CASE("munmap.unaligned", POSIX("munmap", MAY),
     "munmap inside a page fails with EINVAL and takes nothing, or takes the whole page",
     "a pointer into a buffer is enough to release something that nobody meant")
{
    char *map = numbered_pages(3, MAP_PRIVATE);
    const char *answer = returned(munmap(map + page / 2, page / 2));

    EXPECT("EINVAL|0", answer);
    EXPECT(strcmp(answer, "0") == 0 ? "SIGSEGV SEGV_MAPERR exact" : "1", load(map));
    EXPECT("2 3", page_bytes(map + page, 2 * page));
    EXPECT("0", returned(munmap(map + page, page)));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(&map[page]));
}

CASE("munmap.unaligned_refused", LINUX("munmap(2)"),
     "munmap inside a page fails with EINVAL and takes nothing",
     "an allocator that passes the object, not its page, frees live neighbours")
{
    char *map = numbered_pages(2, MAP_PRIVATE);

    EXPECT("EINVAL", returned(munmap(map + 1, page)));
    EXPECT("EINVAL", returned(munmap(map + page / 2, page / 2)));
    EXPECT("1 2", page_bytes(map, 2 * page));
    EXPECT("0", returned(munmap(map, page)));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(map));
}

CASE("munmap.unmapped", POSIX("munmap", SHALL),
     "munmap of a range in which nothing is mapped succeeds and has no effect",
     "a clean-up over a sparse range stops half-way and leaks the rest")
{
    char *map = numbered_pages(1, MAP_PRIVATE), *address = unmapped_range(2 * page);

    EXPECT("0", returned(munmap(address, 2 * page)));
    EXPECT("1", load(map));
    EXPECT("exact", placed(map_at(address, 2 * page, MAP_FIXED), address));
}

CASE("munmap.hole", POSIX("munmap", SHALL),
     "munmap over a hole takes away what is mapped on both sides of it",
     "a heap that was thinned out before is never given back completely")
{
    char *map = numbered_pages(5, MAP_PRIVATE);

    SETUP(munmap(map + 2 * page, page));
    EXPECT("0", returned(munmap(map + page, 3 * page)));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(&map[page]));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(&map[3 * page]));
    EXPECT("1", load(map));
    EXPECT("5", load(&map[4 * page]));
}

CASE("munmap.high", POSIX("munmap", SHALL),
     "munmap of a range beyond the address space of a process fails with EINVAL and takes nothing",
     "a corrupted size of a block makes a release run over everything above it")
{
    char *map = numbered_pages(2, MAP_PRIVATE);

    EXPECT("EINVAL", returned(munmap(page_beyond_user_space(), page)));
    EXPECT("EINVAL", returned(munmap(map, SIZE_MAX - (uintptr_t)map + 1)));
    EXPECT("1 2", page_bytes(map, 2 * page));
    EXPECT("0", returned(munmap(map, page)));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(map));
    EXPECT("2", load(map + page));
}

CASE("munmap.interior", POSIX("munmap", SHALL),
     "munmap of a page in the middle leaves the pages on both sides usable",
     "returning a free page from the middle of an arena destroys the arena")
{
    char *map = numbered_pages(3, MAP_PRIVATE);

    EXPECT("0", returned(munmap(map + page, page)));
    EXPECT("1", load(map));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(&map[page]));
    EXPECT("SIGSEGV SEGV_MAPERR exact", store(&map[2 * page - 1], 1));
    EXPECT("3", load(&map[2 * page]));
    EXPECT("stored", store(&map[page - 1], 7));
    EXPECT("stored", store(&map[2 * page], 7));
}

CASE("munmap.many", POSIX("munmap", SHALL), "one munmap takes away several maps of different kinds",
     "a loader that removes a library leaves its data or its guard behind")
{
    char *range = unmapped_range(4 * page);

    map_over(range, page, PROT_READ, MAP_PRIVATE, -1);
    map_over(range + page, page, PROT_READ, MAP_SHARED, -1);
    map_over(range + 2 * page, page, PROT_NONE, MAP_PRIVATE, -1);
    map_over(range + 3 * page, page, PROT_READ, MAP_PRIVATE, -1);
    EXPECT("0 0", page_bytes(range, 2 * page));
    EXPECT("0", returned(munmap(range, 3 * page)));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(range));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(range + page));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(range + 2 * page));
    EXPECT("0", load(range + 3 * page));
}

FILE_CASE("munmap.any_rights", POSIX("munmap", SHALL),
          "munmap takes maps of files and of memory away, private and shared, whatever rights they have",
          "an address that was given back is still in use when it is wanted again")
{
    static const int rights[] = {PROT_NONE, PROT_READ, READ_WRITE}, sharing[] = {MAP_PRIVATE, MAP_SHARED};
    struct scratch_file file = scratch_file(2 * page);

    for (size_t i = 0; i < 6; i++) {
        char *map = map_file(&file, 0, 2 * page, rights[i / 2], sharing[i % 2]);
        EXPECT("0", returned(munmap(map, 2 * page)));
        EXPECT("SIGSEGV SEGV_MAPERR exact", load(map));
        EXPECT("SIGSEGV SEGV_MAPERR exact", load(&map[2 * page - 1]));
        map = map_anonymous(2 * page, rights[i / 2], sharing[i % 2]);
        EXPECT("0", returned(munmap(map, 2 * page)));
        EXPECT("SIGSEGV SEGV_MAPERR exact", load(map));
        EXPECT("SIGSEGV SEGV_MAPERR exact", load(&map[2 * page - 1]));
    }
}

CASE("munmap.twice", POSIX("munmap", SHALL), "a second munmap of the same range succeeds like the first",
     "a clean-up that runs again after an error reports a failure that is none")
{
    char *map = numbered_pages(2, MAP_PRIVATE);

    EXPECT("0", returned(munmap(map, page)));
    EXPECT("0", returned(munmap(map, page)));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(map));
    EXPECT("2", load(&map[page]));
}

FILE_CASE("munmap.private_discard", POSIX("munmap", SHALL),
          "what was stored through a private map is gone with it: a new map shows the file again",
          "a test run's scratch changes reach the golden file, or the next run")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, page, PROT_READ | PROT_WRITE, MAP_PRIVATE);

    EXPECT("stored", store(map, 9));
    EXPECT("9", load(map));
    EXPECT("0", returned(munmap(map, page)));
    EXPECT("1", file_byte(&file, 0));
    EXPECT("1", load(map_file(&file, 0, page, PROT_READ, MAP_PRIVATE)));
}

CASE("munmap.removes_locks", POSIX("munmap", SHALL), "munmap ends the memory locks of the range",
     "a program that locks and releases keys runs out of its quota")
{
    char *map = numbered_pages(2, MAP_PRIVATE);

    if (mlock(map, page) != 0)
        unsupported("this process may not lock a page");
    EXPECT("1", status_pages("VmLck"));
    EXPECT("0", returned(munmap(map, page)));
    EXPECT("0", status_pages("VmLck"));
    EXPECT("exact", placed(map_at(map, page, MAP_FIXED), map));
    EXPECT("0", status_pages("VmLck"));
}

CASE("munmap.reuse", POSIX("munmap", SHALL), "what munmap gave back can be mapped again, and holds zeros",
     "a recycled page shows one client the data of another")
{
    char *map = numbered_pages(3, MAP_PRIVATE);

    EXPECT("0", returned(munmap(map + page, page)));
    EXPECT("exact", placed(map_at(map + page, page, MAP_FIXED), map + page));
    EXPECT("1 0 3", page_bytes(map, 3 * page));
    EXPECT("stored", store(&map[2 * page - 1], 7));
}
