/* The library: longer, shorter, another part of the file, and pages that stay in memory. */
#include "library.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

SUITE("library", "what libmapwise promises");

static const char *resized(mw_map *map, uint64_t length, uint32_t flags)
{
    return answer(mw_resize(map, length, flags, &failure));
}

static const char *length_of(const mw_map *map)
{
    return number((int64_t)mw_length(map));
}

/* Puts something right behind the map, so that it can't grow where it is. */
static void obstruct(const mw_map *map)
{
    char *behind = (char *)(uintptr_t)info_of(map).base + info_of(map).mapped_length;

    if (mmap(behind, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) ==
            MAP_FAILED &&
        errno != EEXIST)
        setup_failed("mmap: %s", strerror(errno));
}

static const char *stale(const mw_map *map, uint64_t generation)
{
    return info_of(map).generation == generation ? "current" : "stale";
}

FILE_CASE("RSZ-01", MAPWISE("RSZ-01"),
          "a map that grows takes its file along; old bytes stay, new ones are zero",
          "an append-only store loses old records, or begins a new one in rubbish")
{
    struct scratch_file file = scratch_file(page + 100);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);

    EXPECT("MW_OK", resized(map, 5 * page + 7, MW_RESIZE_MAY_MOVE));
    EXPECT(number((int64_t)(5 * page + 7)), length_of(map));
    EXPECT(number((int64_t)(5 * page + 7)), file_size(&file));
    EXPECT("1", byte_at(map, 0));
    EXPECT("2", byte_at(map, page + 99));
    EXPECT("0", byte_at(map, page + 100));
    EXPECT("0", byte_at(map, 5 * page + 6));
    EXPECT("MW_E_RANGE", byte_at(map, 5 * page + 7));
    EXPECT("MW_OK", set_byte(map, 5 * page + 6, 9));
    EXPECT("9", file_byte(&file, (int64_t)(5 * page + 6)));
}

FILE_CASE("RSZ-02", MAPWISE("RSZ-02"),
          "a map that shrinks cuts its file off; what was behind can't be reached",
          "a record that was deleted at the end can still be read")
{
    struct scratch_file file = scratch_file(5 * page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    const char *base = info_of(map).base;

    EXPECT("MW_OK", resized(map, page + 10, 0));
    EXPECT(number((int64_t)(page + 10)), length_of(map));
    EXPECT(number((int64_t)(page + 10)), file_size(&file));
    EXPECT("2", byte_at(map, page + 9));
    EXPECT("MW_E_RANGE", byte_at(map, page + 10));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(base + 2 * page));
}

FILE_CASE("RSZ-02.regrown", MAPWISE("RSZ-02"), "what was cut off is zero when the map grows over it again",
          "a deleted record is back after the next growth")
{
    struct scratch_file file = scratch_file(3 * page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);

    EXPECT("MW_OK", resized(map, 10, 0));
    EXPECT("MW_OK", resized(map, 3 * page, MW_RESIZE_MAY_MOVE));
    EXPECT("1", byte_at(map, 9));
    EXPECT("0", byte_at(map, 10));
    EXPECT("0", byte_at(map, 2 * page));
}

FILE_CASE("RSZ-03", MAPWISE("RSZ-03"), "with an offset the file ends at the offset and the new length",
          "enlarging a window cuts the file at the wrong place")
{
    struct scratch_file file = scratch_file(3 * page);
    const mw_map_options options = options_range(MW_ACCESS_WRITE, 0, page + 5, MW_WHOLE);
    mw_map *map = library_map_with(&file, &options);

    EXPECT("MW_OK", resized(map, 4 * page, MW_RESIZE_MAY_MOVE));
    EXPECT(number((int64_t)(5 * page + 5)), file_size(&file));
    EXPECT("2", byte_at(map, 0));
    EXPECT("MW_OK", set_byte(map, 4 * page - 1, 9));
    EXPECT("9", file_byte(&file, (int64_t)(5 * page + 4)));
    EXPECT("MW_OK", resized(map, 3, 0));
    EXPECT(number((int64_t)(page + 8)), file_size(&file));
    EXPECT("2", byte_at(map, 2));
}

FILE_CASE("RSZ-03.behind", MAPWISE("RSZ-03"), "bytes that the file has behind the map are never cut off",
          "making a window smaller destroys all that the file has behind it")
{
    struct scratch_file file = scratch_file(5 * page);
    const mw_map_options options = options_range(MW_ACCESS_WRITE, 0, 0, 2 * page);
    mw_map *map = library_map_with(&file, &options);

    EXPECT("MW_OK", resized(map, page, 0));
    EXPECT(number((int64_t)(5 * page)), file_size(&file));
    EXPECT("MW_OK", resized(map, 3 * page, MW_RESIZE_MAY_MOVE));
    EXPECT(number((int64_t)(5 * page)), file_size(&file));
    EXPECT("3", byte_at(map, 2 * page));
}

