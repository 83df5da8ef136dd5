/* The library: what those who come from Python's mmap, Julia's Mmap or UnixMmap.jl are used to, by the
 * options that bear these names. Where a preset cannot be what its original is, the manual says so
 * (mapwise/migrate.h). */
#include "library.h"

SUITE("library", "what libmapwise promises");

static const mw_map_options python = MW_MAP_OPTIONS_PYTHON;
static const mw_map_options julia = MW_MAP_OPTIONS_JULIA;
static const mw_map_options unixmmap = MW_MAP_OPTIONS_UNIXMMAP;

/* A preset with another part of the file. */
static mw_map_options part(mw_map_options preset, uint64_t offset, uint64_t length)
{
    preset.offset = offset;
    preset.length = length;
    return preset;
}

static mw_map_options with_access(mw_map_options preset, mw_access access)
{
    preset.access = access;
    return preset;
}

static mw_map_options without(mw_map_options preset, uint32_t flags)
{
    preset.flags &= ~flags;
    return preset;
}

static const char *try_with(const struct scratch_file *file, mw_map_options options)
{
    mw_map *map;
    const char *code = answer(mw_map_fd(&map, file->descriptor, &options, &failure));

    mw_free(map);
    return code;
}

/* The first byte of a map that must succeed. */
static const char *byte_with(const struct scratch_file *file, mw_map_options options)
{
    return byte_at(library_map_with(file, &options), 0);
}

static const char *length_with(const struct scratch_file *file, mw_map_options options)
{
    return number((int64_t)mw_length(library_map_with(file, &options)));
}

/* ---- Python ------------------------------------------------------------------------------------ */

FILE_CASE("CRE-04.python", MAPWISE("CRE-04"), "Python: length 0 is the whole file",
          "a script ported from Python maps nothing where it mapped all")
{
    struct scratch_file file = scratch_file(page + 10);

    EXPECT(number((int64_t)page + 10), length_with(&file, python));
    EXPECT("10", length_with(&file, part(python, page, 0)));
    EXPECT("7", length_with(&file, part(python, 0, 7)));
}

FILE_CASE("CRE-06.python", MAPWISE("CRE-06"), "Python: the file position does not matter",
          "a ported reader starts in the middle of its file")
{
    struct scratch_file file = scratch_file(3 * page);

    SETUP(lseek(file.descriptor, (off_t)page, SEEK_SET));
    EXPECT("1", byte_at(library_map_with(&file, &python), 0));
    EXPECT(number((int64_t)page), number(lseek(file.descriptor, 0, SEEK_CUR)));
}

FILE_CASE("CRE-14.python", MAPWISE("CRE-14"), "Python: an empty file can't be mapped",
          "a ported script no longer catches the empty file it was warned of")
{
    struct scratch_file file = scratch_file(0);

    EXPECT("MW_E_EMPTY", try_with(&file, python));
    resize_file(&file, 1);
    write_file(&file, 0, 7);
    EXPECT("7", byte_with(&file, python));
}

CASE("CRE-16.python", MAPWISE("CRE-16"), "Python: memory without any bytes can't be had",
     "a ported test for an invalid size passes where Python raises")
{
    mw_map *map;

    EXPECT("MW_E_EMPTY", answer(mw_map_anon(&map, 0, &python, &failure)));
    EXPECT("MW_OK", answer(mw_map_anon(&map, 1, &python, &failure)));
    EXPECT("WRITE", access_of(map));
}

FILE_CASE("CRE-18.python", MAPWISE("CRE-18"), "Python: the access is to write, unless another is said",
          "a ported script that forgot its access silently opens the file read-only")
{
    struct scratch_file file = scratch_file(page), reader = file;

    reader.descriptor = reopen(&file, O_RDONLY);
    EXPECT("WRITE", access_of(library_map_with(&file, &python)));
    EXPECT("MW_E_ACCESS", try_with(&reader, python));
    EXPECT("MW_OK", try_with(&reader, with_access(python, MW_ACCESS_READ)));
    EXPECT("MW_OK", try_with(&reader, with_access(python, MW_ACCESS_COPY)));
}

