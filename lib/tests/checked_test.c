/* Arithmetic that cannot wrap. */
#include "unit.h"

#include "checked.h"

static void sums_fit_or_say_so(void **state)
{
    uint64_t sum;

    (void)state;
    assert_true(mw__add(&sum, 0, 0));
    assert_true(mw__add(&sum, UINT64_MAX - 1, 1));
    assert_true(sum == UINT64_MAX);
    assert_false(mw__add(&sum, UINT64_MAX, 1));
    assert_false(mw__add(&sum, 1, UINT64_MAX));
    assert_false(mw__add(&sum, UINT64_MAX, UINT64_MAX));
}

static void products_fit_or_say_so(void **state)
{
    uint64_t product;

    (void)state;
    assert_true(mw__multiply(&product, 0, UINT64_MAX) && product == 0);
    assert_true(mw__multiply(&product, UINT64_MAX, 0) && product == 0);
    assert_true(mw__multiply(&product, UINT64_MAX, 1) && product == UINT64_MAX);
    assert_true(mw__multiply(&product, UINT32_MAX, UINT64_C(1) + UINT32_MAX));
    assert_false(mw__multiply(&product, UINT64_C(1) << 32, UINT64_C(1) << 32));
    assert_false(mw__multiply(&product, UINT64_MAX, 2));
    assert_false(mw__multiply(&product, 2, UINT64_MAX));
    assert_false(mw__multiply(&product, UINT64_MAX, UINT64_MAX));
}

static void rounding_goes_to_multiples(void **state)
{
    uint64_t rounded;

    (void)state;
    for (uint64_t unit = 1; unit <= 65536; unit *= 2) {
        assert_true(mw__round_down(0, unit) == 0);
        assert_true(mw__round_down(unit * 3 + unit - 1, unit) == unit * 3);
        assert_true(mw__round_up(&rounded, 0, unit) && rounded == 0);
        assert_true(mw__round_up(&rounded, unit * 3, unit) && rounded == unit * 3);
        assert_true(mw__round_up(&rounded, unit * 2 + 1, unit) && rounded == (unit == 1 ? 3 : unit * 3));
    }
}

static void rounding_up_past_64_bits_is_noticed(void **state)
{
    uint64_t rounded;

    (void)state;
    assert_true(mw__round_up(&rounded, UINT64_MAX - 4095, 4096));
    assert_false(mw__round_up(&rounded, UINT64_MAX - 4094, 4096));
    assert_false(mw__round_up(&rounded, UINT64_MAX, 65536));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_fit_or_say_so),
        cmocka_unit_test(products_fit_or_say_so),
        cmocka_unit_test(rounding_goes_to_multiples),
        cmocka_unit_test(rounding_up_past_64_bits_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