FILE_CASE("RSZ-04", MAPWISE("RSZ-04"), "a pinned map keeps its size, and the file too",
          "a buffer moves while somebody writes into it")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    char *bytes = pinned(map, MW_PROT_READ);

    EXPECT("MW_E_BUSY", resized(map, 3 * page, MW_RESIZE_MAY_MOVE));
    EXPECT("MW_E_BUSY", resized(map, 1, MW_RESIZE_MAY_MOVE));
    EXPECT(number((int64_t)page), file_size(&file));
    EXPECT("MW_OK", mw_error_name(mw_unpin(map, bytes)));
    EXPECT("MW_OK", resized(map, 3 * page, MW_RESIZE_MAY_MOVE));
}

FILE_CASE("RSZ-05", MAPWISE("RSZ-05"), "a READ map and a COPY map of a file can't be resized",
          "closing a read-only view properly truncates an archive")
{
    struct scratch_file file = scratch_file(2 * page);

    EXPECT("MW_E_RDONLY", resized(library_map(&file, MW_ACCESS_READ), page, MW_RESIZE_MAY_MOVE));
    EXPECT("MW_E_RDONLY", resized(library_map(&file, MW_ACCESS_COPY), page, MW_RESIZE_MAY_MOVE));
    EXPECT(number((int64_t)(2 * page)), file_size(&file));
    EXPECT("MW_OK", resized(library_map(&file, MW_ACCESS_WRITE), page, MW_RESIZE_MAY_MOVE));
}

FILE_CASE("RSZ-06", MAPWISE("RSZ-06"), "a length that does not fit is refused before anything happens",
          "a wrapped size cuts a database to almost nothing")
{
    struct scratch_file file = scratch_file(2 * page);
    const mw_map_options options = options_range(MW_ACCESS_WRITE, 0, page, MW_WHOLE);
    mw_map *map = library_map_with(&file, &options);

    EXPECT("MW_E_OVERFLOW", resized(map, UINT64_MAX - 1, MW_RESIZE_MAY_MOVE));
    EXPECT("MW_E_OVERFLOW", resized(map, INT64_MAX, MW_RESIZE_MAY_MOVE));
    EXPECT("MW_E_INVAL", resized(map, MW_WHOLE, MW_RESIZE_MAY_MOVE));
    EXPECT("MW_E_INVAL", resized(map, page, 1u << 31));
    EXPECT(number((int64_t)(2 * page)), file_size(&file));
    EXPECT(number((int64_t)page), length_of(map));
    EXPECT("MW_OK", resized(map, page + 1, MW_RESIZE_MAY_MOVE));
}

FILE_CASE("RSZ-07", MAPWISE("RSZ-07"),
          "resized to nothing a map is empty, its file ends at the offset, and it can grow again",
          "a log that was emptied cannot be used again")
{
    struct scratch_file file = scratch_file(3 * page);
    const mw_map_options options = options_range(MW_ACCESS_WRITE, 0, 5, MW_WHOLE);
    mw_map *map = library_map_with(&file, &options);

    EXPECT("MW_OK", resized(map, 0, 0));
    EXPECT("5", file_size(&file));
    EXPECT("0", length_of(map));
    EXPECT("MW_E_RANGE", byte_at(map, 0));
    EXPECT("MW_OK", resized(map, page, MW_RESIZE_MAY_MOVE));
    EXPECT(number((int64_t)page + 5), file_size(&file));
    EXPECT("0", byte_at(map, 0));
    EXPECT("1", file_byte(&file, 4));
}

