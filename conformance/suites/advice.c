/* Advice: what is asked for, and what is dropped; seen by its effect and never by its answer alone. */
#include "case.h"

#include <limits.h>
#include <sys/syscall.h>
#include <sys/uio.h>

SUITE("advice", "madvise and posix_madvise");

/* ---- posix_madvise ----------------------------------------------------------------------------- */

CASE("advice.posix_return", POSIX("posix_madvise", SHALL),
     "posix_madvise answers the number of the error itself, not -1")
{
    char *map = numbered_pages(1, MAP_PRIVATE);

    EXPECT("EINVAL", error_number(posix_madvise(map, page, 9999)));
    EXPECT("0", error_number(posix_madvise(map, page, POSIX_MADV_NORMAL)));
}

CASE("advice.posix_unaligned", LINUX("posix_madvise(3)"), "an address inside a page is refused with EINVAL")
{
    char *map = numbered_pages(1, MAP_PRIVATE);

    EXPECT("EINVAL", error_number(posix_madvise(map + 1, page, POSIX_MADV_WILLNEED)));
    EXPECT("EINVAL", error_number(posix_madvise(map + 1, page, POSIX_MADV_SEQUENTIAL)));
    EXPECT("0", error_number(posix_madvise(map, page, POSIX_MADV_WILLNEED)));
}

CASE("advice.posix_unmapped", POSIX("posix_madvise", SHALL), "advice for addresses without a map is refused")
{
    char *nothing = unmapped_range(page), *map = numbered_pages(1, MAP_PRIVATE);

    EXPECT("ENOMEM", error_number(posix_madvise(nothing, page, POSIX_MADV_WILLNEED)));
    EXPECT("ENOMEM", error_number(posix_madvise(nothing, page, POSIX_MADV_SEQUENTIAL)));
    EXPECT("0", error_number(posix_madvise(map, page, POSIX_MADV_WILLNEED)));
}

CASE("advice.posix_no_semantics", POSIX("posix_madvise", SHALL),
     "none of the five pieces of POSIX advice changes what private memory holds")
{
    static const int all[] = {POSIX_MADV_NORMAL, POSIX_MADV_RANDOM, POSIX_MADV_SEQUENTIAL,
                              POSIX_MADV_WILLNEED, POSIX_MADV_DONTNEED};
    char *map = numbered_pages(3, MAP_PRIVATE);

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        EXPECT("0", error_number(posix_madvise(map, 3 * page, all[i])));
        EXPECT("1 2 3", page_bytes(map, 3 * page));
    }
}

FILE_CASE("advice.posix_private_file", POSIX("posix_madvise", SHALL),
          "POSIX_MADV_DONTNEED keeps the changes of a private map of a file")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, page, READ_WRITE, MAP_PRIVATE);

    EXPECT("stored", store(map, 9));
    EXPECT("0", error_number(posix_madvise(map, page, POSIX_MADV_DONTNEED)));
    EXPECT("9", load(map));
}

/* ---- arguments --------------------------------------------------------------------------------- */

CASE("madvise.unaligned", LINUX("madvise(2)"), "an address inside a page is refused, and nothing is dropped")
{
    char *map = numbered_pages(2, MAP_PRIVATE);

    EXPECT("EINVAL", returned(madvise(map + 1, page, MADV_DONTNEED)));
    EXPECT("1 2", page_bytes(map, 2 * page));
    EXPECT("0", returned(madvise(map + page, page, MADV_DONTNEED)));
    EXPECT("1 0", page_bytes(map, 2 * page));
}

CASE("madvise.unknown", LINUX("madvise(2)"), "advice that does not exist is refused")
{
    char *map = numbered_pages(1, MAP_PRIVATE);

    EXPECT("EINVAL", returned(madvise(map, page, 9999)));
    EXPECT("EINVAL", returned(madvise(map, page, -1)));
    EXPECT("0", returned(madvise(map, page, MADV_NORMAL)));
}

