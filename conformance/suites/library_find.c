/* The library: finding bytes. */
#include "library.h"

SUITE("library", "what libmapwise promises");

#define BEGINNING MW_SLICE_DEFAULT
#define END       MW_SLICE_DEFAULT

/* Memory that holds these bytes. */
static mw_map *map_of(const void *bytes, size_t n)
{
    mw_map *map = library_anonymous(n, MW_ACCESS_WRITE);

    if (mw_write_at(NULL, map, 0, bytes, n, &failure) != MW_OK)
        setup_failed("mw_write_at: %s", mw_error_text(failure.code));
    return map;
}

static mw_map *text_map(const char *text)
{
    return map_of(text, strlen(text));
}

typedef int search(uint64_t *, mw_map *, const void *, size_t, int64_t, int64_t, mw_err *);

/* The offset, "none", or the error. */
static const char *search_bytes(search *run, mw_map *map, const void *needle, size_t n, int64_t start,
                                int64_t end)
{
    uint64_t position = 7777;
    int code = run(&position, map, needle, n, start, end, &failure);

    if (code != MW_OK)
        return position == 7777 ? answer(code) : "a position was told";
    return position == MW_NPOS ? "none" : number((int64_t)position);
}

static const char *find(mw_map *map, const char *needle, int64_t start, int64_t end)
{
    return search_bytes(mw_find, map, needle, strlen(needle), start, end);
}

static const char *rfind(mw_map *map, const char *needle, int64_t start, int64_t end)
{
    return search_bytes(mw_rfind, map, needle, strlen(needle), start, end);
}

CASE("FND-01", MAPWISE("FND-01"), "the first or the last place is found, or none, which is no error",
     "an editor jumps past the match it was asked for")
{
    mw_map *map = text_map("one two ones");

    EXPECT("0", find(map, "one", BEGINNING, END));
    EXPECT("8", rfind(map, "one", BEGINNING, END));
    EXPECT("8", find(map, "ones", BEGINNING, END));
    EXPECT("11", find(map, "s", BEGINNING, END));
    EXPECT("0", rfind(map, "one two ones", BEGINNING, END));
    EXPECT("none", find(map, "three", BEGINNING, END));
    EXPECT("none", rfind(map, "onet", BEGINNING, END));
    EXPECT("1", find(text_map("aaaa"), "aa", 1, END));
    EXPECT("2", rfind(text_map("aaaa"), "aa", BEGINNING, END));
}

CASE("FND-01.arguments", MAPWISE("FND-01"), "what can't be searched for is refused",
     "a search with a missing pattern crashes the editor")
{
    mw_map *map = text_map("one");
    uint64_t position;

    EXPECT("MW_E_INVAL", answer(mw_find(NULL, map, "o", 1, BEGINNING, END, &failure)));
    EXPECT("MW_E_INVAL", answer(mw_rfind(&position, map, NULL, 1, BEGINNING, END, &failure)));
    EXPECT("MW_E_INVAL", answer(mw_find(&position, NULL, "o", 1, BEGINNING, END, &failure)));
    EXPECT("0", search_bytes(mw_find, map, NULL, 0, BEGINNING, END));
    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
    EXPECT("MW_E_CLOSED", find(map, "o", BEGINNING, END));
    EXPECT("MW_E_CLOSED", rfind(map, "", BEGINNING, END));
}

CASE("FND-02", MAPWISE("FND-02"),
     "from a cursor's position on only what lies behind it is found, backwards too",
     "searching for the next match finds the same one for ever")
{
    mw_map *map = text_map("one two one");
    mw_cursor cursor;

    EXPECT("MW_OK", answer(mw_cursor_make(&cursor, map, &failure)));
    EXPECT("0", find(map, "one", (int64_t)cursor.position, END));
    EXPECT("MW_OK", answer(mw_cursor_seek(NULL, &cursor, 1, MW_SEEK_SET, &failure)));
    EXPECT("8", find(map, "one", (int64_t)cursor.position, END));
    EXPECT("MW_OK", answer(mw_cursor_seek(NULL, &cursor, 9, MW_SEEK_SET, &failure)));
    EXPECT("none", find(map, "one", (int64_t)cursor.position, END));
    EXPECT("none", rfind(map, "one", (int64_t)cursor.position, END));
}

/* A position as Python clamps it: negative ones count from the end. */
static int64_t clamped(int64_t position, int64_t missing, int64_t length)
{
    if (position == MW_SLICE_DEFAULT)
        return missing;
    if (position < 0)
        position += length;
    return position < 0 ? 0 : position > length ? length : position;
}

