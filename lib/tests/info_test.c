/* What mw_info_get is given, and says of maps that changed. */
#include "unit.h"

#include "mapwise/map.h"
#include "mapwise/protect.h"

#include <string.h>
#include <unistd.h>

static void a_size_that_was_never_set_is_not_written_to(void **state)
{
    static const uint32_t sizes[] = {0, sizeof(mw_info) - 1, 4097, UINT32_MAX};
    mw_info info = MW_INFO_INIT;
    mw_map *map;

    (void)state;
    assert_code(mw_map_anon(&map, 1, NULL, NULL), MW_OK);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        info.size = sizes[i];
        assert_code(mw_info_get(&info, map, NULL), MW_E_INVAL);
    }
    assert_code(mw_free(map), MW_OK);
}

static void a_later_version_gets_zeros(void **state)
{
    struct {
        mw_info known;
        unsigned char unknown[16];
    } later = {MW_INFO_INIT, {0}};
    static const unsigned char zeros[16];
    mw_map *map;

    (void)state;
    memset(later.unknown, 0xff, sizeof later.unknown);
    later.known.size = (uint32_t)sizeof later;
    assert_code(mw_map_anon(&map, 1, NULL, NULL), MW_OK);
    assert_code(mw_info_get(&later.known, map, NULL), MW_OK);
    assert_int_equal(later.known.size, sizeof later);
    assert_true(later.known.length == 1);
    assert_memory_equal(later.unknown, zeros, sizeof zeros);
    assert_code(mw_free(map), MW_OK);
}

static mw_access access_once_writable(mw_map *map)
{
    mw_info info = MW_INFO_INIT;

    assert_code(mw_info_get(&info, map, NULL), MW_OK);
    assert_int_equal(info.access, MW_ACCESS_READ);
    assert_code(mw_protect(map, 0, MW_WHOLE, MW_PROT_READ | MW_PROT_WRITE, NULL), MW_OK);
    assert_code(mw_info_get(&info, map, NULL), MW_OK);
    assert_code(mw_free(map), MW_OK);
    return info.access;
}

/* Stores into what was read from a pipe reach nobody else. */
static void writing_makes_a_read_copy_private(void **state)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_map *map;
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    close(ends[1]);
    options.flags = MW_F_READ_COPY;
    assert_code(mw_map_fd(&map, ends[0], &options, NULL), MW_OK);
    assert_int_equal(access_once_writable(map), MW_ACCESS_COPY);
    close(ends[0]);

    options.flags = 0;
    options.access = MW_ACCESS_READ;
    assert_code(mw_map_anon(&map, 1, &options, NULL), MW_OK);
    assert_int_equal(access_once_writable(map), MW_ACCESS_WRITE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_size_that_was_never_set_is_not_written_to),
        cmocka_unit_test(a_later_version_gets_zeros),
        cmocka_unit_test(writing_makes_a_read_copy_private),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
