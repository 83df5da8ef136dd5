/* The library: how a map is made. */
#include "library.h"

#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

SUITE("library", "what libmapwise promises");

enum { UNKNOWN_FLAG = 0x02000000 }; /* no MAP_ flag of any architecture has this bit */

/* Maps the file with an access and flags, to see the call fail or succeed; what it made is freed. */
static const char *try_map(const struct scratch_file *file, mw_access access, uint32_t flags)
{
    const mw_map_options options = options_for(access, flags);
    mw_map *map;
    const char *code = answer(mw_map_fd(&map, file->descriptor, &options, &failure));

    mw_free(map);
    return code;
}

static const char *try_path(const char *path, mw_access access, uint32_t flags)
{
    const mw_map_options options = options_for(access, flags);
    mw_map *map;
    const char *code = answer(mw_map_file(&map, path, &options, &failure));

    mw_free(map);
    return code;
}

static const char *try_descriptor(int descriptor)
{
    mw_map *map = (mw_map *)&failure; /* must become NULL */
    const char *code = answer(mw_map_fd(&map, descriptor, NULL, &failure));

    return map && strcmp(code, "MW_OK") != 0 ? "failed and gave a map" : code;
}

FILE_CASE("CRE-01", MAPWISE("CRE-01"), "a path alone gives all of the file, for reading",
          "the first line that anybody writes with the library gives less than the file, or may alter it")
{
    struct scratch_file file = scratch_file(2 * page + 5);
    mw_map *map;

    EXPECT("MW_OK", answer(mw_map_file(&map, file.path, NULL, &failure)));
    EXPECT(number((int64_t)(2 * page + 5)), number((int64_t)mw_length(map)));
    EXPECT("1", byte_at(map, 0));
    EXPECT("3", byte_at(map, 2 * page + 4));
    EXPECT("MW_E_RDONLY", set_byte(map, 0, 9));
    EXPECT("READ", access_of(map));
}

FILE_CASE("CRE-02", MAPWISE("CRE-02"), "a path without a file is refused, and created only when asked for",
          "a misspelt path makes an empty file, and the program works on that")
{
    const mw_map_options options = options_range(MW_ACCESS_WRITE, MW_F_CREATE | MW_F_GROW, 0, page);
    const char *path = scratch_path("new");
    mw_map *map;

    EXPECT("MW_E_NOENT", try_path("", MW_ACCESS_READ, 0));
    EXPECT("MW_E_NOENT", try_path(path, MW_ACCESS_WRITE, 0));
    EXPECT("-1", number(access(path, F_OK)));
    umask(0);
    EXPECT("MW_OK", answer(mw_map_file(&map, path, &options, &failure)));
    EXPECT("MW_OK", set_byte(map, page - 1, 9));
    struct stat status;
    SETUP(stat(path, &status));
    EXPECT(number(0600), number(status.st_mode & 0777));
    EXPECT(number((int64_t)page), number(status.st_size));
    EXPECT("MW_OK", answer(mw_map_file(&map, path, NULL, &failure)));
    EXPECT("9", byte_at(map, page - 1));
}

FILE_CASE("CRE-02.undone", MAPWISE("CRE-02"),
          "a file that was created for a call that fails is removed again",
          "a failed start leaves an empty database that the next start takes for the real one")
{
    struct scratch_file there = scratch_file(page - 1);
    const char *path = scratch_path("new");
    const mw_map_options options = options_range(MW_ACCESS_WRITE, MW_F_CREATE, 0, page);
    mw_map *map;

    remember_resources();
    EXPECT("MW_E_SHORT", answer(mw_map_file(&map, path, &options, &failure)));
    EXPECT("-1", number(access(path, F_OK)));
    EXPECT("MW_E_SHORT", answer(mw_map_file(&map, there.path, &options, &failure)));
    EXPECT("0", number(access(there.path, F_OK))); /* what was there before stays */
    EXPECT(number((int64_t)page - 1), file_size(&there));
    EXPECT("nothing", leaked());
}

FILE_CASE("CRE-03", MAPWISE("CRE-03"), "access WRITE by path opens the file for writing, and stores reach it",
          "an edit is made in a copy and lost although writing was asked for")
{
    struct scratch_file file = scratch_file(page);
    const mw_map_options options = options_for(MW_ACCESS_WRITE, 0);
    mw_map *map;

    EXPECT("MW_OK", answer(mw_map_file(&map, file.path, &options, &failure)));
    EXPECT("MW_OK", set_byte(map, 3, 9));
    EXPECT("9", file_byte(&file, 3));
    EXPECT("1", file_byte(&file, 4));
}

FILE_CASE("CRE-04", MAPWISE("CRE-04"), "a descriptor with MW_WHOLE gives all of the file",
          "the bytes after the last whole page are left out of a checksum")
{
    struct scratch_file file = scratch_file(3 * page + 1);
    mw_map *map = library_map(&file, MW_ACCESS_DEFAULT);

    EXPECT(number((int64_t)(3 * page + 1)), number((int64_t)mw_length(map)));
    EXPECT("4", byte_at(map, 3 * page));
    EXPECT("MW_E_RANGE", byte_at(map, 3 * page + 1));
}

FILE_CASE("CRE-05", MAPWISE("CRE-05"),
          "map, file size and sync work on after the caller has closed the descriptor",
          "a function that opens, maps and closes hands out a map that cannot be synced")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    uint64_t size = 0;

    SETUP(close(file.descriptor));
    EXPECT("MW_OK", set_byte(map, 0, 9));
    EXPECT("9", byte_at(map, 0));
    EXPECT("MW_OK", answer(mw_file_size(&size, map, &failure)));
    EXPECT(number((int64_t)page), number((int64_t)size));
    EXPECT("MW_OK", answer(mw_sync(map, 0, MW_WHOLE, MW_SYNC_FULL, 0, &failure)));
}

