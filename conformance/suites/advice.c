/* Advice: what each piece of advice does, seen by its effect and never by its answer alone. */
#include "case.h"

#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/uio.h>

SUITE("advice", "madvise and posix_madvise");

/* What is behind an address does not count, only that no access is possible: newer kernels may call a
 * guarded page protected where they call it unmapped today. */
#define NO_ACCESS "SIGSEGV SEGV_MAPERR exact|SIGSEGV SEGV_ACCERR exact"

#define READ_WRITE (PROT_READ | PROT_WRITE)

/* Private anonymous pages that hold 1, 2, 3 … */
static char *numbered(size_t pages, int flags)
{
    char *map = map_anonymous(pages * page, READ_WRITE, flags);

    number_pages(map, pages * page);
    return map;
}

/* Ends the case as UNSUPPORTED for a kernel that was built without a part: madvise refuses its advice. */
static void need_kernel_part(const char *path, const char *name)
{
    if (access(path, F_OK) != 0)
        unsupported("the kernel has no %s", name);
}

static void need_huge_pages(void)
{
    need_kernel_part("/sys/kernel/mm/transparent_hugepage", "transparent huge pages");
}

static void need_merging(void)
{
    need_kernel_part("/sys/kernel/mm/ksm", "memory merging (KSM)");
}

/* ---- posix_madvise ----------------------------------------------------------------------------- */

CASE("advice.posix_return", POSIX("posix_madvise", SHALL),
     "posix_madvise answers the number of the error itself, not -1")
{
    char *map = numbered(1, MAP_PRIVATE);

    EXPECT("EINVAL", error_number(posix_madvise(map, page, 9999)));
    EXPECT("0", error_number(posix_madvise(map, page, POSIX_MADV_NORMAL)));
}

CASE("advice.posix_unaligned", LINUX("posix_madvise(3)"), "an address inside a page is refused with EINVAL")
{
    char *map = numbered(1, MAP_PRIVATE);

    EXPECT("EINVAL", error_number(posix_madvise(map + 1, page, POSIX_MADV_WILLNEED)));
    EXPECT("EINVAL", error_number(posix_madvise(map + 1, page, POSIX_MADV_SEQUENTIAL)));
    EXPECT("0", error_number(posix_madvise(map, page, POSIX_MADV_WILLNEED)));
}

CASE("advice.posix_unmapped", POSIX("posix_madvise", SHALL), "advice for addresses without a map is refused")
{
    char *nothing = unmapped_range(page), *map = numbered(1, MAP_PRIVATE);

    EXPECT("ENOMEM", error_number(posix_madvise(nothing, page, POSIX_MADV_WILLNEED)));
    EXPECT("ENOMEM", error_number(posix_madvise(nothing, page, POSIX_MADV_SEQUENTIAL)));
    EXPECT("0", error_number(posix_madvise(map, page, POSIX_MADV_WILLNEED)));
}

CASE("advice.posix_no_semantics", POSIX("posix_madvise", SHALL),
     "none of the five pieces of POSIX advice changes what private memory holds")
{
    static const int all[] = {POSIX_MADV_NORMAL, POSIX_MADV_RANDOM, POSIX_MADV_SEQUENTIAL,
                              POSIX_MADV_WILLNEED, POSIX_MADV_DONTNEED};
    char *map = numbered(3, MAP_PRIVATE);

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
    char *map = numbered(2, MAP_PRIVATE);

    EXPECT("EINVAL", returned(madvise(map + 1, page, MADV_DONTNEED)));
    EXPECT("1 2", page_bytes(map, 2 * page));
    EXPECT("0", returned(madvise(map + page, page, MADV_DONTNEED)));
    EXPECT("1 0", page_bytes(map, 2 * page));
}

CASE("madvise.unknown", LINUX("madvise(2)"), "advice that does not exist is refused")
{
    char *map = numbered(1, MAP_PRIVATE);

    EXPECT("EINVAL", returned(madvise(map, page, 9999)));
    EXPECT("EINVAL", returned(madvise(map, page, -1)));
    EXPECT("0", returned(madvise(map, page, MADV_NORMAL)));
}

