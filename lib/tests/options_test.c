/* What a caller's options mean, and which are refused before anything is looked at. */
#include "unit.h"

#include "options.h"

#include <string.h>

static const mw_map_options defaults = MW_MAP_OPTIONS_INIT;

static int read_as(mw_map_options given, uint32_t flags)
{
    mw_map_options read;

    return mw__options_read(&read, &given, flags, NULL);
}

static void nothing_means_the_defaults(void **state)
{
    mw_map_options read;

    (void)state;
    memset(&read, 0xff, sizeof read);
    assert_code(mw__options_read(&read, NULL, MW_FLAGS_PATH, NULL), MW_OK);
    assert_int_equal(read.size, sizeof read);
    assert_int_equal(read.flags, 0);
    assert_int_equal(read.access, MW_ACCESS_DEFAULT);
    assert_int_equal(read.prot, 0);
    assert_true(read.offset == 0 && read.length == MW_WHOLE && read.raw_flags == 0);
    assert_null(read.address);
    assert_int_equal(read.file_mode, 0600);
    assert_null(read.label);
}

static void flags_are_those_of_the_source(void **state)
{
    mw_map_options given = defaults;

    (void)state;
    given.flags = MW_FLAGS_PATH;
    given.address = &given;
    assert_code(read_as(given, MW_FLAGS_PATH), MW_OK);
    for (uint32_t bit = 1; bit != 0; bit <<= 1) {
        given.flags = bit;
        assert_code(read_as(given, MW_FLAGS_MEMORY), (bit & MW_FLAGS_MEMORY) ? MW_OK : MW_E_INVAL);
        assert_code(read_as(given, MW_FLAGS_FD), (bit & MW_FLAGS_FD) ? MW_OK : MW_E_INVAL);
        given.flags |= bit == MW_F_EXCLUSIVE ? MW_F_CREATE : 0;
        assert_code(read_as(given, MW_FLAGS_PATH), (bit & MW_FLAGS_PATH) ? MW_OK : MW_E_INVAL);
        assert_code(read_as(given, MW_FLAGS_NAMED), (bit & MW_FLAGS_NAMED) ? MW_OK : MW_E_INVAL);
    }
    given.flags = MW_F_EXCLUSIVE;
    assert_code(read_as(given, MW_FLAGS_PATH), MW_E_INVAL);
}

static void access_and_prot_exclude_each_other(void **state)
{
    mw_map_options given = defaults;

    (void)state;
    for (int access = MW_ACCESS_READ; access <= MW_ACCESS_COPY; access++) {
        given = defaults;
        given.access = (mw_access)access;
        assert_code(read_as(given, MW_FLAGS_PATH), MW_OK);
        given.prot = MW_PROT_READ;
        assert_code(read_as(given, MW_FLAGS_PATH), MW_E_INVAL);
    }
    given = defaults;
    given.access = (mw_access)4;
    assert_code(read_as(given, MW_FLAGS_PATH), MW_E_INVAL);
    given.access = (mw_access)-1;
    assert_code(read_as(given, MW_FLAGS_PATH), MW_E_INVAL);
}

static void rights_are_known_bits_or_none(void **state)
{
    (void)state;
    for (uint32_t prot = 1; prot <= 7; prot++)
        assert_true(mw__prot_is_valid(prot));
    assert_true(mw__prot_is_valid(MW_PROT_NONE));
    assert_false(mw__prot_is_valid(0));
    assert_false(mw__prot_is_valid(MW_PROT_NONE | MW_PROT_READ));
    assert_false(mw__prot_is_valid(0x10));
    assert_false(mw__prot_is_valid(UINT32_MAX));
}

static void demands_that_cannot_be_met_are_refused(void **state)
{
    mw_map_options given = defaults;

    (void)state;
    given.flags = MW_F_FIXED;
    assert_code(read_as(given, MW_FLAGS_PATH), MW_E_INVAL);
    given = defaults;
    given.prot = MW_PROT_NONE;
    assert_code(read_as(given, MW_FLAGS_PATH), MW_OK);
    given.flags = MW_F_POPULATE;
    assert_code(read_as(given, MW_FLAGS_PATH), MW_E_INVAL);
    given.flags = MW_F_LOCKED;
    assert_code(read_as(given, MW_FLAGS_PATH), MW_E_INVAL);
    given = defaults;
    given.file_mode = 010000;
    assert_code(read_as(given, MW_FLAGS_PATH), MW_E_INVAL);
    given = defaults;
    given.reserved = 1;
    assert_code(read_as(given, MW_FLAGS_PATH), MW_E_INVAL);
}

static void a_later_version_may_say_nothing_new(void **state)
{
    struct {
        mw_map_options known;
        unsigned char unknown[16];
    } later = {MW_MAP_OPTIONS_INIT, {0}};
    mw_map_options read;

    (void)state;
    later.known.size = (uint32_t)sizeof later;
    later.known.offset = 5;
    assert_code(mw__options_read(&read, &later.known, MW_FLAGS_PATH, NULL), MW_OK);
    assert_int_equal(read.size, sizeof read);
    assert_true(read.offset == 5);
    for (size_t i = 0; i < sizeof later.unknown; i++) {
        later.unknown[i] = 1;
        assert_code(mw__options_read(&read, &later.known, MW_FLAGS_PATH, NULL), MW_E_NOTSUP);
        later.unknown[i] = 0;
    }
}

static void a_size_that_never_was_is_refused(void **state)
{
    mw_map_options given = defaults;

    (void)state;
    given.size = 0;
    assert_code(read_as(given, MW_FLAGS_PATH), MW_E_INVAL);
    given.size = (uint32_t)offsetof(mw_map_options, label);
    assert_code(read_as(given, MW_FLAGS_PATH), MW_E_INVAL);
    given.size = UINT32_MAX;
    assert_code(read_as(given, MW_FLAGS_PATH), MW_E_INVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_means_the_defaults),
        cmocka_unit_test(flags_are_those_of_the_source),
        cmocka_unit_test(access_and_prot_exclude_each_other),
        cmocka_unit_test(rights_are_known_bits_or_none),
        cmocka_unit_test(demands_that_cannot_be_met_are_refused),
        cmocka_unit_test(a_later_version_may_say_nothing_new),
        cmocka_unit_test(a_size_that_never_was_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
