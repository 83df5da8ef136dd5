/* The library: arrays of bits. */
#include "library_array.h"

#include <pthread.h>

SUITE("library", "what libmapwise promises");

static mw_layout bits(uint32_t ndim, const int64_t *dims)
{
    return layout_of(MW_T_BIT, ndim, dims);
}

/* A file with these bytes. */
static struct scratch_file file_of(const unsigned char *bytes, size_t n)
{
    struct scratch_file file = scratch_file(0);

    for (size_t i = 0; i < n; i++)
        write_file(&file, (off_t)i, bytes[i]);
    return file;
}

/* {~0, ~0, ~0, 0x1fffffff} as words: 221 bits that are 1. */
static struct scratch_file file_of_ones(void)
{
    unsigned char bytes[32];

    memset(bytes, 0xff, sizeof bytes);
    bytes[27] = 0x1f;
    memset(bytes + 28, 0, 4);
    return file_of(bytes, sizeof bytes);
}

static const char *ones(const mw_view *view)
{
    uint64_t count;
    const int code = mw_bits_count(&count, view, &failure);

    return code == MW_OK ? number((int64_t)count) : answer(code);
}

static const char *filled(const mw_view *view, uint64_t first, uint64_t n, bool value)
{
    return answer(mw_bits_fill(view, first, n, value, &failure));
}

FILE_CASE("BIT-01", MAPWISE("BIT-01"),
          "bit k is bit k % 8 of byte k / 8, and the first axis runs fastest unless the order says otherwise",
          "a set of flags written by Julia has its bits elsewhere when C reads it")
{
    const struct scratch_file file = file_of((const unsigned char[24]){0}, 24);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    const int64_t dims[] = {10, 13};
    mw_layout layout = bits(2, dims);
    const mw_view view = view_of(map, &layout);

    EXPECT("MW_OK", set_element(&view, 3, 0, 1));
    EXPECT("8", file_byte(&file, 0));
    EXPECT("MW_OK", set_element(&view, 5, 6, 1)); /* bit 65 */
    EXPECT("2", file_byte(&file, 8));
    EXPECT("MW_OK", set_element(&view, 3, 6, 1)); /* bit 63 */
    EXPECT("128", file_byte(&file, 7));
    EXPECT("1", element(&view, 5, 6, 0));
    EXPECT("0", element(&view, 4, 6, 0));
    EXPECT("MW_OK", set_element(&view, 3, 0, 0));
    EXPECT("0", file_byte(&file, 0));
    layout.order = MW_ROW_MAJOR;
    const mw_view rows = view_of(map, &layout);
    EXPECT("1", element(&rows, 5, 0, 0)); /* bit 65 */
    EXPECT("1", element(&rows, 4, 11, 0));
    EXPECT("0", element(&rows, 5, 6, 0));
}

FILE_CASE("BIT-02", MAPWISE("BIT-02"), "an array of bits takes whole words, and the file grows to that",
          "the last word of a bitmap lies past the end of its file")
{
    const struct scratch_file file = scratch_file(0);
    const mw_origin from = from_file(&file);
    const mw_map_options grow = options_range(MW_ACCESS_WRITE, MW_F_GROW, 16, MW_WHOLE);
    const int64_t dims[] = {17, 13};
    const mw_layout layout = bits(2, dims);
    mw_map *map;
    mw_view view;

    EXPECT("32", number((int64_t)mw_bits_bytes(221)));
    EXPECT("MW_OK", answer(mw_map_array(&map, &view, &from, &layout, &grow, &failure)));
    EXPECT("48", file_size(&file));
    EXPECT("17 13", shape_of(&view));
}

FILE_CASE("BIT-02.open", MAPWISE("BIT-02"), "without dimensions there are as many bits as whole words fit",
          "a bitmap whose size is not stored loses its last words, or has bits from nowhere")
{
    const struct scratch_file file = counting_file(23);
    mw_map_options options = options_for(MW_ACCESS_READ, 0);
    mw_layout layout = bits(1, NULL);
    const mw_view view = view_of(library_map(&file, MW_ACCESS_READ), &layout);

    EXPECT("128", shape_of(&view));
    layout.flags = MW_V_STRICT;
    EXPECT("MW_E_FORMAT", mapped_array(&file, &layout, &options));
    options.length = 16;
    EXPECT("MW_OK", mapped_array(&file, &layout, &options));
}