CASE("madvise.unmapped", LINUX("madvise(2)"), "advice for addresses without a map is refused")
{
    static const int all[] = {MADV_NORMAL, MADV_RANDOM, MADV_SEQUENTIAL, MADV_WILLNEED, MADV_DONTNEED};
    char *nothing = unmapped_range(page), *map = numbered(1, MAP_SHARED);

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        EXPECT("ENOMEM", returned(madvise(nothing, page, all[i])));
        EXPECT("0", returned(madvise(map, page, all[i])));
    }
}

CASE("madvise.hole_applies", LINUX("madvise(2)"),
     "a hole in the range is an error, and the pages on both sides of it are advised all the same")
{
    char *map = numbered(3, MAP_PRIVATE);

    SETUP(munmap(map + page, page));
    EXPECT("ENOMEM", returned(madvise(map, 3 * page, MADV_DONTNEED)));
    EXPECT("0", load(map));
    EXPECT("0", load(map + 2 * page));
}

CASE("madvise.len0", LINUX("madvise(2)"), "a length of 0 is no error and drops nothing")
{
    char *map = numbered(2, MAP_PRIVATE);

    EXPECT("0", returned(madvise(map, 0, MADV_DONTNEED)));
    EXPECT("1 2", page_bytes(map, 2 * page));
    EXPECT("0", returned(madvise(map, 1, MADV_DONTNEED)));
    EXPECT("0 2", page_bytes(map, 2 * page));
}

CASE("madvise.len_unaligned", LINUX("madvise(2)"), "a length that ends inside a page covers all of that page")
{
    char *map = numbered(4, MAP_PRIVATE);

    EXPECT("stored", store(&map[3 * page - 1], 77));
    EXPECT("0", returned(madvise(map + page, page + 1, MADV_DONTNEED)));
    EXPECT("1 0 0 4", page_bytes(map, 4 * page));
    EXPECT("0", load(&map[3 * page - 1]));
}

CASE("madvise.overflow", LINUX("madvise(2)"),
     "a length that wraps around the end of the addresses is refused")
{
    char *map = numbered(1, MAP_PRIVATE);

    EXPECT("EINVAL", returned(madvise(map, SIZE_MAX - 2 * page + 1, MADV_DONTNEED)));
    EXPECT("EINVAL", returned(madvise(map, SIZE_MAX, MADV_DONTNEED)));
    EXPECT("1", load(map));
    EXPECT("0", returned(madvise(map, page, MADV_DONTNEED)));
}

/* ---- dropping pages ---------------------------------------------------------------------------- */

CASE("madvise.dontneed_anon", LINUX("madvise(2)"),
     "MADV_DONTNEED makes private anonymous pages read 0, and only those of the range")
{
    char *map = numbered(4, MAP_PRIVATE);

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
    char *map = numbered(1, MAP_PRIVATE);

    SETUP(mprotect(map, page, PROT_NONE));
    EXPECT("0", returned(madvise(map, page, MADV_DONTNEED)));
    SETUP(mprotect(map, page, PROT_READ));
    EXPECT("0", load(map));
}

CASE("madvise.dontneed_shared_anon", LINUX("madvise(2)"),
     "MADV_DONTNEED keeps what shared anonymous memory holds")
{
    char *map = numbered(2, MAP_SHARED);

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
    char *map = numbered(1, MAP_PRIVATE);

    EXPECT("0", in_child(drop_and_load, map));
    EXPECT("1", load(map));
}

CASE("madvise.dontneed_locked", LINUX("madvise(2)"),
     "MADV_DONTNEED of a locked page is refused and drops nothing")
{
    char *map = numbered(1, MAP_PRIVATE);

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
    char *map = numbered(2, MAP_PRIVATE);

    SETUP(mlock(map, page));
    EXPECT("0", returned(madvise(map, page, CONSTANT(MADV_DONTNEED_LOCKED))));
    EXPECT("0 2", page_bytes(map, 2 * page));
    EXPECT("yes", vm_flag(map, "lo"));
}

