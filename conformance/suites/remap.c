/* Remapping: mremap grows, shrinks, moves and duplicates maps; remap_file_pages rearranges them. */
#include "case.h"

#include <sys/resource.h>

SUITE("remap", "moving and resizing maps");

/* Such pages at the start of a range in which nothing else is mapped. */
static char *pages_with_room(size_t count, size_t range_pages)
{
    char *range = unmapped_range(range_pages * page);

    map_over(range, count * page, PROT_READ | PROT_WRITE, MAP_PRIVATE, -1);
    number_pages(range, count * page);
    return range;
}

/* Such pages with a page that is mapped otherwise behind them. */
static char *pages_without_room(size_t count)
{
    char *map = numbered_pages(count + 1, MAP_PRIVATE);

    map_over(map + count * page, page, PROT_READ, MAP_SHARED, -1);
    return map;
}

/* The first bytes of the pages of what mremap answered, or the name of its errno. */
static const char *bytes_moved(const char *map, size_t length)
{
    return map == MAP_FAILED ? error_number(errno) : page_bytes(map, length);
}

/* ---- size -------------------------------------------------------------------------------------- */

CASE("mremap.noop", LINUX("mremap(2)"),
     "mremap to the same size answers the same address and keeps every byte",
     "a vector that asks for the room it already has is moved or damaged")
{
    char *map = numbered_pages(2, MAP_PRIVATE);

    EXPECT("exact", placed(mremap(map, 2 * page, 2 * page, 0), map));
    EXPECT("exact", placed(mremap(map, 2 * page, 2 * page, MREMAP_MAYMOVE), map));
    EXPECT("1 2", page_bytes(map, 2 * page));
    EXPECT("stored", store(&map[2 * page - 1], 7));
}

CASE("mremap.grow_move", LINUX("mremap(2)"),
     "a map that can't grow where it is moves, takes its bytes along and ends in zeros",
     "an array that grows by realloc loses elements or starts with rubbish")
{
    char *map = pages_without_room(2), *moved = mremap(map, 2 * page, 4 * page, MREMAP_MAYMOVE);

    EXPECT("elsewhere", placed(moved, map));
    EXPECT("1 2 0 0", page_bytes(moved, 4 * page));
    EXPECT("stored", store(&moved[4 * page - 1], 7));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(&map[page]));
    EXPECT("0", load(&map[2 * page]));
}

CASE("mremap.grow_inplace", LINUX("mremap(2)"),
     "a map with room behind it grows where it is, without MREMAP_MAYMOVE",
     "a heap whose objects cannot move is refused the room right behind it")
{
    char *map = pages_with_room(2, 4);

    EXPECT("exact", placed(mremap(map, 2 * page, 4 * page, 0), map));
    EXPECT("1 2 0 0", page_bytes(map, 4 * page));
    EXPECT("stored", store(&map[4 * page - 1], 7));
}

CASE("mremap.grow_blocked", LINUX("mremap(2)"),
     "a map without room behind it can't grow without MREMAP_MAYMOVE: ENOMEM, and nothing changes",
     "a growing array runs over the map of somebody else behind it")
{
    char *map = pages_without_room(2);

    EXPECT("ENOMEM", mapped(mremap(map, 2 * page, 3 * page, 0)));
    EXPECT("1 2 0", page_bytes(map, 3 * page));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(&map[2 * page], 7));
    EXPECT("1 2 0", bytes_moved(mremap(map, 2 * page, 3 * page, MREMAP_MAYMOVE), 3 * page));
}

CASE("mremap.shrink", LINUX("mremap(2)"), "a map that shrinks loses its last pages and keeps the others",
     "an array that gave memory back keeps paying for it, or loses its first half")
{
    char *map = numbered_pages(4, MAP_PRIVATE);

    EXPECT("mapped", mapped(mremap(map, 4 * page, 2 * page, MREMAP_MAYMOVE)));
    EXPECT("1 2", page_bytes(map, 2 * page));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(&map[2 * page]));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(&map[4 * page - 1]));
}

