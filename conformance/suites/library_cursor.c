/* The library: cursors. */
#include "library.h"

#include <pthread.h>
#include <stdio.h>

SUITE("library", "what libmapwise promises");

/* Memory that holds `text`, without its '\0'. */
static mw_map *text_map(const char *text)
{
    mw_map *map = library_anonymous(strlen(text), MW_ACCESS_WRITE);

    if (mw_write_at(NULL, map, 0, text, strlen(text), &failure) != MW_OK)
        setup_failed("mw_write_at: %s", mw_error_text(failure.code));
    return map;
}

static mw_cursor cursor_of(mw_map *map)
{
    mw_cursor cursor;

    if (mw_cursor_make(&cursor, map, &failure) != MW_OK)
        setup_failed("mw_cursor_make: %s", mw_error_text(failure.code));
    return cursor;
}

static const char *position(const mw_cursor *cursor)
{
    return number((int64_t)cursor->position);
}

/* The new position, or the error. */
static const char *seek(mw_cursor *cursor, int64_t offset, mw_whence whence)
{
    uint64_t reached = 0;
    int code = mw_cursor_seek(&reached, cursor, offset, whence, &failure);

    if (code == MW_OK && reached != cursor->position)
        return "the position told is not the one reached";
    return code == MW_OK ? number((int64_t)reached) : answer(code);
}

/* What up to `n` bytes read, n <= 99 or SIZE_MAX; or the error. */
static const char *read_text(mw_cursor *cursor, size_t n)
{
    static char text[100];
    size_t got = 99;
    int code = mw_cursor_read(&got, text, cursor, n, &failure);

    text[got] = '\0';
    return code == MW_OK ? text : answer(code);
}

/* One byte or nothing: its value, or the error. */
static const char *read_byte(mw_cursor *cursor)
{
    unsigned char byte;
    int code = mw_cursor_read(NULL, &byte, cursor, 1, &failure);

    return code == MW_OK ? number(byte) : answer(code);
}

static const char *write_text(mw_cursor *cursor, const char *text)
{
    return answer(mw_cursor_write(cursor, text, strlen(text), &failure));
}

static const char *write_byte(mw_cursor *cursor, int value)
{
    const unsigned char byte = (unsigned char)value;

    return answer(mw_cursor_write(cursor, &byte, 1, &failure));
}

/* The line that a buffer of `capacity` bytes takes, capacity <= 99; or the error and the length told. */
static const char *read_line(mw_cursor *cursor, size_t capacity)
{
    static char text[100];
    size_t length = 99;
    int code = mw_cursor_readline(&length, text, capacity, cursor, &failure);

    if (code != MW_OK)
        snprintf(text, sizeof text, "%s %zu", answer(code), length);
    else
        text[length] = '\0';
    return text;
}

static const char *content(mw_map *map)
{
    static char text[100];
    size_t done;

    if (mw_read_at(&done, text, map, 0, (size_t)mw_length(map), &failure) != MW_OK)
        setup_failed("mw_read_at: %s", mw_error_text(failure.code));
    text[done] = '\0';
    return text;
}

CASE("STR-01", MAPWISE("STR-01"), "a cursor begins at byte 0", "a parser misses the header of its file")
{
    mw_cursor cursor = cursor_of(text_map("abc"));
    mw_cursor none;

    EXPECT("0", position(&cursor));
    EXPECT("abc", read_text(&cursor, 99));
    EXPECT("MW_E_INVAL", answer(mw_cursor_make(NULL, cursor.map, &failure)));
    EXPECT("MW_E_INVAL", answer(mw_cursor_make(&none, NULL, &failure)));
}

CASE("STR-02", MAPWISE("STR-02"),
     "a seek counts from the beginning, the position or the end, and tells where it is",
     "a reader that steps back over a token lands somewhere else")
{
    mw_cursor cursor = cursor_of(text_map("abcdefgh"));

    EXPECT("5", seek(&cursor, 5, MW_SEEK_SET));
    EXPECT("7", seek(&cursor, 2, MW_SEEK_CUR));
    EXPECT("4", seek(&cursor, -3, MW_SEEK_CUR));
    EXPECT("6", seek(&cursor, -2, MW_SEEK_END));
    EXPECT("gh", read_text(&cursor, 99));
    EXPECT("MW_OK", answer(mw_cursor_seek(NULL, &cursor, 1, MW_SEEK_SET, &failure)));
    EXPECT("1", position(&cursor));
}