FILE_CASE("CRE-26.python", MAPWISE("CRE-26"), "Python: an offset must be a multiple of the granularity",
          "a ported script depends on an offset that its original refuses")
{
    struct scratch_file file = scratch_file(3 * page);

    EXPECT("MW_E_ALIGN", try_with(&file, part(python, 1, 10)));
    EXPECT(number((int64_t)(mw_granularity() / page + 1)),
           byte_with(&file, part(python, mw_granularity(), 10)));
}

FILE_CASE("LEN-01.python", MAPWISE("LEN-01"),
          "Python: a length past the end is refused, and the file keeps its size",
          "a ported script makes files longer, which Python on Unix never does")
{
    struct scratch_file file = scratch_file(page);

    EXPECT("MW_E_SHORT", try_with(&file, part(python, 0, page + 1)));
    EXPECT(number((int64_t)page), file_size(&file));
    EXPECT("MW_OK", try_with(&file, part(python, 0, page)));
}

FILE_CASE("LEN-04.python", MAPWISE("LEN-04"), "Python: from the end of the file on there is nothing to map",
          "a ported loop over blocks ends one step later than its original")
{
    struct scratch_file file = scratch_file(2 * page);

    EXPECT("MW_E_EMPTY", try_with(&file, part(python, 2 * page, 0)));
    EXPECT("MW_E_RANGE", try_with(&file, part(python, 3 * page, 0)));
    EXPECT("2", byte_with(&file, part(python, page, 0)));
}

CASE("SHM-07.python", MAPWISE("SHM-07"), "Python: a tag is made, or opened as it is",
     "two ported scripts with one tag no longer meet")
{
    mw_map_options tagged = part(python, 0, page);
    mw_map *first, *second;

    tagged.flags |= MW_F_CREATE;
    if (mw_map_named(&first, shared_memory_name(), &tagged, &failure) != MW_OK)
        unsupported("shared memory can't be made: %s", mw_error_text(failure.code));
    EXPECT("MW_OK", set_byte(first, 0, 9));
    EXPECT("MW_OK", answer(mw_map_named(&second, shared_memory_name(), &tagged, &failure)));
    EXPECT("9", byte_at(second, 0));
    tagged.length = 0;
    EXPECT("MW_E_INVAL", answer(mw_map_named(&second, shared_memory_name(), &tagged, &failure)));
}

/* ---- Julia ------------------------------------------------------------------------------------- */

FILE_CASE("CRE-01.julia", MAPWISE("CRE-01"), "Julia: a path alone is mapped as a whole, for reading",
          "a ported notebook can alter the data that it opens")
{
    struct scratch_file file = scratch_file(page + 10);
    mw_map *map;

    EXPECT("MW_OK", answer(mw_map_file(&map, file.path, &julia, &failure)));
    EXPECT(number((int64_t)page + 10), number((int64_t)mw_length(map)));
    EXPECT("MW_E_RDONLY", set_byte(map, 0, 9));
}

FILE_CASE("CRE-02.julia", MAPWISE("CRE-02"), "Julia: a file that is not there is made, as large as the array",
          "a ported program has to create its result file by hand")
{
    const mw_map_options options = with_access(part(julia, 0, 24), MW_ACCESS_WRITE);
    struct scratch_file file = scratch_file(0);
    mw_map *map;

    SETUP(unlink(file.path));
    EXPECT("MW_OK", answer(mw_map_file(&map, file.path, &options, &failure)));
    EXPECT("MW_OK", set_byte(map, 23, 9));
    file.descriptor = reopen(&file, O_RDONLY);
    EXPECT("24", file_size(&file));
    EXPECT("9", file_byte(&file, 23));
}

FILE_CASE("CRE-06.julia", MAPWISE("CRE-06"),
          "Julia: a map begins where the file position is, unless an offset in the file is said",
          "a ported reader maps the header of its file as numbers")
{
    struct scratch_file file = scratch_file(3 * page);
    const mw_map_options said = without(part(julia, 2 * page, MW_WHOLE), MW_F_FROM_POSITION);

    SETUP(lseek(file.descriptor, (off_t)page, SEEK_SET));
    mw_map *map = library_map_with(&file, &julia);
    EXPECT("2", byte_at(map, 0));
    EXPECT(number((int64_t)(2 * page)), number((int64_t)mw_length(map)));
    EXPECT("3", byte_at(library_map_with(&file, &said), 0));
    EXPECT(number((int64_t)page), length_with(&file, said));
}

