/* Slices and layouts against the long way round, and the constants registry with any name. */
#include "input.h"

#include "layout.h"
#include "mapwise.h"
#include "slice.h"

#include <string.h>

/* As Python's documentation of slices says it, in numbers that can't overflow. */
static void reference(__int128 *first, __int128 *step, __int128 *count, mw_slice slice, __int128 length)
{
    __int128 start = slice.start;
    __int128 stop = slice.stop;

    *step = slice.step == MW_SLICE_DEFAULT ? 1 : slice.step;
    const __int128 lowest = *step < 0 ? -1 : 0;
    const __int128 highest = *step < 0 ? length - 1 : length;
    if (slice.start == MW_SLICE_DEFAULT)
        start = *step < 0 ? highest : lowest;
    else
        start = start < 0 ? start + length : start;
    if (slice.stop == MW_SLICE_DEFAULT)
        stop = *step < 0 ? lowest : highest;
    else
        stop = stop < 0 ? stop + length : stop;
    start = start < lowest ? lowest : start > highest ? highest : start;
    stop = stop < lowest ? lowest : stop > highest ? highest : stop;
    *first = start;
    *count = *step > 0 ? (stop - start + *step - 1) / *step : (start - stop - *step - 1) / -*step;
    if (*count < 0)
        *count = 0;
}

static void try_slice(struct input *input)
{
    const uint64_t length = take_number(input, 1000);
    const mw_slice slice = {take_signed(input, length), take_signed(input, length),
                            take_signed(input, length)};
    mw__slice_range range;
    const int code = mw__slice_resolve(&range, slice, length, NULL);
    __int128 first;
    __int128 step;
    __int128 count;

    if (slice.step == 0) {
        AGREE(code == MW_E_INVAL, "a step of 0");
        return;
    }
    reference(&first, &step, &count, slice, length);
    AGREE(code == MW_OK, "%s", mw_error_name(code));
    AGREE((__int128)range.count == count, "%llu elements", (unsigned long long)range.count);
    if (count == 0)
        return;
    AGREE((__int128)range.first == first, "first %llu", (unsigned long long)range.first);
    const __int128 last = first + (count - 1) * step;
    AGREE(last >= 0 && last < (__int128)length, "the last one is inside");
    if (count > 1)
        AGREE((__int128)range.step == step, "step %lld", (long long)range.step);
}

enum { AXES = 4 };

/* The dimensions, steps and sizes that a layout came from, in numbers that can't overflow. */
struct reference_array {
    __int128 before, after; /* bytes before element (0, 0 ...), and from there on */
    bool is_empty;
};

/* From the steps, whoever made them. */
static struct reference_array reach_of(const mw_view *view)
{
    struct reference_array reach = {0, 0, false};
    const __int128 unit = view->dtype == MW_T_BIT ? 8 : 1;

    for (uint32_t i = 0; i < view->ndim; i++) {
        const __int128 last = (__int128)view->shape[i] - 1;
        const __int128 distance = last * view->stride[i];
        if (view->shape[i] == 0)
            reach.is_empty = true;
        else if (distance < 0)
            reach.before -= distance;
        else
            reach.after += distance;
    }
    reach.after = reach.after / unit + (__int128)view->elem_size;
    return reach;
}

/* Any layout, around a map of `length` bytes. */
static mw_layout take_layout(struct input *input, int64_t *dims, int64_t *strides, uint64_t length)
{
    mw_layout layout = MW_LAYOUT_INIT;
    const uint8_t given = take_byte(input);

    for (int i = 0; i < AXES; i++) {
        dims[i] = take_signed(input, 20);
        strides[i] = take_signed(input, 64);
    }
    layout.dtype = (mw_dtype)(take_byte(input) % 16);
    layout.order = (mw_order)(take_byte(input) % 3);
    layout.flags = take_byte(input) % 16;
    layout.ndim = take_byte(input) % (AXES + 1);
    layout.offset = take_number(input, length);
    layout.dims = given & 1 ? NULL : dims;
    layout.strides = given & 2 ? strides : NULL;
    layout.elem_size = given & 4 || layout.dtype == MW_T_RAW ? take_number(input, 20) : 0;
    layout.elem_stride = given & 8 ? take_number(input, 40) : 0;
    return layout;
}