FILE_CASE("CRE-06", MAPWISE("CRE-06"), "a map begins at the start of the file, wherever the file position is",
          "a map shows another part of the file according to who has read from it before")
{
    struct scratch_file file = scratch_file(3 * page);

    SETUP(lseek(file.descriptor, (off_t)page, SEEK_SET));
    mw_map *map = library_map(&file, MW_ACCESS_READ);
    EXPECT("1", byte_at(map, 0));
    EXPECT(number((int64_t)(3 * page)), number((int64_t)mw_length(map)));
}

FILE_CASE("CRE-07", MAPWISE("CRE-07"), "mapping leaves the file position alone, also when the file grows",
          "a program that mixes read and map skips part of its input")
{
    struct scratch_file file = scratch_file(page);
    const mw_map_options options = options_range(MW_ACCESS_WRITE, MW_F_GROW, 0, 3 * page);

    SETUP(lseek(file.descriptor, 7, SEEK_SET));
    mw_map *map = library_map_with(&file, &options);
    EXPECT("MW_OK", set_byte(map, 2 * page, 9));
    EXPECT("7", number(lseek(file.descriptor, 0, SEEK_CUR)));
    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
    EXPECT("7", number(lseek(file.descriptor, 0, SEEK_CUR)));
}

FILE_CASE("CRE-08", MAPWISE("CRE-08"), "a number that is no descriptor is refused",
          "a failed open passes unnoticed and yields memory without a file")
{
    struct scratch_file file = scratch_file(page);

    remember_resources();
    EXPECT("MW_E_BADFD", try_descriptor(-2));
    EXPECT("MW_E_BADFD", try_descriptor(-1));
    EXPECT("EBADF", error_number(failure.os));
    EXPECT("nothing", leaked());
    EXPECT("MW_OK", try_descriptor(file.descriptor));
}

FILE_CASE("CRE-09", MAPWISE("CRE-09"), "a descriptor that has been closed is refused",
          "a stale descriptor number maps a file of somebody else")
{
    struct scratch_file file = scratch_file(page);
    int closed = reopen(&file, O_RDONLY);

    SETUP(close(closed));
    EXPECT("MW_E_BADFD", try_descriptor(closed));
    EXPECT("MW_OK", try_descriptor(file.descriptor));
}

FILE_CASE("CRE-10", MAPWISE("CRE-10"),
          "a directory is refused with the system's reason, by descriptor and by path",
          "a user who names a folder for a file gets a message that explains nothing")
{
    struct scratch_file file = scratch_file(page);
    int folder = (int)SETUP(open("/", O_RDONLY | O_CLOEXEC));

    remember_resources();
    EXPECT("MW_E_INVAL", try_descriptor(folder));
    EXPECT("EISDIR", error_number(failure.os));
    EXPECT("MW_E_INVAL", try_path("/", MW_ACCESS_READ, 0));
    EXPECT("MW_E_INVAL", try_path("/", MW_ACCESS_WRITE, 0));
    EXPECT("EISDIR", error_number(failure.os));
    EXPECT("nothing", leaked());
    EXPECT("MW_OK", try_path(file.path, MW_ACCESS_READ, 0));
    EXPECT("1", byte_at(library_map(&file, MW_ACCESS_READ), 0));
}

CASE("CRE-11", MAPWISE("CRE-11"), "all of a device is refused: only a regular file has a size",
     "mapping a device as a file of size 0 hides that nothing was read")
{
    need_zero_device();
    remember_resources();
    EXPECT("MW_E_INVAL", try_path("/dev/null", MW_ACCESS_READ, 0));
    EXPECT("MW_E_INVAL", try_path("/dev/zero", MW_ACCESS_READ, 0));
    EXPECT("nothing", leaked());
}

CASE("CRE-12", MAPWISE("CRE-12"), "/dev/zero with an explicit length gives memory that reads 0",
     "a portable program cannot get memory from the device that is there for it")
{
    const mw_map_options options = options_range(MW_ACCESS_COPY, 0, 0, page + 1);
    mw_map *map;

    need_zero_device();
    EXPECT("MW_OK", answer(mw_map_file(&map, "/dev/zero", &options, &failure)));
    EXPECT("0", byte_at(map, page));
    EXPECT("MW_OK", set_byte(map, page, 9));
    EXPECT("9", byte_at(map, page));
    EXPECT("yes", yes_or_no(info_of(map).source == MW_SOURCE_DEVICE));
    EXPECT("MW_E_NOTSUP", answer(mw_file_size(&(uint64_t){0}, map, &failure)));
}