CASE("madvise.unmapped", LINUX("madvise(2)"), "advice for addresses without a map is refused")
{
    static const int all[] = {MADV_NORMAL, MADV_RANDOM, MADV_SEQUENTIAL, MADV_WILLNEED, MADV_DONTNEED};
    char *nothing = unmapped_range(page), *map = numbered_pages(1, MAP_SHARED);

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        EXPECT("ENOMEM", returned(madvise(nothing, page, all[i])));
        EXPECT("0", returned(madvise(map, page, all[i])));
    }
}

CASE("madvise.hole_applies", LINUX("madvise(2)"),
     "a hole in the range is an error, and the pages on both sides of it are advised all the same")
{
    char *map = numbered_pages(3, MAP_PRIVATE);

    SETUP(munmap(map + page, page));
    EXPECT("ENOMEM", returned(madvise(map, 3 * page, MADV_DONTNEED)));
    EXPECT("0", load(map));
    EXPECT("0", load(map + 2 * page));
}

CASE("madvise.len0", LINUX("madvise(2)"), "a length of 0 is no error and drops nothing")
{
    char *map = numbered_pages(2, MAP_PRIVATE);

    EXPECT("0", returned(madvise(map, 0, MADV_DONTNEED)));
    EXPECT("1 2", page_bytes(map, 2 * page));
    EXPECT("0", returned(madvise(map, 1, MADV_DONTNEED)));
    EXPECT("0 2", page_bytes(map, 2 * page));
}

CASE("madvise.len_unaligned", LINUX("madvise(2)"), "a length that ends inside a page covers all of that page")
{
    char *map = numbered_pages(4, MAP_PRIVATE);

    EXPECT("stored", store(&map[3 * page - 1], 77));
    EXPECT("0", returned(madvise(map + page, page + 1, MADV_DONTNEED)));
    EXPECT("1 0 0 4", page_bytes(map, 4 * page));
    EXPECT("0", load(&map[3 * page - 1]));
}

CASE("madvise.overflow", LINUX("madvise(2)"),
     "a length that wraps around the end of the addresses is refused")
{
    char *map = numbered_pages(1, MAP_PRIVATE);

    EXPECT("EINVAL", returned(madvise(map, SIZE_MAX - 2 * page + 1, MADV_DONTNEED)));
    EXPECT("EINVAL", returned(madvise(map, SIZE_MAX, MADV_DONTNEED)));
    EXPECT("1", load(map));
    EXPECT("0", returned(madvise(map, page, MADV_DONTNEED)));
}

/* ---- dropping pages ---------------------------------------------------------------------------- */

CASE("madvise.dontneed_anon", LINUX("madvise(2)"),
     "MADV_DONTNEED makes private anonymous pages read 0, and only those of the range")
{
    char *map = numbered_pages(4, MAP_PRIVATE);

    EXPECT("0", returned(madvise(map + page, 2 * page, MADV_DONTNEED)));
    EXPECT("1001", residency(map, 4 * page));
    EXPECT("1 0 0 4", page_bytes(map, 4 * page));
}

FILE_CASE("madvise.dontneed_private_file", LINUX("madvise(2)"),
          "MADV_DONTNEED makes a private map show the file again")
{
    struct scratch_file file = scratch_file(2 * page);
    char *map = map_file(&file, 0, 2 * page, READ_WRITE, MAP_PRIVATE);

    EXPECT("stored", store(map, 8));
    EXPECT("stored", store(map + page, 9));
    EXPECT("0", returned(madvise(map, page, MADV_DONTNEED)));
    EXPECT("1 9", page_bytes(map, 2 * page));
}

CASE("madvise.dontneed_protnone", LINUX("madvise(2)"),
     "MADV_DONTNEED drops pages also where no access is allowed")
{
    char *map = numbered_pages(1, MAP_PRIVATE);

    SETUP(mprotect(map, page, PROT_NONE));
    EXPECT("0", returned(madvise(map, page, MADV_DONTNEED)));
    SETUP(mprotect(map, page, PROT_READ));
    EXPECT("0", load(map));
}

CASE("madvise.dontneed_shared_anon", LINUX("madvise(2)"),
     "MADV_DONTNEED keeps what shared anonymous memory holds")
{
    char *map = numbered_pages(2, MAP_SHARED);

    EXPECT("0", returned(madvise(map, 2 * page, MADV_DONTNEED)));
    EXPECT("1 2", page_bytes(map, 2 * page));
    EXPECT("2", load_in_child(map + page));
}

