/* Ranges of bytes and of pages. */
#include "unit.h"

#include "mapwise/options.h"
#include "range.h"

static void ranges_inside_are_taken(void **state)
{
    mw__range range;

    (void)state;
    assert_code(mw__range_make(&range, 0, 100, 100, NULL), MW_OK);
    assert_true(range.start == 0 && range.end == 100);
    assert_code(mw__range_make(&range, 30, MW_WHOLE, 100, NULL), MW_OK);
    assert_true(range.start == 30 && range.end == 100);
    assert_code(mw__range_make(&range, 100, 0, 100, NULL), MW_OK);
    assert_true(mw__range_is_empty(range));
    assert_code(mw__range_make(&range, 100, MW_WHOLE, 100, NULL), MW_OK);
    assert_true(mw__range_is_empty(range));
    assert_code(mw__range_make(&range, 0, MW_WHOLE, 0, NULL), MW_OK);
}

static void ranges_outside_are_refused_with_the_place(void **state)
{
    mw__range range;
    mw_err err;

    (void)state;
    assert_code(mw__range_make(&range, 0, 101, 100, &err), MW_E_RANGE);
    assert_string_equal(err.op, "length");
    assert_true(err.where == 100);
    assert_code(mw__range_make(&range, 101, 0, 100, &err), MW_E_RANGE);
    assert_string_equal(err.op, "offset");
    assert_true(err.where == 101);
    assert_code(mw__range_make(&range, 101, MW_WHOLE, 100, &err), MW_E_RANGE);
}

static void sums_that_wrap_are_overflow(void **state)
{
    mw__range range;

    (void)state;
    assert_code(mw__range_make(&range, UINT64_MAX, 1, 100, NULL), MW_E_OVERFLOW);
    assert_code(mw__range_make(&range, 2, UINT64_MAX - 1, 100, NULL), MW_E_OVERFLOW);
    assert_code(mw__range_make(&range, 1, UINT64_MAX - 1, 100, NULL), MW_E_RANGE);
}

/* Where a length is a size_t, its largest value means itself. */
static void exact_ranges_know_no_whole(void **state)
{
    mw__range range;

    (void)state;
    assert_code(mw__range_exact(&range, 0, MW_WHOLE, 100, NULL), MW_E_RANGE);
    assert_code(mw__range_exact(&range, 1, MW_WHOLE, 100, NULL), MW_E_OVERFLOW);
    assert_code(mw__range_exact(&range, 1, 99, 100, NULL), MW_OK);
    assert_true(range.start == 1 && range.end == 100);
}

static void assert_pages(mw__range range, uint64_t start, uint64_t end)
{
    assert_true(range.start == start);
    assert_true(range.end == end);
}

static void widening_takes_every_page_touched(void **state)
{
    (void)state;
    for (uint64_t page = 4096; page <= 65536; page *= 4) {
        assert_pages(mw__range_outward((mw__range){page, 2 * page}, page), page, 2 * page);
        assert_pages(mw__range_outward((mw__range){page - 1, page + 1}, page), 0, 2 * page);
        assert_pages(mw__range_outward((mw__range){page + 5, page + 6}, page), page, 2 * page);
        assert_true(mw__range_is_empty(mw__range_outward((mw__range){page + 5, page + 5}, page)));
    }
}

static void shrinking_keeps_whole_pages_only(void **state)
{
    (void)state;
    for (uint64_t page = 4096; page <= 65536; page *= 4) {
        assert_pages(mw__range_inward((mw__range){page, 2 * page}, page), page, 2 * page);
        assert_pages(mw__range_inward((mw__range){1, 3 * page - 1}, page), page, 2 * page);
        assert_true(mw__range_is_empty(mw__range_inward((mw__range){1, page}, page)));
        assert_true(mw__range_is_empty(mw__range_inward((mw__range){1, 2 * page - 1}, page)));
        assert_true(mw__range_is_empty(mw__range_inward((mw__range){page + 1, page + 2}, page)));
        assert_true(mw__range_is_empty(mw__range_inward((mw__range){page, page}, page)));
    }
    assert_true(mw__range_is_empty(mw__range_inward((mw__range){UINT64_MAX - 1, UINT64_MAX}, 4096)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_inside_are_taken),
        cmocka_unit_test(ranges_outside_are_refused_with_the_place),
        cmocka_unit_test(sums_that_wrap_are_overflow),
        cmocka_unit_test(exact_ranges_know_no_whole),
        cmocka_unit_test(widening_takes_every_page_touched),
        cmocka_unit_test(shrinking_keeps_whole_pages_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