FILE_CASE("CRE-07.julia", MAPWISE("CRE-07"), "Julia: the file position stays, also when the file grows",
          "a ported program writes its next header into the array")
{
    struct scratch_file file = scratch_file(page);

    SETUP(lseek(file.descriptor, 7, SEEK_SET));
    EXPECT("MW_OK", try_with(&file, part(julia, 0, 2 * page)));
    EXPECT(number((int64_t)(2 * page) + 7), file_size(&file));
    EXPECT("7", number(lseek(file.descriptor, 0, SEEK_CUR)));
}

FILE_CASE("CRE-14.julia", MAPWISE("CRE-14"), "Julia: an empty file is an empty array",
          "a ported program fails at the empty array that Julia allows")
{
    struct scratch_file file = scratch_file(0);

    EXPECT("0", length_with(&file, julia));
    EXPECT("0", length_with(&file, part(julia, 0, 0)));
    EXPECT("0", file_size(&file));
}

FILE_CASE("CRE-15.julia", MAPWISE("CRE-15"), "Julia: length 0 is an empty array, of any file",
          "an empty array becomes the whole file")
{
    struct scratch_file file = scratch_file(page);

    EXPECT("0", length_with(&file, part(julia, 0, 0)));
}

FILE_CASE("CRE-22.julia", MAPWISE("CRE-22"), "Julia: the access is what the descriptor allows",
          "a ported program is refused a file that its stream could only read")
{
    struct scratch_file file = scratch_file(page), reader = file;

    reader.descriptor = reopen(&file, O_RDONLY);
    EXPECT("WRITE", access_of(library_map_with(&file, &julia)));
    EXPECT("READ", access_of(library_map_with(&reader, &julia)));
}

FILE_CASE("CRE-26.julia", MAPWISE("CRE-26"), "Julia: any offset will do",
          "a matrix behind a header cannot be mapped as it can be in Julia")
{
    struct scratch_file file = scratch_file(2 * page);
    const mw_map_options options = part(julia, page - 1, 2);
    mw_map *map = library_map_with(&file, &options);

    EXPECT("1", byte_at(map, 0));
    EXPECT("2", byte_at(map, 1));
}

FILE_CASE("GRO-02.julia", MAPWISE("GRO-02"), "Julia: the file grows to exactly the end of the array",
          "a file written by a ported program differs in size from Julia's")
{
    struct scratch_file file = scratch_file(10);

    EXPECT("MW_OK", try_with(&file, part(julia, 400, 2000)));
    EXPECT("2400", file_size(&file));
    EXPECT("MW_OK", try_with(&file, part(julia, 0, 100)));
    EXPECT("2400", file_size(&file));
}

FILE_CASE("GRO-06.julia", MAPWISE("GRO-06"), "Julia: a file opened for reading does not grow",
          "a stream opened for reading grows the file of its user")
{
    struct scratch_file file = scratch_file(page), reader = file;

    reader.descriptor = reopen(&file, O_RDONLY);
    EXPECT("MW_E_RDONLY", try_with(&reader, part(julia, 0, page + 1)));
    EXPECT(number((int64_t)page), file_size(&file));
    EXPECT("MW_OK", try_with(&reader, part(julia, 0, page)));
}

FILE_CASE("LEN-01.julia", MAPWISE("LEN-01"), "Julia: with grow=false a length past the end is refused",
          "a port that asked for no growth gets an array that is a crash at its end")
{
    struct scratch_file file = scratch_file(page);

    EXPECT("MW_E_SHORT", try_with(&file, without(part(julia, 0, page + 1), MW_F_GROW)));
    EXPECT(number((int64_t)page), file_size(&file));
    EXPECT("MW_OK", try_with(&file, part(julia, 0, page + 1)));
}

FILE_CASE("LEN-04.julia", MAPWISE("LEN-04"),
          "Julia: from the end on there is an empty array, from past the end an error",
          "a ported loop that has reached the end fails, or goes on behind it")
{
    struct scratch_file file = scratch_file(page);

    EXPECT("0", length_with(&file, part(julia, page, MW_WHOLE)));
    EXPECT("MW_E_RANGE", try_with(&file, part(julia, page + 1, MW_WHOLE)));
    SETUP(lseek(file.descriptor, (off_t)page, SEEK_SET));
    EXPECT("0", length_with(&file, julia));
    EXPECT("MW_E_RANGE", try_with(&file, part(julia, 1, MW_WHOLE)));
}

