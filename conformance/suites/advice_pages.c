/* Advice about which pages are in memory: reclaim, reading ahead, populating, guards. */
#include "advice.h"
#include "fuse_files.h"

SUITE("advice", "madvise and posix_madvise");

/* What is behind an address does not count, only that no access is possible: newer kernels may call a
 * guarded page protected where they call it unmapped today. */
#define NO_ACCESS "SIGSEGV SEGV_MAPERR exact|SIGSEGV SEGV_ACCERR exact"

/* ---- reclaim ----------------------------------------------------------------------------------- */

CASE("madvise.cold", LINUX("madvise(2)"),
     "MADV_COLD makes pages look as if nobody had used them lately, and keeps them",
     "a browser that marks a hidden tab as cold loses its state, or keeps others out of memory",
     .since = KERNEL(5, 4))
{
    char *map = numbered_pages(4, MAP_PRIVATE);

    EXPECT("0", returned(madvise(map, 4 * page, CONSTANT(MADV_COLD))));
    EXPECT("0", referenced_in_the_end("0", &(struct advised_range){map, 4 * page, 0, 4}));
    EXPECT("1111", residency(map, 4 * page));
    EXPECT("1 2 3 4", page_bytes(map, 4 * page));
}

static const char *look_at_residency(void *argument)
{
    const struct advised_range *range = argument;

    return residency(range->map, range->length);
}

static void page_out_again(void *argument)
{
    const struct advised_range *range = argument;

    SETUP(madvise(range->map + range->first * page, range->pages * page, CONSTANT(MADV_PAGEOUT)));
}

/* What is in memory of the map once the range, and nothing else, has been paged out. */
static const char *page_out(const char *wanted, struct advised_range *range)
{
    page_out_again(range);
    return seen_in_the_end(wanted, look_at_residency, page_out_again, range);
}

FILE_CASE("madvise.pageout", LINUX("madvise(2)"),
          "MADV_PAGEOUT drops unchanged pages of a file from memory, and they are read again when touched",
          "a phone that pages out an idle application frees nothing, or wakes it with damaged data",
          .since = KERNEL(5, 4))
{
    struct scratch_file file = scratch_file(4 * page);
    char *map = map_file(&file, 0, 4 * page, PROT_READ, MAP_SHARED);

    need_backing_store(&file);
    SETUP(fsync(file.descriptor));
    EXPECT("1 2 3 4", page_bytes(map, 4 * page));
    EXPECT("1111", residency(map, 4 * page));
    EXPECT("0000", page_out("0000", &(struct advised_range){map, 4 * page, 0, 4}));
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
          "MADV_WILLNEED brings pages into memory before anyone touches them",
          "a search engine that asks for its index ahead waits for the disk at every page all the same")
{
    struct scratch_file file = scratch_file(FILE_PAGES * page);
    char *map = cold_map(&file);

    EXPECT("00", residency(map, 2 * page));
    EXPECT("0", returned(madvise(map, 2 * page, MADV_WILLNEED)));
    EXPECT("11", soon_resident(map, 2 * page));
    EXPECT("1 2", page_bytes(map, 2 * page));
}

FILE_CASE("advice.posix_willneed", POSIX("posix_madvise", MAY),
          "POSIX_MADV_WILLNEED brings pages into memory before anyone touches them",
          "a portable player that announces the next part of a film still stutters at its start")
{
    struct scratch_file file = scratch_file(FILE_PAGES * page);
    char *map = cold_map(&file);

    EXPECT("00", residency(map, 2 * page));
    EXPECT("0", error_number(posix_madvise(map, 2 * page, POSIX_MADV_WILLNEED)));
    EXPECT("11", soon_resident(map, 2 * page));
}

FILE_CASE("advice.posix_random", POSIX("posix_madvise", MAY),
          "POSIX_MADV_RANDOM reads the touched page and nothing around it",
          "a data base that looks up single records reads its whole file", .needs = NEED_LINUX)
{
    struct scratch_file file = scratch_file(FILE_PAGES * page);
    char *map = cold_map(&file);

    EXPECT("0", error_number(posix_madvise(map, FILE_PAGES * page, POSIX_MADV_RANDOM)));
    EXPECT("33", load(map + TOUCHED * page));
    EXPECT("1", residency(map + TOUCHED * page, page));
    EXPECT("0000000000000000", residency(map + (TOUCHED - 16) * page, 16 * page));
    EXPECT("0000000000000000", residency(map + (TOUCHED + 16) * page, 16 * page));
}

