/* What the library costs: its calls beside the same work done by hand. */
#include "access.h"
#include "pair.h"
#include "peer.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

enum { CALLS = 200000, NEEDLE_MAX = 64, COLUMNS = 512 };

/* What works share: set by the body, read by both sides. */
static struct stage {
    struct sample *s;
    mw_map *map;
    const unsigned char *bytes;
    uint64_t length;
    mw_view view;
    unsigned char needle[NEEDLE_MAX];
    size_t n;
} stage;

struct work {
    const char *name;
    struct pair pair;
};

/* What fails at once would look fast. */
static void failed(const char *what)
{
    sample_broken(stage.s, "%s went wrong", what);
}

/* ---- maps of a file of 1 MiB -------------------------------------------- */

static void map_ours(void)
{
    peer_maps(peer_named("mapwise"), stage.s);
}

static void map_by_hand(void)
{
    peer_maps(peer_named("hand"), stage.s);
}

/* ---- bytes and elements, all in the first level of cache ---------------- */

static void read_ours(void)
{
    unsigned char bytes[64];

    for (uint64_t i = 0; i < CALLS; i++) {
        if (mw_read_at(NULL, bytes, stage.map, i * 64 % 8192, 64, NULL) != MW_OK)
            failed("reading");
        consume_bytes(bytes);
    }
}

static void read_by_hand(void)
{
    unsigned char bytes[64];

    for (uint64_t i = 0; i < CALLS; i++) {
        memcpy(bytes, stage.bytes + i * 64 % 8192, 64);
        consume_bytes(bytes);
    }
}

static void element_checked(void)
{
    uint64_t value = 0;

    for (uint64_t i = 0; i < CALLS; i++) {
        const uint64_t index[2] = {i % 2, i % COLUMNS};
        if (mw_view_get(&value, &stage.view, index, NULL) != MW_OK)
            failed("an element");
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

    if (mw_view_pin(&first, &stage.view, MW_PROT_READ, NULL) != MW_OK) {
        failed("pinning a view");
        return;
    }
    for (uint64_t i = 0; i < CALLS; i++) {
        index[0] = i % 2;
        index[1] = i % COLUMNS;
        consume(*(const uint64_t *)mw_view_element(&stage.view, first, index));
    }
    mw_unpin(stage.map, first);
}

static const struct work calls[] = {
    {"map_file", {PEER_MAPS, map_ours, map_by_hand}},
    {"read_64", {CALLS, read_ours, read_by_hand}},
    {"read_64_guarded", {CALLS, read_ours, read_by_hand}},
    {"element", {CALLS, element_checked, element_by_hand}},
    {"element_pinned", {CALLS, element_pinned, element_by_hand}},
};

/* ---- whole maps --------------------------------------------------------- */

static void find_ours(void)
{
    uint64_t position = 0;

    if (mw_find(&position, stage.map, stage.needle, stage.n, 0, MW_SLICE_DEFAULT, NULL) != MW_OK ||
        position != MW_NPOS)
        failed("looking for what is not there");
}

static void rfind_ours(void)
{
    uint64_t position = 0;

    if (mw_rfind(&position, stage.map, stage.needle, stage.n, 0, MW_SLICE_DEFAULT, NULL) != MW_OK ||
        position != MW_NPOS)
        failed("looking for what is not there");
}

static void find_by_hand(void)
{
    consume((uintptr_t)memmem(stage.bytes, (size_t)stage.length, stage.needle, stage.n));
}

static void count_ours(void)
{
    uint64_t ones = 0;

    if (mw_bits_count(&ones, &stage.view, NULL) != MW_OK)
        failed("counting");
    consume(ones);
}

static void sum_by_hand(void)
{
    consume(sum_words(stage.bytes, (size_t)stage.length));
}

static const struct work scans[] = {
    {"find_1", {1, find_ours, find_by_hand}},     {"find_4", {1, find_ours, find_by_hand}},
    {"find_16", {1, find_ours, find_by_hand}},    {"find_64", {1, find_ours, find_by_hand}},
    {"rfind_1", {1, rfind_ours, find_ours}},      {"rfind_4", {1, rfind_ours, find_ours}},
    {"rfind_16", {1, rfind_ours, find_ours}},     {"rfind_64", {1, rfind_ours, find_ours}},
    {"bits_count", {1, count_ours, sum_by_hand}},
};

/* ---- the pairs ---------------------------------------------------------- */

static const struct pair *pair_of(const struct sample *s)
{
    const char *name = axis_text(s, "work");

    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        if (strcmp(calls[i].name, name) == 0)
            return &calls[i].pair;
    for (size_t i = 0; i < sizeof scans / sizeof scans[0]; i++)
        if (strcmp(scans[i].name, name) == 0)
            return &scans[i].pair;
    return NULL;
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
       .prepare = pair_before, .check = pair_after,
       .axes = {EACH("work", QUICK("map_file read_64 read_64_guarded element element_pinned"))})
{
    static const int64_t dims[] = {2, COLUMNS};
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_err err = {0};
    void *bytes;

    stage = (struct stage){.s = s};
    options.flags = axis_is(s, "work", "read_64_guarded") ? MW_F_GUARDED : 0;
    options.length = s->length;
    if (!sample_ok(s, "mapping", mw_map_fd(&stage.map, s->file, &options, &err), &err))
        return;
    if (sample_ok(s, "pinning", mw_pin(&bytes, stage.map, 0, MW_WHOLE, MW_PROT_READ, &err), &err)) {
        stage.bytes = bytes;
        if (make_view(s, MW_T_U64, 2, dims))
            pair_run(s, pair_of(s), 0);
        mw_unpin(stage.map, bytes);
    }
    mw_free(stage.map);
}

static bool make_text(struct sample *s, uint64_t size)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_err err = {0};
    void *bytes;

    options.access = MW_ACCESS_COPY;
    if (!sample_ok(s, "memory", mw_map_anon(&stage.map, size, &options, &err), &err))
        return false;
    if (!sample_ok(s, "pinning", mw_pin(&bytes, stage.map, 0, MW_WHOLE, MW_PROT_WRITE, &err), &err)) {
        mw_free(stage.map);
        return false;
    }
    text_fill(bytes, (size_t)size);
    stage.bytes = bytes;
    stage.length = size;
    return true;
}

FAMILY(library_scan,
       "looking through a whole map for what is not there, beside memmem "
       "(find) or find (rfind), and "
       "counting its bits, "
       "beside the sum of its words",
       .items = "maps", .demands = {.subject = NOTHING}, .prepare = pair_before, .check = pair_after,
       .axes = {EACH("work", QUICK("find_1 find_16 rfind_16 bits_count"),
                     STANDARD("find_4 find_64 rfind_1 rfind_4 rfind_64")),
                VARY("size", "64M", FULL("256M"))})
{
    const uint64_t size = axis_number(s, "size");
    const int64_t bits = (int64_t)size * 8;

    stage = (struct stage){.s = s};
    if (!make_text(s, size))
        return;
    stage.n = (size_t)strtoul(strchr(axis_text(s, "work"), '_') + 1, NULL, 10); /* 0: no needle */
    text_needle(stage.needle, stage.n);
    if (make_view(s, MW_T_BIT, 1, &bits))
        pair_run(s, pair_of(s), size);
    mw_unpin(stage.map, stage.bytes);
    mw_free(stage.map);
}
