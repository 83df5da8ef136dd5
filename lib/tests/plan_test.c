/* What requests come to: sizes, rights and refusals, for files of every kind, without any file. */
#include "unit.h"

#include "plan.h"

#include <errno.h>

#define PAGE ((size_t)4096)

static const mw_map_options defaults = MW_MAP_OPTIONS_INIT;

static mw__file_facts file_of(uint64_t size)
{
    return (mw__file_facts){.kind = MW_KIND_REGULAR, .readable = true, .writable = true, .size = size};
}

static mw_map_options part(uint64_t offset, uint64_t length, uint32_t flags)
{
    mw_map_options options = defaults;

    options.offset = offset;
    options.length = length;
    options.flags = flags;
    return options;
}

static int plan_part(mw__plan *plan, uint64_t size, uint64_t offset, uint64_t length, uint32_t flags)
{
    mw_map_options options = part(offset, length, flags);
    mw__file_facts facts = file_of(size);

    return mw__plan_file(plan, &options, &facts, PAGE, NULL);
}

static void assert_map(const mw__plan *plan, uint64_t length, uint64_t region_length, uint64_t lead)
{
    assert_true(plan->length == length);
    assert_true(plan->region_length == region_length);
    assert_true(plan->lead == lead);
}

static void parts_of_files_become_whole_pages(void **state)
{
    mw__plan plan;

    (void)state;
    assert_code(plan_part(&plan, 5000, 0, MW_WHOLE, 0), MW_OK);
    assert_map(&plan, 5000, 2 * PAGE, 0);
    assert_code(plan_part(&plan, 5000, 4090, 10, 0), MW_OK);
    assert_map(&plan, 10, 2 * PAGE, 4090);
    assert_code(plan_part(&plan, 5000, 4096, MW_WHOLE, 0), MW_OK);
    assert_map(&plan, 904, PAGE, 0);
    assert_code(plan_part(&plan, 5000, 0, 5000, 0), MW_OK);
    assert_true(plan.file_size == 5000 && plan.backed == 5000);
}

static void maps_of_no_bytes(void **state)
{
    mw__plan plan;

    (void)state;
    assert_code(plan_part(&plan, 0, 0, MW_WHOLE, 0), MW_OK);
    assert_map(&plan, 0, 0, 0);
    assert_code(plan_part(&plan, 5000, 0, 0, 0), MW_OK);
    assert_map(&plan, 0, 0, 0);
    assert_code(plan_part(&plan, 5000, 5000, MW_WHOLE, 0), MW_OK);
    assert_true(plan.length == 0 && plan.region_length == 0);
    assert_code(plan_part(&plan, 0, 0, MW_WHOLE, MW_F_STRICT_EMPTY), MW_E_EMPTY);
    assert_code(plan_part(&plan, 5000, 5000, MW_WHOLE, MW_F_STRICT_EMPTY), MW_E_EMPTY);
}

static void past_the_end_of_the_file(void **state)
{
    mw__plan plan;

    (void)state;
    assert_code(plan_part(&plan, 5000, 0, 5001, 0), MW_E_SHORT);
    assert_code(plan_part(&plan, 5000, 4000, 1001, 0), MW_E_SHORT);
    assert_code(plan_part(&plan, 5000, 6000, 1, 0), MW_E_SHORT);
    assert_code(plan_part(&plan, 5000, 5001, MW_WHOLE, 0), MW_E_RANGE);
    assert_code(plan_part(&plan, 5000, 4000, 9000, MW_F_SLACK_OK), MW_OK);
    assert_true(plan.file_size == 5000 && plan.backed == 1000);
    assert_code(plan_part(&plan, 5000, 6000, 9000, MW_F_SLACK_OK), MW_OK);
    assert_true(plan.backed == 0);
}

