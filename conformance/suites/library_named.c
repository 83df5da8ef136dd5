/* The library: shared memory by name. */
#include "library.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>

SUITE("library", "what libmapwise promises");

/* Maps what a name stands for. */
static int map_by_name(mw_map **map, const char *name, mw_access access, uint32_t flags, uint64_t offset,
                       uint64_t length)
{
    const mw_map_options options = options_range(access, flags, offset, length);

    return mw_map_named(map, name, &options, &failure);
}

/* The same of this case's own name, to see it fail or succeed; what was mapped is given back. */
static const char *try_name(mw_access access, uint32_t flags, uint64_t offset, uint64_t length)
{
    mw_map *map = (mw_map *)&failure; /* must become NULL */
    const char *code = answer(map_by_name(&map, shared_memory_name(), access, flags, offset, length));

    if (map && strcmp(code, "MW_OK") != 0)
        return "failed and gave a map";
    mw_free(map);
    return code;
}

static mw_map *checked(int code, mw_map *map)
{
    if (code != MW_OK && (failure.os == ENOENT || failure.os == ENOSYS || failure.os == EOPNOTSUPP))
        unsupported("this system has no place for shared memory that is there as a whole");
    if (code != MW_OK)
        setup_failed("%s: %s", failure.op, mw_error_text(code));
    return map;
}

/* New memory under this case's name. */
static mw_map *made(uint64_t length, uint32_t flags)
{
    mw_map *map;
    int code = map_by_name(&map, shared_memory_name(), MW_ACCESS_WRITE, MW_F_CREATE | MW_F_EXCLUSIVE | flags,
                           0, length);

    return checked(code, map);
}

static mw_map *opened(mw_access access, uint64_t offset, uint64_t length)
{
    mw_map *map;
    int code = map_by_name(&map, shared_memory_name(), access, 0, offset, length);

    return checked(code, map);
}

/* What the system has under this case's name: its size, or why there is none. */
static const char *found(void)
{
    struct scratch_file file = {.descriptor = shm_open(shared_memory_name(), O_RDONLY, 0)};

    if (file.descriptor < 0)
        return error_number(errno);
    const char *size = file_size(&file);
    close(file.descriptor);
    return size;
}

/* Memory without any bytes, as it is before its maker has sized it. */
static struct scratch_file unsized(void)
{
    checked(mw_free(made(page, MW_F_UNLINK)), NULL);
    return (struct scratch_file){
        .descriptor = (int)SETUP(shm_open(shared_memory_name(), O_RDWR | O_CREAT | O_EXCL, 0600))};
}

/* ---- making and opening ------------------------------------------------------------------------ */

CASE("SHM-07", MAPWISE("SHM-07"),
     "a name is made by the first who creates it, and opened as it is by the next",
     "a second process wipes the segment that the first has filled")
{
    mw_map *map, *first = made(2 * page, 0);

    EXPECT("0", bytes_other_than(0, pinned(first, MW_PROT_READ), 2 * page));
    EXPECT("MW_OK", set_byte(first, 0, 9));
    EXPECT("MW_OK", answer(map_by_name(&map, shared_memory_name(), MW_ACCESS_WRITE, MW_F_CREATE, 0, page)));
    EXPECT("9", byte_at(map, 0));
    EXPECT(number((int64_t)page), number((int64_t)mw_length(map)));
    EXPECT(number((int64_t)(2 * page)), found());
}

CASE("SHM-20", MAPWISE("SHM-20"), "MW_F_EXCLUSIVE refuses a name that is taken, and harms nothing",
     "a restarted server formats a segment that its clients still use")
{
    mw_map *first = made(page, 0);

    EXPECT("MW_OK", set_byte(first, 0, 9));
    remember_resources();
    EXPECT("MW_E_EXIST", try_name(MW_ACCESS_WRITE, MW_F_CREATE | MW_F_EXCLUSIVE, 0, 2 * page));
    EXPECT("MW_E_EXIST", try_name(MW_ACCESS_WRITE, MW_F_CREATE | MW_F_EXCLUSIVE | MW_F_UNLINK, 0, page));
    EXPECT("nothing", leaked());
    EXPECT(number((int64_t)page), found());
    EXPECT("9", byte_at(first, 0));
    EXPECT("MW_E_INVAL", try_name(MW_ACCESS_WRITE, MW_F_EXCLUSIVE, 0, page));
    EXPECT("MW_OK", try_name(MW_ACCESS_WRITE, MW_F_CREATE, 0, page));
}

enum { RACERS = 4, RACES = 25 };

struct racer {
    const char *name;
    uint64_t place; /* of the byte that it stores */
    mw_map *map;
    uint32_t flags;
    int code;
};

static pthread_barrier_t start;

