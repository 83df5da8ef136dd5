/* Advice: what is asked for, and what is dropped; seen by its effect and never by its answer alone. */
#include "advice.h"

#include <limits.h>
#include <sys/syscall.h>
#include <sys/uio.h>

SUITE("advice", "madvise and posix_madvise");

const char *seen_in_the_end(const char *wanted, const char *(*look)(void *), void (*advise)(void *),
                            void *argument)
{
    const int attempts = 200;
    const char *seen = look(argument);

    for (int attempt = 0; attempt < attempts && strcmp(seen, wanted) != 0; attempt++) {
        usleep(1000);
        advise(argument);
        seen = look(argument);
    }
    return seen;
}

static const char *look_at_references(void *argument)
{
    const struct advised_range *range = argument;

    return smaps_pages(range->map, "Referenced");
}

static void cool_again(void *argument)
{
    const struct advised_range *range = argument;

    SETUP(madvise(range->map + range->first * page, range->pages * page, CONSTANT(MADV_COLD)));
}

const char *referenced_in_the_end(const char *wanted, struct advised_range *range)
{
    return seen_in_the_end(wanted, look_at_references, cool_again, range);
}

/* ---- posix_madvise ----------------------------------------------------------------------------- */

CASE("advice.posix_return", POSIX("posix_madvise", SHALL),
     "posix_madvise answers the number of the error itself, not -1",
     "code that checks for a number of an error takes a refused request for a granted one")
{
    char *map = numbered_pages(1, MAP_PRIVATE);

    EXPECT("EINVAL", error_number(posix_madvise(map, page, 9999)));
    EXPECT("0", error_number(posix_madvise(map, page, POSIX_MADV_NORMAL)));
}

CASE("advice.posix_unaligned", LINUX("posix_madvise(3)"), "an address inside a page is refused with EINVAL",
     "a cache that passes the address of an object, not of its page, believes that it will be read in")
{
    char *map = numbered_pages(1, MAP_PRIVATE);

    EXPECT("EINVAL", error_number(posix_madvise(map + 1, page, POSIX_MADV_WILLNEED)));
    EXPECT("EINVAL", error_number(posix_madvise(map + 1, page, POSIX_MADV_SEQUENTIAL)));
    EXPECT("0", error_number(posix_madvise(map, page, POSIX_MADV_WILLNEED)));
    EXPECT("1", load(map));
}

CASE("advice.posix_unmapped", POSIX("posix_madvise", SHALL), "advice for addresses without a map is refused",
     "a prefetcher whose table of ranges is stale goes on without ever hearing of it")
{
    char *nothing = unmapped_range(page), *map = numbered_pages(1, MAP_PRIVATE);

    EXPECT("ENOMEM", error_number(posix_madvise(nothing, page, POSIX_MADV_WILLNEED)));
    EXPECT("ENOMEM", error_number(posix_madvise(nothing, page, POSIX_MADV_SEQUENTIAL)));
    EXPECT("0", error_number(posix_madvise(map, page, POSIX_MADV_WILLNEED)));
    EXPECT("1", load(map));
}

CASE("advice.posix_no_semantics", POSIX("posix_madvise", SHALL),
     "none of the five pieces of POSIX advice changes what private memory holds",
     "a portable program that hints at a scan finds its own buffers emptied")
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
          "POSIX_MADV_DONTNEED keeps the changes of a private map of a file",
          "an editor that hints it is done with a page loses the changes that it has not saved")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, page, READ_WRITE, MAP_PRIVATE);

    EXPECT("stored", store(map, 9));
    EXPECT("0", error_number(posix_madvise(map, page, POSIX_MADV_DONTNEED)));
    EXPECT("9", load(map));
}

/* ---- arguments --------------------------------------------------------------------------------- */

CASE("madvise.unaligned", LINUX("madvise(2)"), "an address inside a page is refused, and nothing is dropped",
     "an allocator that returns a free block inside a page wipes the live blocks beside it")
{
    char *map = numbered_pages(2, MAP_PRIVATE);

    EXPECT("EINVAL", returned(madvise(map + 1, page, MADV_DONTNEED)));
    EXPECT("1 2", page_bytes(map, 2 * page));
    EXPECT("0", returned(madvise(map + page, page, MADV_DONTNEED)));
    EXPECT("1 0", page_bytes(map, 2 * page));
}

