/* Transparent huge pages: the system makes them of small ones and takes them apart, and nobody's data shall
 * notice. Where no huge page is to be had the cases are UNSUPPORTED, as they would show nothing. */
#include "case.h"

#include <stdio.h>

SUITE("huge", "huge pages");

/* A file of /sys/kernel/mm/transparent_hugepage; UNSUPPORTED without it. */
static void read_setting(const char *name, char *text, size_t capacity)
{
    char path[128];

    snprintf(path, sizeof path, "/sys/kernel/mm/transparent_hugepage/%s", name);
    FILE *file = fopen(path, "re");
    if (!file || !fgets(text, (int)capacity, file))
        unsupported("this kernel has no transparent huge pages");
    fclose(file);
}

static size_t huge_page(void)
{
    char text[128];

    read_setting("enabled", text, sizeof text);
    if (strstr(text, "[never]"))
        unsupported("transparent huge pages are switched off");
    read_setting("hpage_pmd_size", text, sizeof text);
    return (size_t)strtoull(text, NULL, 10);
}

/* Room for so many huge pages at an address that is a multiple of them. */
static char *aligned_room(size_t count, size_t huge)
{
    char *map = map_anonymous((count + 1) * huge, READ_WRITE, MAP_PRIVATE);

    return map + (huge - (uintptr_t)map % huge) % huge;
}

/* So many huge pages side by side, in which each small page holds `value`. */
static char *huge_pages(size_t count, size_t huge, int value)
{
    char *map = aligned_room(count, huge);

    if (madvise(map, count * huge, CONSTANT(MADV_HUGEPAGE)) != 0)
        unsupported("madvise with MADV_HUGEPAGE: %s", error_number(errno));
    memset(map, value, count * huge);
    if (atoll(smaps_pages(map, "AnonHugePages")) != (long long)(count * huge / page))
        unsupported("no huge page was to be had");
    return map;
}

static const char *in_small_pages(size_t bytes)
{
    return number((int64_t)(bytes / page));
}

CASE("huge.thp_align", LINUX("madvise(2)"),
     "with MADV_HUGEPAGE what is aligned becomes huge pages, with MADV_NOHUGEPAGE nothing does",
     "a program that counts on huge pages, or on none, has the others")
{
    const size_t huge = huge_page();
    char *with = huge_pages(2, huge, 5), *without = aligned_room(1, huge);

    EXPECT(in_small_pages(2 * huge), smaps_pages(with, "AnonHugePages"));
    EXPECT("0", returned(madvise(without, huge, CONSTANT(MADV_NOHUGEPAGE))));
    memset(without, 5, huge);
    EXPECT("0", smaps_pages(without, "AnonHugePages"));
    EXPECT("0", bytes_other_than(5, with, 2 * huge));
}

/* Gives back the range of a fresh pair of huge pages; how many bytes are not zero there, or not as before
 * beside it. */
static const char *wrong_after_dontneed(size_t huge, size_t begin, size_t end)
{
    const int value = 5;
    char *map = huge_pages(2, huge, value);
    int64_t wrong;

    SETUP(madvise(map + begin, end - begin, MADV_DONTNEED));
    wrong = atoll(bytes_other_than(value, map, begin)) +
            atoll(bytes_other_than(value, map + end, 2 * huge - end)) +
            atoll(bytes_other_than(0, map + begin, end - begin));
    SETUP(munmap(map, 2 * huge));
    return number(wrong);
}

CASE("huge.thp_dontneed_boundaries", LINUX("madvise(2)"),
     "MADV_DONTNEED within, up to, from and across the boundary of two huge pages zeroes that range alone",
     "data beside a range that is given back is gone, or the range keeps what it had", .seconds = 10)
{
    const size_t huge = huge_page();

    EXPECT("0", wrong_after_dontneed(huge, 0, page));
    EXPECT("0", wrong_after_dontneed(huge, page, huge - page));
    EXPECT("0", wrong_after_dontneed(huge, huge - page, huge));
    EXPECT("0", wrong_after_dontneed(huge, 0, huge));
    EXPECT("0", wrong_after_dontneed(huge, huge - page, huge + page));
    EXPECT("0", wrong_after_dontneed(huge, huge, huge + page));
    EXPECT("0", wrong_after_dontneed(huge, page, 2 * huge - page));
    EXPECT("0", wrong_after_dontneed(huge, huge, 2 * huge));
    EXPECT("0", wrong_after_dontneed(huge, 0, 2 * huge));
}

CASE("huge.thp_split_data", POSIX("mprotect", SHALL),
     "mprotect and munmap within a huge page take effect there alone, and the rest keeps its data",
     "data is lost when a program protects or unmaps a part of its memory")
{
    const size_t huge = huge_page(), middle = huge / 2;
    char *map = huge_pages(1, huge, 5);

    EXPECT("0", returned(mprotect(map + middle, page, PROT_READ)));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(&map[middle], 9));
    EXPECT("0", bytes_other_than(5, map, huge));
    EXPECT("0", returned(munmap(map + page, page)));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(&map[page]));
    EXPECT("0", bytes_other_than(5, map, page));
    EXPECT("0", bytes_other_than(5, map + 2 * page, huge - 2 * page));
    EXPECT("stored", store(&map[huge - 1], 9));
}

CASE("huge.collapse", LINUX("madvise(2)"),
     "MADV_COLLAPSE makes a huge page of small ones, in which all data is as before",
     "data is lost when the system tidies memory up", .since = KERNEL(6, 1))
{
    const size_t huge = huge_page();
    char *map = aligned_room(1, huge);

    SETUP(madvise(map, huge, CONSTANT(MADV_NOHUGEPAGE)));
    memset(map, 5, huge);
    EXPECT("0", smaps_pages(map, "AnonHugePages"));
    SETUP(madvise(map, huge, CONSTANT(MADV_HUGEPAGE)));
    if (madvise(map, huge, CONSTANT(MADV_COLLAPSE)) != 0)
        unsupported("no huge page was to be had: %s", error_number(errno));
    EXPECT(in_small_pages(huge), smaps_pages(map, "AnonHugePages"));
    EXPECT("0", bytes_other_than(5, map, huge));
    EXPECT("stored", store(&map[huge - 1], 9));
}