static void *race(void *argument)
{
    struct racer *racer = argument;
    mw_map_options options = options_range(MW_ACCESS_WRITE, MW_F_CREATE | racer->flags, 0, 64 * page);
    const unsigned char one = 1;

    pthread_barrier_wait(&start);
    racer->code = mw_map_named(&racer->map, racer->name, &options, NULL);
    if (racer->code == MW_OK)
        racer->code = mw_write_at(NULL, racer->map, racer->place, &one, 1, NULL);
    return NULL;
}

/* Lets several threads create one name at once. What they answered is counted: how many MW_OK and how many
 * `other`; and how many of the stores the last of the maps sees. */
static void run_race(uint32_t flags, int other, int counts[3])
{
    const char *name = shared_memory_name();
    pthread_t threads[RACERS];
    struct racer racers[RACERS];
    mw_map *last = NULL;

    for (size_t i = 0; i < RACERS; i++) {
        racers[i] = (struct racer){.name = name, .place = i * page, .flags = flags};
        threads[i] = start_thread(race, &racers[i]);
    }
    for (size_t i = 0; i < RACERS; i++) {
        join_thread(threads[i]);
        counts[0] += racers[i].code == MW_OK;
        counts[1] += racers[i].code == other;
        last = racers[i].map ? racers[i].map : last;
    }
    for (size_t i = 0; i < RACERS && last; i++)
        counts[2] += strcmp(byte_at(last, i * page), "1") == 0;
    for (size_t i = 0; i < RACERS; i++)
        mw_free(racers[i].map);
}

CASE("SHM-07.race", MAPWISE("SHM-07"),
     "of those who create a name at the same time, all share what one has made",
     "two workers that start together each talk to themselves")
{
    int counts[3] = {0};

    checked(mw_free(made(page, MW_F_UNLINK)), NULL);
    pthread_barrier_init(&start, NULL, RACERS);
    for (int round = 0; round < RACES; round++) {
        run_race(0, MW_E_SHORT, counts);
        SETUP(shm_unlink(shared_memory_name()));
    }
    EXPECT(number((int64_t)RACES * RACERS), number(counts[0]));
    EXPECT("0", number(counts[1]));
    EXPECT(number((int64_t)RACES * RACERS), number(counts[2]));
}

CASE("SHM-07.race_exclusive", MAPWISE("SHM-07"),
     "of those who create a name for themselves alone at the same time, exactly one succeeds",
     "two processes both become the leader")
{
    int counts[3] = {0};

    checked(mw_free(made(page, MW_F_UNLINK)), NULL);
    pthread_barrier_init(&start, NULL, RACERS);
    for (int round = 0; round < RACES; round++) {
        run_race(MW_F_EXCLUSIVE, MW_E_EXIST, counts);
        SETUP(shm_unlink(shared_memory_name()));
    }
    EXPECT(number((int64_t)RACES), number(counts[0]));
    EXPECT(number((int64_t)RACES * (RACERS - 1)), number(counts[1]));
}

CASE("SHM-08", MAPWISE("SHM-08"), "a name that nobody has made can't be opened, and is not made by that",
     "a client with a misspelt name waits in an empty segment of its own")
{
    remember_resources();
    EXPECT("MW_E_NOENT", try_name(MW_ACCESS_DEFAULT, 0, 0, MW_WHOLE));
    EXPECT("ENOENT", error_number(failure.os));
    EXPECT("MW_E_NOENT", try_name(MW_ACCESS_READ, 0, 0, page));
    EXPECT("ENOENT", found());
    EXPECT("nothing", leaked());
    made(page, 0);
    EXPECT("MW_OK", try_name(MW_ACCESS_DEFAULT, 0, 0, MW_WHOLE));
}

CASE("SHM-09", MAPWISE("SHM-09"), "memory can be made only with a size, and only by who may fill it",
     "a segment without size or owner blocks its name")
{
    mw_map_options options = options_range(MW_ACCESS_DEFAULT, MW_F_CREATE, 0, page);
    mw_map *map;

    EXPECT("MW_E_INVAL", try_name(MW_ACCESS_READ, MW_F_CREATE, 0, page));
    EXPECT("MW_E_INVAL", try_name(MW_ACCESS_COPY, MW_F_CREATE, 0, page));
    EXPECT("MW_E_INVAL", try_name(MW_ACCESS_WRITE, MW_F_CREATE, 0, 0));
    EXPECT("MW_E_INVAL", try_name(MW_ACCESS_WRITE, MW_F_CREATE, 0, MW_WHOLE));
    EXPECT("MW_E_INVAL", try_name(MW_ACCESS_WRITE, MW_F_CREATE | MW_F_ZERO_IS_WHOLE, 0, 0));
    options.prot = MW_PROT_READ;
    EXPECT("MW_E_INVAL", answer(mw_map_named(&map, shared_memory_name(), &options, &failure)));
    options.prot = MW_PROT_NONE;
    EXPECT("MW_E_INVAL", answer(mw_map_named(&map, shared_memory_name(), &options, &failure)));
    EXPECT("MW_E_OVERFLOW", try_name(MW_ACCESS_WRITE, MW_F_CREATE, UINT64_MAX - 1, page));
    EXPECT("MW_E_ALIGN", try_name(MW_ACCESS_WRITE, MW_F_CREATE | MW_F_STRICT_ALIGN, 1, page));
    EXPECT("MW_E_INVAL", try_name(MW_ACCESS_WRITE, MW_F_UNLINK, 0, page));
    EXPECT("ENOENT", found());
    options.prot = MW_PROT_READ | MW_PROT_WRITE;
    checked(mw_map_named(&map, shared_memory_name(), &options, &failure), map);
    EXPECT("WRITE", access_of(map));
    EXPECT(number((int64_t)page), found());
}

