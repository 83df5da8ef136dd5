/* Concurrency: what must hold in every interleaving, so that a case needs no luck to pass. */
#include "race.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>

SUITE("concurrency", "threads and processes on one map");

enum { THREADS = 4, PAGES = 64 };

/* What the threads of a case share. */
static char *shared;
static struct scratch_file shared_file;
static atomic_int ready, finished;
static atomic_long wrong; /* observations that no interleaving allows */

/* Runs `work` in THREADS threads, argument 0, 1, 2 …, that begin together; returns when all are done. */
static void run_threads(void *(*work)(void *))
{
    pthread_t threads[THREADS];

    atomic_store(&ready, 0);
    for (intptr_t i = 0; i < THREADS; i++)
        threads[i] = start_thread(work, (void *)i);
    for (int i = 0; i < THREADS; i++)
        join_thread(threads[i]);
}

/* Waits for the others; the time at which all begin. */
static double begin_together(void)
{
    atomic_fetch_add(&ready, 1);
    while (atomic_load(&ready) < THREADS)
        sched_yield();
    return seconds_now();
}

/* One of two texts, else the observation counts as wrong. */
static void allow(const char *observed, const char *one, const char *other)
{
    if (strcmp(observed, one) != 0 && strcmp(observed, other) != 0)
        atomic_fetch_add(&wrong, 1);
}

/* ---- first touch ------------------------------------------------------------------------------- */

/* Adds one to a counter in each page. */
static void *count_in_pages(void *unused)
{
    begin_together();
    for (size_t i = 0; i < PAGES; i++)
        atomic_fetch_add((atomic_int *)(void *)(shared + i * page), 1);
    return unused;
}

/* Pages whose counter is not the number of threads. */
static const char *miscounted_pages(void)
{
    int64_t count = 0;

    for (size_t i = 0; i < PAGES; i++)
        count += atomic_load((atomic_int *)(void *)(shared + i * page)) != THREADS;
    return number(count);
}

CASE("conc.fault_storm", PRACTICE("demand paging"),
     "threads that touch a fresh page at once get one and the same page",
     "a lock taken in a fresh page is held by two threads at once, each in a page of its own", .seconds = 20)
{
    for (int round = 0; round < 10; round++) {
        shared = map_anonymous(PAGES * page, READ_WRITE, MAP_PRIVATE);
        run_threads(count_in_pages);
        EXPECT("0", miscounted_pages());
        SETUP(munmap(shared, PAGES * page));
    }
}

FILE_CASE("conc.private_fault_race", POSIX("mmap", SHALL),
          "threads that store at once into a private page of a file share one copy of it",
          "two threads of a loader relocate one page, and half of the relocations are lost", .seconds = 20)
{
    struct scratch_file file = sparse_file((off_t)(PAGES * page));

    for (int round = 0; round < 10; round++) {
        shared = map_file(&file, 0, PAGES * page, READ_WRITE, MAP_PRIVATE);
        run_threads(count_in_pages);
        EXPECT("0", miscounted_pages());
        EXPECT("0", file_byte(&file, 0));
        SETUP(munmap(shared, PAGES * page));
    }
}

static const char *counter_in_file(size_t index)
{
    int counter = -1;

    SETUP(pread(shared_file.descriptor, &counter, sizeof counter, (off_t)(index * page)));
    return number(counter);
}

FILE_CASE("conc.shared_fault_race", POSIX("mmap", SHALL),
          "no store is lost when threads touch the pages of a hole at once, and all reach the file",
          "records that threads append to a preallocated log vanish without an error", .seconds = 20)
{
    shared_file = sparse_file((off_t)(PAGES * page));
    shared = map_file(&shared_file, 0, PAGES * page, READ_WRITE, MAP_SHARED);
    run_threads(count_in_pages);
    EXPECT("0", miscounted_pages());
    for (size_t i = 0; i < PAGES; i += 9)
        EXPECT(number(THREADS), counter_in_file(i));
}

static const char *count_alone(void *unused)
{
    (void)unused;
    for (size_t i = 0; i < PAGES; i++)
        atomic_fetch_add((atomic_int *)(void *)(shared + i * page), 1);
    return "done";
}

/* The first thread forks; its child counts for it while the others go on. */
static void *count_with_child(void *argument)
{
    if (argument)
        return count_in_pages(argument);
    begin_together();
    in_child(count_alone, NULL);
    return NULL;
}

