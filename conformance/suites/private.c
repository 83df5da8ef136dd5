/* Private maps: stores stay with the process that made them. */
#include "case.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/uio.h>

SUITE("private", "private copies");

static char *map_private(const struct scratch_file *file, size_t length)
{
    return map_file(file, 0, length, PROT_READ | PROT_WRITE, MAP_PRIVATE);
}

static char *map_private_memory(size_t length)
{
    return map_anonymous(length, PROT_READ | PROT_WRITE, MAP_PRIVATE);
}

/* ---- the file stays as it is --------------------------------------------------------------------------- */

FILE_CASE("private.not_in_file", POSIX("mmap", SHALL),
          "a store through a private map does not change the file, not even after munmap",
          "a debugger's breakpoints end up in the program file of everybody")
{
    struct scratch_file file = scratch_file(2 * page);
    char *map = map_private(&file, 2 * page);

    EXPECT("stored", store(&map[page], 9));
    EXPECT("9", load(&map[page]));
    EXPECT("2", file_byte(&file, (int64_t)page));
    SETUP(munmap(map, 2 * page));
    EXPECT("2", file_byte(&file, (int64_t)page));
    EXPECT("1 2", page_bytes(map_private(&file, 2 * page), 2 * page));
}

FILE_CASE("private.not_in_other_map", POSIX("mmap", SHALL),
          "a store through a private map is not seen through any other map of the file",
          "one process that relocates a library breaks all others that use it")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_private(&file, page), *other = map_private(&file, page);
    char *shared = map_file(&file, 0, page, PROT_READ, MAP_SHARED);

    EXPECT("1", load(&shared[0]));
    EXPECT("stored", store(&map[0], 9));
    EXPECT("1", load(&other[0]));
    EXPECT("1", load(&shared[0]));
    EXPECT("1", load(map_private(&file, page)));
    EXPECT("9", load(&map[0]));
}

FILE_CASE("private.msync_noop", POSIX("mmap", SHALL), "msync carries no store of a private map to the file",
          "a flush of all maps writes scratch data into the input file")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_private(&file, page);

    EXPECT("stored", store(&map[0], 9));
    msync(map, page, MS_SYNC);
    EXPECT("1", file_byte(&file, 0));
    EXPECT("9", load(&map[0]));
}

FILE_CASE("private.msync_invalidate", PRACTICE("Linux, mm/msync.c"),
          "MS_INVALIDATE takes no store of a private map back",
          "a refresh of the caches throws away what the user has just typed")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_private(&file, page);

    EXPECT("stored", store(&map[0], 9));
    EXPECT("0", returned(msync(map, page, MS_SYNC | MS_INVALIDATE)));
    EXPECT("9", load(&map[0]));
    EXPECT("1", file_byte(&file, 0));
}

FILE_CASE("private.ro_fd", POSIX("mmap", SHALL),
          "a file opened for reading only takes stores in a writable private map, and stays as it is",
          "a linker cannot relocate a library that it may only read, or it alters it")
{
    struct scratch_file file = scratch_file(page);
    int descriptor = reopen(&file, O_RDONLY);
    char *map = map_descriptor(descriptor, 0, page, PROT_READ | PROT_WRITE, MAP_PRIVATE);

    EXPECT("EACCES", mapped(mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)));
    EXPECT("stored", store(&map[0], 9));
    EXPECT("9", load(&map[0]));
    EXPECT("1", file_byte(&file, 0));
}

FILE_CASE("private.kernel_store", POSIX("mmap", SHALL),
          "what read(2) puts into a private map stays there and does not reach the mapped file",
          "reading into a patched image changes the file for everyone")
{
    struct scratch_file file = scratch_file(2 * page);
    char *map = map_private(&file, page), *other = map_file(&file, 0, page, PROT_READ, MAP_SHARED);

    EXPECT("1", load(&other[0]));
    EXPECT("10", returned(pread(file.descriptor, map, 10, (off_t)page)));
    EXPECT("0", bytes_other_than(2, map, 10));
    EXPECT("0", bytes_other_than(1, &map[10], page - 10));
    EXPECT("1", load(&other[0]));
    EXPECT("1", file_byte(&file, 0));
}

