/* The library: how a map ends, and what can be asked about it. */
#include "library.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/syscall.h>

SUITE("library", "what libmapwise promises");

FILE_CASE("LIF-01", MAPWISE("LIF-01"), "a map can be unmapped twice, and the second time does nothing",
          "an error path that closes twice closes a file opened in between")
{
    struct scratch_file file = scratch_file(page);

    remember_resources();
    mw_map *map = library_map(&file, MW_ACCESS_READ);
    EXPECT("1 descriptors, 1 maps", leaked());
    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
    EXPECT("nothing", leaked());
    int reused = reopen(&file, O_RDONLY); /* takes the number that the map's descriptor had */
    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
    EXPECT("0", number(lseek(reused, 0, SEEK_CUR)));
}

FILE_CASE("LIF-02", MAPWISE("LIF-02"), "a map tells whether it is closed",
          "a wrapper cannot show its users that their object is closed")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map = library_map(&file, MW_ACCESS_READ);

    EXPECT("no", yes_or_no(info_of(map).closed));
    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
    EXPECT("yes", yes_or_no(info_of(map).closed));
    EXPECT("0", number((int64_t)mw_length(map)));
    EXPECT("-1", number(info_of(map).fd));
    EXPECT("nowhere", info_of(map).base ? "somewhere" : "nowhere");
}

static int do_nothing(void *context)
{
    (void)context;
    return MW_OK;
}

FILE_CASE("LIF-03", MAPWISE("LIF-03"), "every use of a closed map is refused, and none of them kills",
          "a late callback on a closed map is a crash with no trace of the reason")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    uint64_t size;
    void *bytes;

    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
    EXPECT("MW_E_CLOSED", byte_at(map, 0));
    EXPECT("MW_E_CLOSED", set_byte(map, 0, 9));
    EXPECT("MW_E_CLOSED", answer(mw_pin(&bytes, map, 0, MW_WHOLE, 0, &failure)));
    EXPECT("MW_E_CLOSED", answer(mw_sync(map, 0, MW_WHOLE, MW_SYNC_WAIT, 0, &failure)));
    EXPECT("MW_E_CLOSED", answer(mw_protect(map, 0, MW_WHOLE, MW_PROT_READ, &failure)));
    EXPECT("MW_E_CLOSED", answer(mw_advise(map, 0, MW_WHOLE, MW_ADVICE_NORMAL, 0, &failure)));
    EXPECT("MW_E_CLOSED",
           answer(mw_resident(&size, NULL, NULL, 0, MW_RESIDENCY_COUNT, map, 0, MW_WHOLE, &failure)));
    EXPECT("MW_E_CLOSED", answer(mw_file_size(&size, map, &failure)));
    EXPECT("MW_E_CLOSED", answer(mw_advise_raw(map, 0, MW_WHOLE, MADV_NORMAL, &failure)));
    EXPECT("MW_E_CLOSED",
           answer(mw_advise(map, 0, 0, MW_ADVICE_GUARD_INSTALL, MW_ADVISE_DESTRUCTIVE, &failure)));
    EXPECT("MW_E_CLOSED", answer(mw_resize(map, 2 * page, MW_RESIZE_MAY_MOVE, &failure)));
    EXPECT("MW_E_CLOSED", answer(mw_rewindow(map, 0, page, &failure)));
    EXPECT("MW_E_CLOSED", answer(mw_lock(map, 0, MW_WHOLE, 0, &failure)));
    EXPECT("MW_E_CLOSED", answer(mw_unlock(map, 0, MW_WHOLE, &failure)));
    EXPECT("MW_E_CLOSED", answer(mw_guarded(map, do_nothing, NULL, &failure)));
    EXPECT("0", number((int64_t)mw_length(map)));
    EXPECT("1", file_byte(&file, 0));
    EXPECT(number((int64_t)page), file_size(&file));
    EXPECT("MW_OK", answer(mw_free(map)));
}