CASE("conc.processes_share", POSIX("mmap", SHALL),
     "no store is lost between threads and a child on a shared map",
     "a reference count between processes drifts, and a buffer is freed while in use", .seconds = 20)
{
    for (int round = 0; round < 5; round++) {
        shared = map_anonymous(PAGES * page, READ_WRITE, MAP_SHARED);
        run_threads(count_with_child);
        EXPECT("0", miscounted_pages());
    }
}

/* ---- one changes, the others touch -------------------------------------------------------------- */

enum { FEWEST_ROUNDS = 50, CHANGING = 8 /* pages: each change costs a fault a page and reader */ };

/* Whether to go on after so many rounds: an even number of them. */
static bool goes_on(int rounds, double start)
{
    const double enough = 0.015; /* seconds */

    return rounds < FEWEST_ROUNDS || rounds % 2 != 0 || seconds_now() - start < enough;
}

static atomic_int current_change; /* 0: none is on its way */
static atomic_int met; /* changes during which one of the others began to touch, each counted once */
static void (*change)(int round);               /* done by the first thread, again and again */
static const char *allowed_one, *allowed_other; /* what the others may see */
static bool others_store;

static void note_change_met(void)
{
    static atomic_int last;
    const int now = atomic_load(&current_change);

    if (now != 0 && atomic_exchange(&last, now) != now)
        atomic_fetch_add(&met, 1);
}

/* On a busy machine it takes a while until enough are met; on an idle one, too, where who changes keeps the
 * lock from those who touch. */
static bool changes_go_on(int round, double start)
{
    const int fewest = seconds_now() - start < 0.1 ? 100 : 10;

    return goes_on(round, start) || atomic_load(&met) < fewest;
}

static void *change_and_touch(void *argument)
{
    const double start = begin_together();

    if (!argument) {
        for (int round = 0; changes_go_on(round, start); round++) {
            atomic_store(&current_change, round + 1);
            change(round);
            atomic_store(&current_change, 0);
        }
        atomic_store(&finished, 1);
        return NULL;
    }
    for (size_t i = 0; !atomic_load(&finished) || i < CHANGING; i++) {
        char *touched = shared + (i % CHANGING) * page;
        note_change_met();
        allow(others_store ? store(touched, 7) : load(touched), allowed_one, allowed_other);
    }
    return NULL;
}

/* Touches of a changing map that see neither of two things: must be none. */
static const char *touches_besides(const char *one, const char *other, void (*changing)(int))
{
    change = changing;
    allowed_one = one;
    allowed_other = other;
    run_threads(change_and_touch);
    return number(atomic_load(&wrong));
}

static void drop_pages(int round)
{
    (void)round;
    if (madvise(shared, CHANGING * page, MADV_DONTNEED) != 0)
        atomic_fetch_add(&wrong, 1);
}

CASE("conc.madvise_vs_fault", LINUX("madvise(2)"),
     "while pages are dropped readers see the old contents or 0, and then 0 for good",
     "a thread that reads while another purges memory sees bytes that nobody stored", .seconds = 20)
{
    shared = map_anonymous(CHANGING * page, READ_WRITE, MAP_PRIVATE);
    memset(shared, 5, CHANGING * page);
    EXPECT("0", touches_besides("5", "0", drop_pages));
    EXPECT("0", bytes_other_than(0, shared, CHANGING * page));
}

FILE_CASE("conc.madvise_vs_file", LINUX("madvise(2)"),
          "while the pages of a file's map are dropped readers see the file's bytes only",
          "a reader meets zeros in a dictionary while the cache is being trimmed", .seconds = 20)
{
    shared_file = scratch_file(CHANGING * page);
    for (size_t i = 0; i < CHANGING; i++)
        write_file(&shared_file, (off_t)(i * page), 5);
    shared = map_file(&shared_file, 0, CHANGING * page, PROT_READ, MAP_PRIVATE);
    EXPECT("0", touches_besides("5", "5", drop_pages));
}

static void toggle_protection(int round)
{
    if (mprotect(shared, CHANGING * page, round % 2 ? READ_WRITE : PROT_READ) != 0)
        atomic_fetch_add(&wrong, 1);
}