CASE("madvise.unknown", LINUX("madvise(2)"), "advice that does not exist is refused",
     "a program that probes for new advice believes the kernel has it and waits for the effect")
{
    char *map = numbered_pages(1, MAP_PRIVATE);

    EXPECT("EINVAL", returned(madvise(map, page, 9999)));
    EXPECT("EINVAL", returned(madvise(map, page, -1)));
    EXPECT("1", load(map));
    EXPECT("0", returned(madvise(map, page, MADV_NORMAL)));
    EXPECT("1", load(map));
}

CASE("madvise.unmapped", LINUX("madvise(2)"), "advice for addresses without a map is refused",
     "a garbage collector with a stale list of regions never finds out that it advises nothing")
{
    static const int all[] = {MADV_NORMAL, MADV_RANDOM, MADV_SEQUENTIAL, MADV_WILLNEED, MADV_DONTNEED};
    char *nothing = unmapped_range(page), *map = numbered_pages(1, MAP_SHARED);

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        EXPECT("ENOMEM", returned(madvise(nothing, page, all[i])));
        EXPECT("SIGSEGV SEGV_MAPERR exact", load(nothing));
        EXPECT("0", returned(madvise(map, page, all[i])));
        EXPECT("1", load(map));
    }
}

CASE("madvise.hole_applies", LINUX("madvise(2)"),
     "a hole in the range is an error, and the pages on both sides of it are advised all the same",
     "a heap with a released chunk in its middle keeps the memory behind it for good")
{
    char *map = numbered_pages(3, MAP_PRIVATE);

    SETUP(munmap(map + page, page));
    EXPECT("ENOMEM", returned(madvise(map, 3 * page, MADV_DONTNEED)));
    EXPECT("0", load(map));
    EXPECT("0", load(map + 2 * page));
}

CASE("madvise.len0", LINUX("madvise(2)"), "a length of 0 is no error and drops nothing",
     "an allocator that purges an empty list of pages gets an error, or loses a page that is in use")
{
    char *map = numbered_pages(2, MAP_PRIVATE);

    EXPECT("0", returned(madvise(map, 0, MADV_DONTNEED)));
    EXPECT("1 2", page_bytes(map, 2 * page));
    EXPECT("0", returned(madvise(map, 1, MADV_DONTNEED)));
    EXPECT("0 2", page_bytes(map, 2 * page));
}

CASE("madvise.len_unaligned", LINUX("madvise(2)"), "a length that ends inside a page covers all of that page",
     "a secret in the last bytes of a purged buffer is still there to be read")
{
    char *map = numbered_pages(4, MAP_PRIVATE);

    EXPECT("stored", store(&map[3 * page - 1], 77));
    EXPECT("0", returned(madvise(map + page, page + 1, MADV_DONTNEED)));
    EXPECT("1 0 0 4", page_bytes(map, 4 * page));
    EXPECT("0", load(&map[3 * page - 1]));
}

CASE("madvise.overflow", LINUX("madvise(2)"),
     "a length that wraps around the end of the addresses is refused",
     "an underflowed length in an allocator drops every page from there to the end of memory")
{
    char *map = numbered_pages(1, MAP_PRIVATE);

    EXPECT("EINVAL", returned(madvise(map, SIZE_MAX - 2 * page + 1, MADV_DONTNEED)));
    EXPECT("EINVAL", returned(madvise(map, SIZE_MAX, MADV_DONTNEED)));
    EXPECT("1", load(map));
    EXPECT("0", returned(madvise(map, page, MADV_DONTNEED)));
}

/* ---- dropping pages ---------------------------------------------------------------------------- */

CASE("madvise.dontneed_anon", LINUX("madvise(2)"),
     "MADV_DONTNEED makes private anonymous pages read 0, and only those of the range",
     "an allocator hands out purged pages as zeroed memory with old bytes in them")
{
    char *map = numbered_pages(4, MAP_PRIVATE);

    EXPECT("0", returned(madvise(map + page, 2 * page, MADV_DONTNEED)));
    EXPECT("1001", residency(map, 4 * page));
    EXPECT("1 0 0 4", page_bytes(map, 4 * page));
}

FILE_CASE("madvise.dontneed_private_file", LINUX("madvise(2)"),
          "MADV_DONTNEED makes a private map show the file again",
          "a loader that resets a patched library image goes on running the patched code")
{
    struct scratch_file file = scratch_file(2 * page);
    char *map = map_file(&file, 0, 2 * page, READ_WRITE, MAP_PRIVATE);

    EXPECT("stored", store(map, 8));
    EXPECT("stored", store(map + page, 9));
    EXPECT("0", returned(madvise(map, page, MADV_DONTNEED)));
    EXPECT("1 9", page_bytes(map, 2 * page));
}

