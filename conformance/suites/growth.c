/* Growth, truncation and SIGBUS: what lies beyond the end of the file, and what a changed size does. */
#include "case.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>

SUITE("growth", "growth, truncation and SIGBUS");

/* ---- beyond the end -------------------------------------------------------------------------------- */

FILE_CASE("fault.eof.read", POSIX("mmap", SHALL),
          "a load from a whole page past the end of the file raises SIGBUS at that address",
          "a program that outruns its file computes with bytes that no file has")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, 2 * page, PROT_READ, MAP_SHARED);

    EXPECT("1", load(&map[0]));
    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[page]));
    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[2 * page - 1]));
}

FILE_CASE("fault.eof.write", POSIX("mmap", SHALL),
          "a store to a whole page past the end of the file raises SIGBUS and leaves the file alone",
          "records stored behind the end are lost without a word at the next restart")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, 3 * page, PROT_READ | PROT_WRITE, MAP_SHARED);

    EXPECT("stored", store(&map[page - 1], 9));
    EXPECT("SIGBUS BUS_ADRERR exact", store(&map[page], 9));
    EXPECT("SIGBUS BUS_ADRERR exact", store(&map[3 * page - 1], 9));
    EXPECT(number((int64_t)page), file_size(&file));
    EXPECT("9", file_byte(&file, (int64_t)page - 1));
}

FILE_CASE("fault.eof.private_read", POSIX("mmap", SHALL),
          "a load through a private map from a whole page past the end of the file raises SIGBUS",
          "a linker takes zeros for the missing part of a library that was copied half")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, 2 * page, PROT_READ, MAP_PRIVATE);

    EXPECT("1", load(&map[page - 1]));
    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[page]));
}

FILE_CASE("fault.eof.private_write", POSIX("mmap", SHALL),
          "a store through a private map to a whole page past the end of the file raises SIGBUS",
          "an editor lets one type into a part of the document that cannot be saved")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE);

    EXPECT("stored", store(&map[page - 1], 9));
    EXPECT("SIGBUS BUS_ADRERR exact", store(&map[page], 9));
    EXPECT("SIGBUS BUS_ADRERR exact", store(&map[2 * page - 1], 9));
}

FILE_CASE("fault.eof.offset", POSIX("mmap", SHALL),
          "the end of the file is where the file ends, also in a map that starts in its middle",
          "a reader of the last segment of a log runs past its end unnoticed")
{
    struct scratch_file file = scratch_file(4 * page);
    char *map = map_file(&file, 2 * (off_t)page, 3 * page, PROT_READ | PROT_WRITE, MAP_SHARED);

    EXPECT("3", load(&map[0]));
    EXPECT("4", load(&map[2 * page - 1]));
    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[2 * page]));
    EXPECT("SIGBUS BUS_ADRERR exact", store(&map[2 * page], 9));
}

static const char *load_unhandled(void *address)
{
    signal(SIGBUS, SIG_DFL);
    signal(SIGSEGV, SIG_DFL);
    return number(*(volatile char *)address);
}

FILE_CASE("fault.eof.not_segv", POSIX("mmap", SHALL),
          "a process that does not handle it is killed by SIGBUS past the end of the file, not by SIGSEGV",
          "a crash report sends people to look for a wild pointer instead of a short file")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, 2 * page, PROT_READ, MAP_SHARED);

    EXPECT("1", in_child(load_unhandled, &map[page - 1]));
    EXPECT("killed by SIGBUS", in_child(load_unhandled, &map[page]));
}

FILE_CASE("fault.eof.child", POSIX("fork", SHALL),
          "a map that a child inherited ends where the file ends, for the child too",
          "a worker trusts in records that its parent would have been stopped at")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED);

    EXPECT("1", load_in_child(&map[page - 1]));
    EXPECT("SIGBUS BUS_ADRERR exact", load_in_child(&map[page]));
    EXPECT("SIGBUS BUS_ADRERR exact", store_in_child(&map[page], 9));
}

struct errand {
    const char *address;
    char answer[64];
};

static void *run_errand(void *argument)
{
    struct errand *errand = argument;

    snprintf(errand->answer, sizeof errand->answer, "%s", load(errand->address));
    return NULL;
}