FILE_CASE("BIT-03", MAPWISE("BIT-03"), "a large array of bits is created, set, synced and found again",
          "a bitmap of used blocks is forgotten, and live blocks are handed out again")
{
    const char *path = scratch_path("bits");
    const mw_origin from = from_path(path);
    const mw_map_options create = options_for(MW_ACCESS_WRITE, MW_F_CREATE | MW_F_GROW);
    const int64_t dims[] = {25, 30000};
    const mw_layout layout = bits(2, dims);
    mw_map *map;
    mw_view view;

    EXPECT("MW_OK", answer(mw_map_array(&map, &view, &from, &layout, &create, &failure)));
    EXPECT("0", ones(&view));
    EXPECT("MW_OK", set_element(&view, 4, 29999, 1));
    EXPECT("MW_OK", answer(mw_sync(map, 0, MW_WHOLE, MW_SYNC_WAIT, 0, &failure)));
    EXPECT("MW_OK", mw_error_name(mw_free(map)));
    EXPECT("MW_OK", answer(mw_map_array(&map, &view, &from, &layout, NULL, &failure)));
    EXPECT("93752", number((int64_t)mw_length(map)));
    EXPECT("1", element(&view, 4, 29999, 0));
    EXPECT("1", ones(&view));
}

FILE_CASE("BIT-04", MAPWISE("BIT-04"), "17 x 13 bits of ones are all true",
          "a filter with all bits set lets some records through")
{
    const struct scratch_file file = file_of_ones();
    const int64_t dims[] = {17, 13};
    const mw_layout layout = bits(2, dims);
    const mw_view view = view_of(library_map(&file, MW_ACCESS_READ), &layout);

    EXPECT("221", ones(&view));
    EXPECT("1", element(&view, 16, 12, 0));
    EXPECT("1", element(&view, 0, 0, 0));
}

FILE_CASE("BIT-05", MAPWISE("BIT-05"), "ones past the last bit of its word are refused",
          "a count of the set bits includes what lies behind the last one")
{
    const struct scratch_file file = file_of_ones();
    const int64_t dims[] = {7, 3}, all[] = {17, 13}, fewer[] = {17 * 13 - 1, 1};
    mw_layout layout = bits(2, dims);
    mw_map *map = library_map(&file, MW_ACCESS_READ);

    remember_resources();
    EXPECT("MW_E_FORMAT", made(map, &layout));
    EXPECT("2", failed_at());
    layout.dims = fewer;
    EXPECT("MW_E_FORMAT", mapped_array(&file, &layout, NULL));
    EXPECT("27", failed_at());
    EXPECT("nothing", leaked());
    layout.dims = all;
    EXPECT("MW_OK", made(map, &layout));
}

FILE_CASE("BIT-06", MAPWISE("BIT-06"), "ones past the last bit are cleared only by MW_V_REPAIR",
          "opening a foreign bitmap silently changes it")
{
    const struct scratch_file file = file_of_ones();
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    const int64_t dims[] = {7, 3};
    mw_layout layout = bits(2, dims);

    EXPECT("MW_E_FORMAT", made(map, &layout));
    EXPECT("255", file_byte(&file, 2));
    layout.flags = MW_V_REPAIR;
    EXPECT("MW_OK", made(map, &layout));
    EXPECT("31", file_byte(&file, 2));
    EXPECT("0", file_byte(&file, 3));
    EXPECT("0", file_byte(&file, 7));
    EXPECT("255", file_byte(&file, 8));
    layout.flags = 0;
    const mw_view view = view_of(map, &layout);
    EXPECT("21", ones(&view));
}

FILE_CASE("BIT-06.rights", MAPWISE("BIT-06"),
          "what may not be written can't be repaired, and needs it only if it is broken",
          "a bitmap on a read-only disk cannot be looked at, or is damaged without right")
{
    const struct scratch_file file = file_of_ones();
    const int64_t dims[] = {7, 3}, all[] = {17, 13};
    mw_layout layout = bits(2, dims);

    layout.flags = MW_V_REPAIR;
    EXPECT("MW_E_RDONLY", made(library_map(&file, MW_ACCESS_READ), &layout));
    EXPECT("MW_OK", made(library_map(&file, MW_ACCESS_COPY), &layout));
    EXPECT("255", file_byte(&file, 2));
    layout.dims = all;
    EXPECT("MW_OK", made(library_map(&file, MW_ACCESS_READ), &layout));
    mw_map *map = library_map(&file, MW_ACCESS_READ);
    EXPECT("MW_OK", answer(mw_protect(map, 0, MW_WHOLE, MW_PROT_NONE, &failure)));
    EXPECT("MW_E_ACCESS", made(map, &layout));
}