CASE("conc.mprotect_readers", POSIX("mprotect", SHALL),
     "loads succeed all the time while a right to write comes and goes",
     "a thread that only reads dies because another one opens the table for a change", .seconds = 20)
{
    shared = map_anonymous(CHANGING * page, READ_WRITE, MAP_PRIVATE);
    memset(shared, 5, CHANGING * page);
    EXPECT("0", touches_besides("5", "5", toggle_protection));
    EXPECT("0", bytes_other_than(5, shared, CHANGING * page));
}

CASE("conc.mprotect_vs_fault", POSIX("mprotect", SHALL),
     "while rights change a store is done or raises SIGSEGV at its address, and afterwards the last rights "
     "hold",
     "a collector's write barrier misses stores, and live objects are swept away", .seconds = 20)
{
    shared = map_anonymous(CHANGING * page, READ_WRITE, MAP_PRIVATE);
    others_store = true;
    EXPECT("0", touches_besides("stored", "SIGSEGV SEGV_ACCERR exact", toggle_protection));
    EXPECT("stored", store(shared, 7));
    SETUP(mprotect(shared, CHANGING * page, PROT_READ));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(shared, 8));
    EXPECT("7", load(shared));
}

static void toggle_size(int round)
{
    if (ftruncate(shared_file.descriptor, round % 2 ? (off_t)(CHANGING * page) : 0) != 0)
        atomic_fetch_add(&wrong, 1);
}

FILE_CASE("conc.truncate_vs_fault", POSIX("mmap", SHALL),
          "while the file is cut and grown readers see 0 or SIGBUS at their address, nothing else",
          "the readers of a rotated log get stale bytes, or crash where they cannot recover", .seconds = 20)
{
    shared_file = sparse_file((off_t)(CHANGING * page));
    shared = map_file(&shared_file, 0, CHANGING * page, PROT_READ, MAP_SHARED);
    EXPECT("0", touches_besides("0", "SIGBUS BUS_ADRERR exact", toggle_size));
    EXPECT("0", load(shared + (CHANGING - 1) * page));
}

/* Both of the maps in turn come to the place, whole, by one call each. */
static void swap_maps(int round)
{
    const int flags = MAP_SHARED | MAP_FIXED;
    const off_t offset = round % 2 ? (off_t)(CHANGING * page) : 0;

    if (mmap(shared, CHANGING * page, PROT_READ, flags, shared_file.descriptor, offset) != shared)
        atomic_fetch_add(&wrong, 1);
}

FILE_CASE("conc.fixed_vs_fault", PRACTICE("Linux, mm/mmap.c"),
          "while one map replaces another readers see either of them, and never a gap",
          "threads that read an index crash in the instant in which it is swapped for a new one",
          .seconds = 20)
{
    shared_file = scratch_file(page * 2 * CHANGING);
    for (size_t i = 0; i < (size_t)2 * CHANGING; i++)
        write_file(&shared_file, (off_t)(i * page), i < CHANGING ? 5 : 6);
    shared = map_file(&shared_file, 0, CHANGING * page, PROT_READ, MAP_SHARED);
    EXPECT("0", touches_besides("5", "6", swap_maps));
    EXPECT("6", load(shared));
}

/* ---- races with one winner ---------------------------------------------------------------------- */

static atomic_int winners;

static void *map_there(void *argument)
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | CONSTANT(MAP_FIXED_NOREPLACE);

    begin_together();
    char *map = mmap(shared, page, READ_WRITE, flags, -1, 0);
    if (map == shared)
        atomic_fetch_add(&winners, 1);
    else if (map != MAP_FAILED || errno != EEXIST)
        atomic_fetch_add(&wrong, 1);
    return argument;
}

CASE("conc.noreplace_race", LINUX("mmap(2)"),
     "of threads that map the same address with MAP_FIXED_NOREPLACE one wins, the others get EEXIST",
     "two threads of a JIT own the same code page and overwrite each other's functions",
     .since = KERNEL(4, 17), .seconds = 20)
{
    /* A lone page between walls: nothing but the contenders can be put there. */
    shared = map_anonymous(3 * page, PROT_NONE, MAP_PRIVATE) + page;
    for (int round = 0; round < 20; round++) {
        SETUP(munmap(shared, page));
        atomic_store(&winners, 0);
        run_threads(map_there);
        EXPECT("1", number(atomic_load(&winners)));
        EXPECT("0", number(atomic_load(&wrong)));
    }
}