/* By trying every place. */
static int64_t tried(const char *text, const char *needle, int64_t start, int64_t end, bool last)
{
    const int64_t length = (int64_t)strlen(text), n = (int64_t)strlen(needle);
    const int64_t from = clamped(start, 0, length), to = clamped(end, length, length);
    int64_t found = -1;

    for (int64_t i = from; i <= to - n; i++)
        if (strncmp(&text[i], needle, (size_t)n) == 0 && (last || found < 0))
            found = i;
    return found;
}

CASE("FND-03", MAPWISE("FND-03"), "every pair of positions means what it means in Python, needle by needle",
     "a ported script finds another place than it did in Python")
{
    static const char text[] = "abab aabab";
    static const char *const needles[] = {"",   "a",   "b",          "ab", "abab",
                                          "aa", "b a", "abab aabab", "c",  "abab aababa"};
    mw_map *map = text_map(text);
    int wrong = 0;

    for (size_t i = 0; i < sizeof needles / sizeof needles[0]; i++)
        for (int64_t start = -13; start <= 13; start++)
            for (int64_t end = -13; end <= 13; end++) {
                const int64_t from = start == -13 ? BEGINNING : start, to = end == -13 ? END : end;
                uint64_t first = 0, last = 0;
                wrong += mw_find(&first, map, needles[i], strlen(needles[i]), from, to, NULL) != MW_OK;
                wrong += mw_rfind(&last, map, needles[i], strlen(needles[i]), from, to, NULL) != MW_OK;
                wrong += (int64_t)first != tried(text, needles[i], from, to, false);
                wrong += (int64_t)last != tried(text, needles[i], from, to, true);
            }
    EXPECT("0", number(wrong));
    EXPECT("0", find(map, "ab", INT64_MIN + 1, INT64_MAX));
    EXPECT("8", rfind(map, "ab", INT64_MIN + 1, INT64_MAX));
    EXPECT("none", find(map, "ab", INT64_MAX, INT64_MIN + 1));
}

CASE("FND-04", MAPWISE("FND-04"), "between positions in the wrong order there is nothing, not even no bytes",
     "an empty match in an impossible range makes a replace loop run for ever")
{
    mw_map *map = text_map("abc");

    EXPECT("none", find(map, "", 2, 1));
    EXPECT("none", rfind(map, "", 2, 1));
    EXPECT("none", find(map, "a", 1, 0));
    EXPECT("none", find(map, "", -1, -2));
    EXPECT("2", find(map, "", 2, 2));
}

CASE("FND-05", MAPWISE("FND-05"), "no bytes are found at the start, or backwards at the end",
     "splitting at the empty string behaves differently in each language")
{
    mw_map *map = text_map("abcdef");

    EXPECT("0", find(map, "", BEGINNING, END));
    EXPECT("6", rfind(map, "", BEGINNING, END));
    EXPECT("2", find(map, "", 2, 4));
    EXPECT("4", rfind(map, "", 2, 4));
}

CASE("FND-06", MAPWISE("FND-06"), "no bytes are found at the end of the map, also from behind it",
     "a tokenizer that has arrived at the end fails instead of finishing")
{
    mw_map *map = text_map("abc");
    mw_map *nothing = library_anonymous(0, MW_ACCESS_WRITE);

    EXPECT("3", find(map, "", 3, END));
    EXPECT("3", find(map, "", 4, END));
    EXPECT("3", rfind(map, "", INT64_MAX, INT64_MAX));
    EXPECT("none", find(map, "c", 4, END));
    EXPECT("0", find(nothing, "", BEGINNING, END));
    EXPECT("none", find(nothing, "a", BEGINNING, END));
}

CASE("FND-07", MAPWISE("FND-07"), "a needle longer than the map, or than what lies between, is not found",
     "a search for a long pattern reads behind the end of a short file")
{
    mw_map *map = text_map("abc");

    EXPECT("none", find(map, "abcd", BEGINNING, END));
    EXPECT("none", rfind(map, "abc", 1, END));
    EXPECT("none", search_bytes(mw_find, map, "abc", SIZE_MAX, BEGINNING, END));
    EXPECT("0", find(map, "abc", BEGINNING, END));
}

CASE("FND-08", MAPWISE("FND-08"), "a match ends before the end position",
     "a match is reported that sticks out of the field searched")
{
    mw_map *map = text_map("one two ones");

    EXPECT("8", find(map, "one", 1, END));
    EXPECT("8", find(map, "one", 1, -1));
    EXPECT("none", find(map, "one", 1, -2));
    EXPECT("0", rfind(map, "one", BEGINNING, -2));
}

CASE("FND-09", MAPWISE("FND-09"), "bytes of any value are found, also 0",
     "a magic number with a zero in it is never found")
{
    mw_map *map = map_of("a\0b\0\0c\377", 7);

    EXPECT("1", search_bytes(mw_find, map, "\0", 1, BEGINNING, END));
    EXPECT("4", search_bytes(mw_rfind, map, "\0", 1, BEGINNING, END));
    EXPECT("3", search_bytes(mw_find, map, "\0\0c", 3, BEGINNING, END));
    EXPECT("6", search_bytes(mw_find, map, "\377", 1, BEGINNING, END));
    EXPECT("none", search_bytes(mw_find, map, "\0\0\0", 3, BEGINNING, END));
}

