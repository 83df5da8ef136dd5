/* The size of files and the room they take: what ftruncate and posix_fallocate promise by themselves. */
#include "case.h"

#include <sys/socket.h>
#include <sys/stat.h>

SUITE("filesize", "sizes and reserved room of files");

FILE_CASE("ftruncate.negative", POSIX("ftruncate", SHALL),
          "a negative size is refused with EINVAL, and the file stays as it is",
          "a size computed as end minus start that underflows empties the file, or makes it huge")
{
    struct scratch_file file = scratch_file(page);

    EXPECT("EINVAL", returned(ftruncate(file.descriptor, -1)));
    EXPECT("EINVAL", returned(ftruncate(file.descriptor, -(off_t)page)));
    EXPECT(number((int64_t)page), file_size(&file));
    EXPECT("0", returned(ftruncate(file.descriptor, 1)));
    EXPECT("1", file_size(&file));
}

FILE_CASE("ftruncate.read_only", POSIX("ftruncate", SHALL),
          "a descriptor that can only be read can't change the size: EBADF or EINVAL",
          "a reader with a bug destroys the archive that it was only allowed to read")
{
    struct scratch_file file = scratch_file(page);

    EXPECT("EBADF|EINVAL", returned(ftruncate(reopen(&file, O_RDONLY), 1)));
    EXPECT(number((int64_t)page), file_size(&file));
    EXPECT("0", returned(ftruncate(reopen(&file, O_WRONLY), 1)));
    EXPECT("1", file_size(&file));
}

FILE_CASE("ftruncate.largest", POSIX("ftruncate", SHALL),
          "a size that the file system can't have is refused with EFBIG or EINVAL, one it can have is there",
          "a store that reserves for the future learns of a size that cannot be from lost writes")
{
    struct scratch_file file = scratch_file(page);
    const char *answer = returned(ftruncate(file.descriptor, INT64_MAX));

    EXPECT("0|EFBIG|EINVAL", answer);
    EXPECT(number(strcmp(answer, "0") == 0 ? INT64_MAX : (int64_t)page), file_size(&file));
    EXPECT("0", returned(ftruncate(file.descriptor, 1)));
    EXPECT("1", file_size(&file));
}

FILE_CASE("ftruncate.closed", POSIX("ftruncate", SHALL),
          "a descriptor that is not open is refused with EBADF or EINVAL",
          "a double close lets a program cut a file that somebody else has opened meanwhile")
{
    struct scratch_file file = scratch_file(page);
    int closed = reopen(&file, O_RDWR);

    EXPECT("0", returned(ftruncate(closed, 7)));
    SETUP(close(closed));
    EXPECT("EBADF|EINVAL", returned(ftruncate(closed, 0)));
    EXPECT("7", file_size(&file));
}