FILE_CASE("LIF-04", MAPWISE("LIF-04"),
          "a map with pins can't be unmapped, freed or protected, and goes on working",
          "a buffer that another component still reads vanishes")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map = library_map(&file, MW_ACCESS_READ);
    const char *first = pinned(map, MW_PROT_READ), *second = pinned(map, MW_PROT_READ);

    EXPECT("MW_E_BUSY", answer(mw_unmap(map, &failure)));
    EXPECT("MW_E_BUSY", mw_error_name(mw_free(map)));
    EXPECT("MW_OK", mw_error_name(mw_unpin(map, first)));
    EXPECT("MW_E_BUSY", answer(mw_protect(map, 0, page, MW_PROT_NONE, &failure)));
    EXPECT("1", load(second));
    EXPECT("MW_OK", mw_error_name(mw_unpin(map, second)));
    EXPECT("MW_E_INVAL", mw_error_name(mw_unpin(map, second)));
    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(second));
}

CASE("LIF-05", MAPWISE("LIF-05"), "freeing no map at all is fine",
     "every clean-up needs a test for a map that was never made")
{
    EXPECT("MW_OK", mw_error_name(mw_free(NULL)));
    EXPECT("MW_E_INVAL", answer(mw_unmap(NULL, &failure)));
}

/* A map in one line, of what it tells about itself. */
static const char *described(const mw_map *map)
{
    static char text[120];
    const mw_info info = info_of(map);

    snprintf(text, sizeof text, "%s, access %s, length %llu, offset %llu", info.closed ? "closed" : "open",
             access_of(map), (unsigned long long)info.length, (unsigned long long)info.offset);
    return text;
}

FILE_CASE("LIF-06", MAPWISE("LIF-06"),
          "a map tells all that a description of it needs, before and after it is closed",
          "a debugger shows nothing about the map that somebody leaked")
{
    struct scratch_file file = scratch_file(300);
    const mw_map_options part = options_range(MW_ACCESS_COPY, 0, 200, 10);
    mw_map *map = library_map_with(&file, &part);

    EXPECT("open, access COPY, length 10, offset 200", described(map));
    EXPECT("open, access READ, length 300, offset 0", described(library_map(&file, MW_ACCESS_READ)));
    EXPECT("open, access WRITE, length 300, offset 0", described(library_map(&file, MW_ACCESS_DEFAULT)));
    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
    EXPECT("closed, access COPY, length 0, offset 200", described(map));
}

FILE_CASE("LIF-07", MAPWISE("LIF-07"), "freeing a map gives back its addresses and its descriptor",
          "a long-running service loses addresses and descriptors map by map")
{
    struct scratch_file file = scratch_file(2 * page);

    remember_resources();
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    char *bytes = pinned(map, MW_PROT_READ);
    mw_unpin(map, bytes);
    EXPECT("MW_OK", mw_error_name(mw_free(map)));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(&bytes[0]));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(&bytes[2 * page - 1]));
    EXPECT("nothing", leaked());
}

FILE_CASE("LIF-08", MAPWISE("LIF-08"), "the caller's descriptor stays open and usable",
          "a caller's next read fails, or reads another file")
{
    struct scratch_file file = scratch_file(page);

    EXPECT("MW_OK", answer(mw_free(library_map(&file, MW_ACCESS_WRITE))));
    EXPECT("1", file_byte(&file, 0));
    write_file(&file, 0, 9);
    EXPECT("9", file_byte(&file, 0));
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    EXPECT("no", yes_or_no(info_of(map).fd == file.descriptor));
    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
    EXPECT("9", file_byte(&file, 0));
}

FILE_CASE("LIF-09", MAPWISE("LIF-09"), "the file size follows the file, the length of the map does not",
          "a follower of a log never learns that it has grown")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map = library_map(&file, MW_ACCESS_READ);
    uint64_t size = 0;

    resize_file(&file, (off_t)(5 * page));
    EXPECT("MW_OK", answer(mw_file_size(&size, map, &failure)));
    EXPECT(number((int64_t)(5 * page)), number((int64_t)size));
    resize_file(&file, 3);
    EXPECT("MW_OK", answer(mw_file_size(&size, map, &failure)));
    EXPECT("3", number((int64_t)size));
    EXPECT(number((int64_t)page), number((int64_t)mw_length(map)));
}

CASE("LIF-10", MAPWISE("LIF-10"), "the file size of anonymous memory is its length",
     "code that asks any map for its size fails with memory")
{
    mw_map *map = library_anonymous(page + 5, MW_ACCESS_DEFAULT);
    uint64_t size = 0;

    EXPECT("MW_OK", answer(mw_file_size(&size, map, &failure)));
    EXPECT(number((int64_t)(page + 5)), number((int64_t)size));
}

