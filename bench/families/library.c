/* What the library costs: its calls, and in the same sample, before and after,
 * the same work done by hand. The extra figure `ratio` is ours over theirs,
 * paired; `by_hand` is theirs in nanoseconds. */
#include "access.h"
#include "clock.h"
#include "random.h"
#include "sample.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CALLS = 200000, MAPS = 100, NEEDLE_MAX = 64, COLUMNS = 512 };

/* What works share: set by the body, read by both sides. */
static struct stage {
    struct sample *s;
    mw_map *map;
    const unsigned char *bytes;
    uint64_t length;
    mw_view view;
    unsigned char needle[NEEDLE_MAX];
    size_t n;
    double before; /* seconds, by hand */
    double ours;
} stage;

struct work {
    const char *name;
    unsigned items;
    void (*ours)(void);
    void (*by_hand)(void);
};

/* ---- maps of a file of 1 MiB -------------------------------------------- */

static void map_ours(void)
{
    for (int i = 0; i < MAPS; i++) {
        mw_map *map;
        void *bytes;
        if (mw_map_file(&map, stage.s->path, NULL, NULL) != MW_OK)
            return;
        if (mw_pin(&bytes, map, 0, MW_WHOLE, MW_PROT_READ, NULL) == MW_OK) {
            consume(load_each_page(bytes, (size_t)mw_length(map), stage.s->page_size));
            mw_unpin(map, bytes);
        }
        mw_free(map);
    }
}

static void map_by_hand(void)
{
    for (int i = 0; i < MAPS; i++) {
        struct stat status;
        const int fd = open(stage.s->path, O_RDONLY | O_CLOEXEC);
        if (fd < 0 || fstat(fd, &status) != 0)
            return;
        void *bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, fd, 0);
        if (bytes != MAP_FAILED) {
            consume(load_each_page(bytes, (size_t)status.st_size, stage.s->page_size));
            munmap(bytes, (size_t)status.st_size);
        }
        close(fd);
    }
}

/* ---- bytes and elements, all in the first level of cache ---------------- */

static void read_ours(void)
{
    unsigned char bytes[64];

    for (uint64_t i = 0; i < CALLS; i++) {
        mw_read_at(NULL, bytes, stage.map, i * 64 % 8192, 64, NULL);
        consume(bytes[0]);
    }
}

static void read_by_hand(void)
{
    unsigned char bytes[64];

    for (uint64_t i = 0; i < CALLS; i++) {
        memcpy(bytes, stage.bytes + i * 64 % 8192, 64);
        consume(bytes[0]);
    }
}

static void element_checked(void)
{
    uint64_t value = 0;

    for (uint64_t i = 0; i < CALLS; i++) {
        const uint64_t index[2] = {i % 2, i % COLUMNS};
        mw_view_get(&value, &stage.view, index, NULL);
        consume(value);
    }
}

static void element_by_hand(void)
{
    const uint64_t *words = (const uint64_t *)(const void *)stage.bytes;

    for (uint64_t i = 0; i < CALLS; i++)
        consume(words[i % 2 * COLUMNS + i % COLUMNS]);
}

static void element_pinned(void)
{
    uint64_t index[MW_MAX_DIMS] = {0};
    void *first;

    if (mw_view_pin(&first, &stage.view, MW_PROT_READ, NULL) != MW_OK)
        return;
    for (uint64_t i = 0; i < CALLS; i++) {
        index[0] = i % 2;
        index[1] = i % COLUMNS;
        consume(*(const uint64_t *)mw_view_element(&stage.view, first, index));
    }
    mw_unpin(stage.map, first);
}

static const struct work calls[] = {
    {"map_file", MAPS, map_ours, map_by_hand},
    {"read_64", CALLS, read_ours, read_by_hand},
    {"read_64_guarded", CALLS, read_ours, read_by_hand},
    {"element", CALLS, element_checked, element_by_hand},
    {"element_pinned", CALLS, element_pinned, element_by_hand},
};

/* ---- whole maps --------------------------------------------------------- */

static void find_ours(void)
{
    uint64_t position = 0;

    mw_find(&position, stage.map, stage.needle, stage.n, 0, MW_SLICE_DEFAULT, NULL);
    consume(position);
}

static void rfind_ours(void)
{
    uint64_t position = 0;

    mw_rfind(&position, stage.map, stage.needle, stage.n, 0, MW_SLICE_DEFAULT, NULL);
    consume(position);
}

static void find_by_hand(void)
{
    consume((uintptr_t)memmem(stage.bytes, (size_t)stage.length, stage.needle, stage.n));
}

static void count_ours(void)
{
    uint64_t ones = 0;

    mw_bits_count(&ones, &stage.view, NULL);
    consume(ones);
}

static void sum_by_hand(void)
{
    consume(sum_words(stage.bytes, (size_t)stage.length));
}

static const struct work scans[] = {
    {"find_1", 1, find_ours, find_by_hand},     {"find_4", 1, find_ours, find_by_hand},
    {"find_16", 1, find_ours, find_by_hand},    {"find_64", 1, find_ours, find_by_hand},
    {"rfind_1", 1, rfind_ours, find_ours},      {"rfind_4", 1, rfind_ours, find_ours},
    {"rfind_16", 1, rfind_ours, find_ours},     {"rfind_64", 1, rfind_ours, find_ours},
    {"bits_count", 1, count_ours, sum_by_hand},
};

