/* The library: lengths, offsets, and files that grow for a map. */
#include "library.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

SUITE("library", "what libmapwise promises");

/* Maps a range of the file, to see the call fail or succeed; what it made is freed. */
static const char *try_range(const struct scratch_file *file, uint64_t offset, uint64_t length,
                             uint32_t flags)
{
    const mw_map_options options = options_range(MW_ACCESS_DEFAULT, flags, offset, length);
    mw_map *map;
    const char *code = answer(mw_map_fd(&map, file->descriptor, &options, &failure));

    mw_free(map);
    return code;
}

static const char *length_of_rest(const struct scratch_file *file, uint64_t offset)
{
    const mw_map_options options = options_range(MW_ACCESS_READ, 0, offset, MW_WHOLE);

    return number((int64_t)mw_length(library_map_with(file, &options)));
}

/* How much space the file takes, in bytes. */
static int64_t allocated(const struct scratch_file *file)
{
    struct stat status;

    SETUP(fstat(file->descriptor, &status));
    return (int64_t)status.st_blocks * 512;
}

FILE_CASE("LEN-01", MAPWISE("LEN-01"),
          "a length past the end of the file is refused, unless MW_F_SLACK_OK allows it",
          "a too long record is read as zeros, or as a crash at some later time")
{
    struct scratch_file file = scratch_file(page);
    const mw_map_options slack = options_range(MW_ACCESS_READ, MW_F_SLACK_OK, 0, 2 * page);

    remember_resources();
    EXPECT("MW_E_SHORT", try_range(&file, 0, page + 1, 0));
    EXPECT("MW_OK", try_range(&file, 0, page, 0));
    EXPECT("nothing", leaked());
    mw_map *map = library_map_with(&file, &slack);
    EXPECT(number((int64_t)(2 * page)), number((int64_t)mw_length(map)));
    EXPECT("1", byte_at(map, 0));
    EXPECT("SIGBUS BUS_ADRERR exact", load(pinned(map, MW_PROT_READ) + page));
    EXPECT(number((int64_t)page), file_size(&file));
}

FILE_CASE("LEN-02", MAPWISE("LEN-02"),
          "an offset and length that together pass the end are refused, though each fits",
          "each of two checks passes, and the sum reads behind the file")
{
    struct scratch_file file = scratch_file(2 * page);

    EXPECT("MW_E_SHORT", try_range(&file, page, page + 1, 0));
    EXPECT("MW_E_SHORT", try_range(&file, 1, 2 * page, 0));
    EXPECT(number((int64_t)(2 * page)), failed_at());
    EXPECT("MW_OK", try_range(&file, 1, 2 * page - 1, 0));
    EXPECT(number((int64_t)(2 * page)), file_size(&file));
}

FILE_CASE("LEN-03", MAPWISE("LEN-03"), "a range that ends at the end of the file is fine",
          "the last record of a file cannot be mapped")
{
    struct scratch_file file = scratch_file(page + 10);
    const mw_map_options options = options_range(MW_ACCESS_READ, 0, page + 3, 7);
    mw_map *map = library_map_with(&file, &options);

    EXPECT("2", byte_at(map, 6));
    EXPECT("MW_E_RANGE", byte_at(map, 7));
}

FILE_CASE("LEN-04", MAPWISE("LEN-04"),
          "from the end of the file on there are no bytes, which is a map or, when strict, an error",
          "a reader that has caught up with its log gets an error")
{
    struct scratch_file file = scratch_file(page + 10);

    EXPECT("0", length_of_rest(&file, page + 10));
    EXPECT("1", length_of_rest(&file, page + 9));
    EXPECT("MW_E_EMPTY", try_range(&file, page + 10, MW_WHOLE, MW_F_STRICT_EMPTY));
}

FILE_CASE("LEN-05", MAPWISE("LEN-05"), "the rest of a file from past its end on is refused",
          "an index that points behind the file is taken for an empty record")
{
    struct scratch_file file = scratch_file(page);

    remember_resources();
    EXPECT("MW_E_RANGE", try_range(&file, page + 1, MW_WHOLE, 0));
    EXPECT("MW_E_RANGE", try_range(&file, UINT64_C(1) << 31, MW_WHOLE, 0));
    EXPECT("nothing", leaked());
    EXPECT("MW_OK", try_range(&file, page, MW_WHOLE, 0));
}