CASE("STR-03", MAPWISE("STR-03"), "a seek to the end is fine, and nothing is left there",
     "the usual way to learn the size of a file is an error")
{
    mw_cursor cursor = cursor_of(text_map("abc"));

    EXPECT("3", seek(&cursor, 3, MW_SEEK_SET));
    EXPECT("3", seek(&cursor, 0, MW_SEEK_END));
    EXPECT("", read_text(&cursor, 99));
}

CASE("STR-04", MAPWISE("STR-04"),
     "a seek past the end or before the first byte is refused, and the cursor stays",
     "a parser that was sent astray by a bad offset never notices")
{
    mw_cursor cursor = cursor_of(text_map("abc"));

    EXPECT("1", seek(&cursor, 1, MW_SEEK_SET));
    EXPECT("MW_E_RANGE", seek(&cursor, 4, MW_SEEK_SET));
    EXPECT("MW_E_RANGE", seek(&cursor, -1, MW_SEEK_SET));
    EXPECT("MW_E_RANGE", seek(&cursor, 3, MW_SEEK_CUR));
    EXPECT("MW_E_RANGE", seek(&cursor, -2, MW_SEEK_CUR));
    EXPECT("MW_E_RANGE", seek(&cursor, 1, MW_SEEK_END));
    EXPECT("MW_E_RANGE", seek(&cursor, -4, MW_SEEK_END));
    EXPECT("1", position(&cursor));
    EXPECT("0", seek(&cursor, -3, MW_SEEK_END));
}

CASE("STR-05", MAPWISE("STR-05"), "a seek from nowhere known is refused, and the cursor stays",
     "a mixed-up argument moves the cursor, and the next record is garbage")
{
    mw_cursor cursor = cursor_of(text_map("abc"));

    EXPECT("MW_E_INVAL", seek(&cursor, 1, (mw_whence)3));
    EXPECT("MW_E_INVAL", seek(&cursor, 1, (mw_whence)-1));
    EXPECT("0", position(&cursor));
    EXPECT("1", seek(&cursor, 1, MW_SEEK_CUR));
}

CASE("STR-06", MAPWISE("STR-06"), "a seek whose sum does not fit is refused, and the cursor stays",
     "a hostile offset in a file wraps and lets a parser read before the map")
{
    mw_cursor cursor = cursor_of(text_map("abc"));

    EXPECT("2", seek(&cursor, 2, MW_SEEK_SET));
    EXPECT("MW_E_RANGE", seek(&cursor, INT64_MAX, MW_SEEK_CUR));
    EXPECT("MW_E_RANGE", seek(&cursor, INT64_MAX, MW_SEEK_END));
    EXPECT("MW_E_RANGE", seek(&cursor, INT64_MIN, MW_SEEK_CUR));
    EXPECT("MW_E_RANGE", seek(&cursor, INT64_MIN, MW_SEEK_END));
    EXPECT("2", position(&cursor));
    cursor.position = UINT64_MAX; /* a plain value: anybody can */
    EXPECT("MW_E_RANGE", seek(&cursor, INT64_MAX, MW_SEEK_CUR));
    EXPECT("MW_E_RANGE", seek(&cursor, INT64_MIN, MW_SEEK_CUR));
    EXPECT("", read_text(&cursor, SIZE_MAX));
    EXPECT("MW_E_END", write_byte(&cursor, 9));
    EXPECT("abc", content(cursor.map));
}

CASE("STR-08", MAPWISE("STR-08"), "the position counts what was read and written",
     "a writer that notes where its records begin notes wrong places")
{
    mw_cursor cursor = cursor_of(text_map("abcdefgh"));

    EXPECT("abc", read_text(&cursor, 3));
    EXPECT("3", position(&cursor));
    EXPECT("MW_OK", write_text(&cursor, "DE"));
    EXPECT("5", position(&cursor));
}