FILE_CASE("DF-7", MAPWISE("DF-7"), "the file is never destroyed by a resize that fails",
          "a lack of memory costs the contents of a file")
{
    struct scratch_file file = scratch_file(3 * page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    struct rlimit space;

    SETUP(getrlimit(RLIMIT_AS, &space));
    obstruct(map);
    EXPECT("MW_E_NOMEM", resized(map, 8 * page, 0));
    EXPECT(number((int64_t)(3 * page)), file_size(&file));
    EXPECT(number((int64_t)(3 * page)), length_of(map));
    EXPECT("3", byte_at(map, 2 * page));
    space.rlim_cur = 1;
    SETUP(setrlimit(RLIMIT_AS, &space));
    EXPECT("MW_E_NOMEM", resized(map, 64 * page, MW_RESIZE_MAY_MOVE));
    EXPECT(number((int64_t)(3 * page)), file_size(&file));
    EXPECT("1", byte_at(map, 0));
}

FILE_CASE("RSZ-08", MAPWISE("RSZ-08"), "a resize that the file refuses leaves everything as it was",
          "after a refused growth map and file disagree about their length")
{
    struct scratch_file file = scratch_file(2 * page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    const struct rlimit limit = {3 * page, 3 * page};
    const uint64_t generation = info_of(map).generation;

    SETUP(setrlimit(RLIMIT_FSIZE, &limit));
    EXPECT("MW_E_LIMIT", resized(map, 3 * page + 1, MW_RESIZE_MAY_MOVE));
    EXPECT(number((int64_t)(2 * page)), file_size(&file));
    EXPECT(number((int64_t)(2 * page)), length_of(map));
    EXPECT("current", stale(map, generation));
    EXPECT("2", byte_at(map, page));
    EXPECT("MW_OK", resized(map, 3 * page, MW_RESIZE_MAY_MOVE));
}

static void grow_and_look(mw_map *map, uint64_t length)
{
    EXPECT("MW_OK", set_byte(map, 0, 7));
    EXPECT("MW_OK", set_byte(map, page + 1, 8));
    EXPECT("MW_OK", resized(map, length, MW_RESIZE_MAY_MOVE));
    EXPECT(number((int64_t)length), length_of(map));
    EXPECT("7", byte_at(map, 0));
    EXPECT("8", byte_at(map, page + 1));
    EXPECT("0", byte_at(map, page + 2));
    EXPECT("0", byte_at(map, length - 1));
}

CASE("RSZ-10", MAPWISE("RSZ-10"),
     "private memory grows with zeros and shrinks, and what it lost is zero again",
     "a growing buffer shows data that was erased from it")
{
    mw_map *map = library_anonymous(page + 2, MW_ACCESS_COPY);

    grow_and_look(map, 9 * page);
    EXPECT("MW_OK", resized(map, 1, 0));
    EXPECT("MW_OK", resized(map, 2 * page, MW_RESIZE_MAY_MOVE));
    EXPECT("7", byte_at(map, 0));
    EXPECT("0", byte_at(map, 1));
    EXPECT("0", byte_at(map, page + 1));
}

CASE("RSZ-10.protected", MAPWISE("RSZ-10"),
     "what private memory lost is zero again also where it could not be written",
     "erased secrets come back from behind a read-only page")
{
    mw_map *map = library_anonymous(page, MW_ACCESS_COPY);

    EXPECT("MW_OK", set_byte(map, 1, 8));
    EXPECT("MW_OK", answer(mw_protect(map, 0, MW_WHOLE, MW_PROT_READ, &failure)));
    EXPECT("MW_OK", resized(map, 1, 0));
    EXPECT("MW_OK", resized(map, 2, 0));
    EXPECT("0", byte_at(map, 1));
    EXPECT("MW_E_RDONLY", set_byte(map, 1, 8));
    EXPECT("r--p", permissions(info_of(map).base));
}

static const char *write_in_new_part(void *map)
{
    set_byte(map, 3 * page, 5);
    return byte_at(map, 0);
}

CASE("RSZ-11", MAPWISE("RSZ-11"), "shared memory grows, can be used there, and stays shared",
     "a shared queue that grows splits into one for each process")
{
    mw_map *map = library_anonymous(page + 2, MW_ACCESS_DEFAULT);

    grow_and_look(map, 5 * page);
    EXPECT("7", in_child(write_in_new_part, map));
    EXPECT("5", byte_at(map, 3 * page));
}

CASE("DF-8", MAPWISE("DF-8"),
     "shared memory that has no file to grow in is refused, instead of growing into SIGBUS",
     "a shared buffer grows without complaint and kills its first user")
{
    const mw_map_options options = options_for(MW_ACCESS_WRITE, MW_F_NO_TRACK);
    mw_map *map;

    SETUP(mw_map_anon(&map, page, &options, NULL));
    EXPECT("MW_E_INVAL", resized(map, 2 * page, MW_RESIZE_MAY_MOVE));
    EXPECT(number((int64_t)page), length_of(map));
    EXPECT("MW_OK", set_byte(map, page - 1, 9));
    grow_and_look(library_anonymous(page + 2, MW_ACCESS_WRITE), 3 * page);
}

static const char *shrink_to_one_page(void *map)
{
    return resized(map, page, 0);
}

CASE("RSZ-12", MAPWISE("RSZ-12"),
     "shared memory shrinks, for the children too, and what it lost is zero again",
     "a worker goes on reading jobs that were withdrawn")
{
    mw_map *map = library_anonymous(4 * page, MW_ACCESS_DEFAULT);

    EXPECT("MW_OK", set_byte(map, 3 * page, 9));
    const char *bytes = info_of(map).base;
    EXPECT("MW_OK", in_child(shrink_to_one_page, map)); /* of two processes either may */
    EXPECT("SIGBUS BUS_ADRERR exact", load(&bytes[3 * page]));
    EXPECT("MW_OK", resized(map, page, 0));
    EXPECT("MW_E_RANGE", byte_at(map, 3 * page));
    EXPECT("MW_OK", resized(map, 4 * page, MW_RESIZE_MAY_MOVE));
    EXPECT("0", byte_at(map, 3 * page));
}

FILE_CASE("RSZ-09", MAPWISE("RSZ-09"), "cursors stay where they are when the map grows, moves or shrinks",
          "a parser in the middle of a file loses its place when the file grows")
{
    struct scratch_file file = scratch_file(2 * page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    mw_cursor cursor;
    unsigned char byte = 0;
    size_t got;

    SETUP(mw_cursor_make(&cursor, map, NULL));
    SETUP(mw_cursor_seek(NULL, &cursor, (int64_t)page, MW_SEEK_SET, NULL));
    obstruct(map);
    EXPECT("MW_OK", resized(map, 9 * page, MW_RESIZE_MAY_MOVE));
    EXPECT(number((int64_t)page), number((int64_t)cursor.position));
    EXPECT("MW_OK", answer(mw_cursor_read(&got, &byte, &cursor, 1, &failure)));
    EXPECT("2", number(byte));
    EXPECT("MW_OK", resized(map, 5, 0));
    EXPECT(number((int64_t)page + 1), number((int64_t)cursor.position));
    EXPECT("MW_OK", answer(mw_cursor_read(&got, &byte, &cursor, 1, &failure)));
    EXPECT("0", number((int64_t)got));
}

FILE_CASE("RSZ-23", MAPWISE("RSZ-23"), "what is behind the new end is out of range for every call",
          "some call still reaches the pages that were given back")
{
    struct scratch_file file = scratch_file(2 * page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    mw_cursor cursor;
    uint64_t offset;
    void *bytes;

    SETUP(mw_cursor_make(&cursor, map, NULL));
    EXPECT("MW_OK", resized(map, 10, 0));
    EXPECT("MW_E_RANGE", byte_at(map, 10));
    EXPECT("MW_E_RANGE", set_byte(map, page, 9));
    EXPECT("MW_E_RANGE", answer(mw_index(&offset, map, 10, &failure)));
    EXPECT("MW_E_RANGE", answer(mw_index(&offset, map, -11, &failure)));
    EXPECT("MW_E_RANGE", answer(mw_cursor_seek(NULL, &cursor, 11, MW_SEEK_SET, &failure)));
    EXPECT("MW_E_RANGE", answer(mw_pin(&bytes, map, 0, 11, 0, &failure)));
    EXPECT("MW_E_RANGE", answer(mw_fill(map, 0, 11, 9, &failure)));
    EXPECT("MW_E_RANGE", answer(mw_move(map, 0, 1, 10, &failure)));
    EXPECT("MW_E_RANGE", answer(mw_protect(map, 0, 11, MW_PROT_READ, &failure)));
    EXPECT("MW_E_RANGE", answer(mw_sync(map, 0, 11, MW_SYNC_WAIT, 0, &failure)));
    EXPECT("MW_E_RANGE", answer(mw_advise(map, 0, 11, MW_ADVICE_NORMAL, 0, &failure)));
    EXPECT("MW_OK", answer(mw_index(&offset, map, -10, &failure)));
    EXPECT("1", byte_at(map, 9));
}

FILE_CASE("RSZ-13", MAPWISE("RSZ-13"), "a map that kept no descriptor can't be resized",
          "a map seems to have shrunk while its file is as long as before")
{
    struct scratch_file file = scratch_file(2 * page);
    const mw_map_options untracked = options_for(MW_ACCESS_WRITE, MW_F_NO_TRACK);

    EXPECT("MW_E_INVAL", resized(library_map_with(&file, &untracked), page, MW_RESIZE_MAY_MOVE));
    EXPECT(number((int64_t)(2 * page)), file_size(&file));
    EXPECT("MW_OK", resized(library_map(&file, MW_ACCESS_WRITE), page, MW_RESIZE_MAY_MOVE));
}

CASE("RSZ-14", MAPWISE("RSZ-14"),
     "memory whose pages the system treats in parts moves too, with its contents, rights and guards",
     "a heap with guards inside is halved, or unguarded, by growing")
{
    mw_map *map = library_anonymous(4 * page, MW_ACCESS_COPY);

    for (int i = 0; i < 4; i++)
        EXPECT("MW_OK", set_byte(map, (uint64_t)i * page, i + 1));
    EXPECT("MW_OK", answer(mw_protect(map, page, page, MW_PROT_READ, &failure)));
    EXPECT("MW_OK", answer(mw_protect(map, 2 * page, page, MW_PROT_NONE, &failure)));
    obstruct(map);
    const char *before = info_of(map).base;
    EXPECT("MW_OK", resized(map, 64 * page, MW_RESIZE_MAY_MOVE));
    EXPECT("elsewhere", placed(info_of(map).base, before));
    EXPECT("1", byte_at(map, 0));
    EXPECT("MW_E_RDONLY", set_byte(map, page, 9));
    EXPECT("MW_E_ACCESS", byte_at(map, 2 * page));
    const char *base = info_of(map).base;
    EXPECT("r--p", permissions(base + page));
    EXPECT("---p", permissions(base + 2 * page));
    EXPECT("MW_OK", answer(mw_protect(map, 2 * page, page, MW_PROT_READ, &failure)));
    EXPECT("3", byte_at(map, 2 * page));
    EXPECT("4", byte_at(map, 3 * page));
    EXPECT("0", byte_at(map, 4 * page));
    EXPECT("nothing", permissions(before));
}

FILE_CASE("RSZ-14.file", MAPWISE("RSZ-14"), "a map of a file whose pages have different rights moves too",
          "a file with a sealed header cannot grow, or loses its seal")
{
    struct scratch_file file = scratch_file(4 * page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);

    EXPECT("MW_OK", answer(mw_protect(map, 0, page, MW_PROT_READ, &failure)));
    obstruct(map);
    EXPECT("MW_OK", resized(map, 64 * page, MW_RESIZE_MAY_MOVE));
    EXPECT("MW_E_RDONLY", set_byte(map, 0, 9));
    EXPECT("r--s", permissions(info_of(map).base));
    EXPECT("MW_OK", set_byte(map, 63 * page, 9));
    EXPECT("9", file_byte(&file, (int64_t)(63 * page)));
    EXPECT("2", byte_at(map, page));
}

FILE_CASE("RSZ-20", MAPWISE("RSZ-20"), "a map can be resized when the caller's descriptor is long closed",
          "a map made by a helper function can never be enlarged")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);

    SETUP(close(file.descriptor));
    EXPECT("MW_OK", resized(map, 3 * page, MW_RESIZE_MAY_MOVE));
    EXPECT("MW_OK", set_byte(map, 3 * page - 1, 9));
    file.descriptor = open(file.path, O_RDONLY);
    EXPECT("9", file_byte(&file, (int64_t)(3 * page - 1)));
}

FILE_CASE("RSZ-21", MAPWISE("RSZ-21"), "a map moves only if it may, and then its generation tells",
          "a program that checks the generation uses old pointers all the same")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    const uint64_t generation = info_of(map).generation;
    const void *base = info_of(map).base;

    obstruct(map);
    EXPECT("MW_E_NOMEM", resized(map, 4 * page, 0));
    EXPECT("current", stale(map, generation));
    EXPECT("exact", placed(info_of(map).base, base));
    EXPECT("MW_OK", resized(map, 4 * page, MW_RESIZE_MAY_MOVE));
    EXPECT("stale", stale(map, generation));
    EXPECT("elsewhere", placed(info_of(map).base, base));
    EXPECT("nothing|rw-p", permissions(base)); /* malloc may have come there */
}

FILE_CASE("RSZ-22", MAPWISE("RSZ-22"),
          "a map grows within the space it has reserved without moving, whatever is around it",
          "a store with pointers into its map cannot grow without patching all of them")
{
    struct scratch_file file = scratch_file(page + 5);
    mw_map_options options = options_for(MW_ACCESS_WRITE, 0);

    options.reserve = 100 * page;
    mw_map *map = library_map_with(&file, &options);
    const char *base = info_of(map).base;
    const uint64_t generation = info_of(map).generation;
    EXPECT(number((int64_t)(100 * page)), number((int64_t)info_of(map).reserved));
    EXPECT("SIGSEGV SEGV_ACCERR exact", load(base + 2 * page));
    EXPECT("MW_OK", resized(map, 50 * page, 0));
    EXPECT("MW_OK", resized(map, 100 * page, 0));
    EXPECT("exact", placed(info_of(map).base, base));
    EXPECT("current", stale(map, generation));
    EXPECT("MW_OK", set_byte(map, 100 * page - 1, 9));
    EXPECT("9", file_byte(&file, (int64_t)(100 * page - 1)));
    EXPECT("2", byte_at(map, page + 4));
    EXPECT("MW_OK", resized(map, page, 0));
    EXPECT("SIGSEGV SEGV_ACCERR exact", load(base + page));
    EXPECT("MW_OK", resized(map, 3 * page, 0));
    EXPECT("exact", placed(info_of(map).base, base));
    EXPECT("0", byte_at(map, 2 * page));
    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(base + 99 * page));
}