CASE("madvise.free_anon", LINUX("madvise(2)"),
     "what is stored after MADV_FREE stays, and what was there before is kept whole or reads 0",
     .since = KERNEL(4, 5))
{
    char *map = numbered(2, MAP_PRIVATE);

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
    char *map = numbered(6, MAP_PRIVATE);

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
    EXPECT("EINVAL", returned(madvise(numbered(1, MAP_SHARED), page, MADV_FREE)));
    EXPECT("0", returned(madvise(numbered(1, MAP_PRIVATE), page, MADV_FREE)));
}

CASE("madvise.remove_shared", LINUX("madvise(2)"),
     "MADV_REMOVE makes shared pages read 0 for everyone, and only those of the range")
{
    char *map = numbered(4, MAP_SHARED);

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
    char *map = numbered(1, MAP_PRIVATE);

    EXPECT("EINVAL", returned(madvise(map, page, MADV_REMOVE)));
    EXPECT("1", load(map));
    EXPECT("0", returned(madvise(numbered(1, MAP_SHARED), page, MADV_REMOVE)));
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

/* ---- children and dumps ------------------------------------------------------------------------ */

CASE("madvise.dontfork", LINUX("madvise(2)"), "pages with MADV_DONTFORK do not exist in a child")
{
    char *map = numbered(4, MAP_SHARED);

    EXPECT("0", returned(madvise(map + page, 2 * page, MADV_DONTFORK)));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load_in_child(map + page));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load_in_child(map + 2 * page));
    EXPECT("1", load_in_child(map));
    EXPECT("4", load_in_child(map + 3 * page));
    EXPECT("2", load(map + page));
}

CASE("madvise.dofork", LINUX("madvise(2)"), "MADV_DOFORK undoes MADV_DONTFORK")
{
    char *map = numbered(1, MAP_PRIVATE);

    SETUP(madvise(map, page, MADV_DONTFORK));
    EXPECT("0", returned(madvise(map, page, MADV_DOFORK)));
    EXPECT("1", load_in_child(map));
}

CASE("madvise.wipeonfork", LINUX("madvise(2)"),
     "pages with MADV_WIPEONFORK read 0 in a child and keep their contents in the parent",
     .since = KERNEL(4, 14))
{
    char *map = numbered(4, MAP_PRIVATE);

    EXPECT("0", returned(madvise(map + page, 2 * page, CONSTANT(MADV_WIPEONFORK))));
    EXPECT("0", load_in_child(map + page));
    EXPECT("0", load_in_child(map + 2 * page));
    EXPECT("1", load_in_child(map));
    EXPECT("4", load_in_child(map + 3 * page));
    EXPECT("2", load(map + page));
}

static const char *child_of_child(void *map)
{
    number_pages(map, page);
    return load_in_child(map);
}

CASE("madvise.wipeonfork_again", LINUX("madvise(2)"), "MADV_WIPEONFORK goes on to the children of a child",
     .since = KERNEL(4, 14))
{
    char *map = numbered(1, MAP_PRIVATE);

    EXPECT("0", returned(madvise(map, page, CONSTANT(MADV_WIPEONFORK))));
    EXPECT("0", in_child(child_of_child, map));
}

FILE_CASE("madvise.wipeonfork_shared", LINUX("madvise(2)"),
          "MADV_WIPEONFORK is refused for shared memory and for files", .since = KERNEL(4, 14))
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, page, READ_WRITE, MAP_PRIVATE);
    const int advice = CONSTANT(MADV_WIPEONFORK);

    EXPECT("EINVAL", returned(madvise(map, page, advice)));
    EXPECT("1", load_in_child(map));
    EXPECT("EINVAL", returned(madvise(numbered(1, MAP_SHARED), page, advice)));
    EXPECT("0", returned(madvise(numbered(1, MAP_PRIVATE), page, advice)));
}

CASE("madvise.keeponfork", LINUX("madvise(2)"), "MADV_KEEPONFORK undoes MADV_WIPEONFORK",
     .since = KERNEL(4, 14))
{
    char *map = numbered(1, MAP_PRIVATE);

    SETUP(madvise(map, page, CONSTANT(MADV_WIPEONFORK)));
    EXPECT("0", load_in_child(map));
    EXPECT("0", returned(madvise(map, page, CONSTANT(MADV_KEEPONFORK))));
    EXPECT("1", load_in_child(map));
}

