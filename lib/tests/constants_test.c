/* The constants registry: what the tables hold and how names are looked up. No system call is made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "mapwise/constants.h"

#include <stdlib.h>
#include <string.h>

static void assert_value(mw_os os, const char *arch, const char *name, int64_t value)
{
    const mw_const *found = mw_const_find(os, arch, name);

    if (!found || found->kind != MW_CONST_NUMBER || found->value != value)
        fail_msg("%s %s is %s", mw_os_name(os), name, found ? found->text : "unknown");
}

static void every_table_is_complete(void **state)
{
    static const struct {
        mw_os os;
        const char *arch;
        size_t rows;
    } tables[] = {
        {MW_OS_LINUX, "generic", 111},  {MW_OS_LINUX, "alpha", 63},       {MW_OS_LINUX, "arm64", 2},
        {MW_OS_LINUX, "mips", 62},      {MW_OS_LINUX, "parisc", 58},      {MW_OS_LINUX, "powerpc", 7},
        {MW_OS_LINUX, "sparc", 10},     {MW_OS_LINUX, "x86", 2},          {MW_OS_LINUX, "xtensa", 61},
        {MW_OS_APPLE, "generic", 58},   {MW_OS_FREEBSD, "generic", 64},   {MW_OS_NETBSD, "generic", 53},
        {MW_OS_OPENBSD, "generic", 43}, {MW_OS_DRAGONFLY, "generic", 52}, {MW_OS_ILLUMOS, "generic", 40},
        {MW_OS_HURD, "generic", 37},    {MW_OS_HAIKU, "generic", 25},     {MW_OS_CYGWIN, "generic", 26},
        {MW_OS_AIX, "ppc64", 28},       {MW_OS_QNX, "generic", 22},       {MW_OS_WINDOWS, "generic", 71},
    };
    size_t rows = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        size_t count = 0;
        for (size_t j = 0; mw_const_at(j); j++)
            count += mw_const_at(j)->os == tables[i].os && strcmp(mw_const_at(j)->arch, tables[i].arch) == 0;
        if (count != tables[i].rows)
            fail_msg("%s %s has %zu rows", mw_os_name(tables[i].os), tables[i].arch, count);
        rows += count;
    }
    assert_null(mw_const_at(rows)); /* and there are no others */
}

static void every_row_is_well_formed(void **state)
{
    const mw_const *row;

    (void)state;
    for (size_t i = 0; (row = mw_const_at(i)) != NULL; i++) {
        const char *class_name = mw_const_class_name(row->const_class);
        assert_non_null(mw_os_name(row->os));
        assert_non_null(class_name);
        assert_true(strlen(row->header) > 0);
        assert_non_null(row->source);
        assert_true(row->value >= 0 && row->value <= UINT32_MAX);
        if (row->const_class != MW_CLASS_INHERIT && !strstr(row->name, class_name))
            fail_msg("%s is said to be a %s", row->name, class_name);
        if (row->kind == MW_CONST_NUMBER)
            assert_int_equal(row->value, strtoll(row->text, NULL, 0));
        else if (row->kind == MW_CONST_SHIFT)
            assert_int_equal(row->value, INT64_C(1) << strtol(row->text + strlen("n << "), NULL, 10));
        else
            assert_string_equal(row->text, "absent");
    }
}

static void no_name_twice_in_a_table(void **state)
{
    (void)state;
    for (size_t i = 0; mw_const_at(i); i++)
        for (size_t j = i + 1; mw_const_at(j); j++) {
            const mw_const *one = mw_const_at(i), *other = mw_const_at(j);
            if (one->os == other->os && !strcmp(one->arch, other->arch) && !strcmp(one->name, other->name))
                fail_msg("%s %s has %s twice", mw_os_name(one->os), one->arch, one->name);
        }
}

static void every_row_names_its_source(void **state)
{
    (void)state;
    for (size_t i = 0; mw_const_at(i); i++)
        if (!strchr(mw_const_at(i)->source, '@') && !strstr(mw_const_at(i)->source, "Debian linux-libc-dev"))
            fail_msg("%s: %s names no commit", mw_const_at(i)->name, mw_const_at(i)->source);
}