FILE_CASE("private.tail_store", POSIX("mmap", SHALL),
          "a store past the end of the file in the last page of a private map is private as well",
          "padding that one process uses as scratch space turns into contents of the file")
{
    struct scratch_file file = scratch_file(10);
    char *map = map_private(&file, page), *other = map_private(&file, page);

    EXPECT("stored", store(&map[10], 9));
    EXPECT("9", load(&map[10]));
    EXPECT("0", load(&other[10]));
    EXPECT("10", file_size(&file));
    resize_file(&file, (off_t)page);
    EXPECT("0", file_byte(&file, 10));
}

/* ---- the copy stays as it is --------------------------------------------------------------------------- */

FILE_CASE(
    "private.copy_keeps_rest", POSIX("mmap", SHALL),
    "a store into a private page leaves its other bytes and the neighbouring pages as the file has them",
    "changing one byte of an image turns the rest of the page into rubbish")
{
    struct scratch_file file = scratch_file(3 * page);
    char *map = map_private(&file, 3 * page);

    EXPECT("stored", store(&map[page + 10], 9));
    EXPECT("0", bytes_other_than(1, map, page));
    EXPECT("0", bytes_other_than(2, &map[page], 10));
    EXPECT("0", bytes_other_than(2, &map[page + 11], page - 11));
    EXPECT("0", bytes_other_than(3, &map[2 * page], page));
}

FILE_CASE("private.touched_isolated", POSIX("mmap", SHALL),
          "what a private map stored is not overwritten by later changes of the file",
          "an editor's unsaved changes are overwritten when another program saves")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_private(&file, page), *shared = map_file(&file, 0, page, PROT_WRITE, MAP_SHARED);

    EXPECT("stored", store(&map[0], 8));
    EXPECT("stored", store(&map[1], 9));
    write_file(&file, 0, 5);
    EXPECT("stored", store(&shared[1], 6));
    EXPECT("8", load(&map[0]));
    EXPECT("9", load(&map[1]));
    EXPECT("5", file_byte(&file, 0));
}

FILE_CASE("private.untouched_sees_write", POSIX("mmap", UNSPECIFIED),
          "a page of a private map that nobody has touched shows a later change of the file, or does not",
          "a snapshot by MAP_PRIVATE changes under its reader, or does not, as the system likes")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_private(&file, page);

    write_file(&file, 0, 9);
    EXPECT("9|1", load(&map[0]));
    EXPECT("1", load(&map[1]));
    EXPECT("9", load(map_private(&file, page)));
}

FILE_CASE("private.read_touched_sees_write", POSIX("mmap", UNSPECIFIED),
          "a page of a private map that was only read shows a later change of the file, or does not",
          "a program that checks what it read and then uses it can be given something else")
{
    struct scratch_file file = scratch_file(2 * page);
    char *map = map_private(&file, 2 * page);
    char *shared = map_file(&file, 0, 2 * page, PROT_WRITE, MAP_SHARED);

    EXPECT("1 2", page_bytes(map, 2 * page));
    write_file(&file, 0, 9);
    EXPECT("stored", store(&shared[page], 8));
    EXPECT("9|1", load(&map[0]));
    EXPECT("8|2", load(&map[page]));
    EXPECT("stored", store(&map[1], 7));
    EXPECT("7", load(&map[1]));
    EXPECT("1", file_byte(&file, 1));
}