CASE("STR-09", MAPWISE("STR-09"), "a read gives as many bytes as it was asked for, or as there are",
     "a copy loop ends early or never")
{
    mw_cursor cursor = cursor_of(text_map("abcde"));

    EXPECT("abc", read_text(&cursor, 3));
    EXPECT("de", read_text(&cursor, 3));
    EXPECT("5", position(&cursor));
}

CASE("STR-09.exact", MAPWISE("STR-09"), "a read that must be whole is, or does nothing",
     "half of a header is taken for a header")
{
    mw_cursor cursor = cursor_of(text_map("abcde"));
    char bytes[4] = "...";

    EXPECT("MW_OK", answer(mw_cursor_read(NULL, bytes, &cursor, 3, &failure)));
    EXPECT("abc", bytes);
    EXPECT("MW_E_RANGE", answer(mw_cursor_read(NULL, bytes, &cursor, 3, &failure)));
    EXPECT("5", failed_at());
    EXPECT("abc", bytes);
    EXPECT("3", position(&cursor));
    EXPECT("MW_E_RANGE", answer(mw_cursor_read(NULL, bytes, &cursor, SIZE_MAX, &failure)));
    EXPECT("MW_OK", answer(mw_cursor_read(NULL, bytes, &cursor, 2, &failure)));
    EXPECT("dec", bytes);
    EXPECT("MW_E_END", answer(mw_cursor_read(NULL, bytes, &cursor, 3, &failure)));
}

CASE("STR-10", MAPWISE("STR-10"), "SIZE_MAX bytes are all that are left",
     "reading all that is left leaves the last block")
{
    mw_cursor cursor = cursor_of(text_map("abcde"));

    EXPECT("2", seek(&cursor, 2, MW_SEEK_SET));
    EXPECT("cde", read_text(&cursor, SIZE_MAX));
    EXPECT("5", position(&cursor));
}

CASE("STR-11", MAPWISE("STR-11"), "a read of no bytes gives none, also without a buffer",
     "reading a field of length 0 is an error in the middle of a valid file")
{
    mw_cursor cursor = cursor_of(text_map("abc"));
    size_t got = 99;

    EXPECT("", read_text(&cursor, 0));
    EXPECT("MW_OK", answer(mw_cursor_read(&got, NULL, &cursor, 0, &failure)));
    EXPECT("0", number((int64_t)got));
    EXPECT("MW_E_INVAL", answer(mw_cursor_read(&got, NULL, &cursor, 1, &failure)));
    EXPECT("MW_OK", answer(mw_cursor_read(NULL, NULL, &cursor, 0, &failure)));
    EXPECT("0", position(&cursor));
    EXPECT("MW_E_INVAL", answer(mw_cursor_read(&got, NULL, NULL, 0, &failure)));
}

CASE("STR-12", MAPWISE("STR-12"), "a read at the end succeeds with no bytes",
     "a loop that reads until nothing comes back is ended by an error")
{
    mw_cursor cursor = cursor_of(text_map("abc"));
    mw_cursor nothing = cursor_of(library_anonymous(0, MW_ACCESS_WRITE));

    EXPECT("abc", read_text(&cursor, 3));
    EXPECT("", read_text(&cursor, 1));
    EXPECT("", read_text(&cursor, SIZE_MAX));
    EXPECT("3", position(&cursor));
    EXPECT("", read_text(&nothing, SIZE_MAX));
}

CASE("STR-15", MAPWISE("STR-15"), "bytes are read one by one, until the end says so",
     "a lexer takes a byte of 255 for the end")
{
    mw_cursor cursor = cursor_of(text_map("a\xff"));

    EXPECT("97", read_byte(&cursor));
    EXPECT("1", position(&cursor));
    EXPECT("255", read_byte(&cursor));
    EXPECT("MW_E_END", read_byte(&cursor));
    EXPECT("2", position(&cursor));
}