FILE_CASE("DF-10", MAPWISE("DF-10"), "mapping an array of bits for writing does not change its file",
          "merely opening somebody's bitmap for writing destroys bytes in it")
{
    const struct scratch_file file = file_of_ones();
    const mw_map_options options = options_for(MW_ACCESS_WRITE, 0);
    const int64_t dims[] = {7, 3}, none[] = {0};
    mw_layout layout = bits(2, dims);

    EXPECT("MW_E_FORMAT", mapped_array(&file, &layout, &options));
    EXPECT("255", file_byte(&file, 2));
    EXPECT("255", file_byte(&file, 7));
    layout = bits(1, none);
    EXPECT("MW_OK", mapped_array(&file, &layout, &options));
    EXPECT("255", file_byte(&file, 0));
    EXPECT("32", file_size(&file));
}

FILE_CASE("BIT-07", MAPWISE("BIT-07"), "a file of 9 bytes grows to 16 for 72 bits",
          "a set that grows by a few bits has no room for its last word")
{
    const unsigned char bytes[] = {255, 0, 0, 0, 0, 0, 0, 0, 255};
    const struct scratch_file file = file_of(bytes, sizeof bytes);
    const mw_origin from = from_file(&file);
    const mw_map_options grow = options_for(MW_ACCESS_WRITE, MW_F_GROW);
    const int64_t dims[] = {72};
    const mw_layout layout = bits(1, dims);
    mw_map *map;
    mw_view view;

    EXPECT("MW_OK", answer(mw_map_array(&map, &view, &from, &layout, &grow, &failure)));
    EXPECT("16", file_size(&file));
    EXPECT("16", ones(&view));
}

FILE_CASE("BIT-07.undone", MAPWISE("BIT-07"),
          "a file that grew for bits that then turn out to be wrong is cut off again",
          "a failed attempt leaves the file longer, and its second reader believes that")
{
    const unsigned char bytes[] = {255, 0, 0, 0, 0, 0, 0, 0, 255, 4};
    const struct scratch_file file = file_of(bytes, sizeof bytes);
    mw_map_options grow = options_for(MW_ACCESS_WRITE, MW_F_GROW);
    const int64_t dims[] = {72};
    mw_layout layout = bits(1, dims);

    remember_resources();
    EXPECT("MW_E_FORMAT", mapped_array(&file, &layout, &grow));
    EXPECT("10", file_size(&file));
    EXPECT("4", file_byte(&file, 9));
    EXPECT("nothing", leaked());
    layout.flags = MW_V_REPAIR;
    EXPECT("MW_OK", mapped_array(&file, &layout, &grow));
    EXPECT("0", file_byte(&file, 9));
    EXPECT("16", file_size(&file));
}

FILE_CASE("BIT-08", MAPWISE("BIT-08"), "a single number of bits will do, by descriptor and by path",
          "a flat list of flags needs a made-up second dimension")
{
    const struct scratch_file file = file_of_ones();
    const mw_origin from = from_path(file.path);
    const int64_t dims[] = {221};
    const mw_layout layout = bits(1, dims);
    mw_map *map;
    mw_view view;

    EXPECT("MW_OK", mapped_array(&file, &layout, NULL));
    EXPECT("MW_OK", answer(mw_map_array(&map, &view, &from, &layout, NULL, &failure)));
    EXPECT("221", shape_of(&view));
    EXPECT("221", ones(&view));
}

CASE("BIT-09", MAPWISE("BIT-09"), "bits of new memory are all false",
     "a fresh allocation map shows blocks as taken that are free")
{
    const int64_t dims[] = {1000, 77};
    const mw_layout layout = bits(2, dims);
    mw_map *map;
    mw_view view;

    EXPECT("MW_OK", answer(mw_map_array(&map, &view, NULL, &layout, NULL, &failure)));
    EXPECT("0", ones(&view));
    EXPECT("9632", number((int64_t)mw_length(map)));
    EXPECT("MW_OK", set_element(&view, 999, 76, 1));
    EXPECT("1", ones(&view));
}