CASE("RSZ-22.memory", MAPWISE("RSZ-22"),
     "so does memory, private and shared, also when it begins with nothing",
     "an arena reserved for growth moves at its first growth")
{
    for (int access = MW_ACCESS_WRITE; access <= MW_ACCESS_COPY; access++) {
        mw_map_options options = options_for((mw_access)access, 0);
        mw_map *map;
        options.reserve = 16 * page;
        SETUP(mw_map_anon(&map, 0, &options, NULL));
        EXPECT("MW_OK", resized(map, page, 0));
        const void *base = info_of(map).base;
        EXPECT("MW_OK", set_byte(map, 0, 9));
        EXPECT("MW_OK", resized(map, 16 * page, 0));
        EXPECT("exact", placed(info_of(map).base, base));
        EXPECT("9", byte_at(map, 0));
        EXPECT("0", byte_at(map, 16 * page - 1));
        EXPECT("MW_OK", resized(map, 32 * page, MW_RESIZE_MAY_MOVE));
        EXPECT("9", byte_at(map, 0));
        EXPECT("MW_OK", set_byte(map, 32 * page - 1, 9));
        EXPECT("MW_OK", mw_error_name(mw_free(map)));
        EXPECT("nothing", permissions(base));
    }
}

FILE_CASE("RSZ-25", MAPWISE("RSZ-25"), "a closed map can't be resized, and its file stays",
          "a late resize brings a closed map back to life and alters its file")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);

    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
    EXPECT("MW_E_CLOSED", resized(map, 3 * page, MW_RESIZE_MAY_MOVE));
    EXPECT("MW_E_CLOSED", answer(mw_rewindow(map, 0, page, &failure)));
    EXPECT("MW_E_INVAL", resized(NULL, 0, 0));
    EXPECT(number((int64_t)page), file_size(&file));
}