FILE_CASE("LEN-06", MAPWISE("LEN-06"),
          "an offset past the end with a length is refused, or the file grows with MW_F_GROW",
          "a sparse writer cannot begin where it wants to, or makes files longer unasked")
{
    struct scratch_file file = scratch_file(page);

    EXPECT("MW_E_SHORT", try_range(&file, 2 * page, 5, 0));
    EXPECT(number((int64_t)page), file_size(&file));
    EXPECT("MW_OK", try_range(&file, 2 * page, 5, MW_F_GROW));
    EXPECT(number((int64_t)(2 * page + 5)), file_size(&file));
}

FILE_CASE("LEN-07", MAPWISE("LEN-07"), "no call takes a negative number for a length, and nothing happens",
          "an underflowed length fills the disk or wipes the map")
{
    const uint64_t negative = (uint64_t)INT64_C(-2); /* -1 is MW_WHOLE */
    struct scratch_file file = scratch_file(2 * page);
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    mw_map *none;
    char bytes[2] = "ab";

    EXPECT("MW_E_OVERFLOW", try_range(&file, 0, negative, MW_F_GROW));
    EXPECT("MW_E_OVERFLOW", try_range(&file, page, negative, MW_F_SLACK_OK));
    EXPECT("MW_E_OVERFLOW", answer(mw_map_anon(&none, negative, NULL, &failure)));
    EXPECT("MW_E_RANGE", answer(mw_read_at(NULL, bytes, map, 0, (size_t)negative, &failure)));
    EXPECT("MW_E_RANGE", answer(mw_write_at(NULL, map, 0, bytes, (size_t)negative, &failure)));
    EXPECT("MW_E_RANGE", answer(mw_pin(&(void *){NULL}, map, 0, negative, 0, &failure)));
    EXPECT("MW_E_RANGE", answer(mw_sync(map, 0, negative, MW_SYNC_WAIT, 0, &failure)));
    EXPECT("MW_E_RANGE", answer(mw_protect(map, 0, negative, MW_PROT_NONE, &failure)));
    EXPECT("MW_E_RANGE", answer(mw_lock(map, 0, negative, 0, &failure)));
    EXPECT("MW_E_RANGE",
           answer(mw_resident(NULL, NULL, NULL, 0, MW_RESIDENCY_COUNT, map, 0, negative, &failure)));
    EXPECT("MW_E_OVERFLOW", answer(mw_resize(map, negative, MW_RESIZE_MAY_MOVE, &failure)));
    EXPECT(number((int64_t)(2 * page)), file_size(&file));
    EXPECT("1", byte_at(map, 0));
    EXPECT("MW_OK", answer(mw_write_at(NULL, map, 0, bytes, 2, &failure)));
}

FILE_CASE("LEN-08", MAPWISE("LEN-08"),
          "no call takes a negative number for an offset, whether it is a multiple of a page or not",
          "an offset below 0 reaches the bytes before the map")
{
    const uint64_t negative[] = {(uint64_t)INT64_C(-1), 0 - (uint64_t)page, 0 - (uint64_t)page - 1};
    struct scratch_file file = scratch_file(2 * page);
    const mw_map_options inside = options_range(MW_ACCESS_WRITE, 0, page, page);
    mw_map *map = library_map_with(&file, &inside);

    for (size_t i = 0; i < sizeof negative / sizeof negative[0]; i++) {
        EXPECT("MW_E_OVERFLOW", try_range(&file, negative[i], 1, MW_F_GROW));
        EXPECT("MW_E_OVERFLOW", try_range(&file, negative[i], MW_WHOLE, MW_F_SLACK_OK));
        EXPECT("MW_E_RANGE|MW_E_OVERFLOW", byte_at(map, negative[i]));
        EXPECT("MW_E_RANGE|MW_E_OVERFLOW", set_byte(map, negative[i], 9));
        EXPECT("MW_E_RANGE", answer(mw_pin(&(void *){NULL}, map, negative[i], MW_WHOLE, 0, &failure)));
        EXPECT("MW_E_RANGE", answer(mw_sync(map, negative[i], 0, MW_SYNC_WAIT, 0, &failure)));
        EXPECT("MW_E_OVERFLOW", answer(mw_rewindow(map, negative[i], 1, &failure)));
    }
    EXPECT(number((int64_t)(2 * page)), file_size(&file));
    EXPECT("1", file_byte(&file, (int64_t)page - 1));
    EXPECT("MW_OK", set_byte(map, page - 1, 9));
}

