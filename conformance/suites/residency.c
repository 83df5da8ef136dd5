/* Residency: mincore tells which pages are in memory. */
#include "case.h"

#include <sys/stat.h>

SUITE("residency", "mincore and cachestat");

enum { UNTOUCHED = 0xa5 };

/* mincore with a vector whose bytes show whether it was written. */
static unsigned char vector[64];

static const char *ask(const void *map, size_t length)
{
    memset(vector, UNTOUCHED, sizeof vector);
    return returned(mincore((void *)(uintptr_t)map, length, vector));
}

CASE("mincore.fresh", LINUX("mincore(2)"), "pages that nobody has touched are not resident",
     "a monitor counts memory that nobody has used, and a collector visits pages without objects")
{
    char *map = map_anonymous(4 * page, READ_WRITE, MAP_PRIVATE);
    char *shared = map_anonymous(4 * page, READ_WRITE, MAP_SHARED);

    EXPECT("0000", residency(map, 4 * page));
    EXPECT("0000", residency(shared, 4 * page));
    number_pages(map, 4 * page);
    EXPECT("1111", residency(map, 4 * page));
}

CASE("mincore.touched", LINUX("mincore(2)"), "a touched page is resident, and its neighbours are not",
     "a checkpoint that saves resident pages alone leaves out changed ones")
{
    char *map = single_pages(4);

    EXPECT("stored", store(map + page, 1));
    EXPECT("0100", residency(map, 4 * page));
    EXPECT("100", residency(map + page, 3 * page));
    EXPECT("stored", store(map + 4 * page - 1, 1));
    EXPECT("0101", residency(map, 4 * page));
}

CASE("mincore.low_bit", LINUX("mincore(2)"), "the answer is in the lowest bit of each byte",
     "a program that tests the documented bit takes every page for cold")
{
    char *map = map_anonymous(2 * page, READ_WRITE, MAP_PRIVATE);

    EXPECT("stored", store(map, 1));
    EXPECT("0", ask(map, 2 * page));
    EXPECT("1", number(vector[0] & 1));
    EXPECT("0", number(vector[1] & 1));
}

CASE("mincore.vec_len", LINUX("mincore(2)"),
     "one byte is written for each page that the range touches, and none behind them",
     "a vector of the right size is overrun, and the stack behind it is destroyed")
{
    char *map = map_anonymous(3 * page, READ_WRITE, MAP_PRIVATE);

    number_pages(map, 3 * page);
    EXPECT("0", ask(map, 2 * page + 1));
    EXPECT("1", number(vector[2] & 1));
    EXPECT(number(UNTOUCHED), number(vector[3]));
    EXPECT("0", ask(map, 2 * page));
    EXPECT("1", number(vector[1] & 1));
    EXPECT(number(UNTOUCHED), number(vector[2]));
}

CASE("mincore.unaligned", LINUX("mincore(2)"), "an address inside a page is refused, and nothing is written",
     "an answer is written for pages other than those that were asked about")
{
    char *map = map_anonymous(2 * page, READ_WRITE, MAP_PRIVATE);

    EXPECT("EINVAL", ask(map + 1, page));
    EXPECT(number(UNTOUCHED), number(vector[0]));
    EXPECT("0", ask(map + page, page));
}

CASE("mincore.len0", PRACTICE("Linux, mm/mincore.c"), "a length of 0 is no error and writes nothing",
     "a check of an empty range fails, or writes into a vector of no bytes")
{
    char *map = map_anonymous(page, READ_WRITE, MAP_PRIVATE);

    EXPECT("0", ask(map, 0));
    EXPECT(number(UNTOUCHED), number(vector[0]));
    EXPECT("0", ask(map, 1));
    EXPECT("0", number(vector[0] & 1));
}