CASE("LIF-11", MAPWISE("LIF-11"), "the page size is the smallest step by which rights differ",
     "a guard computed from the page size closes its neighbours")
{
    mw_map *map = library_anonymous(2 * page, MW_ACCESS_DEFAULT);

    EXPECT("MW_OK", answer(mw_protect(map, mw_page_size(), 1, MW_PROT_READ, &failure)));
    EXPECT("MW_OK", set_byte(map, mw_page_size() - 1, 9));
    EXPECT("MW_E_RDONLY", set_byte(map, mw_page_size(), 9));
    EXPECT(number((int64_t)mw_page_size()), number((int64_t)info_of(map).page_size));
}

FILE_CASE("LIF-12", MAPWISE("LIF-12"),
          "a system that refuses to unmap is told, and the map goes on as before",
          "a map is lost for the program and stays with the system")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);

    refuse_call(SYS_munmap, ENOMEM);
    EXPECT("MW_E_NOMEM", answer(mw_unmap(map, &failure)));
    EXPECT("munmap", failure.op);
    EXPECT("MW_E_NOMEM", mw_error_name(mw_free(map)));
    EXPECT("no", yes_or_no(info_of(map).closed));
    EXPECT("1", byte_at(map, 0));
    EXPECT("MW_OK", set_byte(map, 0, 9));
    EXPECT("9", file_byte(&file, 0));
}

FILE_CASE("LIF-12.close", MAPWISE("LIF-12"),
          "a write-back that failed is told by the unmapping that closes the descriptor, once, and the map "
          "is closed",
          "a network file system's lost write is never reported")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE), *other = library_map(&file, MW_ACCESS_WRITE);
    const void *base = info_of(map).base;

    EXPECT("MW_OK", answer(mw_unmap(library_map(&file, MW_ACCESS_WRITE), &failure)));
    refuse_call(SYS_close, EIO);
    EXPECT("MW_E_OS", answer(mw_unmap(map, &failure)));
    EXPECT("EIO", error_number(failure.os));
    EXPECT("close", failure.op);
    EXPECT("yes", yes_or_no(info_of(map).closed));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(base));
    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
    EXPECT("MW_OK", mw_error_name(mw_free(map)));
    EXPECT("MW_E_OS", mw_error_name(mw_free(other)));
}

FILE_CASE("LIF-13", MAPWISE("LIF-13"), "after unmapping the file can be removed and replaced at once",
          "an installer cannot replace the file that it has just read")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);

    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
    EXPECT("0", returned(unlink(file.path)));
    file.descriptor = open(file.path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    EXPECT("yes", yes_or_no(file.descriptor >= 0));
    EXPECT("0", number((int64_t)mw_length(library_map(&file, MW_ACCESS_WRITE))));
}

static const char *read_first(void *map)
{
    return byte_at(map, 0);
}

FILE_CASE("LIF-14", MAPWISE("LIF-14"), "a child of fork has the map, unless DONTFORK keeps it out",
          "a forked worker crashes on a map it should have, or has one it should not")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);

    EXPECT("1", in_child(read_first, map));
    EXPECT("MW_OK", answer(mw_advise(map, 0, MW_WHOLE, MW_ADVICE_DONTFORK, 0, &failure)));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load_in_child(info_of(map).base));
    EXPECT("1", byte_at(map, 0));
    EXPECT("MW_OK", answer(mw_advise(map, 0, MW_WHOLE, MW_ADVICE_DOFORK, 0, &failure)));
    EXPECT("1", in_child(read_first, map));
}

CASE("LIF-14.wipe", MAPWISE("LIF-14"), "a child of fork sees zeros where WIPEONFORK was advised",
     "a child keeps the random state of its parent", .since = KERNEL(4, 14))
{
    mw_map *map = library_anonymous(page, MW_ACCESS_COPY);

    EXPECT("MW_OK", set_byte(map, 0, 9));
    EXPECT("MW_OK",
           answer(mw_advise(map, 0, MW_WHOLE, MW_ADVICE_WIPEONFORK, MW_ADVISE_DESTRUCTIVE, &failure)));
    EXPECT("0", in_child(read_first, map));
    EXPECT("9", byte_at(map, 0));
    EXPECT("MW_OK", answer(mw_advise(map, 0, MW_WHOLE, MW_ADVICE_KEEPONFORK, 0, &failure)));
    EXPECT("9", in_child(read_first, map));
}

