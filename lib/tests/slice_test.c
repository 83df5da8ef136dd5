/* Slices, against Python's own arithmetic. */
#include "unit.h"

#include "slice.h"

#include <stdbool.h>

#define NOT_GIVEN MW_SLICE_DEFAULT

static const int64_t values[] = {
    NOT_GIVEN, INT64_MIN + 1, INT64_MIN + 2, -9, -8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
    10,        INT64_MAX - 1, INT64_MAX};
enum { VALUES = sizeof values / sizeof values[0] };

/* As PySlice_AdjustIndices clamps them. */
static int64_t adjusted(int64_t value, int64_t length, bool backward)
{
    if (value < 0) {
        value += length;
        if (value < 0)
            value = backward ? -1 : 0;
    } else if (value >= length) {
        value = backward ? length - 1 : length;
    }
    return value;
}

/* The elements one by one, as range(*slice(start, stop, step).indices(length)) walks. */
static void assert_walks_alike(mw_slice slice, int64_t length)
{
    const int64_t step = slice.step == NOT_GIVEN ? 1 : slice.step;
    const bool backward = step < 0;
    const int64_t start =
        slice.start == NOT_GIVEN ? (backward ? length - 1 : 0) : adjusted(slice.start, length, backward);
    const int64_t stop =
        slice.stop == NOT_GIVEN ? (backward ? -1 : length) : adjusted(slice.stop, length, backward);
    uint64_t count = 0;
    mw__slice_range range;

    assert_code(mw__slice_resolve(&range, slice, (uint64_t)length, NULL), MW_OK);
    assert_true(range.step == step);
    for (int64_t i = start; backward ? i > stop : i < stop; count++) {
        assert_true(count < range.count);
        assert_true(range.first + count * (uint64_t)range.step == (uint64_t)i);
        if (backward ? step < stop - i : step > stop - i)
            i = stop;
        else
            i += step;
    }
    assert_true(count == range.count);
    assert_true(count > 0 || range.first == 0);
}

static void every_small_slice_is_pythons(void **state)
{
    (void)state;
    for (int64_t length = 0; length <= 8; length++)
        for (size_t i = 0; i < VALUES; i++)
            for (size_t j = 0; j < VALUES; j++)
                for (size_t k = 0; k < VALUES; k++)
                    if (values[k] != 0)
                        assert_walks_alike((mw_slice){values[i], values[j], values[k]}, length);
}

static void assert_range(mw_slice slice, uint64_t length, uint64_t first, uint64_t count)
{
    mw__slice_range range;

    assert_code(mw__slice_resolve(&range, slice, length, NULL), MW_OK);
    assert_true(range.first == first);
    assert_true(range.count == count);
}

static void lengths_up_to_64_bits_are_counted_without_wrapping(void **state)
{
    const uint64_t half = INT64_MAX;
    const uint64_t all = UINT64_MAX;

    (void)state;
    assert_range((mw_slice){NOT_GIVEN, NOT_GIVEN, NOT_GIVEN}, half, 0, half);
    assert_range((mw_slice){NOT_GIVEN, NOT_GIVEN, -1}, half, half - 1, half);
    assert_range((mw_slice){NOT_GIVEN, NOT_GIVEN, INT64_MAX}, half, 0, 1);
    assert_range((mw_slice){INT64_MIN + 1, INT64_MAX, 1}, half, 0, half);
    assert_range((mw_slice){INT64_MAX, INT64_MIN + 1, -1}, half, half - 1, half - 1);

    assert_range((mw_slice){NOT_GIVEN, NOT_GIVEN, 1}, all, 0, all);
    assert_range((mw_slice){NOT_GIVEN, NOT_GIVEN, -1}, all, all - 1, all);
    assert_range((mw_slice){NOT_GIVEN, NOT_GIVEN, INT64_MAX}, all, 0, 3);
    assert_range((mw_slice){NOT_GIVEN, NOT_GIVEN, INT64_MIN + 1}, all, all - 1, 3);
    assert_range((mw_slice){INT64_MAX, NOT_GIVEN, 1}, all, half, all - half);
    assert_range((mw_slice){INT64_MIN + 1, NOT_GIVEN, 1}, all, all - half, half);
    assert_range((mw_slice){INT64_MAX, NOT_GIVEN, -1}, all, half, half + 1);
    assert_range((mw_slice){-1, NOT_GIVEN, -1}, all, all - 1, all);
}

static void a_step_of_0_is_refused(void **state)
{
    mw__slice_range range;
    mw_err err;

    (void)state;
    assert_code(mw__slice_resolve(&range, (mw_slice){0, 0, 0}, 0, &err), MW_E_INVAL);
    assert_string_equal(err.op, "slice.step");
    assert_code(mw__slice_resolve(&range, (mw_slice){0, 0, NOT_GIVEN}, 0, &err), MW_OK);
}

static void borders_are_clamped_and_count_from_the_end(void **state)
{
    (void)state;
    for (int64_t length = 0; length <= 8; length++)
        for (size_t i = 1; i < VALUES; i++)
            assert_true(mw__slice_border(values[i], 99, (uint64_t)length) ==
                        (uint64_t)adjusted(values[i], length, false));
    assert_true(mw__slice_border(NOT_GIVEN, 7, 9) == 7);
    assert_true(mw__slice_border(-1, 0, UINT64_MAX) == UINT64_MAX - 1);
    assert_true(mw__slice_border(INT64_MAX, 0, UINT64_MAX) == INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_small_slice_is_pythons),
        cmocka_unit_test(lengths_up_to_64_bits_are_counted_without_wrapping),
        cmocka_unit_test(a_step_of_0_is_refused),
        cmocka_unit_test(borders_are_clamped_and_count_from_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