CASE("CRE-13", MAPWISE("CRE-13"), "pipes and sockets can't be mapped, but MW_F_READ_COPY reads their bytes",
     "a tool works with files and fails as soon as its input comes from a pipe")
{
    const mw_map_options options = options_for(MW_ACCESS_READ, MW_F_READ_COPY);
    int ends[2], sockets[2];
    mw_map *map;

    SETUP(pipe(ends));
    SETUP(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
    remember_resources();
    EXPECT("MW_E_NOTSUP", try_descriptor(ends[0]));
    EXPECT("ENODEV", error_number(failure.os));
    EXPECT("MW_E_NOTSUP", try_descriptor(sockets[0]));
    EXPECT("ENODEV", error_number(failure.os));
    EXPECT("nothing", leaked());
    SETUP(write(ends[1], "mapwise", 7));
    SETUP(close(ends[1]));
    EXPECT("MW_OK", answer(mw_map_fd(&map, ends[0], &options, &failure)));
    EXPECT("7", number((int64_t)mw_length(map)));
    EXPECT(number('m'), byte_at(map, 0));
    EXPECT(number('e'), byte_at(map, 6));
    EXPECT("MW_E_RANGE", byte_at(map, 7));
}

CASE("CRE-13.file", MAPWISE("CRE-13"),
     "so it is with a file that has bytes but can't be mapped, as those of the kernel",
     "a monitor that maps what the kernel tells sees empty files")
{
    static const char path[] = "/sys/kernel/mm/transparent_hugepage/enabled";
    const mw_map_options copy = options_for(MW_ACCESS_READ, MW_F_READ_COPY);
    char expected[100] = "", bytes[100] = "";
    mw_map *map;
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    const ssize_t length = descriptor < 0 ? -1 : read(descriptor, expected, sizeof expected);

    if (length <= 0)
        unsupported("%s can't be read", path);
    remember_resources();
    EXPECT("MW_E_NOTSUP", try_path(path, MW_ACCESS_READ, 0));
    EXPECT("MW_E_NOTSUP|MW_E_ACCESS", try_path(path, MW_ACCESS_WRITE, MW_F_READ_COPY));
    EXPECT("nothing", leaked());
    EXPECT("MW_OK", answer(mw_map_file(&map, path, &copy, &failure)));
    EXPECT("yes", yes_or_no(info_of(map).source == MW_SOURCE_COPY));
    EXPECT(number(length), number((int64_t)mw_length(map)));
    EXPECT("MW_OK", answer(mw_read_at(NULL, bytes, map, 0, (size_t)length, &failure)));
    EXPECT(expected, bytes);
    EXPECT("nothing", leaked());
}

FILE_CASE("CRE-14", MAPWISE("CRE-14"),
          "an empty file is a map of no bytes, or an error with MW_F_STRICT_EMPTY",
          "a batch over many files stops at the first empty one")
{
    struct scratch_file file = scratch_file(0);
    mw_map *map = library_map(&file, MW_ACCESS_READ);

    EXPECT("0", number((int64_t)mw_length(map)));
    EXPECT("MW_E_RANGE", byte_at(map, 0));
    EXPECT("MW_OK", answer(mw_sync(map, 0, MW_WHOLE, MW_SYNC_WAIT, 0, &failure)));
    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
    remember_resources();
    EXPECT("MW_E_EMPTY", try_map(&file, MW_ACCESS_READ, MW_F_STRICT_EMPTY));
    EXPECT("nothing", leaked());
    resize_file(&file, 1);
    EXPECT("MW_OK", try_map(&file, MW_ACCESS_READ, MW_F_STRICT_EMPTY));
}

FILE_CASE("CRE-15", MAPWISE("CRE-15"), "an explicit length of 0 is a map of no bytes and not the whole file",
          "a window of no bytes turns into the whole of a huge file")
{
    struct scratch_file file = scratch_file(page);
    const mw_map_options none = options_range(MW_ACCESS_READ, 0, 0, 0);
    const mw_map_options strict = options_range(MW_ACCESS_READ, MW_F_STRICT_EMPTY, 0, 0);
    mw_map *map = library_map_with(&file, &none);

    EXPECT("0", number((int64_t)mw_length(map)));
    EXPECT("MW_E_RANGE", byte_at(map, 0));
    EXPECT("MW_E_EMPTY", answer(mw_map_fd(&map, file.descriptor, &strict, &failure)));
    EXPECT(number((int64_t)page), number((int64_t)mw_length(library_map(&file, MW_ACCESS_READ))));
}

CASE("CRE-16", MAPWISE("CRE-16"), "anonymous memory of no bytes is a valid map",
     "a loop that begins with an empty buffer needs a special case")
{
    mw_map *map = library_anonymous(0, MW_ACCESS_DEFAULT);

    EXPECT("0", number((int64_t)mw_length(map)));
    EXPECT("0", number((int64_t)info_of(map).mapped_length));
    EXPECT("MW_E_RANGE", set_byte(map, 0, 1));
    EXPECT("MW_E_RANGE", byte_at(map, 0));
    EXPECT("MW_OK", set_byte(library_anonymous(1, MW_ACCESS_DEFAULT), 0, 1));
    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
}

FILE_CASE("CRE-17", MAPWISE("CRE-17"), "a descriptor that can only be written is refused",
          "a log opened for adding only is read by a crash, or not at all for no stated reason")
{
    struct scratch_file file = scratch_file(page);
    int write_only = reopen(&file, O_WRONLY);

    remember_resources();
    EXPECT("MW_E_ACCESS", try_descriptor(write_only));
    EXPECT("0", error_number(failure.os)); /* found without asking the system */
    EXPECT("nothing", leaked());
    EXPECT("MW_OK", try_descriptor(reopen(&file, O_RDWR)));
}

FILE_CASE("CRE-18", MAPWISE("CRE-18"), "access WRITE through a descriptor that can only be read is refused",
          "a program learns that it may not write when it stores, by a signal")
{
    struct scratch_file file = scratch_file(page);

    file.descriptor = reopen(&file, O_RDONLY);
    remember_resources();
    EXPECT("MW_E_ACCESS", try_map(&file, MW_ACCESS_WRITE, 0));
    EXPECT("0", error_number(failure.os));
    EXPECT("nothing", leaked());
    EXPECT("MW_OK", try_map(&file, MW_ACCESS_READ, 0));
    file.descriptor = reopen(&file, O_RDWR);
    EXPECT("MW_OK", set_byte(library_map(&file, MW_ACCESS_WRITE), 0, 9));
    EXPECT("9", file_byte(&file, 0));
}

FILE_CASE("CRE-19", MAPWISE("CRE-19"), "a private copy of a file that can only be read can be written",
          "a what-if computation needs write permission on its input")
{
    struct scratch_file file = scratch_file(page);

    file.descriptor = reopen(&file, O_RDONLY);
    mw_map *map = library_map(&file, MW_ACCESS_COPY);
    EXPECT("MW_OK", set_byte(map, 0, 9));
    EXPECT("9", byte_at(map, 0));
    EXPECT("1", file_byte(&file, 0));
}

FILE_CASE("CRE-20", MAPWISE("CRE-20"), "an access and exact rights can't both be said",
          "two statements that contradict each other are settled without telling")
{
    struct scratch_file file = scratch_file(page);
    mw_map_options options = options_for(MW_ACCESS_READ, 0);
    mw_map *map;

    options.prot = MW_PROT_READ;
    EXPECT("MW_E_INVAL", answer(mw_map_fd(&map, file.descriptor, &options, &failure)));
    options.access = MW_ACCESS_COPY;
    EXPECT("MW_E_INVAL", answer(mw_map_fd(&map, file.descriptor, &options, &failure)));
    options.access = MW_ACCESS_DEFAULT;
    EXPECT("MW_OK", answer(mw_map_fd(&map, file.descriptor, &options, &failure)));
    EXPECT("r--s", permissions(info_of(map).base));
}

FILE_CASE("CRE-21", MAPWISE("CRE-21"), "an access that does not exist is refused",
          "a wrong constant opens a file for writing that was to be read")
{
    struct scratch_file file = scratch_file(page);

    EXPECT("MW_E_INVAL", try_map(&file, (mw_access)4, 0));
    EXPECT("MW_E_INVAL", try_map(&file, (mw_access)-1, 0));
    EXPECT("MW_E_INVAL", try_map(&file, MW_ACCESS_READ, 1u << 31));
    EXPECT("MW_OK", try_map(&file, MW_ACCESS_COPY, 0));
}

/* The system's own flags say how a map is shared, but not to this library. */
static const char *try_sharing(const struct scratch_file *file, int flags)
{
    mw_map_options options = options_for(MW_ACCESS_READ, MW_F_RAW_UNCHECKED);
    mw_map *map;

    options.raw_flags = (uint64_t)flags;
    const char *code = answer(mw_map_fd(&map, file->descriptor, &options, &failure));
    mw_free(map);
    return code;
}

FILE_CASE("CRE-23", MAPWISE("CRE-23"),
          "a map is shared or private as its access says, and nothing can make it neither or both",
          "changes are private on the machine of the developer and shared on that of the user")
{
    struct scratch_file file = scratch_file(page);

    EXPECT("r--s", permissions(info_of(library_map(&file, MW_ACCESS_READ)).base));
    EXPECT("rw-s", permissions(info_of(library_map(&file, MW_ACCESS_WRITE)).base));
    EXPECT("rw-p", permissions(info_of(library_map(&file, MW_ACCESS_COPY)).base));
    EXPECT("MW_E_INVAL", try_sharing(&file, MAP_SHARED));
    EXPECT("MW_E_INVAL", try_sharing(&file, MAP_PRIVATE));
    EXPECT("MW_E_INVAL", try_sharing(&file, MAP_SHARED | MAP_PRIVATE));
    EXPECT("MW_OK", try_sharing(&file, MAP_NORESERVE));
}

static const char *access_with_prot(const struct scratch_file *file, uint32_t prot)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;

    options.prot = prot;
    return access_of(library_map_with(file, &options));
}

