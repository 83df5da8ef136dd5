/* The library: access rights, and anonymous memory. */
#include "library.h"

#include <signal.h>
#include <sys/syscall.h>

SUITE("library", "what libmapwise promises");

static mw_map *map_with_prot(const struct scratch_file *file, uint32_t prot)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;

    options.prot = prot;
    return library_map_with(file, &options);
}

/* The same, of pages that are to be executed, which a file system may forbid. */
static mw_map *executable_map(const struct scratch_file *file)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_map *map;

    options.prot = MW_PROT_READ | MW_PROT_EXEC;
    if (mw_map_fd(&map, file->descriptor, &options, &failure) == MW_E_ACCESS)
        unsupported("files can't be executed here");
    return library_map_with(file, &options);
}

static const char *try_pin(mw_map *map, uint32_t prot)
{
    void *bytes;
    int code = mw_pin(&bytes, map, 0, MW_WHOLE, prot, &failure);

    if (code == MW_OK)
        mw_unpin(map, bytes);
    return answer(code);
}

FILE_CASE("ACC-01", MAPWISE("ACC-01"), "writing to a READ map is refused, and no byte changes",
          "a bug in a viewer damages the document that it was only to show")
{
    struct scratch_file file = scratch_file(2 * page);
    mw_map *map = library_map(&file, MW_ACCESS_READ);
    size_t done = 99;

    EXPECT("MW_E_RDONLY", answer(mw_write_at(&done, map, page - 2, "abcd", 4, &failure)));
    EXPECT("0", number((int64_t)done));
    EXPECT("0", bytes_other_than(1, pinned(map, MW_PROT_READ), page));
    EXPECT("2", file_byte(&file, (int64_t)page));
    EXPECT("MW_OK",
           answer(mw_write_at(&done, library_map(&file, MW_ACCESS_WRITE), page - 2, "abcd", 4, &failure)));
    EXPECT("4", number((int64_t)done));
    EXPECT(number('c'), file_byte(&file, (int64_t)page));
}

FILE_CASE("ACC-01.part", MAPWISE("ACC-01"),
          "a write of which one page can only be read changes no byte at all",
          "half of a record is written before the refusal, and the record is neither old nor new")
{
    struct scratch_file file = scratch_file(2 * page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);

    EXPECT("MW_OK", answer(mw_protect(map, page, page, MW_PROT_READ, &failure)));
    EXPECT("MW_E_RDONLY", answer(mw_write_at(NULL, map, page - 2, "abcd", 4, &failure)));
    EXPECT("1", file_byte(&file, (int64_t)page - 1));
    EXPECT("2", file_byte(&file, (int64_t)page));
    EXPECT("1", file_byte(&file, (int64_t)page - 2));
    EXPECT("MW_OK", answer(mw_write_at(NULL, map, page - 2, "ab", 2, &failure)));
    EXPECT(number('b'), file_byte(&file, (int64_t)page - 1));
    EXPECT("2", file_byte(&file, (int64_t)page));
}

FILE_CASE("ACC-02", MAPWISE("ACC-02"),
          "a READ map, and a COPY map of a file, are never resized, and neither is their file",
          "a program that opened an archive for reading cuts it short")
{
    static const mw_access accesses[] = {MW_ACCESS_READ, MW_ACCESS_COPY};
    struct scratch_file file = scratch_file(2 * page);

    for (size_t i = 0; i < 2; i++) {
        mw_map *map = library_map(&file, accesses[i]);
        EXPECT("MW_E_RDONLY", answer(mw_resize(map, page, MW_RESIZE_MAY_MOVE, &failure)));
        EXPECT("MW_E_RDONLY", answer(mw_resize(map, 3 * page, MW_RESIZE_MAY_MOVE, &failure)));
        EXPECT(number((int64_t)(2 * page)), number((int64_t)mw_length(map)));
        EXPECT("2", byte_at(map, 2 * page - 1));
        EXPECT(number((int64_t)(2 * page)), file_size(&file));
    }
    EXPECT("MW_OK", answer(mw_resize(library_map(&file, MW_ACCESS_WRITE), page, 0, &failure)));
    EXPECT(number((int64_t)page), file_size(&file));
}

