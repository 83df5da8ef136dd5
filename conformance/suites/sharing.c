/* Shared maps: who sees a store, when, and what outlives the map, the descriptor and the process. */
#include "case.h"
#include "fixture.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <time.h>

SUITE("sharing", "shared visibility");

static char *map_shared(const struct scratch_file *file, size_t length)
{
    return map_file(file, 0, length, PROT_READ | PROT_WRITE, MAP_SHARED);
}

/* ---- between maps ---------------------------------------------------------------------------------- */

FILE_CASE("shared.two_maps", POSIX("mmap", SHALL),
          "a store through one shared map is seen through another map of the file, in both directions",
          "two windows of a database show different balances of one account")
{
    struct scratch_file file = scratch_file(3 * page);
    char *first = map_shared(&file, 3 * page);
    char *second = map_file(&file, (off_t)page, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED);

    EXPECT("2 3", page_bytes(second, 2 * page));
    EXPECT("stored", store(&first[page + 5], 8));
    EXPECT("8", load(&second[5]));
    EXPECT("stored", store(&second[2 * page - 1], 9));
    EXPECT("9", load(&first[3 * page - 1]));
    EXPECT("1 2 3", page_bytes(first, 3 * page));
}

FILE_CASE("shared.ro_sees_writes", POSIX("mmap", SHALL),
          "a read-only shared map shows the stores of a writable one",
          "a monitor displays the state that the server had when it was started")
{
    struct scratch_file file = scratch_file(page);
    char *reader = map_descriptor(reopen(&file, O_RDONLY), 0, page, PROT_READ, MAP_SHARED);
    char *writer = map_shared(&file, page);

    EXPECT("1", load(&reader[page - 1]));
    EXPECT("stored", store(&writer[page - 1], 9));
    EXPECT("9", load(&reader[page - 1]));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(&reader[page - 1], 8));
}

FILE_CASE("shared.hardlink_alias", POSIX("mmap", SHALL),
          "maps of one file that was opened by two names show each other's stores",
          "a backup taken through a second name of the file lacks what was just entered")
{
    struct scratch_file file = scratch_file(page);
    struct scratch_file alias = file;

    snprintf(alias.path, sizeof alias.path, "%s", scratch_path("alias"));
    if (link(file.path, alias.path) != 0)
        unsupported("this file system makes no hard links");
    char *first = map_shared(&file, page);
    char *second = map_descriptor(reopen(&alias, O_RDWR), 0, page, PROT_READ | PROT_WRITE, MAP_SHARED);
    EXPECT("stored", store(&first[0], 8));
    EXPECT("8", load(&second[0]));
    EXPECT("stored", store(&second[1], 9));
    EXPECT("9", load(&first[1]));
}

FILE_CASE("shared.close_keeps", POSIX("mmap", SHALL),
          "closing the descriptor does not end the map: stores still reach the file",
          "a program that tidies up its descriptors stores into memory that no file receives")
{
    struct scratch_file file = scratch_file(2 * page);
    char *map = map_shared(&file, 2 * page);

    SETUP(close(file.descriptor));
    EXPECT("1 2", page_bytes(map, 2 * page));
    EXPECT("stored", store(&map[page], 9));
    file.descriptor = reopen(&file, O_RDONLY);
    EXPECT("9", file_byte(&file, (int64_t)page));
}

/* ---- between maps and read(2), write(2) -------------------------------------------------------------- */

FILE_CASE("shared.write_to_map", PRACTICE("maps and read(2), write(2) share one cache"),
          "what write(2) puts into the file is in a shared map at once",
          "a reader by map misses the records that a writer appends with write")
{
    struct scratch_file file = scratch_file(2 * page);
    char *map = map_shared(&file, 2 * page);

    EXPECT("1 2", page_bytes(map, 2 * page));
    write_file(&file, (off_t)page, 9);
    EXPECT("9", load(&map[page]));
    EXPECT("stored", store(&map[page], 8));
    write_file(&file, (off_t)page, 7);
    EXPECT("7", load(&map[page]));
}