static void growth_is_exact_and_only_when_needed(void **state)
{
    mw__plan plan;
    mw_map_options options = part(0, 9000, MW_F_GROW);
    mw__file_facts facts = file_of(5000);

    (void)state;
    assert_code(plan_part(&plan, 5000, 7000, 9, MW_F_GROW), MW_OK);
    assert_true(plan.file_size == 7009);
    assert_true(plan.backed == 9);
    assert_code(plan_part(&plan, 5000, 0, 100, MW_F_GROW), MW_OK);
    assert_true(plan.file_size == 5000);
    assert_code(plan_part(&plan, 5000, 0, 100, MW_F_GROW | MW_F_TRUNCATE), MW_OK);
    assert_true(plan.file_size == 100);
    assert_code(plan_part(&plan, 5000, 0, 100, MW_F_TRUNCATE), MW_E_SHORT);

    facts.writable = false;
    options.access = MW_ACCESS_COPY;
    assert_code(mw__plan_file(&plan, &options, &facts, PAGE, NULL), MW_E_RDONLY);
    options.length = 100;
    assert_code(mw__plan_file(&plan, &options, &facts, PAGE, NULL), MW_OK);
    options.flags = MW_F_PREALLOC;
    assert_code(mw__plan_file(&plan, &options, &facts, PAGE, NULL), MW_E_RDONLY);
    options.flags = MW_F_TRUNCATE;
    assert_code(mw__plan_file(&plan, &options, &facts, PAGE, NULL), MW_E_RDONLY);
}

static void sizes_that_do_not_fit(void **state)
{
    static const struct {
        uint64_t offset, length;
    } absurd[] = {
        {UINT64_MAX, 1},
        {UINT64_MAX, MW_WHOLE},
        {1, UINT64_MAX - 1},
        {0, (uint64_t)INT64_MAX + 1},
        {INT64_MAX, 1},
        {(uint64_t)INT64_MAX - 5000, 5001},
        {0, (uint64_t)PTRDIFF_MAX},
    };
    mw__plan plan;

    (void)state;
    for (size_t i = 0; i < sizeof absurd / sizeof absurd[0]; i++)
        assert_code(plan_part(&plan, 5000, absurd[i].offset, absurd[i].length, MW_F_SLACK_OK), MW_E_OVERFLOW);
    assert_code(plan_part(&plan, 5000, 1, (uint64_t)PTRDIFF_MAX - PAGE - 1, MW_F_SLACK_OK), MW_OK);
}

/* A file larger than the address space is refused, never mapped in part. */
static void the_whole_of_a_huge_file(void **state)
{
    mw__plan plan;

    (void)state;
    assert_code(plan_part(&plan, INT64_MAX, 0, MW_WHOLE, 0), MW_E_OVERFLOW);
    assert_code(plan_part(&plan, INT64_MAX, INT64_MAX - 10, MW_WHOLE, 0), MW_OK);
    assert_true(plan.length == 10);
}

static void alignment_only_when_it_is_wanted(void **state)
{
    mw_map_options options = part(100, 10, MW_F_FIXED);
    mw__file_facts facts = file_of(5000);
    mw__plan plan;

    (void)state;
    assert_code(plan_part(&plan, 5000, 1, MW_WHOLE, MW_F_STRICT_ALIGN), MW_E_ALIGN);
    assert_code(plan_part(&plan, 0, 1, MW_WHOLE, MW_F_STRICT_ALIGN | MW_F_READ_COPY), MW_E_ALIGN);
    assert_code(plan_part(&plan, 0, PAGE, MW_WHOLE, MW_F_STRICT_ALIGN | MW_F_READ_COPY), MW_OK);
    assert_code(plan_part(&plan, 5000, PAGE, MW_WHOLE, MW_F_STRICT_ALIGN), MW_OK);
    options.address = (void *)(uintptr_t)(16 * PAGE);
    assert_code(mw__plan_file(&plan, &options, &facts, PAGE, NULL), MW_E_ALIGN);
    options.address = (void *)(uintptr_t)(16 * PAGE + 100);
    assert_code(mw__plan_file(&plan, &options, &facts, PAGE, NULL), MW_OK);
    assert_true((uintptr_t)plan.address == 16 * PAGE);
    options.address = (void *)(uintptr_t)(16 * PAGE + 7);
    options.flags = 0;
    assert_code(mw__plan_file(&plan, &options, &facts, PAGE, NULL), MW_OK);
    assert_true((uintptr_t)plan.address == 16 * PAGE);
}