CASE("madvise.dontneed_protnone", LINUX("madvise(2)"),
     "MADV_DONTNEED drops pages also where no access is allowed",
     "a decommitted arena keeps its memory, and the process dies of the limit of its container")
{
    char *map = numbered_pages(1, MAP_PRIVATE);

    SETUP(mprotect(map, page, PROT_NONE));
    EXPECT("0", returned(madvise(map, page, MADV_DONTNEED)));
    SETUP(mprotect(map, page, PROT_READ));
    EXPECT("0", load(map));
}

CASE("madvise.dontneed_shared_anon", LINUX("madvise(2)"),
     "MADV_DONTNEED keeps what shared anonymous memory holds",
     "workers that share a ring of jobs find it empty after one of them trimmed its memory")
{
    char *map = numbered_pages(2, MAP_SHARED);

    EXPECT("0", returned(madvise(map, 2 * page, MADV_DONTNEED)));
    EXPECT("1 2", page_bytes(map, 2 * page));
    EXPECT("2", load_in_child(map + page));
}

FILE_CASE("madvise.dontneed_shared_file", LINUX("madvise(2)"),
          "MADV_DONTNEED loses no change of a shared map of a file",
          "a database that trims its cached pages loses transactions it has not yet synced")
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
     "a child that drops a page inherited from its parent takes nothing from the parent",
     "a forked snapshot writer that frees what it has saved wipes the live data set of the server")
{
    char *map = numbered_pages(1, MAP_PRIVATE);

    EXPECT("0", in_child(drop_and_load, map));
    EXPECT("1", load(map));
}

CASE("madvise.dontneed_locked", LINUX("madvise(2)"),
     "MADV_DONTNEED of a locked page is refused and drops nothing",
     "a key store that trims its memory loses the keys it pinned against swapping")
{
    char *map = numbered_pages(1, MAP_PRIVATE);

    need_lockable(page);
    SETUP(mlock(map, page));
    EXPECT("EINVAL", returned(madvise(map, page, MADV_DONTNEED)));
    EXPECT("1", load(map));
    SETUP(munlock(map, page));
    EXPECT("0", returned(madvise(map, page, MADV_DONTNEED)));
    EXPECT("0", load(map));
}

CASE("madvise.dontneed_locked_advice", LINUX("madvise(2)"), "MADV_DONTNEED_LOCKED drops locked pages too",
     "a real-time allocator with all memory locked can never give a page back", .since = KERNEL(5, 18))
{
    char *map = numbered_pages(2, MAP_PRIVATE);

    need_lockable(page);
    SETUP(mlock(map, page));
    EXPECT("0", returned(madvise(map, page, CONSTANT(MADV_DONTNEED_LOCKED))));
    EXPECT("0 2", page_bytes(map, 2 * page));
    EXPECT("yes", vm_flag(map, "lo"));
}

CASE("madvise.free_anon", LINUX("madvise(2)"),
     "what is stored after MADV_FREE stays, and what was there before is kept whole or reads 0",
     "an allocator that reuses a lazily freed block finds its new object half old, half zero",
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
     "under memory pressure objects allocated in recycled pages turn to zeros", .since = KERNEL(5, 4))
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
          "MADV_FREE is refused for maps of files and for shared memory",
          "an allocator on a memory file believes its pages are freed while the file keeps growing",
          .since = KERNEL(4, 5))
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, page, READ_WRITE, MAP_PRIVATE);

    EXPECT("EINVAL", returned(madvise(map, page, MADV_FREE)));
    EXPECT("1", load(map));
    EXPECT("EINVAL", returned(madvise(numbered_pages(1, MAP_SHARED), page, MADV_FREE)));
    EXPECT("0", returned(madvise(numbered_pages(1, MAP_PRIVATE), page, MADV_FREE)));
}

CASE("madvise.remove_shared", LINUX("madvise(2)"),
     "MADV_REMOVE makes shared pages read 0 for everyone, and only those of the range",
     "a shared cache that evicts an entry frees no memory, or evicts the entries beside it")
{
    char *map = numbered_pages(4, MAP_SHARED);

    EXPECT("0", returned(madvise(map + page, 2 * page, MADV_REMOVE)));
    EXPECT("1 0 0 4", page_bytes(map, 4 * page));
    EXPECT("0", load_in_child(map + page));
}

FILE_CASE("madvise.remove_file", LINUX("madvise(2)"),
          "MADV_REMOVE punches a hole into the file and keeps its size",
          "a virtual disk that discards blocks never shrinks, or is cut short with its guest running")
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
     "MADV_REMOVE is refused for private memory, which is kept",
     "a process that means to free shared memory wipes its own copy and is told that it went well")
{
    char *map = numbered_pages(1, MAP_PRIVATE);

    EXPECT("EINVAL", returned(madvise(map, page, MADV_REMOVE)));
    EXPECT("1", load(map));
    EXPECT("0", returned(madvise(numbered_pages(1, MAP_SHARED), page, MADV_REMOVE)));
}