static const char *load_in_thread(const char *address)
{
    static struct errand errand;

    errand.address = address;
    join_thread(start_thread(run_errand, &errand));
    return errand.answer;
}

FILE_CASE("fault.eof.thread_directed", POSIX("2.4.1 Signal Generation and Delivery", SHALL),
          "the SIGBUS goes to the thread that touched the page",
          "a handler in an innocent thread skips a request that was fine")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, 2 * page, PROT_READ, MAP_SHARED);

    EXPECT("1", load_in_thread(&map[0]));
    EXPECT("SIGBUS BUS_ADRERR exact", load_in_thread(&map[page]));
}

FILE_CASE("fault.eof.syscall", LINUX("write(2)"),
          "a page past the end of the file as the buffer of a system call is EFAULT and no signal",
          "a web server that sends from a map is killed by whoever cuts the file")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED);
    int ends[2];

    SETUP(pipe(ends));
    EXPECT("stored", store(&map[page - 1], 9));
    EXPECT("1", returned(write(ends[1], &map[page - 1], 1)));
    EXPECT("stored", store(&map[page - 1], 8));
    EXPECT("EFAULT", returned(write(ends[1], &map[page], 1)));
    EXPECT("EFAULT", returned(read(ends[0], &map[page], 1)));
    EXPECT("1", returned(read(ends[0], &map[page - 1], 1)));
    EXPECT("9", file_byte(&file, (off_t)page - 1));
    SETUP(fcntl(ends[0], F_SETFL, O_NONBLOCK));
    EXPECT("EAGAIN", returned(read(ends[0], map, 1)));
    EXPECT(number((int64_t)page), file_size(&file));
}

FILE_CASE("fault.eof.handler_recover", POSIX("mmap", SHALL),
          "a handler can leave by siglongjmp: the next touch faults again, and works once the file is there",
          "a database that survives a short file once dies of it at the second attempt")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED);

    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[page]));
    EXPECT("SIGBUS BUS_ADRERR exact", store(&map[page], 9));
    EXPECT("1", load(&map[0]));
    resize_file(&file, 2 * (off_t)page);
    map = map_file(&file, 0, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED);
    EXPECT("0", load(&map[page]));
    EXPECT("stored", store(&map[page], 9));
    EXPECT("9", file_byte(&file, (int64_t)page));
}

/* ---- the page that holds the end --------------------------------------------------------------------- */

FILE_CASE("fault.eof.same_page_ok", POSIX("mmap", SHALL),
          "the whole page that holds the end of the file can be touched, the page after it can not",
          "a parser that reads by whole words crashes at the end of odd-sized files")
{
    struct scratch_file file = scratch_file(page + 1);
    char *map = map_file(&file, 0, 3 * page, PROT_READ | PROT_WRITE, MAP_SHARED);

    EXPECT("2", load(&map[page]));
    EXPECT("0", load(&map[page + 1]));
    EXPECT("stored", store(&map[2 * page - 1], 9));
    EXPECT("9", load(&map[2 * page - 1]));
    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[2 * page]));
}

FILE_CASE("fault.eof.tail_zero", POSIX("mmap", SHALL),
          "the bytes past the end of the file in its last page read as zero, whatever the file held before",
          "old contents of a file, deleted secrets among them, show up behind its end")
{
    struct scratch_file file = scratch_file(3 * page);
    size_t end = page + 10;

    resize_file(&file, (off_t)end);
    char *shared = map_file(&file, 0, 2 * page, PROT_READ, MAP_SHARED);
    char *private = map_file(&file, 0, 2 * page, PROT_READ, MAP_PRIVATE);
    EXPECT("2", load(&shared[end - 1]));
    EXPECT("0", bytes_other_than(0, &shared[end], page - 10));
    EXPECT("2", load(&private[end - 1]));
    EXPECT("0", bytes_other_than(0, &private[end], page - 10));
}

FILE_CASE("fault.eof.tail_last_byte", POSIX("mmap", SHALL),
          "a file that is one byte short of a page is zero in that byte and complete in all others",
          "a text scanner that relies on the zero behind the last byte runs away")
{
    struct scratch_file file = scratch_file(page - 1);
    char *map = map_file(&file, 0, page, PROT_READ, MAP_SHARED);

    EXPECT("0", bytes_other_than(1, map, page - 1));
    EXPECT("0", load(&map[page - 1]));
}