FILE_CASE("LEN-09", MAPWISE("LEN-09"),
          "a length that no memory can hold is refused, and the file is not touched",
          "a corrupted length in a header grows the file to absurd size")
{
    struct scratch_file file = scratch_file(page);

    remember_resources();
    EXPECT("MW_E_NOMEM|MW_E_OVERFLOW", try_range(&file, 0, UINT64_C(1) << 62, MW_F_SLACK_OK));
    EXPECT("MW_E_OVERFLOW", try_range(&file, 0, MW_WHOLE - 1, MW_F_SLACK_OK));
    EXPECT(number((int64_t)page), file_size(&file));
    EXPECT("nothing", leaked());
    EXPECT("MW_OK", try_range(&file, 0, 2 * page, MW_F_SLACK_OK));
}

CASE("LEN-09.anonymous", MAPWISE("LEN-09"), "anonymous memory of an absurd length is refused",
     "a corrupted size gives a small block for a large promise")
{
    mw_map *map;

    EXPECT("MW_E_NOMEM|MW_E_OVERFLOW", answer(mw_map_anon(&map, UINT64_C(1) << 62, NULL, &failure)));
    EXPECT("MW_E_OVERFLOW", answer(mw_map_anon(&map, UINT64_MAX - 1, NULL, &failure)));
    EXPECT("MW_OK", answer(mw_map_anon(&map, page, NULL, &failure)));
}

FILE_CASE("LEN-10", MAPWISE("LEN-10"), "a length of 2^63 and more is refused",
          "a length computed from a signed error code is taken for a size")
{
    struct scratch_file file = scratch_file(page);

    EXPECT("MW_E_OVERFLOW", try_range(&file, 0, UINT64_C(1) << 63, MW_F_SLACK_OK));
    EXPECT("MW_E_OVERFLOW", try_range(&file, UINT64_C(1) << 63, page, MW_F_SLACK_OK));
    EXPECT("MW_OK", try_range(&file, 0, page, MW_F_SLACK_OK));
}

FILE_CASE("LEN-11", MAPWISE("LEN-11"),
          "an offset and length whose sum wraps 64 bits are refused, and nothing grows",
          "a check of the sum passes by wrapping, and a file is cut or grown")
{
    struct scratch_file file = scratch_file(page);

    EXPECT("MW_E_OVERFLOW", try_range(&file, page, UINT64_MAX - page + 1, MW_F_GROW));
    EXPECT("MW_E_OVERFLOW", try_range(&file, UINT64_MAX - 1, 2, MW_F_GROW));
    EXPECT("MW_E_OVERFLOW", try_range(&file, UINT64_MAX - 1, page, MW_F_SLACK_OK));
    EXPECT(number((int64_t)page), file_size(&file));
    EXPECT("MW_OK", try_range(&file, page, page, MW_F_GROW));
    EXPECT(number((int64_t)(2 * page)), file_size(&file));
}

FILE_CASE("LEN-12", MAPWISE("LEN-12"),
          "a file larger than the address space is refused as a whole, one that fits is mapped as a whole",
          "a 32-bit program takes the first part of a large file for all of it")
{
    const uint64_t size = (UINT64_C(5) << 30) + 3;
    const bool fits = sizeof(void *) > 4;
    struct scratch_file file = sparse_file((off_t)size);
    const mw_map_options whole = options_for(MW_ACCESS_READ, 0);
    const mw_map_options part = options_range(MW_ACCESS_READ, 0, size - 10, MW_WHOLE);
    mw_map *map;

    write_file(&file, (off_t)size - 1, 9);
    EXPECT(fits ? "MW_OK" : "MW_E_OVERFLOW", answer(mw_map_fd(&map, file.descriptor, &whole, &failure)));
    EXPECT(fits ? number((int64_t)size) : "0", number((int64_t)mw_length(map)));
    EXPECT(fits ? "9" : "MW_E_INVAL", byte_at(map, size - 1));
    EXPECT("9", byte_at(library_map_with(&file, &part), 9));
}

