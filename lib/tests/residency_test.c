/* The formats of residency. */
#include "unit.h"

#include "residency.h"

#include <string.h>

static void buffers_are_as_large_as_entries(void **state)
{
    (void)state;
    assert_true(mw__residency_bytes(UINT64_MAX, MW_RESIDENCY_COUNT) == 0);
    assert_true(mw__residency_bytes(9, MW_RESIDENCY_BYTES) == 9);
    assert_true(mw__residency_bytes(9, MW_RESIDENCY_NATIVE) == 9);
    assert_true(mw__residency_bytes(0, MW_RESIDENCY_BITS) == 0);
    assert_true(mw__residency_bytes(8, MW_RESIDENCY_BITS) == 1);
    assert_true(mw__residency_bytes(9, MW_RESIDENCY_BITS) == 2);
    assert_true(mw__residency_bytes(UINT64_MAX, MW_RESIDENCY_BITS) == (uint64_t)1 << 61);
}

/* Some systems set other bits than the lowest. */
static const unsigned char native[10] = {1, 0, 0x61, 0x60, 0xff, 0, 0, 1, 0, 0x81};

static void only_bit_0_is_residency(void **state)
{
    static const unsigned char bytes[10] = {1, 0, 1, 0, 1, 0, 0, 1, 0, 1};
    unsigned char buffer[10];

    (void)state;
    assert_true(mw__residency_store(NULL, 0, native, 10, MW_RESIDENCY_COUNT) == 5);
    assert_true(mw__residency_store(buffer, 0, native, 10, MW_RESIDENCY_BYTES) == 5);
    assert_memory_equal(buffer, bytes, 10);
    assert_true(mw__residency_store(buffer, 0, native, 10, MW_RESIDENCY_NATIVE) == 5);
    assert_memory_equal(buffer, native, 10);
}

static void bits_count_from_the_lowest_and_the_rest_is_0(void **state)
{
    unsigned char buffer[5];

    (void)state;
    memset(buffer, 0xaa, sizeof buffer);
    assert_true(mw__residency_store(buffer, 16, native, 10, MW_RESIDENCY_BITS) == 5);
    assert_int_equal(buffer[1], 0xaa);
    assert_int_equal(buffer[2], 0x95);
    assert_int_equal(buffer[3], 0x02);
    assert_int_equal(buffer[4], 0xaa);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buffers_are_as_large_as_entries),
        cmocka_unit_test(only_bit_0_is_residency),
        cmocka_unit_test(bits_count_from_the_lowest_and_the_rest_is_0),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
