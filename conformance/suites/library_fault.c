/* The library: pages that can't be supplied. The observers of other suites take SIGBUS for themselves, so
 * they are used here only where no guard is needed any more. */
#include "library.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/time.h>

SUITE("library", "what libmapwise promises");

/* A map of `pages` pages of whose file only the first `left` are still there. */
static mw_map *cut_map(struct scratch_file *file, uint32_t flags, size_t pages, size_t left)
{
    const mw_map_options options = options_for(MW_ACCESS_WRITE, flags);

    *file = scratch_file(pages * page);
    mw_map *map = library_map_with(file, &options);
    resize_file(file, (off_t)(left * page));
    return map;
}

FILE_CASE("FLT-01", MAPWISE("FLT-01"),
          "in a guarded map of a truncated file a checked call answers with the offset",
          "a server dies because a client has truncated the file it uploaded")
{
    struct scratch_file file;
    mw_map *map = cut_map(&file, MW_F_GUARDED, 4, 2);

    EXPECT("2", byte_at(map, 2 * page - 1));
    EXPECT("MW_E_FAULT", byte_at(map, 2 * page + 5));
    EXPECT(number((int64_t)(2 * page + 5)), failed_at());
    EXPECT("MW_E_FAULT", set_byte(map, 3 * page, 9));
    EXPECT(number((int64_t)(3 * page)), failed_at());
    EXPECT("MW_OK", set_byte(map, 0, 9));
    EXPECT("9", file_byte(&file, 0));
    resize_file(&file, (off_t)(4 * page));
    EXPECT("0", byte_at(map, 3 * page));
}

FILE_CASE("FLT-01.kernel_copy", MAPWISE("FLT-01"),
          "the same without any signal handler, when the system copies",
          "a library in a program with handlers of its own must choose between clash and crash")
{
    struct scratch_file file;
    struct sigaction before, after;

    SETUP(sigaction(SIGBUS, NULL, &before));
    mw_map *map = cut_map(&file, MW_F_KERNEL_COPY, 4, 2);
    EXPECT("2", byte_at(map, 2 * page - 1));
    EXPECT("MW_E_FAULT", byte_at(map, 2 * page + 5));
    EXPECT(number((int64_t)(2 * page + 5)), failed_at());
    EXPECT("MW_E_FAULT", set_byte(map, 3 * page, 9));
    EXPECT("MW_OK", set_byte(map, 1, 9));
    EXPECT("9", file_byte(&file, 1));
    SETUP(sigaction(SIGBUS, NULL, &after));
    EXPECT("yes", yes_or_no(before.sa_handler == after.sa_handler));
}

FILE_CASE("FLT-01.plain", MAPWISE("FLT-01"),
          "without a guard the same access raises SIGBUS, and the handler is the program's",
          "a program's own recovery is taken from it by a library it merely links")
{
    struct scratch_file file;
    mw_map *map = cut_map(&file, 0, 4, 2);

    EXPECT("SIGBUS BUS_ADRERR exact", load((const char *)info_of(map).base + 2 * page));
}

struct looking {
    const volatile char *bytes;
    volatile int seen;
    mw_map *other;
};

static int look_at_third_page(void *context)
{
    struct looking *looking = context;

    looking->seen = (unsigned char)looking->bytes[0];
    looking->seen = 100 + looking->bytes[2 * page];
    return MW_OK;
}

FILE_CASE("FLT-05", MAPWISE("FLT-05"),
          "code of the caller's own is cut off at the page that can't be supplied",
          "a fast parser on raw bytes brings the whole process down with its file")
{
    struct scratch_file file;
    mw_map *map = cut_map(&file, MW_F_GUARDED, 4, 2);
    struct looking looking = {pinned(map, MW_PROT_READ), 0, NULL};

    EXPECT("MW_E_FAULT", answer(mw_guarded(map, look_at_third_page, &looking, &failure)));
    EXPECT(number((int64_t)(2 * page)), failed_at());
    EXPECT("1", number(looking.seen));
    resize_file(&file, (off_t)(4 * page));
    EXPECT("MW_OK", answer(mw_guarded(map, look_at_third_page, &looking, &failure)));
    EXPECT("100", number(looking.seen));
    EXPECT("MW_E_INVAL", answer(mw_guarded(map, NULL, NULL, &failure)));
    EXPECT("MW_E_INVAL",
           answer(mw_guarded(library_map(&file, MW_ACCESS_READ), look_at_third_page, &looking, &failure)));
    EXPECT("MW_OK", mw_error_name(mw_unpin(map, (const char *)looking.bytes)));
    EXPECT("MW_OK", mw_error_name(mw_free(map)));
}