CASE("madvise.dontdump", LINUX("madvise(2)"),
     "pages with MADV_DONTDUMP are marked to be left out of core dumps", .since = KERNEL(3, 8))
{
    char *map = numbered(3, MAP_PRIVATE);

    EXPECT("no", vm_flag(map + page, "dd"));
    EXPECT("0", returned(madvise(map + page, page, MADV_DONTDUMP)));
    EXPECT("yes", vm_flag(map + page, "dd"));
    EXPECT("no", vm_flag(map, "dd"));
    EXPECT("no", vm_flag(map + 2 * page, "dd"));
}

CASE("madvise.dodump", LINUX("madvise(2)"), "MADV_DODUMP undoes MADV_DONTDUMP", .since = KERNEL(3, 8))
{
    char *map = numbered(2, MAP_PRIVATE);

    SETUP(madvise(map, 2 * page, MADV_DONTDUMP));
    EXPECT("0", returned(madvise(map, page, MADV_DODUMP)));
    EXPECT("no", vm_flag(map, "dd"));
    EXPECT("yes", vm_flag(map + page, "dd"));
}

/* ---- huge and merged pages --------------------------------------------------------------------- */

CASE("madvise.hugepage_flag", LINUX("madvise(2)"),
     "MADV_HUGEPAGE marks the pages of the range, and only them", .since = KERNEL(3, 8))
{
    char *map = numbered(3, MAP_PRIVATE);

    need_huge_pages();
    EXPECT("0", returned(madvise(map + page, page, MADV_HUGEPAGE)));
    EXPECT("yes", vm_flag(map + page, "hg"));
    EXPECT("no", vm_flag(map, "hg"));
    EXPECT("no", vm_flag(map + 2 * page, "hg"));
    EXPECT("1 2 3", page_bytes(map, 3 * page));
}

CASE("madvise.nohugepage_flag", LINUX("madvise(2)"),
     "MADV_NOHUGEPAGE marks the pages and undoes MADV_HUGEPAGE", .since = KERNEL(3, 8))
{
    char *map = numbered(2, MAP_PRIVATE);

    need_huge_pages();
    SETUP(madvise(map, 2 * page, MADV_HUGEPAGE));
    EXPECT("0", returned(madvise(map, page, MADV_NOHUGEPAGE)));
    EXPECT("yes", vm_flag(map, "nh"));
    EXPECT("no", vm_flag(map, "hg"));
    EXPECT("no", vm_flag(map + page, "nh"));
    EXPECT("yes", vm_flag(map + page, "hg"));
}

/* Bytes in a huge page. */
static size_t huge_page(void)
{
    FILE *file = fopen("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size", "re");
    unsigned long bytes;

    if (!file || fscanf(file, "%lu", &bytes) != 1)
        unsupported("the size of huge pages can't be read");
    if (bytes > 64ul << 20)
        unsupported("huge pages of %lu bytes are too large to be tried", bytes);
    fclose(file);
    return bytes;
}

static const char *misnumbered(const char *map, size_t length)
{
    int64_t wrong = 0;

    for (size_t i = 0; i < length / page; i++)
        wrong += map[i * page] != (char)(i + 1);
    return number(wrong);
}

CASE("madvise.collapse", LINUX("madvise(2)"),
     "MADV_COLLAPSE keeps what the pages hold, and where it succeeds they are a huge page",
     .since = KERNEL(6, 1))
{
    const size_t huge = huge_page();
    char *space = map_anonymous(2 * huge, READ_WRITE, MAP_PRIVATE);
    char *map = space + (huge - (uintptr_t)space % huge) % huge;

    SETUP(madvise(space, 2 * huge, MADV_NOHUGEPAGE)); /* begin with small pages */
    number_pages(map, huge);
    EXPECT("0", smaps_pages(map, "AnonHugePages"));
    SETUP(madvise(space, 2 * huge, MADV_HUGEPAGE));
    const char *answer = returned(madvise(map, huge, CONSTANT(MADV_COLLAPSE)));
    EXPECT("0|ENOMEM|EBUSY|EAGAIN|EINVAL", answer);
    EXPECT("0", misnumbered(map, huge));
    if (strcmp(answer, "0") == 0)
        EXPECT(number((int64_t)(huge / page)), smaps_pages(map, "AnonHugePages"));
}