CASE("FND-10", MAPWISE("FND-10"),
     "a start that is not given is the beginning, and an end that is not the end",
     "a caller of another language has to know the length before it may search")
{
    mw_map *map = text_map("abcabc");

    EXPECT("1", find(map, "b", MW_SLICE_DEFAULT, 3));
    EXPECT("4", rfind(map, "b", 2, MW_SLICE_DEFAULT));
}

CASE("DF-12", MAPWISE("DF-12"), "an end counts where no start is given",
     "a match in the body is reported for a search in the header")
{
    mw_map *map = text_map("abcabc");

    EXPECT("none", find(map, "c", MW_SLICE_DEFAULT, 2));
    EXPECT("2", find(map, "c", MW_SLICE_DEFAULT, 3));
    EXPECT("1", rfind(map, "b", MW_SLICE_DEFAULT, 4));
    EXPECT("none", rfind(map, "c", MW_SLICE_DEFAULT, -4));
}

CASE("FND-11", MAPWISE("FND-11"), "no cursor moves", "searching ahead loses the place of the reader")
{
    mw_map *map = text_map("abc");
    mw_cursor cursor;

    EXPECT("MW_OK", answer(mw_cursor_make(&cursor, map, &failure)));
    EXPECT("2", find(map, "c", (int64_t)cursor.position, END));
    EXPECT("0", number((int64_t)cursor.position));
}

/* Between two pages that no one may touch. */
CASE("FND-12", MAPWISE("FND-12"), "nothing outside of the positions is looked at",
     "a search next to a closed page crashes without need")
{
    const int64_t start = (int64_t)page, end = (int64_t)(2 * page);
    mw_map *map = library_anonymous(3 * page, MW_ACCESS_WRITE);

    EXPECT("MW_OK", answer(mw_write_at(NULL, map, page, "ab", 2, &failure)));
    EXPECT("MW_OK", answer(mw_write_at(NULL, map, 2 * page - 2, "yz", 2, &failure)));
    EXPECT("MW_OK", answer(mw_protect(map, 0, page, MW_PROT_NONE, &failure)));
    EXPECT("MW_OK", answer(mw_protect(map, 2 * page, page, MW_PROT_NONE, &failure)));
    EXPECT(number(end - 2), find(map, "yz", start, end));
    EXPECT("none", find(map, "yzz", start, end));
    EXPECT("none", find(map, "z?", start, end));
    EXPECT(number(start), rfind(map, "ab", start, end));
    EXPECT("none", rfind(map, "?a", start, end));
    EXPECT("none", rfind(map, "aab", start, end));
    EXPECT("MW_E_ACCESS", find(map, "ab", start - 1, end));
    EXPECT("MW_E_ACCESS", rfind(map, "yz", start, end + 1));
}