FILE_CASE("CRE-22", MAPWISE("CRE-22"),
          "the access follows from the rights, and without any from the descriptor",
          "a map made by its rights reports an access that it does not have")
{
    struct scratch_file file = scratch_file(page), read_only = file;

    read_only.descriptor = reopen(&file, O_RDONLY);
    EXPECT("WRITE", access_with_prot(&file, MW_PROT_READ | MW_PROT_WRITE));
    EXPECT("WRITE", access_with_prot(&file, MW_PROT_WRITE));
    EXPECT("READ", access_with_prot(&file, MW_PROT_READ));
    EXPECT("READ", access_with_prot(&file, MW_PROT_NONE));
    EXPECT("WRITE", access_with_prot(&file, 0));
    EXPECT("READ", access_with_prot(&read_only, 0));
}

FILE_CASE("CRE-22.path", MAPWISE("CRE-22"),
          "a path opened for writing only to grow the file is still mapped for reading",
          "a reader that makes room for the writer changes the file by a wild store")
{
    struct scratch_file file = scratch_file(page);
    const mw_map_options options = options_range(MW_ACCESS_DEFAULT, MW_F_GROW, 0, 2 * page);
    mw_map *map;

    EXPECT("MW_OK", answer(mw_map_file(&map, file.path, &options, &failure)));
    EXPECT("READ", access_of(map));
    EXPECT("MW_E_RDONLY", set_byte(map, 0, 9));
    EXPECT(number((int64_t)(2 * page)), file_size(&file));
}

FILE_CASE("CRE-24", MAPWISE("CRE-24"),
          "a flag that the kernel would ignore is refused, one that it knows is passed on",
          "a program believes in a flag that its kernel silently ignored")
{
    struct scratch_file file = scratch_file(4 * page);
    mw_map_options options = options_for(MW_ACCESS_COPY, 0);
    mw_map *map;

    options.raw_flags = UNKNOWN_FLAG;
    EXPECT("MW_E_NOTSUP", answer(mw_map_fd(&map, file.descriptor, &options, &failure)));
    options.flags = MW_F_RAW_UNCHECKED;
    EXPECT("MW_OK", answer(mw_map_fd(&map, file.descriptor, &options, &failure)));
    options.flags = 0;
    options.raw_flags = MAP_FIXED;
    EXPECT("MW_E_INVAL", answer(mw_map_fd(&map, file.descriptor, &options, &failure)));
    EXPECT("no", vm_flag(info_of(library_map(&file, MW_ACCESS_COPY)).base, "nr"));
    options.raw_flags = (uint64_t)CONSTANT(MAP_NORESERVE);
    EXPECT("MW_OK", answer(mw_map_fd(&map, file.descriptor, &options, &failure)));
    /* A system that never overcommits ignores it. */
    const char *const marked = kernel_setting("vm/overcommit_memory") == 2 ? "no" : "yes";
    EXPECT(marked, vm_flag(info_of(map).base, "nr"));
    options.raw_flags = 0;
    options.flags = MW_F_NORESERVE;
    EXPECT("MW_OK", answer(mw_map_fd(&map, file.descriptor, &options, &failure)));
    EXPECT(marked, vm_flag(info_of(map).base, "nr"));
}