CASE("madvise.mergeable_keeps", LINUX("madvise(2)"),
     "MADV_MERGEABLE marks the pages and keeps what they hold", .since = KERNEL(3, 8))
{
    char *map = numbered(3, MAP_PRIVATE);

    need_merging();
    EXPECT("0", returned(madvise(map + page, page, MADV_MERGEABLE)));
    EXPECT("yes", vm_flag(map + page, "mg"));
    EXPECT("no", vm_flag(map, "mg"));
    EXPECT("no", vm_flag(map + 2 * page, "mg"));
    EXPECT("1 2 3", page_bytes(map, 3 * page));
}

CASE("madvise.unmergeable", LINUX("madvise(2)"),
     "MADV_UNMERGEABLE undoes MADV_MERGEABLE and keeps what the pages hold", .since = KERNEL(3, 8))
{
    char *map = numbered(2, MAP_PRIVATE);

    need_merging();
    SETUP(madvise(map, 2 * page, MADV_MERGEABLE));
    EXPECT("0", returned(madvise(map, page, MADV_UNMERGEABLE)));
    EXPECT("no", vm_flag(map, "mg"));
    EXPECT("yes", vm_flag(map + page, "mg"));
    EXPECT("1 2", page_bytes(map, 2 * page));
}

/* ---- reclaim ----------------------------------------------------------------------------------- */

CASE("madvise.cold", LINUX("madvise(2)"),
     "MADV_COLD makes pages look as if nobody had used them lately, and keeps them", .since = KERNEL(5, 4))
{
    char *map = numbered(4, MAP_PRIVATE);

    EXPECT("0", returned(madvise(map, 4 * page, CONSTANT(MADV_COLD))));
    EXPECT("0", smaps_pages(map, "Referenced"));
    EXPECT("1111", residency(map, 4 * page));
    EXPECT("1 2 3 4", page_bytes(map, 4 * page));
}

/* Pages that another processor has just taken into use can't be reclaimed for a moment. */
static const char *page_out(char *map, size_t length)
{
    const int attempts = 200;
    const char *left = "";

    for (int attempt = 0; attempt < attempts; attempt++) {
        SETUP(madvise(map, length, CONSTANT(MADV_PAGEOUT)));
        left = residency(map, length);
        if (!strchr(left, '1'))
            break;
        usleep(1000);
    }
    return left;
}

FILE_CASE("madvise.pageout", LINUX("madvise(2)"),
          "MADV_PAGEOUT drops unchanged pages of a file from memory, and they are read again when touched",
          .since = KERNEL(5, 4))
{
    struct scratch_file file = scratch_file(4 * page);
    char *map = map_file(&file, 0, 4 * page, PROT_READ, MAP_SHARED);

    need_backing_store(&file);
    SETUP(fsync(file.descriptor));
    EXPECT("1 2 3 4", page_bytes(map, 4 * page));
    EXPECT("1111", residency(map, 4 * page));
    EXPECT("0000", page_out(map, 4 * page));
    EXPECT("1 2 3 4", page_bytes(map, 4 * page));
}

/* ---- reading ahead ----------------------------------------------------------------------------- */

enum { FILE_PAGES = 64, TOUCHED = 32 };

/* A map of a file of which no page is in memory. */
static char *cold_map(const struct scratch_file *file)
{
    evict_file(file);
    return map_file(file, 0, FILE_PAGES * page, PROT_READ, MAP_SHARED);
}

/* The residency of pages that the system may still be reading: waits for all of them, within reason. */
static const char *soon_resident(const char *map, size_t length)
{
    const int attempts = 1000;
    const char *seen = "";

    for (int attempt = 0; attempt < attempts; attempt++) {
        seen = residency(map, length);
        if (!strchr(seen, '0'))
            break;
        usleep(1000);
    }
    return seen;
}

/* Leaves out devices that never read ahead, whatever the advice. */
static void need_read_ahead(const struct scratch_file *file)
{
    char *map = cold_map(file);

    load(map + TOUCHED * page);
    const char *neighbours = residency(map + (TOUCHED - 16) * page, 32 * page);
    SETUP(munmap(map, FILE_PAGES * page));
    if (strchr(neighbours, '1') == strrchr(neighbours, '1'))
        unsupported("nothing is read ahead here");
}