CASE("mincore.unmapped", LINUX("mincore(2)"), "a range in which nothing is mapped is refused",
     "the old trick to ask whether an address is mapped says yes everywhere")
{
    char *map = map_anonymous(page, READ_WRITE, MAP_PRIVATE);

    EXPECT("ENOMEM", ask(unmapped_range(page), page));
    EXPECT("0", ask(map, page));
    EXPECT("0", number(vector[0] & 1));
    EXPECT("stored", store(map, 7));
    EXPECT("1", residency(map, page));
}

CASE("mincore.hole_prefix", PRACTICE("Linux, mm/mincore.c"),
     "a hole in the range is an error, and the pages before it are told all the same",
     "a stack walker that probes for the end of the stack reads an undefined answer")
{
    char *map = map_anonymous(3 * page, READ_WRITE, MAP_PRIVATE);

    number_pages(map, 3 * page);
    SETUP(munmap(map + page, page));
    EXPECT("ENOMEM", ask(map, 3 * page));
    EXPECT("1", number(vector[0]));
    EXPECT("0", ask(map, page));
}

CASE("mincore.bad_vec", LINUX("mincore(2)"), "a vector that can't be written is an error and no signal",
     "a wrong pointer kills the program inside of a harmless question")
{
    char *map = map_anonymous(2 * page, READ_WRITE, MAP_PRIVATE);
    unsigned char *nothing = (unsigned char *)unmapped_range(page);
    unsigned char *constant = (unsigned char *)map_anonymous(page, PROT_READ, MAP_PRIVATE);

    EXPECT("EFAULT", returned(mincore(map, 2 * page, nothing)));
    EXPECT("EFAULT", returned(mincore(map, 2 * page, constant)));
    EXPECT("0", load(constant));
    EXPECT("stored", store(map, 7));
    EXPECT("10", residency(map, 2 * page));
}

CASE("mincore.len_huge", LINUX("mincore(2)"), "a length that no address space can hold is refused",
     "an overflowed length makes the kernel walk all memory, or is answered by nothing")
{
    char *map = map_anonymous(page, READ_WRITE, MAP_PRIVATE);

    EXPECT("ENOMEM", ask(map, SIZE_MAX / 2 + 1));
    EXPECT("ENOMEM", ask(map, SIZE_MAX));
    EXPECT(number(UNTOUCHED), number(vector[0]));
    EXPECT("stored", store(map, 7));
    EXPECT("1", residency(map, page));
}

CASE("mincore.prot_none", PRACTICE("Linux, mm/mincore.c"),
     "residency can be asked where no access is allowed",
     "a collector cannot tell which of its closed pages cost memory")
{
    char *map = map_anonymous(3 * page, READ_WRITE, MAP_PRIVATE);

    EXPECT("stored", store(map + page, 1));
    SETUP(mprotect(map, 3 * page, PROT_NONE));
    EXPECT("010", residency(map, 3 * page));
}

CASE("mincore.after_munmap", LINUX("mincore(2)"), "a new map in the place of an old one is not resident",
     "a monitor charges a fresh buffer with the memory of its predecessor")
{
    char *map = map_anonymous(2 * page, READ_WRITE, MAP_PRIVATE);

    number_pages(map, 2 * page);
    EXPECT("11", residency(map, 2 * page));
    EXPECT("exact", placed(mmap(map, page, READ_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0), map));
    EXPECT("01", residency(map, 2 * page));
}

CASE("mincore.after_dontneed", LINUX("madvise(2)"), "pages given back with MADV_DONTNEED are not resident",
     "an allocator that checks its own purge believes that it has failed")
{
    char *map = map_anonymous(4 * page, READ_WRITE, MAP_PRIVATE);

    number_pages(map, 4 * page);
    SETUP(madvise(map + page, page, MADV_DONTNEED));
    EXPECT("1011", residency(map, 4 * page));
}

CASE("mincore.after_populate", LINUX("mmap(2)"), "a map made with MAP_POPULATE is resident",
     "a program that waits until its map is warm waits for ever")
{
    char *map = map_anonymous(4 * page, READ_WRITE, MAP_PRIVATE | CONSTANT(MAP_POPULATE));

    EXPECT("1111", residency(map, 4 * page));
}