static void rights_come_from_access_prot_or_descriptor(void **state)
{
    static const struct {
        mw_access access;
        uint32_t prot;
        int code;
        mw_access result;
        uint32_t rights;
        bool writable;
        bool shared;
    } rows[] = {
        {MW_ACCESS_DEFAULT, 0, MW_OK, MW_ACCESS_WRITE, 3, true, true},
        {MW_ACCESS_DEFAULT, 0, MW_OK, MW_ACCESS_READ, 1, false, true},
        {MW_ACCESS_READ, 0, MW_OK, MW_ACCESS_READ, 1, true, true},
        {MW_ACCESS_WRITE, 0, MW_OK, MW_ACCESS_WRITE, 3, true, true},
        {MW_ACCESS_WRITE, 0, MW_E_ACCESS, MW_ACCESS_WRITE, 3, false, true},
        {MW_ACCESS_COPY, 0, MW_OK, MW_ACCESS_COPY, 3, true, false},
        {MW_ACCESS_COPY, 0, MW_OK, MW_ACCESS_COPY, 3, false, false},
        {MW_ACCESS_DEFAULT, MW_PROT_READ | MW_PROT_WRITE, MW_OK, MW_ACCESS_WRITE, 3, true, true},
        {MW_ACCESS_DEFAULT, MW_PROT_READ | MW_PROT_WRITE, MW_E_ACCESS, MW_ACCESS_WRITE, 3, false, true},
        {MW_ACCESS_DEFAULT, MW_PROT_WRITE, MW_OK, MW_ACCESS_WRITE, 2, true, true},
        {MW_ACCESS_DEFAULT, MW_PROT_READ | MW_PROT_EXEC, MW_OK, MW_ACCESS_READ, 5, false, true},
        {MW_ACCESS_DEFAULT, MW_PROT_NONE, MW_OK, MW_ACCESS_READ, 0, false, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        mw_map_options options = defaults;
        mw__file_facts facts = file_of(5000);
        mw__plan plan;

        options.access = rows[i].access;
        options.prot = rows[i].prot;
        facts.writable = rows[i].writable;
        assert_code(mw__plan_file(&plan, &options, &facts, PAGE, NULL), rows[i].code);
        assert_int_equal(plan.rights.access, rows[i].result);
        assert_int_equal(plan.rights.prot, rows[i].rights);
        assert_int_equal(plan.rights.shared, rows[i].shared);
    }
}

static void what_cannot_be_read_cannot_be_mapped(void **state)
{
    mw__file_facts facts = file_of(5000);
    mw__plan plan;

    (void)state;
    facts.readable = false;
    assert_code(mw__plan_file(&plan, &defaults, &facts, PAGE, NULL), MW_E_ACCESS);
}

static void other_kinds_of_file(void **state)
{
    mw__file_facts facts = {.readable = true, .writable = true, .refusal = EISDIR, .kind = MW_KIND_DIRECTORY};
    mw_map_options explicit_length = part(0, 100, 0);
    mw__plan plan;
    mw_err err;

    (void)state;
    assert_code(mw__plan_file(&plan, &defaults, &facts, PAGE, &err), MW_E_INVAL);
    assert_int_equal(err.os, EISDIR);

    facts.kind = MW_KIND_DEVICE;
    facts.refusal = 0;
    assert_code(mw__plan_file(&plan, &defaults, &facts, PAGE, NULL), MW_E_INVAL);
    assert_code(mw__plan_file(&plan, &explicit_length, &facts, PAGE, NULL), MW_OK);
    explicit_length.flags = MW_F_GROW;
    assert_code(mw__plan_file(&plan, &explicit_length, &facts, PAGE, NULL), MW_OK);
    assert_true(plan.file_size == 0);
    explicit_length.flags = MW_F_PREALLOC;
    assert_code(mw__plan_file(&plan, &explicit_length, &facts, PAGE, NULL), MW_E_NOTSUP);
    explicit_length.flags = MW_F_TRUNCATE;
    assert_code(mw__plan_file(&plan, &explicit_length, &facts, PAGE, NULL), MW_E_INVAL);
}

static void streams_are_read_if_that_is_wanted(void **state)
{
    mw__file_facts facts = {.readable = true, .writable = true, .refusal = ENODEV, .kind = MW_KIND_STREAM};
    mw_map_options copy = part(0, MW_WHOLE, MW_F_READ_COPY);
    mw__plan plan;

    (void)state;
    assert_code(mw__plan_file(&plan, &defaults, &facts, PAGE, NULL), MW_E_NOTSUP);
    assert_code(mw__plan_file(&plan, &copy, &facts, PAGE, NULL), MW_OK);
    assert_true(plan.copy);
    assert_int_equal(plan.rights.access, MW_ACCESS_READ);
    copy.access = MW_ACCESS_WRITE;
    assert_code(mw__plan_file(&plan, &copy, &facts, PAGE, NULL), MW_E_NOTSUP);

    assert_code(plan_part(&plan, 0, 0, MW_WHOLE, MW_F_READ_COPY), MW_OK);
    assert_true(plan.copy);
    assert_code(plan_part(&plan, 5000, 0, MW_WHOLE, MW_F_READ_COPY), MW_OK);
    assert_false(plan.copy);
}

static void memory_needs_only_a_length(void **state)
{
    mw_map_options options = defaults;
    mw__plan plan;

    (void)state;
    assert_code(mw__plan_memory(&plan, &options, 100, PAGE, NULL), MW_OK);
    assert_map(&plan, 100, PAGE, 0);
    assert_true(plan.rights.shared && plan.backed == 100);
    assert_code(mw__plan_memory(&plan, &options, 100, (size_t)1 << 21, NULL), MW_OK);
    assert_map(&plan, 100, (size_t)1 << 21, 0);
    options.length = 100;
    assert_code(mw__plan_memory(&plan, &options, 100, PAGE, NULL), MW_OK);
    options.length = 99;
    assert_code(mw__plan_memory(&plan, &options, 100, PAGE, NULL), MW_E_INVAL);
    options = part(1, MW_WHOLE, 0);
    assert_code(mw__plan_memory(&plan, &options, 100, PAGE, NULL), MW_E_INVAL);
    assert_code(mw__plan_memory(&plan, &defaults, (uint64_t)1 << 63, PAGE, NULL), MW_E_OVERFLOW);
    assert_code(mw__plan_memory(&plan, &defaults, (uint64_t)PTRDIFF_MAX, PAGE, NULL), MW_E_OVERFLOW);
    assert_code(mw__plan_memory(&plan, &defaults, 0, PAGE, NULL), MW_OK);
    assert_map(&plan, 0, 0, 0);
}

static void paths_are_opened_as_needed(void **state)
{
    mw_map_options options = defaults;

    (void)state;
    assert_false(mw__plan_opens_writable(&options));
    options.access = MW_ACCESS_COPY;
    assert_false(mw__plan_opens_writable(&options));
    options.access = MW_ACCESS_WRITE;
    assert_true(mw__plan_opens_writable(&options));
    options = part(0, 10, MW_F_GROW);
    assert_true(mw__plan_opens_writable(&options));
    options = defaults;
    options.prot = MW_PROT_WRITE;
    assert_true(mw__plan_opens_writable(&options));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_of_files_become_whole_pages),
        cmocka_unit_test(maps_of_no_bytes),
        cmocka_unit_test(past_the_end_of_the_file),
        cmocka_unit_test(growth_is_exact_and_only_when_needed),
        cmocka_unit_test(sizes_that_do_not_fit),
        cmocka_unit_test(the_whole_of_a_huge_file),
        cmocka_unit_test(alignment_only_when_it_is_wanted),
        cmocka_unit_test(rights_come_from_access_prot_or_descriptor),
        cmocka_unit_test(what_cannot_be_read_cannot_be_mapped),
        cmocka_unit_test(other_kinds_of_file),
        cmocka_unit_test(streams_are_read_if_that_is_wanted),
        cmocka_unit_test(memory_needs_only_a_length),
        cmocka_unit_test(paths_are_opened_as_needed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
