/* Concurrency: what must hold in every interleaving, so that a case needs no luck to pass. */
#include "case.h"

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
        if (pthread_create(&threads[i], NULL, work, (void *)i) != 0)
            setup_failed("pthread_create: out of threads");
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

static void begin_together(void)
{
    atomic_fetch_add(&ready, 1);
    while (atomic_load(&ready) < THREADS)
        sched_yield();
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
    for (int round = 0; round < 20; round++) {
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

    for (int round = 0; round < 20; round++) {
        shared = map_file(&file, 0, PAGES * page, READ_WRITE, MAP_PRIVATE);
        run_threads(count_in_pages);
        EXPECT("0", miscounted_pages());
        EXPECT("0", file_byte(&file, 0));
        SETUP(munmap(shared, PAGES * page));
    }
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
        EXPECT(number(*(unsigned char *)(shared + i * page)), file_byte(&shared_file, (int64_t)(i * page)));
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

enum { ROUNDS = 2000 };

static void (*change)(int round);               /* done by the first thread, ROUNDS times */
static const char *allowed_one, *allowed_other; /* what the others may see */
static bool others_store;

static void *change_and_touch(void *argument)
{
    begin_together();
    if (!argument) {
        for (int round = 0; round < ROUNDS; round++)
            change(round);
        atomic_store(&finished, 1);
        return NULL;
    }
    for (size_t i = 0; !atomic_load(&finished) || i < PAGES; i++) {
        char *touched = shared + (i % PAGES) * page;
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
    if (madvise(shared, PAGES * page, MADV_DONTNEED) != 0)
        atomic_fetch_add(&wrong, 1);
}

CASE("conc.madvise_vs_fault", LINUX("madvise(2)"),
     "while pages are dropped readers see the old contents or 0, and then 0 for good",
     "a thread that reads while another purges memory sees bytes that nobody stored", .seconds = 20)
{
    shared = map_anonymous(PAGES * page, READ_WRITE, MAP_PRIVATE);
    memset(shared, 5, PAGES * page);
    EXPECT("0", touches_besides("5", "0", drop_pages));
    EXPECT("0", bytes_other_than(0, shared, PAGES * page));
}

FILE_CASE("conc.madvise_vs_file", LINUX("madvise(2)"),
          "while the pages of a file's map are dropped readers see the file's bytes only",
          "a reader meets zeros in a dictionary while the cache is being trimmed", .seconds = 20)
{
    shared_file = scratch_file(PAGES * page);
    for (size_t i = 0; i < PAGES; i++)
        write_file(&shared_file, (off_t)(i * page), 5);
    shared = map_file(&shared_file, 0, PAGES * page, PROT_READ, MAP_PRIVATE);
    EXPECT("0", touches_besides("5", "5", drop_pages));
}

static void toggle_protection(int round)
{
    if (mprotect(shared, PAGES * page, round % 2 ? READ_WRITE : PROT_READ) != 0)
        atomic_fetch_add(&wrong, 1);
}

CASE("conc.mprotect_vs_fault", POSIX("mprotect", SHALL),
     "while rights change a store is done or raises SIGSEGV at its address, and afterwards the last rights "
     "hold",
     "a collector's write barrier misses stores, and live objects are swept away", .seconds = 20)
{
    shared = map_anonymous(PAGES * page, READ_WRITE, MAP_PRIVATE);
    others_store = true;
    EXPECT("0", touches_besides("stored", "SIGSEGV SEGV_ACCERR exact", toggle_protection));
    EXPECT("stored", store(shared, 7));
    SETUP(mprotect(shared, PAGES * page, PROT_READ));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(shared, 8));
    EXPECT("7", load(shared));
}

static void toggle_size(int round)
{
    if (ftruncate(shared_file.descriptor, round % 2 ? (off_t)(PAGES * page) : 0) != 0)
        atomic_fetch_add(&wrong, 1);
}

FILE_CASE("conc.truncate_vs_fault", POSIX("mmap", SHALL),
          "while the file is cut and grown readers see 0 or SIGBUS at their address, nothing else",
          "the readers of a rotated log get stale bytes, or crash where they cannot recover", .seconds = 20)
{
    shared_file = sparse_file((off_t)(PAGES * page));
    shared = map_file(&shared_file, 0, PAGES * page, PROT_READ, MAP_SHARED);
    EXPECT("0", touches_besides("0", "SIGBUS BUS_ADRERR exact", toggle_size));
    EXPECT("0", load(shared + (PAGES - 1) * page));
}

/* Both of the maps in turn come to the place, whole, by one call each. */
static void swap_maps(int round)
{
    const int flags = MAP_SHARED | MAP_FIXED;
    const off_t offset = round % 2 ? (off_t)(PAGES * page) : 0;

    if (mmap(shared, PAGES * page, PROT_READ, flags, shared_file.descriptor, offset) != shared)
        atomic_fetch_add(&wrong, 1);
}

FILE_CASE("conc.fixed_vs_fault", PRACTICE("Linux, mm/mmap.c"),
          "while one map replaces another readers see either of them, and never a gap",
          "threads that read an index crash in the instant in which it is swapped for a new one",
          .seconds = 20)
{
    shared_file = scratch_file(page * 2 * PAGES);
    for (size_t i = 0; i < (size_t)2 * PAGES; i++)
        write_file(&shared_file, (off_t)(i * page), i < PAGES ? 5 : 6);
    shared = map_file(&shared_file, 0, PAGES * page, PROT_READ, MAP_SHARED);
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
    begin_together();
    for (int round = 0; round < (argument ? ROUNDS : 30); round++) {
        if (!argument) {
            allow(load_in_child(shared), "5", "5");
            continue;
        }
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
    begin_together();
    for (int round = 0; round < ROUNDS; round++) {
        if (!argument) {
            SETUP(mprotect(shared, page, round % 2 ? READ_WRITE : PROT_NONE));
            continue;
        }
        ssize_t length = pread(shared_file.descriptor, shared, page, 0);
        if (length == 0 || (length == -1 && errno != EFAULT)) /* a part may have been read */
            atomic_fetch_add(&wrong, 1);
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
    EXPECT("1", load(shared));
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