FILE_CASE("fault.eof.tail_not_written", POSIX("mmap", SHALL),
          "a store past the end in the last page is never written out, not even by msync and munmap",
          "scratch bytes of a program become contents of the file that others read")
{
    struct scratch_file file = scratch_file(10);
    char *map = map_file(&file, 0, page, PROT_READ | PROT_WRITE, MAP_SHARED);

    EXPECT("stored", store(&map[9], 8));
    EXPECT("stored", store(&map[10], 9));
    SETUP(msync(map, page, MS_SYNC));
    SETUP(munmap(map, page));
    EXPECT("8", file_byte(&file, 9));
    EXPECT("past the end", file_byte(&file, 10));
    EXPECT("10", file_size(&file));
}

FILE_CASE("fault.grow.map_write_no_grow", POSIX("mmap", SHALL),
          "stores into the last page never change the size of the file",
          "a file gets longer by itself, and its reader takes the padding for records")
{
    struct scratch_file file = scratch_file(page + 10);
    char *map = map_file(&file, 0, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED);
    const char *size = number((int64_t)page + 10);

    EXPECT("stored", store(&map[page + 10], 9));
    EXPECT(size, file_size(&file));
    EXPECT("stored", store(&map[2 * page - 1], 9));
    EXPECT(size, file_size(&file));
    SETUP(fsync(file.descriptor));
    EXPECT(size, file_size(&file));
}

FILE_CASE("fault.eof.tail_extend_zero", POSIX("ftruncate", SHALL),
          "bytes stored past the end are gone when the file is extended: the added part reads as zero",
          "a log that grows by a page starts with rubbish that looks like a record")
{
    struct scratch_file file = scratch_file(10);
    char *map = map_file(&file, 0, page, PROT_READ | PROT_WRITE, MAP_SHARED);

    EXPECT("stored", store(&map[10], 9));
    EXPECT("stored", store(&map[page - 1], 9));
    resize_file(&file, 2 * (off_t)page);
    EXPECT("1", file_byte(&file, 9));
    EXPECT("0", file_byte(&file, 10));
    EXPECT("0", file_byte(&file, (int64_t)page - 1));
}

FILE_CASE(
    "fault.eof.tail_gap_zero", POSIX("lseek", SHALL),
    "bytes stored past the end are gone when a write beyond them extends the file: the gap reads as zero",
    "a sparse file has forgotten bytes where its format demands zeros")
{
    struct scratch_file file = scratch_file(10);
    char *map = map_file(&file, 0, page, PROT_READ | PROT_WRITE, MAP_SHARED);

    EXPECT("stored", store(&map[10], 9));
    EXPECT("stored", store(&map[page - 1], 9));
    write_file(&file, (off_t)page, 7);
    EXPECT("0", file_byte(&file, 10));
    EXPECT("0", file_byte(&file, (int64_t)page - 1));
    EXPECT("7", file_byte(&file, (int64_t)page));
}

FILE_CASE("fault.eof.tail_two_maps", POSIX("mmap", UNSPECIFIED),
          "a store past the end in the last page is seen, or not, through another map; never in the file",
          "a program that keeps something behind the end of a file has it on some systems only")
{
    struct scratch_file file = scratch_file(10);
    char *map = map_file(&file, 0, page, READ_WRITE, MAP_SHARED);
    char *other = map_file(&file, 0, page, PROT_READ, MAP_SHARED);

    EXPECT("0", load(&other[10]));
    EXPECT("stored", store(&map[9], 8));
    EXPECT("stored", store(&map[10], 9));
    EXPECT("8", load(&other[9]));
    EXPECT("9|0", load(&other[10]));
    EXPECT("past the end", file_byte(&file, 10));
    EXPECT("10", file_size(&file));
}

/* ---- the file shrinks -------------------------------------------------------------------------------- */

