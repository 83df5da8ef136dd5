/* The library: advice and residency. */
#include "library.h"

SUITE("library", "what libmapwise promises");

static const char *advise(mw_map *map, uint64_t offset, uint64_t length, mw_advice advice, uint32_t flags)
{
    return answer(mw_advise(map, offset, length, advice, flags, &failure));
}

/* Private memory whose pages begin with 1, 2, 3 … */
static mw_map *numbered(size_t length)
{
    mw_map *map = library_anonymous(length, MW_ACCESS_COPY);

    for (size_t offset = 0; offset < length; offset += page)
        if (mw_write_at(NULL, map, offset, &(char){(char)(offset / page + 1)}, 1, &failure) != MW_OK)
            setup_failed("mw_write_at: %s", mw_error_text(failure.code));
    return map;
}

static const char *base_of(const mw_map *map)
{
    return info_of(map).base;
}

FILE_CASE("ADV-01", MAPWISE("ADV-01"), "WILLNEED of the whole map brings it into memory")
{
    struct scratch_file file = scratch_file(2 * page);
    uint64_t resident = 0;

    evict_file(&file);
    mw_map *map = library_map(&file, MW_ACCESS_READ);
    EXPECT("MW_OK", advise(map, 0, MW_WHOLE, MW_ADVICE_WILLNEED, 0));
    for (int attempt = 0; attempt < 1000 && resident < 2; attempt++) {
        SETUP(mw_resident(NULL, &resident, NULL, 0, MW_RESIDENCY_COUNT, map, 0, MW_WHOLE, &failure));
        usleep(1000);
    }
    EXPECT("2", number((int64_t)resident));
}

CASE("ADV-02", MAPWISE("ADV-02"), "advice for a range concerns its pages and no others")
{
    mw_map *map = numbered(3 * page);

    EXPECT("MW_OK", advise(map, page, page, MW_ADVICE_DONTDUMP, 0));
    EXPECT("no", vm_flag(base_of(map), "dd"));
    EXPECT("yes", vm_flag(base_of(map) + page, "dd"));
    EXPECT("no", vm_flag(base_of(map) + 2 * page, "dd"));
    EXPECT("MW_OK", advise(map, 0, MW_WHOLE, MW_ADVICE_DODUMP, 0));
    EXPECT("no", vm_flag(base_of(map) + page, "dd"));
}

CASE("ADV-03", MAPWISE("ADV-03"), "advice from the end on is fine for no bytes and refused for any")
{
    mw_map *map = numbered(2 * page);

    EXPECT("MW_OK", advise(map, 2 * page, 0, MW_ADVICE_NORMAL, 0));
    EXPECT("MW_E_RANGE", advise(map, 2 * page, 1, MW_ADVICE_NORMAL, 0));
    EXPECT("MW_E_RANGE", advise(map, 2 * page + 1, 0, MW_ADVICE_NORMAL, 0));
}

CASE("ADV-05", MAPWISE("ADV-05"), "an offset and length whose sum wraps are refused, and nothing is dropped")
{
    mw_map *map = numbered(2 * page);

    EXPECT("MW_E_OVERFLOW",
           advise(map, page, UINT64_MAX - page + 1, MW_ADVICE_DONTNEED, MW_ADVISE_DESTRUCTIVE));
    EXPECT("2", byte_at(map, page));
    EXPECT("MW_OK", advise(map, page, page, MW_ADVICE_DONTNEED, MW_ADVISE_DESTRUCTIVE));
    EXPECT("0", byte_at(map, page));
}

CASE("ADV-06", MAPWISE("ADV-06"), "a range that reaches past the end is refused and not cut to fit")
{
    mw_map *map = numbered(2 * page);

    EXPECT("MW_E_RANGE", advise(map, 0, 2 * page + 1, MW_ADVICE_DONTNEED, MW_ADVISE_DESTRUCTIVE));
    EXPECT("1", byte_at(map, 0));
    EXPECT("2", byte_at(map, page));
    EXPECT("MW_OK", advise(map, 0, 2 * page, MW_ADVICE_DONTNEED, MW_ADVISE_DESTRUCTIVE));
    EXPECT("0", byte_at(map, page));
}