FILE_CASE("advice.posix_sequential", POSIX("posix_madvise", MAY),
          "POSIX_MADV_SEQUENTIAL reads on behind the touched page and nothing before it",
          "a program that reads a file from start to end waits at every page", .needs = NEED_LINUX)
{
    struct scratch_file file = scratch_file(FILE_PAGES * page);

    need_read_ahead(&file);
    char *map = cold_map(&file);
    EXPECT("0", error_number(posix_madvise(map, FILE_PAGES * page, POSIX_MADV_SEQUENTIAL)));
    EXPECT("33", load(map + TOUCHED * page));
    EXPECT("11", soon_resident(map + TOUCHED * page, 2 * page));
    EXPECT("0000000000000000", residency(map + (TOUCHED - 16) * page, 16 * page));
}

FILE_CASE("madvise.random", LINUX("madvise(2)"), "MADV_RANDOM reads the touched page and nothing around it",
          "a database with random lookups reads many times what it needs and evicts what it has")
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
          "MADV_SEQUENTIAL reads on behind the touched page and nothing before it",
          "a log scanner waits for each page in turn instead of finding the next one read already")
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
          "MADV_NORMAL undoes MADV_RANDOM: the system reads ahead again",
          "a store that ends its random phase does its nightly scan one page at a time")
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
     "after MADV_POPULATE_READ the pages of the range are in memory, and only they",
     "a latency-bound service that prefaulted its table still faults, or ran out of memory for more",
     .since = KERNEL(5, 14))
{
    char *map = map_anonymous(4 * page, READ_WRITE, MAP_PRIVATE);

    EXPECT("0000", residency(map, 4 * page));
    EXPECT("0", returned(madvise(map + page, 2 * page, CONSTANT(MADV_POPULATE_READ))));
    EXPECT("0110", residency(map, 4 * page));
    EXPECT("0 0 0 0", page_bytes(map, 4 * page));
}

FILE_CASE("madvise.populate_read_file", LINUX("madvise(2)"),
          "MADV_POPULATE_READ reads a file into memory and waits for it",
          "a loader that warms a model before taking requests makes the first of them wait for the disk",
          .since = KERNEL(5, 14))
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
          "a program that preloads a library copies all of it and doubles the memory it costs",
          .since = KERNEL(5, 14))
{
    struct scratch_file file = scratch_file(2 * page);
    char *map = map_file(&file, 0, 2 * page, READ_WRITE, MAP_PRIVATE);

    EXPECT("0", returned(madvise(map, 2 * page, CONSTANT(MADV_POPULATE_READ))));
    EXPECT("0", smaps_pages(map, "Anonymous"));
    EXPECT("1 2", page_bytes(map, 2 * page));
}

CASE("madvise.populate_write", LINUX("madvise(2)"),
     "after MADV_POPULATE_WRITE the pages are in memory and hold what they held",
     "a virtual machine that preallocates its memory dies later, when a page is not there",
     .since = KERNEL(5, 14))
{
    char *map = single_pages(4);

    EXPECT("stored", store(map + page, 5));
    EXPECT("0", returned(madvise(map, 3 * page, CONSTANT(MADV_POPULATE_WRITE))));
    EXPECT("1110", residency(map, 4 * page));
    EXPECT("3", smaps_pages(map, "Anonymous"));
    EXPECT("0 5 0 0", page_bytes(map, 4 * page));
}

FILE_CASE("madvise.populate_write_file", LINUX("madvise(2)"),
          "MADV_POPULATE_WRITE of a private map keeps the bytes of the file",
          "a program that prepares a writable image finds the image blank or tied to the file",
          .since = KERNEL(5, 14))
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
     "MADV_POPULATE_WRITE is refused for pages that can only be read",
     "a tool that preallocates through a read-only map thinks that its writes cannot fail now",
     .since = KERNEL(5, 14))
{
    char *map = map_anonymous(page, PROT_READ, MAP_PRIVATE);

    EXPECT("EINVAL", returned(madvise(map, page, CONSTANT(MADV_POPULATE_WRITE))));
    EXPECT("0", residency(map, page));
    EXPECT("0", returned(madvise(map, page, CONSTANT(MADV_POPULATE_READ))));
    EXPECT("1", residency(map, page));
}

CASE("madvise.populate_read_none", LINUX("madvise(2)"),
     "MADV_POPULATE_READ is refused for pages without rights",
     "a guard page of a thread's stack costs memory and is counted as usable", .since = KERNEL(5, 14))
{
    char *map = map_anonymous(2 * page, PROT_NONE, MAP_PRIVATE);

    SETUP(mprotect(map + page, page, PROT_READ));
    EXPECT("EINVAL", returned(madvise(map, page, CONSTANT(MADV_POPULATE_READ))));
    EXPECT("0", returned(madvise(map + page, page, CONSTANT(MADV_POPULATE_READ))));
    EXPECT("01", residency(map, 2 * page));
}