CASE("mremap.shrink_same_addr", LINUX("mremap(2)"),
     "a map shrinks where it is, with MREMAP_MAYMOVE and without",
     "pointers into a buffer dangle after it was merely trimmed")
{
    char *map = numbered_pages(4, MAP_PRIVATE);

    EXPECT("exact", placed(mremap(map, 4 * page, 3 * page, 0), map));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(&map[3 * page]));
    EXPECT("exact", placed(mremap(map, 3 * page, page + 1, MREMAP_MAYMOVE), map));
    EXPECT("1 2", page_bytes(map, 2 * page));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(&map[2 * page]));
}

CASE("mremap.new0", LINUX("mremap(2)"), "a new size of 0 is refused with EINVAL, and the map stays",
     "realloc to nothing unmaps a buffer that its owner still uses")
{
    char *map = numbered_pages(2, MAP_PRIVATE);

    EXPECT("EINVAL", mapped(mremap(map, 2 * page, 0, MREMAP_MAYMOVE)));
    EXPECT("1 2", page_bytes(map, 2 * page));
    EXPECT("exact", placed(mremap(map, 2 * page, 1, MREMAP_MAYMOVE), map));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(&map[page]));
}

CASE("mremap.new_huge", LINUX("mremap(2)"),
     "a new size beyond the address space is refused with EINVAL or ENOMEM, and the map stays",
     "an overflowed size destroys the array whose growth it was to be")
{
    const size_t huge = SIZE_MAX / 16 * 15 & ~(page - 1);
    char *map = numbered_pages(2, MAP_PRIVATE);

    EXPECT("EINVAL|ENOMEM", mapped(mremap(map, 2 * page, huge, MREMAP_MAYMOVE)));
    EXPECT("EINVAL|ENOMEM", mapped(mremap(map, 2 * page, SIZE_MAX, MREMAP_MAYMOVE)));
    EXPECT("1 2", page_bytes(map, 2 * page));
    char *grown = mremap(map, 2 * page, 64 * page, MREMAP_MAYMOVE);
    EXPECT("1 2 0", bytes_moved(grown, 3 * page));
    EXPECT("stored", store(&grown[64 * page - 1], 7));
}

/* ---- old size 0 -------------------------------------------------------------------------------- */

FILE_CASE("mremap.old0_shared", LINUX("mremap(2)"),
          "an old size of 0 maps the pages of a shared map a second time, and keeps the first map",
          "a ring buffer by two maps of one memory shows different bytes in its halves")
{
    struct scratch_file file = scratch_file(2 * page);
    char *map = map_file(&file, 0, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED);
    char *second = mremap(map, 0, 2 * page, MREMAP_MAYMOVE);

    EXPECT("elsewhere", placed(second, map));
    EXPECT("1 2", page_bytes(second, 2 * page));
    EXPECT("stored", store(&map[page], 7));
    EXPECT("7", load(&second[page]));
    EXPECT("stored", store(second, 8));
    EXPECT("8", load(map));
}

CASE("mremap.old0_private", LINUX("mremap(2)"), "an old size of 0 is refused for private memory with EINVAL",
     "a program that mirrors its memory gets an empty copy and takes it for a mirror", .since = KERNEL(4, 14))
{
    char *map = numbered_pages(1, MAP_PRIVATE),
         *shared = map_anonymous(page, PROT_READ | PROT_WRITE, MAP_SHARED);

    EXPECT("EINVAL", mapped(mremap(map, 0, page, MREMAP_MAYMOVE)));
    EXPECT("1", load(map));
    char *second = mremap(shared, 0, page, MREMAP_MAYMOVE);
    EXPECT("elsewhere", placed(second, shared));
    EXPECT("stored", store(shared, 7));
    EXPECT("7", load(second));
}

/* ---- MREMAP_FIXED ------------------------------------------------------------------------------ */