CASE("LEN-12.memory", MAPWISE("LEN-12"),
     "a file larger than all addresses of 64 bits is refused as a whole, and a part of it can be mapped",
     "the file seems to have been mapped, and its last byte is nowhere", .needs = NEED_64_BIT,
     .since = KERNEL(3, 17))
{
    const uint64_t size = UINT64_C(1) << 62;
    struct scratch_file file = {.descriptor = (int)SETUP(memfd_create("case", 0))};
    const mw_map_options part = options_range(MW_ACCESS_WRITE, 0, size - 10, MW_WHOLE);

    if (ftruncate(file.descriptor, (off_t)size) != 0)
        unsupported("files in memory can't be that large here");
    remember_resources();
    EXPECT("MW_E_NOMEM|MW_E_OVERFLOW", try_range(&file, 0, MW_WHOLE, 0));
    EXPECT("MW_E_NOMEM|MW_E_OVERFLOW", try_range(&file, 0, size, 0));
    EXPECT("nothing", leaked());
    mw_map *map = library_map_with(&file, &part);
    EXPECT("MW_OK", set_byte(map, 9, 7));
    EXPECT("7", file_byte(&file, (int64_t)size - 1));
}

FILE_CASE("LEN-13", MAPWISE("LEN-13"), "an offset above 4 GiB shows the bytes that are there",
          "a backup of a large volume repeats its first gigabytes")
{
    const uint64_t offset = UINT64_C(0x140000000) + 3;
    struct scratch_file file = sparse_file((off_t)(offset + page));
    const mw_map_options options = options_range(MW_ACCESS_WRITE, 0, offset, 10);

    write_file(&file, (off_t)offset, 77);
    mw_map *map = library_map_with(&file, &options);
    EXPECT("77", byte_at(map, 0));
    EXPECT("MW_OK", set_byte(map, 9, 88));
    EXPECT("88", file_byte(&file, (int64_t)offset + 9));
    EXPECT("0", file_byte(&file, 0x40000000 + 3 + 9));
}

static const uint64_t borders[] = {UINT64_C(1) << 31, UINT64_C(1) << 32};

/* Writes ten bytes of the map, and reads them from the file: "same", or what is not. */
static const char *crossing(mw_map *map, uint64_t at, const struct scratch_file *file, uint64_t offset)
{
    static const char bytes[] = "mapwise 64", other[] = "0123456789";
    char seen[sizeof bytes] = "";

    if (mw_write_at(NULL, map, at, bytes, 10, &failure) != MW_OK)
        return answer(failure.code);
    SETUP(pread(file->descriptor, seen, 10, (off_t)offset));
    if (memcmp(seen, bytes, 10) != 0)
        return "the file has other bytes";
    SETUP(pwrite(file->descriptor, other, 10, (off_t)offset));
    if (mw_read_at(NULL, seen, map, at, 10, &failure) != MW_OK)
        return answer(failure.code);
    return memcmp(seen, other, 10) == 0 ? "same" : "the map has other bytes";
}

FILE_CASE("LEN-14", MAPWISE("LEN-14"), "maps across 2 GiB and 4 GiB have the bytes on both sides",
          "a record across a 4 GiB border is torn in two")
{
    struct scratch_file file = sparse_file((off_t)(borders[1] + page));

    for (size_t i = 0; i < sizeof borders / sizeof borders[0]; i++) {
        const mw_map_options options = options_range(MW_ACCESS_WRITE, 0, borders[i] - 6, 12);
        mw_map *map = library_map_with(&file, &options);
        EXPECT("same", crossing(map, 1, &file, borders[i] - 5));
        EXPECT("0", byte_at(map, 0));
        EXPECT("0", byte_at(map, 11));
    }
}

FILE_CASE("LEN-14.inside", MAPWISE("LEN-14"),
          "offsets in a map across 2 GiB and 4 GiB are exact in every call",
          "protecting a page above 4 GiB protects one below", .needs = NEED_64_BIT)
{
    struct scratch_file file = sparse_file((off_t)(borders[1] + 2 * page));
    mw_map *map = library_map(&file, MW_ACCESS_WRITE);
    uint64_t pages = 0, resident = 0;

    for (size_t i = 0; i < sizeof borders / sizeof borders[0]; i++) {
        EXPECT("same", crossing(map, borders[i] - 5, &file, borders[i] - 5));
        EXPECT("MW_OK", answer(mw_resident(&pages, &resident, NULL, 0, MW_RESIDENCY_COUNT, map,
                                           borders[i] - 1, 2, &failure)));
        EXPECT("2", number((int64_t)pages));
        EXPECT("2", number((int64_t)resident));
        EXPECT("MW_OK", answer(mw_protect(map, borders[i], page, MW_PROT_READ, &failure)));
        EXPECT("MW_E_RDONLY", set_byte(map, borders[i], 9));
        EXPECT("MW_OK", set_byte(map, borders[i] - 1, 9));
        EXPECT("MW_OK", set_byte(map, borders[i] + page, 9));
    }
    EXPECT("MW_E_RANGE", byte_at(map, borders[1] + 2 * page));
    EXPECT("0", file_byte(&file, 0));
}