FILE_CASE("FLT-06.exact", MAPWISE("FLT-06"),
          "a copy across the hole tells how many bytes came before it, exactly",
          "a download is resumed at the wrong byte")
{
    static const uint32_t ways[] = {MW_F_GUARDED, MW_F_KERNEL_COPY};
    unsigned char *bytes = (unsigned char *)map_anonymous(4 * page, READ_WRITE, MAP_PRIVATE);
    size_t done;

    for (size_t way = 0; way < 2; way++) {
        struct scratch_file file;
        mw_map *map = cut_map(&file, ways[way], 4, 2);
        for (size_t n = 1; n < 2 * page; n = n * 41 + 1) {
            memset(bytes, 0, 4 * page);
            EXPECT("MW_E_FAULT", answer(mw_read_at(&done, bytes, map, 2 * page - n, n + 32, &failure)));
            EXPECT(number((int64_t)n), number((int64_t)done));
            EXPECT(number((int64_t)(2 * page)), failed_at());
            EXPECT(number(n > page ? 1 : 2), number(bytes[0]));
            EXPECT("2", number(bytes[n - 1]));
            EXPECT("0", number(bytes[n]));
        }
        memset(bytes, 7, 4 * page);
        EXPECT("MW_E_FAULT", answer(mw_write_at(&done, map, 100, bytes, 3 * page, &failure)));
        EXPECT(number((int64_t)(2 * page - 100)), number((int64_t)done));
        EXPECT("1", file_byte(&file, 99));
        EXPECT("7", file_byte(&file, 100));
        EXPECT("7", file_byte(&file, (int64_t)(2 * page - 1)));
        EXPECT(number((int64_t)(2 * page)), file_size(&file));
    }
}

/* A handler of the program's own, from before the guard. */
static sigjmp_buf foreign_exit;
static volatile sig_atomic_t foreign_signal, foreign_code, foreign_blocked;
static void *volatile foreign_address;

static void foreign_handler(int signal_number, siginfo_t *info, void *context)
{
    sigset_t now;

    (void)context;
    foreign_signal = signal_number;
    foreign_code = info->si_code;
    foreign_address = info->si_addr;
    sigprocmask(SIG_SETMASK, NULL, &now);
    foreign_blocked = sigismember(&now, SIGUSR1) * 2 + sigismember(&now, SIGBUS);
    siglongjmp(foreign_exit, 1);
}

FILE_CASE("FLT-07", MAPWISE("FLT-07"),
          "a fault that is not the map's goes to the handler that was there, as it would have",
          "a crash reporter or a runtime no longer sees the faults that are its own")
{
    struct sigaction action = {.sa_sigaction = foreign_handler, .sa_flags = SA_SIGINFO};
    struct scratch_file file, other;
    sigset_t now;

    sigaddset(&action.sa_mask, SIGUSR1);
    SETUP(sigaction(SIGBUS, &action, NULL));
    mw_map *map = cut_map(&file, MW_F_GUARDED, 2, 1);
    other = scratch_file(2 * page);
    const volatile char *bytes = map_file(&other, 0, 2 * page, PROT_READ, MAP_SHARED);
    resize_file(&other, (off_t)page);

    if (sigsetjmp(foreign_exit, 1) == 0)
        (void)bytes[page];
    EXPECT("yes", yes_or_no(foreign_signal == SIGBUS && foreign_code == BUS_ADRERR));
    EXPECT("exact", placed(foreign_address, (const char *)bytes + page));
    EXPECT("3", number(foreign_blocked));
    SETUP(sigprocmask(SIG_SETMASK, NULL, &now));
    EXPECT("0", number(sigismember(&now, SIGBUS)));

    /* A pointer into the guarded map, followed outside of any call, is not guarded either. */
    foreign_signal = foreign_code = 0;
    bytes = info_of(map).base;
    if (sigsetjmp(foreign_exit, 1) == 0)
        (void)bytes[page];
    EXPECT("yes", yes_or_no(foreign_signal == SIGBUS && foreign_code == BUS_ADRERR));
    EXPECT("exact", placed(foreign_address, (const char *)bytes + page));
    foreign_signal = 0;
    EXPECT("MW_E_FAULT", byte_at(map, page));
    EXPECT("no", yes_or_no(foreign_signal == SIGBUS));
}