FILE_CASE("madvise.willneed", LINUX("madvise(2)"),
          "MADV_WILLNEED brings pages into memory before anyone touches them")
{
    struct scratch_file file = scratch_file(FILE_PAGES * page);
    char *map = cold_map(&file);

    EXPECT("00", residency(map, 2 * page));
    EXPECT("0", returned(madvise(map, 2 * page, MADV_WILLNEED)));
    EXPECT("11", soon_resident(map, 2 * page));
    EXPECT("1 2", page_bytes(map, 2 * page));
}

FILE_CASE("advice.posix_willneed", POSIX("posix_madvise", MAY),
          "POSIX_MADV_WILLNEED brings pages into memory before anyone touches them")
{
    struct scratch_file file = scratch_file(FILE_PAGES * page);
    char *map = cold_map(&file);

    EXPECT("00", residency(map, 2 * page));
    EXPECT("0", error_number(posix_madvise(map, 2 * page, POSIX_MADV_WILLNEED)));
    EXPECT("11", soon_resident(map, 2 * page));
}

FILE_CASE("madvise.random", LINUX("madvise(2)"), "MADV_RANDOM reads the touched page and nothing around it")
{
    struct scratch_file file = scratch_file(FILE_PAGES * page);
    char *map = cold_map(&file);

    EXPECT("0", returned(madvise(map, FILE_PAGES * page, MADV_RANDOM)));
    EXPECT("33", load(map + TOUCHED * page));
    EXPECT("1", residency(map + TOUCHED * page, page));
    EXPECT("0000000000000000", residency(map + (TOUCHED - 16) * page, 16 * page));
    EXPECT("0000000000000000", residency(map + (TOUCHED + 16) * page, 16 * page));
}

FILE_CASE("madvise.sequential", LINUX("madvise(2)"),
          "MADV_SEQUENTIAL reads on behind the touched page and nothing before it")
{
    struct scratch_file file = scratch_file(FILE_PAGES * page);

    need_read_ahead(&file);
    char *map = cold_map(&file);
    EXPECT("0", returned(madvise(map, FILE_PAGES * page, MADV_SEQUENTIAL)));
    EXPECT("33", load(map + TOUCHED * page));
    EXPECT("11", soon_resident(map + TOUCHED * page, 2 * page));
    EXPECT("0000000000000000", residency(map + (TOUCHED - 16) * page, 16 * page));
}

FILE_CASE("madvise.normal", LINUX("madvise(2)"),
          "MADV_NORMAL undoes MADV_RANDOM: the system reads ahead again")
{
    struct scratch_file file = scratch_file(FILE_PAGES * page);

    need_read_ahead(&file);
    char *map = cold_map(&file);
    SETUP(madvise(map, FILE_PAGES * page, MADV_RANDOM));
    EXPECT("0", returned(madvise(map, FILE_PAGES * page, MADV_NORMAL)));
    EXPECT("33", load(map + TOUCHED * page));
    EXPECT("11", soon_resident(map + TOUCHED * page, 2 * page));
}

/* ---- populating -------------------------------------------------------------------------------- */

CASE("madvise.populate_read", LINUX("madvise(2)"),
     "after MADV_POPULATE_READ the pages of the range are in memory, and only they", .since = KERNEL(5, 14))
{
    char *map = map_anonymous(4 * page, READ_WRITE, MAP_PRIVATE);

    EXPECT("0000", residency(map, 4 * page));
    EXPECT("0", returned(madvise(map + page, 2 * page, CONSTANT(MADV_POPULATE_READ))));
    EXPECT("0110", residency(map, 4 * page));
    EXPECT("0 0 0 0", page_bytes(map, 4 * page));
}

FILE_CASE("madvise.populate_read_file", LINUX("madvise(2)"),
          "MADV_POPULATE_READ reads a file into memory and waits for it", .since = KERNEL(5, 14))
{
    struct scratch_file file = scratch_file(FILE_PAGES * page);
    char *map = cold_map(&file);

    EXPECT("0000", residency(map, 4 * page));
    EXPECT("0", returned(madvise(map, 4 * page, CONSTANT(MADV_POPULATE_READ))));
    EXPECT("1111", residency(map, 4 * page));
    EXPECT("1 2 3 4", page_bytes(map, 4 * page));
}

