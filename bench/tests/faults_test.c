/* What the families about faults are made of. */
#include "access.h"
#include "clock.h"
#include "counters.h"
#include "process.h"
#include "sample.h"
#include "trap.h"
#include "user_faults.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { PAGES = 8 };

static mw_map *map_of_memory(mw_access access, unsigned char **bytes)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_map *map = NULL;
    void *start = NULL;

    options.access = access;
    assert_int_equal(mw_map_anon(&map, PAGES * mw_page_size(), &options, NULL), MW_OK);
    assert_int_equal(mw_pin(&start, map, 0, MW_WHOLE, MW_PROT_WRITE, NULL), MW_OK);
    *bytes = start;
    return map;
}

static void free_map(mw_map *map, const unsigned char *bytes)
{
    mw_unpin(map, bytes);
    assert_int_equal(mw_free(map), MW_OK);
}

static void stores_stay_within(void **state)
{
    static const uint64_t offsets[] = {9, 2};
    unsigned char bytes[16] = {0};

    (void)state;
    store_bytes(bytes + 1, 6, 3);
    assert_memory_equal(bytes, "\0\3\3\3\3\3\3\0\0\0\0\0\0\0\0", 16);
    store_at(bytes, offsets, 2, 2, 5);
    assert_memory_equal(bytes, "\0\3\5\5\3\3\3\0\0\5\5\0\0\0\0", 16);
}

static void traps_catch(void **state)
{
    struct sigaction before, after;
    unsigned char *bytes;
    mw_map *map = map_of_memory(MW_ACCESS_COPY, &bytes);

    (void)state;
    mw_unpin(map, bytes);
    assert_int_equal(mw_protect(map, mw_page_size(), mw_page_size(), MW_PROT_NONE, NULL), MW_OK);
    assert_int_equal(sigaction(SIGSEGV, NULL, &before), 0);
    for (int with_mask = 0; with_mask < 2; with_mask++) {
        assert_true(trap_set(SIGSEGV, with_mask));
        assert_int_equal(trap_loads(bytes, 3), 0);
        assert_int_equal(trap_loads(bytes + mw_page_size(), 3), 3);
        trap_reset();
    }
    trap_reset();
    assert_int_equal(sigaction(SIGSEGV, NULL, &after), 0);
    assert_true(before.sa_handler == after.sa_handler);
    assert_int_equal(mw_free(map), MW_OK);
}

static void mappings_are_counted(void **state)
{
    unsigned char *bytes;
    mw_map *map = map_of_memory(MW_ACCESS_COPY, &bytes);
    const int64_t before = process_mappings();

    (void)state;
    mw_unpin(map, bytes);
    if (before == COUNTER_ABSENT)
        skip();
    assert_int_equal(mw_protect(map, mw_page_size(), mw_page_size(), MW_PROT_NONE, NULL), MW_OK);
    assert_int_equal(process_mappings(), before + 2);
    assert_int_equal(mw_free(map), MW_OK);
}

/* ---- faults that a thread answers ---- */

static void answer_each_page(enum user_fault kind, mw_access access, unsigned char expected)
{
    struct series results = {.cannot = false};
    struct sample s = {.page_size = mw_page_size(), .results = &results};
    unsigned char *bytes;
    mw_map *map = map_of_memory(access, &bytes);

    if (kind != USER_FAULT_MISSING)
        store_bytes(bytes, PAGES * s.page_size, 2);
    if (kind == USER_FAULT_MINOR)
        assert_int_equal(mw_advise(map, 0, MW_WHOLE, MW_ADVICE_DONTNEED, MW_ADVISE_DESTRUCTIVE, NULL), MW_OK);
    struct user_faults *faults = user_faults_start(&s, kind, bytes, PAGES * s.page_size, 0);
    if (!faults) {
        print_message("%s\n", results.reason);
        assert_true(results.cannot);
        free_map(map, bytes);
        return;
    }
    for (size_t i = 0; i < PAGES; i++)
        bytes[i * s.page_size] = 9; /* the rest of the page is as it was answered */
    assert_int_equal(user_faults_answered(faults, &s), PAGES);
    user_faults_end(faults);
    assert_string_equal(s.doubt, "");
    for (size_t i = 0; i < PAGES; i++)
        assert_int_equal(bytes[i * s.page_size + 1], expected);
    free_map(map, bytes);
}

