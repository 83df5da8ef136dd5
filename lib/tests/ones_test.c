/* Counting and changing runs of bits, against one bit at a time. */
#include "unit.h"

#include "ones.h"

#include <string.h>

enum { BYTES = 3 * 128 + 11, BITS = 8 * BYTES };

static unsigned bit_of(const unsigned char *bytes, uint64_t k)
{
    return (unsigned)bytes[k / 8] >> k % 8 & 1u;
}

/* Bytes without any pattern that words or blocks could hide. */
static void scatter(unsigned char *bytes)
{
    uint32_t state = 1;

    for (size_t i = 0; i < BYTES; i++) {
        state = state * 1664525u + 1013904223u;
        bytes[i] = (unsigned char)(state >> 24);
    }
}

static void runs_are_counted_from_any_bit_to_any_other(void **state)
{
    unsigned char bytes[BYTES];

    (void)state;
    scatter(bytes);
    for (uint64_t first = 0; first < 150; first++) {
        uint64_t expected = 0;
        for (uint64_t n = 0; first + n <= BITS; n++) {
            assert_true(mw__ones_count(bytes, first, n) == expected);
            if (first + n < BITS)
                expected += bit_of(bytes, first + n);
        }
    }
}

static void all_ones_fill_every_place_of_the_sums(void **state)
{
    unsigned char bytes[BYTES];

    (void)state;
    memset(bytes, 0xff, sizeof bytes);
    for (uint64_t n = 0; n <= BITS; n++)
        assert_true(mw__ones_count(bytes, 0, n) == n);
}

static void fills_change_their_bits_and_no_others(void **state)
{
    unsigned char before[BYTES];
    unsigned char bytes[BYTES];

    (void)state;
    scatter(before);
    for (uint64_t first = 0; first < 20; first++)
        for (uint64_t n = 0; n < 40; n++)
            for (unsigned value = 0; value <= 1; value++) {
                memcpy(bytes, before, sizeof bytes);
                mw__ones_fill(bytes, first, n, value != 0);
                for (uint64_t k = 0; k < 100; k++)
                    assert_int_equal(bit_of(bytes, k),
                                     k >= first && k < first + n ? value : bit_of(before, k));
                assert_memory_equal(bytes + 12, before + 12, BYTES - 12);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_are_counted_from_any_bit_to_any_other),
        cmocka_unit_test(all_ones_fill_every_place_of_the_sums),
        cmocka_unit_test(fills_change_their_bits_and_no_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