FILE_CASE("BIT-10", MAPWISE("BIT-10"), "an array of no bits is an array",
          "an index over an empty table is an error instead of an empty set")
{
    const struct scratch_file file = scratch_file(0);
    const mw_origin from = from_file(&file);
    const int64_t dims[] = {0, 5};
    const mw_layout layout = bits(2, dims);
    mw_map *map;
    mw_view view;

    EXPECT("MW_OK", answer(mw_map_array(&map, &view, &from, &layout, NULL, &failure)));
    EXPECT("0 5", shape_of(&view));
    EXPECT("0", ones(&view));
    EXPECT("MW_OK", filled(&view, 0, MW_WHOLE, true));
    EXPECT("MW_E_RANGE", filled(&view, 0, 1, true));
    EXPECT("MW_E_RANGE", element(&view, 0, 0, 0));
    EXPECT("0", number((int64_t)mw_bits_bytes(0)));
}

FILE_CASE("BIT-11", MAPWISE("BIT-11"),
          "numbers of bits that do not fit, or are negative, are refused before the file grows",
          "a wrapped number of bits gives a small file and a huge index into it")
{
    const struct scratch_file file = scratch_file(0);
    const mw_map_options grow = options_for(MW_ACCESS_WRITE, MW_F_GROW);
    const int64_t wraps[] = {INT64_C(1) << 32, INT64_C(1) << 32}, negative[] = {-3, -5}, fits[] = {3, 5};
    mw_layout layout = bits(2, wraps);

    EXPECT("MW_E_OVERFLOW", mapped_array(&file, &layout, &grow));
    layout.dims = negative;
    EXPECT("MW_E_INVAL", mapped_array(&file, &layout, &grow));
    EXPECT("0", file_size(&file));
    layout.dims = fits;
    EXPECT("MW_OK", mapped_array(&file, &layout, &grow));
    EXPECT("8", file_size(&file));
}

FILE_CASE("BIT-12", MAPWISE("BIT-12"), "words that are not aligned are refused before the file grows",
          "words are loaded from odd addresses, and threads tear each other's bits")
{
    const struct scratch_file file = scratch_file(0);
    const mw_map_options grow = options_for(MW_ACCESS_WRITE, MW_F_GROW);
    const int64_t dims[] = {100};
    mw_layout layout = bits(1, dims);

    for (layout.offset = 1; layout.offset < 8; layout.offset++)
        EXPECT("MW_E_ALIGN", mapped_array(&file, &layout, &grow));
    EXPECT("0", file_size(&file));
    layout.flags = MW_V_UNALIGNED;
    layout.offset = 3;
    EXPECT("MW_OK", mapped_array(&file, &layout, &grow));
    EXPECT("19", file_size(&file));
    layout.flags = 0;
    layout.offset = 8;
    EXPECT("MW_OK", mapped_array(&file, &layout, &grow));
    EXPECT("24", file_size(&file));
}

FILE_CASE("BIT-13", MAPWISE("BIT-13"), "syncing and advising the bytes of an array of bits keep its bits",
          "flushing a bitmap, or trimming its cache, loses the last bit that was set")
{
    const struct scratch_file file = file_of_ones();
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    const int64_t dims[] = {17, 13};
    const mw_layout layout = bits(2, dims);
    const mw_view view = view_of(map, &layout);
    uint64_t offset = 99, length = 99;

    EXPECT("MW_OK", set_element(&view, 2, 0, 0));
    EXPECT("MW_OK", answer(mw_view_span(&offset, &length, &view, &failure)));
    EXPECT("0", number((int64_t)offset));
    EXPECT("28", number((int64_t)length));
    EXPECT("MW_OK", answer(mw_sync(map, offset, length, MW_SYNC_WAIT, 0, &failure)));
    EXPECT("MW_OK",
           answer(mw_advise(map, offset, length, MW_ADVICE_DONTNEED, MW_ADVISE_DESTRUCTIVE, &failure)));
    EXPECT("220", ones(&view));
    EXPECT("0", element(&view, 2, 0, 0));
}