FILE_CASE("madvise.populate_past_eof", LINUX("madvise(2)"),
          "populating a page past the end of the file is an error and no signal",
          "a server that preloads a file while it is being cut dies instead of seeing an error",
          .since = KERNEL(5, 14))
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, 2 * page, READ_WRITE, MAP_SHARED);

    EXPECT("EFAULT", returned(madvise(map, 2 * page, CONSTANT(MADV_POPULATE_READ))));
    EXPECT("EFAULT", returned(madvise(map + page, page, CONSTANT(MADV_POPULATE_WRITE))));
    EXPECT("0", returned(madvise(map, page, CONSTANT(MADV_POPULATE_WRITE))));
    EXPECT("1", load(map));
}

CASE("madvise.populate_hole", LINUX("madvise(2)"), "populating a range with an unmapped page is refused",
     "a program believes that all of its heap is prefaulted and crashes in the gap", .since = KERNEL(5, 14))
{
    char *map = map_anonymous(4 * page, READ_WRITE, MAP_PRIVATE);

    SETUP(munmap(map + page, page));
    EXPECT("ENOMEM", returned(madvise(map, 3 * page, CONSTANT(MADV_POPULATE_READ))));
    EXPECT("ENOMEM", returned(madvise(map, 3 * page, CONSTANT(MADV_POPULATE_WRITE))));
    EXPECT("0", residency(map + 3 * page, page));
    EXPECT("0", returned(madvise(map + 3 * page, page, CONSTANT(MADV_POPULATE_WRITE))));
    EXPECT("1", residency(map + 3 * page, page));
}

/* ---- guards ------------------------------------------------------------------------------------ */

CASE("madvise.guard_install", LINUX("madvise(2)"),
     "touching a page with MADV_GUARD_INSTALL raises SIGSEGV, touching its neighbours does not",
     "an overrun of a thread's stack runs on silently into the stack of the next thread",
     .since = KERNEL(6, 13))
{
    char *map = numbered_pages(4, MAP_PRIVATE);

    EXPECT("0", returned(madvise(map + page, 2 * page, CONSTANT(MADV_GUARD_INSTALL))));
    EXPECT(NO_ACCESS, load(map + page));
    EXPECT(NO_ACCESS, store(map + 3 * page - 1, 1));
    EXPECT("1", load(map));
    EXPECT("4", load(map + 3 * page));
}

CASE("madvise.guard_remove", LINUX("madvise(2)"),
     "after MADV_GUARD_REMOVE the guarded pages read 0 and can be used, the others keep what they hold",
     "a thread that takes over a recycled stack dies at the former guard, or finds old frames",
     .since = KERNEL(6, 13))
{
    char *map = numbered_pages(3, MAP_PRIVATE);

    SETUP(madvise(map + page, page, CONSTANT(MADV_GUARD_INSTALL)));
    EXPECT("0", returned(madvise(map, 3 * page, CONSTANT(MADV_GUARD_REMOVE))));
    EXPECT("1 0 3", page_bytes(map, 3 * page));
    EXPECT("stored", store(map + page, 7));
    EXPECT("7", load(map + page));
}

CASE("madvise.guard_fork", LINUX("madvise(2)"), "guards hold in a child too",
     "an overflow in a child process goes unnoticed where its parent would have been stopped",
     .since = KERNEL(6, 13))
{
    char *map = numbered_pages(2, MAP_PRIVATE);

    SETUP(madvise(map, page, CONSTANT(MADV_GUARD_INSTALL)));
    EXPECT(NO_ACCESS, load_in_child(map));
    EXPECT("2", load_in_child(map + page));
}

CASE("madvise.guard_dontneed", LINUX("madvise(2)"), "MADV_DONTNEED takes no guard away",
     "an allocator that trims its spans opens the very gaps that were to catch overruns",
     .since = KERNEL(6, 13))
{
    char *map = numbered_pages(2, MAP_PRIVATE);

    SETUP(madvise(map, page, CONSTANT(MADV_GUARD_INSTALL)));
    EXPECT("0", returned(madvise(map, 2 * page, MADV_DONTNEED)));
    EXPECT(NO_ACCESS, load(map));
    EXPECT("0", load(map + page));
}

CASE("madvise.guard_locked", LINUX("madvise(2)"), "guards can't be put into locked memory, which is kept",
     "locked secrets are thrown away where their owner only wished to fence them in", .since = KERNEL(6, 13))
{
    char *map = numbered_pages(1, MAP_PRIVATE);

    need_lockable(page);
    SETUP(mlock(map, page));
    EXPECT("EINVAL", returned(madvise(map, page, CONSTANT(MADV_GUARD_INSTALL))));
    EXPECT("1", load(map));
    SETUP(munlock(map, page));
    EXPECT("0", returned(madvise(map, page, CONSTANT(MADV_GUARD_INSTALL))));
    EXPECT(NO_ACCESS, load(map));
}

