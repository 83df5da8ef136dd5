/* The library: maps of the files behind streams of stdio. */
#include "library.h"

#include <stdio.h>

SUITE("library", "what libmapwise promises");

static FILE *stream_of(const struct scratch_file *file, const char *mode)
{
    FILE *stream = fopen(file->path, mode);

    if (!stream)
        setup_failed("fopen: %s", error_number(errno));
    return stream;
}

static mw_map *map_of(FILE *stream, mw_access access, uint32_t flags, uint64_t offset, uint64_t length)
{
    const mw_map_options options = options_range(access, flags, offset, length);
    mw_map *map;

    if (mw_map_stream(&map, stream, &options, &failure) != MW_OK)
        setup_failed("%s: %s", failure.op, mw_error_text(failure.code));
    return map;
}

static const char *try_stream(FILE *stream, mw_access access, uint32_t flags, uint64_t offset,
                              uint64_t length)
{
    const mw_map_options options = options_range(access, flags, offset, length);
    mw_map *map = (mw_map *)&failure; /* must become NULL */
    const char *code = answer(mw_map_stream(&map, stream, &options, &failure));

    if (map && strcmp(code, "MW_OK") != 0)
        return "failed and gave a map";
    mw_free(map);
    return code;
}

/* Where the next byte of the stream would be. */
static const char *position(FILE *stream)
{
    return number((int64_t)ftello(stream));
}

FILE_CASE("CRE-06.stream", MAPWISE("CRE-06"),
          "a map of a stream begins where the stream is, by what it has read",
          "a reader that has parsed a header maps the header again")
{
    struct scratch_file file = scratch_file(3 * page);
    FILE *stream = stream_of(&file, "r");
    char header[5];

    EXPECT("5", number((int64_t)fread(header, 1, sizeof header, stream)));
    write_file(&file, 5, 77);
    mw_map *map = map_of(stream, MW_ACCESS_DEFAULT, 0, 0, MW_WHOLE);
    EXPECT("77", byte_at(map, 0));
    EXPECT(number((int64_t)(3 * page) - 5), number((int64_t)mw_length(map)));
    EXPECT("READ", access_of(map));
    EXPECT("5", number((int64_t)info_of(map).offset));
    EXPECT("3", byte_at(map_of(stream, MW_ACCESS_READ, 0, 2 * page, 10), 0));
    map = map_of(stream, MW_ACCESS_READ, MW_F_FROM_POSITION, page, 10);
    EXPECT(number((int64_t)page + 5), number((int64_t)info_of(map).offset));
}

FILE_CASE("CRE-07.stream", MAPWISE("CRE-07"), "a stream stays where it is, and can be read on, mapped or not",
          "a program that goes on reading after mapping skips or repeats input")
{
    struct scratch_file file = scratch_file(3 * page);
    FILE *stream = stream_of(&file, "r+");

    SETUP(fseeko(stream, (off_t)page - 1, SEEK_SET));
    EXPECT("1", number(fgetc(stream)));
    mw_map *map = map_of(stream, MW_ACCESS_DEFAULT, 0, 0, page);
    EXPECT("WRITE", access_of(map));
    EXPECT(number((int64_t)page), position(stream));
    EXPECT("2", number(fgetc(stream)));
    EXPECT("MW_E_SHORT", try_stream(stream, MW_ACCESS_READ, 0, 0, 2 * page));
    EXPECT(number((int64_t)page + 1), position(stream));
    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
    EXPECT("2", number(fgetc(stream)));
    EXPECT("0", number(fclose(stream)));
}

FILE_CASE("CRE-07.stream_grown", MAPWISE("CRE-07"),
          "behind a header that stdio has written a matrix is mapped, and the stream stays between them",
          "the matrix and its own header are written over each other")
{
    struct scratch_file file = scratch_file(0);
    FILE *stream = stream_of(&file, "w+");
    unsigned rows = 0, columns = 0;

    EXPECT("8", number(fprintf(stream, "%3u %3u\n", 100U, 30U)));
    mw_map *map = map_of(stream, MW_ACCESS_DEFAULT, MW_F_GROW, 0, 3000);
    EXPECT("3008", file_size(&file));
    EXPECT("8", position(stream));
    EXPECT("MW_OK", set_byte(map, 0, 7));
    EXPECT("MW_OK", set_byte(map, 2999, 9));
    EXPECT("MW_OK", answer(mw_free(map)));
    EXPECT("0", number(fclose(stream)));
    EXPECT("7", file_byte(&file, 8));
    EXPECT("3008", file_size(&file));

    stream = stream_of(&file, "r");
    EXPECT("2", number(fscanf(stream, "%3u %3u", &rows, &columns)));
    EXPECT("10", number(fgetc(stream)));
    map = map_of(stream, MW_ACCESS_DEFAULT, 0, 0, (uint64_t)rows * columns);
    EXPECT("7", byte_at(map, 0));
    EXPECT("9", byte_at(map, 2999));
    EXPECT("8", position(stream));
}