/* ---- the pairs ---------------------------------------------------------- */

static const struct work *work_of(const struct sample *s)
{
    const char *name = axis_text(s, "work");

    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        if (strcmp(calls[i].name, name) == 0)
            return &calls[i];
    for (size_t i = 0; i < sizeof scans / sizeof scans[0]; i++)
        if (strcmp(scans[i].name, name) == 0)
            return &scans[i];
    return NULL;
}

static double time_by_hand(struct sample *s)
{
    const int64_t began = clock_nanoseconds();

    work_of(s)->by_hand();
    return seconds_between(began, clock_nanoseconds());
}

static void before(struct sample *s)
{
    if (stage.s == s)
        stage.before = time_by_hand(s);
}

static void after(struct sample *s)
{
    const double by_hand = (stage.before + time_by_hand(s)) / 2;

    sample_extra(s, "by_hand", by_hand * 1e9 / work_of(s)->items);
    sample_extra(s, "ratio", stage.ours / by_hand);
}

static void run_pairs(struct sample *s, uint64_t bytes)
{
    const struct work *work = work_of(s);

    each_operation(s, bytes, work->items);
    while (next_sample(s)) {
        const int64_t began = clock_nanoseconds();
        work->ours();
        stage.ours = seconds_between(began, clock_nanoseconds());
    }
}

static bool make_view(struct sample *s, mw_dtype type, uint32_t ndim, const int64_t *dims)
{
    mw_layout layout = MW_LAYOUT_INIT;
    mw_err err = {0};

    layout.dtype = type;
    layout.ndim = ndim;
    layout.dims = dims;
    return sample_ok(s, "a view", mw_view_make(&stage.view, stage.map, &layout, &err), &err);
}

FAMILY(library_calls, "a call of the library beside the same work by hand, in the same sample",
       .items = "calls", .demands = {.subject = FILE_ONLY, .temperature = WARM, .size = 1 << 20},
       .prepare = before, .check = after,
       .axes = {EACH("work", QUICK("map_file read_64 read_64_guarded element element_pinned"))})
{
    static const int64_t dims[] = {2, COLUMNS};
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_err err = {0};
    void *bytes;

    stage = (struct stage){.s = s};
    options.flags = axis_is(s, "work", "read_64_guarded") ? MW_F_GUARDED : 0;
    if (!sample_ok(s, "mapping", mw_map_fd(&stage.map, s->file, &options, &err), &err))
        return;
    if (sample_ok(s, "pinning", mw_pin(&bytes, stage.map, 0, MW_WHOLE, MW_PROT_READ, &err), &err)) {
        stage.bytes = bytes;
        if (make_view(s, MW_T_U64, 2, dims))
            run_pairs(s, 0);
        mw_unpin(stage.map, bytes);
    }
    mw_free(stage.map);
    stage.s = NULL;
}

/* Odd bytes only: an even one is never found. */
static bool make_text(struct sample *s, uint64_t size)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_err err = {0};
    uint64_t state = 1;
    void *bytes;

    options.access = MW_ACCESS_COPY;
    if (!sample_ok(s, "memory", mw_map_anon(&stage.map, size, &options, &err), &err))
        return false;
    if (!sample_ok(s, "pinning", mw_pin(&bytes, stage.map, 0, MW_WHOLE, MW_PROT_WRITE, &err), &err)) {
        mw_free(stage.map);
        return false;
    }
    for (uint64_t i = 0; i < size / sizeof(uint64_t); i++)
        ((uint64_t *)bytes)[i] = random_next(&state) | 0x0101010101010101;
    stage.bytes = bytes;
    stage.length = size;
    return true;
}

/* A needle whose first and last bytes occur as often as any. */
static void make_needle(size_t n)
{
    stage.n = n;
    for (size_t i = 0; i < n; i++)
        stage.needle[i] = (unsigned char)(i * 150 + 77);
    stage.needle[n / 2] = 78;
}

FAMILY(library_scan,
       "looking through a whole map for what is not there, beside memmem "
       "(find) or find (rfind), and "
       "counting its bits, "
       "beside the sum of its words",
       .items = "maps", .demands = {.subject = NOTHING}, .prepare = before, .check = after,
       .axes = {EACH("work", QUICK("find_1 find_4 find_16 find_64 rfind_1 "
                                   "rfind_4 rfind_16 rfind_64 bits_count")),
                VARY("size", "64M", STANDARD("256M"))})
{
    const uint64_t size = axis_number(s, "size");
    const int64_t bits = (int64_t)size * 8;

    stage = (struct stage){.s = s};
    if (!make_text(s, size))
        return;
    make_needle((size_t)strtoul(strchr(axis_text(s, "work"), '_') + 1, NULL, 10) |
                axis_is(s, "work", "bits_count"));
    if (make_view(s, MW_T_BIT, 1, &bits))
        run_pairs(s, size);
    mw_unpin(stage.map, stage.bytes);
    mw_free(stage.map);
    stage.s = NULL;
}