CASE("ADV-07", MAPWISE("ADV-07"),
     "a hint widens to all pages that the range touches, unless it is asked not to")
{
    mw_map *map = numbered(4 * page);

    EXPECT("MW_OK", advise(map, 2 * page - 1, 2, MW_ADVICE_DONTDUMP, MW_ADVISE_INWARD));
    EXPECT("no", vm_flag(base_of(map) + page, "dd"));
    EXPECT("MW_OK", advise(map, 2 * page - 1, 2, MW_ADVICE_DONTDUMP, 0));
    EXPECT("no", vm_flag(base_of(map), "dd"));
    EXPECT("yes", vm_flag(base_of(map) + page, "dd"));
    EXPECT("yes", vm_flag(base_of(map) + 2 * page, "dd"));
    EXPECT("no", vm_flag(base_of(map) + 3 * page, "dd"));
}

CASE("ADV-07.destructive", MAPWISE("ADV-07"),
     "advice that loses contents shrinks to the pages wholly inside the range")
{
    mw_map *map = numbered(4 * page);

    EXPECT("MW_OK", advise(map, 1, 2 * page - 2, MW_ADVICE_DONTNEED, MW_ADVISE_DESTRUCTIVE));
    EXPECT("1", byte_at(map, 0));
    EXPECT("2", byte_at(map, page));
    EXPECT("MW_OK", advise(map, 1, 3 * page - 2, MW_ADVICE_DONTNEED, MW_ADVISE_DESTRUCTIVE));
    EXPECT("1", byte_at(map, 0));
    EXPECT("0", byte_at(map, page));
    EXPECT("3", byte_at(map, 2 * page));
    EXPECT("4", byte_at(map, 3 * page));
}

CASE("ADV-07.edges", MAPWISE("ADV-07"),
     "the edges of a map count as edges of pages: its last page is dropped whole")
{
    mw_map *map = numbered(page + 5);

    EXPECT("MW_OK", advise(map, page, 5, MW_ADVICE_DONTNEED, MW_ADVISE_DESTRUCTIVE));
    EXPECT("1", byte_at(map, 0));
    EXPECT("0", byte_at(map, page));
    EXPECT("MW_OK", advise(map, 0, page - 1, MW_ADVICE_DONTNEED, MW_ADVISE_DESTRUCTIVE));
    EXPECT("1", byte_at(map, 0));
}

CASE("ADV-08", MAPWISE("ADV-08"),
     "advice for no bytes succeeds and does nothing, but its arguments are checked")
{
    mw_map *map = numbered(page), *empty = library_anonymous(0, MW_ACCESS_COPY);

    EXPECT("MW_OK", advise(map, 0, 0, MW_ADVICE_DONTNEED, MW_ADVISE_DESTRUCTIVE));
    EXPECT("1", byte_at(map, 0));
    EXPECT("MW_OK", advise(empty, 0, MW_WHOLE, MW_ADVICE_NORMAL, 0));
    EXPECT("MW_E_INVAL", advise(map, 0, 0, (mw_advice)999, 0));
}

CASE("ADV-09", MAPWISE("ADV-09"),
     "unknown advice is refused, by name of the library and by number of the system")
{
    mw_map *map = numbered(page);

    EXPECT("MW_E_INVAL", advise(map, 0, page, (mw_advice)999, 0));
    EXPECT("MW_E_INVAL", advise(map, 0, page, MW_ADVICE_NORMAL, 1u << 31));
    EXPECT("MW_E_NOTSUP", answer(mw_advise_raw(map, 0, page, 9999, &failure)));
    EXPECT("MW_OK", answer(mw_advise_raw(map, 0, page, MADV_DONTNEED, &failure)));
    EXPECT("0", byte_at(map, 0));
}

