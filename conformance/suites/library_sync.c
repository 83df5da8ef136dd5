/* The library: writing changes back. What is still to be written is told by the page cache. */
#include "fixture.h"
#include "library.h"

#include <stdio.h>
#include <sys/syscall.h>

SUITE("library", "what libmapwise promises");

/* A WRITE map of a file without anything that waits to be written. */
static mw_map *clean_map(const struct scratch_file *file, uint64_t offset)
{
    const mw_map_options options = options_range(MW_ACCESS_WRITE, 0, offset, MW_WHOLE);

    SETUP(fsync(file->descriptor));
    return library_map_with(file, &options);
}

/* Stores `value` in every page of a range of the map until they wait to be written: the system may write
 * back of itself at any time. */
static void make_map_dirty(mw_map *map, const struct scratch_file *file, uint64_t offset, size_t length,
                           int value)
{
    const int attempts = 100;
    const unsigned char byte = (unsigned char)value;
    const off_t first = (off_t)(info_of(map).offset + offset), start = first - first % (off_t)page;
    const size_t pages = ((size_t)(first - start) + length + page - 1) / page;

    for (int attempt = 0; attempt < attempts; attempt++) {
        for (size_t at = 0; at < length; at += page)
            if (mw_write_at(NULL, map, offset + at, &byte, 1, &failure) != MW_OK)
                setup_failed("mw_write_at: %s", mw_error_text(failure.code));
        if (strcmp(dirty_pages(file, start, pages * page), "0") != 0)
            return;
    }
    unsupported("what is stored never waits to be written here");
}

static const char *sync_range(mw_map *map, uint64_t offset, uint64_t length)
{
    return answer(mw_sync(map, offset, length, MW_SYNC_WAIT, 0, &failure));
}

FILE_CASE("SYN-01", MAPWISE("SYN-01"), "after a sync of the whole map nothing waits to be written",
          "a database closes in good order and loses its changes in a power cut")
{
    struct scratch_file file = scratch_file(5 * page);
    mw_map *map = clean_map(&file, 0);

    make_map_dirty(map, &file, 0, 5 * page, 9);
    EXPECT("MW_OK", sync_range(map, 0, MW_WHOLE));
    EXPECT("0", dirty_pages(&file, 0, 5 * page));
    EXPECT("9", file_byte(&file, (int64_t)(4 * page)));
}

FILE_CASE("SYN-02", MAPWISE("SYN-02"), "after a sync of a range no change of the range waits to be written",
          "a commit of one record confirms what is still in memory")
{
    struct scratch_file file = scratch_file(5 * page);
    mw_map *map = clean_map(&file, 0);

    make_map_dirty(map, &file, 2 * page, page, 9);
    EXPECT("MW_OK", sync_range(map, 2 * page, page));
    EXPECT("0", dirty_pages(&file, (off_t)(2 * page), page));
}

FILE_CASE("SYN-03", MAPWISE("SYN-03"), "MW_WHOLE from an offset on reaches to the end of the map",
          "a commit to the end leaves out the last record")
{
    struct scratch_file file = scratch_file(5 * page);
    mw_map *map = clean_map(&file, 0);

    make_map_dirty(map, &file, 5 * page - 1, 1, 9);
    EXPECT("MW_OK", sync_range(map, 3 * page, MW_WHOLE));
    EXPECT("0", dirty_pages(&file, (off_t)(3 * page), 2 * page));
}

FILE_CASE("SYN-04", MAPWISE("SYN-04"), "a range that is not inside the map is refused and not cut to fit",
          "a wrong range is cut to fit, and the commit confirms less than was asked")
{
    struct scratch_file file = scratch_file(page + 10);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);

    EXPECT("MW_E_RANGE", sync_range(map, 0, page + 11));
    EXPECT("MW_E_RANGE", sync_range(map, page + 11, 0));
    EXPECT("MW_E_OVERFLOW", sync_range(map, UINT64_MAX - 5, 10));
    EXPECT("MW_OK", sync_range(map, 0, page + 10));
}