FILE_CASE("fault.trunc.down_read", LINUX("mmap(2)"),
          "pages that a truncation cuts off raise SIGBUS from then on, also if they were in use before",
          "a reader goes on with log records that their owner has withdrawn")
{
    struct scratch_file file = scratch_file(3 * page);
    char *map = map_file(&file, 0, 3 * page, PROT_READ | PROT_WRITE, MAP_SHARED);

    EXPECT("1 2 3", page_bytes(map, 3 * page));
    EXPECT("stored", store(&map[2 * page], 9));
    resize_file(&file, (off_t)page);
    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[page]));
    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[2 * page]));
    EXPECT("SIGBUS BUS_ADRERR exact", store(&map[2 * page], 9));
    EXPECT("1", load(&map[page - 1]));
}

FILE_CASE("fault.trunc.to_nothing", LINUX("mmap(2)"),
          "every page of the map of a file that was truncated to nothing raises SIGBUS",
          "a cache that was reset goes on serving its old entries")
{
    struct scratch_file file = scratch_file(2 * page);
    char *map = map_file(&file, 0, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED);

    EXPECT("1 2", page_bytes(map, 2 * page));
    SETUP(truncate(file.path, 0));
    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[0]));
    EXPECT("SIGBUS BUS_ADRERR exact", store(&map[page], 9));
}

FILE_CASE("fault.trunc.open_otrunc", LINUX("mmap(2)"),
          "opening a mapped file with O_TRUNC cuts its pages off like any truncation",
          "readers of a file being rewritten mix its old pages with the new ones")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, page, PROT_READ, MAP_SHARED);

    reopen(&file, O_RDWR);
    EXPECT("1", load(&map[0]));
    reopen(&file, O_RDWR | O_TRUNC);
    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[0]));
}

FILE_CASE("fault.trunc.down_private_cow", LINUX("mmap(2)"),
          "a page that a truncation cuts off raises SIGBUS even where a private map has its own copy",
          "a program notices only on some pages that the file beneath it has shrunk")
{
    struct scratch_file file = scratch_file(2 * page);
    char *map = map_file(&file, 0, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE);

    number_pages(map, 2 * page);
    resize_file(&file, (off_t)page);
    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[page]));
    EXPECT("SIGBUS BUS_ADRERR exact", store(&map[page], 9));
    EXPECT("1", load(&map[0]));
}

static const char *truncate_to_one_page(void *file)
{
    return returned(truncate(((struct scratch_file *)file)->path, (off_t)page));
}

FILE_CASE("fault.trunc.other_process", LINUX("mmap(2)"), "a truncation by another process raises SIGBUS here",
          "a reader never learns that the log was rotated by its writer")
{
    struct scratch_file file = scratch_file(2 * page);
    char *map = map_file(&file, 0, 2 * page, PROT_READ, MAP_SHARED);

    EXPECT("1 2", page_bytes(map, 2 * page));
    EXPECT("0", in_child(truncate_to_one_page, &file));
    EXPECT("1", load(&map[0]));
    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[page]));
}

FILE_CASE("fault.trunc.partial_zeroes", POSIX("mmap", SHALL),
          "a truncation inside a page zeroes the rest of that page in the map",
          "the tail of a withdrawn record is parsed once more")
{
    struct scratch_file file = scratch_file(2 * page);
    char *map = map_file(&file, 0, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED);

    EXPECT("stored", store(&map[page - 1], 9));
    resize_file(&file, 10);
    EXPECT("0", bytes_other_than(1, map, 10));
    EXPECT("0", bytes_other_than(0, &map[10], page - 10));
    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[page]));
}

FILE_CASE("fault.trunc.partial_private", POSIX("mmap", UNSPECIFIED),
          "a truncation inside a page that a private map has copied keeps what is below the end in the copy",
          "the rest of a private page is lost, or outlives its file, as the system likes")
{
    struct scratch_file file = scratch_file(2 * page);
    char *map = map_file(&file, 0, 2 * page, READ_WRITE, MAP_PRIVATE);

    EXPECT("stored", store(&map[9], 8));
    EXPECT("stored", store(&map[page - 1], 9));
    resize_file(&file, 10);
    EXPECT("8", load(&map[9]));
    EXPECT("9|0", load(&map[page - 1]));
    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[page]));
    EXPECT("1", file_byte(&file, 9));
}