CASE("GRO-08.named", MAPWISE("GRO-08"), "named memory keeps its size, whatever asks for another",
     "one client cuts the segment under all the others")
{
    mw_map *map = made(page, 0);

    EXPECT("MW_E_INVAL", try_name(MW_ACCESS_WRITE, MW_F_GROW, 0, 2 * page));
    EXPECT("MW_E_INVAL", try_name(MW_ACCESS_WRITE, MW_F_CREATE | MW_F_GROW, 0, 2 * page));
    EXPECT("MW_E_INVAL", try_name(MW_ACCESS_WRITE, MW_F_TRUNCATE, 0, MW_WHOLE));
    EXPECT("MW_E_INVAL", answer(mw_resize(map, 2 * page, MW_RESIZE_MAY_MOVE, &failure)));
    EXPECT("MW_E_INVAL", answer(mw_resize(map, 1, 0, &failure)));
    EXPECT(number((int64_t)page), found());
    EXPECT(number((int64_t)page), number((int64_t)mw_length(map)));
    EXPECT("MW_OK", try_name(MW_ACCESS_WRITE, 0, 0, page));
    EXPECT("MW_OK", set_byte(map, page - 1, 9));
}

CASE("SHM-10", MAPWISE("SHM-10"), "what \"r\", \"r+\" and \"w+\" mean elsewhere is an access and a flag here",
     "a program that was ported by its open modes truncates what it should read")
{
    EXPECT("MW_E_NOENT", try_name(MW_ACCESS_READ, 0, 0, page));  /* "r" */
    EXPECT("MW_E_NOENT", try_name(MW_ACCESS_WRITE, 0, 0, page)); /* "r+" */
    checked(mw_free(made(page, 0)), NULL);                       /* "w+" */
    EXPECT("READ", access_of(opened(MW_ACCESS_READ, 0, page)));
    EXPECT("WRITE", access_of(opened(MW_ACCESS_WRITE, 0, page)));
    EXPECT("MW_E_INVAL", try_name((mw_access)4, 0, 0, page));
}

/* ---- sharing ----------------------------------------------------------------------------------- */

static const char *write_by_name(void *unused)
{
    (void)unused;
    return set_byte(opened(MW_ACCESS_DEFAULT, 0, MW_WHOLE), 5, 9);
}

CASE("SHM-11", MAPWISE("SHM-11"), "whoever maps one name shares its bytes, in this process and in others",
     "two processes agree on a name and share nothing")
{
    mw_map *first = made(page, 0), *second = opened(MW_ACCESS_DEFAULT, 0, MW_WHOLE);

    EXPECT("MW_OK", set_byte(first, 0, 7));
    EXPECT("7", byte_at(second, 0));
    EXPECT("MW_OK", in_child(write_by_name, NULL));
    EXPECT("9", byte_at(first, 5));
    EXPECT("9", byte_at(second, 5));
}

CASE("SHM-12", MAPWISE("SHM-12"), "two names have nothing to do with each other",
     "one application corrupts the segment of another")
{
    mw_map *first = made(page, 0), *second;
    char other[80];

    snprintf(other, sizeof other, "%s-other", shared_memory_name());
    checked(map_by_name(&second, other, MW_ACCESS_WRITE, MW_F_CREATE | MW_F_EXCLUSIVE, 0, page), second);
    const char *unlinked = answer(mw_name_unlink(other, &failure));
    EXPECT("MW_OK", unlinked);
    EXPECT("MW_OK", set_byte(first, 0, 7));
    EXPECT("0", byte_at(second, 0));
    EXPECT("MW_OK", set_byte(second, 0, 8));
    EXPECT("7", byte_at(first, 0));
}

CASE("SHM-13", MAPWISE("SHM-13"), "memory opened for reading can be read, and nothing makes it writable",
     "a read-only client raises its rights and alters the master's data")
{
    mw_map *map = made(page, 0), *reader = opened(MW_ACCESS_READ, 0, MW_WHOLE);

    EXPECT("MW_OK", set_byte(map, 0, 7));
    EXPECT("7", byte_at(reader, 0));
    EXPECT("MW_E_RDONLY", set_byte(reader, 0, 9));
    EXPECT("r--s", permissions(info_of(reader).base));
    EXPECT("MW_E_ACCESS", answer(mw_protect(reader, 0, page, MW_PROT_READ | MW_PROT_WRITE, &failure)));
    EXPECT("7", byte_at(map, 0));
}