FILE_CASE("RSZ-26", MAPWISE("RSZ-26"),
          "rights, advice and locks of the whole map hold for the pages it gets, moved or not",
          "the part of a heap added last is swapped out, dumped or writable")
{
    struct scratch_file file = scratch_file(2 * page);
    mw_map_options options = options_for(MW_ACCESS_WRITE, 0);

    need_locks(64 * page);
    for (int reserved = 0; reserved < 2; reserved++) {
        options.reserve = reserved ? 16 * page : 0;
        mw_map *map = library_map_with(&file, &options);
        EXPECT("MW_OK", answer(mw_advise(map, 0, MW_WHOLE, MW_ADVICE_RANDOM, 0, &failure)));
        EXPECT("MW_OK", answer(mw_advise(map, 0, MW_WHOLE, MW_ADVICE_DONTDUMP, 0, &failure)));
        EXPECT("MW_OK", answer(mw_lock(map, 0, MW_WHOLE, 0, &failure)));
        EXPECT("MW_OK", answer(mw_protect(map, page, page, MW_PROT_READ, &failure)));
        if (!reserved)
            obstruct(map);
        EXPECT("MW_OK", resized(map, 16 * page, reserved ? 0 : MW_RESIZE_MAY_MOVE));
        const char *base = info_of(map).base;
        EXPECT("yes", vm_flag(base, "rr"));
        EXPECT("yes", vm_flag(base + 15 * page, "rr"));
        EXPECT("yes", vm_flag(base + 15 * page, "dd"));
        EXPECT("yes", vm_flag(base + 15 * page, "lo"));
        EXPECT("MW_OK", set_byte(map, 0, 1));
        EXPECT("MW_E_RDONLY", set_byte(map, page, 9));
        EXPECT("MW_E_RDONLY", set_byte(map, 15 * page, 9));
        EXPECT("r--s", permissions(base + 15 * page));
        EXPECT("MW_OK", mw_error_name(mw_free(map)));
        resize_file(&file, (off_t)(2 * page));
    }
}