FILE_CASE("LEN-15", MAPWISE("LEN-15"), "the size of a file of 6 GiB under a small map is exact",
          "a sync tool takes a file of 6 GiB for one of 2")
{
    const int64_t size = INT64_C(6442450944) + 1;
    struct scratch_file file = sparse_file((off_t)size);
    const mw_map_options options = options_range(MW_ACCESS_READ, 0, 0, 10);
    mw_map *map = library_map_with(&file, &options);
    uint64_t answered = 0;

    EXPECT("MW_OK", answer(mw_file_size(&answered, map, &failure)));
    EXPECT(number(size), number((int64_t)answered));
    EXPECT("10", number((int64_t)mw_length(map)));
    resize_file(&file, (off_t)size + 7);
    EXPECT("MW_OK", answer(mw_file_size(&answered, map, &failure)));
    EXPECT(number(size + 7), number((int64_t)answered));
}

static struct {
    struct scratch_file file;
    _Atomic bool enough;
} restless;

/* Cuts the file off and makes it whole again, until it is enough. */
static void *change_size(void *unused)
{
    while (!restless.enough) {
        resize_file(&restless.file, (off_t)page);
        resize_file(&restless.file, (off_t)(3 * page));
    }
    return unused;
}

/* How often it happened that a map had one page, three pages, no last byte any more, or was refused; and
 * that anything came back that was never the case. */
struct outcomes {
    int small, large, cut_off, refused, wrong;
};

static void map_restless(struct outcomes *seen, uint64_t length)
{
    const mw_map_options options = options_range(MW_ACCESS_READ, MW_F_GUARDED, 0, length);
    unsigned char last;
    mw_map *map;
    const int made = mw_map_fd(&map, restless.file.descriptor, &options, NULL);
    const uint64_t got = mw_length(map);

    seen->small += got == page;
    seen->large += got == 3 * page;
    seen->refused += made == MW_E_SHORT && length != MW_WHOLE;
    seen->wrong += made == MW_OK ? got != 3 * page && (got != page || length != MW_WHOLE)
                                 : made != MW_E_SHORT || length == MW_WHOLE;
    if (made != MW_OK)
        return;
    const int read = mw_read_at(NULL, &last, map, got - 1, 1, NULL);
    seen->cut_off += read == MW_E_FAULT;
    seen->wrong += (read != MW_OK && read != MW_E_FAULT) || mw_free(map) != MW_OK;
}

CASE("LEN-16", MAPWISE("LEN-16"),
     "a file whose size changes while it is mapped gives one of its sizes, and never a signal",
     "a log that is rotated just then takes its reader along", .since = KERNEL(3, 17), .seconds = 20)
{
    struct outcomes seen = {0, 0, 0, 0, 0};

    restless.file.descriptor = (int)SETUP(memfd_create("case", 0));
    resize_file(&restless.file, (off_t)(3 * page));
    const pthread_t thread = start_thread(change_size, NULL);
    /* Until all of it has happened. */
    while (!seen.wrong && !(seen.small && seen.large && seen.cut_off && seen.refused)) {
        map_restless(&seen, MW_WHOLE);
        map_restless(&seen, 3 * page);
    }
    restless.enough = true;
    join_thread(thread);
    EXPECT("0", number(seen.wrong));
}

FILE_CASE("GRO-01", MAPWISE("GRO-01"), "a file grows only when MW_F_GROW asks for it",
          "a reader with a wrong size makes the file longer")
{
    struct scratch_file file = scratch_file(page);

    EXPECT("MW_E_SHORT", try_range(&file, 0, 2 * page, 0));
    EXPECT(number((int64_t)page), file_size(&file));
    EXPECT("MW_OK", try_range(&file, 0, 2 * page, MW_F_GROW));
    EXPECT(number((int64_t)(2 * page)), file_size(&file));
}

