/* The library: bytes by index and by slice, moving and filling. */
#include "library.h"

SUITE("library", "what libmapwise promises");

#define NONE MW_SLICE_DEFAULT

/* Memory that holds `text`, without its '\0'. */
static mw_map *text_map(const char *text)
{
    mw_map *map = library_anonymous(strlen(text), MW_ACCESS_WRITE);

    if (mw_write_at(NULL, map, 0, text, strlen(text), &failure) != MW_OK)
        setup_failed("mw_write_at: %s", mw_error_text(failure.code));
    return map;
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

/* The offset that an index means, or the error. */
static const char *offset_of(mw_map *map, int64_t index)
{
    uint64_t offset = 7777;
    int code = mw_index(&offset, map, index, &failure);

    return code == MW_OK ? number((int64_t)offset) : answer(code);
}

static const char *get(mw_map *map, int64_t start, int64_t stop, int64_t step)
{
    static char text[100];
    size_t count = 99;
    int code = mw_slice_get(&count, text, sizeof text - 1, map, (mw_slice){start, stop, step}, &failure);

    text[count] = '\0';
    return code == MW_OK ? text : answer(code);
}

static const char *set(mw_map *map, int64_t start, int64_t stop, int64_t step, const char *text)
{
    return answer(mw_slice_set(map, (mw_slice){start, stop, step}, text, strlen(text), &failure));
}

static const char *move(mw_map *map, uint64_t destination, uint64_t source, uint64_t n)
{
    return answer(mw_move(map, destination, source, n, &failure));
}

CASE("IDX-01", MAPWISE("IDX-01"), "an index names a byte, whose value is 0 to 255",
     "a byte above 127 comes back negative and indexes before the table")
{
    mw_map *map = text_map("a\377");
    uint64_t offset = 99;

    EXPECT("0", offset_of(map, 0));
    EXPECT("1", offset_of(map, 1));
    EXPECT("97", byte_at(map, 0));
    EXPECT("MW_OK", answer(mw_index(&offset, map, 1, &failure)));
    EXPECT("255", byte_at(map, offset));
    EXPECT("MW_E_INVAL", answer(mw_index(NULL, map, 0, &failure)));
    EXPECT("MW_E_INVAL", answer(mw_index(&offset, NULL, 0, &failure)));
    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
    EXPECT("MW_E_CLOSED", offset_of(map, 0));
}

CASE("IDX-02", MAPWISE("IDX-02"), "a negative index counts from the end",
     "the last byte of a buffer is found by hand, and wrongly where it is empty")
{
    mw_map *map = text_map("abcde");

    EXPECT("4", offset_of(map, -1));
    EXPECT("0", offset_of(map, -5));
}

CASE("IDX-03", MAPWISE("IDX-03"), "an index of no byte is refused",
     "an index one too far reads the memory of the next object")
{
    mw_map *map = text_map("abcde");

    EXPECT("MW_E_RANGE", offset_of(map, 5));
    EXPECT("MW_E_RANGE", offset_of(map, -6));
    EXPECT("MW_E_RANGE", offset_of(map, INT64_MAX));
    EXPECT("MW_E_RANGE", offset_of(map, INT64_MIN));
    EXPECT("MW_E_RANGE", offset_of(library_anonymous(0, MW_ACCESS_WRITE), 0));
    EXPECT("MW_E_RANGE", offset_of(library_anonymous(0, MW_ACCESS_WRITE), -1));
    EXPECT("4", offset_of(map, 4));
}

FILE_CASE("IDX-06", MAPWISE("IDX-06"), "a byte can be given every value",
          "a byte of 255 is stored as the end of the file")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    uint64_t offset = 0;

    EXPECT("MW_OK", answer(mw_index(&offset, map, -1, &failure)));
    EXPECT("MW_OK", set_byte(map, offset, 255));
    EXPECT("255", file_byte(&file, (int64_t)page - 1));
    EXPECT("MW_OK", set_byte(map, offset, 0));
    EXPECT("0", byte_at(map, offset));
    EXPECT("1", file_byte(&file, (int64_t)page - 2));
}