FILE_CASE("private.mprotect_ro_keeps", POSIX("mprotect", SHALL),
          "a private copy outlives the loss of write permission, and its return",
          "a linker that seals its relocated table finds the addresses gone")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_private(&file, page);

    EXPECT("stored", store(&map[0], 9));
    SETUP(mprotect(map, page, PROT_READ));
    EXPECT("9", load(&map[0]));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(&map[0], 8));
    SETUP(mprotect(map, page, PROT_READ | PROT_WRITE));
    EXPECT("9", load(&map[0]));
    EXPECT("1", file_byte(&file, 0));
}

FILE_CASE("private.dontneed_rereads", LINUX("madvise(2)"),
          "MADV_DONTNEED drops the copies of a private map of a file: its pages hold the file again",
          "a sandbox that resets its guest to the original image keeps the infected pages")
{
    struct scratch_file file = scratch_file(3 * page);
    char *map = map_private(&file, 3 * page);

    memset(map, 9, 3 * page);
    EXPECT("0", returned(madvise(&map[page], page, CONSTANT(MADV_DONTNEED))));
    EXPECT("9 2 9", page_bytes(map, 3 * page));
    EXPECT("0", bytes_other_than(2, &map[page], page));
}

CASE("private.zero_page", POSIX("mmap", SHALL),
     "memory that was read before it was written is nobody else's zeros",
     "one store into fresh memory shows in the empty pages of every program")
{
    char *map = map_private_memory(2 * page), *other = map_private_memory(2 * page);

    EXPECT("0 0", page_bytes(map, 2 * page));
    EXPECT("0 0", page_bytes(other, 2 * page));
    EXPECT("stored", store(&map[0], 9));
    EXPECT("9 0", page_bytes(map, 2 * page));
    EXPECT("0 0", page_bytes(other, 2 * page));
    EXPECT("0", load(map_private_memory(page)));
}

/* ---- after fork ---------------------------------------------------------------------------------------- */

static const char *store_in_three_generations(void *map)
{
    volatile char *byte = map;
    char before = *byte;

    *byte = (char)(before + 1);
    const char *youngest = before < 2 ? in_child(store_in_three_generations, map) : "kept";
    return *byte == before + 1 ? youngest : "a descendant's store is here";
}

FILE_CASE("private.fork_tree", POSIX("fork", SHALL),
          "three generations each keep their own copy of a private page",
          "a grandchild that sorts its copy shuffles the list of its grandparent")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_private(&file, page);

    EXPECT("stored", store(&map[0], 0));
    EXPECT("kept", in_child(store_in_three_generations, map));
    EXPECT("0", load(&map[0]));
    EXPECT("1", file_byte(&file, 0));
}

/* A child that waits for a word before it looks. */
struct late_child {
    pid_t process;
    int ask[2], answer[2];
};

static struct late_child late_child(const volatile char *looks_at)
{
    struct late_child child;
    char byte;

    SETUP(pipe(child.ask));
    SETUP(pipe(child.answer));
    child.process = (pid_t)SETUP(fork());
    if (child.process == 0) {
        if (read(child.ask[0], &byte, 1) == 1)
            (void)!write(child.answer[1], (const void *)(uintptr_t)looks_at, 1);
        _exit(0);
    }
    close(child.ask[0]);
    close(child.answer[1]); /* so that a child that dies is heard, too */
    return child;
}

static const char *what_it_sees(const struct late_child *child)
{
    unsigned char byte;

    SETUP(write(child->ask[1], "?", 1));
    return read(child->answer[0], &byte, 1) == 1 ? number(byte) : "no answer";
}

CASE("private.fork_parent_later", POSIX("fork", SHALL),
     "what the parent stores after the fork is not seen by the child",
     "the snapshot that a child is saving contains half of a later transaction")
{
    char *map = map_private_memory(2 * page);

    EXPECT("stored", store(&map[0], 8));
    struct late_child first = late_child(&map[0]), second = late_child(&map[page]);
    EXPECT("stored", store(&map[0], 9));
    EXPECT("stored", store(&map[page], 9));
    EXPECT("8", what_it_sees(&first));
    EXPECT("0", what_it_sees(&second));
}