CASE("SHM-13.copy", MAPWISE("SHM-13"), "stores into a COPY map of named memory stay in that map",
     "an experiment on a snapshot changes the live segment")
{
    mw_map *map = made(page, 0), *copy = opened(MW_ACCESS_COPY, 0, MW_WHOLE);

    EXPECT("MW_OK", set_byte(map, 0, 7));
    EXPECT("7", byte_at(copy, 0));
    EXPECT("MW_OK", set_byte(copy, 0, 9));
    EXPECT("9", byte_at(copy, 0));
    EXPECT("7", byte_at(map, 0));
}

CASE("SHM-14", MAPWISE("SHM-14"),
     "one piece of memory can be mapped any number of times, by name or descriptor",
     "a library and its host that map one segment see different states")
{
    mw_map *first = made(page, 0), *second = opened(MW_ACCESS_WRITE, 0, page), *third;

    EXPECT("MW_OK", answer(mw_map_fd(&third, info_of(first).fd, NULL, &failure)));
    EXPECT("MW_OK", set_byte(third, 0, 7));
    EXPECT("MW_OK", answer(mw_free(first)));
    EXPECT("7", byte_at(second, 0));
    EXPECT("MW_OK", set_byte(second, 1, 8));
    EXPECT("8", byte_at(third, 1));
}

CASE("SHM-15", MAPWISE("SHM-15"), "a part of named memory can be mapped, from any byte on",
     "a client has to map gigabytes to read ten bytes")
{
    mw_map *map = made(3 * page, 0);
    mw_map *part = opened(MW_ACCESS_WRITE, page + 3, 10);

    EXPECT("MW_OK", set_byte(map, page + 3, 7));
    EXPECT("7", byte_at(part, 0));
    EXPECT("10", number((int64_t)mw_length(part)));
    EXPECT("MW_E_RANGE", byte_at(part, 10));
    EXPECT("MW_OK", set_byte(part, 9, 8));
    EXPECT("8", byte_at(map, page + 12));
    EXPECT("0", number((int64_t)mw_length(opened(MW_ACCESS_WRITE, 0, 0))));
}

CASE("SHM-15.window", MAPWISE("SHM-15"), "one handle can look at one part of named memory after another",
     "a 32-bit client cannot walk through a large segment")
{
    mw_map *map = made(4 * page, 0);
    mw_map *part = opened(MW_ACCESS_WRITE, 0, page);

    EXPECT("MW_OK", set_byte(map, 3 * page + 5, 7));
    EXPECT("MW_OK", answer(mw_rewindow(part, 3 * page + 5, MW_WHOLE, &failure)));
    EXPECT("7", byte_at(part, 0));
    EXPECT(number((int64_t)page - 5), number((int64_t)mw_length(part)));
    EXPECT("MW_E_SHORT", answer(mw_rewindow(part, 3 * page, page + 1, &failure)));
    EXPECT("7", byte_at(part, 0));
}

CASE("SHM-16", MAPWISE("SHM-16"), "more than there is can't be mapped, not even up to the end of the page",
     "a client built for a larger layout reads zeros as valid fields")
{
    mw_map *map = made(page + 10, 0);

    remember_resources();
    EXPECT("MW_E_SHORT", try_name(MW_ACCESS_WRITE, 0, 0, page + 11));
    EXPECT("MW_E_SHORT", try_name(MW_ACCESS_WRITE, MW_F_CREATE, 0, page + 11));
    EXPECT("MW_E_SHORT", try_name(MW_ACCESS_READ, 0, page, 11));
    EXPECT("MW_E_RANGE", try_name(MW_ACCESS_READ, 0, page + 11, MW_WHOLE));
    EXPECT("MW_E_INVAL", try_name(MW_ACCESS_WRITE, MW_F_SLACK_OK, 0, page + 11));
    EXPECT("nothing", leaked());
    EXPECT(number((int64_t)page + 10), found());
    EXPECT("MW_OK", try_name(MW_ACCESS_WRITE, 0, 0, page + 10));
    EXPECT(number((int64_t)page + 10), number((int64_t)mw_length(map)));
}

CASE("SHM-16.unsized", MAPWISE("SHM-16"),
     "memory that has no bytes yet can't be opened, and who creates it does not wait for its maker",
     "a client that comes too early dies, or hangs for a maker that crashed")
{
    struct scratch_file file = unsized();

    EXPECT("MW_E_SHORT", try_name(MW_ACCESS_DEFAULT, 0, 0, MW_WHOLE));
    EXPECT("MW_E_SHORT", try_name(MW_ACCESS_READ, 0, 0, page));
    EXPECT("MW_E_EXIST", try_name(MW_ACCESS_WRITE, MW_F_CREATE | MW_F_EXCLUSIVE, 0, page));
    EXPECT("0", file_size(&file));
    EXPECT("MW_OK", try_name(MW_ACCESS_WRITE, MW_F_CREATE, 0, page));
    EXPECT(number((int64_t)page), file_size(&file));
    EXPECT("MW_OK", try_name(MW_ACCESS_DEFAULT, 0, 0, MW_WHOLE));
}

