/* The gate before a map, and the rights that checked calls go by, on a map of no pages at all. */
#include "unit.h"

#include "gate.h"
#include "storage.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

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

static int by_address(const void *a, const void *b)
{
    const uintptr_t x = (uintptr_t) * (mw_map *const *)a;
    const uintptr_t y = (uintptr_t) * (mw_map *const *)b;

    return (x > y) - (x < y);
}

/* A handle is never given back to the C library, so none may be forgotten. */
static void handles_are_used_again(void **state)
{
    enum { COUNT = 5 };
    mw_map *maps[2][COUNT];

    (void)state;
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < COUNT; i++)
            assert_non_null(maps[round][i] = mw__handle_new(NULL));
        for (size_t i = 0; i < COUNT; i++)
            mw__handle_release(maps[round][i]);
        qsort((void *)maps[round], COUNT, sizeof(mw_map *), by_address);
    }
    assert_memory_equal(maps[0], maps[1], sizeof maps[0]);
}

struct guest {
    mw_map map;
    pthread_barrier_t entered, over;
};

static void *stay_inside(void *argument)
{
    struct guest *guest = argument;

    assert_code(mw__enter(&guest->map, NULL), MW_OK);
    pthread_barrier_wait(&guest->entered);
    pthread_barrier_wait(&guest->over);
    return NULL;
}

/* What the child of a fork does: a thread that was inside a call there is inside none here. */
static void threads_that_are_gone_hold_nothing(void **state)
{
    static struct guest guest;
    pthread_t thread;

    (void)state;
    make_open(&guest.map);
    assert_int_equal(pthread_barrier_init(&guest.entered, NULL, 2), 0);
    assert_int_equal(pthread_barrier_init(&guest.over, NULL, 2), 0);
    assert_int_equal(pthread_create(&thread, NULL, stay_inside, &guest), 0);
    pthread_barrier_wait(&guest.entered);
    assert_code(mw__enter_exclusive(&guest.map, NULL), MW_E_BUSY);

    const pid_t child = fork();
    if (child == 0) {
        const int code = mw__enter_exclusive(&guest.map, NULL);
        _exit(code == MW_OK ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);

    pthread_barrier_wait(&guest.over);
    pthread_join(thread, NULL);
    pthread_barrier_destroy(&guest.entered);
    pthread_barrier_destroy(&guest.over);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_may_be_inside_at_once), cmocka_unit_test(a_structural_call_is_alone),
        cmocka_unit_test(the_count_never_runs_over),  cmocka_unit_test(closed_maps_let_only_some_in),
        cmocka_unit_test(missing_rights_have_names),  cmocka_unit_test(rights_belong_to_pages_of_the_region),
        cmocka_unit_test(handles_are_used_again),     cmocka_unit_test(threads_that_are_gone_hold_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
