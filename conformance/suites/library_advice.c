/* The library: advice and residency. */
#include "fixture.h"
#include "library.h"

#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>

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

FILE_CASE("ADV-01", MAPWISE("ADV-01"), "WILLNEED of the whole map brings it into memory",
          "a server that warms its data up front still waits for the disk in its first request")
{
    struct scratch_file file = scratch_file(2 * page);
    uint64_t resident = 0;

    evict_file(&file);
    mw_map *map = library_map(&file, MW_ACCESS_READ);
    SETUP(mw_resident(NULL, &resident, NULL, 0, MW_RESIDENCY_COUNT, map, 0, MW_WHOLE, &failure));
    EXPECT("0", number((int64_t)resident));
    EXPECT("MW_OK", advise(map, 0, MW_WHOLE, MW_ADVICE_WILLNEED, 0));
    for (int attempt = 0; attempt < 1000 && resident < 2; attempt++) {
        SETUP(mw_resident(NULL, &resident, NULL, 0, MW_RESIDENCY_COUNT, map, 0, MW_WHOLE, &failure));
        usleep(1000);
    }
    EXPECT("2", number((int64_t)resident));
}

CASE("ADV-02", MAPWISE("ADV-02"), "advice for a range concerns its pages and no others",
     "excluding one secret from dumps excludes the whole heap, or not the secret")
{
    mw_map *map = numbered(3 * page);

    EXPECT("MW_OK", advise(map, page, page, MW_ADVICE_DONTDUMP, 0));
    EXPECT("no", vm_flag(base_of(map), "dd"));
    EXPECT("yes", vm_flag(base_of(map) + page, "dd"));
    EXPECT("no", vm_flag(base_of(map) + 2 * page, "dd"));
    EXPECT("MW_OK", advise(map, 0, MW_WHOLE, MW_ADVICE_DODUMP, 0));
    EXPECT("no", vm_flag(base_of(map) + page, "dd"));
}

CASE("ADV-03", MAPWISE("ADV-03"), "advice from the end on is fine for no bytes and refused for any",
     "a loop over windows fails at its last step, or advises memory of somebody else")
{
    mw_map *map = numbered(2 * page);

    EXPECT("MW_OK", advise(map, 2 * page, 0, MW_ADVICE_DONTDUMP, 0));
    EXPECT("MW_OK", advise(map, 2 * page, MW_WHOLE, MW_ADVICE_DONTDUMP, 0));
    EXPECT("MW_E_RANGE", advise(map, 2 * page, 1, MW_ADVICE_DONTDUMP, 0));
    EXPECT("MW_E_RANGE", advise(map, 2 * page + 1, 0, MW_ADVICE_DONTDUMP, 0));
    EXPECT("MW_E_RANGE", advise(map, 2 * page + 1, MW_WHOLE, MW_ADVICE_DONTDUMP, 0));
    EXPECT("no", vm_flag(base_of(map) + page, "dd"));
    EXPECT("MW_OK", advise(map, 2 * page - 1, 1, MW_ADVICE_DONTDUMP, 0));
    EXPECT("yes", vm_flag(base_of(map) + page, "dd"));
}

CASE("ADV-04", MAPWISE("ADV-04"), "a negative number taken for a length is refused, and nothing is dropped",
     "an underflowed length drops all of a program's data")
{
    mw_map *map = numbered(2 * page);

    EXPECT("MW_E_RANGE", advise(map, 0, (uint64_t)INT64_C(-2), MW_ADVICE_DONTNEED, MW_ADVISE_DESTRUCTIVE));
    EXPECT("MW_E_OVERFLOW", advise(map, page, 0 - (uint64_t)page, MW_ADVICE_DONTNEED, MW_ADVISE_DESTRUCTIVE));
    EXPECT("1", byte_at(map, 0));
    EXPECT("2", byte_at(map, page));
    EXPECT("MW_OK", advise(map, 0, page, MW_ADVICE_DONTNEED, MW_ADVISE_DESTRUCTIVE));
    EXPECT("0", byte_at(map, 0));
}

CASE("ADV-05", MAPWISE("ADV-05"), "an offset and length whose sum wraps are refused, and nothing is dropped",
     "an overflowing sum drops the beginning of the map in place of its end")
{
    mw_map *map = numbered(2 * page);

    EXPECT("MW_E_OVERFLOW",
           advise(map, page, UINT64_MAX - page + 1, MW_ADVICE_DONTNEED, MW_ADVISE_DESTRUCTIVE));
    EXPECT("2", byte_at(map, page));
    EXPECT("MW_OK", advise(map, page, page, MW_ADVICE_DONTNEED, MW_ADVISE_DESTRUCTIVE));
    EXPECT("0", byte_at(map, page));
}