static void faults_are_answered(void **state)
{
    (void)state;
    answer_each_page(USER_FAULT_MISSING, MW_ACCESS_COPY, 1);
    answer_each_page(USER_FAULT_MINOR, MW_ACCESS_WRITE, 2);
    answer_each_page(USER_FAULT_WRITE_PROTECT, MW_ACCESS_COPY, 2);
    user_faults_end(NULL);
}

/* What is not the program's own memory to be answered for: the system refuses it. */
static void faults_of_files_are_refused(void **state)
{
    struct series results = {.cannot = false};
    struct sample s = {.page_size = mw_page_size(), .results = &results};
    FILE *file = tmpfile();
    mw_map *map = NULL;
    void *bytes;

    (void)state;
    assert_non_null(file);
    assert_int_equal(ftruncate(fileno(file), (off_t)s.page_size), 0);
    assert_int_equal(mw_map_fd(&map, fileno(file), NULL, NULL), MW_OK);
    assert_int_equal(mw_pin(&bytes, map, 0, MW_WHOLE, MW_PROT_READ, NULL), MW_OK);
    assert_null(user_faults_start(&s, USER_FAULT_MINOR, (char *)bytes + 1, s.page_size, 0));
    assert_true(results.cannot);
    mw_unpin(map, bytes);
    mw_free(map);
    fclose(file);
}

/* ---- the contract, where the library has a guard ---- */

static bool want_one(void *user)
{
    return *(unsigned *)user == 0;
}

static void accept_one(void *user, const struct measurement *measurement)
{
    (void)measurement;
    ++*(unsigned *)user;
}

static int read_past_end(void)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    const off_t page = (off_t)mw_page_size();
    FILE *file = tmpfile();
    mw_map *map = NULL;
    char byte;

    options.flags = MW_F_GUARDED;
    assert_non_null(file);
    assert_int_equal(ftruncate(fileno(file), 2 * page), 0);
    assert_int_equal(mw_map_fd(&map, fileno(file), &options, NULL), MW_OK);
    assert_int_equal(ftruncate(fileno(file), page), 0);
    const int code = mw_read_at(NULL, &byte, map, (uint64_t)page, 1, NULL);
    mw_free(map);
    fclose(file);
    return code;
}

static void read_guarded(struct sample *s)
{
    while (next_sample(s))
        assert_int_equal(read_past_end(), MW_E_FAULT);
}

static void touch_mapped(struct sample *s)
{
    each_operation(s, 0, PAGES);
    while (next_sample(s)) {
        const int64_t until = clock_nanoseconds() + 1000;
        store_each_page(s->bytes, (size_t)s->length, s->page_size, 1);
        while (clock_nanoseconds() < until)
            ;
    }
}

static unsigned run_block(void (*body)(struct sample *s), struct demands demands)
{
    const struct family family = {.name = "family", .demands = demands, .body = body};
    struct series series = {.family = &family, .demands = demands};
    struct run run = {.seed = 1, .began = clock_nanoseconds()};
    unsigned accepted = 0;
    const struct driver driver = {.want = want_one, .accept = accept_one, .user = &accepted};

    sample_block(&series, &run, 0, &driver);
    assert_string_equal(series.reason, "");
    series_free(&series);
    return accepted;
}

/* The library's guard is there in every block, not only in the one that asked for it first. */
static void guards_outlive_a_block(void **state)
{
    (void)state;
    for (int block = 0; block < 3; block++)
        assert_int_equal(run_block(read_guarded, (struct demands){.subject = NOTHING}), 1);
}

static void memory_can_be_mapped_before(void **state)
{
    (void)state;
    assert_int_equal(run_block(touch_mapped, (struct demands){.subject = MEMORY,
                                                              .temperature = MAPPED,
                                                              .batches = true,
                                                              .size = PAGES * (uint64_t)mw_page_size()}),
                     1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stores_stay_within),          cmocka_unit_test(traps_catch),
        cmocka_unit_test(mappings_are_counted),        cmocka_unit_test(faults_are_answered),
        cmocka_unit_test(guards_outlive_a_block),      cmocka_unit_test(faults_of_files_are_refused),
        cmocka_unit_test(memory_can_be_mapped_before),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