/* ---- words, signals, children ------------------------------------------------------------------- */

static const uintptr_t patterns[] = {0, UINTPTR_MAX, UINTPTR_MAX / 3, UINTPTR_MAX / 3 * 2};

static void *store_patterns(void *argument)
{
    volatile uintptr_t *word = (volatile uintptr_t *)(void *)(shared + page - sizeof *word);

    begin_together();
    for (size_t i = 0; i < 50000; i++) {
        *word = patterns[(i + (size_t)(intptr_t)argument) % 4];
        uintptr_t seen = *word;
        if (seen != patterns[0] && seen != patterns[1] && seen != patterns[2] && seen != patterns[3])
            atomic_fetch_add(&wrong, 1);
    }
    return NULL;
}

FILE_CASE("conc.atomic_word", PRACTICE("aligned words are stored whole"),
          "an aligned word that several threads store is always one of their values",
          "a reader follows a pointer of which one half is old and the other new", .seconds = 20)
{
    shared_file = sparse_file((off_t)page);
    shared = map_file(&shared_file, 0, page, READ_WRITE, MAP_SHARED);
    run_threads(store_patterns);
    EXPECT("0", number(atomic_load(&wrong)));
}

static void *fault_often(void *argument)
{
    char *own = shared + (size_t)(intptr_t)argument + page;

    begin_together();
    for (int round = 0; round < 500; round++)
        allow(load(own), "SIGBUS BUS_ADRERR exact", "SIGBUS BUS_ADRERR exact");
    return NULL;
}

FILE_CASE("conc.signal_storm", POSIX("mmap", SHALL),
          "threads that touch pages past the end of the file at once each get SIGBUS for their own address",
          "a handler repairs the page of another thread, and its own faults forever", .seconds = 20)
{
    shared_file = scratch_file(page);
    shared = map_file(&shared_file, 0, 2 * page, PROT_READ, MAP_SHARED);
    run_threads(fault_often);
    EXPECT("0", number(atomic_load(&wrong)));
    EXPECT("1", load(shared));
}

/* Three threads map, store and unmap memory of their own while the first one forks. */
static void *map_or_fork(void *argument)
{
    const double start = begin_together();

    if (!argument) {
        for (int round = 0; round < 5 || (round < 20 && seconds_now() - start < 0.015); round++)
            allow(load_in_child(shared), "5", "5");
        atomic_store(&finished, 1);
        return NULL;
    }
    while (!atomic_load(&finished)) {
        char *own = map_anonymous(8 * page, READ_WRITE, MAP_PRIVATE);
        number_pages(own, 8 * page);
        allow(load(own + 7 * page), "8", "8");
        SETUP(munmap(own, 8 * page));
    }
    return NULL;
}

CASE("conc.mmap_fork", POSIX("fork", SHALL),
     "a child forked while other threads map and unmap has the memory that stayed",
     "a busy server that forks a helper gives it a damaged heap now and then", .seconds = 20)
{
    shared = map_anonymous(page, READ_WRITE, MAP_PRIVATE);
    EXPECT("stored", store(shared, 5));
    run_threads(map_or_fork);
    EXPECT("0", number(atomic_load(&wrong)));
    EXPECT("5", load(shared));
}

static void *protect_or_read(void *argument)
{
    const double start = begin_together();

    for (int round = 0; goes_on(round, start); round++) {
        if (!argument) {
            SETUP(mprotect(shared, page, round % 2 ? READ_WRITE : PROT_NONE));
            continue;
        }
        ssize_t length = pread(shared_file.descriptor, shared, page, 0);
        if (length == 0 || (length == -1 && errno != EFAULT)) /* a part may have been read */
            atomic_fetch_add(&wrong, 1);
        if (length > 0)
            allow(load(shared), "1", "SIGSEGV SEGV_ACCERR exact");
    }
    return NULL;
}

FILE_CASE("conc.mprotect_vs_read", POSIX("read", SHALL),
          "read into memory that loses its rights meanwhile reads something or fails with EFAULT",
          "a server is killed in read, or told it reached the end, while a guard is moved", .seconds = 20)
{
    shared_file = scratch_file(page);
    shared = map_anonymous(page, READ_WRITE, MAP_PRIVATE);
    run_threads(protect_or_read);
    EXPECT("0", number(atomic_load(&wrong)));
    EXPECT(number((int64_t)page), returned(pread(shared_file.descriptor, shared, page, 0)));
    EXPECT("0", bytes_other_than(1, shared, page));
}

