/* Checked reads and writes whose size no map can have, and pins that are none. */
#include "unit.h"

#include "mapwise/bytes.h"
#include "mapwise/pin.h"

static void more_bytes_than_there_can_be_are_refused(void **state)
{
    char bytes[4] = "abc";
    size_t done = 7;
    mw_map *map;

    (void)state;
    assert_code(mw_map_anon(&map, 4, NULL, NULL), MW_OK);
    assert_code(mw_read_at(&done, bytes, map, 0, SIZE_MAX, NULL), MW_E_RANGE);
    assert_int_equal(done, 0);
    assert_code(mw_write_at(&done, map, 0, bytes, SIZE_MAX, NULL), MW_E_RANGE);
    assert_code(mw_read_at(NULL, bytes, map, UINT64_MAX, SIZE_MAX, NULL), MW_E_OVERFLOW);
    assert_code(mw_write_at(NULL, map, UINT64_MAX, bytes, SIZE_MAX, NULL), MW_E_OVERFLOW);
    assert_string_equal(bytes, "abc");
    assert_code(mw_free(map), MW_OK);
}

static void foreign_pointers_give_no_pin_back(void **state)
{
    mw_map *map;
    void *pinned;

    (void)state;
    assert_code(mw_map_anon(&map, 4, NULL, NULL), MW_OK);
    assert_code(mw_unpin(map, map), MW_E_INVAL);
    assert_code(mw_pin(&pinned, map, 1, 2, MW_PROT_READ, NULL), MW_OK);
    assert_code(mw_unpin(map, NULL), MW_E_INVAL);
    assert_code(mw_unpin(map, (char *)pinned - 2), MW_E_INVAL);
    assert_code(mw_unpin(map, (char *)pinned + 4), MW_E_INVAL);
    assert_code(mw_free(map), MW_E_BUSY);
    assert_code(mw_unpin(map, pinned), MW_OK);

    /* Past the last byte, where a pin of no bytes may be. */
    assert_code(mw_pin(&pinned, map, 4, 0, MW_PROT_READ, NULL), MW_OK);
    assert_code(mw_unpin(map, pinned), MW_OK);
    assert_code(mw_free(map), MW_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(more_bytes_than_there_can_be_are_refused),
        cmocka_unit_test(foreign_pointers_give_no_pin_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