FILE_CASE("ACC-03", MAPWISE("ACC-03"), "syncing a READ or COPY map succeeds, but its range is checked first",
          "a generic shut-down that syncs all its maps fails at the read-only ones, or misses a bad range")
{
    struct scratch_file file = scratch_file(page);
    mw_map *maps[] = {library_map(&file, MW_ACCESS_READ), library_map(&file, MW_ACCESS_COPY)};

    for (size_t i = 0; i < 2; i++) {
        EXPECT("MW_OK", answer(mw_sync(maps[i], 0, MW_WHOLE, MW_SYNC_WAIT, 0, &failure)));
        EXPECT("MW_OK", answer(mw_sync(maps[i], 0, page, MW_SYNC_FULL, 0, &failure)));
        EXPECT("MW_E_RANGE", answer(mw_sync(maps[i], 0, page + 1, MW_SYNC_WAIT, 0, &failure)));
        EXPECT("MW_E_RANGE", answer(mw_sync(maps[i], page + 1, 0, MW_SYNC_WAIT, 0, &failure)));
    }
}

FILE_CASE("ACC-03.nothing", MAPWISE("ACC-03"),
          "syncing a READ or COPY map asks nothing of the system, a WRITE map does",
          "a query that wrote nothing waits for the disk as if it had")
{
    struct scratch_file file = scratch_file(page);

    refuse_call(SYS_msync, EIO);
    refuse_call(SYS_fsync, EIO);
    EXPECT("MW_OK", answer(mw_sync(library_map(&file, MW_ACCESS_READ), 0, page, MW_SYNC_FULL, 0, &failure)));
    EXPECT("MW_OK", answer(mw_sync(library_map(&file, MW_ACCESS_COPY), 0, page, MW_SYNC_FULL, 0, &failure)));
    EXPECT("MW_E_OS",
           answer(mw_sync(library_map(&file, MW_ACCESS_WRITE), 0, page, MW_SYNC_FULL, 0, &failure)));
}

FILE_CASE("ACC-04", MAPWISE("ACC-04"), "an executable map without the right to write refuses writing",
          "a host of plugins can be made to change the code that it is running")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map = executable_map(&file);

    EXPECT("r-xs", permissions(info_of(map).base));
    EXPECT("MW_E_RDONLY", set_byte(map, 0, 9));
    EXPECT("MW_E_RDONLY", try_pin(map, MW_PROT_WRITE));
    EXPECT("1", byte_at(map, 0));
    EXPECT("1", file_byte(&file, 0));
}

FILE_CASE("ACC-05", MAPWISE("ACC-05"),
          "a map with the right to write alone can be written, and checked reads are refused",
          "a write-only buffer is read back on one processor and faults on another")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map = map_with_prot(&file, MW_PROT_WRITE);

    EXPECT("MW_E_ACCESS", byte_at(map, 0));
    EXPECT("MW_OK", set_byte(map, 0, 9));
    EXPECT("9", file_byte(&file, 0));
    EXPECT("MW_E_ACCESS", try_pin(map, MW_PROT_READ));
    EXPECT("MW_OK", try_pin(map, MW_PROT_WRITE));
    EXPECT("9", byte_at(map_with_prot(&file, MW_PROT_READ | MW_PROT_WRITE), 0));
}

FILE_CASE("ACC-06", MAPWISE("ACC-06"), "a map without rights refuses every access, and none of them kills",
          "touching a closed map by a checked call kills the process instead of telling it")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map = map_with_prot(&file, MW_PROT_NONE);
    char byte[1];
    size_t done = 99;

    EXPECT("MW_E_ACCESS", answer(mw_read_at(&done, byte, map, 0, 1, &failure)));
    EXPECT("0", number((int64_t)done));
    EXPECT("MW_E_ACCESS", set_byte(map, 0, 9));
    EXPECT("MW_E_ACCESS", try_pin(map, MW_PROT_READ));
    EXPECT("MW_OK", try_pin(map, 0));
    EXPECT("---s", permissions(info_of(map).base));
    EXPECT("1", file_byte(&file, 0));
    EXPECT("MW_OK", answer(mw_protect(map, 0, page, MW_PROT_READ, &failure)));
    EXPECT("1", byte_at(map, 0));
}

FILE_CASE("ACC-07", MAPWISE("ACC-07"), "a pin for writing of a READ map is refused, one for reading is not",
          "a caller holds a writable pointer to memory whose first store is a crash")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map = library_map(&file, MW_ACCESS_READ);

    EXPECT("MW_E_RDONLY", try_pin(map, MW_PROT_WRITE));
    EXPECT("MW_E_RDONLY", try_pin(map, MW_PROT_READ | MW_PROT_WRITE));
    EXPECT("0", number(info_of(map).pins));
    EXPECT("MW_OK", try_pin(map, MW_PROT_READ));
    EXPECT("0", number(info_of(map).pins));
    mw_map *writable = library_map(&file, MW_ACCESS_WRITE);
    EXPECT("stored", store(pinned(writable, MW_PROT_WRITE), 9));
    EXPECT("1", number(info_of(writable).pins));
    EXPECT("9", file_byte(&file, 0));
}