FILE_CASE("CRE-39.stream", MAPWISE("CRE-39"),
          "what stdio still holds is not in a map, until its stream is mapped",
          "a program maps its output and misses the line it has just printed")
{
    struct scratch_file file = scratch_file(10);
    FILE *stream = stream_of(&file, "r+");
    mw_map *early = library_map(&file, MW_ACCESS_READ);

    EXPECT("1", number((int64_t)fwrite("\x07", 1, 1, stream)));
    EXPECT("1", byte_at(early, 0));
    mw_map *map = map_of(stream, MW_ACCESS_WRITE, 0, 0, MW_WHOLE);
    EXPECT("7", byte_at(early, 0));
    EXPECT("9", number((int64_t)mw_length(map)));
    EXPECT("1", position(stream));
}

FILE_CASE("CRE-39.read_ahead", MAPWISE("CRE-39"),
          "what a stream had read ahead is dropped: it reads what the map has stored since",
          "a stream hands out bytes that the map has replaced meanwhile")
{
    struct scratch_file file = scratch_file(10);
    FILE *stream = stream_of(&file, "r+");

    EXPECT("1", number(fgetc(stream)));
    mw_map *map = map_of(stream, MW_ACCESS_WRITE, 0, 0, MW_WHOLE);
    EXPECT("MW_OK", set_byte(map, 0, 9));
    EXPECT("9", number(fgetc(stream)));
    EXPECT("MW_OK", set_byte(map, 5, 8));
    EXPECT("0", number(fflush(stream)));
    SETUP(fseeko(stream, 6, SEEK_SET));
    EXPECT("8", number(fgetc(stream)));
}

FILE_CASE("CRE-39.append", MAPWISE("CRE-39"), "behind what is appended, wherever the end is by then",
          "an appended array overlaps the line that another process has added")
{
    struct scratch_file file = scratch_file(10);
    FILE *stream = stream_of(&file, "a+");

    EXPECT("3", number((int64_t)fwrite("abc", 1, 3, stream)));
    resize_file(&file, 20);
    EXPECT("MW_OK", try_stream(stream, MW_ACCESS_WRITE, MW_F_GROW, 0, 5));
    EXPECT("28", file_size(&file));
    EXPECT(number('a'), file_byte(&file, 20));
    EXPECT("23", position(stream));
}

FILE_CASE("CRE-05.stream", MAPWISE("CRE-05"), "a map works on after its stream was closed",
          "closing a stream that is no longer needed ends the map")
{
    struct scratch_file file = scratch_file(page);
    FILE *stream = stream_of(&file, "r+");

    remember_resources();
    mw_map *map = map_of(stream, MW_ACCESS_WRITE, 0, 0, MW_WHOLE);
    EXPECT("1 descriptors, 1 maps", leaked());
    EXPECT("0", number(fclose(stream)));
    EXPECT("MW_OK", set_byte(map, 0, 9));
    EXPECT("9", file_byte(&file, 0));
    EXPECT("MW_OK", answer(mw_sync(map, 0, MW_WHOLE, MW_SYNC_FULL, 0, &failure)));
}