FILE_CASE("CRE-24.populate", MAPWISE("CRE-24"),
          "MW_F_POPULATE reads the whole map into memory before it returns",
          "a query right after the start waits for the disk although all was to be loaded")
{
    struct scratch_file file = scratch_file(64 * page);

    evict_file(&file);
    mw_map_options options = options_for(MW_ACCESS_READ, 0);
    mw_map *map = library_map_with(&file, &options);
    uint64_t pages = 0, resident = 0;
    SETUP(mw_resident(NULL, &resident, NULL, 0, MW_RESIDENCY_COUNT, map, 0, MW_WHOLE, &failure));
    EXPECT("0", number((int64_t)resident)); /* mapping alone reads nothing */
    options.flags = MW_F_POPULATE;
    map = library_map_with(&file, &options);
    EXPECT("MW_OK",
           answer(mw_resident(&pages, &resident, NULL, 0, MW_RESIDENCY_COUNT, map, 0, MW_WHOLE, &failure)));
    EXPECT("64", number((int64_t)pages));
    EXPECT("64", number((int64_t)resident));
}

FILE_CASE("CRE-24.slack", MAPWISE("CRE-24"), "MW_F_POPULATE leaves out the pages that the file does not back",
          "a tail reader that loads ahead is refused, or killed, for the room it left")
{
    struct scratch_file file = scratch_file(page);
    const mw_map_options options = options_range(MW_ACCESS_READ, MW_F_POPULATE | MW_F_SLACK_OK, 0, 3 * page);
    mw_map *map = library_map_with(&file, &options);

    EXPECT("100", residency(info_of(map).base, 3 * page));
    EXPECT("1", byte_at(map, 0));
}

FILE_CASE("CRE-24.shared", MAPWISE("CRE-24"),
          "a flag that the kernel does not know is refused for a shared map too",
          "a shared map lacks the durability that its flag asked for")
{
    struct scratch_file file = scratch_file(page);
    mw_map_options options = options_for(MW_ACCESS_WRITE, 0);
    mw_map *map;

    options.raw_flags = UNKNOWN_FLAG;
    remember_resources();
    EXPECT("MW_E_NOTSUP", answer(mw_map_fd(&map, file.descriptor, &options, &failure)));
    EXPECT("nothing", leaked());
    options.flags = MW_F_RAW_UNCHECKED;
    EXPECT("MW_OK", answer(mw_map_fd(&map, file.descriptor, &options, &failure)));
    EXPECT("MW_OK", set_byte(map, 0, 9));
    EXPECT("9", file_byte(&file, 0));
}

FILE_CASE("CRE-25", MAPWISE("CRE-25"), "pages can be mapped for execution, or that is refused as MW_E_ACCESS",
          "a plugin loader cannot tell a forbidding file system from a broken file")
{
    struct scratch_file file = scratch_file(page);
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_map *map;

    options.prot = MW_PROT_READ | MW_PROT_EXEC;
    const char *code = answer(mw_map_fd(&map, file.descriptor, &options, &failure));
    EXPECT("MW_OK|MW_E_ACCESS", code);
    if (strcmp(code, "MW_OK") == 0)
        EXPECT("r-xs", permissions(info_of(map).base));
}

FILE_CASE("CRE-26", MAPWISE("CRE-26"),
          "any offset is accepted and shows the right bytes, but for MW_F_STRICT_ALIGN",
          "a record at an odd offset cannot be mapped, or is shown shifted")
{
    struct scratch_file file = scratch_file(3 * page);
    mw_map_options options = options_range(MW_ACCESS_READ, 0, page - 1, page + 2);
    mw_map *map = library_map_with(&file, &options);

    EXPECT("1", byte_at(map, 0));
    EXPECT("2", byte_at(map, 1));
    EXPECT("3", byte_at(map, page + 1));
    EXPECT("MW_E_RANGE", byte_at(map, page + 2));
    options.flags = MW_F_STRICT_ALIGN;
    EXPECT("MW_E_ALIGN", answer(mw_map_fd(&map, file.descriptor, &options, &failure)));
    options.offset = mw_granularity();
    EXPECT("MW_OK", answer(mw_map_fd(&map, file.descriptor, &options, &failure)));
    EXPECT(number((int64_t)(mw_granularity() / page + 1)), byte_at(map, 0));
}

FILE_CASE("CRE-26.address", MAPWISE("CRE-26"),
          "an address that is demanded must lie in its page as the offset does in its own",
          "an image with pointers inside is mapped beside its place")
{
    struct scratch_file file = scratch_file(2 * page);
    mw_map_options options = options_range(MW_ACCESS_READ, MW_F_FIXED, page + 5, 10);
    char *range = unmapped_range(page);
    mw_map *map;

    options.address = range + 4;
    EXPECT("MW_E_ALIGN", answer(mw_map_fd(&map, file.descriptor, &options, &failure)));
    EXPECT("nothing", permissions(range));
    options.address = range + 5;
    EXPECT("MW_OK", answer(mw_map_fd(&map, file.descriptor, &options, &failure)));
    EXPECT("exact", placed(info_of(map).base, range + 5));
    EXPECT("2", byte_at(map, 0));
}

CASE("CRE-27", MAPWISE("CRE-27"), "page size and granularity are the system's",
     "windows computed from the wrong step are refused on the next machine")
{
    EXPECT(number((int64_t)page), number((int64_t)mw_page_size()));
    EXPECT(number((int64_t)page), number((int64_t)mw_granularity()));
}