FILE_CASE("RSZ-27", MAPWISE("RSZ-27"), "resizing to the present size does nothing at all",
          "a resize that should do nothing moves the map or cuts a file that has grown")
{
    struct scratch_file file = scratch_file(page + 3);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    const uint64_t generation = info_of(map).generation;

    resize_file(&file, (off_t)(3 * page));
    EXPECT("MW_OK", resized(map, page + 3, MW_RESIZE_MAY_MOVE));
    EXPECT("current", stale(map, generation));
    EXPECT(number((int64_t)(3 * page)), file_size(&file));
}

FILE_CASE("RSZ-01.follow", MAPWISE("RSZ-01"),
          "a map can follow a file that somebody else made longer or shorter",
          "a follower of a log has to map it anew for each line")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);

    EXPECT("MW_E_SHORT", resized(map, 2 * page, MW_RESIZE_MAY_MOVE | MW_RESIZE_KEEP_FILE));
    write_file(&file, (off_t)(3 * page), 9);
    EXPECT("MW_OK", resized(map, MW_WHOLE, MW_RESIZE_MAY_MOVE | MW_RESIZE_KEEP_FILE));
    EXPECT(number((int64_t)(3 * page + 1)), length_of(map));
    EXPECT("9", byte_at(map, 3 * page));
    resize_file(&file, 5);
    EXPECT("MW_OK", resized(map, MW_WHOLE, MW_RESIZE_KEEP_FILE));
    EXPECT("5", length_of(map));
    EXPECT("5", file_size(&file));
}

FILE_CASE("RSZ-01.tail", MAPWISE("RSZ-01"),
          "a READ map can follow its file too, within what it reserved without moving",
          "a reader cannot follow without the right to write")
{
    struct scratch_file file = scratch_file(page);
    mw_map_options options = options_for(MW_ACCESS_READ, 0);

    options.reserve = 8 * page;
    mw_map *map = library_map_with(&file, &options);
    const char *base = info_of(map).base;
    write_file(&file, (off_t)(5 * page), 9);
    EXPECT("MW_E_RDONLY", resized(map, 2 * page, 0));
    EXPECT("MW_OK", resized(map, MW_WHOLE, MW_RESIZE_KEEP_FILE));
    EXPECT("exact", placed(info_of(map).base, base));
    EXPECT(number((int64_t)(5 * page + 1)), length_of(map));
    EXPECT("9", byte_at(map, 5 * page));
    EXPECT("MW_E_RDONLY", set_byte(map, 5 * page, 8));
    EXPECT("r--s", permissions(base + 5 * page));
}

FILE_CASE("RSZ-01.prealloc", MAPWISE("RSZ-01"),
          "growth can own its blocks, or is refused by a full disk and undone",
          "a database is told of a full disk by a crash after the growth")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    struct stat status;

    if (mw_resize(map, 64 * page, MW_RESIZE_MAY_MOVE | MW_RESIZE_PREALLOC, &failure) == MW_E_NOTSUP)
        unsupported("this file system can't allocate blocks");
    SETUP(fstat(file.descriptor, &status));
    EXPECT("yes", yes_or_no((size_t)status.st_blocks * 512 >= 64 * page));
    EXPECT(sizeof(size_t) > 4 ? "MW_E_NOSPC|MW_E_LIMIT" : "MW_E_OVERFLOW",
           resized(map, (uint64_t)1 << 45, MW_RESIZE_MAY_MOVE | MW_RESIZE_PREALLOC));
    EXPECT(number((int64_t)(64 * page)), file_size(&file));
    EXPECT(number((int64_t)(64 * page)), length_of(map));
}