FILE_CASE("GRO-02", MAPWISE("GRO-02"), "the file grows to exactly offset + length, not to a whole page",
          "a file format that ends at its last byte gets trailing zeros")
{
    struct scratch_file file = scratch_file(10);

    EXPECT("MW_OK", try_range(&file, 0, 2000, MW_F_GROW));
    EXPECT("2000", file_size(&file));
    EXPECT("MW_OK", try_range(&file, 400, 2000, MW_F_GROW));
    EXPECT("2400", file_size(&file));
}

FILE_CASE("GRO-03", MAPWISE("GRO-03"), "the bytes that a file grows by read 0, and the old ones are kept",
          "a new table starts with rubbish, or has lost its header")
{
    struct scratch_file file = scratch_file(10);
    const mw_map_options options = options_range(MW_ACCESS_WRITE, MW_F_GROW, 0, 2 * page);
    mw_map *map = library_map_with(&file, &options);
    const char *bytes = pinned(map, MW_PROT_READ);

    EXPECT("1", byte_at(map, 9));
    EXPECT("0", bytes_other_than(0, bytes + 10, 2 * page - 10));
    EXPECT("MW_OK", set_byte(map, 2 * page - 1, 9));
    EXPECT("9", file_byte(&file, (int64_t)(2 * page - 1)));
}

FILE_CASE("GRO-04", MAPWISE("GRO-04"), "growth from an offset past the old end leaves a hole that reads 0",
          "a file with a far record has old disk contents in its gap")
{
    struct scratch_file file = scratch_file(10);
    const mw_map_options options = options_range(MW_ACCESS_WRITE, MW_F_GROW, 3 * page, 20);
    mw_map *map = library_map_with(&file, &options);

    EXPECT("0", byte_at(map, 19));
    EXPECT("0", file_byte(&file, (int64_t)(2 * page)));
    EXPECT("1", file_byte(&file, 9));
    EXPECT(number((int64_t)(3 * page + 20)), file_size(&file));
}

FILE_CASE("GRO-05", MAPWISE("GRO-05"), "a file that is larger already keeps its size and bytes",
          "opening a database with a small window cuts it to that")
{
    struct scratch_file file = scratch_file(3 * page);

    EXPECT("MW_OK", try_range(&file, 0, page, MW_F_GROW));
    EXPECT(number((int64_t)(3 * page)), file_size(&file));
    EXPECT("3", file_byte(&file, (int64_t)(2 * page)));
}

FILE_CASE("GRO-06", MAPWISE("GRO-06"), "growth through a descriptor that can only be read is refused",
          "a user without the right to write grows a file all the same")
{
    struct scratch_file file = scratch_file(page), read_only = file;

    read_only.descriptor = reopen(&file, O_RDONLY);
    remember_resources();
    EXPECT("MW_E_RDONLY", try_range(&read_only, 0, 2 * page, MW_F_GROW));
    EXPECT(number((int64_t)page), file_size(&file));
    EXPECT("nothing", leaked());
    EXPECT("MW_OK", try_range(&file, 0, 2 * page, MW_F_GROW));
}

CASE("GRO-07", MAPWISE("GRO-07"), "a device does not grow, and is mapped all the same",
     "a program that maps a device must know that it is one")
{
    const mw_map_options options = options_range(MW_ACCESS_WRITE, MW_F_GROW, 0, 2 * page);
    mw_map *map;

    need_zero_device();
    EXPECT("MW_OK", answer(mw_map_file(&map, "/dev/zero", &options, &failure)));
    EXPECT("MW_OK", set_byte(map, 2 * page - 1, 9));
    EXPECT("9", byte_at(map, 2 * page - 1));
}

CASE("GRO-08", MAPWISE("GRO-08"), "growth of anonymous memory makes no sense and is refused",
     "a meaningless request is granted and believed to be kept")
{
    const mw_map_options options = options_for(MW_ACCESS_DEFAULT, MW_F_GROW);
    mw_map *map;

    EXPECT("MW_E_INVAL", answer(mw_map_anon(&map, page, &options, &failure)));
    EXPECT("MW_OK", answer(mw_map_anon(&map, page, NULL, &failure)));
}

