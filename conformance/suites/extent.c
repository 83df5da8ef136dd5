/* Long ranges: calls that promise something of a range keep it for every page, looked at all over. */
#include "case.h"

SUITE("extent", "every page of a long range");

enum { PAGES = 200, INNER = PAGES - 2 /* of them, without the first and the last */ };

static char *empty_pages(void)
{
    return map_anonymous(PAGES * page, READ_WRITE, MAP_PRIVATE);
}

/* Every byte of page k is k + 1. */
static char *filled_pages(void)
{
    char *map = empty_pages();

    for (int k = 0; k < PAGES; k++)
        memset(map + (size_t)k * page, k + 1, page);
    return map;
}

/* How many of those pages do not hold that any more. */
static const char *spoilt_pages(const char *map)
{
    int64_t spoilt = 0;

    for (int k = 0; k < PAGES; k++)
        spoilt += strcmp(bytes_other_than(k + 1, map + (size_t)k * page, page), "0") != 0;
    return number(spoilt);
}

/* How many pages from the first to the last answer otherwise when they are touched. */
static const char *loads_besides(const char *expected, const char *map, size_t first, size_t last)
{
    int64_t others = 0;

    for (size_t k = first; k <= last; k++)
        others += strcmp(load(map + k * page), expected) != 0;
    return number(others);
}

/* Stores what is there already. */
static const char *stores_besides(const char *expected, char *map, size_t first, size_t last)
{
    int64_t others = 0;

    for (size_t k = first; k <= last; k++)
        others += strcmp(store(map + k * page, (int)k + 1), expected) != 0;
    return number(others);
}

static const char *resident_pages(const char *map, size_t pages)
{
    int64_t resident = 0;

    for (size_t k = 0; k < pages; k++)
        resident += strcmp(residency(map + k * page, page), "1") == 0;
    return number(resident);
}

CASE("mprotect.long", POSIX("mprotect", SHALL), "mprotect changes every page of a long range",
     "the guard behind a large arena is there in its first pages only")
{
    char *map = filled_pages();

    EXPECT("0", returned(mprotect(map + page, INNER * page, PROT_READ)));
    EXPECT("0", stores_besides("SIGSEGV SEGV_ACCERR exact", map, 1, INNER));
    EXPECT("0", spoilt_pages(map));
    EXPECT("0", returned(mprotect(map + page, INNER * page, PROT_NONE)));
    EXPECT("0", loads_besides("SIGSEGV SEGV_ACCERR exact", map, 1, INNER));
    EXPECT("0", returned(mprotect(map + page, INNER * page, READ_WRITE)));
    EXPECT("0", stores_besides("stored", map, 0, PAGES - 1));
    EXPECT("0", spoilt_pages(map));
}

CASE("mlock.long", POSIX("mlock", SHALL), "mlock locks every page of a long range and brings it into memory",
     "a recording of a minute drops out after its first second")
{
    char *map = empty_pages();

    need_lockable(INNER * page);
    EXPECT("0", returned(mlock(map + page, INNER * page)));
    EXPECT(number(INNER), status_pages("VmLck"));
    EXPECT(number(INNER), resident_pages(map + page, INNER));
}

CASE("mlock2.long", LINUX("mlock2(2)"),
     "mlock2 locks every page of a long range, with and without MLOCK_ONFAULT",
     "only the beginning of a large key store is kept from the disk", .since = KERNEL(4, 4))
{
    const unsigned flags[] = {0, (unsigned)CONSTANT(MLOCK_ONFAULT)};

    need_lockable(INNER * page);
    for (size_t i = 0; i < 2; i++) {
        char *map = empty_pages();
        EXPECT("0", returned(mlock2(map + page, INNER * page, flags[i])));
        EXPECT(number(INNER), status_pages("VmLck"));
        EXPECT("0", loads_besides("0", map, 1, INNER));
        EXPECT(number(INNER), resident_pages(map + page, INNER));
        SETUP(munlock(map, PAGES * page));
    }
}

CASE("madvise.populate_long", LINUX("madvise(2)"),
     "MADV_POPULATE_READ and MADV_POPULATE_WRITE bring in every page of a long range",
     "a trading engine warms up its tables, and faults in their later rows all the same",
     .since = KERNEL(5, 14))
{
    const int advice[] = {CONSTANT(MADV_POPULATE_READ), CONSTANT(MADV_POPULATE_WRITE)};

    for (size_t i = 0; i < 2; i++) {
        char *map = empty_pages();
        EXPECT("0", returned(madvise(map + page, INNER * page, advice[i])));
        EXPECT(number(INNER), resident_pages(map + page, INNER));
        EXPECT("0", bytes_other_than(0, map, PAGES * page));
    }
}

CASE("mremap.long", LINUX("mremap(2)"),
     "every page of a long map comes along when it moves, with all its bytes",
     "a large array has a hole of zeros after it was moved")
{
    const int flags = MREMAP_MAYMOVE | MREMAP_FIXED;
    char *map = filled_pages(), *target = unmapped_range(PAGES * page);

    EXPECT("exact", placed(mremap(map, PAGES * page, PAGES * page, flags, target), target));
    EXPECT("0", spoilt_pages(target));
    EXPECT("0", stores_besides("stored", target, 0, PAGES - 1));
    EXPECT("0", loads_besides("SIGSEGV SEGV_MAPERR exact", map, 0, PAGES - 1));
}