CASE("FLT-01.named", MAPWISE("FLT-01"), "named memory that somebody has cut off is an error in a guarded map",
     "a malicious peer kills the server by cutting their segment")
{
    mw_map *map = made(2 * page, MW_F_GUARDED);

    EXPECT("0", byte_at(map, page));
    SETUP(ftruncate(info_of(map).fd, (off_t)page));
    EXPECT("MW_E_FAULT", byte_at(map, page));
    EXPECT(number((int64_t)page), failed_at());
    EXPECT("0", byte_at(map, page - 1));
}

CASE("LIF-09.named", MAPWISE("LIF-09"), "the file size of named memory is that of the memory, not of the map",
     "a client takes the size of its window for that of the segment")
{
    mw_map *map = made(3 * page + 7, 0), *part = opened(MW_ACCESS_READ, page, 10);
    uint64_t size = 0;

    EXPECT("MW_OK", answer(mw_file_size(&size, part, &failure)));
    EXPECT(number((int64_t)(3 * page) + 7), number((int64_t)size));
    SETUP(ftruncate(info_of(map).fd, (off_t)(2 * page)));
    EXPECT("MW_OK", answer(mw_file_size(&size, part, &failure)));
    EXPECT(number((int64_t)(2 * page)), number((int64_t)size));
    EXPECT("10", number((int64_t)mw_length(part)));
}

CASE("SYN-13.named", MAPWISE("SYN-13"), "named memory has nothing to write back, and syncing it succeeds",
     "a generic flush at shutdown fails for shared memory")
{
    mw_map *map = made(page, 0);

    EXPECT("MW_OK", set_byte(map, 0, 9));
    EXPECT("MW_OK", answer(mw_sync(map, 0, MW_WHOLE, MW_SYNC_WAIT, 0, &failure)));
    EXPECT("MW_OK", answer(mw_sync(map, 0, MW_WHOLE, MW_SYNC_FULL, 0, &failure)));
    EXPECT("MW_E_RANGE", answer(mw_sync(map, 0, page + 1, MW_SYNC_WAIT, 0, &failure)));
    EXPECT("9", byte_at(map, 0));
}

/* ---- names that go ----------------------------------------------------------------------------- */

CASE("SHM-17", MAPWISE("SHM-17"), "a name goes when it is removed, and what it stood for with its last map",
     "old segments pile up in memory until the machine is restarted")
{
    mw_map *map = made(page, 0);

    EXPECT("MW_OK", set_byte(map, 0, 7));
    EXPECT("MW_OK", answer(mw_name_unlink(shared_memory_name(), &failure)));
    EXPECT("ENOENT", found());
    EXPECT("MW_E_NOENT", answer(mw_name_unlink(shared_memory_name(), &failure)));
    EXPECT("7", byte_at(map, 0));
    mw_map *other = made(page, 0);
    EXPECT("0", byte_at(other, 0));
    EXPECT("7", byte_at(map, 0));
    EXPECT("MW_OK", answer(mw_free(other)));
    EXPECT(number((int64_t)page), found());
}

CASE("SHM-17.maker", MAPWISE("SHM-17"),
     "with MW_F_UNLINK the map of whoever made the memory takes the name along",
     "a crashed test leaves its segment, or a clean client removes that of its server")
{
    mw_map *map = made(page, MW_F_UNLINK), *other;

    EXPECT("MW_OK", answer(map_by_name(&other, shared_memory_name(), MW_ACCESS_WRITE,
                                       MW_F_CREATE | MW_F_UNLINK, 0, page)));
    EXPECT("MW_OK", answer(mw_free(other)));
    EXPECT(number((int64_t)page), found());
    other = opened(MW_ACCESS_WRITE, 0, page);
    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
    EXPECT("ENOENT", found());
    EXPECT("MW_OK", set_byte(other, 0, 9));
    EXPECT("MW_OK", answer(mw_free(map)));
}

CASE("SHM-17.replaced", MAPWISE("SHM-17"), "a name that stands for something else by then is left alone",
     "a late clean-up removes the segment of the successor")
{
    mw_map *map = made(page, MW_F_UNLINK);

    EXPECT("MW_OK", answer(mw_name_unlink(shared_memory_name(), &failure)));
    checked(mw_free(made(2 * page, 0)), NULL);
    EXPECT("MW_OK", answer(mw_free(map)));
    EXPECT(number((int64_t)(2 * page)), found());
}

CASE("SHM-17.untracked", MAPWISE("SHM-17"),
     "a map that keeps no descriptor takes its name along all the same",
     "a map that saves a descriptor leaks a name")
{
    remember_resources();
    mw_map *map = made(page, MW_F_UNLINK | MW_F_NO_TRACK);
    EXPECT("0 descriptors, 1 maps", leaked());
    EXPECT("MW_OK", set_byte(map, 0, 9));
    EXPECT("MW_OK", answer(mw_free(map)));
    EXPECT("ENOENT", found());
}