FILE_CASE("CRE-31.julia", MAPWISE("CRE-31"), "Julia: with shared=false stores stay in the map",
          "a port's private changes are written to the data set")
{
    struct scratch_file file = scratch_file(page);
    const mw_map_options options = with_access(julia, MW_ACCESS_COPY);
    mw_map *map = library_map_with(&file, &options);

    EXPECT("MW_OK", set_byte(map, 0, 9));
    EXPECT("1", file_byte(&file, 0));
}

/* ---- UnixMmap ---------------------------------------------------------------------------------- */

FILE_CASE("CRE-06.unixmmap", MAPWISE("CRE-06"), "UnixMmap: a map begins where the file position is",
          "a port from UnixMmap reads its array one header too early")
{
    struct scratch_file file = scratch_file(3 * page);

    SETUP(lseek(file.descriptor, (off_t)page, SEEK_SET));
    mw_map *map = library_map_with(&file, &unixmmap);
    EXPECT("2", byte_at(map, 0));
    EXPECT(number((int64_t)(2 * page)), number((int64_t)mw_length(map)));
    EXPECT("WRITE", access_of(map));
    EXPECT(number((int64_t)page), number(lseek(file.descriptor, 0, SEEK_CUR)));
}

FILE_CASE("CRE-14.unixmmap", MAPWISE("CRE-14"), "UnixMmap: an empty file is an empty array",
          "a port from UnixMmap stops at an empty file")
{
    struct scratch_file file = scratch_file(0);

    EXPECT("0", length_with(&file, unixmmap));
}

FILE_CASE("CRE-20.unixmmap", MAPWISE("CRE-20"), "UnixMmap: the rights can be said as they are",
          "a port has to translate its rights, and opens for writing what it only read")
{
    struct scratch_file file = scratch_file(page);
    mw_map_options options = unixmmap;

    options.prot = MW_PROT_READ;
    EXPECT("READ", access_of(library_map_with(&file, &options)));
    options.prot = MW_PROT_READ | MW_PROT_WRITE;
    EXPECT("WRITE", access_of(library_map_with(&file, &options)));
    file.descriptor = reopen(&file, O_RDONLY);
    EXPECT("MW_E_ACCESS", try_with(&file, options));
}

FILE_CASE("GRO-02.unixmmap", MAPWISE("GRO-02"), "UnixMmap: the file grows to exactly the end of the array",
          "a ported program pads its files to whole pages")
{
    struct scratch_file file = scratch_file(10);

    EXPECT("MW_OK", try_with(&file, part(unixmmap, 0, 2000)));
    EXPECT("2000", file_size(&file));
    EXPECT("MW_OK", try_with(&file, part(unixmmap, 400, 2000)));
    EXPECT("2400", file_size(&file));
}

FILE_CASE("LEN-01.unixmmap", MAPWISE("LEN-01"),
          "UnixMmap: with grow=false a map may reach past the end of the file",
          "a port that watches a file ahead of its growth cannot map it")
{
    struct scratch_file file = scratch_file(page);
    const mw_map_options options = without(part(unixmmap, 0, 3 * page), MW_F_GROW);
    mw_map *map = library_map_with(&file, &options);

    EXPECT(number((int64_t)(3 * page)), number((int64_t)mw_length(map)));
    EXPECT("1", byte_at(map, page - 1));
    EXPECT("SIGBUS BUS_ADRERR exact", load(pinned(map, MW_PROT_READ) + page));
    EXPECT(number((int64_t)page), file_size(&file));
    resize_file(&file, (off_t)(2 * page));
    EXPECT("0", byte_at(map, page));
}

FILE_CASE(
    "GRO-06.unixmmap", MAPWISE("GRO-06"),
    "UnixMmap: a file opened for reading does not grow, which is said; it can still be mapped past its end",
    "a port believes in growth that a read-only file never had")
{
    struct scratch_file file = scratch_file(page);

    file.descriptor = reopen(&file, O_RDONLY);
    EXPECT("MW_E_RDONLY", try_with(&file, part(unixmmap, 0, 2 * page)));
    EXPECT("MW_OK", try_with(&file, without(part(unixmmap, 0, 2 * page), MW_F_GROW)));
    EXPECT(number((int64_t)page), file_size(&file));
}