FILE_CASE("madvise.populate_read_private", LINUX("madvise(2)"),
          "MADV_POPULATE_READ breaks no copy-on-write: a private map still shows the file",
          .since = KERNEL(5, 14))
{
    struct scratch_file file = scratch_file(2 * page);
    char *map = map_file(&file, 0, 2 * page, READ_WRITE, MAP_PRIVATE);

    EXPECT("0", returned(madvise(map, 2 * page, CONSTANT(MADV_POPULATE_READ))));
    EXPECT("0", smaps_pages(map, "Anonymous"));
    EXPECT("1 2", page_bytes(map, 2 * page));
}

CASE("madvise.populate_write", LINUX("madvise(2)"),
     "after MADV_POPULATE_WRITE the pages are in memory and hold what they held", .since = KERNEL(5, 14))
{
    char *map = map_anonymous(4 * page, READ_WRITE, MAP_PRIVATE);

    EXPECT("stored", store(map + page, 5));
    EXPECT("0", returned(madvise(map, 3 * page, CONSTANT(MADV_POPULATE_WRITE))));
    EXPECT("1110", residency(map, 4 * page));
    EXPECT("3", smaps_pages(map, "Anonymous"));
    EXPECT("0 5 0 0", page_bytes(map, 4 * page));
}

FILE_CASE("madvise.populate_write_file", LINUX("madvise(2)"),
          "MADV_POPULATE_WRITE of a private map keeps the bytes of the file", .since = KERNEL(5, 14))
{
    struct scratch_file file = scratch_file(2 * page);
    char *map = map_file(&file, 0, 2 * page, READ_WRITE, MAP_PRIVATE);

    EXPECT("0", returned(madvise(map, 2 * page, CONSTANT(MADV_POPULATE_WRITE))));
    EXPECT("1 2", page_bytes(map, 2 * page));
    EXPECT("2", smaps_pages(map, "Anonymous"));
    write_file(&file, 0, 9);
    EXPECT("1", load(map));
}

CASE("madvise.populate_write_ro", LINUX("madvise(2)"),
     "MADV_POPULATE_WRITE is refused for pages that can only be read", .since = KERNEL(5, 14))
{
    char *map = map_anonymous(page, PROT_READ, MAP_PRIVATE);

    EXPECT("EINVAL", returned(madvise(map, page, CONSTANT(MADV_POPULATE_WRITE))));
    EXPECT("0", residency(map, page));
    EXPECT("0", returned(madvise(map, page, CONSTANT(MADV_POPULATE_READ))));
    EXPECT("1", residency(map, page));
}

CASE("madvise.populate_read_none", LINUX("madvise(2)"),
     "MADV_POPULATE_READ is refused for pages without rights", .since = KERNEL(5, 14))
{
    char *map = map_anonymous(2 * page, PROT_NONE, MAP_PRIVATE);

    SETUP(mprotect(map + page, page, PROT_READ));
    EXPECT("EINVAL", returned(madvise(map, page, CONSTANT(MADV_POPULATE_READ))));
    EXPECT("0", returned(madvise(map + page, page, CONSTANT(MADV_POPULATE_READ))));
    EXPECT("01", residency(map, 2 * page));
}

FILE_CASE("madvise.populate_past_eof", LINUX("madvise(2)"),
          "populating a page past the end of the file is an error and no signal", .since = KERNEL(5, 14))
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, 2 * page, READ_WRITE, MAP_SHARED);

    EXPECT("EFAULT", returned(madvise(map, 2 * page, CONSTANT(MADV_POPULATE_READ))));
    EXPECT("EFAULT", returned(madvise(map + page, page, CONSTANT(MADV_POPULATE_WRITE))));
    EXPECT("0", returned(madvise(map, page, CONSTANT(MADV_POPULATE_WRITE))));
    EXPECT("1", load(map));
}