FILE_CASE("RSZ-01.window", MAPWISE("RSZ-01"), "one handle can look at one part of a file after another",
          "a scan by windows shows the last one twice, or leaks each of them")
{
    struct scratch_file file = scratch_file(8 * page);
    const mw_map_options options = options_range(MW_ACCESS_WRITE, 0, 0, 2 * page);
    mw_map *map = library_map_with(&file, &options);
    const uint64_t generation = info_of(map).generation;

    remember_resources();
    EXPECT("MW_OK", set_byte(map, 1, 9));
    EXPECT("MW_OK", answer(mw_rewindow(map, 5 * page + 1, 2 * page, &failure)));
    EXPECT("stale", stale(map, generation));
    EXPECT("6", byte_at(map, 0));
    EXPECT("8", byte_at(map, 2 * page - 1));
    EXPECT("MW_OK", set_byte(map, 0, 99));
    EXPECT("99", file_byte(&file, (int64_t)(5 * page + 1)));
    EXPECT("9", file_byte(&file, 1));
    EXPECT("MW_E_SHORT", answer(mw_rewindow(map, 7 * page, page + 1, &failure)));
    EXPECT("99", byte_at(map, 0));
    EXPECT("MW_OK", answer(mw_rewindow(map, 7 * page, MW_WHOLE, &failure)));
    EXPECT(number((int64_t)page), length_of(map));
    EXPECT("8", byte_at(map, 0));
    EXPECT("nothing", leaked());
    EXPECT("MW_E_INVAL", answer(mw_rewindow(library_map(&file, MW_ACCESS_COPY), 0, page, &failure)));
    EXPECT("MW_E_INVAL", answer(mw_rewindow(library_anonymous(page, MW_ACCESS_WRITE), 0, page, &failure)));
    char *bytes = pinned(map, 0);
    EXPECT("MW_E_BUSY", answer(mw_rewindow(map, 0, page, &failure)));
    EXPECT("MW_OK", mw_error_name(mw_unpin(map, bytes)));
}

/* ---- locks -------------------------------------------------------------- */

FILE_CASE("ADV-01.lock", MAPWISE("ADV-01"),
          "locked pages are in memory and stay there until they are unlocked",
          "a key in a locked map is swapped out, or its neighbours can never be")
{
    struct scratch_file file = scratch_file(4 * page);

    need_locks(4 * page);
    mw_map *map = library_map(&file, MW_ACCESS_READ);
    const char *base = info_of(map).base;
    EXPECT("MW_OK", answer(mw_lock(map, page + 1, page, 0, &failure)));
    EXPECT("no", vm_flag(base, "lo"));
    EXPECT("yes", vm_flag(base + page, "lo"));
    EXPECT("yes", vm_flag(base + 2 * page, "lo"));
    EXPECT("2", smaps_pages(base + page, "Locked"));
    EXPECT("MW_OK", answer(mw_unlock(map, 2 * page, 1, &failure)));
    EXPECT("yes", vm_flag(base + page, "lo"));
    EXPECT("no", vm_flag(base + 2 * page, "lo"));
    EXPECT("MW_OK", answer(mw_unlock(map, 0, MW_WHOLE, &failure)));
    EXPECT("0", status_pages("VmLck"));
}

CASE("ADV-01.lock_later", MAPWISE("ADV-01"), "pages can be locked as they come",
     "locking a huge sparse map brings all of it in at once", .since = KERNEL(4, 4))
{
    need_locks(4 * page);
    mw_map *map = library_single_pages(4 * page);
    const char *base = info_of(map).base;

    EXPECT("MW_OK", answer(mw_lock(map, 0, MW_WHOLE, MW_LOCK_ON_FAULT, &failure)));
    EXPECT("0000", residency(base, 4 * page));
    EXPECT("MW_OK", set_byte(map, page, 1));
    EXPECT("0100", residency(base, 4 * page));
    EXPECT("yes", vm_flag(base, "lf"));
}

CASE("ADV-01.lock_now_only", MAPWISE("ADV-01"),
     "a system that can't lock pages as they come locks all of them, and says that it can't do the other",
     "a program asks for lazy locking and freezes while everything is read")
{
    need_locks(4 * page);
    mw_map *map = library_anonymous(4 * page, MW_ACCESS_COPY);

    refuse_call(SYS_mlock2, ENOSYS);
    EXPECT("MW_E_NOTSUP", answer(mw_lock(map, 0, MW_WHOLE, MW_LOCK_ON_FAULT, &failure)));
    EXPECT("0", status_pages("VmLck"));
    EXPECT("MW_OK", answer(mw_lock(map, page, 2 * page, 0, &failure)));
    EXPECT("2", status_pages("VmLck"));
    EXPECT("0110", residency(info_of(map).base, 4 * page));
}