FILE_CASE("GRO-09", MAPWISE("GRO-09"),
          "growth above the limit of file sizes is refused without a signal, and the file keeps its size",
          "a job over its quota is killed by a signal in place of an error")
{
    struct scratch_file file = scratch_file(page);
    struct rlimit limit = {4 * page, 4 * page};

    SETUP(setrlimit(RLIMIT_FSIZE, &limit));
    remember_resources();
    EXPECT("MW_E_LIMIT", try_range(&file, 0, 4 * page + 1, MW_F_GROW));
    EXPECT(number((int64_t)page), file_size(&file));
    EXPECT("nothing", leaked());
    EXPECT("MW_OK", try_range(&file, 0, 4 * page, MW_F_GROW));
}

/* From here on the system can't make any file longer. */
static void fill_disk(void)
{
    refuse_call(SYS_ftruncate, ENOSPC);
#ifdef SYS_ftruncate64
    refuse_call(SYS_ftruncate64, ENOSPC);
#endif
    refuse_call(SYS_fallocate, ENOSPC);
}

FILE_CASE("GRO-09.disk", MAPWISE("GRO-09"),
          "growth that a full disk refuses is told as that, and nothing is mapped",
          "a program on a full disk dies at a store, long after it could have stopped")
{
    struct scratch_file file = scratch_file(page);

    EXPECT("MW_OK", try_range(&file, 0, 2 * page, MW_F_GROW));
    fill_disk();
    remember_resources();
    EXPECT("MW_E_NOSPC", try_range(&file, 0, 3 * page, MW_F_GROW));
    EXPECT("ENOSPC", error_number(failure.os));
    EXPECT("nothing", leaked());
    EXPECT(number((int64_t)(2 * page)), file_size(&file));
    EXPECT("MW_OK", try_range(&file, 0, 2 * page, MW_F_GROW));
}

FILE_CASE("GRO-10", MAPWISE("GRO-10"),
          "a file that has grown for a map that then fails gets its old size back",
          "a failed attempt leaves a file longer, and the next reader trusts the zeros")
{
    struct scratch_file file = scratch_file(page + 10);
    mw_map_options options = options_range(MW_ACCESS_WRITE, MW_F_GROW | MW_F_FIXED, 0, 4 * page);
    mw_map *map;

    options.address = map_anonymous(4 * page, PROT_NONE, MAP_PRIVATE); /* taken */
    remember_resources();
    EXPECT("MW_E_EXIST", answer(mw_map_fd(&map, file.descriptor, &options, &failure)));
    EXPECT(number((int64_t)(page + 10)), file_size(&file));
    EXPECT("2", file_byte(&file, (int64_t)(page + 9)));
    EXPECT("nothing", leaked());
    options.address = unmapped_range(4 * page);
    EXPECT("MW_OK", answer(mw_map_fd(&map, file.descriptor, &options, &failure)));
    EXPECT("exact", placed(info_of(map).base, options.address));
}

FILE_CASE("GRO-10.populate", MAPWISE("GRO-10"),
          "a file that has grown gets its old size back also when the last step fails",
          "a start that fails late leaves a database with an empty tail", .since = KERNEL(5, 14))
{
    struct scratch_file file = scratch_file(page + 10);
    mw_map_options options = options_range(MW_ACCESS_DEFAULT, MW_F_GROW | MW_F_POPULATE, 0, 4 * page);
    mw_map *map;

    options.prot = MW_PROT_WRITE; /* such pages can be mapped, but not brought into memory for reading */
    remember_resources();
    EXPECT("MW_E_INVAL|MW_E_ACCESS|MW_E_FAULT", answer(mw_map_fd(&map, file.descriptor, &options, &failure)));
    EXPECT("madvise", failure.op);
    EXPECT(number((int64_t)(page + 10)), file_size(&file));
    EXPECT("nothing", leaked());
    options.prot = MW_PROT_READ;
    EXPECT("MW_OK", answer(mw_map_fd(&map, file.descriptor, &options, &failure)));
}

FILE_CASE("GRO-10.locked", MAPWISE("GRO-10"),
          "so it does, and no page stays mapped, when the pages can't be locked",
          "a refused lock leaves both memory and disk taken")
{
    struct scratch_file file = scratch_file(page + 10);

    need_locks(4 * page);
    refuse_call(SYS_mlock, EAGAIN);
    refuse_call(SYS_mlock2, EAGAIN);
    remember_resources();
    EXPECT("MW_E_LIMIT", try_range(&file, 0, 4 * page, MW_F_GROW | MW_F_LOCKED));
    EXPECT(number((int64_t)(page + 10)), file_size(&file));
    EXPECT("nothing", leaked());
    EXPECT("MW_OK", try_range(&file, 0, 4 * page, MW_F_GROW));
}