FILE_CASE("shared.map_to_read", PRACTICE("maps and read(2), write(2) share one cache"),
          "what a shared map stores is in read(2) at once, without msync",
          "a copy made with cp while the database runs lacks its last transactions")
{
    struct scratch_file file = scratch_file(2 * page);
    char *map = map_shared(&file, 2 * page);

    EXPECT("2", file_byte(&file, (int64_t)page));
    EXPECT("stored", store(&map[page], 9));
    EXPECT("9", file_byte(&file, (int64_t)page));
    EXPECT("stored", store(&map[page], 8));
    EXPECT("8", file_byte(&file, (int64_t)page));
}

FILE_CASE("shared.partial_overwrite", POSIX("write", SHALL),
          "writing a part of a page leaves the rest of it as the map stored it",
          "writing a short header wipes the fields that a map has just filled in")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_shared(&file, page);

    memset(map, 7, page);
    SETUP(pwrite(file.descriptor, "\5\5\5", 3, 100));
    EXPECT("0", bytes_other_than(7, map, 100));
    EXPECT("0", bytes_other_than(5, &map[100], 3));
    EXPECT("0", bytes_other_than(7, &map[103], page - 103));
    EXPECT("7", file_byte(&file, 99));
    EXPECT("5", file_byte(&file, 102));
    EXPECT("7", file_byte(&file, 103));
}

FILE_CASE("shared.self_read", POSIX("read", SHALL),
          "reading a file into its own map ends, with the bytes of the file in the map and in the file",
          "a program that moves records within one file hangs with the file locked")
{
    struct scratch_file file = scratch_file(2 * page);
    char *map = map_shared(&file, 2 * page);

    EXPECT(number((int64_t)page), returned(pread(file.descriptor, map, page, 0)));
    EXPECT("0", bytes_other_than(1, map, page));
    EXPECT(number((int64_t)page), returned(pread(file.descriptor, &map[page], page, 0)));
    EXPECT("0", bytes_other_than(1, map, 2 * page));
    EXPECT("1", file_byte(&file, 2 * (int64_t)page - 1));
}

FILE_CASE("shared.self_write", POSIX("write", SHALL),
          "writing a file from its own map ends, with the bytes of the map in the file and in the map",
          "duplicating a block of a mapped table hangs, or spreads torn bytes")
{
    struct scratch_file file = scratch_file(2 * page);
    char *map = map_shared(&file, 2 * page);

    EXPECT(number((int64_t)page), returned(pwrite(file.descriptor, map, page, 0)));
    EXPECT("0", bytes_other_than(1, map, page));
    EXPECT("stored", store(&map[0], 9));
    EXPECT(number((int64_t)page), returned(pwrite(file.descriptor, map, page, (off_t)page)));
    EXPECT("9 9", page_bytes(map, 2 * page));
    EXPECT("9", file_byte(&file, (int64_t)page));
    EXPECT("1", file_byte(&file, (int64_t)page + 1));
}

FILE_CASE("shared.sendfile", PRACTICE("maps and read(2), write(2) share one cache"),
          "sendfile sends what a shared map has just stored",
          "a web server delivers the page as it was before the edit", .needs = NEED_LINUX)
{
    struct scratch_file file = scratch_file(page);
    char *map = map_shared(&file, page);
    char sent[2] = "";
    int ends[2];

    EXPECT("stored", store(&map[1], 9));
    SETUP(pipe(ends));
    SETUP(sendfile(ends[1], file.descriptor, &(off_t){0}, 2));
    SETUP(read(ends[0], sent, 2));
    EXPECT("1", load(&sent[0]));
    EXPECT("9", load(&sent[1]));
}

/* ---- between processes ------------------------------------------------------------------------------- */