CASE("IDX-07", MAPWISE("IDX-07"), "a slice takes what there is of it, which may be nothing",
     "a script that runs with other lists fails when the list is a map")
{
    mw_map *map = text_map("abcdef");

    EXPECT("bcd", get(map, 1, 4, NONE));
    EXPECT("abcdef", get(map, NONE, NONE, NONE));
    EXPECT("ef", get(map, 4, 99, 1));
    EXPECT("def", get(map, -3, NONE, 1));
    EXPECT("abc", get(map, -99, -3, 1));
    EXPECT("", get(map, 4, 2, 1));
    EXPECT("", get(map, 6, NONE, 1));
    EXPECT("", get(map, 99, 100, 1));
}

CASE("IDX-07.buffer", MAPWISE("IDX-07"),
     "a buffer too small is refused and told what is needed, no buffer counts",
     "a slice longer than its buffer overruns the stack of its caller")
{
    mw_map *map = text_map("abcdef");
    const mw_slice slice = {NONE, NONE, 2};
    char bytes[4] = "...";
    size_t count = 99;

    EXPECT("MW_E_RANGE", answer(mw_slice_get(&count, bytes, 2, map, slice, &failure)));
    EXPECT("3", number((int64_t)count));
    EXPECT("...", bytes);
    EXPECT("MW_OK", answer(mw_slice_get(&count, bytes, 3, map, slice, &failure)));
    EXPECT("ace", bytes);
    EXPECT("MW_OK", answer(mw_slice_get(&count, NULL, 0, map, (mw_slice){NONE, 4, NONE}, &failure)));
    EXPECT("4", number((int64_t)count));
    EXPECT("MW_E_INVAL", answer(mw_slice_get(&count, NULL, 3, map, slice, &failure)));
    EXPECT("0", number((int64_t)count));
    EXPECT("MW_E_INVAL", answer(mw_slice_get(NULL, bytes, 3, map, slice, &failure)));
    EXPECT("MW_E_INVAL", answer(mw_slice_get(&count, bytes, 3, NULL, slice, &failure)));
    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
    count = 99;
    EXPECT("MW_E_CLOSED", answer(mw_slice_get(&count, bytes, 3, map, slice, &failure)));
    EXPECT("0", number((int64_t)count));
}

/* ---- every slice ------------------------------------------------------------------------------- */

enum { BYTES = 256 };

/* The positions that Python's own test tries. */
static const int64_t positions[] = {0,         NONE, 1,  3,   19,   255,  256,  300,
                                    INT64_MAX, -1,   -2, -31, -255, -256, -300, INT64_MIN + 1};
enum { POSITIONS = sizeof positions / sizeof positions[0] };

/* A position as Python clamps it. */
static int64_t clamped(int64_t position, int64_t missing, bool backward)
{
    if (position == NONE)
        return missing;
    if (position < 0)
        position += BYTES;
    if (position < 0)
        return backward ? -1 : 0;
    return position < BYTES ? position : backward ? BYTES - 1 : BYTES;
}

/* The offsets that a slice names, in its order; how many. */
static size_t walk(int offsets[BYTES], mw_slice slice)
{
    const int64_t step = slice.step == NONE ? 1 : slice.step;
    const int64_t start = clamped(slice.start, step < 0 ? BYTES - 1 : 0, step < 0);
    const int64_t stop = clamped(slice.stop, step < 0 ? -1 : BYTES, step < 0);
    size_t n = 0;

    for (int64_t i = start; step < 0 ? i > stop : i < stop; i += step) {
        offsets[n++] = (int)i;
        if (step > BYTES || step < -BYTES)
            break;
    }
    return n;
}