/* The first thread syncs, the others count in the pages. */
static void *sync_or_count(void *argument)
{
    if (argument)
        return count_in_pages(argument);
    begin_together();
    for (int round = 0; round < 20; round++)
        if (msync(shared, PAGES * page, MS_SYNC) != 0)
            atomic_fetch_add(&wrong, 1);
    return NULL;
}

FILE_CASE("conc.msync_vs_write", POSIX("msync", SHALL),
          "no store is lost while the map is synced, and a last sync writes all of them",
          "a commit made during a checkpoint is neither in this checkpoint nor in the next", .seconds = 20)
{
    shared_file = sparse_file((off_t)(PAGES * page));
    shared = map_file(&shared_file, 0, PAGES * page, READ_WRITE, MAP_SHARED);
    run_threads(sync_or_count);
    EXPECT("0", number(atomic_load(&wrong)));
    for (size_t i = 0; i < PAGES; i++)
        if (atomic_load((atomic_int *)(void *)(shared + i * page)) != THREADS - 1)
            atomic_fetch_add(&wrong, 1);
    EXPECT("0", number(atomic_load(&wrong)));
    make_dirty(shared, &shared_file, 0, PAGES * page, 9);
    EXPECT("0", returned(msync(shared, PAGES * page, MS_SYNC)));
    EXPECT("0", dirty_pages(&shared_file, 0, PAGES * page));
}

/* Appends records of one byte, each larger by one, and announces how many there are in page 0. */
static const char *append(void *unused)
{
    atomic_int *announced = (atomic_int *)(void *)shared;

    (void)unused;
    for (int i = 1; i < PAGES; i++) {
        resize_file(&shared_file, (off_t)((size_t)(i + 1) * page));
        shared[(size_t)i * page] = (char)i;
        atomic_store(announced, i);
    }
    return "done";
}

static void *append_or_follow(void *argument)
{
    begin_together();
    if (!argument) {
        allow(in_child(append, NULL), "done", "done");
        atomic_store(&finished, 1);
        return NULL;
    }
    for (int seen = 0; seen < PAGES - 1 && !(atomic_load(&finished) && seen == 0);) {
        seen = atomic_load((atomic_int *)(void *)shared);
        if (seen)
            allow(load(shared + (size_t)seen * page), number(seen), number(seen));
        sched_yield();
    }
    return NULL;
}

FILE_CASE("conc.two_processes_append", POSIX("mmap", SHALL),
          "what one process appends to a growing file others read through maps they had before",
          "a reader that follows a log sees the count of a record before the record itself", .seconds = 20)
{
    shared_file = sparse_file((off_t)page);
    shared = map_file(&shared_file, 0, PAGES * page, READ_WRITE, MAP_SHARED);
    run_threads(append_or_follow);
    EXPECT("0", number(atomic_load(&wrong)));
    EXPECT(number((int64_t)(PAGES * page)), file_size(&shared_file));
}

/* ---- two ways into one file ---------------------------------------------------------------------- */

/* The file is written by a thread, its pages' second halves are stored to by the others. */
static void *write_or_store(void *argument)
{
    const size_t half = page / 2, turn = (size_t)(intptr_t)argument;
    char *bytes = map_anonymous(half, READ_WRITE, MAP_PRIVATE);

    begin_together();
    for (size_t round = 1; round <= 60; round++)
        for (size_t i = 0; i < 8; i++) {
            if (turn == 0) {
                memset(bytes, (int)round, half);
                if (pwrite(shared_file.descriptor, bytes, half, (off_t)(i * page)) != (ssize_t)half)
                    atomic_fetch_add(&wrong, 1);
                continue;
            }
            volatile char *own = shared + i * page + half + turn;
            if (*own != (char)(round - 1))
                atomic_fetch_add(&wrong, 1);
            *own = (char)round;
        }
    return NULL;
}