FILE_CASE("madvise.dontneed_shared_file", LINUX("madvise(2)"),
          "MADV_DONTNEED loses no change of a shared map of a file")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, page, READ_WRITE, MAP_SHARED);

    EXPECT("stored", store(map, 9));
    EXPECT("0", returned(madvise(map, page, MADV_DONTNEED)));
    EXPECT("9", load(map));
    EXPECT("9", file_byte(&file, 0));
}

static const char *drop_and_load(void *map)
{
    SETUP(madvise(map, page, MADV_DONTNEED));
    return load(map);
}

CASE("madvise.dontneed_cow_child", LINUX("madvise(2)"),
     "a child that drops a page inherited from its parent takes nothing from the parent")
{
    char *map = numbered_pages(1, MAP_PRIVATE);

    EXPECT("0", in_child(drop_and_load, map));
    EXPECT("1", load(map));
}

CASE("madvise.dontneed_locked", LINUX("madvise(2)"),
     "MADV_DONTNEED of a locked page is refused and drops nothing")
{
    char *map = numbered_pages(1, MAP_PRIVATE);

    SETUP(mlock(map, page));
    EXPECT("EINVAL", returned(madvise(map, page, MADV_DONTNEED)));
    EXPECT("1", load(map));
    SETUP(munlock(map, page));
    EXPECT("0", returned(madvise(map, page, MADV_DONTNEED)));
    EXPECT("0", load(map));
}

CASE("madvise.dontneed_locked_advice", LINUX("madvise(2)"), "MADV_DONTNEED_LOCKED drops locked pages too",
     .since = KERNEL(5, 18))
{
    char *map = numbered_pages(2, MAP_PRIVATE);

    SETUP(mlock(map, page));
    EXPECT("0", returned(madvise(map, page, CONSTANT(MADV_DONTNEED_LOCKED))));
    EXPECT("0 2", page_bytes(map, 2 * page));
    EXPECT("yes", vm_flag(map, "lo"));
}

CASE("madvise.free_anon", LINUX("madvise(2)"),
     "what is stored after MADV_FREE stays, and what was there before is kept whole or reads 0",
     .since = KERNEL(4, 5))
{
    char *map = numbered_pages(2, MAP_PRIVATE);

    EXPECT("0", returned(madvise(map, 2 * page, MADV_FREE)));
    EXPECT("stored", store(map, 6));
    EXPECT("6", load(map));
    EXPECT("2|0", load(map + page));
}

CASE("madvise.free_rewritten", LINUX("madvise(2)"),
     "what is stored after MADV_FREE outlives the reclaim of what was not, and the neighbours are untouched",
     .since = KERNEL(5, 4))
{
    const useconds_t a_while = 50000; /* longer than a page that is freed late would take */
    char *map = numbered_pages(6, MAP_PRIVATE);

    EXPECT("0", returned(madvise(map + page, 4 * page, MADV_FREE)));
    for (size_t i = 2; i < 4; i++)
        EXPECT("stored", store(map + i * page, 7));
    SETUP(madvise(map, 6 * page, CONSTANT(MADV_PAGEOUT)));
    usleep(a_while);
    EXPECT("1", load(map));
    EXPECT("2|0", load(map + page));
    EXPECT("7 7", page_bytes(map + 2 * page, 2 * page));
    EXPECT("5|0", load(map + 4 * page));
    EXPECT("6", load(map + 5 * page));
}

FILE_CASE("madvise.free_file", LINUX("madvise(2)"),
          "MADV_FREE is refused for maps of files and for shared memory", .since = KERNEL(4, 5))
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, page, READ_WRITE, MAP_PRIVATE);

    EXPECT("EINVAL", returned(madvise(map, page, MADV_FREE)));
    EXPECT("1", load(map));
    EXPECT("EINVAL", returned(madvise(numbered_pages(1, MAP_SHARED), page, MADV_FREE)));
    EXPECT("0", returned(madvise(numbered_pages(1, MAP_PRIVATE), page, MADV_FREE)));
}