FILE_CASE("fault.trunc.keeps_stores", POSIX("ftruncate", SHALL),
          "stores below the new end of the file survive the truncation, in the map and in the file",
          "cutting off an aborted transaction takes a committed one along")
{
    struct scratch_file file = scratch_file(3 * page);
    char *map = map_file(&file, 0, 3 * page, PROT_READ | PROT_WRITE, MAP_SHARED);
    size_t end = page + 10;

    EXPECT("stored", store(&map[0], 7));
    EXPECT("stored", store(&map[end - 1], 8));
    resize_file(&file, (off_t)end);
    EXPECT("7", load(&map[0]));
    EXPECT("8", load(&map[end - 1]));
    EXPECT("7", file_byte(&file, 0));
    EXPECT("8", file_byte(&file, (int64_t)end - 1));
}

FILE_CASE("fault.trunc.down_up_zero", POSIX("ftruncate", SHALL),
          "a file that shrank and grew again holds zeros where it was cut, not what was stored there",
          "a deleted record rises from the dead when the file grows again")
{
    struct scratch_file file = scratch_file(2 * page);
    char *map = map_file(&file, 0, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED);

    EXPECT("stored", store(&map[page - 1], 9));
    EXPECT("stored", store(&map[page], 9));
    resize_file(&file, 10);
    resize_file(&file, 2 * (off_t)page);
    map = map_file(&file, 0, 2 * page, PROT_READ, MAP_SHARED);
    EXPECT("1", load(&map[9]));
    EXPECT("0", bytes_other_than(0, &map[10], 2 * page - 10));
    EXPECT("0", file_byte(&file, (int64_t)page - 1));
    EXPECT("0", file_byte(&file, (int64_t)page));
}

/* ---- the file grows ---------------------------------------------------------------------------------- */

FILE_CASE("fault.grow.new_map", POSIX("ftruncate", SHALL),
          "a map that is made after the file grew reads zeros in the added part, and stores reach the file",
          "a database finds other people's bytes in the pages that it has just added")
{
    const size_t length = 200 * page;
    struct scratch_file file = scratch_file(10);

    map_file(&file, 0, page, PROT_READ | PROT_WRITE, MAP_SHARED);
    resize_file(&file, (off_t)length);
    char *map = map_file(&file, 0, length, PROT_READ | PROT_WRITE, MAP_SHARED);
    EXPECT("1", load(&map[9]));
    EXPECT("0", bytes_other_than(0, &map[10], length - 10));
    EXPECT("stored", store(&map[length - 1], 9));
    EXPECT("9", file_byte(&file, (int64_t)length - 1));
}

FILE_CASE("fault.grow.append_new_map", POSIX("mmap", SHALL),
          "a map that is made after an append shows what was appended, and ends where the file ends now",
          "a reader that maps anew after each append misses the newest entry")
{
    struct scratch_file file = scratch_file(page);

    map_file(&file, 0, 3 * page, PROT_READ, MAP_SHARED);
    SETUP(write(reopen(&file, O_WRONLY | O_APPEND), "\7", 1));
    char *map = map_file(&file, 0, 3 * page, PROT_READ, MAP_SHARED);
    EXPECT("1", load(&map[page - 1]));
    EXPECT("7", load(&map[page]));
    EXPECT("0", load(&map[page + 1]));
    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[2 * page]));
}

/* What POSIX leaves open: whether a map that was made before shows what its file has got since. */

FILE_CASE(
    "fault.trunc.up_read", POSIX("mmap", UNSPECIFIED),
    "pages of a map that a longer file comes to fill read as zero, or raise SIGBUS until it is made anew",
    "a program that maps more than its file to let it grow is stopped by SIGBUS elsewhere")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, 3 * page, PROT_READ, MAP_SHARED);

    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[page]));
    resize_file(&file, 2 * (off_t)page);
    EXPECT("0|SIGBUS BUS_ADRERR exact", load(&map[page]));
    EXPECT("0|SIGBUS BUS_ADRERR exact", load(&map[2 * page - 1]));
    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[2 * page]));
    EXPECT("1", load(map));
}

FILE_CASE("fault.trunc.up_write", POSIX("mmap", UNSPECIFIED),
          "a store into a page that a longer file has come to fill reaches the file, or raises SIGBUS",
          "a data base that grows its file under its map loses what it stored there")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, 2 * page, READ_WRITE, MAP_SHARED);

    EXPECT("SIGBUS BUS_ADRERR exact", store(&map[page], 9));
    resize_file(&file, 2 * (off_t)page);
    const char *answer = store(&map[page], 9);
    const bool stored = strcmp(answer, "stored") == 0;
    EXPECT("stored|SIGBUS BUS_ADRERR exact", answer);
    EXPECT(stored ? "9" : "0", file_byte(&file, (int64_t)page));
    EXPECT(number(2 * (int64_t)page), file_size(&file));
}