FILE_CASE("ADV-11", MAPWISE("ADV-11"), "the words of an array of bits, or of a part of one, can be advised",
          "trimming a part of a bitmap drops the bits of its neighbours")
{
    const struct scratch_file file = scratch_file(4 * page);
    mw_map *map = library_map(&file, MW_ACCESS_COPY);
    const mw_layout layout = bits(1, NULL);
    const mw_view whole = view_of(map, &layout);
    const mw_view part = sliced(&whole, 0, 8 * (int64_t)page, 24 * (int64_t)page, 1);
    uint64_t offset = 0, length = 0;

    for (uint64_t i = 0; i < 4; i++)
        EXPECT("MW_OK", set_element(&whole, 8 * page * i + 7, 0, 1));
    EXPECT("MW_OK", answer(mw_view_span(&offset, &length, &part, &failure)));
    EXPECT(number((int64_t)page), number((int64_t)offset));
    EXPECT(number((int64_t)(2 * page)), number((int64_t)length));
    EXPECT("MW_OK", answer(mw_advise(map, offset, length, MW_ADVICE_RANDOM, 0, &failure)));
    EXPECT("MW_OK",
           answer(mw_advise(map, offset, length, MW_ADVICE_DONTNEED, MW_ADVISE_DESTRUCTIVE, &failure)));
    EXPECT("1", element(&whole, 7, 0, 0));
    EXPECT("0", element(&part, 7, 0, 0)); /* what was stored privately is gone, as the file has it */
    EXPECT("0", element(&part, 8 * page + 7, 0, 0));
    EXPECT("1", element(&whole, 24 * page + 7, 0, 0));
}

FILE_CASE("BIT-14", MAPWISE("BIT-14"), "an index outside is refused, also where the word goes on",
          "setting a bit behind the last one corrupts the set that shares the word")
{
    const struct scratch_file file = file_of_ones();
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    const int64_t dims[] = {17, 13};
    const mw_layout layout = bits(2, dims);
    const mw_view view = view_of(map, &layout);
    uint64_t count;

    EXPECT("MW_E_RANGE", element(&view, 17, 0, 0));
    EXPECT("MW_E_RANGE", element(&view, 0, 13, 0));
    EXPECT("MW_E_RANGE", set_element(&view, 0, 13, 1));
    EXPECT("MW_E_RANGE", filled(&view, 220, 2, false));
    EXPECT("MW_E_RANGE", filled(&view, 222, 0, false));
    EXPECT("MW_E_OVERFLOW", filled(&view, 2, UINT64_MAX - 1, false));
    EXPECT("MW_E_INVAL", answer(mw_bits_count(NULL, &view, &failure)));
    EXPECT("MW_E_INVAL", answer(mw_bits_count(&count, NULL, &failure)));
    EXPECT("MW_E_INVAL", filled(NULL, 0, 0, false));
    EXPECT("221", ones(&view));
    EXPECT("MW_OK", filled(&view, 220, 1, false));
    EXPECT("220", ones(&view));
}

FILE_CASE("BIT-15", MAPWISE("BIT-15"), "whatever is set, the bits past the last one stay 0",
          "junk behind the last bit turns into members when the set grows")
{
    const struct scratch_file file = scratch_file(0);
    const mw_origin from = from_file(&file);
    const mw_map_options grow = options_for(MW_ACCESS_WRITE, MW_F_GROW);
    const int64_t dims[] = {7, 10}, more[] = {7, 20};
    mw_layout layout = bits(2, dims);
    mw_map *map;
    mw_view view;

    EXPECT("MW_OK", answer(mw_map_array(&map, &view, &from, &layout, &grow, &failure)));
    EXPECT("MW_OK", set_element(&view, 6, 9, 1));
    EXPECT("32", file_byte(&file, 8));
    EXPECT("MW_OK", filled(&view, 0, MW_WHOLE, true));
    EXPECT("255", file_byte(&file, 7));
    EXPECT("63", file_byte(&file, 8));
    EXPECT("0", file_byte(&file, 9));
    EXPECT("MW_OK", answer(mw_resize(map, mw_bits_bytes(140), MW_RESIZE_MAY_MOVE, &failure)));
    layout.dims = more;
    view = view_of(map, &layout);
    EXPECT("70", ones(&view));
    EXPECT("MW_OK", filled(&view, 70, 70, true));
    EXPECT("15", file_byte(&file, 17));
    EXPECT("MW_OK", filled(&view, 3, 135, false));
    EXPECT("5", ones(&view));
    EXPECT("7", file_byte(&file, 0));
    EXPECT("12", file_byte(&file, 17));
}

static pthread_barrier_t both_ready;

