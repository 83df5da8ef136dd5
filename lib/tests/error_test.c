/* Errors: numbers that never change, names, texts, the system's codes. */
#include "unit.h"

#include "fail.h"
#include "mapwise/version.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const int codes[] = {MW_OK,
#define MW_X(name, value, text) MW_E_##name,
                            MW_ERROR_MAP(MW_X)
#undef MW_X
};

#define CODES (sizeof codes / sizeof codes[0])

/* Programs keep them in files and compare them across versions. */
static void numbers_are_pinned(void **state)
{
    (void)state;
    assert_int_equal(MW_OK, 0);
    assert_int_equal(MW_E_INVAL, -101);
    assert_int_equal(MW_E_RANGE, -102);
    assert_int_equal(MW_E_OVERFLOW, -103);
    assert_int_equal(MW_E_ALIGN, -104);
    assert_int_equal(MW_E_CLOSED, -105);
    assert_int_equal(MW_E_BUSY, -106);
    assert_int_equal(MW_E_RDONLY, -107);
    assert_int_equal(MW_E_ACCESS, -108);
    assert_int_equal(MW_E_BADFD, -109);
    assert_int_equal(MW_E_EMPTY, -110);
    assert_int_equal(MW_E_SHORT, -111);
    assert_int_equal(MW_E_NOTSUP, -112);
    assert_int_equal(MW_E_NOMEM, -113);
    assert_int_equal(MW_E_NOSPC, -114);
    assert_int_equal(MW_E_EXIST, -115);
    assert_int_equal(MW_E_NOENT, -116);
    assert_int_equal(MW_E_FAULT, -117);
    assert_int_equal(MW_E_LIMIT, -120);
    assert_int_equal(MW_E_END, -121);
    assert_int_equal(MW_E_OS, -199);
}

static void each_code_has_its_own_number_name_and_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < CODES; i++) {
        assert_true(strlen(mw_error_text(codes[i])) > 0);
        for (size_t j = 0; j < i; j++) {
            assert_int_not_equal(codes[i], codes[j]);
            assert_string_not_equal(mw_error_name(codes[i]), mw_error_name(codes[j]));
            assert_string_not_equal(mw_error_text(codes[i]), mw_error_text(codes[j]));
        }
    }
    assert_string_equal(mw_error_name(MW_E_SHORT), "MW_E_SHORT");
}

static void strange_numbers_are_answered_too(void **state)
{
    static const int strange[] = {1, -1, -100, -123, -198, -200, MW_E_RESERVED_};

    (void)state;
    for (size_t i = 0; i < sizeof strange / sizeof strange[0]; i++) {
        assert_string_equal(mw_error_name(strange[i]), "MW_E_?");
        assert_string_equal(mw_error_text(strange[i]), "unknown error");
    }
}

static void errno_becomes_a_code(void **state)
{
    static const struct {
        int os;
        int code;
    } expected[] = {
        {0, MW_OK},
        {EINVAL, MW_E_INVAL},
        {EISDIR, MW_E_INVAL},
        {EBADF, MW_E_BADFD},
        {EACCES, MW_E_ACCESS},
        {EPERM, MW_E_ACCESS},
        {ENOENT, MW_E_NOENT},
        {ENOMEM, MW_E_NOMEM},
        {ENOSPC, MW_E_NOSPC},
        {EFBIG, MW_E_LIMIT},
        {EMFILE, MW_E_LIMIT},
        {EAGAIN, MW_E_LIMIT},
        {EEXIST, MW_E_EXIST},
        {ETXTBSY, MW_E_BUSY},
        {EFAULT, MW_E_FAULT},
        {EOVERFLOW, MW_E_OVERFLOW},
        {ENODEV, MW_E_NOTSUP},
        {EOPNOTSUPP, MW_E_NOTSUP},
        {EIO, MW_E_OS},
        {-5, MW_E_OS},
        {1 << 20, MW_E_OS},
    };

    (void)state;
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        assert_code(mw_error_from_os(expected[i].os), expected[i].code);
}

static void a_failure_is_described(void **state)
{
    mw_err err;

    (void)state;
    assert_code(mw__fail(&err, MW_E_SHORT, "options.length", 77), MW_E_SHORT);
    assert_code(err.code, MW_E_SHORT);
    assert_int_equal(err.os, 0);
    assert_string_equal(err.op, "options.length");
    assert_true(err.where == 77);

    assert_code(mw__fail_os(&err, ENOSPC, "ftruncate"), MW_E_NOSPC);
    assert_int_equal(err.os, ENOSPC);
    assert_string_equal(err.op, "ftruncate");
    assert_true(err.where == UINT64_MAX);

    assert_code(mw__fail_as(&err, MW_E_LIMIT, ENOMEM, "mlock"), MW_E_LIMIT);
    assert_int_equal(err.os, ENOMEM);
    assert_code(mw__fail(NULL, MW_E_BUSY, "map", 0), MW_E_BUSY);
}

static void the_version_is_the_headers(void **state)
{
    char text[32];

    (void)state;
    snprintf(text, sizeof text, "%d.%d.%d", MW_VERSION_MAJOR, MW_VERSION_MINOR, MW_VERSION_PATCH);
    assert_string_equal(mw_version_string(), text);
    assert_int_equal(mw_version_number(), MW_VERSION_NUMBER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_pinned),
        cmocka_unit_test(each_code_has_its_own_number_name_and_text),
        cmocka_unit_test(strange_numbers_are_answered_too),
        cmocka_unit_test(errno_becomes_a_code),
        cmocka_unit_test(a_failure_is_described),
        cmocka_unit_test(the_version_is_the_headers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