FILE_CASE(
    "shared.fork_file", POSIX("fork", SHALL),
    "a child's store through an inherited shared map is seen by the parent, and the parent's by a child",
    "a worker's results stay with the worker and are lost when it exits")
{
    struct scratch_file file = scratch_file(2 * page);
    char *map = map_shared(&file, 2 * page);

    EXPECT("stored", store_in_child(&map[page], 9));
    EXPECT("9", load(&map[page]));
    EXPECT("stored", store(&map[0], 8));
    EXPECT("8", load_in_child(&map[0]));
    EXPECT("1", file_byte(&file, 1));
    EXPECT("9", file_byte(&file, (int64_t)page));
}

static const char *store_by_own_map(void *path)
{
    int descriptor = (int)SETUP(open(path, O_RDWR));
    char *map = map_descriptor(descriptor, 0, page, PROT_READ | PROT_WRITE, MAP_SHARED);

    if (map[0] != 7)
        return "the parent's store is not here";
    return store(&map[page - 1], 9);
}

FILE_CASE("shared.own_open", POSIX("mmap", SHALL),
          "a process that opens and maps the file itself sees the stores made here, and we see its",
          "two processes that keep one database each overwrite what the other has stored")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_shared(&file, page);

    EXPECT("stored", store(&map[0], 7));
    EXPECT("stored", in_child(store_by_own_map, file.path));
    EXPECT("9", load(&map[page - 1]));
}

FILE_CASE("shared.exec_process", PRACTICE("maps and read(2), write(2) share one cache"),
          "another program that reads the file gets what was stored here, without msync",
          "a report that runs beside the database prints yesterday's figures")
{
    struct scratch_file file = scratch_file(page);
    static char printed[1 << 18];
    char *map = map_shared(&file, page);

    EXPECT("stored", store(&map[0], 7));
    EXPECT("stored", store(&map[page - 1], 9));
    print_by_exec(file.path, NULL, NULL, printed, sizeof printed);
    EXPECT("7", load(&printed[0]));
    EXPECT("1", load(&printed[1]));
    EXPECT("9", load(&printed[page - 1]));
}

static void store_before_exec(void *map)
{
    *(volatile char *)map = 'S';
}

FILE_CASE("shared.exec_drops", POSIX("exec", SHALL),
          "exec drops the maps, and the file keeps what was stored through them",
          "a started program can reach the memory, and the secrets, of the one that started it",
          .needs = NEED_LINUX)
{
    struct scratch_file file = scratch_file(page);
    static char printed[1 << 18];
    char *map = map_shared(&file, page);

    EXPECT("yes", yes_or_no(strstr(map_name(map), file.path) != NULL));
    print_by_exec("/proc/self/maps", store_before_exec, map, printed, sizeof printed);
    EXPECT("yes", yes_or_no(strstr(printed, "cat") != NULL));
    EXPECT("no", yes_or_no(strstr(printed, file.path) != NULL));
    EXPECT(number('S'), file_byte(&file, 0));
}

static const char *store_and_die(void *map)
{
    *(volatile char *)map = 8;
    ((volatile char *)map)[page] = 9;
    raise(SIGKILL);
    return "alive";
}

FILE_CASE("shared.killed_writer", POSIX("mmap", SHALL),
          "what a process stored before it was killed is in the file",
          "a crash of the process, not of the machine, loses the log that was to explain it")
{
    struct scratch_file file = scratch_file(2 * page);

    EXPECT("killed by SIGKILL", in_child(store_and_die, map_shared(&file, 2 * page)));
    EXPECT("8", file_byte(&file, 0));
    EXPECT("9", file_byte(&file, (int64_t)page));
    EXPECT("8 9", page_bytes(map_shared(&file, 2 * page), 2 * page));
}