FILE_CASE("conc.write_vs_map", PRACTICE("xfstests generic/344 and 346"),
          "write of one half of a page and stores into the other, at once, lose nothing of each other",
          "a record is lost because its neighbour was written in another way", .seconds = 20)
{
    shared_file = sparse_file((off_t)(8 * page));
    shared = map_file(&shared_file, 0, 8 * page, READ_WRITE, MAP_SHARED);
    run_threads(write_or_store);
    EXPECT("0", number(atomic_load(&wrong)));
    for (size_t i = 0; i < 8; i++) {
        EXPECT("0", bytes_other_than(60, shared + i * page, page / 2));
        EXPECT("0", bytes_other_than(60, shared + i * page + page / 2 + 1, THREADS - 1));
        EXPECT("60", file_byte(&shared_file, (int64_t)(i * page + page / 2 + THREADS - 1)));
    }
}

static void *read_into_gap(void *argument)
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
    const double start = begin_together();

    for (int round = 0; goes_on(round, start); round++) {
        if (!argument) {
            if (round % 2)
                SETUP(munmap(shared, page));
            else if (mmap(shared, page, READ_WRITE, flags, -1, 0) != shared)
                atomic_fetch_add(&wrong, 1);
            continue;
        }
        ssize_t length = pread(shared_file.descriptor, shared, page, 0);
        if (length == 0 || (length == -1 && errno != EFAULT))
            atomic_fetch_add(&wrong, 1);
    }
    return NULL;
}

FILE_CASE("conc.munmap_vs_read", POSIX("read", SHALL),
          "read into memory that is unmapped meanwhile reads something or fails with EFAULT, and never hangs",
          "a process is killed, or stands still, because one thread frees what another reads into",
          .seconds = 20)
{
    shared_file = scratch_file(page);
    shared =
        map_anonymous(3 * page, PROT_NONE, MAP_PRIVATE) + page; /* nothing else gets between these walls */
    run_threads(read_into_gap);
    EXPECT("0", number(atomic_load(&wrong)));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(shared));
    EXPECT("EFAULT", returned(pread(shared_file.descriptor, shared, page, 0)));
    map_over(shared, page, READ_WRITE, MAP_PRIVATE, -1);
    EXPECT(number((int64_t)page), returned(pread(shared_file.descriptor, shared, page, 0)));
    EXPECT("1", load(shared));
}

/* Copies among the pages of a file through maps of it, each thread in both ways and all over the file. */
static void *copy_within_file(void *argument)
{
    const size_t turn = (size_t)(intptr_t)argument;

    begin_together();
    for (size_t round = 0; round < 100; round++) {
        const size_t from = (round + turn) % 8, to = (3 * round + turn) % 8;
        char *bytes = shared + from * page;
        ssize_t length = round % 2 ? pread(shared_file.descriptor, bytes, page, (off_t)(to * page))
                                   : pwrite(shared_file.descriptor, bytes, page, (off_t)(to * page));
        if (length != (ssize_t)page)
            atomic_fetch_add(&wrong, 1);
    }
    return NULL;
}

FILE_CASE("conc.same_file_selfio", PRACTICE("xfstests generic/248, 647 and 742"),
          "threads that read and write a file from and into their own map of it all come to an end",
          "a program that copies within one file hangs for good, and can't even be killed", .seconds = 20)
{
    shared_file = scratch_file(8 * page);
    shared = map_file(&shared_file, 0, 8 * page, READ_WRITE, MAP_SHARED);
    memset(shared, 7, 8 * page);
    run_threads(copy_within_file);
    EXPECT("0", number(atomic_load(&wrong)));
    EXPECT("0", bytes_other_than(7, shared, 8 * page));
    EXPECT("7", file_byte(&shared_file, 8 * (int64_t)page - 1));
}

static atomic_int direct_writes;

/* The first thread writes past the page cache, the others read through the map. */
static void *write_direct_or_load(void *argument)
{
    const double enough = 0.015; /* seconds */
    const int fewest = 4, most = 400;
    char *bytes = argument ? NULL : map_anonymous(page, READ_WRITE, MAP_PRIVATE);
    const double start = begin_together();

    if (argument) {
        while (!atomic_load(&finished))
            allow(load(shared), "5", "6");
        return NULL;
    }
    for (int round = 1; round <= fewest || (seconds_now() - start < enough && round < most); round++) {
        memset(bytes, round % 2 ? 6 : 5, page);
        if (pwrite(shared_file.descriptor, bytes, page, 0) != (ssize_t)page)
            atomic_fetch_add(&wrong, 1);
        atomic_store(&direct_writes, round);
    }
    atomic_store(&finished, 1);
    return NULL;
}

