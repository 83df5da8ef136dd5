/* Which names shared memory can have. */
#include "unit.h"

#include "named.h"

#include <string.h>

static void assert_name(const char *given, const char *expected)
{
    char name[MW_NAME_SIZE];

    assert_code(mw__name_read(name, given, NULL), MW_OK);
    assert_string_equal(name, expected);
}

static void the_slash_may_be_left_out(void **state)
{
    (void)state;
    assert_name("a", "/a");
    assert_name("/a", "/a");
    assert_name("...", "/...");
    assert_name("/.hidden", "/.hidden");
    assert_name("with space \xc3\xa4", "/with space \xc3\xa4");
}

static void what_is_no_name_is_refused(void **state)
{
    static const char *const refused[] = {"", "/", "//", "//a", "a/", "/a/", "a/b", ".", "..", "/.", "/.."};
    char name[MW_NAME_SIZE];
    mw_err err;

    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        assert_code(mw__name_read(name, refused[i], &err), MW_E_INVAL);
        assert_string_equal(err.op, "name");
    }
    assert_code(mw__name_read(name, NULL, NULL), MW_E_INVAL);
}

static void a_name_has_an_end(void **state)
{
    char given[2 * MW_NAME_SIZE];
    char name[MW_NAME_SIZE];

    (void)state;
    memset(given, 'x', sizeof given); /* without an end: no more than is needed may be looked at */
    assert_code(mw__name_read(name, given, NULL), MW_E_INVAL);
    given[256] = '\0';
    assert_code(mw__name_read(name, given, NULL), MW_E_INVAL);
    given[255] = '\0';
    assert_code(mw__name_read(name, given, NULL), MW_OK);
    assert_int_equal(strlen(name), 256);
    given[0] = '/';
    given[255] = 'x';
    given[256] = '\0';
    assert_name(given, given);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_slash_may_be_left_out),
        cmocka_unit_test(what_is_no_name_is_refused),
        cmocka_unit_test(a_name_has_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
