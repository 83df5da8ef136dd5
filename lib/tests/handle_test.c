/* The gate before a map, and the rights that checked calls go by, on a map of no pages at all. */
#include "unit.h"

#include "gate.h"

#include <string.h>

static void make_open(mw_map *map)
{
    memset(map, 0, sizeof *map);
    map->page_size = 4096;
    map->length = 3 * map->page_size;
    map->region_length = (size_t)map->length;
    map->rights.bits = MW_PROT_READ | MW_PROT_WRITE | MW_RIGHT_OPEN;
}

static void many_may_be_inside_at_once(void **state)
{
    mw_map map;

    (void)state;
    make_open(&map);
    assert_code(mw__enter(&map, NULL), MW_OK);
    assert_code(mw__enter(&map, NULL), MW_OK);
    assert_code(mw__enter_exclusive(&map, NULL), MW_E_BUSY);
    mw__leave(&map);
    assert_code(mw__enter_exclusive(&map, NULL), MW_E_BUSY);
    mw__leave(&map);
    assert_code(mw__enter_exclusive(&map, NULL), MW_OK);
    mw__leave_exclusive(&map);
}

static void a_structural_call_is_alone(void **state)
{
    mw_map map;

    (void)state;
    make_open(&map);
    assert_code(mw__enter_exclusive(&map, NULL), MW_OK);
    assert_code(mw__enter_exclusive(&map, NULL), MW_E_BUSY);
    assert_code(mw__enter(&map, NULL), MW_E_BUSY);
    assert_code(mw__enter_any(&map, NULL), MW_E_BUSY);
    mw__leave_exclusive(&map);
    assert_code(mw__enter(&map, NULL), MW_OK);
    mw__leave(&map);
}

static void the_count_never_runs_over(void **state)
{
    mw_map map;

    (void)state;
    make_open(&map);
    atomic_store(&map.gate, 0x7ffffffeu);
    assert_code(mw__enter_counted(&map, NULL), MW_OK);
    assert_code(mw__enter_counted(&map, NULL), MW_E_LIMIT);
    mw__leave_counted(&map);
    assert_code(mw__enter_counted(&map, NULL), MW_OK);
}

static void closed_maps_let_only_some_in(void **state)
{
    mw_map map;
    mw_map *volatile none = NULL; /* what the compiler must not know */

    (void)state;
    make_open(&map);
    atomic_store(&map.closed, true);
    assert_code(mw__enter(&map, NULL), MW_E_CLOSED);
    assert_code(mw__enter_any(&map, NULL), MW_OK);
    mw__leave(&map);
    assert_code(mw__enter_exclusive(&map, NULL), MW_OK);
    mw__leave_exclusive(&map);
    assert_code(mw__enter(none, NULL), MW_E_INVAL);
    assert_code(mw__enter_exclusive(none, NULL), MW_E_INVAL);
}

static void missing_rights_have_names(void **state)
{
    static const struct {
        uint32_t has, wants;
        int code;
    } rows[] = {
        {MW_PROT_READ, MW_PROT_READ, MW_OK},
        {MW_PROT_READ, MW_PROT_WRITE, MW_E_RDONLY},
        {MW_PROT_READ | MW_PROT_EXEC, MW_PROT_WRITE, MW_E_RDONLY},
        {MW_PROT_READ, MW_PROT_READ | MW_PROT_WRITE, MW_E_RDONLY},
        {MW_PROT_READ, MW_PROT_EXEC, MW_E_ACCESS},
        {MW_PROT_WRITE, MW_PROT_WRITE, MW_OK},
        {MW_PROT_WRITE, MW_PROT_READ, MW_E_ACCESS},
        {0, MW_PROT_READ, MW_E_ACCESS},
        {0, MW_PROT_WRITE, MW_E_ACCESS},
        {0, 0, MW_OK},
    };
    mw_map map;

    (void)state;
    make_open(&map);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        map.rights.bits = rows[i].has | MW_RIGHT_OPEN;
        assert_code(mw__check_rights(&map, (mw__range){5, 6}, rows[i].wants, NULL), rows[i].code);
        assert_code(mw__check_rights(&map, (mw__range){5, 5}, rows[i].wants, NULL), MW_OK);
    }
    map.rights.bits = MW_PROT_READ | MW_PROT_WRITE;
    assert_code(mw__check_rights(&map, (mw__range){5, 6}, MW_PROT_READ, NULL), MW_E_ACCESS);
    assert_code(mw__check_rights(&map, (mw__range){5, 6}, MW_PROT_WRITE, NULL), MW_E_ACCESS);
}

/* A map that starts inside a page: its bytes are not the region's. */
static void rights_belong_to_pages_of_the_region(void **state)
{
    mw__range second = {4096, 8192};
    mw__rights changed;
    mw_map map;

    (void)state;
    make_open(&map);
    map.lead = 4000;
    map.length = 1000;
    assert_code(mw__rights_change(&changed, &map.rights, map.region_length, second, MW_PROT_WRITE, 0, NULL),
                MW_OK);
    map.rights = changed;
    assert_code(mw__check_rights(&map, (mw__range){0, 96}, MW_PROT_WRITE, NULL), MW_OK);
    assert_code(mw__check_rights(&map, (mw__range){0, 97}, MW_PROT_WRITE, NULL), MW_E_RDONLY);
    mw__rights_release(&map.rights);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_may_be_inside_at_once), cmocka_unit_test(a_structural_call_is_alone),
        cmocka_unit_test(the_count_never_runs_over),  cmocka_unit_test(closed_maps_let_only_some_in),
        cmocka_unit_test(missing_rights_have_names),  cmocka_unit_test(rights_belong_to_pages_of_the_region),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