CASE("mremap.fixed_exact", LINUX("mremap(2)"),
     "MREMAP_FIXED moves a map to exactly the address it names, replaces what was there, and leaves a hole",
     "a collector that moves pages to their new home leaves pointers to nowhere")
{
    char *map = numbered_pages(2, MAP_PRIVATE), *target = map_anonymous(3 * page, PROT_READ, MAP_SHARED);

    EXPECT("exact", placed(mremap(map, 2 * page, 2 * page, MREMAP_MAYMOVE | MREMAP_FIXED, target), target));
    EXPECT("1 2 0", page_bytes(target, 3 * page));
    EXPECT("stored", store(&target[page], 7));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(&target[2 * page], 7));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(map));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(&map[page]));
}

CASE("mremap.fixed_spans", LINUX("mremap(2)"),
     "MREMAP_FIXED replaces what is in its range, be it several maps, and leaves the pages on both sides "
     "alone",
     "a collector that fills a gap in its heap takes a living neighbour away")
{
    char *map = numbered_pages(3, MAP_PRIVATE), *target = numbered_pages(5, MAP_PRIVATE);

    map_over(target + 2 * page, page, PROT_READ, MAP_SHARED, -1);
    EXPECT("exact", placed(mremap(map, 3 * page, 3 * page, MREMAP_MAYMOVE | MREMAP_FIXED, target + page),
                           target + page));
    EXPECT("1 1 2 3 5", page_bytes(target, 5 * page));
    EXPECT("stored", store(&target[page - 1], 7));
    EXPECT("stored", store(&target[3 * page], 7));
    EXPECT("stored", store(&target[4 * page], 7));
}

CASE("mremap.fixed_resize", LINUX("mremap(2)"),
     "MREMAP_FIXED moves and grows at once: the bytes come along and zeros follow",
     "a table moved to a larger place ends in rubbish, or has lost its rows")
{
    char *map = numbered_pages(2, MAP_PRIVATE), *target = unmapped_range(4 * page);

    EXPECT("exact", placed(mremap(map, 2 * page, 4 * page, MREMAP_MAYMOVE | MREMAP_FIXED, target), target));
    EXPECT("1 2 0 0", page_bytes(target, 4 * page));
    EXPECT("exact", placed(mremap(target, 4 * page, page, MREMAP_MAYMOVE | MREMAP_FIXED, map), map));
    EXPECT("1", load(map));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(&map[page]));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(&target[page]));
}

CASE("mremap.fixed_no_maymove", LINUX("mremap(2)"),
     "MREMAP_FIXED without MREMAP_MAYMOVE is refused with EINVAL",
     "a request for a place is ignored, and the caller uses an address without a map")
{
    char *map = numbered_pages(1, MAP_PRIVATE), *target = numbered_pages(2, MAP_PRIVATE);

    EXPECT("EINVAL", mapped(mremap(map, page, page, MREMAP_FIXED, target)));
    EXPECT("1", load(map));
    EXPECT("1 2", page_bytes(target, 2 * page));
    EXPECT("exact", placed(mremap(map, page, page, MREMAP_MAYMOVE | MREMAP_FIXED, target), target));
}

CASE("mremap.fixed_overlap", LINUX("mremap(2)"),
     "MREMAP_FIXED to a range that overlaps the old one is refused with EINVAL, either way",
     "sliding a buffer by a page overwrites what has not been moved yet")
{
    const int flags = MREMAP_MAYMOVE | MREMAP_FIXED;
    char *map = numbered_pages(4, MAP_PRIVATE);

    EXPECT("EINVAL", mapped(mremap(map, 2 * page, 2 * page, flags, map + page)));
    EXPECT("EINVAL", mapped(mremap(map + page, 2 * page, 2 * page, flags, map)));
    EXPECT("EINVAL", mapped(mremap(map, 2 * page, 2 * page, flags, map)));
    EXPECT("1 2 3 4", page_bytes(map, 4 * page));
    EXPECT("exact", placed(mremap(map, 2 * page, 2 * page, flags, map + 2 * page), map + 2 * page));
    EXPECT("1 2", page_bytes(map + 2 * page, 2 * page));
}

