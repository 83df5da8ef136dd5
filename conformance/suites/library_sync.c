/* The library: writing changes back. What is still to be written is told by the page cache. */
#include "library.h"

SUITE("library", "what libmapwise promises");

/* A WRITE map of a file without anything that waits to be written. */
static mw_map *clean_map(const struct scratch_file *file, uint64_t offset)
{
    const mw_map_options options = options_range(MW_ACCESS_WRITE, 0, offset, MW_WHOLE);

    SETUP(fsync(file->descriptor));
    return library_map_with(file, &options);
}

static const char *sync_range(mw_map *map, uint64_t offset, uint64_t length)
{
    return answer(mw_sync(map, offset, length, MW_SYNC_WAIT, 0, &failure));
}

FILE_CASE("SYN-01", MAPWISE("SYN-01"), "after a sync of the whole map nothing waits to be written")
{
    struct scratch_file file = scratch_file(5 * page);
    mw_map *map = clean_map(&file, 0);

    EXPECT("MW_OK", set_byte(map, 0, 9));
    EXPECT("MW_OK", set_byte(map, 5 * page - 1, 9));
    EXPECT("MW_OK", sync_range(map, 0, MW_WHOLE));
    EXPECT("0", dirty_pages(&file, 0, 5 * page));
}

FILE_CASE("SYN-02", MAPWISE("SYN-02"), "after a sync of a range no change of the range waits to be written")
{
    struct scratch_file file = scratch_file(5 * page);
    mw_map *map = clean_map(&file, 0);

    EXPECT("MW_OK", set_byte(map, 2 * page, 9));
    EXPECT("MW_OK", sync_range(map, 2 * page, page));
    EXPECT("0", dirty_pages(&file, (off_t)(2 * page), page));
}

FILE_CASE("SYN-03", MAPWISE("SYN-03"), "MW_WHOLE from an offset on reaches to the end of the map")
{
    struct scratch_file file = scratch_file(5 * page);
    mw_map *map = clean_map(&file, 0);

    EXPECT("MW_OK", set_byte(map, 5 * page - 1, 9));
    EXPECT("MW_OK", sync_range(map, 3 * page, MW_WHOLE));
    EXPECT("0", dirty_pages(&file, (off_t)(3 * page), 2 * page));
}

FILE_CASE("SYN-04", MAPWISE("SYN-04"), "a range that is not inside the map is refused and not cut to fit")
{
    struct scratch_file file = scratch_file(page + 10);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);

    EXPECT("MW_E_RANGE", sync_range(map, 0, page + 11));
    EXPECT("MW_E_RANGE", sync_range(map, page + 11, 0));
    EXPECT("MW_E_OVERFLOW", sync_range(map, UINT64_MAX - 5, 10));
    EXPECT("MW_OK", sync_range(map, 0, page + 10));
}

FILE_CASE("SYN-05", MAPWISE("SYN-05"), "offsets inside a page are aligned for the caller")
{
    struct scratch_file file = scratch_file(5 * page);
    mw_map *map = clean_map(&file, page + 3);

    EXPECT("MW_OK", set_byte(map, page + 7, 9)); /* in the file's page 2 */
    EXPECT("MW_OK", sync_range(map, page + 7, 1));
    EXPECT("0", dirty_pages(&file, (off_t)(2 * page), page));
    EXPECT("MW_OK", sync_range(map, 1, 2 * page));
    EXPECT("9", file_byte(&file, (int64_t)(2 * page + 10)));
}

FILE_CASE("SYN-06", MAPWISE("SYN-06"), "the length counts bytes: the last one of a range is written too")
{
    struct scratch_file file = scratch_file(4 * page);
    mw_map *map = clean_map(&file, page - 1);

    EXPECT("MW_OK", set_byte(map, 2 * page + 1, 9)); /* the first byte of the file's last page */
    EXPECT("MW_OK", sync_range(map, 0, 2 * page + 2));
    EXPECT("0", dirty_pages(&file, (off_t)(3 * page), page));
}

FILE_CASE("SYN-07", MAPWISE("SYN-07"), "a sync of no bytes succeeds anywhere in the map and at its end")
{
    struct scratch_file file = scratch_file(page + 10);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);

    EXPECT("MW_OK", sync_range(map, 0, 0));
    EXPECT("MW_OK", sync_range(map, 7, 0));
    EXPECT("MW_OK", sync_range(map, page + 10, 0));
    EXPECT("MW_OK", sync_range(map, page + 10, MW_WHOLE));
    EXPECT("MW_E_RANGE", sync_range(map, page + 11, MW_WHOLE));
}

