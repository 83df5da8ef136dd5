/* Copies whose bytes lie a step apart, overlapping in every way. */
#include "unit.h"

#include "stride.h"

#include <stdbool.h>
#include <string.h>

enum { BYTES = 24 };

static bool is_inside(ptrdiff_t first, ptrdiff_t step, ptrdiff_t n)
{
    const ptrdiff_t last = first + (n - 1) * step;

    return first >= 0 && first < BYTES && last >= 0 && last < BYTES;
}

static void assert_copies(ptrdiff_t to, ptrdiff_t to_step, ptrdiff_t from, ptrdiff_t from_step, ptrdiff_t n)
{
    unsigned char before[BYTES];
    unsigned char expected[BYTES];
    unsigned char bytes[BYTES];

    for (size_t i = 0; i < BYTES; i++)
        before[i] = (unsigned char)(i + 1);
    memcpy(expected, before, BYTES);
    memcpy(bytes, before, BYTES);
    for (ptrdiff_t i = 0; i < n; i++)
        expected[to + i * to_step] = before[from + i * from_step];
    mw__copy_strided(&(mw__strided){bytes + to, to_step, bytes + from, from_step, (size_t)n});
    assert_memory_equal(bytes, expected, BYTES);
}

/* All copies of `n` bytes inside the row, in both directions; how many there are. */
static int copy_all(ptrdiff_t step, ptrdiff_t n)
{
    int copies = 0;

    for (ptrdiff_t spread = 0; spread < BYTES; spread++)
        for (ptrdiff_t row = 0; row + n <= BYTES; row++)
            if (is_inside(spread, step, n)) {
                assert_copies(spread, step, row, 1, n);
                assert_copies(row, 1, spread, step, n);
                copies++;
            }
    return copies;
}

static void every_overlap_is_as_from_a_copy(void **state)
{
    (void)state;
    for (ptrdiff_t step = -8; step <= 8; step++)
        for (ptrdiff_t n = 1; n <= BYTES && step != 0 && step != 1; n++)
            assert_true(copy_all(step, n) > 0 || (n - 1) * (step < 0 ? -step : step) >= BYTES);
}

static void no_bytes_are_not_looked_at(void **state)
{
    (void)state;
    mw__copy_strided(&(mw__strided){NULL, 2, NULL, 1, 0});
    mw__copy_strided(&(mw__strided){NULL, 1, NULL, -1, 0});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_overlap_is_as_from_a_copy),
        cmocka_unit_test(no_bytes_are_not_looked_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