FILE_CASE("CRE-09.stream", MAPWISE("CRE-09"),
          "streams without a descriptor, or with one that was closed, are refused",
          "a stream in memory maps whatever file has the wrong number")
{
    struct scratch_file file = scratch_file(page);
    FILE *stream = stream_of(&file, "r");
    char memory[16] = "in memory";

    EXPECT("MW_E_INVAL", try_stream(NULL, MW_ACCESS_READ, 0, 0, MW_WHOLE));
    EXPECT("MW_E_INVAL", answer(mw_map_stream(NULL, stream, NULL, &failure)));
    EXPECT("MW_OK", try_stream(stream, MW_ACCESS_READ, 0, 0, MW_WHOLE));
    remember_resources();
    SETUP(close(fileno(stream)));
    EXPECT("MW_E_BADFD", try_stream(stream, MW_ACCESS_READ, 0, 0, MW_WHOLE));
    EXPECT("EBADF", error_number(failure.os));
    EXPECT("-1 descriptors, 0 maps", leaked());
    FILE *no_file = fmemopen(memory, sizeof memory, "r");
    EXPECT("MW_E_BADFD", try_stream(no_file, MW_ACCESS_READ, 0, 0, MW_WHOLE));
    EXPECT("105", number(fgetc(no_file)));
}

CASE("CRE-13.stream", MAPWISE("CRE-13"), "a stream that has no position is refused, and keeps what it holds",
     "a filter that tries to map its input loses the beginning of it")
{
    char text[8] = "";
    int ends[2];

    SETUP(pipe(ends));
    FILE *writer = fdopen(ends[1], "w"), *reader = fdopen(ends[0], "r");
    EXPECT("4", number((int64_t)fwrite("mapw", 1, 4, writer)));
    remember_resources();
    EXPECT("MW_E_NOTSUP", try_stream(writer, MW_ACCESS_READ, MW_F_READ_COPY, 0, MW_WHOLE));
    SETUP(fcntl(ends[0], F_SETFL, O_NONBLOCK));
    EXPECT("EAGAIN", returned(read(ends[0], text, sizeof text)));
    EXPECT("0", number(fclose(writer)));
    EXPECT("109", number(fgetc(reader)));
    EXPECT("MW_E_NOTSUP", try_stream(reader, MW_ACCESS_READ, MW_F_READ_COPY, 0, MW_WHOLE));
    EXPECT("3", number((int64_t)fread(text, 1, sizeof text, reader)));
    EXPECT("apw", text);
}

FILE_CASE("CRE-18.stream", MAPWISE("CRE-18"), "a stream opened for reading gives no right to write or grow",
          "a viewer that opened a file for reading can grow it")
{
    struct scratch_file file = scratch_file(page);
    FILE *reader = stream_of(&file, "r"), *writer = stream_of(&file, "a");

    EXPECT("MW_E_ACCESS", try_stream(reader, MW_ACCESS_WRITE, 0, 0, MW_WHOLE));
    EXPECT("MW_E_RDONLY", try_stream(reader, MW_ACCESS_READ, MW_F_GROW, 0, 2 * page));
    EXPECT("MW_E_ACCESS", try_stream(writer, MW_ACCESS_READ, 0, 0, MW_WHOLE));
    EXPECT("MW_E_OVERFLOW", try_stream(reader, MW_ACCESS_READ, 0, UINT64_MAX - 5, 10));
    EXPECT("MW_OK", try_stream(reader, MW_ACCESS_READ, 0, 0, MW_WHOLE));
    SETUP(fseeko(reader, (off_t)page + 1, SEEK_SET));
    EXPECT("MW_E_RANGE", try_stream(reader, MW_ACCESS_READ, 0, 0, MW_WHOLE));
    EXPECT("MW_E_OVERFLOW", try_stream(reader, MW_ACCESS_READ, 0, UINT64_MAX - 5, 10));
    EXPECT(number((int64_t)page), file_size(&file));
}

FILE_CASE("CRE-34.stream", MAPWISE("CRE-34"),
          "a stream whose bytes can't be written is refused for what the system says",
          "a full disk is reported as a problem with mapping")
{
    struct scratch_file file = scratch_file(page);
    FILE *full = fopen("/dev/full", "r+");

    if (!full)
        unsupported("/dev/full can't be opened");
    EXPECT("1", number((int64_t)fwrite("x", 1, 1, full)));
    EXPECT("MW_E_NOSPC", try_stream(full, MW_ACCESS_READ, 0, 0, page));
    EXPECT("fflush", failure.op);
    FILE *stream = stream_of(&file, "r+");
    EXPECT("1", number((int64_t)fwrite("x", 1, 1, stream)));
    EXPECT("MW_OK", try_stream(stream, MW_ACCESS_READ, 0, 0, MW_WHOLE));
    EXPECT("120", file_byte(&file, 0));
}
