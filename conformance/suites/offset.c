/* Offsets: which part of the file a map shows. */
#include "case.h"

SUITE("offset", "offsets");

static void *try_offset(const struct scratch_file *file, off_t offset, size_t length)
{
    return mmap(NULL, length, PROT_READ, MAP_SHARED, file->descriptor, offset);
}

FILE_CASE("mmap.offset.unaligned", POSIX("mmap", MAY), "an offset one byte off a page boundary is EINVAL",
          "a viewer that asks for byte 1000 shows byte 0 and draws the picture shifted")
{
    struct scratch_file file = scratch_file(3 * page);

    EXPECT("EINVAL", mapped(try_offset(&file, 1, page)));
    EXPECT("EINVAL", mapped(try_offset(&file, (off_t)page - 1, page)));
    EXPECT("EINVAL", mapped(try_offset(&file, (off_t)page + 1, page)));
    EXPECT("2", load(try_offset(&file, (off_t)page, page)));
}

FILE_CASE("mmap.offset.granularity", POSIX("mmap", MAY),
          "the smallest power of two that is accepted as an offset is the size of a page",
          "windows computed in pages are refused, or a tool built for large pages fails here")
{
    struct scratch_file file = scratch_file(3 * page);
    off_t offset = 1;

    while (offset < 2 * (off_t)page && try_offset(&file, offset, page) == MAP_FAILED)
        offset *= 2;
    EXPECT(number((int64_t)page), number(offset));
    EXPECT("2", load(try_offset(&file, (off_t)page, page)));
    EXPECT("3", load(try_offset(&file, 2 * (off_t)page, page)));
}

FILE_CASE("mmap.offset.right_bytes", POSIX("mmap", SHALL),
          "the first page of a map is the page of the file at the offset, the second the one behind it",
          "a table lookup returns the row of a neighbour")
{
    struct scratch_file file = scratch_file(8 * page);

    for (size_t first = 0; first < 7; first++) {
        char *map = map_file(&file, (off_t)(first * page), 2 * page, PROT_READ, MAP_SHARED);
        EXPECT("0", bytes_other_than((int)first + 1, map, page));
        EXPECT("0", bytes_other_than((int)first + 2, &map[page], page));
    }
}

FILE_CASE("mmap.offset.store", POSIX("mmap", SHALL),
          "a store goes to the place in the file that the offset says",
          "an update overwrites the header of the file in place of its own row")
{
    struct scratch_file file = scratch_file(4 * page);
    char *map = map_file(&file, 2 * (off_t)page, page, PROT_READ | PROT_WRITE, MAP_SHARED);

    EXPECT("stored", store(&map[5], 9));
    EXPECT("9", file_byte(&file, 2 * (int64_t)page + 5));
    EXPECT("1", file_byte(&file, 5));
    EXPECT("2", file_byte(&file, (int64_t)page + 5));
    EXPECT("4", file_byte(&file, 3 * (int64_t)page + 5));
}

FILE_CASE("mmap.offset.private", POSIX("mmap", SHALL),
          "a private map at an offset shows and copies that page",
          "a debugger that plants breakpoints patches another page of the program")
{
    struct scratch_file file = scratch_file(3 * page);
    char *map = map_file(&file, (off_t)page, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE);

    EXPECT("stored", store(&map[page], 9));
    EXPECT("2 9", page_bytes(map, 2 * page));
    EXPECT("0", bytes_other_than(3, &map[page + 1], page - 1));
    EXPECT("3", file_byte(&file, 2 * (int64_t)page));
}

FILE_CASE("mmap.offset.fixed", POSIX("mmap", SHALL),
          "a fixed map at an offset shows that page at that address, between its old neighbours",
          "a loader puts the data segment of a library where its code belongs")
{
    struct scratch_file file = scratch_file(4 * page);
    char *map = map_file(&file, 0, 3 * page, PROT_READ, MAP_SHARED);
    void *middle = &map[page];

    EXPECT("exact",
           placed(mmap(middle, page, PROT_READ, MAP_SHARED | MAP_FIXED, file.descriptor, 3 * (off_t)page),
                  middle));
    EXPECT("1 4 3", page_bytes(map, 3 * page));
}