static void *take_pin(void *map)
{
    return pinned(map, MW_PROT_READ);
}

CASE("LIF-15", MAPWISE("LIF-15"),
     "a pin that one thread holds stops another from unmapping, whoever gives it back",
     "one thread closes the file that another is reading")
{
    mw_map *map = library_anonymous(page, MW_ACCESS_DEFAULT);
    pthread_t thread;
    void *bytes;

    if (pthread_create(&thread, NULL, take_pin, map) != 0 || pthread_join(thread, &bytes) != 0)
        setup_failed("a thread could not be run");
    EXPECT("MW_E_BUSY", answer(mw_unmap(map, &failure)));
    EXPECT("MW_OK", set_byte(map, 0, 9));
    EXPECT("9", load(bytes));
    EXPECT("MW_OK", mw_error_name(mw_unpin(map, bytes)));
    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
}

enum { THREADS = 4, ROUNDS = 100000 };

static pthread_barrier_t all_ready;

struct part {
    mw_map *map;
    uint64_t offset;
};

/* Reads and writes a part of its own; how many times something else came back. */
static void *work_on_part(void *argument)
{
    const struct part *part = argument;
    intptr_t wrong = 0;

    pthread_barrier_wait(&all_ready);
    for (int round = 0; round < ROUNDS; round++) {
        const unsigned char written = (unsigned char)round;
        unsigned char read = 0;
        wrong += mw_write_at(NULL, part->map, part->offset, &written, 1, NULL) != MW_OK;
        wrong += mw_read_at(NULL, &read, part->map, part->offset, 1, NULL) != MW_OK || read != written;
    }
    return (void *)wrong;
}

CASE("LIF-15.calls", MAPWISE("LIF-15"),
     "threads read and write one map at a time without being refused, and undo nothing of each other's",
     "readers in parallel are refused now and then under load", .seconds = 10)
{
    mw_map *map = library_anonymous(page, MW_ACCESS_DEFAULT);
    pthread_t threads[THREADS];
    struct part parts[THREADS];
    intptr_t wrong = 0;

    if (pthread_barrier_init(&all_ready, NULL, THREADS) != 0)
        setup_failed("a barrier could not be made");
    for (size_t i = 0; i < THREADS; i++) {
        parts[i] = (struct part){map, i};
        threads[i] = start_thread(work_on_part, &parts[i]);
    }
    for (size_t i = 0; i < THREADS; i++)
        wrong += (intptr_t)join_thread(threads[i]);
    EXPECT("0", number(wrong));
    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
}

static int ends[4]; /* two pipes: here I am, go on */

/* Work inside a call that lasts as long as its caller likes. */
static int wait_inside(void *context)
{
    char word = 'x';

    (void)context;
    return write(ends[1], &word, 1) == 1 && read(ends[2], &word, 1) == 1 ? MW_OK : MW_E_OS;
}

static void *enter_and_wait(void *map)
{
    return (void *)(intptr_t)mw_guarded(map, wait_inside, NULL, NULL);
}

FILE_CASE("LIF-15.inside", MAPWISE("LIF-15"),
          "while a thread is inside a call the map can be read, and not be changed by any structural call",
          "a map is moved while a thread is in the middle of it")
{
    struct scratch_file file = scratch_file(page);
    const mw_map_options options = options_for(MW_ACCESS_WRITE, MW_F_GUARDED);
    mw_map *map = library_map_with(&file, &options);
    char word;

    SETUP(pipe(&ends[0]));
    SETUP(pipe(&ends[2]));
    const pthread_t thread = start_thread(enter_and_wait, map);
    SETUP(read(ends[0], &word, 1));
    EXPECT("1", byte_at(map, 0));
    EXPECT("MW_E_BUSY", answer(mw_unmap(map, &failure)));
    EXPECT("MW_E_BUSY", mw_error_name(mw_free(map)));
    EXPECT("MW_E_BUSY", answer(mw_protect(map, 0, page, MW_PROT_READ, &failure)));
    EXPECT("MW_E_BUSY", answer(mw_resize(map, 2 * page, MW_RESIZE_MAY_MOVE, &failure)));
    EXPECT("MW_E_BUSY", answer(mw_rewindow(map, 0, page, &failure)));
    EXPECT("MW_E_BUSY",
           answer(mw_advise(map, 0, page, MW_ADVICE_GUARD_INSTALL, MW_ADVISE_DESTRUCTIVE, &failure)));
    EXPECT("MW_OK", set_byte(map, 0, 9));
    SETUP(write(ends[3], &word, 1));
    EXPECT("MW_OK", mw_error_name((int)(intptr_t)join_thread(thread)));
    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
}