FILE_CASE("SYN-08", MAPWISE("SYN-08"), "a sync of a COPY map succeeds and writes none of its changes")
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
          "each level from WAIT on writes everything, and unknown levels and flags are refused")
{
    static const mw_sync_level levels[] = {MW_SYNC_WAIT, MW_SYNC_DATA, MW_SYNC_BARRIER, MW_SYNC_FULL};
    struct scratch_file file = scratch_file(3 * page);
    mw_map *map = clean_map(&file, 0);

    EXPECT("MW_E_INVAL", answer(mw_sync(map, 0, page, (mw_sync_level)99, 0, &failure)));
    EXPECT("MW_E_INVAL", answer(mw_sync(map, 0, page, MW_SYNC_WAIT, 1, &failure)));
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        EXPECT("MW_OK", set_byte(map, page, (int)i));
        EXPECT("MW_OK", answer(mw_sync(map, 0, MW_WHOLE, levels[i], 0, &failure)));
        EXPECT("0", dirty_pages(&file, 0, 3 * page));
    }
}

FILE_CASE("SYN-09.file", MAPWISE("SYN-09"),
          "the levels from DATA on write all of the file, also what write has changed outside the map")
{
    static const mw_sync_level levels[] = {MW_SYNC_DATA, MW_SYNC_BARRIER, MW_SYNC_FULL};
    struct scratch_file file = scratch_file(5 * page);
    const mw_map_options options = options_range(MW_ACCESS_WRITE, 0, 0, page);
    mw_map *map = library_map_with(&file, &options);

    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        write_file(&file, (off_t)(4 * page), 9);
        EXPECT("MW_OK", answer(mw_sync(map, 0, MW_WHOLE, levels[i], 0, &failure)));
        EXPECT("0", dirty_pages(&file, 0, 5 * page));
    }
}

FILE_CASE("SYN-09.async", MAPWISE("SYN-09"), "ASYNC and INVALIDATE succeed and lose no change")
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

FILE_CASE("SYN-09.locked", MAPWISE("SYN-09"), "INVALIDATE of a locked page is refused as busy")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);

    need_lockable(page);
    SETUP(mlock(pinned(map, MW_PROT_READ), page));
    if (strcmp(status_pages("VmLck"), "0") == 0)
        unsupported("mlock locks nothing here, as under AddressSanitizer");
    EXPECT("MW_E_BUSY", answer(mw_sync(map, 0, page, MW_SYNC_WAIT, MW_SYNC_INVALIDATE, &failure)));
    EXPECT("EBUSY", error_number(failure.os));
    EXPECT("MW_OK", answer(mw_sync(map, 0, page, MW_SYNC_WAIT, 0, &failure)));
}

CASE("SYN-13", MAPWISE("SYN-13"), "anonymous memory can be synced at every level and keeps its contents")
{
    mw_map *map = library_anonymous(page, MW_ACCESS_DEFAULT);

    EXPECT("MW_OK", set_byte(map, 0, 9));
    EXPECT("MW_OK", sync_range(map, 0, MW_WHOLE));
    EXPECT("MW_OK", answer(mw_sync(map, 0, MW_WHOLE, MW_SYNC_FULL, 0, &failure)));
    EXPECT("MW_E_RANGE", sync_range(map, 0, page + 1));
    EXPECT("9", byte_at(map, 0));
}

FILE_CASE("SYN-15", MAPWISE("SYN-15"), "a closed map can't be synced")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);

    EXPECT("MW_OK", sync_range(map, 0, MW_WHOLE));
    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
    EXPECT("MW_E_CLOSED", sync_range(map, 0, MW_WHOLE));
    EXPECT("MW_E_CLOSED", sync_range(map, 0, 0));
}

FILE_CASE("SYN-16", MAPWISE("SYN-16"), "unmapping without a sync loses no change")
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

FILE_CASE("SYN-17", MAPWISE("SYN-17"), "another process that maps the file sees a change before any sync")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);

    EXPECT("MW_OK", set_byte(map, 3, 9));
    EXPECT("9", in_child(read_by_path, file.path));
}

FILE_CASE("SYN-18", MAPWISE("SYN-18"), "a sync over pages that truncation has cut off succeeds")
{
    struct scratch_file file = scratch_file(3 * page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);

    EXPECT("MW_OK", set_byte(map, 0, 9));
    resize_file(&file, (off_t)page);
    EXPECT("MW_OK", sync_range(map, 0, MW_WHOLE));
    EXPECT("9", file_byte(&file, 0));
    EXPECT(number((int64_t)page), file_size(&file));
}