static void values_that_others_got_wrong(void **state)
{
    (void)state;
    assert_value(MW_OS_LINUX, "generic", "MS_SYNC", 4);
    assert_value(MW_OS_APPLE, NULL, "MS_SYNC", 0x10);
    assert_value(MW_OS_APPLE, NULL, "MS_KILLPAGES", 4);
    assert_value(MW_OS_FREEBSD, NULL, "MS_SYNC", 0);
    assert_value(MW_OS_DRAGONFLY, NULL, "MS_SYNC", 0);
    assert_value(MW_OS_OPENBSD, NULL, "MS_SYNC", 2);
    assert_value(MW_OS_OPENBSD, NULL, "MS_INVALIDATE", 4);
    assert_value(MW_OS_FREEBSD, NULL, "MAP_NOCORE", 0x20000);
    assert_value(MW_OS_FREEBSD, NULL, "MAP_PREFAULT_READ", 0x40000);
    assert_value(MW_OS_LINUX, "powerpc", "MAP_NORESERVE", 0x40);
    assert_value(MW_OS_LINUX, "powerpc", "MAP_LOCKED", 0x80);
    assert_value(MW_OS_LINUX, "alpha", "MAP_FIXED", 0x100);
    assert_value(MW_OS_LINUX, "alpha", "POSIX_MADV_DONTNEED", 6);
    assert_value(MW_OS_LINUX, "mips", "MAP_ANONYMOUS", 0x800);
    assert_value(MW_OS_LINUX, "parisc", "MAP_FIXED", 4);
    assert_value(MW_OS_LINUX, "generic", "MAP_HUGE_16GB", 0x88000000);
    assert_value(MW_OS_HURD, NULL, "PROT_READ", 4);
    assert_value(MW_OS_QNX, NULL, "PROT_READ", 0x100);
    assert_value(MW_OS_HAIKU, NULL, "MADV_NORMAL", 1);
    assert_value(MW_OS_AIX, NULL, "MAP_FIXED", 0x100);
    assert_value(MW_OS_WINDOWS, NULL, "FILE_MAP_ALL_ACCESS", 0xf001f);
}

static void names_that_do_not_exist(void **state)
{
    (void)state;
    assert_null(mw_const_find(MW_OS_LINUX, "x86", "MAP_NO_SUCH_FLAG"));
    assert_null(mw_const_find(MW_OS_LINUX, "x86", "map_shared"));
    assert_null(mw_const_find(MW_OS_LINUX, "x86", ""));
    assert_null(mw_const_find(MW_OS_LINUX, "x86", NULL));
    assert_null(mw_const_find(MW_OS_LINUX, "pdp11", "MAP_SHARED"));
    assert_null(mw_const_find((mw_os)99, NULL, "MAP_SHARED"));
    assert_null(mw_const_find(MW_OS_WINDOWS, NULL, "MAP_SHARED"));
}

static void absent_rows_answer(void **state)
{
    static const struct {
        mw_os os;
        const char *arch;
        const char *name;
    } absent[] = {
        {MW_OS_LINUX, "generic", "MAP_32BIT"},    {MW_OS_LINUX, "powerpc", "MAP_32BIT"},
        {MW_OS_LINUX, "mips", "MAP_SYNC"},        {MW_OS_LINUX, "alpha", "MADV_HWPOISON"},
        {MW_OS_LINUX, "xtensa", "MADV_HWPOISON"}, {MW_OS_APPLE, NULL, "MAP_INHERIT"},
        {MW_OS_FREEBSD, NULL, "MAP_NORESERVE"},   {MW_OS_NETBSD, NULL, "MAP_COPY"},
    };
    size_t rows = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++) {
        const mw_const *found = mw_const_find(absent[i].os, absent[i].arch, absent[i].name);
        assert_non_null(found);
        assert_int_equal(found->kind, MW_CONST_ABSENT);
        assert_int_equal(mw_const_cap(found), MW_CAPABILITY_NO);
    }
    for (size_t i = 0; mw_const_at(i); i++)
        rows += mw_const_at(i)->kind == MW_CONST_ABSENT;
    assert_int_equal(rows, 20);
}

static void macros_keep_their_argument(void **state)
{
    const mw_const *aligned = mw_const_find(MW_OS_FREEBSD, NULL, "MAP_ALIGNED");

    (void)state;
    assert_non_null(aligned);
    assert_int_equal(aligned->kind, MW_CONST_SHIFT);
    assert_string_equal(aligned->text, "n << 24");
    assert_int_equal(aligned->value, 0x1000000);
    assert_int_equal(mw_const_find(MW_OS_FREEBSD, NULL, "PROT_MAX")->value, 0x10000);
    assert_int_equal(mw_const_find(MW_OS_NETBSD, NULL, "PROT_MPROTECT")->value, 8);
}