FILE_CASE(
    "fault.grow.pwrite_visible", POSIX("mmap", UNSPECIFIED),
    "what pwrite puts behind the end of a file is in a map that was longer than it, or raises SIGBUS there",
    "a reader of a growing file misses what its writer has written")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, 3 * page, PROT_READ, MAP_SHARED);

    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[page + 5]));
    write_file(&file, (off_t)page + 5, 9);
    EXPECT("9|SIGBUS BUS_ADRERR exact", load(&map[page + 5]));
    EXPECT("0|SIGBUS BUS_ADRERR exact", load(&map[page + 4]));
    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[2 * page]));
    EXPECT("9", load(&map_file(&file, 0, 2 * page, PROT_READ, MAP_SHARED)[page + 5]));
}

FILE_CASE("fault.grow.append_visible", POSIX("mmap", UNSPECIFIED),
          "what is appended is in a map that was longer than the file, in the old last page and in a new one",
          "a reader that follows a log through a map misses lines, or dies of SIGBUS")
{
    struct scratch_file file = scratch_file(page - 1);
    char *map = map_file(&file, 0, 2 * page, PROT_READ, MAP_SHARED);
    int writer = reopen(&file, O_WRONLY | O_APPEND);

    EXPECT("0", load(&map[page - 1]));
    SETUP(write(writer, "\7", 1));
    EXPECT("7|0", load(&map[page - 1]));
    SETUP(write(writer, "\10", 1));
    EXPECT("8|SIGBUS BUS_ADRERR exact", load(&map[page]));
    EXPECT("7", file_byte(&file, (int64_t)page - 1));
    EXPECT("8", file_byte(&file, (int64_t)page));
}

/* ---- holes ------------------------------------------------------------------------------------------- */

FILE_CASE("fault.hole.read_zero", POSIX("lseek", SHALL),
          "a hole in the file reads as zero through a map, up to the data on both sides",
          "a sparse disk image shows rubbish in blocks that were never written")
{
    struct scratch_file file = scratch_file(page);

    write_file(&file, 16 * (off_t)page, 9);
    char *map = map_file(&file, 0, 17 * page, PROT_READ, MAP_SHARED);
    EXPECT("1", load(&map[page - 1]));
    EXPECT("0", bytes_other_than(0, &map[page], 15 * page));
    EXPECT("9", load(&map[16 * page]));
}

FILE_CASE("fault.hole.write_reaches_file", POSIX("mmap", SHALL),
          "a store into a hole reaches the file, and leaves the rest of the hole zero",
          "the first record of a sparse table is gone after a restart")
{
    struct scratch_file file = sparse_file(16 * (off_t)page);
    char *map = map_file(&file, 0, 16 * page, PROT_READ | PROT_WRITE, MAP_SHARED);

    EXPECT("0", load(&map[8 * page]));
    EXPECT("stored", store(&map[8 * page], 9));
    EXPECT("9", file_byte(&file, 8 * (int64_t)page));
    EXPECT("0", file_byte(&file, 8 * (int64_t)page + 1));
    EXPECT("0", file_byte(&file, 8 * (int64_t)page - 1));
    EXPECT("0", bytes_other_than(0, &map[8 * page + 1], 8 * page - 1));
}

static bool has_blocks(const struct scratch_file *file)
{
    struct stat status;

    SETUP(fstat(file->descriptor, &status));
    return status.st_blocks > 0;
}

FILE_CASE("fault.hole.write_allocates", PRACTICE("st_blocks counts what is allocated"),
          "a store into a hole counts as allocated blocks once it is synchronized",
          "a full disk eats data that was reported as synced")
{
    struct scratch_file file = sparse_file(16 * (off_t)page);
    char *map = map_file(&file, 0, 16 * page, PROT_READ | PROT_WRITE, MAP_SHARED);

    memset(&map[8 * page], 9, page);
    EXPECT("0", returned(msync(map, 16 * page, MS_SYNC)));
    EXPECT("yes", yes_or_no(has_blocks(&file)));
}