CASE("mremap.fixed_unaligned", LINUX("mremap(2)"),
     "MREMAP_FIXED to an address inside a page is refused with EINVAL",
     "a block is moved to a rounded address, over the end of another")
{
    const int flags = MREMAP_MAYMOVE | MREMAP_FIXED;
    char *map = numbered_pages(1, MAP_PRIVATE), *target = unmapped_range(3 * page);

    EXPECT("EINVAL", mapped(mremap(map, page, page, flags, target + 1)));
    EXPECT("EINVAL", mapped(mremap(map, page, page, flags, target + page / 2)));
    EXPECT("1", load(map));
    EXPECT("exact", placed(mremap(map, page, page, flags, target), target));
}

/* ---- errors of the old range ------------------------------------------------------------------- */

CASE("mremap.unaligned_old", LINUX("mremap(2)"), "an old address inside a page is refused with EINVAL",
     "growing an object by its own address moves its page from under the neighbours")
{
    char *map = numbered_pages(3, MAP_PRIVATE);

    EXPECT("EINVAL", mapped(mremap(map + 1, page, 2 * page, MREMAP_MAYMOVE)));
    EXPECT("EINVAL", mapped(mremap(map + page / 2, page, page, MREMAP_MAYMOVE)));
    EXPECT("1 2 3", page_bytes(map, 3 * page));
    EXPECT("exact", placed(mremap(map, 3 * page, page, MREMAP_MAYMOVE), map));
}

CASE("mremap.unmapped", LINUX("mremap(2)"), "an old range in which nothing is mapped is refused with EFAULT",
     "a released buffer grows, and its owner computes with zeros")
{
    char *range = unmapped_range(2 * page), *map = numbered_pages(1, MAP_PRIVATE);

    EXPECT("EFAULT", mapped(mremap(range, page, 2 * page, MREMAP_MAYMOVE)));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(range));
    EXPECT("1 0", bytes_moved(mremap(map, page, 2 * page, MREMAP_MAYMOVE), 2 * page));
}

CASE("mremap.bad_flags", LINUX("mremap(2)"), "a flag that mremap does not know is refused with EINVAL",
     "a program relies on a way of moving that this kernel has never heard of")
{
    char *map = numbered_pages(1, MAP_PRIVATE);

    EXPECT("EINVAL", mapped(mremap(map, page, 2 * page, MREMAP_MAYMOVE | 1 << 10)));
    EXPECT("1", load(map));
    EXPECT("1 0", bytes_moved(mremap(map, page, 2 * page, MREMAP_MAYMOVE), 2 * page));
}

CASE("mremap.across_vma_grow", LINUX("mremap(2)"),
     "growing a range that spans two maps of different kinds fails with EFAULT and changes neither",
     "a growing buffer drags half of the foreign map behind it along")
{
    char *map = pages_without_room(2);

    EXPECT("EFAULT", mapped(mremap(map, 3 * page, 5 * page, MREMAP_MAYMOVE)));
    EXPECT("1 2 0", page_bytes(map, 3 * page));
    EXPECT("1 2 0 0 0", bytes_moved(mremap(map, 2 * page, 5 * page, MREMAP_MAYMOVE), 5 * page));
}

CASE("mremap.across_vma_move", PRACTICE("Linux 6.17, mm/mremap.c"),
     "MREMAP_FIXED moves a range of several maps of different kinds as it is, if its size stays",
     "a collector that moves its heap finds a part of it left behind", .needs = NEED_LINUX,
     .since = KERNEL(6, 17))
{
    const int flags = MREMAP_MAYMOVE | MREMAP_FIXED;
    char *map = pages_without_room(2), *target = unmapped_range(3 * page);

    EXPECT("EFAULT", mapped(mremap(map, 3 * page, 4 * page, flags, target)));
    EXPECT("1 2 0", page_bytes(map, 3 * page));
    EXPECT("exact", placed(mremap(map, 3 * page, 3 * page, flags, target), target));
    EXPECT("1 2 0", page_bytes(target, 3 * page));
    EXPECT("stored", store(&target[page], 7));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(&target[2 * page], 7));
    EXPECT("r--s", permissions(&target[2 * page]));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(map));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(&map[2 * page]));
}