FILE_CASE("SYN-05", MAPWISE("SYN-05"), "offsets inside a page are aligned for the caller",
          "a record at an odd place must be aligned by hand, or is not written")
{
    struct scratch_file file = scratch_file(5 * page);
    mw_map *map = clean_map(&file, page + 3);

    make_map_dirty(map, &file, page + 7, 1, 9); /* in the file's page 2 */
    EXPECT("MW_OK", sync_range(map, page + 7, 1));
    EXPECT("0", dirty_pages(&file, (off_t)(2 * page), page));
    EXPECT("MW_OK", sync_range(map, 1, 2 * page));
    EXPECT("9", file_byte(&file, (int64_t)(2 * page + 10)));
}

FILE_CASE("SYN-06", MAPWISE("SYN-06"), "the length counts bytes: the last one of a range is written too",
          "a record whose last byte lies in the next page is torn by a power cut")
{
    struct scratch_file file = scratch_file(4 * page);
    mw_map *map = clean_map(&file, page - 1);

    make_map_dirty(map, &file, 2 * page + 1, 1, 9); /* the first byte of the file's last page */
    EXPECT("MW_OK", sync_range(map, 0, 2 * page + 2));
    EXPECT("0", dirty_pages(&file, (off_t)(3 * page), page));
}

FILE_CASE("SYN-07", MAPWISE("SYN-07"), "a sync of no bytes succeeds anywhere in the map and at its end",
          "a commit without changes is an error")
{
    struct scratch_file file = scratch_file(page + 10);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);

    EXPECT("MW_OK", sync_range(map, 0, 0));
    EXPECT("MW_OK", sync_range(map, 7, 0));
    EXPECT("MW_OK", sync_range(map, page + 10, 0));
    EXPECT("MW_OK", sync_range(map, page + 10, MW_WHOLE));
    EXPECT("MW_E_RANGE", sync_range(map, page + 11, MW_WHOLE));
}

FILE_CASE("SYN-08", MAPWISE("SYN-08"), "a sync of a COPY map succeeds and writes none of its changes",
          "a what-if session overwrites its source when it is closed")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map = library_map(&file, MW_ACCESS_COPY);

    SETUP(fsync(file.descriptor));
    EXPECT("MW_OK", set_byte(map, 0, 9));
    EXPECT("MW_OK", sync_range(map, 0, MW_WHOLE));
    EXPECT("1", file_byte(&file, 0));
    EXPECT("0", dirty_pages(&file, 0, page));
}

FILE_CASE("SYN-09", MAPWISE("SYN-09"),
          "each level from WAIT on writes everything, and unknown levels and flags are refused",
          "a stronger level writes less than a weaker one")
{
    static const mw_sync_level levels[] = {MW_SYNC_WAIT, MW_SYNC_DATA, MW_SYNC_BARRIER, MW_SYNC_FULL};
    struct scratch_file file = scratch_file(3 * page);
    mw_map *map = clean_map(&file, 0);

    EXPECT("MW_E_INVAL", answer(mw_sync(map, 0, page, (mw_sync_level)99, 0, &failure)));
    EXPECT("MW_E_INVAL", answer(mw_sync(map, 0, page, MW_SYNC_WAIT, 1, &failure)));
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        make_map_dirty(map, &file, 0, 3 * page, (int)i);
        EXPECT("MW_OK", answer(mw_sync(map, 0, MW_WHOLE, levels[i], 0, &failure)));
        EXPECT("0", dirty_pages(&file, 0, 3 * page));
    }
}

FILE_CASE("SYN-09.file", MAPWISE("SYN-09"),
          "the levels from DATA on write all of the file, also what write has changed outside the map",
          "a log written with write beside the map is not on the disk at commit")
{
    static const mw_sync_level levels[] = {MW_SYNC_DATA, MW_SYNC_BARRIER, MW_SYNC_FULL};
    struct scratch_file file = scratch_file(5 * page);
    const mw_map_options options = options_range(MW_ACCESS_WRITE, 0, 0, page);
    mw_map *map = library_map_with(&file, &options);

    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        make_map_dirty(library_map(&file, MW_ACCESS_WRITE), &file, 4 * page, page, 9);
        EXPECT("MW_OK", answer(mw_sync(map, 0, MW_WHOLE, levels[i], 0, &failure)));
        EXPECT("0", dirty_pages(&file, 0, 5 * page));
    }
}