FILE_CASE("CRE-28", MAPWISE("CRE-28"),
          "the rest of the last page reads 0 through a pin, and no checked call reaches it",
          "scratch bytes behind the end become part of the file as it grows")
{
    struct scratch_file file = scratch_file(page + 10);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    char *bytes = pinned(map, MW_PROT_READ);

    EXPECT("0", load(&bytes[page + 10]));
    EXPECT("MW_E_RANGE", byte_at(map, page + 10));
    EXPECT("MW_E_RANGE", set_byte(map, page + 10, 9));
    EXPECT("MW_E_RANGE", answer(mw_pin(&(void *){NULL}, map, page, 11, MW_PROT_READ, &failure)));
    EXPECT("MW_OK", set_byte(map, page + 9, 9));
    EXPECT("MW_OK", answer(mw_sync(map, 0, MW_WHOLE, MW_SYNC_WAIT, 0, &failure)));
    EXPECT(number((int64_t)(page + 10)), file_size(&file));
    resize_file(&file, (off_t)(2 * page));
    EXPECT("0", file_byte(&file, (int64_t)(page + 10)));
    EXPECT("9", file_byte(&file, (int64_t)(page + 9)));
}

FILE_CASE("CRE-28.inside", MAPWISE("CRE-28"),
          "no checked call reaches what the file has beside a map, in the same pages",
          "an index error in one record changes the record beside it")
{
    struct scratch_file file = scratch_file(page);
    const mw_map_options options = options_range(MW_ACCESS_WRITE, 0, 10, 20);
    mw_map *map = library_map_with(&file, &options);

    EXPECT("MW_E_RANGE", byte_at(map, 20));
    EXPECT("MW_E_RANGE", set_byte(map, 20, 9));
    EXPECT("MW_E_RANGE|MW_E_OVERFLOW", set_byte(map, UINT64_MAX, 9)); /* the byte before it */
    EXPECT("MW_E_RANGE", answer(mw_write_at(NULL, map, 19, "ab", 2, &failure)));
    EXPECT("MW_OK", set_byte(map, 0, 9));
    EXPECT("MW_OK", set_byte(map, 19, 9));
    EXPECT("1", file_byte(&file, 9));
    EXPECT("9", file_byte(&file, 10));
    EXPECT("9", file_byte(&file, 29));
    EXPECT("1", file_byte(&file, 30));
}

FILE_CASE("CRE-29", MAPWISE("CRE-29"), "a shared map and read and write on the file agree",
          "a configuration saved by an editor is not seen by the program that maps it")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);

    write_file(&file, 5, 77);
    EXPECT("77", byte_at(map, 5));
    EXPECT("MW_OK", set_byte(map, 6, 88));
    EXPECT("88", file_byte(&file, 6));
}

FILE_CASE("CRE-30", MAPWISE("CRE-30"), "two shared maps of one file see each other's stores",
          "two components on one file overwrite each other's counters")
{
    struct scratch_file file = scratch_file(2 * page);
    const mw_map_options shifted = options_range(MW_ACCESS_READ, 0, page + 3, 10);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE), *other = library_map_with(&file, &shifted);

    EXPECT("2", byte_at(other, 0));
    EXPECT("MW_OK", set_byte(map, page + 3, 9));
    EXPECT("9", byte_at(other, 0));
}

FILE_CASE("CRE-31", MAPWISE("CRE-31"), "stores in a COPY map stay in that map",
          "a simulation changes its own starting point")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map = library_map(&file, MW_ACCESS_COPY), *other = library_map(&file, MW_ACCESS_READ);

    EXPECT("1", byte_at(map, 0));
    EXPECT("MW_OK", set_byte(map, 0, 9));
    EXPECT("9", byte_at(map, 0));
    EXPECT("1", byte_at(other, 0));
    EXPECT("1", byte_at(library_map(&file, MW_ACCESS_COPY), 0));
    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
    EXPECT("1", file_byte(&file, 0));
    EXPECT("MW_OK", set_byte(library_map(&file, MW_ACCESS_WRITE), 0, 8));
    EXPECT("8", byte_at(other, 0));
}

FILE_CASE("CRE-32", MAPWISE("CRE-32"), "the descriptor that a map keeps does not outlive an exec",
          "a started program holds a database open that its owner believes closed")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map;

    EXPECT("MW_OK", answer(mw_map_file(&map, file.path, NULL, &failure)));
    EXPECT("closed", after_exec(info_of(map).fd));
    SETUP(fcntl(file.descriptor, F_SETFD, 0));
    map = library_map(&file, MW_ACCESS_READ);
    EXPECT("closed", after_exec(info_of(map).fd));
    EXPECT("open", after_exec(file.descriptor));
}

FILE_CASE("CRE-33", MAPWISE("CRE-33"), "calls that fail at each of their steps keep no descriptor and no map",
          "a server that retries a bad request runs out of descriptors overnight")
{
    struct scratch_file file = scratch_file(page);
    mw_map_options options = options_for(MW_ACCESS_READ, 0);
    mw_map *map;

    remember_resources();
    EXPECT("MW_E_INVAL", try_map(&file, (mw_access)9, 0));
    EXPECT("MW_E_NOENT", try_path("/nonexistent/file", MW_ACCESS_READ, 0));
    EXPECT("MW_E_INVAL", try_path("/", MW_ACCESS_READ, 0));
    options.length = page + 1;
    EXPECT("MW_E_SHORT", answer(mw_map_file(&map, file.path, &options, &failure)));
    options.length = MW_WHOLE;
    options.offset = page + 1;
    EXPECT("MW_E_RANGE", answer(mw_map_file(&map, file.path, &options, &failure)));
    options.offset = 0;
    options.flags = MW_F_FIXED;
    options.address = (void *)(uintptr_t)unmapped_range(page);
    EXPECT("MW_OK", answer(mw_map_file(&map, file.path, &options, &failure)));
    EXPECT("MW_OK", answer(mw_free(map)));
    options.address = map_anonymous(page, PROT_NONE, MAP_PRIVATE);
    EXPECT("MW_E_EXIST", answer(mw_map_file(&map, file.path, &options, &failure)));
    EXPECT("no map", map ? "a map" : "no map");
    EXPECT("nothing", leaked());
}