CASE("ADV-06", MAPWISE("ADV-06"), "a range that reaches past the end is refused and not cut to fit",
     "a wrong length drops good data up to the end without a word")
{
    mw_map *map = numbered(2 * page);

    EXPECT("MW_E_RANGE", advise(map, 0, 2 * page + 1, MW_ADVICE_DONTNEED, MW_ADVISE_DESTRUCTIVE));
    EXPECT("1", byte_at(map, 0));
    EXPECT("2", byte_at(map, page));
    EXPECT("MW_E_RANGE", advise(map, page, 2 * page, MW_ADVICE_DONTNEED, MW_ADVISE_DESTRUCTIVE));
    EXPECT("2", byte_at(map, page));
    EXPECT("MW_OK", advise(map, 0, 2 * page, MW_ADVICE_DONTNEED, MW_ADVISE_DESTRUCTIVE));
    EXPECT("0", byte_at(map, page));
}

CASE("ADV-07", MAPWISE("ADV-07"),
     "a hint widens to all pages that the range touches, unless it is asked not to",
     "the first and the last page of a record miss the advice, or an object beside it gets it")
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
     "advice that loses contents shrinks to the pages wholly inside the range",
     "freeing one object wipes the two that share its pages")
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
     "the edges of a map count as edges of pages: its last page is dropped whole",
     "the last page of a buffer of odd length is never given back")
{
    mw_map *map = numbered(page + 5);

    EXPECT("MW_OK", advise(map, page, 5, MW_ADVICE_DONTNEED, MW_ADVISE_DESTRUCTIVE));
    EXPECT("1", byte_at(map, 0));
    EXPECT("0", byte_at(map, page));
    EXPECT("MW_OK", advise(map, 0, page - 1, MW_ADVICE_DONTNEED, MW_ADVISE_DESTRUCTIVE));
    EXPECT("1", byte_at(map, 0));
}

CASE("ADV-08", MAPWISE("ADV-08"),
     "advice for no bytes succeeds and does nothing, but its arguments are checked",
     "an empty batch wipes a page, or a misspelt piece of advice goes unnoticed")
{
    mw_map *map = numbered(page), *empty = library_anonymous(0, MW_ACCESS_COPY);

    EXPECT("MW_OK", advise(map, 0, 0, MW_ADVICE_DONTNEED, MW_ADVISE_DESTRUCTIVE));
    EXPECT("1", byte_at(map, 0));
    EXPECT("MW_OK", advise(empty, 0, MW_WHOLE, MW_ADVICE_NORMAL, 0));
    EXPECT("MW_E_INVAL", advise(map, 0, 0, (mw_advice)999, 0));
}

CASE("ADV-09", MAPWISE("ADV-09"),
     "unknown advice is refused, by name of the library and by number of the system",
     "a typing mistake in a configuration passes for advice that was taken")
{
    mw_map *map = numbered(page);

    EXPECT("MW_E_INVAL", advise(map, 0, page, (mw_advice)999, 0));
    EXPECT("MW_E_INVAL", advise(map, 0, page, MW_ADVICE_NORMAL, 1u << 31));
    EXPECT("MW_E_NOTSUP", answer(mw_advise_raw(map, 0, page, 9999, &failure)));
    EXPECT("MW_OK", answer(mw_advise_raw(map, 0, page, MADV_DONTNEED, &failure)));
    EXPECT("0", byte_at(map, 0));
}

/* What comes of advice, strictly and at best effort. */
static const char *both_ways(mw_map *map, mw_advice advice)
{
    static char text[40];
    const char *strictly = advise(map, 0, page, advice, MW_ADVISE_DESTRUCTIVE);

    snprintf(text, sizeof text, "%s, %s", strictly,
             advise(map, 0, page, advice, MW_ADVISE_DESTRUCTIVE | MW_ADVISE_BEST_EFFORT));
    return text;
}