FILE_CASE("mmap.offset.neg_page", POSIX("mmap", SHALL), "a negative offset is refused",
          "an index that underflows yields memory that belongs to no part of the file")
{
    struct scratch_file file = scratch_file(page);

    EXPECT("EINVAL|EOVERFLOW|ENXIO", mapped(try_offset(&file, -(off_t)page, page)));
    EXPECT("EINVAL|EOVERFLOW|ENXIO", mapped(try_offset(&file, -(off_t)page, 2 * page)));
    EXPECT("1", load(try_offset(&file, 0, page)));
}

FILE_CASE("mmap.offset.max_page", POSIX("mmap", SHALL),
          "a map that passes the largest offset there is is EOVERFLOW",
          "an offset overflows into the beginning of the file and corrupts it")
{
    struct scratch_file file = scratch_file(page);
    const off_t last = (off_t)(INT64_MAX - (int64_t)page + 1);

    EXPECT("EOVERFLOW", mapped(try_offset(&file, last, page)));
    EXPECT("EOVERFLOW", mapped(try_offset(&file, last - (off_t)page, 3 * page)));
    EXPECT("1", load(try_offset(&file, 0, page)));
}

FILE_CASE("mmap.offset.beyond_eof_maps", LINUX("mmap(2)"),
          "a map may lie wholly beyond the end of the file; a touch of it raises SIGBUS",
          "a log cannot map its next segment before the segment has been written")
{
    struct scratch_file file = scratch_file(page);
    char *map = try_offset(&file, 4 * (off_t)page, page);

    EXPECT("mapped", mapped(map));
    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[0]));
    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[page - 1]));
    EXPECT(number((int64_t)page), file_size(&file));
}

/* A sparse file whose page at `offset` starts with 9 and whose page before it with 8. */
static char *map_far_page(off_t offset)
{
    struct scratch_file file = sparse_file(offset + 2 * (off_t)page);

    write_file(&file, offset - (off_t)page, 8);
    write_file(&file, offset, 9);
    return map_file(&file, offset - (off_t)page, 2 * page, PROT_READ, MAP_SHARED);
}

FILE_CASE("mmap.offset.gt_2g", POSIX("mmap", SHALL), "offsets on both sides of 2 GiB show the right pages",
          "a mail archive over 2 GiB shows its oldest letters in place of the newest")
{
    EXPECT("8 9", page_bytes(map_far_page((off_t)1 << 31), 2 * page));
}

FILE_CASE("mmap.offset.gt_4g", POSIX("mmap", SHALL), "offsets on both sides of 4 GiB show the right pages",
          "the upper half of a virtual disk is silently its lower half")
{
    EXPECT("8 9", page_bytes(map_far_page((off_t)1 << 32), 2 * page));
}

FILE_CASE("mmap.offset.mmap2_unit", POSIX("mmap", SHALL),
          "an offset of 1 TiB and more keeps its high bits, where pointers have 32 bits too",
          "a 32-bit program reads the start of a large volume where it wants its end")
{
    EXPECT("8 9", page_bytes(map_far_page(((off_t)1 << 40) + (off_t)page), 2 * page));
}

FILE_CASE("mmap.offset.no_mod_2pow32", POSIX("mmap", SHALL),
          "a page 4 GiB further on is another page, for loads and for stores",
          "writing the 5th gigabyte of a disk image destroys its first")
{
    const off_t far = ((off_t)1 << 32) + (off_t)page;
    struct scratch_file file = sparse_file(far + (off_t)page);

    write_file(&file, (off_t)page, 3);
    write_file(&file, far, 4);
    char *near_map = map_file(&file, (off_t)page, page, PROT_READ | PROT_WRITE, MAP_SHARED);
    char *far_map = map_file(&file, far, page, PROT_READ | PROT_WRITE, MAP_SHARED);
    EXPECT("3", load(&near_map[0]));
    EXPECT("4", load(&far_map[0]));
    EXPECT("stored", store(&far_map[1], 9));
    EXPECT("0", load(&near_map[1]));
    EXPECT("9", file_byte(&file, far + 1));
}