/* Allows the process no descriptor of the library's, or as many as before. */
static void allow_descriptors(bool any)
{
    struct rlimit limit;

    SETUP(getrlimit(RLIMIT_NOFILE, &limit));
    limit.rlim_cur = any ? limit.rlim_max : 3;
    SETUP(setrlimit(RLIMIT_NOFILE, &limit));
}

FILE_CASE("CRE-33.limit", MAPWISE("CRE-33"),
          "a process that has no descriptor left is told so, and can still map without one",
          "a busy server takes the lack of descriptors for a lack of the file")
{
    struct scratch_file file = scratch_file(page);

    remember_resources();
    allow_descriptors(false);
    EXPECT("MW_E_LIMIT", try_map(&file, MW_ACCESS_READ, 0));
    EXPECT("MW_E_LIMIT", try_path(file.path, MW_ACCESS_READ, 0));
    EXPECT("EMFILE", error_number(failure.os));
    EXPECT("MW_OK", try_map(&file, MW_ACCESS_READ, MW_F_NO_TRACK));
    allow_descriptors(true);
    EXPECT("nothing", leaked());
    EXPECT("MW_OK", try_map(&file, MW_ACCESS_READ, 0));
}

FILE_CASE("CRE-34.first", MAPWISE("CRE-34"),
          "what fails while cleaning up does not take the place of what failed first",
          "an administrator hunts an error of the clean-up instead of the full disk")
{
    struct scratch_file file = scratch_file(page);
    mw_map_options options = options_range(MW_ACCESS_WRITE, MW_F_GROW | MW_F_FIXED, 0, 2 * page);
    mw_map *map;

    options.address = map_anonymous(2 * page, PROT_NONE, MAP_PRIVATE); /* taken */
    refuse_call(SYS_close, EIO);
    EXPECT("MW_E_EXIST", answer(mw_map_fd(&map, file.descriptor, &options, &failure)));
    EXPECT("EEXIST", error_number(failure.os));
    EXPECT("mmap", failure.op);
    EXPECT(number((int64_t)page), file_size(&file));
    EXPECT("MW_E_EXIST", answer(mw_map_file(&map, file.path, &options, &failure)));
    EXPECT("EEXIST", error_number(failure.os));
}

FILE_CASE("CRE-34", MAPWISE("CRE-34"), "the report names the first thing that failed, with the system's code",
          "a bug report says only that something failed")
{
    struct scratch_file file = scratch_file(page);

    EXPECT("MW_E_NOENT", try_path("/nonexistent/file", MW_ACCESS_READ, 0));
    EXPECT("ENOENT", error_number(failure.os));
    EXPECT("open", failure.op);
    EXPECT("MW_E_INVAL", try_map(&file, MW_ACCESS_READ, 1u << 31));
    EXPECT("0", error_number(failure.os));
    EXPECT("MW_OK", try_map(&file, MW_ACCESS_READ, 0));
}

FILE_CASE("CRE-35", MAPWISE("CRE-35"),
          "MW_F_NO_TRACK keeps no descriptor: the map works, what needs the file is refused",
          "a program with ten thousand maps runs out of descriptors")
{
    struct scratch_file file = scratch_file(page);
    const mw_map_options options = options_for(MW_ACCESS_WRITE, MW_F_NO_TRACK);
    uint64_t size;

    remember_resources();
    mw_map *map = library_map_with(&file, &options);
    EXPECT("0 descriptors, 1 maps", leaked());
    EXPECT("-1", number(info_of(map).fd));
    EXPECT(number((int64_t)page), number((int64_t)mw_length(map)));
    EXPECT("MW_OK", set_byte(map, 0, 9));
    EXPECT("9", file_byte(&file, 0));
    EXPECT("MW_E_INVAL", answer(mw_file_size(&size, map, &failure)));
    EXPECT("MW_E_INVAL", answer(mw_sync(map, 0, MW_WHOLE, MW_SYNC_DATA, 0, &failure)));
    EXPECT("MW_OK", answer(mw_sync(map, 0, MW_WHOLE, MW_SYNC_WAIT, 0, &failure)));
}

FILE_CASE("CRE-35.path", MAPWISE("CRE-35"), "the descriptor that a path was opened with is not kept either",
          "maps made by path use up descriptors that were said not to be kept")
{
    struct scratch_file file = scratch_file(page);
    const mw_map_options options = options_for(MW_ACCESS_WRITE, MW_F_NO_TRACK);
    mw_map *map;

    remember_resources();
    EXPECT("MW_OK", answer(mw_map_file(&map, file.path, &options, &failure)));
    EXPECT("0 descriptors, 1 maps", leaked());
    EXPECT("-1", number(info_of(map).fd));
    EXPECT("MW_OK", set_byte(map, 0, 9));
    EXPECT("9", file_byte(&file, 0));
}

CASE("CRE-36", MAPWISE("CRE-36"), "anonymous memory with MW_F_NO_TRACK works, and its file size is refused",
     "a pool of many small maps keeps a descriptor for each of them")
{
    const mw_map_options options = options_for(MW_ACCESS_DEFAULT, MW_F_NO_TRACK);
    uint64_t size;
    mw_map *map;

    EXPECT("MW_OK", answer(mw_map_anon(&map, page, &options, &failure)));
    EXPECT("MW_OK", set_byte(map, 0, 9));
    EXPECT("9", byte_at(map, 0));
    EXPECT("-1", number(info_of(map).fd));
    EXPECT("MW_E_INVAL", answer(mw_file_size(&size, map, &failure)));
    EXPECT("MW_OK", answer(mw_file_size(&size, library_anonymous(page, MW_ACCESS_DEFAULT), &failure)));
}