static void try_layout(struct input *input)
{
    const uint64_t length = take_number(input, 4000) & INT64_MAX;
    const uint64_t lead = take_byte(input);
    int64_t dims[AXES];
    int64_t strides[AXES];
    const mw_layout given = take_layout(input, dims, strides, length);
    mw_layout layout;
    mw_view view;
    uint64_t bytes;

    if (mw__layout_read(&layout, &given, NULL) != MW_OK)
        return;
    const int code = mw__layout_place(&view, &layout, lead, length, NULL);
    const int sized = layout.dims ? mw__layout_bytes(&bytes, &layout, NULL) : code;
    if (code != MW_OK) {
        /* What one way fits the map, the other may not refuse. */
        AGREE(sized != MW_OK || !layout.dims || bytes > length || code == MW_E_ALIGN || code == MW_E_FORMAT ||
                  (code == MW_E_RANGE && layout.offset > length),
              "%s, but %llu of %llu bytes", mw_error_name(code), (unsigned long long)bytes,
              (unsigned long long)length);
        return;
    }
    AGREE(sized == MW_OK && (!layout.dims || bytes <= length), "it fits, and yet: %s", mw_error_name(sized));

    const struct reference_array reach = reach_of(&view);
    for (uint32_t i = 0; i < view.ndim && layout.dims; i++)
        AGREE(view.shape[i] == (uint64_t)dims[i], "dimension %u", i);
    AGREE(reach.is_empty == mw__view_is_empty(&view), "elements, or none");
    AGREE(view.offset <= length, "offset %llu", (unsigned long long)view.offset);
    if (reach.is_empty)
        return;
    AGREE(reach.before <= (__int128)view.offset, "the first byte is before the map");
    AGREE((__int128)view.offset + reach.after <= (__int128)length, "the last byte is behind the map");

    const mw__range covered = mw__view_bytes(&view);
    AGREE((__int128)covered.start == (__int128)view.offset - reach.before, "start %llu",
          (unsigned long long)covered.start);
    AGREE((__int128)covered.end == (__int128)view.offset + reach.after, "end %llu",
          (unsigned long long)covered.end);
}

enum { ROWS = 2000 };

/* Any name, of any system and architecture: a real one, often changed at one place. */
static void try_constant(struct input *input)
{
    static const char *const architectures[] = {NULL,    "x86",     "powerpc", "mips64el",
                                                "alpha", "generic", "sparc",   ""};
    const mw_os os = (mw_os)(take_byte(input) % 18);
    const char *architecture = architectures[take_byte(input) % 8];
    const mw_const *row = mw_const_at(take_word(input) % ROWS);
    const mw_const *list[ROWS];
    const size_t count = mw_const_list(list, ROWS, os, architecture, (mw_const_class)(take_byte(input) % 20));
    char name[48] = "";

    if (count > 0) {
        const mw_const *one = list[take_word(input) % count];
        AGREE(mw_const_find(os, architecture, one->name) == one, "%s is found", one->name);
    }
    if (row) {
        strncpy(name, row->name, sizeof name - 1);
        AGREE(mw_const_find(row->os, row->arch, name) == row, "%s is found where it is", name);
    }
    name[take_byte(input) % (sizeof name - 1)] = (char)take_byte(input);

    const mw_const *found = mw_const_find(os, architecture, name);
    if (!found)
        return;
    AGREE(strcmp(found->name, name) == 0, "%s for %s", found->name, name);
    AGREE(found->kind != MW_CONST_ABSENT || found->value == 0, "%s is absent", name);
    mw_const_compiled(NULL, found);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};

    while (input.left > 0) {
        const uint8_t what = take_byte(&input) % 4;
        if (what == 0)
            try_constant(&input);
        else if (what == 1)
            try_layout(&input);
        else
            try_slice(&input);
    }
    return 0;
}