CASE("ADV-10", MAPWISE("ADV-10"),
     "on a system without advice every piece of it is refused, or done without when best effort is enough",
     "a portable program fails on a system without advice, or believes in an effect there")
{
    mw_map *map = numbered(page);
    mw_advice_row row;
    int known = 0;

    EXPECT("MW_OK, MW_OK", both_ways(map, MW_ADVICE_DONTDUMP));
    refuse_call(SYS_madvise, ENOSYS);
    for (size_t i = 0; mw_advice_at(&row, i, NULL) == MW_OK; i++) {
        EXPECT("MW_E_NOTSUP, MW_OK", both_ways(map, row.advice));
        known += row.capability != MW_CAPABILITY_NO;
    }
    EXPECT("0", number(known));
    EXPECT("MW_E_NOTSUP", answer(mw_advise_raw(map, 0, page, MADV_DONTNEED, &failure)));
    EXPECT("MW_E_RANGE", advise(map, 0, page + 1, MW_ADVICE_NORMAL, MW_ADVISE_BEST_EFFORT));
    EXPECT("1", byte_at(map, 0));
}

CASE("ADV-12", MAPWISE("ADV-12"),
     "advice that may lose contents needs a consent, without which nothing is lost",
     "a call that looks like a mere hint wipes the data of its caller")
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
     "advice can be found by name, with its value here and whether the kernel knows it",
     "a tool that takes advice by name wipes memory because it was not told that this one does")
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

CASE("ADV-13.list", MAPWISE("ADV-13"), "the list of advice has every name once and ends with MW_E_END",
     "a tool that lists what it can do misses the newest advice, or never ends")
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

/* What the first byte is after a value was stored there and all pages were dropped. */
static const char *after_dropping(mw_map *map, int value)
{
    if (strcmp(set_byte(map, 0, value), "MW_OK") != 0 ||
        strcmp(advise(map, 0, MW_WHOLE, MW_ADVICE_DONTNEED, MW_ADVISE_DESTRUCTIVE), "MW_OK") != 0)
        return answer(failure.code);
    return byte_at(map, 0);
}

FILE_CASE("ADV-14", MAPWISE("ADV-14"),
          "DONTNEED loses what is private, and nothing of what is shared, be it memory or a file",
          "dropping cached pages loses stores that were meant for the file")
{
    struct scratch_file file = scratch_file(page);

    EXPECT("9", after_dropping(library_map(&file, MW_ACCESS_WRITE), 9));
    EXPECT("9", file_byte(&file, 0));
    EXPECT("9", after_dropping(library_map(&file, MW_ACCESS_COPY), 7)); /* the file's */
    EXPECT("7", after_dropping(library_anonymous(page, MW_ACCESS_WRITE), 7));
    EXPECT("0", after_dropping(library_anonymous(page, MW_ACCESS_COPY), 7));
}

CASE("DF-13.advice", MAPWISE("DF-13"),
     "advice may begin at any byte, also with a length that is no multiple of anything",
     "a binding for a language without pages cannot advise the array it has")
{
    mw_map *map = numbered(3 * page);

    EXPECT("MW_OK", advise(map, page + 1, 1, MW_ADVICE_DONTDUMP, 0));
    EXPECT("no", vm_flag(base_of(map), "dd"));
    EXPECT("yes", vm_flag(base_of(map) + page, "dd"));
    EXPECT("no", vm_flag(base_of(map) + 2 * page, "dd"));
}

CASE("DF-16.advice", MAPWISE("DF-16"),
     "advice whose length alone would fit, but not from its offset on, is refused and drops nothing",
     "a slice near the end of an array drops memory behind the array")
{
    mw_map *map = numbered(3 * page);

    EXPECT("MW_E_RANGE", advise(map, page, 3 * page, MW_ADVICE_DONTNEED, MW_ADVISE_DESTRUCTIVE));
    EXPECT("MW_E_RANGE", advise(map, 3 * page - 1, 2, MW_ADVICE_DONTNEED, MW_ADVISE_DESTRUCTIVE));
    EXPECT("1 2 3", page_bytes(base_of(map), 3 * page));
    EXPECT("MW_OK", advise(map, page, 2 * page, MW_ADVICE_DONTNEED, MW_ADVISE_DESTRUCTIVE));
    EXPECT("1 0 0", page_bytes(base_of(map), 3 * page));
}

static uint64_t count_pages, count_resident;

static const char *count(mw_map *map, uint64_t offset, uint64_t length)
{
    return answer(mw_resident(&count_pages, &count_resident, NULL, 0, MW_RESIDENCY_COUNT, map, offset, length,
                              &failure));
}