CASE("STR-16", MAPWISE("STR-16"), "bytes are written one by one, until the end says so",
     "a writer goes on behind the end of its buffer")
{
    mw_cursor cursor = cursor_of(text_map("ab"));

    EXPECT("MW_OK", write_byte(&cursor, 'A'));
    EXPECT("1", position(&cursor));
    EXPECT("MW_OK", write_byte(&cursor, 'B'));
    EXPECT("MW_E_END", write_byte(&cursor, 'C'));
    EXPECT("2", position(&cursor));
    EXPECT("AB", content(cursor.map));
}

FILE_CASE("STR-17", MAPWISE("STR-17"),
          "every value of a byte comes back as it was written, and reaches the file",
          "text in other alphabets comes back with other letters")
{
    struct scratch_file file = scratch_file(page);
    mw_cursor cursor = cursor_of(library_map(&file, MW_ACCESS_WRITE));
    int wrong = 0;

    for (int value = 0; value < 256; value++)
        wrong += strcmp(write_byte(&cursor, value), "MW_OK") != 0;
    EXPECT("0", seek(&cursor, 0, MW_SEEK_SET));
    for (int value = 0; value < 256; value++)
        wrong += strcmp(read_byte(&cursor), number(value)) != 0;
    EXPECT("0", number(wrong));
    EXPECT("128", file_byte(&file, 128));
    EXPECT("255", file_byte(&file, 255));
    EXPECT("1", file_byte(&file, 256));
}

FILE_CASE("STR-18", MAPWISE("STR-18"),
          "a write that does not fit is refused, no byte changes and the cursor stays",
          "the last record is torn, with its first half in the file")
{
    struct scratch_file file = scratch_file(page);
    mw_cursor cursor = cursor_of(library_map(&file, MW_ACCESS_WRITE));
    const int64_t last = (int64_t)page - 1;

    EXPECT(number(last), seek(&cursor, -1, MW_SEEK_END));
    EXPECT("MW_E_RANGE", write_text(&cursor, "ab"));
    EXPECT("MW_E_RANGE", answer(mw_cursor_write(&cursor, "ab", SIZE_MAX, &failure)));
    EXPECT(number(last), position(&cursor));
    EXPECT("1", file_byte(&file, last));
    EXPECT("MW_OK", write_text(&cursor, "a"));
    EXPECT("97", file_byte(&file, last));
    EXPECT("MW_E_INVAL", answer(mw_cursor_write(&cursor, NULL, 1, &failure)));
    EXPECT("MW_E_INVAL", answer(mw_cursor_write(NULL, "a", 1, &failure)));
}