static void architectures_fall_back_to_what_they_share(void **state)
{
    (void)state;
    assert_string_equal(mw_const_find(MW_OS_LINUX, "powerpc", "MAP_SHARED")->arch, "generic");
    assert_string_equal(mw_const_find(MW_OS_LINUX, "powerpc", "MAP_LOCKED")->arch, "powerpc");
    assert_string_equal(mw_const_find(MW_OS_LINUX, "powerpc", "MAP_GROWSDOWN")->arch, "generic");
    assert_string_equal(mw_const_find(MW_OS_LINUX, "alpha", "MREMAP_FIXED")->arch, "generic");
    /* Complete tables do not fall back to asm-generic: Alpha has no row for it and no such flag. */
    assert_null(mw_const_find(MW_OS_LINUX, "alpha", "MAP_32BIT"));
    assert_null(mw_const_find(MW_OS_LINUX, "mips", "MAP_32BIT"));
}

static void architectures_have_many_names(void **state)
{
    static const char *const same[][2] = {
        {"x86_64", "x86"},      {"i686", "x86"},        {"aarch64", "arm64"},
        {"ppc64le", "powerpc"}, {"hppa", "parisc"},     {"mips64el", "mips"},
        {"sparc64", "sparc"},   {"riscv64", "generic"}, {"s390x", "generic"}};

    (void)state;
    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
        for (size_t j = 0; mw_const_at(j); j++) {
            const char *name = mw_const_at(j)->name;
            assert_ptr_equal(mw_const_find(MW_OS_LINUX, same[i][0], name),
                             mw_const_find(MW_OS_LINUX, same[i][1], name));
        }
}

static void lists_agree_with_find(void **state)
{
    const mw_const *rows[200];

    (void)state;
    for (mw_os os = MW_OS_LINUX; mw_os_name(os); os++)
        for (size_t a = 0; mw_const_arch(os, a); a++) {
            const char *arch = mw_const_arch(os, a);
            size_t by_class = 0;
            size_t count = mw_const_list(rows, 200, os, arch, MW_CLASS_ANY);
            assert_in_range(count, 1, 200);
            for (size_t i = 0; i < count; i++)
                assert_ptr_equal(mw_const_find(os, arch, rows[i]->name), rows[i]);
            for (mw_const_class c = MW_CLASS_PROT; mw_const_class_name(c); c++)
                by_class += mw_const_list(NULL, 0, os, arch, c);
            assert_int_equal(by_class, count);
        }
}

static void lists_write_no_more_than_fits(void **state)
{
    const mw_const *rows[4] = {NULL, NULL, NULL, NULL};

    (void)state;
    assert_int_equal(mw_const_list(rows, 2, MW_OS_APPLE, NULL, MW_CLASS_MS), 5);
    assert_string_equal(rows[0]->name, "MS_ASYNC");
    assert_string_equal(rows[1]->name, "MS_INVALIDATE");
    assert_null(rows[2]);
    assert_int_equal(mw_const_list(rows, 4, MW_OS_LINUX, "pdp11", MW_CLASS_ANY), 0);
}

static void systems_and_architectures_can_be_listed(void **state)
{
    size_t systems = 0, architectures = 0;

    (void)state;
    for (mw_os os = MW_OS_LINUX; mw_os_name(os); os++)
        systems++;
    while (mw_const_arch(MW_OS_LINUX, architectures))
        architectures++;
    assert_int_equal(systems, 13);
    assert_int_equal(architectures, 9);
    assert_string_equal(mw_const_arch(MW_OS_LINUX, 0), "generic");
    assert_string_equal(mw_const_arch(MW_OS_AIX, 0), "ppc64");
    assert_null(mw_const_arch(MW_OS_AIX, 1));
    assert_null(mw_os_name(MW_OS_THIS));
    assert_null(mw_const_class_name(MW_CLASS_ANY));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_table_is_complete),
        cmocka_unit_test(every_row_is_well_formed),
        cmocka_unit_test(no_name_twice_in_a_table),
        cmocka_unit_test(every_row_names_its_source),
        cmocka_unit_test(values_that_others_got_wrong),
        cmocka_unit_test(names_that_do_not_exist),
        cmocka_unit_test(absent_rows_answer),
        cmocka_unit_test(macros_keep_their_argument),
        cmocka_unit_test(architectures_fall_back_to_what_they_share),
        cmocka_unit_test(architectures_have_many_names),
        cmocka_unit_test(lists_agree_with_find),
        cmocka_unit_test(lists_write_no_more_than_fits),
        cmocka_unit_test(systems_and_architectures_can_be_listed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