FILE_CASE("shared.munmap_persists", POSIX("mmap", SHALL),
          "what was stored is in the file after munmap, without msync",
          "closing a database the regular way loses what was entered last")
{
    struct scratch_file file = scratch_file(2 * page);
    char *map = map_shared(&file, 2 * page);

    EXPECT("stored", store(&map[0], 8));
    EXPECT("stored", store(&map[2 * page - 1], 9));
    SETUP(munmap(map, 2 * page));
    EXPECT("8", file_byte(&file, 0));
    EXPECT("9", file_byte(&file, 2 * (int64_t)page - 1));
    EXPECT("9", load(&map_shared(&file, 2 * page)[2 * page - 1]));
}

static const char *leave(void *unused)
{
    (void)unused;
    return "left";
}

FILE_CASE("shared.child_exit_keeps", POSIX("fork", SHALL),
          "a child that inherited the map and exits takes none of the parent's stores away",
          "running a helper from a database undoes its latest changes")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_shared(&file, page);

    EXPECT("stored", store(&map[0], 9));
    EXPECT("left", in_child(leave, NULL));
    EXPECT("9", load(&map[0]));
    SETUP(munmap(map, page));
    EXPECT("9", file_byte(&file, 0));
}

/* ---- synchronization through shared maps --------------------------------------------------------------- */

enum { ROUNDS = 20000 };

struct counters {
    atomic_uint atomic;
    pthread_mutex_t mutex;
    unsigned guarded;
};

static const char *add_atomically(void *counters)
{
    for (int i = 0; i < ROUNDS; i++)
        atomic_fetch_add(&((struct counters *)counters)->atomic, 1);
    return "added";
}

static const char *add_under_mutex(void *argument)
{
    struct counters *counters = argument;

    for (int i = 0; i < ROUNDS; i++) {
        if (pthread_mutex_lock(&counters->mutex) != 0)
            return "not locked";
        counters->guarded++;
        pthread_mutex_unlock(&counters->mutex);
    }
    return "added";
}

/* Runs `act` here and in a child at the same time; answers what the child answered. */
static const char *both(const char *(*act)(void *), void *argument)
{
    int status;
    pid_t child = (pid_t)SETUP(fork());

    if (child == 0)
        _exit(strcmp(act(argument), "added") != 0);
    act(argument);
    SETUP(waitpid(child, &status, 0));
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? "added" : "the child failed";
}

FILE_CASE("shared.atomic", PRACTICE("C11 atomics in shared maps"),
          "atomic additions of two processes to one place in a file are all counted",
          "a ticket counter between processes gives the same number twice")
{
    struct scratch_file file = scratch_file(page);
    struct counters *counters = (void *)map_shared(&file, page);

    atomic_store(&counters->atomic, 0);
    EXPECT("added", both(add_atomically, counters));
    EXPECT(number(INT64_C(2) * ROUNDS), number(atomic_load(&counters->atomic)));
}

FILE_CASE("shared.pthread_mutex", POSIX("pthread_mutexattr_setpshared", SHALL),
          "a process-shared mutex in a file map keeps two processes apart",
          "two processes are inside one critical section, and a shared list breaks")
{
    struct scratch_file file = scratch_file(page);
    struct counters *counters = (void *)map_shared(&file, page);
    pthread_mutexattr_t attributes;

    counters->guarded = 0;
    pthread_mutexattr_init(&attributes);
    EXPECT("0", error_number(pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED)));
    EXPECT("0", error_number(pthread_mutex_init(&counters->mutex, &attributes)));
    EXPECT("added", both(add_under_mutex, counters));
    EXPECT(number(INT64_C(2) * ROUNDS), number(counters->guarded));
}

enum { FUTEX_WAIT_SHARED = 0, FUTEX_WAKE_SHARED = 1 };

static void wait_in_child(const struct scratch_file *file)
{
    uint32_t *word = (void *)map_shared(file, page);

    if (SETUP(fork()) != 0)
        return;
    _exit(syscall(SYS_futex, word, FUTEX_WAIT_SHARED, 0, NULL, NULL, 0) == 0 ? 0 : 1);
}

