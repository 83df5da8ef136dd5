/* The length of a map: rounded up to whole pages, and no further. */
#include "case.h"

SUITE("length", "lengths");

static void *try_map(size_t length)
{
    return mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

/* The last byte of a map, or what mmap answered if there is none. */
static char *last_byte(char *map, size_t length)
{
    return map == MAP_FAILED ? map : map + length - 1;
}

FILE_CASE("mmap.len.zero", POSIX("mmap", SHALL), "a map of no bytes is EINVAL",
          "a reader of an empty file holds an address that it may neither use nor release")
{
    struct scratch_file file = scratch_file(page);

    EXPECT("EINVAL", mapped(try_map(0)));
    EXPECT("EINVAL", mapped(mmap(NULL, 0, PROT_READ, MAP_SHARED, file.descriptor, 0)));
    EXPECT("stored", store(try_map(1), 7));
    EXPECT("1", load(mmap(NULL, 1, PROT_READ, MAP_SHARED, file.descriptor, 0)));
}

CASE("mmap.len.max", POSIX("mmap", SHALL), "a map of as many bytes as a length can tell is ENOMEM",
     "a length that underflowed to the maximum yields a map of nothing")
{
    EXPECT("ENOMEM", mapped(try_map(SIZE_MAX)));
    EXPECT("ENOMEM", mapped(try_map(SIZE_MAX - page + 1)));
    EXPECT("stored", store(last_byte(try_map(page), page), 7));
}

CASE("mmap.len.2pow60", POSIX("mmap", SHALL), "a map of 2^60 bytes, which no address space has, is ENOMEM",
     "an allocator with an overflowed size hands out an address with no memory behind", .needs = NEED_64_BIT)
{
    EXPECT("ENOMEM", mapped(try_map((size_t)(UINT64_C(1) << 60))));
    EXPECT("stored", store(last_byte(try_map(256 * page), 256 * page), 7));
}

CASE("mmap.len.one_byte", POSIX("mmap", SHALL), "a map of one byte is a page, all of it usable",
     "an allocator that fills up to the page boundary crashes in its own memory")
{
    char *map = map_anonymous(1, PROT_READ | PROT_WRITE, MAP_PRIVATE);

    EXPECT("0", bytes_other_than(0, map, page));
    EXPECT("stored", store(&map[page - 1], 9));
    EXPECT("9", load(&map[page - 1]));
}

FILE_CASE("mmap.len.partial_last", POSIX("mmap", SHALL),
          "a map that ends inside a page shows the whole last page of a longer file",
          "a record in the last page of a window is missing, or its change is lost")
{
    struct scratch_file file = scratch_file(3 * page);
    char *map = map_file(&file, 0, page + 1, PROT_READ | PROT_WRITE, MAP_SHARED);

    EXPECT("0", bytes_other_than(2, &map[page], page));
    EXPECT("stored", store(&map[2 * page - 1], 9));
    EXPECT("9", file_byte(&file, 2 * (int64_t)page - 1));
}

CASE("mmap.len.next_page_unmapped", POSIX("mmap", SHALL),
     "the page after the rounded length is not part of the map",
     "an overrun behind a buffer goes unnoticed into memory nobody asked for")
{
    char *range = unmapped_range(3 * page);
    char *map = mmap(range, page + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

    EXPECT("exact", placed(map, range));
    EXPECT("stored", store(&range[2 * page - 1], 9));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(&range[2 * page]));
    EXPECT("SIGSEGV SEGV_MAPERR exact", store(&range[2 * page], 9));
}

CASE("mmap.len.fixed_rounds_up", POSIX("mmap", SHALL),
     "a fixed map replaces the pages of its rounded length, and keeps the page after them",
     "a loader that places segments side by side wipes the start of the next one")
{
    char *old = map_anonymous(3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE);

    number_pages(old, 3 * page);
    EXPECT("exact",
           placed(mmap(old, page + 1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0), old));
    EXPECT("0 0 3", page_bytes(old, 3 * page));
}

FILE_CASE("mmap.len.longer_than_file", POSIX("mmap", SHALL),
          "a map may be much longer than its file: what the file has can be used",
          "a log cannot be mapped once with room to grow, but anew for each append")
{
    struct scratch_file file = scratch_file(page + 1);
    char *map = mmap(NULL, 256 * page, PROT_READ | PROT_WRITE, MAP_SHARED, file.descriptor, 0);

    EXPECT("mapped", mapped(map));
    EXPECT("1 2", page_bytes(map, 2 * page));
    EXPECT("stored", store(&map[page], 9));
    EXPECT("9", file_byte(&file, (int64_t)page));
    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[256 * page - 1]));
    EXPECT(number((int64_t)page + 1), file_size(&file));
}