CASE("mremap.shared_anon_grow", LINUX_UNSPECIFIED("mremap(2)"),
     "shared anonymous memory that grows keeps its bytes; the new part raises SIGBUS, or is zero",
     "a program that enlarges the memory it shares with its children dies when it uses it")
{
    char *map = numbered_pages(2, MAP_SHARED), *grown = mremap(map, 2 * page, 3 * page, MREMAP_MAYMOVE);

    EXPECT("mapped", mapped(grown));
    EXPECT("1 2", page_bytes(grown, 2 * page));
    EXPECT("SIGBUS BUS_ADRERR exact|0", load(&grown[2 * page]));
    EXPECT("SIGBUS BUS_ADRERR exact|stored", store(&grown[3 * page - 1], 7));
    EXPECT("stored", store_in_child(&grown[page], 9));
    EXPECT("9", load(&grown[page]));
}

/* ---- huge pages -------------------------------------------------------------------------------- */

/* An address within a range at which a huge page may begin. */
static char *huge_start(char *range, size_t huge)
{
    return range + (huge - (uintptr_t)range % huge) % huge;
}

CASE("mremap.hugetlb", PRACTICE("Linux, mm/mremap.c"),
     "a map of huge pages moves to whole huge pages only, shrinks by whole ones, and never grows",
     "a part of a huge page is taken for all of it, and memory beside the map is lost", .needs = NEED_LINUX,
     .since = KERNEL(5, 16))
{
    const size_t huge = huge_page_bytes();
    const int flags = MREMAP_MAYMOVE | MREMAP_FIXED;
    char *map = map_anonymous(2 * huge, PROT_READ, MAP_PRIVATE | MAP_NORESERVE | CONSTANT(MAP_HUGETLB));
    char *target = huge_start(unmapped_range(4 * huge), huge);

    EXPECT("EINVAL", mapped(mremap(map, 2 * huge, 3 * huge, MREMAP_MAYMOVE)));
    EXPECT("EINVAL", mapped(mremap(map + page, huge, huge, flags, target)));
    EXPECT("EINVAL", mapped(mremap(map, 2 * huge, 2 * huge, flags, target + page)));
    EXPECT("yes", vm_flag(map, "ht"));
    EXPECT("exact", placed(mremap(map, 2 * huge, 2 * huge, flags, target), target));
    EXPECT("nothing", permissions(map));
    EXPECT(number((int64_t)(huge / page)), smaps_pages(target + huge, "KernelPageSize"));
    EXPECT("exact", placed(mremap(target, 2 * huge, page, MREMAP_MAYMOVE), target));
    EXPECT("r--p", permissions(target + huge - page));
    EXPECT("nothing", permissions(target + huge));
}

CASE("mremap.hugetlb_bytes", PRACTICE("Linux, mm/mremap.c"),
     "a huge page that moves keeps every byte, and nothing is left where it was",
     "a program that moves its huge pages finds other bytes in them", .needs = NEED_LINUX,
     .since = KERNEL(5, 16))
{
    const size_t huge = huge_page_bytes();
    char *map = pooled_huge_pages(1), *target = huge_start(unmapped_range(2 * huge), huge);

    memset(map, 9, huge);
    EXPECT("exact", placed(mremap(map, huge, huge, MREMAP_MAYMOVE | MREMAP_FIXED, target), target));
    EXPECT("0", bytes_other_than(9, target, huge));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(map));
    EXPECT("stored", store(&target[huge - 1], 7));
}

/* ---- MREMAP_DONTUNMAP -------------------------------------------------------------------------- */

/* The kernel looks at the new address although nothing asks for it, so it is given: NULL. */

