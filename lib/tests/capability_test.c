/* The constants that are in force on the host: what the headers and the running kernel say of them.
 * Holds on every Linux that this library runs on; what a kernel knows is its own affair. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "mapwise/constants.h"

#include "../src/capability.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

static mw_capability ask(const char *name)
{
    return mw_const_cap(mw_const_find(MW_OS_THIS, NULL, name));
}

/* Every Linux since 2.6 knows these, for everybody. */
static void old_constants_are_known(void **state)
{
    static const char *const names[] = {
        "PROT_NONE",     "PROT_READ",     "PROT_WRITE",      "MAP_SHARED",     "MAP_PRIVATE",
        "MAP_ANONYMOUS", "MAP_FIXED",     "MAP_GROWSDOWN",   "MADV_NORMAL",    "MADV_RANDOM",
        "MADV_WILLNEED", "MADV_DONTNEED", "MADV_SEQUENTIAL", "MADV_DONTFORK",  "POSIX_MADV_NORMAL",
        "MS_ASYNC",      "MS_SYNC",       "MS_INVALIDATE",   "MREMAP_MAYMOVE", "MREMAP_FIXED",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (ask(names[i]) != MW_CAPABILITY_YES)
            fail_msg("%s is not known to this kernel", names[i]);
}

/* A value that no kernel knows must be refused, or the answers above would mean nothing. */
static void nonsense_is_refused(void **state)
{
    static const char *const names[] = {
        "PROT_WRITE",     "MAP_STACK",    "MAP_DENYWRITE",     "MADV_RANDOM",   "MS_SYNC",
        "MREMAP_MAYMOVE", "F_SEAL_WRITE", "MFD_ALLOW_SEALING", "MLOCK_ONFAULT", "POSIX_MADV_RANDOM"};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        mw_const nonsense = *mw_const_find(MW_OS_THIS, NULL, names[i]);
        bool lacking = strcmp(names[i], "MLOCK_ONFAULT") == 0 && mlock2(NULL, 0, MLOCK_ONFAULT) != 0;
        if (!lacking) /* as in Linux before 4.4, and in valgrind */
            assert_int_equal(mw__os_ask_constant(&nonsense), MW_ANSWER_KNOWN);
        nonsense.value = 0x800000;
        if (mw__os_ask_constant(&nonsense) != MW_ANSWER_REFUSED)
            fail_msg("0x800000 in place of %s is not refused", names[i]);
    }
}

static void what_cannot_be_asked_is_only_compiled(void **state)
{
    static const char *const names[] = {"MCL_CURRENT", "MCL_FUTURE", "MAP_TYPE"};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_int_equal(ask(names[i]), MW_CAPABILITY_COMPILED);
}

static void rows_of_others_are_neither_compiled_nor_known(void **state)
{
    const mw_const *row;

    (void)state;
    for (size_t i = 0; (row = mw_const_at(i)) != NULL; i++) {
        if (mw_const_find(MW_OS_THIS, NULL, row->name) == row)
            continue;
        assert_false(mw_const_compiled(NULL, row));
        assert_int_equal(mw_const_cap(row), MW_CAPABILITY_NO);
    }
    assert_false(mw_const_compiled(NULL, NULL));
    assert_int_equal(mw_const_cap(NULL), MW_CAPABILITY_NO);
}

static void headers_agree_with_the_tables(void **state)
{
    const mw_const *rows[200];
    size_t count = mw_const_list(rows, 200, MW_OS_THIS, NULL, MW_CLASS_ANY);
    size_t compiled = 0;

    (void)state;
    assert_in_range(count, 100, 200);
    for (size_t i = 0; i < count; i++) {
        int64_t value = -1;
        if (!mw_const_compiled(&value, rows[i])) {
            assert_int_equal(value, -1);
            continue;
        }
        compiled++;
        if (rows[i]->kind == MW_CONST_NUMBER)
            assert_int_equal(value, rows[i]->value);
    }
    assert_in_range(compiled, 60, count);
}

static size_t lines_of(const char *path)
{
    FILE *file = fopen(path, "r");
    size_t lines = 0;

    assert_non_null(file);
    for (int c = fgetc(file); c != EOF; c = fgetc(file))
        lines += c == '\n';
    fclose(file);
    return lines;
}

static size_t entries_of(const char *path)
{
    DIR *folder = opendir(path);
    size_t entries = 0;

    assert_non_null(folder);
    while (readdir(folder))
        entries++;
    closedir(folder);
    return entries;
}

/* The value of a line of /proc/self/status, in its unit. */
static long status_of(const char *key)
{
    FILE *file = fopen("/proc/self/status", "r");
    char line[256];
    long value = -1;

    assert_non_null(file);
    while (fgets(line, sizeof(line), file))
        if (strncmp(line, key, strlen(key)) == 0)
            (void)sscanf(line + strlen(key), ": %ld", &value);
    fclose(file);
    return value;
}

static void ask_everything(void)
{
    const mw_const *rows[200];
    size_t count = mw_const_list(rows, 200, MW_OS_THIS, NULL, MW_CLASS_ANY);

    for (size_t i = 0; i < count; i++)
        (void)mw_const_cap(rows[i]);
}

static void asking_leaves_nothing_behind(void **state)
{
    size_t maps = 0, descriptors = 0;
    long locked = 0;

    (void)state;
    for (int i = 0; i < 2; i++) { /* what the C library allocates for good, it has allocated after that */
        ask_everything();
        maps = lines_of("/proc/self/maps");
        descriptors = entries_of("/proc/self/fd");
        locked = status_of("VmLck");
    }
    errno = 12345;
    for (int i = 0; i < 10; i++)
        ask_everything();
    assert_int_equal(errno, 12345);
    assert_int_equal(lines_of("/proc/self/maps"), maps);
    assert_int_equal(entries_of("/proc/self/fd"), descriptors);
    assert_int_equal(status_of("VmLck"), locked);
}

static void answers_stay_the_same(void **state)
{
    const mw_const *rows[200];
    size_t count = mw_const_list(rows, 200, MW_OS_THIS, NULL, MW_CLASS_ANY);

    (void)state;
    for (size_t i = 0; i < count; i++)
        assert_int_equal(mw_const_cap(rows[i]), mw_const_cap(rows[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(old_constants_are_known),
        cmocka_unit_test(nonsense_is_refused),
        cmocka_unit_test(what_cannot_be_asked_is_only_compiled),
        cmocka_unit_test(rows_of_others_are_neither_compiled_nor_known),
        cmocka_unit_test(headers_agree_with_the_tables),
        cmocka_unit_test(asking_leaves_nothing_behind),
        cmocka_unit_test(answers_stay_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