FILE_CASE("mmap.offset.overlap_windows", POSIX("mmap", SHALL),
          "two maps at different offsets show the same bytes where they overlap",
          "two cursors in one file see different versions of the row they share")
{
    struct scratch_file file = scratch_file(4 * page);
    char *low = map_file(&file, 0, 3 * page, PROT_READ | PROT_WRITE, MAP_SHARED);
    char *high = map_file(&file, (off_t)page, 3 * page, PROT_READ | PROT_WRITE, MAP_SHARED);

    EXPECT("stored", store(&low[2 * page], 8));
    EXPECT("stored", store(&high[0], 9));
    EXPECT("1 9 8", page_bytes(low, 3 * page));
    EXPECT("9 8 4", page_bytes(high, 3 * page));
}

FILE_CASE("mmap.offset.last_partial", POSIX("mmap", SHALL),
          "a map may start at the last page of the file, which the file fills in part",
          "the last record of a file that does not fill its page cannot be read")
{
    struct scratch_file file = scratch_file(2 * page + 10);
    char *map = map_file(&file, 2 * (off_t)page, page, PROT_READ | PROT_WRITE, MAP_SHARED);

    EXPECT("0", bytes_other_than(3, map, 10));
    EXPECT("0", bytes_other_than(0, &map[10], page - 10));
    EXPECT("stored", store(&map[9], 9));
    EXPECT("9", file_byte(&file, 2 * (int64_t)page + 9));
}

FILE_CASE("mmap.offset.hint_plus_offset", POSIX("mmap", SHALL),
          "an address that is a hint goes with any offset of whole pages",
          "a cache that prefers stable addresses shows the first page of every file")
{
    struct scratch_file file = scratch_file(4 * page);
    char *hint = unmapped_range(4 * page);

    for (size_t first = 1; first < 4; first++) {
        char *map = mmap(hint, page, PROT_READ, MAP_SHARED, file.descriptor, (off_t)(first * page));
        EXPECT("mapped", mapped(map));
        EXPECT(number((int64_t)first + 1), load(map));
    }
}

CASE("mmap.offset.anon_unaligned", LINUX("mmap(2)"),
     "an offset off a page boundary is EINVAL without a file too",
     "a wrong argument order in a call goes unnoticed until it meets a file")
{
    EXPECT("EINVAL", mapped(mmap(NULL, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 1)));
    EXPECT("EINVAL", mapped(mmap(NULL, page, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, (off_t)page / 2)));
    EXPECT("0", load(mmap(NULL, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)));
}

CASE("mmap.offset.anon_aligned", POSIX("mmap", UNSPECIFIED),
     "an offset of whole pages without a file is ignored or refused: the memory is zero all the same",
     "a program that forgets to say 0 works on some systems only")
{
    char *map = mmap(NULL, 2 * page, READ_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, (off_t)page);

    EXPECT("mapped|EINVAL", mapped(map));
    if (map != MAP_FAILED) {
        EXPECT("0", bytes_other_than(0, map, 2 * page));
        EXPECT("stored", store(&map[2 * page - 1], 7));
    }
    char *shared = mmap(NULL, 2 * page, READ_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, (off_t)page);
    EXPECT("mapped|EINVAL", mapped(shared));
    if (shared != MAP_FAILED) {
        EXPECT("stored", store_in_child(&shared[2 * page - 1], 7));
        EXPECT("7", load(&shared[2 * page - 1]));
    }
    EXPECT("0", load(mmap(NULL, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)));
}

/* ---- offsets inside a page --------------------------------------------------------------------- */

/* Whether an address and an offset are the same distance from the start of their pages. */
static bool congruent(const char *address, off_t offset)
{
    return (uintptr_t)address % page == (uint64_t)offset % page;
}