/* ---- whole pages of the range, and no others ------------------------------------------------------ */

CASE("madvise.several_maps", LINUX("madvise(2)"), "one call advises all the maps that its range spans",
     "what a program gives back in one call keeps half of its memory, or its secrets")
{
    char *map = numbered_pages(4, MAP_PRIVATE);

    SETUP(mprotect(map + page, page, PROT_READ));
    EXPECT("0", returned(madvise(map, 3 * page, MADV_DONTNEED)));
    EXPECT("0 0 0 4", page_bytes(map, 4 * page));
}

CASE("madvise.dontneed_locked_range", LINUX("madvise(2)"),
     "MADV_DONTNEED_LOCKED drops every page of its range and no other",
     "a page of a locked heap that was given back keeps its secret, or a page in use loses its bytes",
     .since = KERNEL(5, 18))
{
    char *map = numbered_pages(4, MAP_PRIVATE);

    need_lockable(4 * page);
    SETUP(mlock(map, 4 * page));
    EXPECT("0", returned(madvise(map + page, 2 * page, CONSTANT(MADV_DONTNEED_LOCKED))));
    EXPECT("1 0 0 4", page_bytes(map, 4 * page));
}

CASE("madvise.cold_range", LINUX("madvise(2)"), "MADV_COLD marks every page of its range and no other",
     "pages in use are the first to go when memory is short", .since = KERNEL(5, 4))
{
    char *map = numbered_pages(4, MAP_PRIVATE);

    EXPECT("4", smaps_pages(map, "Referenced"));
    EXPECT("0", returned(madvise(map + page, 2 * page, CONSTANT(MADV_COLD))));
    EXPECT("2", referenced_in_the_end("2", &(struct advised_range){map, 4 * page, 1, 2}));
    EXPECT("1 2 3 4", page_bytes(map, 4 * page));
}

FILE_CASE("madvise.pageout_range", LINUX("madvise(2)"),
          "MADV_PAGEOUT drops every unchanged page of its range from memory and no other",
          "pages in use are read from the disk again, or memory that was to be freed is not",
          .since = KERNEL(5, 4))
{
    struct scratch_file file = scratch_file(8 * page);

    need_backing_store(&file);
    SETUP(fsync(file.descriptor));
    char *map = map_file(&file, 0, 8 * page, PROT_READ, MAP_SHARED);
    SETUP(madvise(map, 8 * page, MADV_RANDOM));
    for (size_t i = 0; i < 8; i++)
        load(map + i * page);
    const char *before = residency(map, 8 * page);
    EXPECT("11111111", before);
    EXPECT("0", returned(madvise(map + 2 * page, 4 * page, CONSTANT(MADV_PAGEOUT))));
    EXPECT("11000011", page_out("11000011", &(struct advised_range){map, 8 * page, 2, 4}));
}

CASE("madvise.guard_remove_range", LINUX("madvise(2)"),
     "MADV_GUARD_REMOVE takes every guard of its range away and no other",
     "a stack that was made usable dies at its last page, or runs past its end unseen",
     .since = KERNEL(6, 13))
{
    char *map = numbered_pages(4, MAP_PRIVATE);

    SETUP(madvise(map, 4 * page, CONSTANT(MADV_GUARD_INSTALL)));
    EXPECT("0", returned(madvise(map + page, 2 * page, CONSTANT(MADV_GUARD_REMOVE))));
    EXPECT("0 0", page_bytes(map + page, 2 * page));
    EXPECT("SIGSEGV SEGV_MAPERR exact|SIGSEGV SEGV_ACCERR exact", load(map));
    EXPECT("SIGSEGV SEGV_MAPERR exact|SIGSEGV SEGV_ACCERR exact", load(map + 3 * page));
}

/* ---- storage that fails -------------------------------------------------------------------------- */

CASE("madvise.populate_eio", LINUX("madvise(2)"),
     "MADV_POPULATE_READ of a page that can't be read is EFAULT, where a load would be SIGBUS, and ends",
     "a program that prepares its pages hangs, or believes that it has them", .since = KERNEL(5, 14))
{
    struct scratch_file file = served_file(SERVED_UNREADABLE);
    char *map = map_file(&file, 0, 2 * page, PROT_READ, MAP_SHARED);

    EXPECT("0", returned(madvise(map, page, CONSTANT(MADV_POPULATE_READ))));
    EXPECT("EFAULT", returned(madvise(map, 2 * page, CONSTANT(MADV_POPULATE_READ))));
    EXPECT("1", load(map));
    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[page]));
}