FILE_CASE("CRE-37", MAPWISE("CRE-37"), "descriptor 0 is a descriptor like any other",
          "a daemon that closed its standard input cannot map the first file it opens")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map;

    SETUP(dup2(file.descriptor, 0));
    EXPECT("MW_OK", answer(mw_map_fd(&map, 0, NULL, &failure)));
    EXPECT("1", byte_at(map, 0));
    EXPECT("MW_OK", answer(mw_free(map)));
    EXPECT("0", returned(fcntl(0, F_GETFD)));
}

FILE_CASE("CRE-38", MAPWISE("CRE-38"),
          "mapping a file, and freeing the map, makes nothing durable; a sync does",
          "opening a file to look at it costs a wait for the disk")
{
    const int attempts = 50; /* the system may write back of itself at any time */
    struct scratch_file file = scratch_file(page);
    bool waited = false, waits = false;

    for (int attempt = 0; attempt < attempts && !waits; attempt++) {
        write_file(&file, 0, attempt);
        waited = waited || strcmp(dirty_pages(&file, 0, page), "0") != 0;
        mw_free(library_map(&file, MW_ACCESS_READ));
        mw_free(library_map(&file, MW_ACCESS_COPY));
        mw_free(library_map(&file, MW_ACCESS_WRITE));
        waits = strcmp(dirty_pages(&file, 0, page), "0") != 0;
    }
    if (!waited)
        unsupported("what is written never waits to be written back here");
    EXPECT("yes", yes_or_no(waits));
    EXPECT("MW_OK",
           answer(mw_sync(library_map(&file, MW_ACCESS_WRITE), 0, MW_WHOLE, MW_SYNC_WAIT, 0, &failure)));
    EXPECT("0", dirty_pages(&file, 0, page));
}

FILE_CASE("CRE-39", MAPWISE("CRE-39"),
          "what stdio still holds in its buffer is not in the map; fflush puts it there",
          "a program looks for its last line in a map and does not find it")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map = library_map(&file, MW_ACCESS_READ);
    FILE *stream = fdopen(reopen(&file, O_RDWR), "r+");

    if (!stream || fputc('x', stream) != 'x')
        setup_failed("a stream could not be written");
    EXPECT("1", byte_at(map, 0));
    EXPECT("0", number(fflush(stream)));
    EXPECT(number('x'), byte_at(map, 0));
}

static const char *try_length(const struct scratch_file *file, mw_access access, uint32_t flags,
                              uint64_t length)
{
    const mw_map_options options = options_range(access, flags, 0, length);
    mw_map *map;
    const char *code = answer(mw_map_fd(&map, file->descriptor, &options, &failure));

    mw_free(map);
    return code;
}

FILE_CASE("CRE-40", MAPWISE("CRE-40"),
          "a length past the end extends the file for no access, unless MW_F_GROW asks for it",
          "a wrong length pads a photograph with zeros")
{
    static const mw_access accesses[] = {MW_ACCESS_DEFAULT, MW_ACCESS_READ, MW_ACCESS_WRITE, MW_ACCESS_COPY};
    struct scratch_file file = scratch_file(page);

    for (size_t i = 0; i < sizeof accesses / sizeof accesses[0]; i++) {
        EXPECT("MW_E_SHORT", try_length(&file, accesses[i], 0, page + 1));
        EXPECT("MW_OK", try_length(&file, accesses[i], MW_F_SLACK_OK, 3 * page));
        EXPECT(number((int64_t)page), file_size(&file));
    }
    EXPECT("MW_OK", try_length(&file, MW_ACCESS_WRITE, MW_F_GROW, page + 1));
    EXPECT(number((int64_t)page + 1), file_size(&file));
}

/* ---- defects that others have ------------------------------------------- */

FILE_CASE(
    "DF-9", MAPWISE("DF-9"),
    "a private map of a file that may not be written can be had and written, and the file stays as it was",
    "an analysis of archived data is refused for lack of a permission it does not need")
{
    struct scratch_file file = scratch_file(2 * page);
    const mw_map_options options = options_for(MW_ACCESS_COPY, 0);
    mw_map *map;

    SETUP(fchmod(file.descriptor, 0444));
    EXPECT("MW_OK", answer(mw_map_file(&map, file.path, &options, &failure)));
    EXPECT("rw-p", permissions(info_of(map).base));
    EXPECT("MW_OK", answer(mw_write_at(NULL, map, page - 1, "ab", 2, &failure)));
    EXPECT(number('b'), byte_at(map, page));
    EXPECT("MW_OK", answer(mw_sync(map, 0, MW_WHOLE, MW_SYNC_FULL, 0, &failure)));
    EXPECT("MW_OK", answer(mw_free(map)));
    EXPECT("1", file_byte(&file, (int64_t)page - 1));
    EXPECT("2", file_byte(&file, (int64_t)page));
}

FILE_CASE("DF-11", MAPWISE("DF-11"),
          "descriptor 0 is mapped as the file that it is, and its position stays, also in growing",
          "a filter that maps its redirected input processes zeros")
{
    struct scratch_file file = scratch_file(page);
    const mw_map_options options = options_range(MW_ACCESS_WRITE, MW_F_GROW, 0, 2 * page);
    mw_map *map;

    SETUP(lseek(file.descriptor, 7, SEEK_SET));
    SETUP(dup2(file.descriptor, 0));
    EXPECT("MW_OK", answer(mw_map_fd(&map, 0, &options, &failure)));
    EXPECT("yes", yes_or_no(info_of(map).source == MW_SOURCE_FILE));
    EXPECT("1", byte_at(map, 0));
    EXPECT("MW_OK", set_byte(map, page, 9));
    EXPECT("9", file_byte(&file, (int64_t)page));
    EXPECT("7", number(lseek(0, 0, SEEK_CUR)));
    EXPECT("MW_OK", answer(mw_free(map)));
    EXPECT("7", number(lseek(0, 0, SEEK_CUR)));
}