/* Sets and clears one bit again and again, which must stay as it is in between: how often it did not. */
static void *change_bit(void *argument)
{
    static int64_t undone[8];
    const mw_view *bit = argument;
    const uint64_t index[] = {0};

    pthread_barrier_wait(&both_ready);
    for (int i = 0; i < 100000; i++) {
        const unsigned char to = i % 2 != 0;
        unsigned char is = 2;
        if (mw_view_set(bit, index, &to, NULL) != MW_OK || mw_view_get(&is, bit, index, NULL) != MW_OK ||
            is != to)
            undone[bit->bit]++;
    }
    return &undone[bit->bit];
}

CASE("BIT-16", MAPWISE("BIT-16"), "two threads that set neighbouring bits do not undo each other's",
     "two threads that mark blocks as used lose a mark, and one block is given out twice", .seconds = 10)
{
    const int64_t dims[] = {8};
    const mw_layout layout = bits(1, dims);
    mw_map *map;
    mw_view view;

    EXPECT("MW_OK", answer(mw_map_array(&map, &view, NULL, &layout, NULL, &failure)));
    mw_view third = sliced(&view, 0, 3, 4, 1), fourth = sliced(&view, 0, 4, 5, 1);
    SETUP(-pthread_barrier_init(&both_ready, NULL, 2));
    const pthread_t other = start_thread(change_bit, &fourth);
    EXPECT("0", number(*(int64_t *)change_bit(&third)));
    EXPECT("0", number(*(int64_t *)join_thread(other)));
    EXPECT("2", ones(&view));
}

FILE_CASE("BIT-17", MAPWISE("BIT-17"),
          "a last word that is not whole is MW_E_SHORT, and the file stays as it is",
          "a bitmap cut off in mid-word is read past the end of its file")
{
    const struct scratch_file file = file_of((const unsigned char[9]){1}, 9);
    const mw_map_options read = options_for(MW_ACCESS_READ, 0);
    const int64_t dims[] = {72}, whole[] = {64}, beyond[] = {64 + 128};
    mw_layout layout = bits(1, dims);
    mw_map *map = library_map(&file, MW_ACCESS_READ);

    EXPECT("MW_E_SHORT", mapped_array(&file, &layout, &read));
    EXPECT("MW_E_SHORT", made(map, &layout));
    EXPECT("9", file_size(&file));
    layout.dims = beyond;
    EXPECT("MW_E_RANGE", made(map, &layout));
    layout.dims = whole;
    EXPECT("MW_OK", mapped_array(&file, &layout, &read));
    EXPECT("MW_OK", made(map, &layout));
}

/* How many bits of a view are 1, by getting each. */
static const char *ones_one_by_one(const mw_view *view)
{
    int64_t count = 0;

    for (uint64_t i = 0; i < view->shape[0]; i++)
        for (uint64_t j = 0; j < view->shape[1]; j++)
            for (uint64_t k = 0; k < view->shape[2]; k++) {
                const uint64_t index[] = {i, j, k};
                unsigned char bit = 2;
                if (mw_view_get(&bit, view, index, &failure) != MW_OK || bit > 1)
                    return "a bit that can't be got";
                count += bit;
            }
    return number(count);
}

FILE_CASE("ARR-23.bits", MAPWISE("ARR-23"), "the bits of a part of an array are counted as if one by one",
          "a query over a column of flags counts the flags of other columns")
{
    const int64_t none = MW_SLICE_DEFAULT;
    const struct scratch_file file = counting_file(1200);
    mw_map *map = library_map(&file, MW_ACCESS_READ);
    const int64_t dims[] = {16, 20, 30};
    const mw_layout layout = bits(3, dims);
    const mw_view whole = view_of(map, &layout);
    mw_view part = sliced(&whole, 2, 5, 29, none);

    EXPECT(ones_one_by_one(&whole), ones(&whole));
    EXPECT("yes", yes_or_no(mw_view_is_dense(&part, MW_COL_MAJOR)));
    EXPECT(ones_one_by_one(&part), ones(&part));
    part = sliced(&part, 1, none, none, -3);
    EXPECT(ones_one_by_one(&part), ones(&part));
    part = sliced(&part, 0, 3, 14, none);
    EXPECT(ones_one_by_one(&part), ones(&part));
    part = sliced(&part, 0, none, none, -2);
    EXPECT(ones_one_by_one(&part), ones(&part));
    part = sliced(&whole, 0, 7, 8, none);
    EXPECT(ones_one_by_one(&part), ones(&part));
    part = sliced(&part, 1, 9, 9, none);
    EXPECT("0", ones(&part));
}

