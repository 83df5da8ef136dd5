/* Slices against the long way round, and the constants registry with any name. */
#include "input.h"

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
        if (take_byte(&input) % 4)
            try_slice(&input);
        else
            try_constant(&input);
    }
    return 0;
}