static const char *die_of_fault(void *address)
{
    return number(*(const volatile char *)address);
}

static const char *die_of_signal(void *nothing)
{
    (void)nothing;
    raise(SIGBUS);
    return "survived";
}

FILE_CASE("FLT-07.default", MAPWISE("FLT-07"),
          "where there was no handler SIGBUS ends the program, as it would have",
          "a real bug is swallowed, and the process goes on with broken data")
{
    struct scratch_file file;
    mw_map *map = cut_map(&file, MW_F_GUARDED, 2, 1);

    EXPECT("killed by SIGBUS", in_child(die_of_fault, (char *)(uintptr_t)info_of(map).base + page));
    EXPECT("killed by SIGBUS", in_child(die_of_signal, NULL));
    EXPECT("1", in_child(die_of_fault, (char *)(uintptr_t)info_of(map).base));
    EXPECT("MW_E_FAULT", byte_at(map, page));
}

FILE_CASE("FLT-07.segv", MAPWISE("FLT-07"), "SIGSEGV is never taken",
          "a language runtime loses the null checks that it makes by SIGSEGV")
{
    struct sigaction before, after;
    struct scratch_file file;

    SETUP(sigaction(SIGSEGV, NULL, &before));
    cut_map(&file, MW_F_GUARDED, 2, 1);
    SETUP(sigaction(SIGSEGV, NULL, &after));
    EXPECT("yes", yes_or_no(before.sa_handler == after.sa_handler));
}

enum { THREADS = 4, ROUNDS = 500 };

static void *read_around_hole(void *argument)
{
    mw_map *map = argument;
    intptr_t wrong = 0;

    for (int round = 0; round < ROUNDS; round++) {
        unsigned char byte = 0;
        mw_err err = {0};
        wrong += mw_read_at(NULL, &byte, map, page, 1, &err) != MW_OK || byte != 2;
        wrong +=
            mw_read_at(NULL, &byte, map, 3 * page + 1, 1, &err) != MW_E_FAULT || err.where != 3 * page + 1;
    }
    return (void *)wrong;
}

FILE_CASE("FLT-08", MAPWISE("FLT-08"), "each thread has its own guard",
          "the fault of one request ends the request of another thread")
{
    struct scratch_file file;
    mw_map *map = cut_map(&file, MW_F_GUARDED, 4, 2);
    pthread_t threads[THREADS];
    intptr_t wrong = 0;

    for (size_t i = 0; i < THREADS; i++)
        threads[i] = start_thread(read_around_hole, map);
    for (size_t i = 0; i < THREADS; i++)
        wrong += (intptr_t)join_thread(threads[i]);
    EXPECT("0", number(wrong));
    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
}

static int fault_inside_too(void *context)
{
    struct looking *looking = context;
    unsigned char byte;

    /* The inner map's fault ends the inner call, this map's fault all of it. */
    looking->seen = mw_read_at(NULL, &byte, looking->other, page, 1, NULL) == MW_E_FAULT;
    looking->seen += looking->bytes[page];
    looking->seen = -1;
    return MW_OK;
}

static int write_from_hole(void *context)
{
    struct looking *looking = context;

    looking->seen = 1;
    mw_write_at(NULL, looking->other, 0, (const char *)looking->bytes + page, 1, NULL);
    looking->seen = -1;
    return MW_OK;
}