CASE("mincore.after_mlock", POSIX("mlock", SHALL),
     "a locked range is resident, and its neighbours need not be",
     "a test of a real-time program cannot show that its memory is ready")
{
    char *map = map_anonymous(4 * page, READ_WRITE, MAP_PRIVATE);

    need_lockable(page);
    SETUP(mlock(map + page, page));
    EXPECT("0100", residency(map, 4 * page));
}

CASE("mincore.fork", LINUX("mincore(2)"),
     "shared pages that a child has touched are resident in its parent too",
     "a shared pool looks empty to the parent that is to account for it")
{
    char *map = map_anonymous(3 * page, READ_WRITE, MAP_SHARED);

    EXPECT("stored", store_in_child(map + page, 7));
    EXPECT("010", residency(map, 3 * page));
    EXPECT("7", load(map + page));
}

FILE_CASE("mincore.after_write", PRACTICE("unified page cache"),
          "what write has put into a file is resident in a map of it",
          "a backup tool that spares cold files evicts the hot ones")
{
    struct scratch_file file = scratch_file(4 * page);
    char *map = map_file(&file, 0, 4 * page, PROT_READ, MAP_SHARED);

    EXPECT("1111", residency(map, 4 * page));
    EXPECT("1 2 3 4", page_bytes(map, 4 * page));
}

FILE_CASE("mincore.after_read", PRACTICE("unified page cache"),
          "what read has brought into memory is resident in a map of the file",
          "a server that sends cached files first takes those in memory for cold")
{
    struct scratch_file file = scratch_file(64 * page);

    evict_file(&file);
    char *map = map_file(&file, 0, 64 * page, PROT_READ, MAP_SHARED);
    EXPECT("0000", residency(map, 4 * page));
    EXPECT("3", file_byte(&file, (off_t)(2 * page)));
    EXPECT("1", residency(map + 2 * page, page));
}

FILE_CASE("mincore.offset", LINUX("mincore(2)"),
          "the pages asked about are those of the map, not those of the file",
          "a cache tool that asks about the end of a file is told about its beginning")
{
    struct scratch_file file = sparse_file((off_t)(8 * page));

    write_page(&file, (off_t)(5 * page), 9);
    char *map = map_file(&file, (off_t)(4 * page), 4 * page, PROT_READ, MAP_SHARED);
    EXPECT("0100", residency(map, 4 * page));
}

FILE_CASE("mincore.private_copy", LINUX("mincore(2)"),
          "a page that a private map has copied stays resident when the file's own page is not",
          "a process seems to use no memory for the copies it has made")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, page, READ_WRITE, MAP_PRIVATE);

    EXPECT("stored", store(map, 9));
    evict_file(&file);
    EXPECT("1", residency(map, page));
    EXPECT("0", residency(map_file(&file, 0, page, PROT_READ, MAP_SHARED), page));
    EXPECT("9", load(map));
}

FILE_CASE("mincore.beyond_eof", PRACTICE("Linux, mm/mincore.c"),
          "pages past the end of the file are not resident",
          "the cache seems to hold more of a file than the file has")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, 4 * page, PROT_READ, MAP_SHARED);

    EXPECT("1", load(map));
    EXPECT("1000", residency(map, 4 * page));
}

FILE_CASE("mincore.after_truncate", PRACTICE("Linux, mm/mincore.c"),
          "pages that truncation has cut off are not resident any more",
          "a cache report shows memory in use that was freed with the cut")
{
    struct scratch_file file = scratch_file(4 * page);
    char *map = map_file(&file, 0, 4 * page, PROT_READ, MAP_SHARED);

    EXPECT("1 2 3 4", page_bytes(map, 4 * page));
    EXPECT("1111", residency(map, 4 * page));
    resize_file(&file, (off_t)page);
    EXPECT("1000", residency(map, 4 * page));
}