FILE_CASE("private.fork_file_later", POSIX("fork", SHALL),
          "what the parent stores into a private map of a file after the fork is not seen by the child",
          "a forked compiler sees its parent's edits in the middle of a pass")
{
    struct scratch_file file = scratch_file(2 * page);
    char *map = map_private(&file, 2 * page);

    EXPECT("stored", store(&map[0], 8));
    struct late_child first = late_child(&map[0]), second = late_child(&map[page]);
    EXPECT("stored", store(&map[0], 9));
    EXPECT("stored", store(&map[page], 9));
    EXPECT("8", what_it_sees(&first));
    EXPECT("2", what_it_sees(&second));
}

static const char *store_and_leave(void *map)
{
    memset(map, 9, page);
    return "left";
}

CASE("private.fork_child_exit", POSIX("fork", SHALL),
     "a child that stored and ended leaves every byte of the parent's page as it was",
     "a parent's heap holds what a helper has scribbled into its copy before it ended")
{
    char *map = map_private_memory(page);

    memset(map, 8, page);
    EXPECT("left", in_child(store_and_leave, map));
    EXPECT("0", bytes_other_than(8, map, page));
    EXPECT("stored", store(&map[0], 7));
    EXPECT("0", bytes_other_than(8, &map[1], page - 1));
}

struct pinned {
    char *map;
    int pipe[2];
};

/* The child lends the page to a pipe and gives its map of it away. */
static const char *lend_page(void *argument)
{
    struct pinned *pinned = argument;
    struct iovec page_of_map = {pinned->map, page};

    if (vmsplice(pinned->pipe[1], &page_of_map, 1, 0) != (ssize_t)page)
        return "not lent";
    return munmap(pinned->map, page) == 0 ? "lent" : "not unmapped";
}

CASE("private.gup_fork", POSIX("fork", SHALL),
     "a page that a child lent to a pipe does not show what the parent stores into its own copy later",
     "a sandboxed child reads the passwords that its parent enters later on", .needs = NEED_LINUX,
     .since = KERNEL(5, 19))
{
    struct pinned pinned = {.map = map_private_memory(page)};
    char seen = 0;

    memset(pinned.map, 8, page);
    SETUP(pipe(pinned.pipe));
    EXPECT("lent", in_child(lend_page, &pinned));
    memset(pinned.map, 9, page);
    EXPECT("1", returned(read(pinned.pipe[0], &seen, 1)));
    EXPECT("8", load(&seen));
}

/* ---- stores by force ----------------------------------------------------------------------------------- */

struct race {
    char *map;
    int memory; /* /proc/self/mem, writable */
    atomic_bool over;
};

static void *drop_copies(void *argument)
{
    struct race *race = argument;

    while (!atomic_load(&race->over))
        madvise(race->map, page, MADV_DONTNEED);
    return NULL;
}

FILE_CASE("private.dirtycow", POSIX("mmap", SHALL),
          "a store by force into a private map of a read-only file never reaches the file, in no race",
          "any user can write into programs that run as root, and so become root", .needs = NEED_LINUX)
{
    struct scratch_file file = scratch_file(page);
    struct race race = {.memory = open("/proc/self/mem", O_RDWR | O_CLOEXEC)};
    pthread_t thread;

    if (race.memory < 0)
        unsupported("/proc/self/mem can't be opened");
    race.map = map_descriptor(reopen(&file, O_RDONLY), 0, page, PROT_READ, MAP_PRIVATE);
    thread = start_thread(drop_copies, &race);
    for (int i = 0; i < 2000; i++)
        (void)!pwrite(race.memory, "\11", 1, (off_t)(uintptr_t)race.map);
    atomic_store(&race.over, true);
    join_thread(thread);
    EXPECT("1", file_byte(&file, 0));
    EXPECT("1", load(map_file(&file, 0, page, PROT_READ, MAP_SHARED)));
}