static const char *give_back(void *map)
{
    return answer(mw_free(map));
}

CASE("SHM-17.fork", MAPWISE("SHM-17"), "a child of fork that gives its copy of the map back leaves the name",
     "a child that exits takes the segment's name from all others")
{
    mw_map *map = made(page, MW_F_UNLINK);

    EXPECT("MW_OK", in_child(give_back, map));
    EXPECT(number((int64_t)page), found());
    EXPECT("MW_OK", answer(mw_free(map)));
    EXPECT("ENOENT", found());
}

/* The place for shared memory may be closed to users, as it is in a bare chroot. */
static void need_names_for_users(void)
{
    int descriptor = shm_open(shared_memory_name(), O_CREAT | O_EXCL | O_RDWR, 0600);

    if (descriptor < 0 && errno == EACCES)
        unsupported("this user may make no shared memory here");
    SETUP(descriptor);
    SETUP(close(descriptor));
    SETUP(shm_unlink(shared_memory_name()));
}

CASE("SHM-17.unreadable", MAPWISE("SHM-17"), "a name goes also when its file mode lets nobody read it",
     "a private segment can never be removed by who made it", .needs = NEED_UNPRIVILEGED)
{
    mw_map_options options = options_range(MW_ACCESS_WRITE, MW_F_CREATE | MW_F_UNLINK, 0, page);
    mw_map *map;

    need_names_for_users();
    options.file_mode = 0;
    checked(mw_map_named(&map, shared_memory_name(), &options, &failure), map);
    EXPECT("EACCES", found());
    EXPECT("MW_OK", answer(mw_free(map)));
    EXPECT("ENOENT", found());
}

CASE("SHM-18", MAPWISE("SHM-18"), "the one descriptor that a map keeps is closed with it, and by exec",
     "each reconnect leaks a descriptor, or a child inherits the segment")
{
    checked(mw_free(made(page, 0)), NULL);
    remember_resources();
    mw_map *map = opened(MW_ACCESS_DEFAULT, 0, MW_WHOLE);
    EXPECT("1 descriptors, 1 maps", leaked());
    EXPECT("closed", after_exec(info_of(map).fd));
    EXPECT("open", after_exec(STDOUT_FILENO));
    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
    EXPECT("nothing", leaked());
    EXPECT("MW_E_CLOSED", byte_at(map, 0));
}

static const char *die_with_the_map(void *unused)
{
    (void)unused;
    made(page, MW_F_UNLINK);
    raise(SIGKILL);
    return "still alive";
}

CASE("SHM-25", MAPWISE("SHM-25"), "a process that dies leaves its names behind, MW_F_UNLINK or not",
     "a supervisor that expects the name to go restarts on a stale segment")
{
    EXPECT("killed by SIGKILL", in_child(die_with_the_map, NULL));
    EXPECT(number((int64_t)page), found());
    EXPECT("0", byte_at(opened(MW_ACCESS_READ, 0, MW_WHOLE), 0));
    EXPECT("MW_OK", answer(mw_name_unlink(shared_memory_name(), &failure)));
}

/* ---- space ------------------------------------------------------------------------------------- */

CASE("SHM-19", MAPWISE("SHM-19"), "all the space that memory can take is its own from the beginning",
     "a full memory file system kills a process at some store")
{
    struct stat status;
    mw_map *map = made(16 * page + 1, 0);

    SETUP(fstat(info_of(map).fd, &status));
    EXPECT("yes", yes_or_no((int64_t)status.st_blocks * 512 >= (int64_t)(17 * page)));
    EXPECT(number((int64_t)(16 * page) + 1), number((int64_t)status.st_size));
}

/* More than the file system of shared memory can ever hold, which it knows without trying. */
static uint64_t too_much(void)
{
    const uint32_t tmpfs = 0x01021994;
    struct statfs status;
    mw_map *map = made(page, MW_F_UNLINK);

    SETUP(fstatfs(info_of(map).fd, &status));
    checked(mw_free(map), NULL);
    if ((uint32_t)status.f_type != tmpfs || status.f_blocks == 0)
        unsupported("the space for shared memory has no limit of its own");
    const uint64_t length = (uint64_t)status.f_blocks * (uint64_t)status.f_bsize + page;
    if (length > (uint64_t)PTRDIFF_MAX - page)
        unsupported("there is more space for shared memory than addresses");
    return length;
}

CASE("SHM-19.full", MAPWISE("SHM-19"),
     "memory that there is no space for is refused, and its name removed again",
     "a failed attempt leaves a name without memory for others to trip over")
{
    const uint64_t length = too_much();

    remember_resources();
    EXPECT("MW_E_NOSPC", try_name(MW_ACCESS_WRITE, MW_F_CREATE, 0, length));
    EXPECT("ENOENT", found());
    EXPECT("MW_E_NOSPC", try_name(MW_ACCESS_WRITE, MW_F_CREATE | MW_F_EXCLUSIVE | MW_F_UNLINK, 0, length));
    EXPECT("ENOENT", found());
    EXPECT("nothing", leaked());
    EXPECT("MW_OK", try_name(MW_ACCESS_WRITE, MW_F_CREATE, 0, page));
}