FILE_CASE("ftruncate.mtime", POSIX("ftruncate", SHALL),
          "a change of the size marks the time of the last change",
          "a backup by time stamps skips a file that has been cut")
{
    struct scratch_file file = scratch_file(page);
    const struct timespec long_ago[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    struct stat status;

    SETUP(futimens(file.descriptor, long_ago));
    EXPECT("0", returned(ftruncate(file.descriptor, (off_t)(2 * page))));
    SETUP(fstat(file.descriptor, &status));
    EXPECT("yes", yes_or_no(status.st_mtim.tv_sec > 1000));
    SETUP(futimens(file.descriptor, long_ago));
    EXPECT("0", returned(ftruncate(file.descriptor, 1)));
    SETUP(fstat(file.descriptor, &status));
    EXPECT("yes", yes_or_no(status.st_mtim.tv_sec > 1000));
}

/* ---- posix_fallocate --------------------------------------------------------------------------- */

/* UNSUPPORTED where the file system, or a C library that does not stand in for it, reserves nothing. */
static const char *reserve(const struct scratch_file *file, size_t offset, size_t length)
{
    int error = posix_fallocate(file->descriptor, (off_t)offset, (off_t)length);

    if (error == EOPNOTSUPP)
        unsupported("this file system reserves no room");
    return error_number(error);
}

/* Whether a file has room for so many bytes on its device. */
static const char *has_room_for(const struct scratch_file *file, size_t bytes)
{
    const int64_t block = 512; /* st_blocks counts in these on every system there is */
    struct stat status;

    SETUP(fstat(file->descriptor, &status));
    return yes_or_no((int64_t)status.st_blocks * block >= (int64_t)bytes);
}

FILE_CASE("posix_fallocate.allocates", POSIX("posix_fallocate", SHALL),
          "posix_fallocate gives all of a hole room on the device: it is more than a size",
          "a full disk kills a program at a store instead of refusing it room beforehand")
{
    struct scratch_file file = sparse_file((off_t)(64 * page));

    EXPECT("no", has_room_for(&file, 64 * page));
    EXPECT("0", reserve(&file, 0, 64 * page));
    EXPECT("yes", has_room_for(&file, 64 * page));
    EXPECT(number((int64_t)(64 * page)), file_size(&file));
    EXPECT("0", file_byte(&file, (int64_t)(63 * page)));
}

FILE_CASE("posix_fallocate.extends", POSIX("posix_fallocate", SHALL),
          "posix_fallocate past the end extends the file to the very byte, by zeros, and keeps its contents",
          "a database that preallocates its log finds its records overwritten or rubbish behind them")
{
    struct scratch_file file = scratch_file(2 * page);

    EXPECT("0", reserve(&file, page, 32 * page + 1));
    EXPECT(number((int64_t)(33 * page + 1)), file_size(&file));
    EXPECT("yes", has_room_for(&file, 33 * page + 1));
    char *map = map_file(&file, 0, 34 * page, PROT_READ | PROT_WRITE, MAP_SHARED);
    EXPECT("1 2 0", page_bytes(map, 3 * page));
    EXPECT("0", bytes_other_than(0, map + 2 * page, 32 * page));
    EXPECT("stored", store(map + 33 * page, 9));
    EXPECT("9", file_byte(&file, (int64_t)(33 * page)));
}

FILE_CASE("posix_fallocate.within", POSIX("posix_fallocate", SHALL),
          "posix_fallocate inside the file changes neither its size nor a byte of it",
          "reserving room for a table erases the rows that are in it already")
{
    struct scratch_file file = scratch_file(3 * page);

    EXPECT("0", reserve(&file, 0, page));
    EXPECT("0", reserve(&file, page + 1, 5));
    EXPECT(number((int64_t)(3 * page)), file_size(&file));
    char *map = map_file(&file, 0, 3 * page, PROT_READ, MAP_SHARED);
    EXPECT("0", bytes_other_than(1, map, page));
    EXPECT("0", bytes_other_than(2, map + page, page));
    EXPECT("0", bytes_other_than(3, map + 2 * page, page));
}

FILE_CASE("posix_fallocate.position", PRACTICE("only what reads, writes or seeks moves a file's position"),
          "the position at which a descriptor reads stays where it is when storage is reserved",
          "a log that reserves its storage ahead goes on behind a hole")
{
    struct scratch_file file = scratch_file(2 * page);

    SETUP(lseek(file.descriptor, 5, SEEK_SET));
    EXPECT("0", reserve(&file, 0, page));
    EXPECT("5", number(lseek(file.descriptor, 0, SEEK_CUR)));
    EXPECT("0", reserve(&file, page, 4 * page));
    EXPECT("5", number(lseek(file.descriptor, 0, SEEK_CUR)));
}

FILE_CASE("posix_fallocate.range", POSIX("posix_fallocate", SHALL),
          "a negative offset or length is refused with EINVAL, a range too far out with EFBIG",
          "a wrapped offset reserves the wrong part of the disk, and the store fails later on")
{
    struct scratch_file file = scratch_file(page);
    const off_t farthest = INT64_MAX - (off_t)page;

    EXPECT("EINVAL", error_number(posix_fallocate(file.descriptor, -1, (off_t)page)));
    EXPECT("EINVAL", error_number(posix_fallocate(file.descriptor, 0, -1)));
    EXPECT("EFBIG", error_number(posix_fallocate(file.descriptor, farthest, 2 * (off_t)page)));
    EXPECT(number((int64_t)page), file_size(&file));
    EXPECT("0", reserve(&file, 0, 2 * page));
    EXPECT(number((int64_t)(2 * page)), file_size(&file));
}

FILE_CASE("posix_fallocate.len0", LINUX("posix_fallocate(3)"), "a length of 0 is refused with EINVAL",
          "a downloader with an unknown length thinks that its room has been reserved")
{
    struct scratch_file file = scratch_file(page);

    EXPECT("EINVAL", error_number(posix_fallocate(file.descriptor, 0, 0)));
    EXPECT("EINVAL", error_number(posix_fallocate(file.descriptor, 2 * (off_t)page, 0)));
    EXPECT(number((int64_t)page), file_size(&file));
    EXPECT("0", reserve(&file, page, page));
    EXPECT(number((int64_t)(2 * page)), file_size(&file));
    EXPECT("yes", has_room_for(&file, 2 * page));
}

FILE_CASE("posix_fallocate.descriptor", POSIX("posix_fallocate", SHALL),
          "a descriptor that is closed or can't write is answered by EBADF, a pipe by ESPIPE",
          "a program takes room for granted on a descriptor through which it can never write")
{
    struct scratch_file file = scratch_file(page);
    const off_t start = (off_t)page; /* the file ends there, and has no room behind */
    int ends[2];

    SETUP(pipe(ends));
    EXPECT("EBADF", error_number(posix_fallocate(-1, start, start)));
    EXPECT("EBADF", error_number(posix_fallocate(reopen(&file, O_RDONLY), start, start)));
    EXPECT("ESPIPE", error_number(posix_fallocate(ends[1], start, start)));
    EXPECT(number((int64_t)page), file_size(&file));
    EXPECT("0", reserve(&file, page, page));
    EXPECT(number((int64_t)(2 * page)), file_size(&file));
    EXPECT("yes", has_room_for(&file, 2 * page));
}

FILE_CASE("ftruncate.position", POSIX("ftruncate", SHALL),
          "the position at which a descriptor reads stays where it is when the size of its file changes",
          "a log continues in the wrong place and overwrites itself")
{
    struct scratch_file file = scratch_file(2 * page);

    SETUP(lseek(file.descriptor, 5, SEEK_SET));
    EXPECT("0", returned(ftruncate(file.descriptor, (off_t)page)));
    EXPECT("5", number(lseek(file.descriptor, 0, SEEK_CUR)));
    EXPECT("0", returned(ftruncate(file.descriptor, (off_t)(4 * page))));
    EXPECT("5", number(lseek(file.descriptor, 0, SEEK_CUR)));
}

FILE_CASE("ftruncate.bad_descriptor", POSIX("ftruncate", SHALL),
          "a descriptor that is not open is refused with EBADF",
          "a program looks for a wrong length where it has lost a descriptor")
{
    struct scratch_file file = scratch_file(page);

    EXPECT("0", returned(ftruncate(file.descriptor, 1)));
    SETUP(close(file.descriptor));
    EXPECT("EBADF", returned(ftruncate(file.descriptor, 1)));
    EXPECT("EBADF", returned(ftruncate(-1, 1)));
}

FILE_CASE("posix_fallocate.not_a_file", POSIX("posix_fallocate", SHALL),
          "storage can't be reserved for what is no regular file: ENODEV for a socket, ESPIPE for a pipe",
          "a program believes in space that nobody has reserved")
{
    struct scratch_file file = scratch_file(0);
    int ends[2], sockets[2];

    SETUP(pipe(ends));
    SETUP(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
    EXPECT("ESPIPE|ENODEV", error_number(posix_fallocate(ends[1], 0, 1)));
    EXPECT("ENODEV|ESPIPE", error_number(posix_fallocate(sockets[0], 0, 1)));
    EXPECT("0", error_number(posix_fallocate(file.descriptor, 0, 1)));
}