CASE("mremap.dontunmap", LINUX("mremap(2)"),
     "with MREMAP_DONTUNMAP the bytes move, and the old range stays mapped, full of zeros",
     "a collector that moves pages under running threads lets them crash on the old ones",
     .since = KERNEL(5, 7))
{
    char *map = numbered_pages(2, MAP_PRIVATE);
    char *moved = mremap(map, 2 * page, 2 * page, MREMAP_MAYMOVE | CONSTANT(MREMAP_DONTUNMAP), NULL);

    EXPECT("elsewhere", placed(moved, map));
    EXPECT("1 2", page_bytes(moved, 2 * page));
    EXPECT("0 0", page_bytes(map, 2 * page));
    EXPECT("stored", store(map, 7));
    EXPECT("1", load(moved));
}

CASE("mremap.dontunmap_fixed", LINUX("mremap(2)"),
     "MREMAP_DONTUNMAP goes with MREMAP_FIXED: the bytes move to exactly that address",
     "a compacting collector finds its objects anywhere but where it forwards to", .since = KERNEL(5, 7))
{
    int flags = MREMAP_MAYMOVE | MREMAP_FIXED | CONSTANT(MREMAP_DONTUNMAP);
    char *map = numbered_pages(2, MAP_PRIVATE), *target = unmapped_range(2 * page);

    EXPECT("exact", placed(mremap(map, 2 * page, 2 * page, flags, target), target));
    EXPECT("1 2", page_bytes(target, 2 * page));
    EXPECT("0 0", page_bytes(map, 2 * page));
}

CASE("mremap.dontunmap_no_maymove", LINUX("mremap(2)"),
     "MREMAP_DONTUNMAP without MREMAP_MAYMOVE is refused with EINVAL",
     "pages are taken from a program that had said they must not move", .since = KERNEL(5, 7))
{
    char *map = numbered_pages(2, MAP_PRIVATE);
    int flag = CONSTANT(MREMAP_DONTUNMAP);

    EXPECT("EINVAL", mapped(mremap(map, 2 * page, 2 * page, flag, NULL)));
    EXPECT("1 2", page_bytes(map, 2 * page));
    EXPECT("1 2", bytes_moved(mremap(map, 2 * page, 2 * page, flag | MREMAP_MAYMOVE, NULL), 2 * page));
    EXPECT("0 0", page_bytes(map, 2 * page));
}

CASE("mremap.dontunmap_size", LINUX("mremap(2)"),
     "MREMAP_DONTUNMAP can't change the size: EINVAL, and the map stays",
     "a heap moved and resized at once loses the pages in between", .since = KERNEL(5, 7))
{
    char *map = numbered_pages(2, MAP_PRIVATE);
    int flags = MREMAP_MAYMOVE | CONSTANT(MREMAP_DONTUNMAP);

    EXPECT("EINVAL", mapped(mremap(map, 2 * page, 3 * page, flags, NULL)));
    EXPECT("EINVAL", mapped(mremap(map, 2 * page, page, flags, NULL)));
    EXPECT("1 2", page_bytes(map, 2 * page));
    EXPECT("1 2", bytes_moved(mremap(map, 2 * page, 2 * page, flags, NULL), 2 * page));
    EXPECT("0 0", page_bytes(map, 2 * page));
}

/* ---- what moves along -------------------------------------------------------------------------- */

CASE("mremap.keeps_prot", LINUX("mremap(2)"),
     "a map that moves and grows keeps its protection, in the new part too",
     "a read-only table becomes writable by being moved")
{
    char *map = pages_without_room(1);

    SETUP(mprotect(map, page, PROT_READ));
    char *moved = mremap(map, page, 2 * page, MREMAP_MAYMOVE);
    EXPECT("elsewhere", placed(moved, map));
    EXPECT("1 0", page_bytes(moved, 2 * page));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(moved, 7));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(&moved[page], 7));
}