CASE("ADV-12", MAPWISE("ADV-12"),
     "advice that may lose contents needs a consent, without which nothing is lost")
{
    static const mw_advice all[] = {MW_ADVICE_DONTNEED, MW_ADVICE_FREE, MW_ADVICE_WIPEONFORK,
                                    MW_ADVICE_GUARD_INSTALL, MW_ADVICE_REMOVE};
    mw_map *map = numbered(page);

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        EXPECT("MW_E_INVAL", advise(map, 0, page, all[i], 0));
        EXPECT("MW_E_INVAL", advise(map, 0, page, all[i], MW_ADVISE_BEST_EFFORT));
        EXPECT("1", load_in_child(base_of(map)));
    }
    EXPECT("MW_OK", advise(map, 0, page, MW_ADVICE_DONTNEED, MW_ADVISE_DESTRUCTIVE));
    EXPECT("0", byte_at(map, 0));
}

CASE("ADV-13", MAPWISE("ADV-13"),
     "advice can be found by name, with its value here and whether the kernel knows it")
{
    mw_advice_row row;

    EXPECT("MW_OK", answer(mw_advice_find(&row, "dontneed", &failure)));
    EXPECT(number(MADV_DONTNEED), number(row.native));
    EXPECT("yes", yes_or_no(row.destructive && row.capability == MW_CAPABILITY_YES));
    EXPECT("MW_OK", answer(mw_advice_find(&row, "willneed", &failure)));
    EXPECT("no", yes_or_no(row.destructive));
    EXPECT("MW_E_NOENT", answer(mw_advice_find(&row, "wilneed", &failure)));
    EXPECT("MW_E_NOENT", answer(mw_advice_find(&row, "WILLNEED", &failure)));
}

CASE("ADV-13.list", MAPWISE("ADV-13"), "the list of advice has every name once and ends with MW_E_END")
{
    mw_advice_row row, found;
    size_t index = 0;

    while (mw_advice_at(&row, index, &failure) == MW_OK) {
        EXPECT("MW_OK", answer(mw_advice_find(&found, row.name, &failure)));
        EXPECT(number((int64_t)index), number((int64_t)found.advice));
        index++;
    }
    EXPECT("MW_E_END", answer(failure.code));
    EXPECT(number(MW_ADVICE_GUARD_REMOVE + 1), number((int64_t)index));
}

static uint64_t count_pages, count_resident;

static const char *count(mw_map *map, uint64_t offset, uint64_t length)
{
    return answer(mw_resident(&count_pages, &count_resident, NULL, 0, MW_RESIDENCY_COUNT, map, offset, length,
                              &failure));
}

CASE("RES-01", MAPWISE("RES-01"), "there is one entry for each page, as bytes and as bits")
{
    mw_map *map = library_anonymous(9 * page + 1, MW_ACCESS_COPY);
    unsigned char bytes[11], bits[3] = {0, 0, 0xa5};
    uint64_t pages, resident;

    memset(bytes, 0xa5, sizeof bytes);
    EXPECT("MW_OK", set_byte(map, page, 1));
    EXPECT("MW_OK", set_byte(map, 9 * page, 1));
    EXPECT("MW_OK",
           answer(mw_resident(&pages, &resident, bytes, 10, MW_RESIDENCY_BYTES, map, 0, MW_WHOLE, &failure)));
    EXPECT("10", number((int64_t)pages));
    EXPECT("2", number((int64_t)resident));
    EXPECT("0", number(memcmp(bytes, "\0\1\0\0\0\0\0\0\0\1\xa5", 11)));
    EXPECT("MW_OK", answer(mw_resident(NULL, NULL, bits, 2, MW_RESIDENCY_BITS, map, 0, MW_WHOLE, &failure)));
    EXPECT("0", number(memcmp(bits, "\2\2\xa5", 3)));
}

FILE_CASE("RES-02", MAPWISE("RES-02"), "a map that begins inside a page has that page as its first entry")
{
    struct scratch_file file = scratch_file(3 * page);
    const mw_map_options options = options_range(MW_ACCESS_READ, 0, page - 1, 2);
    mw_map *map = library_map_with(&file, &options);

    EXPECT("MW_OK", count(map, 0, MW_WHOLE));
    EXPECT("2", number((int64_t)count_pages));
    EXPECT("2", number((int64_t)count_resident));
}