FILE_CASE("GRO-11", MAPWISE("GRO-11"), "MW_F_PREALLOC owns the space of the range before it returns",
          "a reservation that was confirmed fails by a crash at the first store")
{
    struct scratch_file file = sparse_file(0);
    const mw_map_options options = options_range(MW_ACCESS_WRITE, MW_F_GROW | MW_F_PREALLOC, 0, 16 * page);
    mw_map *map;
    const char *code = answer(mw_map_fd(&map, file.descriptor, &options, &failure));

    EXPECT("MW_OK|MW_E_NOTSUP", code);
    if (strcmp(code, "MW_OK") != 0)
        unsupported("this file system can't allocate beforehand");
    EXPECT("yes", yes_or_no(allocated(&file) >= (int64_t)(16 * page)));
    EXPECT(number((int64_t)(16 * page)), file_size(&file));
    EXPECT("0", byte_at(map, 16 * page - 1));
}

FILE_CASE(
    "GRO-11.full", MAPWISE("GRO-11"),
    "a disk too full for MW_F_PREALLOC is told before anything is mapped, and the file has its old size",
    "half of a reservation stays behind and fills the disk for others")
{
    struct scratch_file file = scratch_file(page);

    refuse_call(SYS_fallocate, ENOSPC);
    remember_resources();
    EXPECT("MW_E_NOSPC", try_range(&file, 0, 9 * page, MW_F_GROW | MW_F_PREALLOC));
    EXPECT("fallocate", failure.op);
    EXPECT(number((int64_t)page), file_size(&file));
    EXPECT("nothing", leaked());
    EXPECT("MW_OK", try_range(&file, 0, 9 * page, MW_F_GROW));
}

FILE_CASE("GRO-11.unable", MAPWISE("GRO-11"),
          "where blocks can't be owned beforehand MW_F_PREALLOC is refused, and not imitated by writing",
          "reserving takes minutes because every block is written with zeros")
{
    struct scratch_file file = sparse_file((off_t)(64 * page));

    refuse_call(SYS_fallocate, EOPNOTSUPP);
    EXPECT("MW_E_NOTSUP", try_range(&file, 0, 64 * page, MW_F_PREALLOC));
    EXPECT("0", number(allocated(&file)));
    EXPECT("MW_OK", try_range(&file, 0, 64 * page, 0));
}

FILE_CASE("GRO-12", MAPWISE("GRO-12"),
          "a private map grows the file too when MW_F_GROW asks for it, and its stores stay private",
          "a private scratch area at the end of a file cannot be had, or leaks into it")
{
    struct scratch_file file = scratch_file(page);
    const mw_map_options options = options_range(MW_ACCESS_COPY, MW_F_GROW, 0, 2 * page);
    mw_map *map = library_map_with(&file, &options);

    EXPECT(number((int64_t)(2 * page)), file_size(&file));
    EXPECT("MW_OK", set_byte(map, page, 9));
    EXPECT("9", byte_at(map, page));
    EXPECT("0", file_byte(&file, (int64_t)page));
}

FILE_CASE("GRO-13", MAPWISE("GRO-13"), "an empty file can grow",
          "a new file needs a detour by write before it can be mapped")
{
    struct scratch_file file = scratch_file(0);
    const mw_map_options options = options_range(MW_ACCESS_WRITE, MW_F_GROW, 0, 12);
    mw_map *map = library_map_with(&file, &options);

    EXPECT("12", file_size(&file));
    EXPECT("MW_OK", set_byte(map, 11, 9));
    EXPECT("9", file_byte(&file, 11));
}

FILE_CASE("GRO-14", MAPWISE("GRO-14"), "a file grows without taking space",
          "a sparse index takes its full size on the disk at once")
{
    struct scratch_file file = scratch_file(0);
    const uint64_t length = 4096 * page;

    EXPECT("MW_OK", try_range(&file, 0, length, MW_F_GROW));
    EXPECT(number((int64_t)length), file_size(&file));
    EXPECT("yes", yes_or_no(allocated(&file) < (int64_t)(length / 16)));
}
