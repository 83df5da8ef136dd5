/* Limits: what the limits of a process refuse, what does not count, and that it goes on afterwards. */
#include "case.h"

#include <stdio.h>
#include <sys/resource.h>

SUITE("limits", "limits of a process");

static const size_t mib = (size_t)1 << 20;

static void limit_address_space(size_t bytes)
{
    struct rlimit limit;

    SETUP(getrlimit(RLIMIT_AS, &limit));
    limit.rlim_cur = bytes;
    SETUP(setrlimit(RLIMIT_AS, &limit));
}

static void limit_data(size_t bytes)
{
    struct rlimit limit;

    SETUP(getrlimit(RLIMIT_DATA, &limit));
    limit.rlim_cur = bytes;
    SETUP(setrlimit(RLIMIT_DATA, &limit));
}

static char *map_memory(size_t length, int protection, int type)
{
    return mmap(NULL, length, protection, type | MAP_ANONYMOUS, -1, 0);
}

CASE("limit.rlimit_as", LINUX("getrlimit(2)"),
     "a map beyond RLIMIT_AS fails with ENOMEM even without access, below it does not",
     "a job in a batch system takes memory from others although it was limited")
{
    limit_address_space(256 * mib);
    EXPECT("ENOMEM", mapped(map_memory(256 * mib, PROT_NONE, MAP_PRIVATE)));
    EXPECT("ENOMEM", mapped(map_memory(256 * mib, PROT_READ | PROT_WRITE, MAP_SHARED)));
    EXPECT("mapped", mapped(map_memory(64 * mib, PROT_NONE, MAP_PRIVATE)));
}

CASE("limit.rlimit_as_release", LINUX("getrlimit(2)"),
     "what is unmapped no longer counts towards RLIMIT_AS, what is replaced never counts twice",
     "a server that releases all it takes is refused memory after some hours")
{
    limit_address_space(256 * mib);
    char *first = map_memory(160 * mib, PROT_NONE, MAP_PRIVATE);
    EXPECT("ENOMEM", mapped(map_memory(128 * mib, PROT_NONE, MAP_PRIVATE)));
    const int replace = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
    EXPECT("exact", placed(mmap(first, 160 * mib, PROT_READ, replace, -1, 0), first));
    EXPECT("0", returned(munmap(first, 160 * mib)));
    EXPECT("mapped", mapped(map_memory(128 * mib, PROT_NONE, MAP_PRIVATE)));
}

CASE("limit.rlimit_data", LINUX("getrlimit(2)"),
     "private writable memory beyond RLIMIT_DATA fails with ENOMEM, below it does not",
     "a leaking program is not stopped before the machine begins to swap", .since = KERNEL(4, 7))
{
    limit_data(64 * mib);
    EXPECT("ENOMEM", mapped(map_memory(64 * mib, PROT_READ | PROT_WRITE, MAP_PRIVATE)));
    char *map = map_memory(16 * mib, PROT_READ | PROT_WRITE, MAP_PRIVATE);
    EXPECT("mapped", mapped(map));
    EXPECT("stored", store(&map[16 * mib - 1], 1));
    limit_data(128 * mib);
    EXPECT("mapped", mapped(map_memory(64 * mib, PROT_READ | PROT_WRITE, MAP_PRIVATE)));
}

CASE("limit.rlimit_data_shared", PRACTICE("RLIMIT_DATA counts private writable memory"),
     "shared memory, and private memory that can't be written, does not count towards RLIMIT_DATA",
     "a small program with a large read-only dictionary hits a limit not meant for it", .since = KERNEL(4, 7))
{
    limit_data(64 * mib);
    EXPECT("mapped", mapped(map_memory(128 * mib, PROT_READ | PROT_WRITE, MAP_SHARED)));
    EXPECT("mapped", mapped(map_memory(128 * mib, PROT_READ, MAP_PRIVATE)));
    EXPECT("mapped", mapped(map_memory(128 * mib, PROT_NONE, MAP_PRIVATE)));
    EXPECT("ENOMEM", mapped(map_memory(128 * mib, PROT_READ | PROT_WRITE, MAP_PRIVATE)));
}