enum { MUCH = 1 << 20 }; /* bytes: a call that reads them takes a while */

/* Reads all of the map until it is closed; how many times something came back that must not. */
static void *read_until_closed(void *map)
{
    unsigned char *bytes = malloc(MUCH);
    intptr_t wrong = bytes == NULL;

    while (bytes) {
        const int code = mw_read_at(NULL, bytes, map, 0, MUCH, NULL);
        if (code == MW_E_CLOSED)
            break;
        sched_yield(); /* a moment outside of the call, for the other side to find */
        wrong += code != MW_E_BUSY && (code != MW_OK || bytes[MUCH - 1] != 9);
    }
    free(bytes);
    return (void *)wrong;
}

/* Has two threads read a map and unmaps it; how many times something came back that must not. */
static intptr_t unmap_under_readers(void)
{
    enum { READERS = 2 };
    mw_map *map = library_anonymous(MUCH, MW_ACCESS_DEFAULT);
    pthread_t threads[READERS];
    intptr_t wrong = strcmp(set_byte(map, MUCH - 1, 9), "MW_OK") != 0;
    int code;

    for (size_t i = 0; i < READERS; i++)
        threads[i] = start_thread(read_until_closed, map);
    usleep(10000);
    while ((code = mw_unmap(map, &failure)) == MW_E_BUSY)
        usleep(100);
    wrong += code != MW_OK;
    for (size_t i = 0; i < READERS; i++)
        wrong += (intptr_t)join_thread(threads[i]);
    return wrong;
}

CASE("LIF-15.unmap", MAPWISE("LIF-15"),
     "unmapping under the reads of other threads is refused as busy or ends them, and never kills",
     "shutting down under load crashes the readers", .seconds = 20)
{
    for (int round = 0; round < 5; round++)
        EXPECT("0", number(unmap_under_readers()));
}

FILE_CASE("LIF-18", MAPWISE("LIF-18"),
          "a map tells what it was made from, where it begins and what it may do",
          "a generic tool cannot tell what it was handed")
{
    struct scratch_file file = scratch_file(3 * page);
    const mw_map_options options = options_range(MW_ACCESS_WRITE, 0, page + 3, page);
    const mw_info info = info_of(library_map_with(&file, &options));

    EXPECT("yes", yes_or_no(info.source == MW_SOURCE_FILE && info.access == MW_ACCESS_WRITE));
    EXPECT(number(MW_PROT_READ | MW_PROT_WRITE), number(info.prot));
    EXPECT(number((int64_t)page + 3), number((int64_t)info.offset));
    EXPECT(number((int64_t)page), number((int64_t)info.length));
    EXPECT(number((int64_t)(2 * page)), number((int64_t)info.mapped_length));
    EXPECT("3", number((int64_t)((uintptr_t)info.base % page)));
    EXPECT("2", load(info.base));
    EXPECT("yes", yes_or_no(info_of(library_anonymous(1, MW_ACCESS_COPY)).source == MW_SOURCE_ANONYMOUS));
}

/* ---- defects that others have ------------------------------------------- */

FILE_CASE("DF-15", MAPWISE("DF-15"),
          "unmapping ends a map at that moment: no page of it is left, and no descriptor",
          "memory is held until a garbage collector comes by, and the file stays locked")
{
    struct scratch_file file = scratch_file(4 * page);

    remember_resources();
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    const char *base = info_of(map).base;
    const int descriptor = info_of(map).fd;
    EXPECT("rw-s", permissions(base + 3 * page));
    EXPECT("1 descriptors, 1 maps", leaked());
    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
    for (size_t i = 0; i < 4; i++)
        EXPECT("nothing|rw-p", permissions(base + i * page)); /* malloc may have come there */
    EXPECT("EBADF", returned(fcntl(descriptor, F_GETFD)));
    EXPECT("nothing", leaked());
}