FILE_CASE("BIT-15.fill", MAPWISE("BIT-15"), "bits are filled in the order they lie in, of dense views only",
          "clearing a range of a slice clears flags that are not in it")
{
    const int64_t none = MW_SLICE_DEFAULT;
    const struct scratch_file file = scratch_file(0);
    const mw_origin from = from_file(&file);
    const mw_map_options grow = options_for(MW_ACCESS_WRITE, MW_F_GROW);
    const int64_t dims[] = {16, 20};
    const mw_layout layout = bits(2, dims);
    mw_map *map;
    mw_view view;

    EXPECT("MW_OK", answer(mw_map_array(&map, &view, &from, &layout, &grow, &failure)));
    mw_view part = sliced(&view, 1, 3, 5, none);
    EXPECT("MW_OK", filled(&part, 1, 4, true));
    EXPECT("30", file_byte(&file, 6));
    EXPECT("1", element(&view, 4, 3, 0));
    EXPECT("0", element(&view, 5, 3, 0));
    EXPECT("MW_E_RANGE", filled(&part, 0, 33, true));
    part = sliced(&view, 0, 0, 8, none);
    EXPECT("MW_E_INVAL", filled(&part, 0, 1, true));
    part = sliced(&view, 1, none, none, -1);
    EXPECT("MW_E_INVAL", filled(&part, 0, 1, true));
    EXPECT("4", ones(&view));
    const mw_layout bytes = layout_of(MW_T_U8, 1, NULL);
    view = view_of(map, &bytes);
    EXPECT("MW_E_TYPE", filled(&view, 0, 1, true));
    EXPECT("MW_E_TYPE", ones(&view));
}

