/* The rights on record: runs of pages that split and join. */
#include "unit.h"

#include "mapwise/options.h"
#include "rights.h"

#include <stdlib.h>
#include <string.h>

#define PAGE  ((uint64_t)16)
#define PAGES 12u
#define WHOLE (PAGE * PAGES)

/* Replaces *rights by itself changed. */
static void change(mw__rights *rights, uint64_t first, uint64_t pages, uint32_t clear, uint32_t set)
{
    mw__range range = {first * PAGE, (first + pages) * PAGE};
    mw__rights changed;

    assert_code(mw__rights_change(&changed, rights, WHOLE, range, clear, set, NULL), MW_OK);
    mw__rights_release(rights);
    *rights = changed;
}

static uint32_t common(const mw__rights *rights, uint64_t start, uint64_t end)
{
    return mw__rights_common(rights, (mw__range){start, end});
}

static void one_value_holds_for_all(void **state)
{
    mw__rights rights = {MW_PROT_READ | MW_RIGHT_OPEN, 0, NULL};

    (void)state;
    assert_int_equal(common(&rights, 0, WHOLE), MW_PROT_READ | MW_RIGHT_OPEN);
    assert_int_equal(common(&rights, 7, 8), MW_PROT_READ | MW_RIGHT_OPEN);
    assert_int_equal(common(&rights, 7, 7), UINT32_MAX);
}

static void a_range_can_differ(void **state)
{
    mw__rights rights = {MW_PROT_READ | MW_PROT_WRITE, 0, NULL};

    (void)state;
    change(&rights, 3, 2, UINT32_MAX, MW_PROT_READ);
    assert_int_equal(rights.count, 3);
    assert_int_equal(common(&rights, 0, 3 * PAGE), MW_PROT_READ | MW_PROT_WRITE);
    assert_int_equal(common(&rights, 3 * PAGE - 1, 3 * PAGE + 1), MW_PROT_READ);
    assert_int_equal(common(&rights, 3 * PAGE, 5 * PAGE), MW_PROT_READ);
    assert_int_equal(common(&rights, 5 * PAGE, WHOLE), MW_PROT_READ | MW_PROT_WRITE);
    mw__rights_release(&rights);
}

static void equal_neighbours_join(void **state)
{
    mw__rights rights = {MW_PROT_READ, 0, NULL};

    (void)state;
    change(&rights, 3, 2, UINT32_MAX, MW_PROT_WRITE);
    change(&rights, 5, 2, UINT32_MAX, MW_PROT_WRITE);
    assert_int_equal(rights.count, 3);
    change(&rights, 3, 4, UINT32_MAX, MW_PROT_READ);
    assert_null(rights.runs);
    assert_int_equal(rights.bits, MW_PROT_READ);
    mw__rights_release(&rights);
}

static void guards_leave_the_other_bits(void **state)
{
    mw__rights rights = {MW_PROT_READ | MW_RIGHT_OPEN, 0, NULL};

    (void)state;
    change(&rights, 1, 1, MW_RIGHT_OPEN, 0);
    assert_int_equal(common(&rights, 0, WHOLE), MW_PROT_READ);
    change(&rights, 0, PAGES, ~MW_RIGHT_OPEN, MW_PROT_WRITE);
    assert_int_equal(common(&rights, PAGE, 2 * PAGE), MW_PROT_WRITE);
    assert_int_equal(common(&rights, 2 * PAGE, WHOLE), MW_PROT_WRITE | MW_RIGHT_OPEN);
    mw__rights_release(&rights);
}

/* Against one value a page, kept in an array. */
static void many_changes_agree_with_an_array(void **state)
{
    mw__rights rights = {1, 0, NULL};
    uint32_t model[PAGES];
    uint32_t random = 2463534242u;

    (void)state;
    for (size_t i = 0; i < PAGES; i++)
        model[i] = 1;
    for (int round = 0; round < 2000; round++) {
        random ^= random << 13;
        random ^= random >> 17;
        random ^= random << 5;
        uint32_t first = random % PAGES;
        uint32_t pages = 1 + (random >> 8) % (PAGES - first);
        uint32_t clear = (random >> 16) & 7;
        uint32_t set = (random >> 20) & 7;

        change(&rights, first, pages, clear, set);
        for (uint32_t i = first; i < first + pages; i++)
            model[i] = (model[i] & ~clear) | set;
        for (uint32_t i = 0; i < PAGES; i++)
            assert_int_equal(common(&rights, i * PAGE, (i + 1) * PAGE), model[i]);
        for (size_t i = 1; rights.runs && i < rights.count; i++)
            assert_int_not_equal(rights.runs[i - 1].bits, rights.runs[i].bits);
    }
    mw__rights_release(&rights);
}

/* Pages come and go at the end, and the others keep what they have. */
static void the_end_moves(void **state)
{
    mw__rights rights = {MW_PROT_READ, 0, NULL};
    mw__rights resized;

    (void)state;
    change(&rights, 1, 1, MW_PROT_READ, MW_PROT_WRITE);
    assert_code(mw__rights_resize(&resized, &rights, PAGES * PAGE, (PAGES + 2) * PAGE, MW_PROT_EXEC, NULL),
                MW_OK);
    assert_int_equal(common(&resized, 0, PAGE), MW_PROT_READ);
    assert_int_equal(common(&resized, PAGE, 2 * PAGE), MW_PROT_WRITE);
    assert_int_equal(common(&resized, (PAGES - 1) * PAGE, PAGES * PAGE), MW_PROT_READ);
    assert_int_equal(common(&resized, PAGES * PAGE, (PAGES + 2) * PAGE), MW_PROT_EXEC);
    mw__rights_release(&rights);

    assert_code(mw__rights_resize(&rights, &resized, (PAGES + 2) * PAGE, PAGE, MW_PROT_EXEC, NULL), MW_OK);
    assert_null(rights.runs);
    assert_int_equal(rights.bits, MW_PROT_READ);
    mw__rights_release(&resized);

    assert_code(mw__rights_resize(&resized, &rights, PAGE, 0, MW_PROT_READ, NULL), MW_OK);
    assert_code(mw__rights_resize(&rights, &resized, 0, PAGE, MW_PROT_WRITE, NULL), MW_OK);
    assert_int_equal(common(&rights, 0, PAGE), MW_PROT_WRITE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_value_holds_for_all),
        cmocka_unit_test(a_range_can_differ),
        cmocka_unit_test(equal_neighbours_join),
        cmocka_unit_test(guards_leave_the_other_bits),
        cmocka_unit_test(many_changes_agree_with_an_array),
        cmocka_unit_test(the_end_moves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