/* Operations of fallocate: the same number on every architecture, and not in every C library's headers. */
enum { KEEP_SIZE = 0x01, PUNCH_HOLE = 0x02, COLLAPSE_RANGE = 0x08, ZERO_RANGE = 0x10, INSERT_RANGE = 0x20 };

static void reshape(const struct scratch_file *file, int operation, size_t offset, size_t length)
{
    if (fallocate(file->descriptor, operation, (off_t)offset, (off_t)length) == 0)
        return;
    if (errno == EOPNOTSUPP || errno == ENOSYS)
        unsupported("this file system can't do that to a file");
    setup_failed("fallocate: error %d", errno);
}

FILE_CASE("fault.hole.punch_zero", LINUX("fallocate(2)"),
          "punching a hole zeroes its pages in a live map, unsaved stores included, and keeps the neighbours",
          "a cache serves an entry that it has evicted from its file")
{
    struct scratch_file file = scratch_file(3 * page);
    char *map = map_file(&file, 0, 3 * page, PROT_READ | PROT_WRITE, MAP_SHARED);

    EXPECT("stored", store(&map[page - 1], 7));
    EXPECT("stored", store(&map[page + 5], 9));
    reshape(&file, PUNCH_HOLE | KEEP_SIZE, page, page);
    EXPECT("7", load(&map[page - 1]));
    EXPECT("0", bytes_other_than(0, &map[page], page));
    EXPECT("0", bytes_other_than(3, &map[2 * page], page));
    EXPECT("0", file_byte(&file, (int64_t)page + 5));
}

FILE_CASE("fault.hole.punch_inside", LINUX("fallocate(2)"),
          "punching a hole inside a page zeroes those bytes alone in a live map",
          "discarding a small record destroys the records in the same page")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, page, PROT_READ | PROT_WRITE, MAP_SHARED);

    EXPECT("0", bytes_other_than(1, map, page));
    reshape(&file, PUNCH_HOLE | KEEP_SIZE, 10, page - 20);
    EXPECT("0", bytes_other_than(1, map, 10));
    EXPECT("0", bytes_other_than(0, &map[10], page - 20));
    EXPECT("0", bytes_other_than(1, &map[page - 10], 10));
}

FILE_CASE("fault.hole.zero_range", LINUX("fallocate(2)"),
          "zeroing a range zeroes its pages in a live map and keeps the neighbours",
          "a virtual disk shows the old contents of blocks its guest has wiped", .since = KERNEL(3, 15))
{
    struct scratch_file file = scratch_file(3 * page);
    char *map = map_file(&file, 0, 3 * page, PROT_READ | PROT_WRITE, MAP_SHARED);

    EXPECT("stored", store(&map[page + 5], 9));
    reshape(&file, ZERO_RANGE, page, page);
    EXPECT("1 0 3", page_bytes(map, 3 * page));
    EXPECT("0", bytes_other_than(0, &map[page], page));
    EXPECT("0", file_byte(&file, (int64_t)page + 5));
}

FILE_CASE("fault.hole.collapse", LINUX("fallocate(2)"),
          "collapsing a range moves the pages behind it forward in a live map, and the end with them",
          "a video editor that cuts a scene shows frames from the wrong place", .since = KERNEL(3, 15))
{
    struct scratch_file file = scratch_file(4 * page);
    char *map = map_file(&file, 0, 4 * page, PROT_READ | PROT_WRITE, MAP_SHARED);

    EXPECT("stored", store(&map[2 * page], 9));
    reshape(&file, COLLAPSE_RANGE, page, page);
    EXPECT("1 9 4", page_bytes(map, 3 * page));
    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[3 * page]));
}

FILE_CASE("fault.hole.insert", LINUX("fallocate(2)"),
          "inserting a range moves the pages behind it backward in a live map and shows zeros between",
          "records behind an inserted block are read one page off", .since = KERNEL(4, 1))
{
    struct scratch_file file = scratch_file(4 * page);
    char *map = map_file(&file, 0, 4 * page, PROT_READ | PROT_WRITE, MAP_SHARED);

    EXPECT("stored", store(&map[page], 9));
    reshape(&file, INSERT_RANGE, page, page);
    EXPECT("1 0 9 3", page_bytes(map, 4 * page));
    EXPECT("4", file_byte(&file, 4 * (int64_t)page));
}