FILE_CASE("mincore.sparse_file", PRACTICE("Linux, mm/mincore.c"),
          "pages of a hole that nobody has read are not resident",
          "a sparse disk image seems to fill the memory of its host")
{
    struct scratch_file file = sparse_file((off_t)(8 * page));
    char *map = map_file(&file, 0, 8 * page, PROT_READ, MAP_SHARED);

    EXPECT("00000000", residency(map, 8 * page));
    write_page(&file, (off_t)(2 * page), 1);
    EXPECT("00100000", residency(map, 8 * page));
}

FILE_CASE("mincore.tail_page", LINUX("mincore(2)"),
          "the last page of a file is resident after it was read, though the file ends inside it",
          "a tool that waits for a file to be cached never sees its last page")
{
    struct scratch_file file = scratch_file(page + 10);
    char *map = map_file(&file, 0, page + 10, PROT_READ, MAP_SHARED);

    EXPECT("2", load(&map[page]));
    EXPECT("11", residency(map, page + 10));
}

FILE_CASE("mincore.shared_store", LINUX("mincore(2)"),
          "a page stored to through one map is resident in another map of the file",
          "two processes on one file each count a page that exists once")
{
    struct scratch_file file = sparse_file((off_t)(4 * page));
    char *map = map_file(&file, 0, 4 * page, READ_WRITE, MAP_SHARED);
    char *other = map_file(&file, 0, 4 * page, PROT_READ, MAP_SHARED);

    EXPECT("stored", store(map + 3 * page, 1));
    EXPECT("1", residency(map + 3 * page, page));
    EXPECT("1", residency(other + 3 * page, page));
}

/* Bit 63 of the page's entry in /proc/self/pagemap. */
static bool present(const char *address)
{
    uint64_t entry;
    int descriptor = open("/proc/self/pagemap", O_RDONLY);

    if (descriptor < 0)
        unsupported("/proc/self/pagemap can't be read");
    off_t offset = (off_t)((uintptr_t)address / page * sizeof entry);
    if (pread(descriptor, &entry, sizeof entry, offset) != sizeof entry)
        setup_failed("/proc/self/pagemap has no entry for the page");
    close(descriptor);
    return entry >> 63;
}

CASE("mincore.agrees_pagemap", LINUX("proc(5)"),
     "pages of anonymous memory are resident exactly where pagemap says present",
     "two tools for one process disagree about what it has in memory")
{
    char *map = single_pages(4);

    EXPECT("stored", store(map + 2 * page, 1));
    need_lockable(page);
    SETUP(mlock(map + 2 * page, page));
    EXPECT("0010", residency(map, 4 * page));
    EXPECT("no", yes_or_no(present(map + page)));
    EXPECT("yes", yes_or_no(present(map + 2 * page)));
    EXPECT("no", yes_or_no(present(map + 3 * page)));
}

FILE_CASE("cachestat", LINUX("cachestat(2)"),
          "cachestat counts the pages of a file that mincore calls resident",
          "a backup that drops only what it brought in itself drops the working set", .since = KERNEL(6, 5))
{
    struct scratch_file file = scratch_file(8 * page);
    char *map = map_file(&file, 0, 8 * page, PROT_READ, MAP_SHARED);

    EXPECT("11111111", residency(map, 8 * page));
    EXPECT("8", cached_pages(&file, 0, 8 * page));
    EXPECT("3", cached_pages(&file, (off_t)(2 * page), 3 * page));
    resize_file(&file, (off_t)(2 * page));
    EXPECT("11000000", residency(map, 8 * page));
    EXPECT("2", cached_pages(&file, 0, 8 * page));
}