/* POSIX.1-2024 leaves a system the choice between refusing an offset inside a page and placing the map at
 * the same distance from the start of a page. What a file of scratch_file shows of it: "EINVAL",
 * "congruent", or what is wrong. */
static const char *refused_or_congruent(const struct scratch_file *file, off_t offset)
{
    char *map = try_offset(file, offset, page);

    if (map == MAP_FAILED)
        return error_number(errno);
    if (!congruent(map, offset))
        return "elsewhere in its page";
    return strcmp(load(map), file_byte(file, offset)) == 0 &&
                   strcmp(load(map + page - 1), file_byte(file, offset + (off_t)page - 1)) == 0
               ? "congruent"
               : "other bytes";
}

FILE_CASE("mmap.offset.half_page", POSIX("mmap", MAY),
          "an offset in the middle of a page is refused with EINVAL, or the map begins in the middle of one",
          "a record that begins inside a page is read from the wrong place")
{
    struct scratch_file file = scratch_file(3 * page);

    EXPECT("EINVAL|congruent", refused_or_congruent(&file, (off_t)page / 2));
    EXPECT("EINVAL|congruent", refused_or_congruent(&file, (off_t)(page + page / 2)));
    EXPECT("congruent", refused_or_congruent(&file, (off_t)page));
}

FILE_CASE("mmap.offset.congruent_result", POSIX("mmap", MAY),
          "where an offset inside a page is accepted the map shows exactly the bytes from there on",
          "a program that asked for a byte gets the start of its page instead, and nobody tells it")
{
    struct scratch_file file = scratch_file(4 * page);

    EXPECT("EINVAL|congruent", refused_or_congruent(&file, 1));
    EXPECT("EINVAL|congruent", refused_or_congruent(&file, (off_t)page - 1));
    EXPECT("EINVAL|congruent", refused_or_congruent(&file, (off_t)page + 1));
    EXPECT("EINVAL|congruent", refused_or_congruent(&file, 2 * (off_t)page + 512));
    EXPECT("congruent", refused_or_congruent(&file, 0));
    EXPECT("congruent", refused_or_congruent(&file, 3 * (off_t)page));
}

static char *try_fixed(const struct scratch_file *file, char *address, off_t offset)
{
    return mmap(address, page, PROT_READ, MAP_SHARED | MAP_FIXED, file->descriptor, offset);
}

FILE_CASE("mmap.offset.fixed_congruent", POSIX("mmap", MAY),
          "MAP_FIXED with an offset inside a page needs an address as far inside one, or is refused anyway",
          "a fixed map replaces pages beside those it names, or shows bytes shifted by some")
{
    struct scratch_file file = scratch_file(3 * page);
    char *place = numbered_pages(4, MAP_PRIVATE);

    EXPECT("EINVAL", placed(try_fixed(&file, place, 1), place));
    EXPECT("EINVAL", placed(try_fixed(&file, place + 1, 2), place + 1));
    EXPECT("1 2 3 4", page_bytes(place, 4 * page));
    const char *answer = placed(try_fixed(&file, place + page + 16, (off_t)page + 16), place + page + 16);
    EXPECT("EINVAL|exact", answer);
    EXPECT("2", load(&place[page + (strcmp(answer, "exact") == 0 ? 16 : 0)]));
    EXPECT("1", load(place));
    EXPECT("exact", placed(try_fixed(&file, place + 3 * page, 2 * (off_t)page), place + 3 * page));
    EXPECT("3", load(&place[3 * page]));
}

FILE_CASE(
    "mmap.offset.64k_kernel_4k_user", POSIX("mmap", MAY),
    "of the offsets 4, 8, 16, 32 and 64 KiB those that are whole pages here show the bytes from there on",
    "a program made for pages of 4 KiB reads other bytes, or fails, on a system with larger ones")
{
    const off_t smallest = 4096, largest = 65536;
    struct scratch_file file = scratch_file((size_t)largest + page);

    for (off_t offset = smallest; offset <= largest; offset *= 2)
        EXPECT((uint64_t)offset % page ? "EINVAL|congruent" : "congruent",
               refused_or_congruent(&file, offset));
}