FILE_CASE("FLT-08.nested", MAPWISE("FLT-08"),
          "guards nest: each fault ends the guard of its map, and every map is left in order",
          "copying between two damaged files leaves one of them locked for ever")
{
    struct scratch_file file, second, third;
    mw_map *map = cut_map(&file, MW_F_GUARDED, 2, 1);
    mw_map *guarded = cut_map(&second, MW_F_GUARDED, 2, 1);
    mw_map *plain = cut_map(&third, 0, 2, 2);
    char *bytes = pinned(map, MW_PROT_READ);
    struct looking looking = {bytes, 0, guarded};

    EXPECT("MW_E_FAULT", answer(mw_guarded(map, fault_inside_too, &looking, &failure)));
    EXPECT("1", number(looking.seen));
    looking.other = plain;
    EXPECT("MW_E_FAULT", answer(mw_guarded(map, write_from_hole, &looking, &failure)));
    EXPECT(number((int64_t)page), failed_at());
    looking.other = guarded;
    EXPECT("MW_E_FAULT", answer(mw_guarded(map, write_from_hole, &looking, &failure)));
    EXPECT("1", number(looking.seen));
    EXPECT("MW_OK", answer(mw_unmap(plain, &failure)));
    EXPECT("MW_OK", answer(mw_unmap(guarded, &failure)));
    EXPECT("MW_E_BUSY", answer(mw_unmap(map, &failure)));
    EXPECT("MW_OK", mw_error_name(mw_unpin(map, bytes)));
    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
}

static int unmap_inside(void *map)
{
    return mw_unmap(map, NULL);
}

FILE_CASE("FLT-08.structural", MAPWISE("FLT-08"),
          "the map that a guard is at work on can't be taken away from under it",
          "a callback unmaps the ground on which it stands")
{
    struct scratch_file file;
    mw_map *map = cut_map(&file, MW_F_GUARDED, 2, 1);

    EXPECT("MW_E_BUSY", answer(mw_guarded(map, unmap_inside, map, &failure)));
    EXPECT("1", byte_at(map, 0));
    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
}

FILE_CASE("FLT-02", MAPWISE("FLT-02"),
          "a page of a guarded map that the disk can't give is an error like any other",
          "a bad sector kills the program that was to report it")
{
    struct scratch_file file;
    mw_map *map = cut_map(&file, MW_F_GUARDED, 3, 1);
    unsigned char byte;

    EXPECT("MW_E_FAULT", answer(mw_read_at(NULL, &byte, map, page, 1, &failure)));
    EXPECT(number((int64_t)page), failed_at());
    EXPECT("SIGBUS", failure.op);
    EXPECT("0", number(failure.os));
    EXPECT("MW_E_FAULT", answer(mw_advise(map, 0, MW_WHOLE, MW_ADVICE_POPULATE_READ, 0, &failure)));
    EXPECT("MW_OK", answer(mw_sync(map, 0, MW_WHOLE, MW_SYNC_WAIT, 0, &failure)));
}

FILE_CASE("FLT-09", MAPWISE("FLT-09"),
          "blocks owned beforehand: every store of the map succeeds, whatever the disk's state",
          "a database is killed by a full disk in the middle of a store")
{
    const mw_map_options options =
        options_range(MW_ACCESS_WRITE, MW_F_GROW | MW_F_PREALLOC | MW_F_GUARDED, 0, 16 * page);
    struct scratch_file file = scratch_file(0);
    mw_map *map;

    const int code = mw_map_fd(&map, file.descriptor, &options, &failure);
    if (code == MW_E_NOTSUP)
        unsupported("this file system can't allocate blocks");
    EXPECT("MW_OK", answer(code));
    struct stat status;
    SETUP(fstat(file.descriptor, &status));
    EXPECT("yes", yes_or_no((size_t)status.st_blocks * 512 >= 16 * page));
    for (uint64_t i = 0; i < 16; i++)
        EXPECT("MW_OK", set_byte(map, i * page, 1));
    EXPECT("MW_OK", answer(mw_sync(map, 0, MW_WHOLE, MW_SYNC_WAIT, 0, &failure)));
}