FILE_CASE(
    "fault.hole.collapse_insert", LINUX("fallocate(2)"),
    "what a collapse moves forward an insertion moves back, in a live map and in the file, stores included",
    "a program that edits a file in place works on bytes that have moved away", .since = KERNEL(4, 1))
{
    struct scratch_file file = scratch_file(4 * page);
    char *map = map_file(&file, 0, 5 * page, READ_WRITE, MAP_SHARED);

    EXPECT("stored", store(&map[2 * page + 5], 9));
    reshape(&file, COLLAPSE_RANGE, page, page);
    EXPECT("9", load(&map[page + 5]));
    EXPECT("stored", store(&map[page + 6], 8));
    reshape(&file, INSERT_RANGE, page, page);
    EXPECT("1 0 3 4 SIGBUS BUS_ADRERR exact", page_bytes(map, 5 * page));
    EXPECT("9", load(&map[2 * page + 5]));
    EXPECT("8", load(&map[2 * page + 6]));
    EXPECT("0", bytes_other_than(0, &map[page], page));
    EXPECT("8", file_byte(&file, 2 * (int64_t)page + 6));
}

/* ---- the map, or the name of the file, goes away ------------------------------------------------------- */

FILE_CASE("fault.unmapped", POSIX("munmap", SHALL),
          "a touch of a page that was unmapped raises SIGSEGV at that address; its neighbours stay",
          "a dangling pointer into a released buffer reads and writes without a trace")
{
    struct scratch_file file = scratch_file(3 * page);
    char *map = map_file(&file, 0, 3 * page, PROT_READ | PROT_WRITE, MAP_SHARED);

    EXPECT("1 2 3", page_bytes(map, 3 * page));
    EXPECT("0", returned(munmap(&map[page], page)));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(&map[page]));
    EXPECT("SIGSEGV SEGV_MAPERR exact", store(&map[2 * page - 1], 9));
    EXPECT("1", load(&map[page - 1]));
    EXPECT("3", load(&map[2 * page]));
}

FILE_CASE("fault.unlink_keeps", POSIX("mmap", SHALL),
          "a file that lost its last name and descriptor lives on in its map",
          "an update that removes a library crashes every program that runs it")
{
    struct scratch_file file = scratch_file(2 * page);
    char *map = map_file(&file, 0, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED);
    char *second = map_file(&file, 0, 2 * page, PROT_READ, MAP_SHARED);

    SETUP(unlink(file.path));
    SETUP(close(file.descriptor));
    EXPECT("1 2", page_bytes(map, 2 * page));
    EXPECT("stored", store(&map[page], 9));
    EXPECT("9", load(&second[page]));
    EXPECT("0", returned(msync(map, 2 * page, MS_SYNC)));
}

FILE_CASE("fault.rename_old_inode", POSIX("mmap", SHALL),
          "a map stays with its file when another file takes over the name",
          "a program is half in the old and half in the new version of its configuration")
{
    struct scratch_file old = scratch_file(page), replacement = scratch_file(page);
    char *map = map_file(&old, 0, page, PROT_READ | PROT_WRITE, MAP_SHARED);

    write_file(&replacement, 0, 7);
    SETUP(rename(replacement.path, old.path));
    EXPECT("1", load(&map[0]));
    EXPECT("stored", store(&map[1], 9));
    EXPECT("1", file_byte(&replacement, 1));
    EXPECT("9", file_byte(&old, 1));
    EXPECT("7", load(map_descriptor(reopen(&old, O_RDONLY), 0, page, PROT_READ, MAP_SHARED)));
}

static bool ends_in(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);

    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

FILE_CASE("fault.proc_deleted", LINUX("proc(5)"),
          "/proc tells that the file of a map has been deleted, and not before",
          "an administrator cannot tell which services still run the library with the hole")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, page, PROT_READ, MAP_SHARED);

    EXPECT("yes", yes_or_no(ends_in(map_name(map), strrchr(file.path, '/'))));
    SETUP(unlink(file.path));
    EXPECT("yes", yes_or_no(ends_in(map_name(map), " (deleted)")));
}