FILE_CASE("ACC-08", MAPWISE("ACC-08"), "after sync and unmap of a COPY map the file is as it was",
          "trial edits that were to be thrown away are in the document")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map = library_map(&file, MW_ACCESS_COPY);

    EXPECT("MW_OK", set_byte(map, 0, 9));
    EXPECT("MW_OK", answer(mw_sync(map, 0, MW_WHOLE, MW_SYNC_FULL, 0, &failure)));
    EXPECT("9", byte_at(map, 0));
    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
    EXPECT("1", file_byte(&file, 0));
}

FILE_CASE("ACC-09", MAPWISE("ACC-09"),
          "a COPY map may or may not see what the file becomes, but keeps what was stored in it",
          "edits in a private copy are overwritten by the next save of somebody else")
{
    struct scratch_file file = scratch_file(2 * page);
    mw_map *map = library_map(&file, MW_ACCESS_COPY);

    EXPECT("MW_OK", set_byte(map, 5, 9));
    write_file(&file, 5, 7);
    write_file(&file, 6, 7);
    write_file(&file, (off_t)page, 7);
    EXPECT("9", byte_at(map, 5));
    EXPECT("1", byte_at(map, 6)); /* in a page that is the map's own by now */
    EXPECT("2|7", byte_at(map, page));
    EXPECT("7", file_byte(&file, 5));
}