FILE_CASE(
    "conc.dio_invalidate", PRACTICE("xfstests, dio-invalidate-cache"),
    "while a file is written past the page cache readers by map see its old or new bytes, then the newest",
    "a reader works on a page that the file has not had for a long time", .needs = NEED_LINUX, .seconds = 20)
{
    struct scratch_file file = scratch_file(page);

    shared_file = file;
    shared_file.descriptor = open(file.path, O_RDWR | O_DIRECT | O_CLOEXEC);
    if (shared_file.descriptor < 0)
        unsupported("this file system has no direct transfers");
    write_page(&file, 0, 5);
    SETUP(fsync(file.descriptor));
    shared = map_file(&file, 0, page, PROT_READ, MAP_SHARED);
    run_threads(write_direct_or_load);
    EXPECT("0", number(atomic_load(&wrong)));
    const char *last = atomic_load(&direct_writes) % 2 ? "6" : "5";
    EXPECT(last, load(shared));
    EXPECT(last, load(map_file(&file, 0, page, PROT_READ, MAP_PRIVATE)));
    EXPECT(last, file_byte(&file, 0));
}

/* ---- moved away --------------------------------------------------------------------------------- */

static char *here, *there;

static void move_there(void)
{
    if (mremap(here, page, page, MREMAP_MAYMOVE | MREMAP_FIXED, there) != there)
        setup_failed("mremap: error %d", errno);
}

static void move_here(void)
{
    if (mremap(there, page, page, MREMAP_MAYMOVE | MREMAP_FIXED, here) != here)
        setup_failed("mremap: error %d", errno);
}

static const char *load_here(void)
{
    return load(here);
}

CASE("conc.mremap_vs_fault", LINUX("mremap(2)"),
     "once a page has been moved no thread, on any processor, reaches it where it was",
     "a thread goes on in memory that belongs to someone else by now: CVE-2018-18281", .seconds = 20)
{
    const struct turns turns = {{move_here, move_there}, load_here, {"5", "SIGSEGV SEGV_MAPERR exact"}};

    here = map_anonymous(3 * page, PROT_NONE, MAP_PRIVATE) + page; /* walls on both sides */
    there = map_anonymous(3 * page, PROT_NONE, MAP_PRIVATE) + page;
    SETUP(munmap(there, page));
    memset(map_over(here, page, READ_WRITE, MAP_PRIVATE, -1), 5, page);
    EXPECT("0", touches_out_of_turn(&turns));
    EXPECT("5|SIGSEGV SEGV_MAPERR exact", load(here));
    EXPECT("5|SIGSEGV SEGV_MAPERR exact", load(there));
}

/* ---- two processes ------------------------------------------------------------------------------ */

enum { LITMUS_ROUNDS = 20000 };

/* A word at the end of a page and one at the beginning of the next. */
static atomic_uintptr_t *word_beside_boundary(char *map, int which)
{
    return (atomic_uintptr_t *)(void *)(map + page) - 1 + which;
}

static const char *store_words(void *map)
{
    for (size_t i = 0; i < LITMUS_ROUNDS; i++)
        for (int which = 0; which < 2; which++)
            atomic_store_explicit(word_beside_boundary(map, which), patterns[i % 4], memory_order_relaxed);
    atomic_store(word_beside_boundary(map, 2), 1);
    return "stored";
}

static bool is_pattern(uintptr_t word)
{
    return word == patterns[0] || word == patterns[1] || word == patterns[2] || word == patterns[3];
}

static void *run_store_words(void *map)
{
    allow(in_child(store_words, map), "stored", "stored");
    return NULL;
}

FILE_CASE(
    "conc.atomic_cross_page", PRACTICE("C11 atomics in shared maps"),
    "a word on either side of a page boundary that another process stores is one of its values, never torn",
    "a pointer or a counter that two processes share has a value that nobody stored", .seconds = 20)
{
    struct scratch_file file = sparse_file((off_t)(2 * page));
    char *map = map_file(&file, 0, 2 * page, PROT_READ, MAP_SHARED);
    pthread_t thread = start_thread(run_store_words, map_file(&file, 0, 2 * page, READ_WRITE, MAP_SHARED));

    while (!atomic_load(word_beside_boundary(map, 2)) && atomic_load(&wrong) == 0)
        for (int which = 0; which < 2; which++)
            if (!is_pattern(atomic_load_explicit(word_beside_boundary(map, which), memory_order_relaxed)))
                atomic_fetch_add(&wrong, 1);
    join_thread(thread);
    EXPECT("0", number(atomic_load(&wrong)));
    EXPECT("yes", yes_or_no(atomic_load(word_beside_boundary(map, 0)) == patterns[(LITMUS_ROUNDS - 1) % 4]));
}