FILE_CASE(
    "mremap.keeps_cow", LINUX("mremap(2)"),
    "a private map of a file that grows keeps what was stored in it, and shows the file in its new part",
    "growing a patched image undoes its patches, or writes them into the file")
{
    struct scratch_file file = scratch_file(3 * page);
    char *map = map_file(&file, 0, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE);
    char *target = unmapped_range(3 * page);

    EXPECT("stored", store(map, 9));
    EXPECT("exact", placed(mremap(map, 2 * page, 3 * page, MREMAP_MAYMOVE | MREMAP_FIXED, target), target));
    EXPECT("9 2 3", page_bytes(target, 3 * page));
    EXPECT("stored", store(&target[2 * page], 8));
    EXPECT("1", file_byte(&file, 0));
    EXPECT("3", file_byte(&file, 2 * (off_t)page));
}

FILE_CASE("mremap.keeps_offset", LINUX("mremap(2)"),
          "a shared map of the middle of a file that moves and grows still shows and changes that middle",
          "a window into a database shows other rows once it has been enlarged")
{
    struct scratch_file file = scratch_file(4 * page);
    char *map = map_file(&file, (off_t)page, page, PROT_READ | PROT_WRITE, MAP_SHARED);
    char *target = unmapped_range(3 * page);

    EXPECT("exact", placed(mremap(map, page, 3 * page, MREMAP_MAYMOVE | MREMAP_FIXED, target), target));
    EXPECT("2 3 4", page_bytes(target, 3 * page));
    EXPECT("stored", store(&target[2 * page], 9));
    EXPECT("9", file_byte(&file, 3 * (off_t)page));
}

FILE_CASE("mremap.file_past_eof", LINUX("mremap(2)"),
          "a map of a file can grow beyond its end; touching a page beyond raises SIGBUS",
          "a log map that runs ahead of its file cannot grow, or invents records")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, page, PROT_READ | PROT_WRITE, MAP_SHARED);
    char *grown = mremap(map, page, 2 * page, MREMAP_MAYMOVE);

    EXPECT("mapped", mapped(grown));
    EXPECT("1", load(grown));
    EXPECT("SIGBUS BUS_ADRERR exact", load(&grown[page + 5]));
    resize_file(&file, 2 * (off_t)page);
    EXPECT("0", load(&grown[page + 5]));
}

CASE("mremap.keeps_lock", LINUX("mremap(2)"),
     "a locked map stays locked when it moves and grows, and the new part is locked as well",
     "a pool of keys that grows is swapped to the disk")
{
    char *map = pages_without_room(1);

    need_lockable(3 * page);
    SETUP(mlock(map, page));
    EXPECT("1", status_pages("VmLck"));
    char *moved = mremap(map, page, 3 * page, MREMAP_MAYMOVE);
    EXPECT("yes", vm_flag(moved, "lo"));
    EXPECT("3", status_pages("VmLck"));
    EXPECT("111", residency(moved, 3 * page));
}

/* ---- limits ------------------------------------------------------------------------------------ */

CASE("mremap.locked_limit", LINUX("mremap(2)"),
     "a locked map can't grow beyond RLIMIT_MEMLOCK: EAGAIN; up to the limit it can",
     "a user passes the limit on locked memory by growing what is locked", .needs = NEED_UNPRIVILEGED)
{
    char *map = numbered_pages(1, MAP_PRIVATE);

    need_lockable(2 * page);
    SETUP(setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){2 * page, 2 * page}));
    SETUP(mlock(map, page));
    EXPECT("EAGAIN", mapped(mremap(map, page, 3 * page, MREMAP_MAYMOVE)));
    EXPECT("1", load(map));
    EXPECT("1 0", bytes_moved(mremap(map, page, 2 * page, MREMAP_MAYMOVE), 2 * page));
    EXPECT("2", status_pages("VmLck"));
}

