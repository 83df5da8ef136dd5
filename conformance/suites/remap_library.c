/* Remapping by the library: what mw_resize does to the file and to the addresses, seen from outside. */
#include "library.h"

SUITE("remap", "moving and resizing maps");

static const char *resized(mw_map *map, size_t length)
{
    return answer(mw_resize(map, length, MW_RESIZE_MAY_MOVE, &failure));
}

FILE_CASE("resize.lib_grow", MAPWISE("RSZ-01"),
          "a map that grows takes its file along: old bytes stay, zeros follow, and stores reach the file",
          "a growing data base loses records, or keeps them from those who map the file themselves")
{
    struct scratch_file file = scratch_file(2 * page);
    char *witness = map_file(&file, 0, 2 * page, READ_WRITE, MAP_SHARED);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    char *behind = (char *)(uintptr_t)info_of(map).base + 2 * page;

    /* In place or elsewhere: both are right, so make it be elsewhere where that can be done. */
    (void)mmap(behind, page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | CONSTANT(MAP_FIXED_NOREPLACE), -1, 0);
    EXPECT("stored", store(&witness[page], 9));
    EXPECT("MW_OK", resized(map, 4 * page));
    const char *base = info_of(map).base;
    EXPECT("1 9 0 0", page_bytes(base, 4 * page));
    EXPECT(number(4 * (int64_t)page), file_size(&file));
    EXPECT("MW_OK", set_byte(map, 4 * page - 1, 7));
    EXPECT("7", file_byte(&file, 4 * (int64_t)page - 1));
    EXPECT("stored", store(&witness[0], 8));
    EXPECT("8", load(base));
}

FILE_CASE(
    "resize.lib_shrink", MAPWISE("RSZ-02"),
    "a map that shrinks has let go of the pages that it cut off the file: a late touch is SIGSEGV, no SIGBUS",
    "what a program has cut off is still mapped, and whoever strays there is told the wrong thing")
{
    struct scratch_file file = scratch_file(3 * page);
    char *witness = map_file(&file, 0, 3 * page, READ_WRITE, MAP_SHARED);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    const char *base = info_of(map).base;

    EXPECT("MW_OK", set_byte(map, page - 1, 7));
    EXPECT("MW_OK", resized(map, page));
    EXPECT(number((int64_t)page), file_size(&file));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(base + page));
    EXPECT("SIGBUS BUS_ADRERR exact", load(witness + page));
    EXPECT("7", load(base + page - 1));
    EXPECT("7", load(witness + page - 1));
}

CASE("resize.lib_shrink_refused", MAPWISE("RSZ-08"),
     "a file that may not be cut off stays whole, and so does its map, every page of it",
     "a program that was refused has lost a part of its map all the same", .needs = NEED_LINUX,
     .since = KERNEL(3, 17))
{
    const mw_map_options options = options_for(MW_ACCESS_WRITE, 0);
    struct scratch_file file = {.descriptor =
                                    (int)SETUP(memfd_create("case", MFD_CLOEXEC | MFD_ALLOW_SEALING))};
    mw_map *map;

    resize_file(&file, (off_t)(2 * page));
    write_page(&file, (off_t)page, 9);
    EXPECT("MW_OK", answer(mw_map_fd(&map, file.descriptor, &options, &failure)));
    SETUP(fcntl(file.descriptor, F_ADD_SEALS, F_SEAL_SHRINK));
    EXPECT("MW_E_ACCESS", resized(map, page));
    EXPECT("EPERM", error_number(failure.os));
    EXPECT("0 9", page_bytes(info_of(map).base, 2 * page));
    EXPECT(number(2 * (int64_t)page), file_size(&file));
    EXPECT("MW_OK", resized(map, 3 * page));
    EXPECT("9", byte_at(map, page));
}