/* Message passing: the data is stored before the flag; who sees the flag must see the data. In page 0 lies
 * the data, in page 1 the flag, with release and acquire. */
struct message_passing {
    atomic_uint *data, *flag;
};

static struct message_passing passing_in(char *map)
{
    return (struct message_passing){(void *)map, (void *)(map + page)};
}

static const char *pass_messages(void *map)
{
    const struct message_passing passing = passing_in(map);

    for (unsigned i = 1; i <= LITMUS_ROUNDS; i++) {
        atomic_store_explicit(passing.data, i, memory_order_relaxed);
        atomic_store_explicit(passing.flag, i, memory_order_release);
    }
    return "passed";
}

static void *run_pass_messages(void *map)
{
    allow(in_child(pass_messages, map), "passed", "passed");
    atomic_store(&finished, 1);
    return NULL;
}

/* Whether data older than its flag was seen. */
static bool overtaken(const struct message_passing *passing)
{
    const unsigned announced = atomic_load_explicit(passing->flag, memory_order_acquire);

    return atomic_load_explicit(passing->data, memory_order_relaxed) < announced;
}

FILE_CASE("conc.userfault_order", PRACTICE("C11 atomics in shared maps"),
          "stores of another process, by a map of its own, are seen in the order of release and acquire",
          "a process reads a record before it is complete", .seconds = 20)
{
    struct scratch_file file = sparse_file((off_t)(2 * page));
    const struct message_passing passing = passing_in(map_file(&file, 0, 2 * page, PROT_READ, MAP_SHARED));
    pthread_t thread = start_thread(run_pass_messages, map_file(&file, 0, 2 * page, READ_WRITE, MAP_SHARED));

    while (!atomic_load(&finished))
        if (overtaken(&passing))
            atomic_fetch_add(&wrong, 1);
    join_thread(thread);
    EXPECT("0", number(atomic_load(&wrong)));
    EXPECT(number(LITMUS_ROUNDS), number(atomic_load(passing.data)));
}

static void run_true(void)
{
    int status;
    pid_t child = vfork(); /* NOLINT(clang-analyzer-security.insecureAPI.vfork): what is looked at */

    if (child == 0) {
        execlp("true", "true", (char *)NULL);
        _exit(127);
    }
    SETUP(child);
    SETUP(waitpid(child, &status, 0));
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        unsupported("true(1) can't be run");
}

/* The first thread runs programs while the others map, store and unmap. */
static void *run_or_map(void *argument)
{
    begin_together();
    if (!argument) {
        for (int round = 0; round < 5; round++)
            run_true();
        atomic_store(&finished, 1);
        return NULL;
    }
    while (!atomic_load(&finished)) {
        char *own = map_anonymous(4 * page, READ_WRITE, MAP_PRIVATE);
        number_pages(own, 4 * page);
        allow(page_bytes(own, 4 * page), "1 2 3 4", "1 2 3 4");
        SETUP(munmap(own, 4 * page));
    }
    return NULL;
}

FILE_CASE(
    "conc.vfork_exec", PRACTICE("vfork, then exec"),
    "programs that are run by vfork and exec take nothing from the maps of a process with several threads",
    "a program loses memory or a mapped file whenever it runs another one", .seconds = 20)
{
    shared_file = scratch_file(2 * page);
    shared = map_file(&shared_file, 0, 2 * page, READ_WRITE, MAP_SHARED);
    char *private = numbered_pages(2, MAP_PRIVATE);

    EXPECT("stored", store(&shared[page], 9));
    run_threads(run_or_map);
    EXPECT("0", number(atomic_load(&wrong)));
    EXPECT("1 9", page_bytes(shared, 2 * page));
    EXPECT("1 2", page_bytes(private, 2 * page));
    EXPECT("stored", store(shared, 8));
    EXPECT("8", file_byte(&shared_file, 0));
}