/* ---- the number of maps ------------------------------------------------------------------------ */

/* vm.max_map_count, where it can be reached in good time. */
static size_t map_limit(void)
{
    int64_t limit = kernel_setting("vm/max_map_count");

    if (limit > 262144)
        unsupported("vm.max_map_count is too high to be reached in good time");
    return (size_t)limit;
}

static size_t count_maps(void)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    size_t lines = 0;

    if (!maps)
        unsupported("/proc/self/maps can't be read");
    for (int character; (character = getc(maps)) != EOF;)
        lines += character == '\n';
    fclose(maps);
    return lines;
}

/* Splits a map in two, time and again, by the protection of every other page: the errno that ends it. */
static int split_until_refused(size_t limit)
{
    char *map = map_anonymous((limit + 2) * page, PROT_NONE, MAP_PRIVATE);

    for (size_t i = 1; i <= limit; i += 2)
        if (mprotect(map + i * page, page, PROT_READ) != 0)
            return errno;
    return 0;
}

CASE("limit.map_count", LINUX("mprotect(2)"),
     "splitting maps ends with ENOMEM when there are as many as vm.max_map_count allows",
     "an allocator with a guard at each object exhausts the kernel instead of being told",
     .needs = NEED_SYSTEM_CALLS, .seconds = 20)
{
    size_t limit = map_limit();

    EXPECT("ENOMEM", error_number(split_until_refused(limit)));
    /* The list may show one that the system does not count, and reading it may take a map more. */
    size_t count = count_maps();
    EXPECT("yes", yes_or_no(count >= limit - 1 && count <= limit + 2));
}

CASE("limit.map_count_munmap", LINUX("mmap(2)"),
     "with all maps used up, munmap in the middle of one fails with ENOMEM, at its end it does not",
     "a program at the limit can free nothing, or believes that it has", .needs = NEED_SYSTEM_CALLS,
     .seconds = 20)
{
    char *map = map_anonymous(4 * page, PROT_READ | PROT_WRITE, MAP_SHARED);

    number_pages(map, 4 * page);
    if (split_until_refused(map_limit()) != ENOMEM)
        setup_failed("the number of maps is not limited");
    for (int i = 0; map_memory(page, i % 2 ? PROT_READ : PROT_NONE, MAP_PRIVATE) != MAP_FAILED; i++) {
    }
    EXPECT("ENOMEM", returned(munmap(map + page, page)));
    EXPECT("1 2 3 4", page_bytes(map, 4 * page));
    EXPECT("0", returned(munmap(map + 3 * page, page)));
    EXPECT("1 2 3", page_bytes(map, 3 * page));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(&map[3 * page]));
}

/* ---- afterwards -------------------------------------------------------------------------------- */

CASE("limit.after_failure", PRACTICE("a call that fails changes nothing"),
     "after ENOMEM the process goes on: its memory is as it was, small maps work, and so does a higher limit",
     "a server that survives one refused request is unable to serve the next")
{
    char *map = map_anonymous(2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE);

    number_pages(map, 2 * page);
    limit_address_space(256 * mib);
    for (int i = 0; i < 1000; i++)
        if (map_memory(256 * mib, PROT_READ, MAP_PRIVATE) != MAP_FAILED)
            setup_failed("RLIMIT_AS does not limit");
    EXPECT("1 2", page_bytes(map, 2 * page));
    EXPECT("mapped", mapped(map_memory(mib, PROT_READ, MAP_PRIVATE)));
    limit_address_space(1024 * mib);
    EXPECT("mapped", mapped(map_memory(256 * mib, PROT_READ, MAP_PRIVATE)));
}