CASE("SHM-19.limit", MAPWISE("SHM-19"),
     "memory above the limit of file sizes is refused without a signal, and its name removed again",
     "a limited process is killed by a signal for creating a segment")
{
    const struct rlimit limit = {4 * page, 4 * page};

    checked(mw_free(made(page, MW_F_UNLINK)), NULL);
    SETUP(setrlimit(RLIMIT_FSIZE, &limit));
    EXPECT("MW_E_LIMIT", try_name(MW_ACCESS_WRITE, MW_F_CREATE, 0, 4 * page + 1));
    EXPECT("ENOENT", found());
    EXPECT("MW_OK", try_name(MW_ACCESS_WRITE, MW_F_CREATE, 0, 4 * page));
}

CASE("SHM-19.undone", MAPWISE("SHM-19"),
     "what was made for a map that then fails is removed again, what was there before is not",
     "a failed start removes the segment of a running server, or leaves a broken one")
{
    mw_map_options options = options_range(MW_ACCESS_WRITE, MW_F_CREATE | MW_F_FIXED, 0, page);
    mw_map *map;

    checked(mw_free(made(page, MW_F_UNLINK)), NULL);
    options.address = map_anonymous(page, PROT_NONE, MAP_PRIVATE); /* taken */
    remember_resources();
    EXPECT("MW_E_EXIST", answer(mw_map_named(&map, shared_memory_name(), &options, &failure)));
    EXPECT("ENOENT", found());
    EXPECT("nothing", leaked());
    mw_map *first = made(page, 0);
    EXPECT("MW_OK", set_byte(first, 0, 9));
    EXPECT("MW_E_EXIST", answer(mw_map_named(&map, shared_memory_name(), &options, &failure)));
    EXPECT("9", byte_at(opened(MW_ACCESS_READ, 0, MW_WHOLE), 0));
    options.address = unmapped_range(page);
    EXPECT("MW_OK", answer(mw_map_named(&map, shared_memory_name(), &options, &failure)));
    EXPECT("exact", placed(info_of(map).base, options.address));
}

/* ---- names and modes --------------------------------------------------------------------------- */

/* What both calls say of a name. */
static const char *try_unlink(const char *name)
{
    mw_map *map;
    const int code = mw_name_unlink(name, &failure);
    const char *text = answer(code);

    return map_by_name(&map, name, MW_ACCESS_WRITE, 0, 0, page) == code ? text
                                                                        : "mapping says something else";
}

CASE("SHM-21", MAPWISE("SHM-21"), "a name has one slash, at its beginning, which may be left out",
     "one program's name is another's path, and they never meet")
{
    mw_map *map = made(page, 0);
    char name[300];

    EXPECT("MW_E_INVAL", try_unlink(NULL));
    EXPECT("MW_E_INVAL", try_unlink(""));
    EXPECT("MW_E_INVAL", try_unlink("/"));
    EXPECT("MW_E_INVAL", try_unlink("."));
    EXPECT("MW_E_INVAL", try_unlink("/.."));
    EXPECT("MW_E_INVAL", try_unlink("a/b"));
    snprintf(name, sizeof name, "/%s", shared_memory_name());
    EXPECT("MW_E_INVAL", try_unlink(name)); /* two slashes */
    memset(name, 'x', sizeof name);
    name[256] = '\0';
    EXPECT("MW_E_INVAL", try_unlink(name));
    name[255] = '\0';
    EXPECT("MW_E_NOENT", try_unlink(name));
    EXPECT("MW_E_INVAL", answer(mw_map_named(NULL, "a", NULL, &failure)));

    EXPECT("MW_OK", set_byte(map, 0, 9));
    EXPECT("/", shared_memory_name()[0] == '/' ? "/" : "another beginning");
    EXPECT("MW_OK", answer(map_by_name(&map, shared_memory_name() + 1, MW_ACCESS_READ, 0, 0, page)));
    EXPECT("9", byte_at(map, 0));
    EXPECT("MW_OK", answer(mw_name_unlink(shared_memory_name() + 1, &failure)));
    EXPECT("ENOENT", found());
}

static const char *mode_of(uint32_t file_mode)
{
    mw_map_options options = options_range(MW_ACCESS_WRITE, MW_F_CREATE | MW_F_UNLINK, 0, page);
    struct stat status;
    char mode[8];
    mw_map *map;

    if (file_mode != 0)
        options.file_mode = file_mode;
    checked(mw_map_named(&map, shared_memory_name(), &options, &failure), map);
    SETUP(fstat(info_of(map).fd, &status));
    snprintf(mode, sizeof mode, "%o", (unsigned)status.st_mode & 07777);
    mw_free(map);
    return number(atoi(mode));
}

