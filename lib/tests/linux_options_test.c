/* What Linux has to say about options before anything is done. */
#include "unit.h"

#include "os.h"

#include <string.h>
#include <sys/mman.h>

static int check(uint64_t raw_flags, bool shared_file)
{
    return mw__os_raw_flags_check(raw_flags, false, shared_file, NULL);
}

static void old_flags_pass_everywhere(void **state)
{
    (void)state;
    assert_code(check(0, false), MW_OK);
    assert_code(check(MAP_LOCKED | MAP_NORESERVE | MAP_POPULATE | MAP_NONBLOCK, false), MW_OK);
    assert_code(check(MAP_HUGETLB | (21u << 26), false), MW_OK);
    assert_code(check(MAP_GROWSDOWN, true), MW_OK);
}

/* The kernel takes these and does nothing. */
static void flags_without_effect_are_refused(void **state)
{
    (void)state;
    assert_code(check(MAP_DENYWRITE, true), MW_E_NOTSUP);
    assert_code(check(MAP_EXECUTABLE, false), MW_E_NOTSUP);
    assert_code(check(MAP_STACK, false), MW_E_NOTSUP);
    assert_code(check(MAP_NONBLOCK, true), MW_E_NOTSUP);
    assert_code(check(21u << 26, true), MW_E_NOTSUP);
    assert_code(mw__os_raw_flags_check(MAP_DENYWRITE, true, true, NULL), MW_OK);
}

/* Only for shared files can the kernel be asked; there it is, when the map is made. */
static void unknown_flags_need_somebody_to_ask(void **state)
{
    (void)state;
    assert_code(check(1u << 25, false), MW_E_NOTSUP);
    assert_code(check(1u << 25, true), MW_OK);
    assert_code(mw__os_raw_flags_check(1u << 25, true, false, NULL), MW_OK);
}

static void flags_with_a_place_of_their_own_are_refused(void **state)
{
    static const uint64_t flags[] = {MAP_SHARED,    MAP_PRIVATE, MAP_FIXED,
                                     MAP_ANONYMOUS, 0x100000,    (uint64_t)1 << 32};

    (void)state;
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        assert_code(check(flags[i], true), MW_E_INVAL);
        assert_code(mw__os_raw_flags_check(flags[i], true, true, NULL), MW_E_INVAL);
    }
}

static void labels_are_short_and_printable(void **state)
{
    static const char *const refused[] = {"",    "a[b",  "a]b",   "a\\b",    "a$b",
                                          "a`b", "a\nb", "a\x7f", "\xc3\xa4"};
    char label[82];

    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        assert_code(mw__os_label_check(refused[i], NULL), MW_E_INVAL);
    memset(label, 'x', sizeof label);
    label[79] = '\0';
    assert_code(mw__os_label_check(label, NULL), MW_OK);
    label[79] = 'x';
    label[80] = '\0';
    assert_code(mw__os_label_check(label, NULL), MW_E_INVAL);
    assert_code(mw__os_label_check("page cache 1", NULL), MW_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(old_flags_pass_everywhere),
        cmocka_unit_test(flags_without_effect_are_refused),
        cmocka_unit_test(unknown_flags_need_somebody_to_ask),
        cmocka_unit_test(flags_with_a_place_of_their_own_are_refused),
        cmocka_unit_test(labels_are_short_and_printable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