FILE_CASE("ACC-10", MAPWISE("ACC-10"),
          "rights can be changed later, page by page, and checked calls know them at once",
          "a checked call trusts in rights that a page no longer has, and the process dies")
{
    struct scratch_file file = scratch_file(3 * page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    const char *base = info_of(map).base;

    EXPECT("MW_OK", answer(mw_protect(map, page + 5, 1, MW_PROT_READ, &failure)));
    EXPECT("MW_E_RDONLY", set_byte(map, page, 9));
    EXPECT("MW_OK", set_byte(map, 0, 9));
    EXPECT("MW_OK", set_byte(map, 2 * page, 9));
    EXPECT("rw-s", permissions(base));
    EXPECT("r--s", permissions(base + page));
    EXPECT("rw-s", permissions(base + 2 * page));
    EXPECT("2", file_byte(&file, (int64_t)page));
    EXPECT("MW_E_INVAL", answer(mw_protect(map, 0, page, 0, &failure)));
    EXPECT("MW_E_INVAL", answer(mw_protect(map, 0, page, MW_PROT_READ | MW_PROT_NONE, &failure)));
    EXPECT("MW_E_INVAL", answer(mw_protect(map, 0, page, 16, &failure)));
    EXPECT("MW_OK", answer(mw_protect(map, 0, MW_WHOLE, MW_PROT_READ | MW_PROT_WRITE, &failure)));
    EXPECT("MW_OK", set_byte(map, page, 9));
    EXPECT("9", file_byte(&file, (int64_t)page));
}

FILE_CASE("ACC-10.upgrade", MAPWISE("ACC-10"),
          "rights can't be raised above those of the descriptor, and stay as they were",
          "a map pretends to be writable, and the first store is a crash")
{
    struct scratch_file file = scratch_file(page);
    mw_map *higher = library_map(&file, MW_ACCESS_READ);

    file.descriptor = reopen(&file, O_RDONLY);
    mw_map *map = library_map(&file, MW_ACCESS_READ);
    EXPECT("MW_E_ACCESS", answer(mw_protect(map, 0, page, MW_PROT_READ | MW_PROT_WRITE, &failure)));
    EXPECT("MW_E_RDONLY", set_byte(map, 0, 9));
    EXPECT("1", byte_at(map, 0));
    EXPECT("r--s", permissions(info_of(map).base));
    EXPECT("MW_OK", answer(mw_protect(map, 0, page, MW_PROT_NONE, &failure)));
    EXPECT("MW_E_ACCESS", byte_at(map, 0));
    EXPECT("MW_OK", answer(mw_protect(higher, 0, page, MW_PROT_READ | MW_PROT_WRITE, &failure)));
    EXPECT("MW_OK", set_byte(higher, 0, 9));
    EXPECT("9", file_byte(&file, 0));
    EXPECT("WRITE", access_of(higher));
    refuse_call(SYS_msync, EIO);
    EXPECT("MW_E_OS",
           answer(mw_sync(higher, 0, page, MW_SYNC_WAIT, 0, &failure))); /* there is something to write */
}

CASE("ACC-11", MAPWISE("ACC-11"), "checked calls refuse by what they know and raise no signal",
     "an embedding interpreter loses its own fault handlers to a library")
{
    mw_map *map = library_anonymous(2 * page, MW_ACCESS_WRITE);
    struct sigaction segv, bus;

    EXPECT("MW_OK", answer(mw_protect(map, 0, page, MW_PROT_NONE, &failure)));
    EXPECT("MW_E_ACCESS", byte_at(map, 0));
    EXPECT("MW_E_ACCESS", set_byte(map, page - 1, 9));
    EXPECT("MW_E_ACCESS", answer(mw_write_at(NULL, map, page - 1, "ab", 2, &failure)));
    EXPECT("0", byte_at(map, page));
    EXPECT("MW_OK", set_byte(map, page, 9));
    SETUP(sigaction(SIGSEGV, NULL, &segv));
    SETUP(sigaction(SIGBUS, NULL, &bus));
    EXPECT("yes", yes_or_no(segv.sa_handler == SIG_DFL && bus.sa_handler == SIG_DFL));
    EXPECT("SIGSEGV SEGV_ACCERR exact", load(info_of(map).base));
}

CASE("SHM-01", MAPWISE("SHM-01"), "anonymous memory reads 0, shared or private",
     "a program starts from the rubbish that some earlier one has left")
{
    mw_map *shared = library_anonymous(3 * page + 5, MW_ACCESS_DEFAULT);
    mw_map *private = library_anonymous(3 * page + 5, MW_ACCESS_COPY);

    EXPECT("0", bytes_other_than(0, pinned(shared, MW_PROT_READ), 3 * page + 5));
    EXPECT("0", bytes_other_than(0, pinned(private, MW_PROT_READ), 3 * page + 5));
    EXPECT(number((int64_t)(3 * page + 5)), number((int64_t)mw_length(shared)));
    EXPECT("MW_E_RANGE", byte_at(shared, 3 * page + 5));
}

CASE("SHM-02", MAPWISE("SHM-02"), "anonymous memory is shared unless COPY makes it private",
     "a pool for workers is private by accident, and no result comes back")
{
    EXPECT("rw-s", permissions(info_of(library_anonymous(page, MW_ACCESS_DEFAULT)).base));
    EXPECT("rw-s", permissions(info_of(library_anonymous(page, MW_ACCESS_WRITE)).base));
    EXPECT("rw-p", permissions(info_of(library_anonymous(page, MW_ACCESS_COPY)).base));
    EXPECT("WRITE", access_of(library_anonymous(page, MW_ACCESS_DEFAULT)));
}

static const char *write_nine(void *map)
{
    return set_byte(map, 5, 9);
}

CASE("SHM-03", MAPWISE("SHM-03"), "what a child of fork writes to shared anonymous memory its parent reads",
     "a parent waits for ever for a result that its child has long written")
{
    mw_map *map = library_anonymous(page, MW_ACCESS_DEFAULT);

    EXPECT("MW_OK", in_child(write_nine, map));
    EXPECT("9", byte_at(map, 5));
    EXPECT("0", byte_at(map, 4));
}

CASE("SHM-04", MAPWISE("SHM-04"),
     "what a child of fork writes to private anonymous memory its parent does not see",
     "a child that tries something out spoils the data of its parent")
{
    mw_map *map = library_anonymous(page, MW_ACCESS_COPY);

    EXPECT("MW_OK", set_byte(map, 5, 1));
    EXPECT("MW_OK", in_child(write_nine, map));
    EXPECT("1", byte_at(map, 5));
}

CASE("SHM-05", MAPWISE("SHM-05"), "two anonymous maps have nothing to do with each other",
     "releasing one buffer empties another")
{
    mw_map *first = library_anonymous(page, MW_ACCESS_DEFAULT);
    mw_map *second = library_anonymous(page, MW_ACCESS_DEFAULT);

    EXPECT("MW_OK", set_byte(first, 0, 7));
    EXPECT("0", byte_at(second, 0));
    EXPECT("MW_OK", set_byte(second, 0, 8));
    EXPECT("7", byte_at(first, 0));
    EXPECT("MW_OK", answer(mw_free(first)));
    EXPECT("8", byte_at(second, 0));
}