FILE_CASE("STR-18.rights", MAPWISE("STR-18"), "a write to pages that can only be read is refused as a whole",
          "a record that begins before a sealed page is half replaced")
{
    struct scratch_file file = scratch_file(2 * page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    mw_cursor cursor = cursor_of(map);
    const int64_t last = (int64_t)page - 1;

    EXPECT("MW_OK", answer(mw_protect(map, page, page, MW_PROT_READ, &failure)));
    EXPECT(number(last), seek(&cursor, last, MW_SEEK_SET));
    EXPECT("MW_E_RDONLY", write_text(&cursor, "ab"));
    EXPECT("1", file_byte(&file, last));
    EXPECT(number(last), position(&cursor));
    EXPECT("MW_OK", write_text(&cursor, "a"));
    EXPECT("MW_E_RDONLY", write_text(&cursor, "b"));
}

CASE("STR-19", MAPWISE("STR-19"), "writing no bytes succeeds, also at the end and without a source",
     "a serializer fails at an empty string")
{
    mw_cursor cursor = cursor_of(text_map("ab"));

    EXPECT("MW_OK", write_text(&cursor, ""));
    EXPECT("2", seek(&cursor, 0, MW_SEEK_END));
    EXPECT("MW_OK", write_text(&cursor, ""));
    EXPECT("MW_OK", answer(mw_cursor_write(&cursor, NULL, 0, &failure)));
    EXPECT("2", position(&cursor));
}

CASE("STR-20", MAPWISE("STR-20"), "any object can be written, and read back",
     "numbers in a packed format come back changed")
{
    mw_cursor cursor = cursor_of(library_anonymous(100, MW_ACCESS_WRITE));
    const int64_t written[] = {INT64_MIN, 5};
    int64_t read[] = {0, 0};

    EXPECT("MW_OK", write_byte(&cursor, 1)); /* so that no element is aligned */
    EXPECT("MW_OK", answer(mw_cursor_write(&cursor, written, sizeof written, &failure)));
    EXPECT("1", seek(&cursor, 1, MW_SEEK_SET));
    EXPECT("MW_OK", answer(mw_cursor_read(NULL, read, &cursor, sizeof read, &failure)));
    EXPECT("yes", yes_or_no(read[0] == INT64_MIN && read[1] == 5));
}

CASE("STR-21", MAPWISE("STR-21"),
     "a line ends with its '\\n', the last one may do without, and then there are none",
     "a log file without a newline at its end loses its last line")
{
    mw_cursor cursor = cursor_of(text_map("ab\n\nc"));
    mw_cursor zeros = cursor_of(library_anonymous(5, MW_ACCESS_WRITE));

    EXPECT("ab\n", read_line(&cursor, 99));
    EXPECT("3", position(&cursor));
    EXPECT("\n", read_line(&cursor, 99));
    EXPECT("4", position(&cursor));
    EXPECT("c", read_line(&cursor, 99));
    EXPECT("", read_line(&cursor, 99));
    EXPECT("5", position(&cursor));
    EXPECT("", read_line(&zeros, 99)); /* five bytes that are no line's end */
    EXPECT("5", position(&zeros));
}

/* Pages and pieces of them: a line may be as long as the map, and end anywhere. */
CASE("STR-21.long", MAPWISE("STR-21"), "lines of any length are read whole, wherever pages begin",
     "a line that crosses a page is cut in two")
{
    const size_t size = 3 * page;
    mw_map *map = library_anonymous(size, MW_ACCESS_WRITE);
    char *read = malloc(size);
    int wrong = 0;

    if (!read)
        setup_failed("malloc");
    EXPECT("MW_OK", answer(mw_fill(map, 0, MW_WHOLE, 'x', &failure)));
    for (size_t end = page - 3; end <= 2 * page + 3; end++) {
        mw_cursor cursor = cursor_of(map);
        size_t first = 0, second = 0;
        wrong += mw_write_at(NULL, map, end - 1, "\n", 1, NULL) != MW_OK;
        wrong += mw_cursor_readline(&first, read, size, &cursor, NULL) != MW_OK || first != end;
        wrong += read[0] != 'x' || read[end - 1] != '\n';
        wrong += mw_cursor_readline(&second, read, size, &cursor, NULL) != MW_OK || second != size - end;
        wrong += mw_write_at(NULL, map, end - 1, "x", 1, NULL) != MW_OK;
    }
    free(read);
    EXPECT("0", number(wrong));
}

CASE("STR-21.rights", MAPWISE("STR-21"), "what lies behind a line need not be readable",
     "a valid line is unreadable because of what lies behind it")
{
    mw_map *map = library_anonymous(2 * page, MW_ACCESS_WRITE);
    mw_cursor cursor = cursor_of(map);
    const int64_t start = (int64_t)page - 3;

    EXPECT("MW_OK", answer(mw_write_at(NULL, map, page - 3, "a\nb", 3, &failure)));
    EXPECT("MW_OK", answer(mw_protect(map, page, page, MW_PROT_NONE, &failure)));
    EXPECT(number(start), seek(&cursor, start, MW_SEEK_SET));
    EXPECT("MW_E_ACCESS", read_text(&cursor, 4));
    EXPECT("a\n", read_line(&cursor, 99));
    EXPECT("MW_E_ACCESS 0", read_line(&cursor, 99));
    EXPECT(number(start + 2), position(&cursor));
    EXPECT("b", read_text(&cursor, 1));
}

CASE("STR-22", MAPWISE("STR-22"), "a line longer than the buffer is measured, not read",
     "an overlong line overruns the buffer of its reader")
{
    mw_cursor cursor = cursor_of(text_map("abcde\nf"));
    size_t length = 99;

    EXPECT("MW_E_RANGE 6", read_line(&cursor, 5));
    EXPECT("MW_E_RANGE 6", read_line(&cursor, 0));
    EXPECT("0", position(&cursor));
    EXPECT("MW_OK", answer(mw_cursor_readline(&length, NULL, 0, &cursor, &failure)));
    EXPECT("6", number((int64_t)length));
    EXPECT("0", position(&cursor));
    EXPECT("MW_E_INVAL", answer(mw_cursor_readline(&length, NULL, 1, &cursor, &failure)));
    EXPECT("0", number((int64_t)length));
    EXPECT("MW_E_INVAL", answer(mw_cursor_readline(NULL, &length, 0, &cursor, &failure)));
    EXPECT("MW_E_INVAL", answer(mw_cursor_readline(&length, NULL, 0, NULL, &failure)));
    EXPECT("abcde\n", read_line(&cursor, 6));
    EXPECT("6", position(&cursor));
}

FILE_CASE("STR-23", MAPWISE("STR-23"),
          "where the map has become shorter than the position there is nothing more",
          "a reader whose log was cut short reads behind its end")
{
    struct scratch_file file = scratch_file(2 * page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    mw_cursor cursor = cursor_of(map);
    const char *const before = number((int64_t)page + 500);

    EXPECT(before, seek(&cursor, (int64_t)page + 500, MW_SEEK_SET));
    EXPECT("MW_OK", answer(mw_resize(map, page, 0, &failure)));
    EXPECT(before, position(&cursor));
    EXPECT("", read_text(&cursor, 99));
    EXPECT("", read_text(&cursor, SIZE_MAX));
    EXPECT("", read_line(&cursor, 99));
    EXPECT("MW_E_END", read_byte(&cursor));
    EXPECT("MW_E_END", write_byte(&cursor, 9));
    EXPECT("MW_E_RANGE", write_text(&cursor, ""));
    EXPECT("MW_E_RANGE", seek(&cursor, 0, MW_SEEK_CUR));
    EXPECT(before, position(&cursor));
    EXPECT(number((int64_t)page), file_size(&file));
    EXPECT("0", seek(&cursor, 0, MW_SEEK_SET));
    EXPECT("1", read_byte(&cursor));
}

static const char *use_all(mw_cursor cursor)
{
    const uint64_t before = cursor.position;
    const char *const answers[] = {seek(&cursor, 0, MW_SEEK_SET), read_text(&cursor, 1), read_byte(&cursor),
                                   write_byte(&cursor, 9), write_text(&cursor, "")};

    for (size_t i = 1; i < sizeof answers / sizeof answers[0]; i++)
        if (strcmp(answers[i], answers[0]) != 0)
            return "they differ";
    if (strncmp(read_line(&cursor, 9), answers[0], strlen(answers[0])) != 0)
        return "lines differ";
    return cursor.position == before ? answers[0] : "it has moved";
}

FILE_CASE("STR-24", MAPWISE("STR-24"),
          "every use of a cursor of a closed or freed map is refused, and none kills",
          "a forgotten cursor reads memory that belongs to another file by now")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    mw_cursor cursor = cursor_of(map), other;

    EXPECT("1", read_byte(&cursor));
    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
    EXPECT("MW_E_CLOSED", use_all(cursor));
    EXPECT("MW_E_CLOSED", answer(mw_cursor_make(&other, map, &failure)));
    EXPECT("MW_OK", mw_error_name(mw_free(map)));
    EXPECT("MW_E_CLOSED", use_all(cursor));
    mw_map *next = library_map(&file, MW_ACCESS_WRITE); /* may well be the same handle */
    EXPECT("MW_E_CLOSED", use_all(cursor));
    EXPECT("1", byte_at(next, 0));
    EXPECT("MW_OK", mw_error_name(mw_free(next)));
}

FILE_CASE("STR-24.rewindow", MAPWISE("STR-24"),
          "a cursor goes on in the part of the file that its map shows now",
          "a scan over windows reads the first one again and again")
{
    struct scratch_file file = scratch_file(3 * page);
    mw_map *map = library_map(&file, MW_ACCESS_READ);
    mw_cursor cursor = cursor_of(map);

    EXPECT("1", read_byte(&cursor));
    EXPECT("MW_OK", answer(mw_rewindow(map, page, page, &failure)));
    EXPECT("2", read_byte(&cursor));
    EXPECT("2", position(&cursor));
}

CASE("STR-25", MAPWISE("STR-25"), "a map can have any number of cursors, which know nothing of each other",
     "two parsers on one file take tokens from each other")
{
    mw_map *map = text_map("abcd");
    mw_cursor first = cursor_of(map), second = cursor_of(map);

    EXPECT("abc", read_text(&first, 3));
    EXPECT("MW_OK", write_text(&second, "AB"));
    mw_cursor third = first;
    EXPECT("d", read_text(&first, 99));
    EXPECT("d", read_text(&third, 99));
    EXPECT("2", position(&second));
    EXPECT("ABcd", content(map));
}

CASE("STR-26", MAPWISE("STR-26"), "a read goes into memory of the caller's, another map's too",
     "copying from one map to another needs a detour through a buffer")
{
    mw_map *to = text_map("......"), *from = text_map("abcd");
    mw_cursor cursor = cursor_of(from);
    size_t got = 0;

    EXPECT("MW_OK", answer(mw_cursor_read(&got, pinned(to, MW_PROT_WRITE) + 1, &cursor, 4, &failure)));
    EXPECT(".abcd.", content(to));
    cursor.position = 0;
    EXPECT("MW_OK", answer(mw_cursor_read(&got, pinned(from, MW_PROT_WRITE) + 1, &cursor, 3, &failure)));
    EXPECT("aabc", content(from));
}

enum { THREADS = 4, RECORDS = 5000 };

/* Reads all records in order; how many were something else. */
static void *read_records(void *map)
{
    mw_cursor cursor;
    intptr_t wrong = mw_cursor_make(&cursor, map, NULL) != MW_OK;
    int record;

    for (int i = 0; i < RECORDS && wrong == 0; i++)
        wrong += mw_cursor_read(NULL, &record, &cursor, sizeof record, NULL) != MW_OK || record != i;
    wrong += mw_cursor_read(NULL, &record, &cursor, sizeof record, NULL) != MW_E_END;
    return (void *)wrong;
}

CASE("STR-27", MAPWISE("STR-27"), "threads with cursors of their own read one map at a time",
     "a parallel search misses records or finds them twice")
{
    mw_map *map = library_anonymous(RECORDS * sizeof(int), MW_ACCESS_WRITE);
    mw_cursor cursor = cursor_of(map);
    pthread_t threads[THREADS];
    intptr_t wrong = 0;

    for (int i = 0; i < RECORDS; i++)
        wrong += mw_cursor_write(&cursor, &i, sizeof i, NULL) != MW_OK;
    for (size_t i = 0; i < THREADS; i++)
        threads[i] = start_thread(read_records, map);
    for (size_t i = 0; i < THREADS; i++)
        wrong += (intptr_t)join_thread(threads[i]);
    EXPECT("0", number(wrong));
}

/* ---- pages that can't be supplied -------------------------------------------------------------- */

/* A map of three pages, of which the file then loses the last one and most of the second. */
static mw_map *cut_map(const struct scratch_file *file, uint32_t flags)
{
    const mw_map_options options = options_for(MW_ACCESS_WRITE, flags);
    mw_map *map = library_map_with(file, &options);

    resize_file(file, (off_t)page + 10);
    return map;
}

static void expect_cursor_stays(const struct scratch_file *file, uint32_t flags)
{
    mw_cursor cursor = cursor_of(cut_map(file, flags));
    const char *const hole = number((int64_t)(2 * page)), *const before = number((int64_t)(2 * page) - 5);
    const char *const record = "0123456789";
    char bytes[10];
    size_t got = 99;

    EXPECT(before, seek(&cursor, (int64_t)(2 * page) - 5, MW_SEEK_SET));
    EXPECT("MW_E_FAULT", answer(mw_cursor_read(&got, bytes, &cursor, 10, &failure)));
    EXPECT("5", number((int64_t)got));
    EXPECT(hole, failed_at());
    EXPECT("MW_E_FAULT", answer(mw_cursor_read(NULL, bytes, &cursor, 10, &failure)));
    EXPECT("MW_E_FAULT 0", read_line(&cursor, 99));
    EXPECT(hole, failed_at());
    EXPECT("MW_E_FAULT", write_text(&cursor, record));
    EXPECT(hole, failed_at());
    EXPECT(before, position(&cursor));
    EXPECT("MW_OK", answer(mw_cursor_read(NULL, bytes, &cursor, 5, &failure)));
    EXPECT("MW_E_FAULT", read_byte(&cursor));
    EXPECT("MW_E_FAULT", write_byte(&cursor, 9));
    EXPECT(hole, position(&cursor));
}

FILE_CASE("FLT-04", MAPWISE("FLT-04"), "a cursor stays where it is when a page can't be supplied",
          "a parser resumes behind bytes that it has never seen")
{
    struct scratch_file file = scratch_file(3 * page);

    expect_cursor_stays(&file, MW_F_GUARDED);
}

FILE_CASE("FLT-04.kernel", MAPWISE("FLT-04"), "so it does where the system copies",
          "choosing the signal-free way makes a parser skip a record")
{
    struct scratch_file file = scratch_file(3 * page);

    expect_cursor_stays(&file, MW_F_KERNEL_COPY);
}

FILE_CASE("STR-14", MAPWISE("STR-14"), "after a read that failed half-way the same bytes can be read again",
          "a repaired file has to be read from the start again")
{
    struct scratch_file file = scratch_file(3 * page);
    mw_cursor cursor = cursor_of(cut_map(&file, MW_F_GUARDED));
    const char *const start = number((int64_t)(2 * page) - 1);
    char bytes[2] = "";
    size_t got = 99;

    EXPECT(start, seek(&cursor, (int64_t)(2 * page) - 1, MW_SEEK_SET));
    EXPECT("MW_E_FAULT", answer(mw_cursor_read(&got, bytes, &cursor, 2, &failure)));
    EXPECT(number((int64_t)(2 * page)), failed_at());
    EXPECT("1", number((int64_t)got));
    EXPECT(start, position(&cursor));
    resize_file(&file, (off_t)(3 * page));
    write_file(&file, (off_t)(2 * page), 9);
    EXPECT("MW_OK", answer(mw_cursor_read(&got, bytes, &cursor, 2, &failure)));
    EXPECT("9", number(bytes[1]));
    EXPECT(number((int64_t)(2 * page) + 1), position(&cursor));
}

FILE_CASE("STR-14.line", MAPWISE("STR-14"),
          "a line that ends before the pages that can't be supplied is read",
          "the complete lines of a cut log are lost together with its torn one")
{
    struct scratch_file file = scratch_file(3 * page);
    mw_map *map = cut_map(&file, MW_F_GUARDED);
    mw_cursor cursor = cursor_of(map);

    EXPECT("MW_OK", answer(mw_write_at(NULL, map, 2 * page - 2, "a\n", 2, &failure)));
    EXPECT(number((int64_t)(2 * page) - 2), seek(&cursor, (int64_t)(2 * page) - 2, MW_SEEK_SET));
    EXPECT("a\n", read_line(&cursor, 99));
    EXPECT("MW_E_FAULT 0", read_line(&cursor, 99));
    EXPECT(number((int64_t)(2 * page)), failed_at());
}

CASE("STR-21.kernel", MAPWISE("STR-21"), "lines are read where the system copies, too",
     "log lines cannot be read in a program that must not touch signals")
{
    const mw_map_options options = options_for(MW_ACCESS_WRITE, MW_F_KERNEL_COPY);
    mw_map *map;

    if (mw_map_anon(&map, 2 * page, &options, &failure) != MW_OK)
        setup_failed("mw_map_anon: %s", mw_error_text(failure.code));
    mw_cursor cursor = cursor_of(map);
    EXPECT("MW_OK", answer(mw_write_at(NULL, map, page - 1, "\na\n", 3, &failure)));
    EXPECT(number((int64_t)page - 1), seek(&cursor, (int64_t)page - 1, MW_SEEK_SET));
    EXPECT("\n", read_line(&cursor, 99));
    EXPECT("a\n", read_line(&cursor, 99));
    EXPECT(number((int64_t)page + 2), position(&cursor));
}