FILE_CASE("SYN-09.async", MAPWISE("SYN-09"), "ASYNC and INVALIDATE succeed and lose no change",
          "a background flush undoes changes")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);

    EXPECT("MW_OK", set_byte(map, 0, 9));
    EXPECT("MW_OK", answer(mw_sync(map, 0, MW_WHOLE, MW_SYNC_ASYNC, 0, &failure)));
    EXPECT("MW_OK", answer(mw_sync(map, 0, MW_WHOLE, MW_SYNC_ASYNC, MW_SYNC_INVALIDATE, &failure)));
    EXPECT("MW_OK", answer(mw_sync(map, 0, MW_WHOLE, MW_SYNC_WAIT, MW_SYNC_INVALIDATE, &failure)));
    EXPECT("9", byte_at(map, 0));
    EXPECT("9", file_byte(&file, 0));
}

FILE_CASE("SYN-09.locked", MAPWISE("SYN-09"), "INVALIDATE of a locked page is refused as busy",
          "a locked page loses its newest contents")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);

    need_locks(page);
    SETUP(mlock(pinned(map, MW_PROT_READ), page));
    EXPECT("MW_E_BUSY", answer(mw_sync(map, 0, page, MW_SYNC_WAIT, MW_SYNC_INVALIDATE, &failure)));
    EXPECT("EBUSY", error_number(failure.os));
    EXPECT("MW_OK", answer(mw_sync(map, 0, page, MW_SYNC_WAIT, 0, &failure)));
}

FILE_CASE("SYN-10", MAPWISE("SYN-10"),
          "ASYNC with INVALIDATE is one request, and INVALIDATE is no less part of it",
          "a refresh that was asked for with a flush is quietly left out")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);

    EXPECT("MW_OK", set_byte(map, 0, 9));
    EXPECT("MW_OK", answer(mw_sync(map, 0, page, MW_SYNC_ASYNC, MW_SYNC_INVALIDATE, &failure)));
    EXPECT("9", file_byte(&file, 0));
    need_locks(page);
    EXPECT("MW_OK", answer(mw_lock(map, 0, page, 0, &failure)));
    EXPECT("MW_E_BUSY", answer(mw_sync(map, 0, page, MW_SYNC_ASYNC, MW_SYNC_INVALIDATE, &failure)));
    EXPECT("MW_OK", answer(mw_sync(map, 0, page, MW_SYNC_ASYNC, 0, &failure)));
}

FILE_CASE("SYN-11", MAPWISE("SYN-11"),
          "how much is waited for is one level; the system's own flags are not taken beside it",
          "flags of the system are mistaken for levels, and a commit does not wait")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    const uint32_t flags[] = {MS_SYNC, MS_ASYNC, MS_SYNC | MS_ASYNC, MS_INVALIDATE,
                              MW_SYNC_INVALIDATE | MS_SYNC};

    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        EXPECT("MW_E_INVAL", answer(mw_sync(map, 0, page, MW_SYNC_WAIT, flags[i], &failure)));
        EXPECT("MW_E_INVAL", answer(mw_sync(map, 0, page, MW_SYNC_ASYNC, flags[i], &failure)));
    }
    EXPECT("MW_E_INVAL", answer(mw_sync(map, 0, page, (mw_sync_level)(MW_SYNC_FULL + 1), 0, &failure)));
    EXPECT("MW_E_INVAL", answer(mw_sync(map, 0, page, (mw_sync_level)-1, 0, &failure)));
    EXPECT("MW_OK", answer(mw_sync(map, 0, page, MW_SYNC_WAIT, MW_SYNC_INVALIDATE, &failure)));
}

FILE_CASE("SYN-12", MAPWISE("SYN-12"),
          "the system is asked with the values of its own headers, one level by one flag",
          "a build with foreign headers turns each sync into something else")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);

    refuse_call_with(SYS_msync, 2, MS_SYNC, EIO);
    EXPECT("MW_E_OS", answer(mw_sync(map, 0, page, MW_SYNC_WAIT, 0, &failure)));
    EXPECT("MW_OK", answer(mw_sync(map, 0, page, MW_SYNC_ASYNC, 0, &failure)));
    EXPECT("MW_OK", answer(mw_sync(map, 0, page, MW_SYNC_WAIT, MW_SYNC_INVALIDATE, &failure)));
    refuse_call_with(SYS_msync, 2, MS_ASYNC, ENOSPC);
    EXPECT("MW_E_NOSPC", answer(mw_sync(map, 0, page, MW_SYNC_ASYNC, 0, &failure)));
    refuse_call_with(SYS_msync, 2, MS_SYNC | MS_INVALIDATE, EBUSY);
    EXPECT("MW_E_BUSY", answer(mw_sync(map, 0, page, MW_SYNC_WAIT, MW_SYNC_INVALIDATE, &failure)));
    EXPECT(number(MS_SYNC), number(CONSTANT(MS_SYNC)));
    EXPECT(number(MS_ASYNC), number(CONSTANT(MS_ASYNC)));
    EXPECT(number(MS_INVALIDATE), number(CONSTANT(MS_INVALIDATE)));
}