CASE("madvise.remove_shared", LINUX("madvise(2)"),
     "MADV_REMOVE makes shared pages read 0 for everyone, and only those of the range")
{
    char *map = numbered_pages(4, MAP_SHARED);

    EXPECT("0", returned(madvise(map + page, 2 * page, MADV_REMOVE)));
    EXPECT("1 0 0 4", page_bytes(map, 4 * page));
    EXPECT("0", load_in_child(map + page));
}

FILE_CASE("madvise.remove_file", LINUX("madvise(2)"),
          "MADV_REMOVE punches a hole into the file and keeps its size")
{
    struct scratch_file file = scratch_file(3 * page);
    char *map = map_file(&file, (off_t)page, page, READ_WRITE, MAP_SHARED);
    const char *answer = returned(madvise(map, page, MADV_REMOVE));

    if (strcmp(answer, "EOPNOTSUPP") == 0)
        unsupported("this file system punches no holes");
    EXPECT("0", answer);
    EXPECT("0", file_byte(&file, (off_t)page));
    EXPECT("1", file_byte(&file, (off_t)page - 1));
    EXPECT("3", file_byte(&file, (off_t)(2 * page)));
    EXPECT(number((int64_t)(3 * page)), file_size(&file));
}

CASE("madvise.remove_private", LINUX("madvise(2)"),
     "MADV_REMOVE is refused for private memory, which is kept")
{
    char *map = numbered_pages(1, MAP_PRIVATE);

    EXPECT("EINVAL", returned(madvise(map, page, MADV_REMOVE)));
    EXPECT("1", load(map));
    EXPECT("0", returned(madvise(numbered_pages(1, MAP_SHARED), page, MADV_REMOVE)));
}

FILE_CASE("madvise.remove_ro", LINUX("madvise(2)"),
          "MADV_REMOVE is refused through a shared map that can't be written")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_descriptor(reopen(&file, O_RDONLY), 0, page, PROT_READ, MAP_SHARED);

    EXPECT("EACCES", returned(madvise(map, page, MADV_REMOVE)));
    EXPECT("1", load(map));
    EXPECT("1", file_byte(&file, 0));
}

/* ---- process_madvise --------------------------------------------------------------------------- */

static int own_process(void)
{
    return (int)SETUP(syscall(SYS_pidfd_open, getpid(), 0));
}

static const char *advise_process(int process, const struct iovec *ranges, size_t count, int advice,
                                  unsigned flags)
{
    return returned(syscall(SYS_process_madvise, process, ranges, count, advice, flags));
}

CASE("process_madvise.self", LINUX("process_madvise(2)"),
     "process_madvise advises all ranges and answers how many bytes they have", .since = KERNEL(5, 10))
{
    char *first = numbered_pages(2, MAP_PRIVATE), *second = numbered_pages(1, MAP_SHARED);
    const struct iovec ranges[] = {{first, 2 * page}, {second, page}};

    EXPECT(number((int64_t)(3 * page)), advise_process(own_process(), ranges, 2, CONSTANT(MADV_COLD), 0));
    EXPECT("0", smaps_pages(first, "Referenced"));
    EXPECT("0", smaps_pages(second, "Referenced"));
    EXPECT("1 2", page_bytes(first, 2 * page));
}

CASE("process_madvise.errors", LINUX("process_madvise(2)"),
     "process_madvise refuses a bad descriptor, flags, too many ranges and unknown advice",
     .since = KERNEL(5, 10))
{
    static struct iovec many[IOV_MAX + 1];
    const struct iovec range = {numbered_pages(1, MAP_PRIVATE), page};
    const int process = own_process(), cold = CONSTANT(MADV_COLD);

    EXPECT("EBADF", advise_process(-1, &range, 1, cold, 0));
    EXPECT("EINVAL", advise_process(process, &range, 1, cold, 1));
    EXPECT("EINVAL", advise_process(process, many, IOV_MAX + 1, cold, 0));
    EXPECT("EINVAL", advise_process(process, &range, 1, 9999, 0));
    EXPECT(number((int64_t)page), advise_process(process, &range, 1, cold, 0));
}