FILE_CASE("FND-13", MAPWISE("FND-13"), "a start behind the end of a map that has shrunk is its end",
          "a search in a shrunken log starts behind its end")
{
    struct scratch_file file = scratch_file(2 * page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    mw_cursor cursor;

    EXPECT("MW_OK", answer(mw_cursor_make(&cursor, map, &failure)));
    EXPECT("MW_OK", answer(mw_cursor_seek(NULL, &cursor, -1, MW_SEEK_END, &failure)));
    EXPECT("MW_OK", answer(mw_resize(map, page, 0, &failure)));
    EXPECT(number((int64_t)page), find(map, "", (int64_t)cursor.position, END));
    EXPECT("none", find(map, "\1", (int64_t)cursor.position, END));
    EXPECT("0", find(map, "\1", BEGINNING, END));
}

/* A map of three pages, of which the file then loses the last one. */
static mw_map *cut_map(const struct scratch_file *file, uint32_t flags)
{
    const mw_map_options options = options_for(MW_ACCESS_READ, flags);
    mw_map *map = library_map_with(file, &options);

    resize_file(file, (off_t)(2 * page));
    return map;
}

FILE_CASE("FND-14", MAPWISE("FND-14"),
          "a page that can't be supplied ends a search in a guarded map, and tells where",
          "a search through a file on a failing disk kills the editor")
{
    struct scratch_file file = scratch_file(3 * page);
    mw_map *map = cut_map(&file, MW_F_GUARDED);

    EXPECT("MW_E_FAULT", find(map, "\3", BEGINNING, END));
    EXPECT("yes", yes_or_no(failure.where >= 2 * page && failure.where < 3 * page));
    EXPECT("MW_E_FAULT", rfind(map, "\1", BEGINNING, END));
    EXPECT("yes", yes_or_no(failure.where >= 2 * page && failure.where < 3 * page));
    EXPECT(number((int64_t)page), find(map, "\2\2", BEGINNING, (int64_t)(2 * page)));
    EXPECT("none", find(map, "\3", BEGINNING, (int64_t)(2 * page)));
    EXPECT(number((int64_t)(2 * page) - 1), rfind(map, "\2", BEGINNING, (int64_t)(2 * page)));
}

struct lost_needle {
    mw_map *map;
    const void *needle;
};

static const char *find_lost(void *argument)
{
    const struct lost_needle *lost = argument;

    return search_bytes(mw_find, lost->map, lost->needle, 1, BEGINNING, 9);
}

FILE_CASE("FLT-03", MAPWISE("FLT-03"),
          "a search fails for pages of guarded maps, and all other faults are signals as ever",
          "a wild pattern pointer is hidden as if the file were damaged")
{
    struct scratch_file file = scratch_file(3 * page), other_file = scratch_file(3 * page);
    mw_map *guarded = cut_map(&file, MW_F_GUARDED), *other = cut_map(&other_file, 0);
    const char *hole = (const char *)info_of(guarded).base + 2 * page;
    const char *other_hole = (const char *)info_of(other).base + 2 * page;

    EXPECT("MW_E_FAULT", find_lost(&(struct lost_needle){guarded, hole}));
    EXPECT(number((int64_t)(2 * page)), failed_at());
    EXPECT("killed by SIGBUS", in_child(find_lost, &(struct lost_needle){guarded, other_hole}));
    EXPECT("killed by SIGBUS", in_child(find_lost, &(struct lost_needle){other, other_hole}));
    EXPECT("0", find(guarded, "\1", BEGINNING, 9));
    EXPECT("0", find(other, "\1", BEGINNING, 9));
}

FILE_CASE("FND-14.kernel", MAPWISE("FND-14"),
          "a map whose copies the system makes is not searched, unless it is guarded",
          "a search touches pages that the program has asked never to touch")
{
    struct scratch_file file = scratch_file(3 * page);

    EXPECT("MW_E_NOTSUP", find(cut_map(&file, MW_F_KERNEL_COPY), "\1", BEGINNING, END));
    resize_file(&file, (off_t)(3 * page));
    EXPECT("0", find(cut_map(&file, MW_F_KERNEL_COPY | MW_F_GUARDED), "\1", BEGINNING, 5));
}

CASE("FND-16", MAPWISE("FND-16"), "whatever else searches bytes can do so through a pin",
     "a special search algorithm needs a copy of the whole file")
{
    mw_map *map = text_map("one two");
    const char *bytes = pinned(map, MW_PROT_READ);
    const char *found = memchr(bytes, 't', 7);

    EXPECT("4", number(found - bytes));
    EXPECT("4", search_bytes(mw_find, map, bytes + 4, 3, BEGINNING, END)); /* a needle in the map itself */
    EXPECT("none", search_bytes(mw_find, map, bytes, 3, 1, END));
}

/* One byte and its like make the naive search take billions of steps here, and the case its time limit. */
static void make_adversary(mw_map *map, size_t n, size_t odd, unsigned char *needle)
{
    SETUP(mw_fill(map, 0, MW_WHOLE, 'a', NULL));
    memset(needle, 'a', n);
    needle[odd] = 'b';
}

CASE("FND-17", MAPWISE("FND-17"), "no text and no needle make a search quadratic",
     "a crafted file keeps a scanner busy for hours", .seconds = 10)
{
    enum { TEXT = 2 << 20, NEEDLE = 1 << 18 };
    mw_map *map = library_anonymous(TEXT, MW_ACCESS_COPY);
    unsigned char *needle = (unsigned char *)map_anonymous(NEEDLE, READ_WRITE, MAP_PRIVATE);
    const size_t odd[] = {0, NEEDLE / 2, NEEDLE - 1};
    uint64_t position;

    for (size_t i = 0; i < 3; i++) {
        make_adversary(map, NEEDLE, odd[i], needle);
        EXPECT("MW_OK", answer(mw_find(&position, map, needle, NEEDLE, 0, MW_SLICE_DEFAULT, &failure)));
        EXPECT("yes", yes_or_no(position == MW_NPOS));
        EXPECT("MW_OK", answer(mw_rfind(&position, map, needle, NEEDLE, 0, MW_SLICE_DEFAULT, &failure)));
        EXPECT("yes", yes_or_no(position == MW_NPOS));
    }
    SETUP(mw_write_at(NULL, map, TEXT - 1, "b", 1, NULL));
    EXPECT("MW_OK", answer(mw_find(&position, map, needle, NEEDLE, 0, MW_SLICE_DEFAULT, &failure)));
    EXPECT(number(TEXT - NEEDLE), number((int64_t)position));
}