CASE("SYN-13", MAPWISE("SYN-13"), "anonymous memory can be synced at every level and keeps its contents",
     "a uniform shutdown that syncs all maps stops at memory")
{
    mw_map *map = library_anonymous(page, MW_ACCESS_DEFAULT);

    EXPECT("MW_OK", set_byte(map, 0, 9));
    EXPECT("MW_OK", sync_range(map, 0, MW_WHOLE));
    EXPECT("MW_OK", answer(mw_sync(map, 0, MW_WHOLE, MW_SYNC_FULL, 0, &failure)));
    EXPECT("MW_E_RANGE", sync_range(map, 0, page + 1));
    EXPECT("9", byte_at(map, 0));
}

FILE_CASE("SYN-15", MAPWISE("SYN-15"), "a closed map can't be synced", "a commit after closing is confirmed")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);

    EXPECT("MW_OK", sync_range(map, 0, MW_WHOLE));
    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
    EXPECT("MW_E_CLOSED", sync_range(map, 0, MW_WHOLE));
    EXPECT("MW_E_CLOSED", sync_range(map, 0, 0));
}

FILE_CASE("SYN-16", MAPWISE("SYN-16"), "unmapping without a sync loses no change",
          "a program that ends without a sync loses what the system would have kept")
{
    struct scratch_file file = scratch_file(2 * page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);

    EXPECT("MW_OK", set_byte(map, page, 9));
    EXPECT("MW_OK", answer(mw_free(map)));
    EXPECT("9", file_byte(&file, (int64_t)page));
    EXPECT("9", byte_at(library_map(&file, MW_ACCESS_READ), page));
}

static const char *read_by_path(void *path)
{
    mw_map *map;

    if (mw_map_file(&map, path, NULL, &failure) != MW_OK)
        return answer(failure.code);
    return byte_at(map, 3);
}

FILE_CASE("SYN-17", MAPWISE("SYN-17"), "another process that maps the file sees a change before any sync",
          "a reporting process shows figures from before the last sync")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);

    EXPECT("MW_OK", set_byte(map, 3, 9));
    EXPECT("9", in_child(read_by_path, file.path));
}

FILE_CASE("SYN-18", MAPWISE("SYN-18"), "a sync over pages that truncation has cut off succeeds",
          "a log that was rotated during a checkpoint makes the checkpoint fail")
{
    struct scratch_file file = scratch_file(3 * page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);

    EXPECT("MW_OK", set_byte(map, 0, 9));
    resize_file(&file, (off_t)page);
    EXPECT("MW_OK", sync_range(map, 0, MW_WHOLE));
    EXPECT("9", file_byte(&file, 0));
    EXPECT(number((int64_t)page), file_size(&file));
}

/* ---- failures ----------------------------------------------------------- */

FILE_CASE("SYN-19", MAPWISE("SYN-19"),
          "a write-back that fails is told with the system's code and the call that told it",
          "a failed disk is reported as success, or without a reason")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);

    EXPECT("MW_OK", answer(mw_sync(map, 0, page, MW_SYNC_FULL, 0, &failure)));
    refuse_call(SYS_fsync, EIO);
    EXPECT("MW_E_OS", answer(mw_sync(map, 0, page, MW_SYNC_FULL, 0, &failure)));
    EXPECT("fsync", failure.op);
    EXPECT("MW_OK", answer(mw_sync(map, 0, page, MW_SYNC_DATA, 0, &failure)));
    refuse_call(SYS_fdatasync, ENOSPC);
    EXPECT("MW_E_NOSPC", answer(mw_sync(map, 0, page, MW_SYNC_DATA, 0, &failure)));
    EXPECT("fdatasync", failure.op);
    EXPECT("MW_OK", answer(mw_sync(map, 0, page, MW_SYNC_WAIT, 0, &failure)));
    refuse_call(SYS_msync, EIO);
    EXPECT("MW_E_OS", answer(mw_sync(map, 0, page, MW_SYNC_WAIT, 0, &failure)));
    EXPECT("EIO", error_number(failure.os));
    EXPECT("msync", failure.op);
    EXPECT("MW_E_OS", answer(mw_sync(map, 0, page, MW_SYNC_FULL, 0, &failure)));
    EXPECT("msync", failure.op);
}