CASE("RES-01", MAPWISE("RES-01"), "there is one entry for each page, as bytes and as bits",
     "a monitor writes past its vector, or reads one page's state as another's")
{
    mw_map *map = library_single_pages(9 * page + 1);
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

FILE_CASE("RES-02", MAPWISE("RES-02"), "a map that begins inside a page has that page as its first entry",
          "a view that starts within a page is one entry short, and all states are off by one")
{
    struct scratch_file file = scratch_file(3 * page);
    const mw_map_options options = options_range(MW_ACCESS_READ, 0, page - 1, 2);
    mw_map *map = library_map_with(&file, &options);

    EXPECT("MW_OK", count(map, 0, MW_WHOLE));
    EXPECT("2", number((int64_t)count_pages));
    EXPECT("2", number((int64_t)count_resident));
    EXPECT("MW_OK", count(map, 1, 1));
    EXPECT("1", number((int64_t)count_pages));
}

CASE("RES-03", MAPWISE("RES-03"), "fresh anonymous memory is not resident, with MW_F_POPULATE all of it is",
     "a test for warm memory says yes to memory that nobody has paid for")
{
    const mw_map_options options = options_for(MW_ACCESS_COPY, MW_F_POPULATE);
    mw_map *map;

    EXPECT("MW_OK", count(library_anonymous(8 * page, MW_ACCESS_COPY), 0, MW_WHOLE));
    EXPECT("0", number((int64_t)count_resident));
    EXPECT("MW_OK", answer(mw_map_anon(&map, 8 * page, &options, &failure)));
    EXPECT("MW_OK", count(map, 0, MW_WHOLE));
    EXPECT("8", number((int64_t)count_resident));
}

CASE("RES-04", MAPWISE("RES-04"), "every entry is 0 or 1, and bit 0 of the native one says the same",
     "a program that compares with 1 takes the extra bits of a system for a cold page")
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

CASE("RES-05", MAPWISE("RES-05"),
     "a system that can't tell says so, and the number of pages is known all the same",
     "a monitor shows everything as cold where nothing is known")
{
    mw_map *map = library_anonymous(3 * page, MW_ACCESS_COPY);

    EXPECT("MW_OK", count(map, 0, MW_WHOLE));
    refuse_call(SYS_mincore, ENOSYS);
    EXPECT("MW_E_NOTSUP", count(map, 0, MW_WHOLE));
    EXPECT("mincore", failure.op);
    EXPECT("3", number((int64_t)count_pages));
    EXPECT("MW_OK", count(map, page, 0)); /* nobody has to be asked about no pages */
}

CASE("DF-6", MAPWISE("DF-6"),
     "whatever was in the buffer, each of its bytes becomes 0 or 1 and each of its bits is a page's",
     "bits of the previous answer are taken for pages in memory")
{
    mw_map *map = library_single_pages(11 * page);
    unsigned char bytes[11], bits[2] = {0xff, 0xff};

    memset(bytes, 0xff, sizeof bytes);
    EXPECT("MW_OK", set_byte(map, 9 * page, 1));
    EXPECT("MW_OK", answer(mw_resident(NULL, NULL, bytes, sizeof bytes, MW_RESIDENCY_BYTES, map, 0, MW_WHOLE,
                                       &failure)));
    EXPECT("0", number(memcmp(bytes, "\0\0\0\0\0\0\0\0\0\1\0", sizeof bytes)));
    EXPECT("MW_OK",
           answer(mw_resident(NULL, NULL, bits, sizeof bits, MW_RESIDENCY_BITS, map, 0, MW_WHOLE, &failure)));
    EXPECT("0", number(bits[0]));
    EXPECT("2", number(bits[1]));
}

FILE_CASE("RES-06", MAPWISE("RES-06"), "pages that truncation has cut off are not resident",
          "a cache report counts pages of a part of the file that is gone")
{
    struct scratch_file file = scratch_file(8 * page);
    mw_map *map = library_map(&file, MW_ACCESS_READ);

    EXPECT("8", byte_at(map, 7 * page));
    EXPECT("MW_OK", count(map, 0, MW_WHOLE));
    EXPECT("8", number((int64_t)count_resident));
    resize_file(&file, (off_t)page);
    EXPECT("MW_OK", count(map, 0, MW_WHOLE));
    EXPECT("8", number((int64_t)count_pages));
    EXPECT("1", number((int64_t)count_resident));
}

CASE("RES-07", MAPWISE("RES-07"), "a range that begins and ends inside pages is widened to them",
     "a record that straddles two pages seems to be in memory when half of it is")
{
    mw_map *map = library_single_pages(4 * page);

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

CASE("RES-08", MAPWISE("RES-08"), "a buffer that is too small is refused, and the number of entries is told",
     "a vector that is too short is overrun, or the caller cannot learn how long it must be")
{
    mw_map *map = library_anonymous(9 * page, MW_ACCESS_COPY);
    unsigned char buffer[9];
    uint64_t pages = 0;

    memset(buffer, 0xa5, sizeof buffer);
    EXPECT("MW_E_RANGE",
           answer(mw_resident(&pages, NULL, buffer, 8, MW_RESIDENCY_BYTES, map, 0, MW_WHOLE, &failure)));
    EXPECT("9", number((int64_t)pages));
    EXPECT(number(0xa5), number(buffer[8]));
    pages = 0;
    EXPECT("MW_E_RANGE",
           answer(mw_resident(&pages, NULL, buffer, 1, MW_RESIDENCY_BITS, map, 0, MW_WHOLE, &failure)));
    EXPECT("9", number((int64_t)pages));
    EXPECT(number(0xa5), number(buffer[1]));
    EXPECT("MW_OK",
           answer(mw_resident(&pages, NULL, buffer, 2, MW_RESIDENCY_BITS, map, 0, MW_WHOLE, &failure)));
    EXPECT("MW_OK",
           answer(mw_resident(&pages, NULL, buffer, 9, MW_RESIDENCY_BYTES, map, 0, MW_WHOLE, &failure)));
    EXPECT("MW_OK",
           answer(mw_resident(&pages, NULL, buffer, 1, MW_RESIDENCY_BITS, map, 0, 8 * page, &failure)));
}

/* Becomes an ordinary user and counts the pages of a map whose file it neither owns nor may write. */
static const char *counted_by_stranger(void *map)
{
    SETUP(setgid(65534));
    SETUP(setuid(65534));
    if (strcmp(count(map, 0, MW_WHOLE), "MW_OK") != 0)
        return answer(failure.code);
    return number((int64_t)count_resident);
}

FILE_CASE("RES-10", MAPWISE("RES-10"),
          "who neither owns a file nor may write it is told that all of it is resident",
          "a library that reports too much lets a spy watch what others read", .needs = NEED_ROOT,
          .since = KERNEL(5, 2))
{
    struct scratch_file file = sparse_file((off_t)(4 * page));

    SETUP(fchmod(file.descriptor, 0644));
    file.descriptor = reopen(&file, O_RDONLY);
    mw_map *map = library_map(&file, MW_ACCESS_READ);
    EXPECT("MW_OK", count(map, 0, MW_WHOLE));
    EXPECT("0", number((int64_t)count_resident));
    EXPECT("4", in_child(counted_by_stranger, map));
}

CASE("RES-11", MAPWISE("RES-11"), "a huge page that the system made of small ones is told as all of them",
     "a program charges two megabytes as one page, or one page as two megabytes")
{
    const size_t length = (size_t)8 << 20;
    mw_map *map = library_anonymous(length, MW_ACCESS_COPY);
    size_t huge = 0;

    if (mw_advise(map, 0, MW_WHOLE, MW_ADVICE_HUGEPAGE, 0, &failure) != MW_OK)
        unsupported("this system makes no huge pages");
    EXPECT("MW_OK", set_byte(map, length / 2, 1));
    if (strcmp(smaps_pages(base_of(map), "AnonHugePages"), "0") == 0)
        unsupported("this system made no huge page");
    huge = (size_t)strtoul(smaps_pages(base_of(map), "AnonHugePages"), NULL, 10);
    EXPECT("MW_OK", count(map, 0, MW_WHOLE));
    EXPECT(number((int64_t)(length / page)), number((int64_t)count_pages));
    EXPECT(number((int64_t)huge), number((int64_t)count_resident));
    EXPECT(number((int64_t)page), number((int64_t)info_of(map).page_size));
}

CASE("RES-11.pool", MAPWISE("RES-11"), "a huge page of the pool is told as the small pages it consists of",
     "a vector for small pages does not fit the answer about huge ones")
{
    mw_map_options options = options_for(MW_ACCESS_COPY, 0);
    mw_map *map;

    options.huge_page_size = MW_HUGE_DEFAULT;
    keep_pool_still();
    if (mw_map_anon(&map, 1, &options, &failure) != MW_OK)
        unsupported("the pool of huge pages is empty");
    const uint64_t huge = info_of(map).page_size;
    EXPECT(number((int64_t)(huge / page)), smaps_pages(base_of(map), "KernelPageSize"));
    EXPECT("MW_OK", answer(mw_free(map)));
    EXPECT("MW_OK", answer(mw_map_anon(&map, huge, &options, &failure)));
    EXPECT("MW_OK", set_byte(map, 0, 1));
    EXPECT("MW_OK", count(map, 0, MW_WHOLE));
    EXPECT(number((int64_t)(huge / page)), number((int64_t)count_pages));
    EXPECT(number((int64_t)(huge / page)), number((int64_t)count_resident));
}