FILE_CASE("cachestat.cold", LINUX("cachestat(2)"),
          "cachestat counts nothing of a file that was dropped from memory",
          "a benchmark takes warm reads for cold ones and praises the disk", .since = KERNEL(6, 5))
{
    struct scratch_file file = scratch_file(8 * page);

    EXPECT("8", cached_pages(&file, 0, 8 * page));
    evict_file(&file);
    EXPECT("0", cached_pages(&file, 0, 8 * page));
}

/* Becomes an ordinary user and tells what it sees of a file that is not its own. */
static const char *seen_by_stranger(void *map)
{
    SETUP(setgid(65534));
    SETUP(setuid(65534));
    return residency(map, 4 * page);
}

FILE_CASE("mincore.nonowned", PRACTICE("Linux, mm/mincore.c"),
          "who neither owns a file nor may write it is told that all of it is resident",
          "a spy watches which pages of a library, or of a key file, others touch", .needs = NEED_ROOT,
          .since = KERNEL(5, 2))
{
    struct scratch_file file = sparse_file((off_t)(4 * page));

    SETUP(fchmod(file.descriptor, 0644));
    char *map = map_descriptor(reopen(&file, O_RDONLY), 0, 4 * page, PROT_READ, MAP_SHARED);
    EXPECT("0000", residency(map, 4 * page));
    EXPECT("1111", in_child(seen_by_stranger, map));
}

CASE("mincore.tmpfs", LINUX("mincore(2)"),
     "of a file in memory the pages that were written or touched are resident, and its holes are not",
     "a program that counts the memory of its shared segments counts wrong", .since = KERNEL(3, 17))
{
    struct scratch_file file = {.descriptor = (int)SETUP(memfd_create("case", MFD_CLOEXEC))};

    resize_file(&file, (off_t)(8 * page));
    char *map = map_file(&file, 0, 8 * page, READ_WRITE, MAP_SHARED);
    EXPECT("00000000", residency(map, 8 * page));
    write_page(&file, (off_t)(2 * page), 7);
    EXPECT("stored", store(&map[5 * page], 8));
    EXPECT("00100100", residency(map, 8 * page));
    EXPECT("0", returned(madvise(map + 2 * page, page, MADV_REMOVE)));
    EXPECT("00000100", residency(map, 8 * page));
    resize_file(&file, (off_t)(3 * page));
    EXPECT("00000000", residency(map, 8 * page));
}

/* How many of the small pages of a range are resident. */
static const char *resident_pages(const char *map, size_t length)
{
    const size_t pages = length / page;
    unsigned char *answers = malloc(pages);
    int64_t count = 0;

    if (!answers)
        setup_failed("malloc: out of memory");
    if (mincore((void *)(uintptr_t)map, length, answers) != 0)
        return error_number(errno);
    for (size_t i = 0; i < pages; i++)
        count += answers[i] & 1;
    free(answers);
    return number(count);
}

CASE("mincore.hugetlb", LINUX("mincore(2)"),
     "all the small pages of a huge page that nobody has touched are told as not resident",
     "a program that counts its memory counts huge pages that it does not have")
{
    const size_t huge = huge_page_bytes();
    char *map = map_anonymous(2 * huge, PROT_READ, MAP_PRIVATE | MAP_NORESERVE | CONSTANT(MAP_HUGETLB));

    EXPECT(number((int64_t)(huge / page)), smaps_pages(map, "KernelPageSize"));
    EXPECT("0", resident_pages(map, 2 * huge));
    EXPECT("0", resident_pages(map + huge + page, page));
    EXPECT("EINVAL", resident_pages(map + 1, page));
}

CASE(
    "mincore.hugetlb_touched", LINUX("mincore(2)"),
    "all the small pages of a huge page are resident once one of them was touched, and none of its neighbour",
    "a program that counts its memory misses most of a huge page")
{
    const size_t huge = huge_page_bytes();
    char *map = pooled_huge_pages(2);

    EXPECT("stored", store(&map[huge / 2], 9));
    EXPECT(number((int64_t)(huge / page)), resident_pages(map, huge));
    EXPECT("0", resident_pages(map + huge, huge));
}