FILE_CASE("shared.futex", LINUX("futex(2)"),
          "a futex is the place in the file: a wake at one address wakes a process that waits at another",
          "a process waits for ever for a message that has long been in the queue")
{
    struct scratch_file file = scratch_file(page);
    uint32_t *word = (void *)map_shared(&file, page);
    int status;
    long long woken = 0;

    *word = 0;
    wait_in_child(&file);
    while (woken == 0) { /* until the child waits */
        woken = SETUP(syscall(SYS_futex, word, FUTEX_WAKE_SHARED, 1, NULL, NULL, 0));
        sched_yield();
    }
    SETUP(wait(&status));
    EXPECT("1", number(woken));
    EXPECT("0", number(status));
}

/* ---- time stamps ------------------------------------------------------------------------------------- */

enum { LONG_AGO = 1000000000 };

static void make_old(const struct scratch_file *file)
{
    struct timespec times[2] = {{.tv_sec = LONG_AGO}, {.tv_sec = LONG_AGO}};

    SETUP(futimens(file->descriptor, times));
}

static const char *modification(const struct scratch_file *file)
{
    struct stat status;

    SETUP(fstat(file->descriptor, &status));
    return status.st_mtime == LONG_AGO ? "old" : "new";
}

FILE_CASE("shared.mtime_msync", POSIX("mmap", SHALL),
          "a store marks the time of modification by the time msync has returned",
          "a backup skips a database that has been changed through its map")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_shared(&file, page);

    make_old(&file);
    EXPECT("old", modification(&file));
    EXPECT("stored", store(&map[0], 9));
    EXPECT("0", returned(msync(map, page, MS_SYNC)));
    EXPECT("new", modification(&file));
}

FILE_CASE("shared.mtime_second_store", POSIX("mmap", SHALL),
          "a store to a page that was stored to before marks the time of modification again",
          "a nightly backup takes the first change of a table and none after it")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_shared(&file, page);

    EXPECT("stored", store(&map[0], 8));
    EXPECT("0", returned(msync(map, page, MS_SYNC)));
    make_old(&file);
    EXPECT("stored", store(&map[0], 9));
    EXPECT("0", returned(msync(map, page, MS_SYNC)));
    EXPECT("new", modification(&file));
}

FILE_CASE("shared.mtime_ro", POSIX("mmap", SHALL), "reading a map leaves the time of modification alone",
          "every query makes the backup copy a database that nobody has changed")
{
    struct scratch_file file = scratch_file(2 * page);
    char *map = map_shared(&file, 2 * page);

    make_old(&file);
    EXPECT("1 2", page_bytes(map, 2 * page));
    EXPECT("0", returned(msync(map, 2 * page, MS_SYNC)));
    SETUP(munmap(map, 2 * page));
    EXPECT("old", modification(&file));
}

FILE_CASE("shared.maps_flag_s", LINUX("proc(5)"), "/proc tells shared maps (s) from private ones (p)",
          "a tool that adds up memory counts what is shared once for each process")
{
    struct scratch_file file = scratch_file(page);

    EXPECT("rw-s", permissions(map_shared(&file, page)));
    EXPECT("r--s", permissions(map_file(&file, 0, page, PROT_READ, MAP_SHARED)));
    EXPECT("r--p", permissions(map_file(&file, 0, page, PROT_READ, MAP_PRIVATE)));
}

FILE_CASE("shared.mtime_no_msync", POSIX("mmap", SHALL),
          "a store marks the time of modification without msync too, by the time it has been written back",
          "a backup or make(1) takes a changed file for an old one")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_shared(&file, page);

    make_old(&file);
    EXPECT("old", modification(&file));
    EXPECT("stored", store(&map[0], 9));
    SETUP(munmap(map, page));
    SETUP(fsync(file.descriptor));
    EXPECT("new", modification(&file));
    EXPECT("9", file_byte(&file, 0));
}

static const char *last_access(const struct scratch_file *file)
{
    struct stat status;

    SETUP(fstat(file->descriptor, &status));
    return status.st_atime == LONG_AGO ? "old" : "new";
}