static bool gets_alike(mw_map *map, mw_slice slice)
{
    unsigned char bytes[BYTES];
    int offsets[BYTES];
    const size_t n = walk(offsets, slice);
    size_t count = 0;

    if (mw_slice_get(&count, bytes, BYTES, map, slice, NULL) != MW_OK || count != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (bytes[i] != offsets[i])
            return false;
    return true;
}

static void expect_slices(bool alike(mw_map *, mw_slice))
{
    mw_map *map = library_anonymous(BYTES, MW_ACCESS_WRITE);
    int wrong = 0;

    for (uint64_t i = 0; i < BYTES; i++)
        wrong += mw_fill(map, i, 1, (unsigned char)i, NULL) != MW_OK;
    for (size_t i = 0; i < POSITIONS; i++)
        for (size_t j = 0; j < POSITIONS; j++)
            for (size_t k = 1; k < POSITIONS; k++)
                wrong += !alike(map, (mw_slice){positions[i], positions[j], positions[k]});
    EXPECT("0", number(wrong));
}

CASE("IDX-08", MAPWISE("IDX-08"), "slices of every step give the bytes that Python's do",
     "Python's results and the library's differ for one negative step in a thousand")
{
    expect_slices(gets_alike);
}

/* Sets the slice to other bytes, looks at all of them, and sets it back. */
static bool sets_alike(mw_map *map, mw_slice slice)
{
    unsigned char before[BYTES], expected[BYTES], now[BYTES], bytes[BYTES];
    int offsets[BYTES];
    const size_t n = walk(offsets, slice);
    size_t count;

    for (int i = 0; i < BYTES; i++) {
        before[i] = expected[i] = (unsigned char)i;
        bytes[i] = (unsigned char)(i + 100);
    }
    for (size_t i = 0; i < n; i++)
        expected[offsets[i]] = bytes[i];
    return mw_slice_set(map, slice, bytes, n, NULL) == MW_OK &&
           mw_read_at(NULL, now, map, 0, BYTES, NULL) == MW_OK && memcmp(now, expected, BYTES) == 0 &&
           mw_slice_get(&count, now, n, map, slice, NULL) == MW_OK && memcmp(now, bytes, n) == 0 &&
           mw_write_at(NULL, map, 0, before, BYTES, NULL) == MW_OK;
}

CASE("IDX-08.set", MAPWISE("IDX-08"),
     "setting slices of every step changes the bytes that Python's do, and no others",
     "assigning to every third byte moves the bytes between")
{
    expect_slices(sets_alike);
}

CASE("IDX-09", MAPWISE("IDX-09"), "a step of 0 is refused", "a step of 0 keeps a program in a loop for ever")
{
    mw_map *map = text_map("abc");

    EXPECT("MW_E_INVAL", get(map, NONE, NONE, 0));
    EXPECT("MW_E_INVAL", set(map, 1, 1, 0, ""));
    EXPECT("abc", get(map, NONE, NONE, 1));
}

FILE_CASE("IDX-10", MAPWISE("IDX-10"), "as many bytes as a slice has can be put there, and reach the file",
          "a patch of three bytes shifts all that comes after it")
{
    struct scratch_file file = scratch_file(page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);

    EXPECT("MW_OK", set(map, 1, 4, 1, "abc"));
    EXPECT("MW_OK", set(map, -1, -6, -2, "xyz"));
    EXPECT("1", file_byte(&file, 0));
    EXPECT("97", file_byte(&file, 1));
    EXPECT("99", file_byte(&file, 3));
    EXPECT("1", file_byte(&file, 4));
    EXPECT("122", file_byte(&file, (int64_t)page - 5));
    EXPECT("1", file_byte(&file, (int64_t)page - 4));
    EXPECT("120", file_byte(&file, (int64_t)page - 1));
    EXPECT("MW_OK", set(map, 3, 1, 1, ""));
    EXPECT("MW_OK", answer(mw_slice_set(map, (mw_slice){3, 3, 1}, NULL, 0, &failure)));
}

CASE("IDX-11", MAPWISE("IDX-11"), "any other number of bytes is refused, and none changes",
     "a slice of other length is filled in part, and the record is torn")
{
    mw_map *map = text_map("abcdef");

    EXPECT("MW_E_INVAL", set(map, 1, 4, 1, "12"));
    EXPECT("MW_E_INVAL", set(map, 1, 4, 1, "1234"));
    EXPECT("MW_E_INVAL", set(map, NONE, NONE, 2, "12"));
    EXPECT("MW_E_INVAL", set(map, 4, 1, 1, "1"));
    EXPECT("MW_E_INVAL", answer(mw_slice_set(map, (mw_slice){1, 4, 1}, NULL, 3, &failure)));
    EXPECT("abcdef", content(map));
    EXPECT("MW_OK", set(map, 1, 4, 1, "123"));
    EXPECT("a123ef", content(map));
}

FILE_CASE("IDX-11.rights", MAPWISE("IDX-11"), "a slice that may not be used is refused, and no byte changes",
          "a write is half done when it meets the read-only page")
{
    struct scratch_file file = scratch_file(3 * page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    const int64_t step = (int64_t)page, end = (int64_t)(3 * page);

    EXPECT("MW_OK", answer(mw_protect(map, page, page, MW_PROT_READ, &failure)));
    EXPECT("MW_E_RDONLY", set(map, 0, end, step, "abc"));
    EXPECT("MW_E_RDONLY", set(map, step - 1, step + 1, 1, "ab"));
    EXPECT("MW_E_RDONLY", answer(mw_fill(map, page - 1, 2, 9, &failure)));
    EXPECT("MW_E_RDONLY", move(map, page - 1, 0, 2));
    EXPECT("MW_OK", answer(mw_protect(map, page, page, MW_PROT_NONE, &failure)));
    EXPECT("MW_E_ACCESS", get(map, NONE, NONE, -step));
    EXPECT("MW_E_ACCESS", move(map, 0, page - 1, 2));
    EXPECT("1", file_byte(&file, 0));
    EXPECT("1", file_byte(&file, step - 1));
    EXPECT("MW_OK", set(map, 0, step, 1000000, "a"));
    EXPECT("\3\3", get(map, -1, -4, -2));
}

CASE("IDX-12", MAPWISE("IDX-12"), "a slice set from the map itself gets the bytes that were there before",
     "reversing a buffer in place makes a palindrome of it")
{
    mw_map *map = text_map("abcdefgh");
    char *bytes = pinned(map, MW_PROT_READ | MW_PROT_WRITE);

    EXPECT("MW_OK", answer(mw_slice_set(map, (mw_slice){2, 6, 1}, bytes, 4, &failure)));
    EXPECT("ababcdgh", content(map));
    EXPECT("MW_OK", answer(mw_slice_set(map, (mw_slice){NONE, NONE, -1}, bytes, 8, &failure)));
    EXPECT("hgdcbaba", content(map));
    EXPECT("MW_OK", answer(mw_slice_set(map, (mw_slice){NONE, NONE, 2}, bytes + 1, 4, &failure)));
    EXPECT("ggdccaba", content(map));
    size_t count;
    EXPECT("MW_OK", answer(mw_slice_get(&count, bytes, 8, map, (mw_slice){NONE, NONE, -1}, &failure)));
    EXPECT("abaccdgg", content(map));
    EXPECT("MW_OK", answer(mw_slice_get(&count, bytes + 4, 4, map, (mw_slice){1, NONE, 2}, &failure)));
    EXPECT("abacbcdg", content(map));
}

CASE("IDX-14", MAPWISE("IDX-14"), "bytes move to every place in the map, also over themselves",
     "moving records up by one copies the first record over all others")
{
    enum { LENGTH = 10 };
    mw_map *map = text_map("0123456789");
    int wrong = 0;

    for (size_t source = 0; source <= LENGTH; source++)
        for (size_t destination = 0; destination <= LENGTH; destination++)
            for (size_t n = 0; n + (source > destination ? source : destination) <= LENGTH; n++) {
                char expected[] = "0123456789", now[LENGTH];
                for (size_t i = 0; i < n; i++)
                    expected[destination + i] = (char)('0' + source + i);
                wrong += mw_move(map, destination, source, n, NULL) != MW_OK;
                wrong += mw_read_at(NULL, now, map, 0, LENGTH, NULL) != MW_OK;
                wrong += memcmp(now, expected, LENGTH) != 0;
                wrong += mw_write_at(NULL, map, 0, "0123456789", LENGTH, NULL) != MW_OK;
            }
    EXPECT("0", number(wrong));
}

CASE("IDX-15", MAPWISE("IDX-15"), "a negative number is no offset to move from or to",
     "an underflowed offset moves bytes from in front of the map")
{
    mw_map *map = text_map("abcdef");

    EXPECT("MW_E_RANGE", move(map, (uint64_t)-5, 0, 2));
    EXPECT("MW_E_RANGE", move(map, 0, (uint64_t)-5, 2));
    EXPECT("MW_E_RANGE", move(map, 0, 0, (uint64_t)-1));
    EXPECT("MW_E_OVERFLOW", move(map, (uint64_t)-1, 0, 1));
    EXPECT("MW_E_OVERFLOW", move(map, 0, (uint64_t)-1, 1));
    EXPECT("abcdef", content(map));
    EXPECT("MW_OK", move(map, 0, 4, 2));
    EXPECT("efcdef", content(map));
}

CASE("IDX-16", MAPWISE("IDX-16"),
     "moving past the end is refused, and no byte changes; at the end no bytes can move",
     "closing a gap in a table at its end reads behind the table")
{
    mw_map *map = text_map("abcdef");

    EXPECT("MW_E_RANGE", move(map, 4, 0, 3));
    EXPECT("MW_E_RANGE", move(map, 0, 4, 3));
    EXPECT("MW_E_RANGE", move(map, 7, 0, 0));
    EXPECT("MW_E_RANGE", move(map, 0, 7, 0));
    EXPECT("abcdef", content(map));
    EXPECT("MW_OK", move(map, 6, 6, 0));
    EXPECT("MW_OK", move(map, 0, 4, 2));
    EXPECT("efcdef", content(map));
    EXPECT("MW_E_INVAL", move(NULL, 0, 0, 0));
    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
    EXPECT("MW_E_CLOSED", move(map, 0, 0, 0));
    EXPECT("MW_E_CLOSED", answer(mw_fill(map, 0, 0, 9, &failure)));
    EXPECT("MW_E_CLOSED", set(map, 0, 0, 1, ""));
}

FILE_CASE("IDX-16.fill", MAPWISE("IDX-16"), "a range is filled with one value, and nothing beside it",
          "clearing a field clears the first bytes of the next")
{
    struct scratch_file file = scratch_file(2 * page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);

    EXPECT("MW_OK", answer(mw_fill(map, page - 2, 4, 200, &failure)));
    EXPECT("1", file_byte(&file, (int64_t)page - 3));
    EXPECT("200", file_byte(&file, (int64_t)page - 2));
    EXPECT("200", file_byte(&file, (int64_t)page + 1));
    EXPECT("2", file_byte(&file, (int64_t)page + 2));
    EXPECT("MW_E_RANGE", answer(mw_fill(map, 2 * page - 1, 2, 9, &failure)));
    EXPECT("MW_E_RANGE", answer(mw_fill(map, 2 * page + 1, 0, 9, &failure)));
    EXPECT("2", file_byte(&file, (int64_t)(2 * page) - 1));
    EXPECT("MW_OK", answer(mw_fill(map, 2 * page - 1, MW_WHOLE, 9, &failure)));
    EXPECT("9", file_byte(&file, (int64_t)(2 * page) - 1));
    EXPECT("MW_E_RDONLY", answer(mw_fill(library_map(&file, MW_ACCESS_READ), 0, 1, 9, &failure)));
    EXPECT("1", file_byte(&file, 0));
}

FILE_CASE("IDX-18", MAPWISE("IDX-18"), "the length is the map's, whatever becomes of the file",
          "a loop to the length of the file runs out of the map when another program appends")
{
    struct scratch_file file = scratch_file(2 * page);
    mw_map *map = library_map(&file, MW_ACCESS_READ);

    resize_file(&file, (off_t)page);
    EXPECT(number((int64_t)(2 * page)), number((int64_t)mw_length(map)));
    EXPECT(number((int64_t)(2 * page) - 1), offset_of(map, -1));
    resize_file(&file, (off_t)(3 * page));
    EXPECT(number((int64_t)(2 * page)), number((int64_t)mw_length(map)));
}

static int try_to_end(void *map)
{
    return mw_unmap(map, &failure) == MW_E_BUSY && mw_resize(map, page, 0, &failure) == MW_E_BUSY ? MW_OK : 1;
}

FILE_CASE("IDX-20", MAPWISE("IDX-20"), "nothing can end a map from inside a call on it",
          "a callback frees the very memory that the call around it is using")
{
    struct scratch_file file = scratch_file(2 * page);
    const mw_map_options options = options_for(MW_ACCESS_WRITE, MW_F_GUARDED);
    mw_map *map = library_map_with(&file, &options);

    EXPECT("MW_OK", answer(mw_guarded(map, try_to_end, map, &failure)));
    EXPECT("2", byte_at(map, page));
    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
}

/* ---- pages that can't be supplied -------------------------------------------------------------- */

/* A map of four pages, of which the file then loses the last one, and nearly so the one before. */
static mw_map *cut_map(const struct scratch_file *file, uint32_t flags)
{
    const mw_map_options options = options_for(MW_ACCESS_WRITE, flags);
    mw_map *map = library_map_with(file, &options);

    resize_file(file, (off_t)(2 * page) + 10);
    return map;
}

static void expect_straddling(const struct scratch_file *file, uint32_t flags)
{
    mw_map *map = cut_map(file, flags);
    const char *const hole = number((int64_t)(3 * page));
    unsigned char *bytes = calloc(4, page);
    size_t done = 99;

    if (!bytes)
        setup_failed("calloc");
    EXPECT("MW_E_FAULT", answer(mw_read_at(&done, bytes, map, page + 5, 3 * page - 5, &failure)));
    EXPECT(number((int64_t)(2 * page) - 5), number((int64_t)done));
    EXPECT(hole, failed_at());
    EXPECT("2", number(bytes[page - 6]));
    EXPECT("3", number(bytes[page - 5]));
    EXPECT("MW_E_FAULT", answer(mw_read_at(&done, bytes, map, 3 * page - 32, 64, &failure)));
    EXPECT("32", number((int64_t)done));
    EXPECT("MW_E_FAULT", answer(mw_write_at(&done, map, 3 * page - 32, bytes, 64, &failure)));
    EXPECT("32", number((int64_t)done));
    EXPECT(hole, failed_at());
    EXPECT("MW_OK", answer(mw_read_at(&done, bytes, map, 3 * page - 32, 32, &failure)));
    EXPECT("MW_E_FAULT",
           answer(mw_slice_get(&done, bytes, 4 * page, map, (mw_slice){-64, NONE, 1}, &failure)));
    EXPECT("0", number((int64_t)done));
    EXPECT("MW_E_FAULT", answer(mw_slice_get(&done, bytes, 4 * page, map, (mw_slice){3, NONE, 1}, &failure)));
    EXPECT(number((int64_t)(3 * page) - 3), number((int64_t)done));
}

FILE_CASE("FLT-06", MAPWISE("FLT-06"),
          "a copy that runs into a page that can't be supplied gives the bytes before it",
          "a reader loses the good bytes before the missing page, or invents bytes behind them")
{
    struct scratch_file file = scratch_file(4 * page);

    expect_straddling(&file, MW_F_GUARDED);
}

FILE_CASE("FLT-06.kernel", MAPWISE("FLT-06"), "so it does where the system copies",
          "the safest way to read a shrinking log is the one that loses its valid part")
{
    struct scratch_file file = scratch_file(4 * page);

    expect_straddling(&file, MW_F_KERNEL_COPY);
}

FILE_CASE("FLT-06.slice", MAPWISE("FLT-06"),
          "a slice of any step that runs there gives its bytes before that page",
          "every third sample of a cut recording cannot be had at all")
{
    struct scratch_file file = scratch_file(4 * page);
    mw_map *map = cut_map(&file, MW_F_GUARDED);
    unsigned char *bytes = calloc(4, page);
    size_t count = 99;

    if (!bytes)
        setup_failed("calloc");
    EXPECT("MW_E_FAULT",
           answer(mw_slice_get(&count, bytes, 4 * page, map, (mw_slice){1, NONE, 3}, &failure)));
    EXPECT(number((int64_t)page), number((int64_t)count)); /* 1, 4, ... 3 * page - 2 */
    EXPECT("yes", yes_or_no(failure.where >= 3 * page));
    EXPECT("1", number(bytes[0]));
    EXPECT("2", number(bytes[page / 2]));
    EXPECT("MW_E_FAULT",
           answer(mw_slice_get(&count, bytes, 4 * page, map, (mw_slice){NONE, NONE, -3}, &failure)));
    EXPECT("0", number((int64_t)count));
    EXPECT("MW_OK", answer(mw_slice_get(&count, bytes, 4 * page, map,
                                        (mw_slice){-(int64_t)page - 1, NONE, -3}, &failure)));
    EXPECT(number((int64_t)page), number((int64_t)count));
}

FILE_CASE("FLT-06.changes", MAPWISE("FLT-06"), "changing a page that can't be supplied is an error too",
          "a store into the lost part of a file ends the process")
{
    struct scratch_file file = scratch_file(4 * page);
    mw_map *map = cut_map(&file, MW_F_GUARDED);

    EXPECT("MW_E_FAULT", set(map, -1, -8, -2, "abcd"));
    EXPECT(number((int64_t)(4 * page) - 1), failed_at());
    EXPECT("MW_E_FAULT", set(map, -3, NONE, 1, "abc"));
    EXPECT(number((int64_t)(4 * page - 3)), failed_at());
    EXPECT("MW_E_FAULT", answer(mw_fill(map, page, MW_WHOLE, 9, &failure)));
    EXPECT("3", failed_page());
    EXPECT("MW_E_FAULT", move(map, 0, 3 * page, page));
    EXPECT("3", failed_page());
    EXPECT("MW_E_FAULT", move(map, 3 * page - 1, 0, 2));
    EXPECT("3", failed_page());
    EXPECT("MW_OK", move(map, 2 * page, 0, page));
    EXPECT("1", byte_at(map, 3 * page - 1));
    EXPECT("MW_OK", answer(mw_fill(map, 0, 3 * page, 9, &failure)));
    EXPECT("9", byte_at(map, 3 * page - 1));
}

FILE_CASE("FLT-06.buffer", MAPWISE("FLT-06"),
          "it is an error as well if the buffer is such a page of the same map",
          "a faulting buffer is taken for a faulting file, and the wrong one is repaired")
{
    struct scratch_file file = scratch_file(4 * page);
    mw_map *map = cut_map(&file, MW_F_GUARDED);
    char *hole = pinned(map, MW_PROT_WRITE) + 3 * page;
    size_t done = 99;

    EXPECT("MW_E_FAULT", answer(mw_read_at(&done, hole, map, 0, 10, &failure)));
    EXPECT("0", number((int64_t)done));
    EXPECT(number((int64_t)(3 * page)), failed_at());
    EXPECT("MW_E_FAULT", answer(mw_write_at(&done, map, 0, hole, 10, &failure)));
    EXPECT("0", number((int64_t)done));
    EXPECT("MW_E_FAULT", answer(mw_slice_get(&done, hole, 10, map, (mw_slice){0, 20, 2}, &failure)));
    EXPECT("0", number((int64_t)done));
    EXPECT("MW_E_FAULT", answer(mw_slice_set(map, (mw_slice){0, 20, 2}, hole, 10, &failure)));
    EXPECT("MW_OK", answer(mw_read_at(&done, hole - 10, map, 0, 10, &failure)));
    EXPECT("1", byte_at(map, 3 * page - 10));
}

FILE_CASE(
    "IDX-08.kernel", MAPWISE("IDX-08"),
    "where the system copies, slices without gaps can be used, and what else needs the pages is refused",
    "a map chosen for its safety is touched directly and crashes all the same")
{
    struct scratch_file file = scratch_file(page);
    const mw_map_options options = options_for(MW_ACCESS_WRITE, MW_F_KERNEL_COPY);
    mw_map *map = library_map_with(&file, &options);

    EXPECT("MW_OK", set(map, 2, 5, 1, "abc"));
    EXPECT("bc", get(map, 3, 5, NONE));
    EXPECT("a", get(map, 2, 5, 3)); /* one byte has no gaps */
    EXPECT("MW_E_NOTSUP", get(map, 2, 5, 2));
    EXPECT("MW_E_NOTSUP", set(map, 2, 5, 2, "xy"));
    EXPECT("MW_E_NOTSUP", answer(mw_fill(map, 0, 1, 9, &failure)));
    EXPECT("MW_E_NOTSUP", move(map, 0, 2, 1));
    EXPECT("1", file_byte(&file, 0));
    EXPECT("97", file_byte(&file, 2));
}