CASE("SHM-22", MAPWISE("SHM-22"), "new memory is the user's alone, unless file_mode and the umask allow more",
     "any user can read the data of a session")
{
    umask(0);
    EXPECT("600", mode_of(0));
    EXPECT("664", mode_of(0664));
    umask(0027);
    EXPECT("640", mode_of(0666));
    EXPECT("MW_E_INVAL",
           answer(mw_map_named(
               &(mw_map *){NULL}, shared_memory_name(),
               &(mw_map_options){
                   .size = sizeof(mw_map_options), .flags = MW_F_CREATE, .length = page, .file_mode = 010600},
               &failure)));
}

CASE("SHM-22.access", MAPWISE("SHM-22"), "memory can be opened for no more than its file mode allows",
     "a segment made read-only for its users is written by them", .needs = NEED_UNPRIVILEGED)
{
    mw_map_options options = options_range(MW_ACCESS_WRITE, MW_F_CREATE, 0, page);
    mw_map *map;

    need_names_for_users();
    options.file_mode = 0400;
    checked(mw_map_named(&map, shared_memory_name(), &options, &failure), map);
    EXPECT("MW_OK", set_byte(map, 0, 9));
    EXPECT("MW_E_ACCESS", try_name(MW_ACCESS_WRITE, 0, 0, page));
    EXPECT("EACCES", error_number(failure.os));
    EXPECT("MW_E_ACCESS", try_name(MW_ACCESS_WRITE, MW_F_CREATE, 0, page));
    EXPECT("9", byte_at(opened(MW_ACCESS_READ, 0, MW_WHOLE), 0));
}

/* ---- what maps tell ---------------------------------------------------------------------------- */

CASE("SHM-06", MAPWISE("SHM-06"),
     "memory without a name can be written, begins at 0, and is found by its descriptor",
     "memory passed on as a descriptor shows the receiver something else")
{
    mw_map *map = library_anonymous(page, MW_ACCESS_DEFAULT), *other;
    const mw_info info = info_of(map);

    EXPECT("WRITE", access_of(map));
    EXPECT("0", number((int64_t)info.offset));
    EXPECT("MW_OK", answer(mw_map_fd(&other, info.fd, NULL, &failure)));
    EXPECT("MW_OK", set_byte(map, 0, 9));
    EXPECT("9", byte_at(other, 0));
}

CASE("SHM-24", MAPWISE("SHM-24"), "a map tells that it is memory with a name, and what of it",
     "a tool that lists maps cannot tell shared memory from scratch")
{
    const mw_info made_info = info_of(made(3 * page, 0));
    const mw_info info = info_of(opened(MW_ACCESS_READ, page + 3, 10));
    const mw_info anonymous = info_of(library_anonymous(page, MW_ACCESS_DEFAULT));

    EXPECT("yes", yes_or_no(made_info.source == MW_SOURCE_NAMED && info.source == MW_SOURCE_NAMED));
    EXPECT("yes", yes_or_no(anonymous.source == MW_SOURCE_ANONYMOUS));
    EXPECT(number(MW_PROT_READ | MW_PROT_WRITE), number(made_info.prot));
    EXPECT(number(MW_PROT_READ), number(info.prot));
    EXPECT("yes", yes_or_no((made_info.flags & MW_F_EXCLUSIVE) != 0));
    EXPECT("0", number((int64_t)made_info.offset));
    EXPECT(number((int64_t)page + 3), number((int64_t)info.offset));
    EXPECT("10", number((int64_t)info.length));
}

CASE("SHM-23", MAPWISE("SHM-23"), "the label of shared memory is to be seen in /proc",
     "someone who hunts a leak sees a hundred maps without names")
{
    mw_map_options options = options_for(MW_ACCESS_WRITE, 0);
    mw_map *map;

    options.label = "a label";
    EXPECT("MW_OK", answer(mw_map_anon(&map, page, &options, &failure)));
    EXPECT("/memfd:a label (deleted)", map_name(info_of(map).base));
    EXPECT("MW_E_NOTSUP", answer(mw_map_named(&map, shared_memory_name(), &options, &failure)));
    options.label = "no [brackets]";
    EXPECT("MW_E_INVAL", answer(mw_map_anon(&map, page, &options, &failure)));
}

CASE("SHM-23.private", MAPWISE("SHM-23"), "the label of private memory is to be seen in /proc, or refused",
     "a program with many arenas cannot be told apart in a memory profile", .since = KERNEL(5, 17))
{
    mw_map_options options = options_for(MW_ACCESS_COPY, 0);
    mw_map *map;

    options.label = "a label";
    const char *code = answer(mw_map_anon(&map, page, &options, &failure));
    EXPECT("MW_OK|MW_E_NOTSUP", code);
    if (strcmp(code, "MW_OK") == 0)
        EXPECT("[anon:a label]", map_name(info_of(map).base));
}