FILE_CASE("shared.atime", POSIX("mmap", SHALL),
          "the first touch of a map marks the time of access, if mmap has not done so",
          "what tidies up by the time of access removes files that are in use")
{
    struct scratch_file file = scratch_file(page);
    struct statvfs system;

    SETUP(fstatvfs(file.descriptor, &system));
    if (system.f_flag & ST_NOATIME)
        unsupported("this file system is mounted with noatime");
    make_old(&file);
    EXPECT("old", last_access(&file));
    char *map = map_file(&file, 0, page, PROT_READ, MAP_SHARED);
    EXPECT("1", load(map));
    EXPECT("new", last_access(&file));
    EXPECT("old", modification(&file));
}

/* ---- maps beside other ways into the file -------------------------------------------------------------- */

FILE_CASE("shared.append_fd", POSIX("mmap", SHALL),
          "a map of a descriptor with O_APPEND stores in place, while write goes to the end, and both show",
          "what is stored into a log moves to its end, or is lost")
{
    struct scratch_file file = scratch_file(2 * page - 1);
    int appending = reopen(&file, O_RDWR | O_APPEND);
    char *map = map_descriptor(appending, 0, 2 * page, READ_WRITE, MAP_SHARED);

    EXPECT("stored", store(&map[page], 9));
    EXPECT("9", file_byte(&file, (int64_t)page));
    EXPECT(number(2 * (int64_t)page - 1), file_size(&file));
    EXPECT("1", returned(write(appending, "\7", 1)));
    EXPECT(number(2 * (int64_t)page), file_size(&file));
    EXPECT("7", file_byte(&file, 2 * (int64_t)page - 1));
    EXPECT("9", load(&map[page]));
}

/* The file opened for transfers past the page cache; UNSUPPORTED where it has none. */
static int open_direct(const struct scratch_file *file)
{
    int descriptor = open(file->path, O_RDWR | O_DIRECT | O_CLOEXEC);

    if (descriptor < 0)
        unsupported("this file system has no direct transfers");
    return descriptor;
}

FILE_CASE(
    "shared.odirect", PRACTICE("xfstests generic/247"),
    "what a direct write puts into the file is in a map of it, and a direct read gets what a map stored",
    "a data base that writes past the page cache and its readers by map see different files",
    .needs = NEED_LINUX)
{
    struct scratch_file file = scratch_file(3 * page);
    char *map = map_shared(&file, 3 * page), *buffer = numbered_pages(1, MAP_PRIVATE);
    int direct = open_direct(&file);

    EXPECT("1 2 3", page_bytes(map, 3 * page));
    EXPECT("stored", store(&map[2 * page], 8));
    memset(buffer, 9, page);
    EXPECT(number((int64_t)page), returned(pwrite(direct, buffer, page, (off_t)page)));
    EXPECT("0", bytes_other_than(9, &map[page], page));
    EXPECT("1 9 8", page_bytes(map, 3 * page));
    EXPECT("stored", store(&map[page], 7));
    EXPECT(number((int64_t)page), returned(pread(direct, buffer, page, (off_t)page)));
    EXPECT("7", load(buffer));
    EXPECT("0", bytes_other_than(9, buffer + 1, page - 1));
}

FILE_CASE("shared.dio_self", PRACTICE("xfstests generic/708 and 729"),
          "a direct write from a map of the same file, and a direct read into one, end, with the right bytes",
          "a program that copies within a file by direct transfers hangs for good", .needs = NEED_LINUX)
{
    struct scratch_file file = scratch_file(4 * page);
    char *map = map_shared(&file, 4 * page);
    int direct = open_direct(&file);

    EXPECT("stored", store(map, 9));
    EXPECT(number((int64_t)page), returned(pwrite(direct, map, page, (off_t)page)));
    EXPECT("9 9 3 4", page_bytes(map, 4 * page));
    EXPECT(number((int64_t)page), returned(pread(direct, map + 2 * page, page, 3 * (off_t)page)));
    EXPECT("9 9 4 4", page_bytes(map, 4 * page));
    EXPECT("4", file_byte(&file, 2 * (int64_t)page));
    EXPECT("0", bytes_other_than(4, map + 2 * page, 2 * page));
}