CASE("SYN-19.device", MAPWISE("SYN-19"), "a device that stops writing is told by the sync that finds out",
     "a dead disk is noticed after thousands of confirmed transactions", .needs = NEED_ROOT | NEED_INVASIVE,
     .since = KERNEL(5, 8))
{
    const mw_map_options options = options_range(MW_ACCESS_WRITE, 0, 0, 4 * page);
    const int memory = (int)SETUP(memfd_create("case", MFD_ALLOW_SEALING));
    mw_map *map;

    SETUP(ftruncate(memory, (off_t)(16 * page)));
    const int device = loop_device(memory).descriptor;
    EXPECT("MW_OK", answer(mw_map_fd(&map, device, &options, &failure)));
    EXPECT("MW_OK", set_byte(map, 5, 9));
    EXPECT("MW_OK", sync_range(map, 0, MW_WHOLE));
    EXPECT("9", file_byte(&(struct scratch_file){.descriptor = memory}, 5));
    SETUP(fcntl(memory, F_ADD_SEALS, F_SEAL_WRITE));
    EXPECT("MW_OK", set_byte(map, 5, 8));
    EXPECT("MW_E_OS", sync_range(map, 0, MW_WHOLE));
    EXPECT("EIO", error_number(failure.os));
    EXPECT("9", file_byte(&(struct scratch_file){.descriptor = memory}, 5));
}

/* ---- defects that others have ------------------------------------------- */

FILE_CASE("DF-13", MAPWISE("DF-13"),
          "a sync may begin at any byte, also with a length that is no multiple of anything",
          "a binding for a language without pages cannot commit one record")
{
    struct scratch_file file = scratch_file(3 * page);
    mw_map *map = clean_map(&file, 0);

    make_map_dirty(map, &file, 0, 2 * page, 9);
    EXPECT("MW_OK", sync_range(map, 1, page));
    EXPECT("0", dirty_pages(&file, 0, 2 * page));
    make_map_dirty(map, &file, 2 * page, page, 9);
    EXPECT("MW_OK", sync_range(map, 3 * page - 1, 1));
    EXPECT("0", dirty_pages(&file, (off_t)(2 * page), page));
}

FILE_CASE("DF-14", MAPWISE("DF-14"),
          "a level that waits returns when all of the file's pages have been written, however many there are",
          "a large checkpoint is confirmed with its last pages still on their way")
{
    static const mw_sync_level levels[] = {MW_SYNC_WAIT, MW_SYNC_DATA, MW_SYNC_BARRIER, MW_SYNC_FULL};
    const size_t length = 128 * page;
    struct scratch_file file = scratch_file(length);
    mw_map *map = clean_map(&file, 0);

    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        make_map_dirty(map, &file, 0, length, (int)i);
        EXPECT("MW_OK", answer(mw_sync(map, 0, MW_WHOLE, levels[i], 0, &failure)));
        EXPECT("0", dirty_pages(&file, 0, length)); /* nor is any on its way */
    }
}

FILE_CASE("DF-16", MAPWISE("DF-16"),
          "a sync from an odd offset to the end writes, and one whose length alone would fit is refused",
          "a commit from the middle of a page writes nothing, or what lies behind the map")
{
    struct scratch_file file = scratch_file(3 * page);
    mw_map *map = clean_map(&file, 0);

    make_map_dirty(map, &file, page, 2 * page, 9);
    EXPECT("MW_OK", sync_range(map, page + 1, MW_WHOLE));
    EXPECT("0", dirty_pages(&file, (off_t)page, 2 * page));
    EXPECT("MW_E_RANGE", sync_range(map, page, 3 * page));
    EXPECT("MW_E_RANGE", sync_range(map, 1, 3 * page));
    EXPECT("MW_E_OVERFLOW", sync_range(map, page, UINT64_MAX - page + 1));
    EXPECT("MW_OK", sync_range(map, 1, 3 * page - 1));
}