FILE_CASE("ADV-01.lock_window", MAPWISE("ADV-01"),
          "a locked map is locked in every window, and no page of an old one stays mapped",
          "a player that locks its window pins the whole film in the end")
{
    struct scratch_file file = scratch_file(8 * page);
    mw_map_options options = options_range(MW_ACCESS_WRITE, 0, 0, 2 * page);

    need_locks(8 * page);
    options.reserve = 4 * page;
    mw_map *map = library_map_with(&file, &options);
    const char *base = info_of(map).base;
    EXPECT("MW_OK", answer(mw_lock(map, 0, MW_WHOLE, 0, &failure)));
    EXPECT("MW_OK", answer(mw_rewindow(map, 4 * page, 3 * page, &failure)));
    EXPECT("yes", vm_flag(info_of(map).base, "lo"));
    EXPECT("3", status_pages("VmLck"));
    EXPECT("nothing|rw-p", permissions(base == info_of(map).base ? base - page : base));
    EXPECT("MW_OK", answer(mw_unlock(map, 0, MW_WHOLE, &failure)));
    EXPECT("MW_OK", answer(mw_rewindow(map, 0, page, &failure)));
    EXPECT("0", status_pages("VmLck"));
}

CASE("ADV-01.lock_limit", MAPWISE("ADV-01"),
     "more than the process may lock is refused, and then nothing is locked",
     "half a key is locked, and the program is told that none is", .needs = NEED_UNPRIVILEGED)
{
    const struct rlimit limit = {2 * page, 2 * page};
    mw_map *map = library_anonymous(4 * page, MW_ACCESS_COPY);

    need_lockable(2 * page);
    SETUP(setrlimit(RLIMIT_MEMLOCK, &limit));
    EXPECT("MW_E_LIMIT", answer(mw_lock(map, 0, MW_WHOLE, 0, &failure)));
    EXPECT("0", status_pages("VmLck"));
    EXPECT("MW_OK", answer(mw_lock(map, 0, 2 * page, 0, &failure)));
    EXPECT("2", status_pages("VmLck"));
}

FILE_CASE("ADV-01.lock_errors", MAPWISE("ADV-01"), "ranges, flags and pages that can't be locked are refused",
          "a program believes pages to be locked that cannot even be read")
{
    struct scratch_file file = scratch_file(4 * page);

    need_locks(4 * page);
    mw_map *map = library_map(&file, MW_ACCESS_READ);
    EXPECT("MW_E_RANGE", answer(mw_lock(map, 0, 4 * page + 1, 0, &failure)));
    EXPECT("MW_E_OVERFLOW", answer(mw_unlock(map, 2, UINT64_MAX - 1, &failure)));
    EXPECT("MW_E_INVAL", answer(mw_lock(map, 0, page, 2, &failure)));
    EXPECT("MW_OK", answer(mw_lock(map, 4 * page, 0, 0, &failure)));
    resize_file(&file, (off_t)(2 * page));
    EXPECT("MW_E_FAULT", answer(mw_lock(map, 0, MW_WHOLE, 0, &failure)));
    EXPECT("0", status_pages("VmLck"));
    EXPECT("MW_OK", answer(mw_lock(map, 0, 2 * page, 0, &failure)));
    EXPECT("MW_OK", answer(mw_unlock(map, 0, MW_WHOLE, &failure)));
    EXPECT("MW_OK", answer(mw_protect(map, 0, page, MW_PROT_NONE, &failure)));
    EXPECT("MW_E_ACCESS", answer(mw_lock(map, 0, page, 0, &failure)));
}

/* ---- huge pages --------------------------------------------------------- */

CASE("RES-11.sizes", MAPWISE("RES-11"),
     "the sizes of huge pages are told in order, and each can be asked for",
     "a program asks for a page size that the machine has not got")
{
    uint64_t size = 0, next = 0;
    size_t count = 0;

    while (mw_huge_page_size_at(&next, count, &failure) == MW_OK) {
        EXPECT("yes", yes_or_no(next > size && next % page == 0 && (next & (next - 1)) == 0));
        size = next;
        count++;
    }
    EXPECT("MW_E_END", answer(failure.code));
    if (count == 0)
        unsupported("this system has no huge pages");
    mw_map_options options = options_for(MW_ACCESS_COPY, 0);
    mw_map *map;
    mw_huge_page_size_at(&options.huge_page_size, 0, NULL);
    const int code = mw_map_anon(&map, 1, &options, &failure);
    EXPECT("MW_OK|MW_E_NOMEM", answer(code)); /* whether the pool has one is the machine's affair */
    if (code == MW_OK)
        EXPECT(number((int64_t)options.huge_page_size), number((int64_t)info_of(map).page_size));
    options.huge_page_size = 3 * page;
    EXPECT("MW_E_INVAL", answer(mw_map_anon(&map, 1, &options, &failure)));
    options.huge_page_size = (uint64_t)1 << 40;
    EXPECT("MW_E_NOTSUP", answer(mw_map_anon(&map, 1, &options, &failure)));
}