FILE_CASE(
    "shared.reflink_source", LINUX("ioctl_ficlone(2)"),
    "a clone of a file has what was stored through a map just before, and not what is stored afterwards",
    "a snapshot lacks the newest changes, or changes later on", .since = KERNEL(4, 5))
{
    const unsigned long clone = _IOW(0x94, 9, int); /* FICLONE; some C libraries come without its header */
    struct scratch_file file = scratch_file(2 * page), copy = scratch_file(0);
    char *map = map_shared(&file, 2 * page);

    EXPECT("stored", store(&map[page], 9));
    if (syscall(SYS_ioctl, copy.descriptor, clone, file.descriptor) != 0)
        unsupported("this file system makes no clones");
    EXPECT("9", file_byte(&copy, (int64_t)page));
    EXPECT("1", file_byte(&copy, 0));
    EXPECT("stored", store(&map[page], 8));
    SETUP(fsync(file.descriptor));
    EXPECT("9", file_byte(&copy, (int64_t)page));
    EXPECT("8", file_byte(&file, (int64_t)page));
}

FILE_CASE("shared.page_lock_leak", POSIX("fork", SHALL),
          "children that inherit a map and end at once take no store away before it is written to the file",
          "a server that forks loses changes of its files, now and then", .seconds = 10)
{
    enum { FORKS = 4 };
    struct scratch_file file = scratch_file(FORKS * page);
    char *map = map_shared(&file, FORKS * page);

    need_backing_store(&file);
    for (size_t i = 0; i < FORKS; i++) {
        map[i * page] = (char)(100 + i);
        in_child(leave, NULL);
        map[i * page + 1] = (char)(100 + i);
    }
    SETUP(munmap(map, FORKS * page));
    evict_file(&file);
    map = map_shared(&file, FORKS * page);
    EXPECT("100 101 102 103", page_bytes(map, FORKS * page));
    EXPECT("100 101 102 103", page_bytes(map + 1, FORKS * page));
}

FILE_CASE("shared.mapping_leaves_file", POSIX("mmap", SHALL),
          "to map a file leaves its time of modification and the position of its descriptor alone",
          "a backup copies all that was ever looked at, or a log that is being read loses its place")
{
    struct scratch_file file = scratch_file(2 * page);
    const struct timespec long_ago[2] = {{.tv_sec = 1000000}, {.tv_sec = 1000000}};
    struct stat status;

    SETUP(futimens(file.descriptor, long_ago));
    SETUP(lseek(file.descriptor, 5, SEEK_SET));
    EXPECT("1", load(map_file(&file, 0, page, READ_WRITE, MAP_SHARED)));
    EXPECT("2", load(map_file(&file, (off_t)page, page, PROT_READ, MAP_PRIVATE)));
    SETUP(fstat(file.descriptor, &status));
    EXPECT(number(long_ago[1].tv_sec), number(status.st_mtim.tv_sec));
    EXPECT("5", number(lseek(file.descriptor, 0, SEEK_CUR)));
}

/* ---- overlay --------------------------------------------------------------------------------------- */

CASE("shared.overlay_copyup", POSIX("mmap", SHALL),
     "a shared map for reading shows what is written later, also when an overlay copies the file up for it",
     "a reader that maps a file of a container image never sees that the file was changed")
{
    struct scratch_file file = overlay_file(page);
    char *map = map_file(&file, 0, page, PROT_READ, MAP_SHARED);

    EXPECT("1", load(map));
    write_file(&(struct scratch_file){.descriptor = reopen(&file, O_RDWR)}, 0, 9);
    EXPECT("9", file_byte(&file, 0));
    EXPECT("9", load(map));
}