FILE_CASE("mmap.len.empty_file", POSIX("mmap", SHALL),
          "an empty file can be mapped, and a touch of the map raises SIGBUS",
          "a tool that starts from an empty file fails, or reads data that is not there")
{
    struct scratch_file file = scratch_file(0);
    char *map = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, file.descriptor, 0);

    EXPECT("mapped", mapped(map));
    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[0]));
    EXPECT("SIGBUS BUS_ADRERR exact", store(&map[page - 1], 9));
    EXPECT("0", file_size(&file));
}

FILE_CASE("mmap.len.gt_4g", POSIX("mmap", SHALL),
          "a map of more than 4 GiB reaches the last byte of a sparse file",
          "the records behind 4 GiB are silently those from the beginning of the file", .needs = NEED_64_BIT)
{
    const uint64_t last = (UINT64_C(4) << 30) + page;
    struct scratch_file file = sparse_file((off_t)last + 1);

    write_file(&file, (off_t)last, 9);
    write_file(&file, (off_t)page, 8);
    char *map = map_file(&file, 0, (size_t)last + page + 1, PROT_READ | PROT_WRITE, MAP_SHARED);
    EXPECT("9", load(&map[last]));
    EXPECT("8", load(&map[page]));
    EXPECT("stored", store(&map[last - page], 7));
    EXPECT("7", file_byte(&file, (int64_t)(last - page)));
    EXPECT("0", file_byte(&file, 0));
    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[last + page]));
}

/* ---- munmap -------------------------------------------------------------------------------------------- */

CASE("munmap.len.zero", POSIX("munmap", SHALL), "unmapping no bytes is EINVAL and unmaps nothing",
     "an empty buffer that is released takes a page of another with it")
{
    char *map = map_anonymous(page, PROT_READ | PROT_WRITE, MAP_PRIVATE);

    number_pages(map, page);
    EXPECT("EINVAL", returned(munmap(map, 0)));
    EXPECT("1", load(&map[0]));
    EXPECT("0", returned(munmap(map, page)));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(&map[0]));
}

CASE("munmap.len.partial", POSIX("munmap", SHALL),
     "unmapping a page and one byte removes two pages, and keeps the third",
     "each release of an odd-sized buffer leaks a page, until there are no maps left")
{
    char *map = map_anonymous(3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE);

    number_pages(map, 3 * page);
    EXPECT("0", returned(munmap(map, page + 1)));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(&map[0]));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(&map[page]));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(&map[2 * page - 1]));
    EXPECT("3", load(&map[2 * page]));
}

CASE("munmap.len.one_byte", POSIX("munmap", SHALL), "unmapping one byte removes its page, and keeps the next",
     "a small object's page stays, or the object behind it goes")
{
    char *map = map_anonymous(2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE);

    number_pages(map, 2 * page);
    EXPECT("0", returned(munmap(map, 1)));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(&map[0]));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(&map[page - 1]));
    EXPECT("2", load(&map[page]));
}

CASE("munmap.len.overflow", POSIX("munmap", SHALL),
     "unmapping a range that wraps around the end of the addresses is EINVAL and unmaps nothing",
     "a wrapped length on release takes the whole address space away")
{
    char *map = map_anonymous(2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE);

    number_pages(map, 2 * page);
    EXPECT("EINVAL", returned(munmap(map, SIZE_MAX - page + 1)));
    EXPECT("EINVAL", returned(munmap(map, -(size_t)(uintptr_t)map)));
    EXPECT("1 2", page_bytes(map, 2 * page));
    EXPECT("0", returned(munmap(map, page)));
    EXPECT("2", load(&map[page]));
}