FILE_CASE("FLT-10.bits", MAPWISE("FLT-10"), "bits of a read-only array can't be set or filled, and none is",
          "marking a bit of a sealed index is a crash, or changes half of a range")
{
    const struct scratch_file file = scratch_file(2 * page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    const mw_layout layout = bits(1, NULL);
    const mw_view view = view_of(map, &layout);

    EXPECT("MW_OK", answer(mw_protect(map, page, page, MW_PROT_READ, &failure)));
    EXPECT("MW_E_RDONLY", set_element(&view, 8 * page, 0, 1));
    EXPECT("MW_E_RDONLY", filled(&view, 8 * page - 4, 8, true));
    EXPECT("1", file_byte(&file, (int64_t)page - 1));
    EXPECT("2", file_byte(&file, (int64_t)page));
    EXPECT("MW_OK", filled(&view, 8 * page - 4, 4, true));
    EXPECT("241", file_byte(&file, (int64_t)page - 1));
    EXPECT("MW_OK", answer(mw_protect(map, 0, page, MW_PROT_WRITE, &failure)));
    EXPECT("MW_E_ACCESS", set_element(&view, 0, 0, 1));
    EXPECT("MW_E_ACCESS", element(&view, 0, 0, 0));
    EXPECT("MW_E_ACCESS", ones(&view));
}

FILE_CASE("ARR-19.bits", MAPWISE("ARR-19"), "bits of a map that is closed or became shorter are not touched",
          "a view kept too long flips bits in memory that now belongs to others")
{
    const struct scratch_file file = scratch_file(2 * page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    const mw_layout layout = bits(1, NULL);
    mw_view view = view_of(map, &layout);

    EXPECT("MW_OK", answer(mw_resize(map, page, 0, &failure)));
    EXPECT("MW_E_STALE", ones(&view));
    EXPECT("MW_E_STALE", filled(&view, 0, 1, true));
    EXPECT("MW_E_STALE", set_element(&view, 0, 0, 1));
    view = view_of(map, &layout);
    EXPECT(number((int64_t)page), ones(&view));
    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
    EXPECT("MW_E_CLOSED", ones(&view));
    EXPECT("MW_E_CLOSED", filled(&view, 0, 1, true));
    EXPECT("1", file_byte(&file, 0));
}

FILE_CASE("FLT-01.bits", MAPWISE("FLT-01"),
          "bits whose page the file has lost are MW_E_FAULT in a guarded map",
          "a bitmap on a file that was cut kills the server that counts it")
{
    const struct scratch_file file = scratch_file(2 * page);
    const mw_map_options guarded = options_for(MW_ACCESS_WRITE, MW_F_GUARDED | MW_F_KERNEL_COPY);
    mw_map *map = library_map_with(&file, &guarded);
    const int64_t dims[] = {16 * (int64_t)page - 1};
    mw_layout layout = bits(1, NULL);
    const mw_view view = view_of(map, &layout);

    EXPECT("MW_OK", set_element(&view, 8 * page, 0, 1));
    resize_file(&file, (off_t)page);
    EXPECT("MW_E_FAULT", ones(&view));
    EXPECT(number((int64_t)page), failed_at());
    EXPECT("MW_E_FAULT", element(&view, 8 * page, 0, 0));
    EXPECT(number((int64_t)(page)), failed_at());
    EXPECT("MW_E_FAULT", set_element(&view, 8 * page, 0, 1));
    EXPECT(number((int64_t)(page)), failed_at());
    EXPECT("MW_E_FAULT", filled(&view, 8 * page - 1, 2, true));
    EXPECT(number((int64_t)(page)), failed_at());
    layout.dims = dims;
    EXPECT("MW_E_FAULT", made(map, &layout));
    EXPECT(number((int64_t)(2 * page - 8)), failed_at()); /* its last word */
    EXPECT("MW_OK", filled(&view, 0, 8 * page, false));
    EXPECT("0", file_byte(&file, 0));
}

FILE_CASE("FLT-01.bits.copied", MAPWISE("FLT-01"),
          "in a map with MW_F_KERNEL_COPY alone bits can be got, and nothing else",
          "a mode meant for safe reads does unsafe writes behind one's back")
{
    const struct scratch_file file = scratch_file(page);
    const mw_map_options options = options_for(MW_ACCESS_WRITE, MW_F_KERNEL_COPY);
    const int64_t dims[] = {3}, two[] = {65};
    mw_layout layout = bits(1, NULL);
    mw_map *map = library_map_with(&file, &options);
    const mw_view view = view_of(map, &layout);

    EXPECT("1", element(&view, 8, 0, 0));
    EXPECT("0", element(&view, 9, 0, 0));
    EXPECT("MW_E_NOTSUP", set_element(&view, 9, 0, 1));
    EXPECT("MW_E_NOTSUP", ones(&view));
    EXPECT("MW_E_NOTSUP", filled(&view, 0, 1, true));
    EXPECT("1", file_byte(&file, 1));
    layout.dims = dims;
    EXPECT("MW_E_FORMAT", made(map, &layout));
    layout.flags = MW_V_REPAIR;
    EXPECT("MW_E_NOTSUP", made(map, &layout));
    layout.dims = two;
    EXPECT("MW_E_NOTSUP", made(map, &layout));
    write_file(&file, 8, 0);
    for (off_t i = 9; i < 16; i++)
        write_file(&file, i, 0);
    EXPECT("MW_OK", made(map, &layout));
}

FILE_CASE("ARR-19.bits.pin", MAPWISE("ARR-19"), "bits can be read through a pin",
          "a tight loop over pinned flags sees other bits than the checked calls")
{
    const struct scratch_file file = counting_file(64);
    mw_map *map = library_map(&file, MW_ACCESS_READ);
    const int64_t dims[] = {20, 25};
    mw_layout layout = bits(2, dims);
    int differing = 0;
    void *first;

    layout.offset = 0;
    layout.flags = 0;
    write_file(&file, 62, 0);
    write_file(&file, 63, 0);
    const mw_view whole = view_of(map, &layout);
    const mw_view part = sliced(&whole, 0, MW_SLICE_DEFAULT, MW_SLICE_DEFAULT, -3);
    EXPECT("MW_OK", answer(mw_view_pin(&first, &part, MW_PROT_READ, &failure)));
    for (uint64_t i = 0; i < part.shape[0]; i++)
        for (uint64_t j = 0; j < part.shape[1]; j++) {
            const uint64_t index[MW_MAX_DIMS] = {i, j};
            differing += strcmp(element(&part, i, j, 0), number(mw_view_bit(&part, first, index))) != 0;
        }
    EXPECT("0", number(differing));
    EXPECT("7 25", shape_of(&part));
    EXPECT("MW_OK", mw_error_name(mw_unpin(map, first)));
}