CASE("mremap.rlimit_as", LINUX("getrlimit(2)"), "a map can't grow beyond RLIMIT_AS: ENOMEM; below it can",
     "a job leaves its memory limit behind by growing instead of mapping")
{
    const size_t limit = (size_t)256 << 20;
    char *map = numbered_pages(1, MAP_PRIVATE);

    SETUP(setrlimit(RLIMIT_AS, &(struct rlimit){limit, limit}));
    EXPECT("ENOMEM", mapped(mremap(map, page, limit, MREMAP_MAYMOVE)));
    EXPECT("1", load(map));
    EXPECT("1 0 0 0", bytes_moved(mremap(map, page, 4 * page, MREMAP_MAYMOVE), 4 * page));
}

/* ---- remap_file_pages -------------------------------------------------------------------------- */

FILE_CASE("remap_file_pages.swap", LINUX("remap_file_pages(2)"),
          "remap_file_pages lets two pages of a shared map show each other's page of the file",
          "an old database that sorts its window shows rows twice or writes them to the wrong place")
{
    struct scratch_file file = scratch_file(3 * page);
    char *map = map_file(&file, 0, 3 * page, PROT_READ | PROT_WRITE, MAP_SHARED);

    EXPECT("0", returned(remap_file_pages(map, page, 0, 2, 0)));
    EXPECT("0", returned(remap_file_pages(map + 2 * page, page, 0, 0, 0)));
    EXPECT("3 2 1", page_bytes(map, 3 * page));
    EXPECT("stored", store(map, 9));
    EXPECT("9", file_byte(&file, 2 * (off_t)page));
    EXPECT("1", file_byte(&file, 0));
}

FILE_CASE("remap_file_pages.errors", LINUX("remap_file_pages(2)"),
          "remap_file_pages refuses a protection, and private maps, with EINVAL",
          "a private window is silently changed to other pages of the file")
{
    struct scratch_file file = scratch_file(2 * page);
    char *shared = map_file(&file, 0, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED);
    char *private = map_file(&file, 0, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE);

    EXPECT("EINVAL", returned(remap_file_pages(shared, page, PROT_READ, 1, 0)));
    EXPECT("EINVAL", returned(remap_file_pages(private, page, 0, 1, 0)));
    EXPECT("1 2", page_bytes(shared, 2 * page));
    EXPECT("1 2", page_bytes(private, 2 * page));
    EXPECT("0", returned(remap_file_pages(shared, page, 0, 1, 0)));
    EXPECT("2 2", page_bytes(shared, 2 * page));
}

/* ---- what else comes along ------------------------------------------------------------------------- */

CASE("mremap.keeps_advice", LINUX("mremap(2)"),
     "advice for children and dumps comes along with a map that moves",
     "a key ring that grew is in every child and in every core dump")
{
    char *map = pages_without_room(2);

    SETUP(madvise(map, 2 * page, MADV_DONTFORK));
    SETUP(madvise(map, 2 * page, MADV_DONTDUMP));
    char *grown = mremap(map, 2 * page, 3 * page, MREMAP_MAYMOVE);
    EXPECT("elsewhere", placed(grown, map));
    EXPECT("yes", vm_flag(grown, "dc"));
    EXPECT("yes", vm_flag(grown, "dd"));
    EXPECT("yes", vm_flag(grown + 2 * page, "dc"));
    EXPECT("1 2 0", page_bytes(grown, 3 * page));
}

CASE("mremap.keeps_rights", LINUX("mremap(2)"), "a map that moves has the rights that it had and no other",
     "memory that must not be executed can be, after it has grown")
{
    static const struct {
        int protection;
        const char *shown;
    } each[] = {
        {PROT_NONE, "---p"}, {PROT_READ, "r--p"}, {READ_WRITE, "rw-p"}, {PROT_READ | PROT_EXEC, "r-xp"}};

    for (size_t i = 0; i < sizeof each / sizeof each[0]; i++) {
        char *map = pages_without_room(2);
        SETUP(mprotect(map, 2 * page, each[i].protection));
        char *grown = mremap(map, 2 * page, 3 * page, MREMAP_MAYMOVE);
        EXPECT("elsewhere", placed(grown, map));
        EXPECT(each[i].shown, permissions(grown));
        EXPECT(each[i].shown, permissions(grown + 2 * page));
    }
}