FILE_CASE("madvise.remove_ro", LINUX("madvise(2)"),
          "MADV_REMOVE is refused through a shared map that can't be written",
          "a client with read access only can wipe the data of the server that shares it")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_descriptor(reopen(&file, O_RDONLY), 0, page, PROT_READ, MAP_SHARED);

    EXPECT("EACCES", returned(madvise(map, page, MADV_REMOVE)));
    EXPECT("1", load(map));
    EXPECT("1", file_byte(&file, 0));
    char *writable = map_file(&file, 0, page, READ_WRITE, MAP_SHARED);
    const char *answer = returned(madvise(writable, page, MADV_REMOVE));
    EXPECT("0|EOPNOTSUPP", answer); /* this where the file system punches no holes */
    EXPECT(strcmp(answer, "0") == 0 ? "0" : "1", load(map));
}

CASE("madvise.hwpoison_priv", LINUX("madvise(2)"),
     "an ordinary user can't have a page treated as broken: EPERM, or EINVAL where the kernel can't do it",
     "any user takes memory out of the machine", .needs = NEED_UNPRIVILEGED, .since = KERNEL(2, 6) + 32)
{
    char *map = numbered_pages(2, MAP_PRIVATE);

    if (holds_capability(CAPABILITY_SYS_ADMIN)) /* then it would be done, and the page be lost */
        unsupported("this process may poison pages");
    EXPECT("EPERM|EINVAL", returned(madvise(map, page, CONSTANT(MADV_HWPOISON))));
    EXPECT("EPERM|EINVAL", returned(madvise(map, page, CONSTANT(MADV_SOFT_OFFLINE))));
    EXPECT("1 2", page_bytes(map, 2 * page));
    EXPECT("stored", store(map, 7));
    EXPECT("0", returned(madvise(map, page, CONSTANT(MADV_DONTNEED))));
    EXPECT("0 2", page_bytes(map, 2 * page));
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

static const char *look_at_range(void *range)
{
    return smaps_pages(((const struct iovec *)range)->iov_base, "Referenced");
}

static void cool_ranges(void *range)
{
    advise_process(own_process(), range, 1, CONSTANT(MADV_COLD), 0);
}

CASE("process_madvise.self", LINUX("process_madvise(2)"),
     "process_madvise advises all ranges and answers how many bytes they have",
     "a memory manager that counts on the answer repeats ranges, or skips those not yet advised",
     .since = KERNEL(5, 10))
{
    char *first = numbered_pages(2, MAP_PRIVATE), *second = numbered_pages(1, MAP_SHARED);
    const struct iovec ranges[] = {{first, 2 * page}, {second, page}};

    EXPECT(number((int64_t)(3 * page)), advise_process(own_process(), ranges, 2, CONSTANT(MADV_COLD), 0));
    EXPECT("0", seen_in_the_end("0", look_at_range, cool_ranges, (void *)&ranges[0]));
    EXPECT("0", seen_in_the_end("0", look_at_range, cool_ranges, (void *)&ranges[1]));
    EXPECT("1 2", page_bytes(first, 2 * page));
}

CASE("process_madvise.errors", LINUX("process_madvise(2)"),
     "process_madvise refuses a bad descriptor, flags, too many ranges and unknown advice",
     "a daemon that trims idle processes counts memory as reclaimed that nobody touched",
     .since = KERNEL(5, 10))
{
    static struct iovec many[IOV_MAX + 1];
    struct iovec range = {numbered_pages(1, MAP_PRIVATE), page};
    const int process = own_process(), cold = CONSTANT(MADV_COLD);

    EXPECT("stored", store(range.iov_base, 7));
    EXPECT("EBADF", advise_process(-1, &range, 1, cold, 0));
    EXPECT("EINVAL", advise_process(process, &range, 1, cold, 1));
    EXPECT("EINVAL", advise_process(process, many, IOV_MAX + 1, cold, 0));
    EXPECT("EINVAL", advise_process(process, &range, 1, 9999, 0));
    EXPECT("1", smaps_pages(range.iov_base, "Referenced"));
    EXPECT(number((int64_t)page), advise_process(process, &range, 1, cold, 0));
    EXPECT("0", seen_in_the_end("0", look_at_range, cool_ranges, &range));
    EXPECT("7", load(range.iov_base));
}