CASE("madvise.populate_hole", LINUX("madvise(2)"), "populating a range with an unmapped page is refused",
     .since = KERNEL(5, 14))
{
    char *map = map_anonymous(3 * page, READ_WRITE, MAP_PRIVATE);

    SETUP(munmap(map + page, page));
    EXPECT("ENOMEM", returned(madvise(map, 3 * page, CONSTANT(MADV_POPULATE_READ))));
    EXPECT("ENOMEM", returned(madvise(map, 3 * page, CONSTANT(MADV_POPULATE_WRITE))));
    EXPECT("0", returned(madvise(map + 2 * page, page, CONSTANT(MADV_POPULATE_WRITE))));
}

/* ---- guards ------------------------------------------------------------------------------------ */

CASE("madvise.guard_install", LINUX("madvise(2)"),
     "touching a page with MADV_GUARD_INSTALL raises SIGSEGV, touching its neighbours does not",
     .since = KERNEL(6, 13))
{
    char *map = numbered(4, MAP_PRIVATE);

    EXPECT("0", returned(madvise(map + page, 2 * page, CONSTANT(MADV_GUARD_INSTALL))));
    EXPECT(NO_ACCESS, load(map + page));
    EXPECT(NO_ACCESS, store(map + 3 * page - 1, 1));
    EXPECT("1", load(map));
    EXPECT("4", load(map + 3 * page));
}

CASE("madvise.guard_remove", LINUX("madvise(2)"),
     "after MADV_GUARD_REMOVE the guarded pages read 0 and can be used, the others keep what they hold",
     .since = KERNEL(6, 13))
{
    char *map = numbered(3, MAP_PRIVATE);

    SETUP(madvise(map + page, page, CONSTANT(MADV_GUARD_INSTALL)));
    EXPECT("0", returned(madvise(map, 3 * page, CONSTANT(MADV_GUARD_REMOVE))));
    EXPECT("1 0 3", page_bytes(map, 3 * page));
    EXPECT("stored", store(map + page, 7));
    EXPECT("7", load(map + page));
}

CASE("madvise.guard_fork", LINUX("madvise(2)"), "guards hold in a child too", .since = KERNEL(6, 13))
{
    char *map = numbered(2, MAP_PRIVATE);

    SETUP(madvise(map, page, CONSTANT(MADV_GUARD_INSTALL)));
    EXPECT(NO_ACCESS, load_in_child(map));
    EXPECT("2", load_in_child(map + page));
}

CASE("madvise.guard_dontneed", LINUX("madvise(2)"), "MADV_DONTNEED takes no guard away",
     .since = KERNEL(6, 13))
{
    char *map = numbered(2, MAP_PRIVATE);

    SETUP(madvise(map, page, CONSTANT(MADV_GUARD_INSTALL)));
    EXPECT("0", returned(madvise(map, 2 * page, MADV_DONTNEED)));
    EXPECT(NO_ACCESS, load(map));
    EXPECT("0", load(map + page));
}

CASE("madvise.guard_locked", LINUX("madvise(2)"), "guards can't be put into locked memory, which is kept",
     .since = KERNEL(6, 13))
{
    char *map = numbered(1, MAP_PRIVATE);

    SETUP(mlock(map, page));
    EXPECT("EINVAL", returned(madvise(map, page, CONSTANT(MADV_GUARD_INSTALL))));
    EXPECT("1", load(map));
    SETUP(munlock(map, page));
    EXPECT("0", returned(madvise(map, page, CONSTANT(MADV_GUARD_INSTALL))));
    EXPECT(NO_ACCESS, load(map));
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
    char *first = numbered(2, MAP_PRIVATE), *second = numbered(1, MAP_SHARED);
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
    const struct iovec range = {numbered(1, MAP_PRIVATE), page};
    const int process = own_process(), cold = CONSTANT(MADV_COLD);

    EXPECT("EBADF", advise_process(-1, &range, 1, cold, 0));
    EXPECT("EINVAL", advise_process(process, &range, 1, cold, 1));
    EXPECT("EINVAL", advise_process(process, many, IOV_MAX + 1, cold, 0));
    EXPECT("EINVAL", advise_process(process, &range, 1, 9999, 0));
    EXPECT(number((int64_t)page), advise_process(process, &range, 1, cold, 0));
}