FILE_CASE("FLT-06.overlap", MAPWISE("FLT-06"),
          "bytes that overlap in one map are copied whole, also where the system copies",
          "shifting records inside of a guarded file destroys some of them")
{
    static const uint32_t ways[] = {MW_F_GUARDED, MW_F_KERNEL_COPY};
    enum { SHIFT = 100 };

    for (size_t way = 0; way < 2; way++) {
        struct scratch_file file;
        mw_map *map = cut_map(&file, ways[way], 4, 4);
        unsigned char *bytes = (unsigned char *)pinned(map, MW_PROT_WRITE);
        for (size_t i = 0; i < 4 * page; i++)
            bytes[i] = (unsigned char)(i % 251);
        EXPECT("MW_OK", answer(mw_write_at(NULL, map, SHIFT, bytes, 3 * page, &failure)));
        EXPECT(number((int64_t)((3 * page - 1) % 251)), number(bytes[3 * page - 1 + SHIFT]));
        EXPECT("0", number(bytes[SHIFT]));
        EXPECT(number((int64_t)(2 * page % 251)), number(bytes[2 * page + SHIFT]));
        EXPECT("MW_OK", answer(mw_read_at(NULL, bytes, map, SHIFT, 3 * page, &failure)));
        EXPECT("0", number(bytes[0]));
        EXPECT(number((int64_t)((3 * page - 1) % 251)), number(bytes[3 * page - 1]));
    }
}

/* What a call on another map is given lies in the hole of this one. */
static int ask_with_lost_arguments(void *context)
{
    struct looking *looking = context;
    char *hole = (char *)(uintptr_t)looking->bytes + page;
    uint64_t pages;

    switch (looking->seen) {
    case 0:
        mw_index((uint64_t *)(void *)hole, looking->other, 0, NULL);
        break;
    case 1:
        mw_resident(&pages, NULL, hole, page, MW_RESIDENCY_BYTES, looking->other, 0, MW_WHOLE, NULL);
        break;
    case 2:
        mw_find((uint64_t *)(void *)hole, looking->other, "x", 1, 0, MW_SLICE_DEFAULT, NULL);
        break;
    default:
        mw_read_at(NULL, hole, looking->other, 0, 1, NULL);
    }
    return MW_OK;
}

FILE_CASE("FLT-08.arguments", MAPWISE("FLT-08"),
          "a map is left in order also by a call that is cut off at its own arguments",
          "after one bad pointer a map can never be closed again")
{
    struct scratch_file file, second;
    mw_map *map = cut_map(&file, MW_F_GUARDED, 2, 1);
    char *bytes = pinned(map, MW_PROT_READ);

    for (int way = 0; way < 4; way++) {
        struct looking looking = {bytes, way, cut_map(&second, 0, 2, 2)};
        EXPECT("MW_E_FAULT", answer(mw_guarded(map, ask_with_lost_arguments, &looking, &failure)));
        EXPECT("1", failed_page()); /* with 32 bits a number of 64 is stored in two halves, in either order */
        EXPECT("MW_OK", answer(mw_unmap(looking.other, &failure)));
    }
    EXPECT("MW_OK", mw_error_name(mw_unpin(map, bytes)));
    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
}

static mw_map *interrupted;
static volatile sig_atomic_t calls_in_handler;

static void read_in_handler(int signal_number)
{
    unsigned char byte;

    (void)signal_number;
    if (mw_read_at(NULL, &byte, interrupted, 0, 1, NULL) == MW_OK)
        calls_in_handler = 1;
}

CASE("LIF-15.handler", MAPWISE("LIF-15"), "calls from a signal handler leave the map as they found it",
     "a profiler that samples in a signal handler leaves a map busy for ever", .seconds = 10)
{
    const struct sigaction action = {.sa_handler = read_in_handler, .sa_flags = SA_RESTART};
    const struct itimerval often = {{0, 50}, {0, 50}}, never = {{0, 0}, {0, 0}};
    unsigned char byte;

    interrupted = library_anonymous(page, MW_ACCESS_WRITE);
    SETUP(mw_read_at(NULL, &byte, interrupted, 0, 1, NULL));
    SETUP(sigaction(SIGALRM, &action, NULL));
    SETUP(setitimer(ITIMER_REAL, &often, NULL));
    for (int i = 0; i < 500000; i++)
        mw_read_at(NULL, &byte, interrupted, 0, 1, NULL);
    SETUP(setitimer(ITIMER_REAL, &never, NULL));
    EXPECT("1", number(calls_in_handler));
    EXPECT("MW_OK", answer(mw_unmap(interrupted, &failure)));
}