CASE("RES-03", MAPWISE("RES-03"), "fresh anonymous memory is not resident, with MW_F_POPULATE all of it is")
{
    const mw_map_options options = options_for(MW_ACCESS_COPY, MW_F_POPULATE);
    mw_map *map;

    EXPECT("MW_OK", count(library_anonymous(8 * page, MW_ACCESS_COPY), 0, MW_WHOLE));
    EXPECT("0", number((int64_t)count_resident));
    EXPECT("MW_OK", answer(mw_map_anon(&map, 8 * page, &options, &failure)));
    EXPECT("MW_OK", count(map, 0, MW_WHOLE));
    EXPECT("8", number((int64_t)count_resident));
}

CASE("RES-04", MAPWISE("RES-04"), "every entry is 0 or 1, and bit 0 of the native one says the same")
{
    mw_map *map = library_anonymous(2 * page, MW_ACCESS_COPY);
    unsigned char bytes[2] = {9, 9}, native[2] = {8, 9};

    EXPECT("MW_OK", set_byte(map, 0, 1));
    EXPECT("MW_OK",
           answer(mw_resident(NULL, NULL, bytes, 2, MW_RESIDENCY_BYTES, map, 0, MW_WHOLE, &failure)));
    EXPECT("MW_OK",
           answer(mw_resident(NULL, NULL, native, 2, MW_RESIDENCY_NATIVE, map, 0, MW_WHOLE, &failure)));
    EXPECT("1", number(bytes[0]));
    EXPECT("0", number(bytes[1]));
    EXPECT("1", number(native[0] & 1));
    EXPECT("0", number(native[1] & 1));
}

FILE_CASE("RES-06", MAPWISE("RES-06"), "pages that truncation has cut off are not resident")
{
    struct scratch_file file = scratch_file(8 * page);
    mw_map *map = library_map(&file, MW_ACCESS_READ);

    EXPECT("8", byte_at(map, 7 * page));
    resize_file(&file, (off_t)page);
    EXPECT("MW_OK", count(map, 0, MW_WHOLE));
    EXPECT("8", number((int64_t)count_pages));
    EXPECT("1", number((int64_t)count_resident));
}

CASE("RES-07", MAPWISE("RES-07"), "a range that begins and ends inside pages is widened to them")
{
    mw_map *map = library_anonymous(4 * page, MW_ACCESS_COPY);

    EXPECT("MW_OK", set_byte(map, page, 1));
    EXPECT("MW_OK", set_byte(map, 2 * page, 1));
    EXPECT("MW_OK", count(map, 2 * page - 1, 2));
    EXPECT("2", number((int64_t)count_pages));
    EXPECT("2", number((int64_t)count_resident));
    EXPECT("MW_OK", count(map, 3 * page - 1, 2));
    EXPECT("1", number((int64_t)count_resident));
    EXPECT("MW_E_RANGE", count(map, 0, 4 * page + 1));
    EXPECT("0", number((int64_t)count_pages));
}

CASE("RES-08", MAPWISE("RES-08"), "a buffer that is too small is refused, and the number of entries is told")
{
    mw_map *map = library_anonymous(9 * page, MW_ACCESS_COPY);
    unsigned char buffer[9];
    uint64_t pages = 0;

    EXPECT("MW_E_RANGE",
           answer(mw_resident(&pages, NULL, buffer, 8, MW_RESIDENCY_BYTES, map, 0, MW_WHOLE, &failure)));
    EXPECT("9", number((int64_t)pages));
    EXPECT("MW_E_RANGE",
           answer(mw_resident(&pages, NULL, buffer, 1, MW_RESIDENCY_BITS, map, 0, MW_WHOLE, &failure)));
    EXPECT("9", number((int64_t)pages));
    EXPECT("MW_OK",
           answer(mw_resident(&pages, NULL, buffer, 2, MW_RESIDENCY_BITS, map, 0, MW_WHOLE, &failure)));
    EXPECT("MW_OK",
           answer(mw_resident(&pages, NULL, buffer, 9, MW_RESIDENCY_BYTES, map, 0, MW_WHOLE, &failure)));
    EXPECT("MW_OK",
           answer(mw_resident(&pages, NULL, buffer, 1, MW_RESIDENCY_BITS, map, 0, 8 * page, &failure)));
}
