/* Remapping by the library: what mw_resize does to the file and to the addresses, seen from outside. */
#include "library.h"

#include <pthread.h>
#include <stdatomic.h>

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
    mmap(behind, page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | CONSTANT(MAP_FIXED_NOREPLACE), -1, 0);
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

/* A thread that touches the second page of a map while it is taken away and comes back. */
struct visitor {
    const char *touches;
    atomic_bool over;
    atomic_uint bus_errors, touched;
};

static void *visit(void *argument)
{
    struct visitor *visitor = argument;

    while (!atomic_load(&visitor->over)) {
        if (strncmp(load(visitor->touches), "SIGBUS", 6) == 0)
            atomic_fetch_add(&visitor->bus_errors, 1);
        atomic_fetch_add(&visitor->touched, 1);
    }
    return NULL;
}

FILE_CASE("resize.lib_shrink", MAPWISE("RSZ-02"),
          "a map that shrinks lets go of its pages before they are cut off the file: no touch ends in SIGBUS",
          "a thread that is late by a moment is killed by SIGBUS instead of being told", .seconds = 20)
{
    struct scratch_file file = scratch_file(2 * page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    struct visitor visitor = {.touches = (const char *)info_of(map).base + page};
    pthread_t thread;
    int failures = 0;

    if (pthread_create(&thread, NULL, visit, &visitor) != 0)
        setup_failed("cannot run a thread");
    for (int round = 0; round < 100 || atomic_load(&visitor.touched) == 0; round++)
        failures += mw_resize(map, page, 0, &failure) != MW_OK ||
                    mw_resize(map, 2 * page, MW_RESIZE_MAY_MOVE, &failure) != MW_OK;
    atomic_store(&visitor.over, true);
    pthread_join(thread, NULL);
    EXPECT("0", number(failures));
    EXPECT("0", number(atomic_load(&visitor.bus_errors)));
    EXPECT("MW_OK", resized(map, page));
    EXPECT(number((int64_t)page), file_size(&file));
    EXPECT("1", load(info_of(map).base));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load((const char *)info_of(map).base + page));
}
