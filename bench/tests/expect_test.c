/* Samples in which what a family claims has not happened, or not all of it, must be doubted. */
#include "access.h"
#include "dirty.h"
#include "expect.h"
#include "mapping.h"
#include "page_cache.h"
#include "present.h"
#include "source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { PAGES = 16 };

static struct place place = {.can_be_cold = true};
static struct family family = {.name = "test", .axes = {{.name = "size", .values = {"1M"}}}};
static struct series series;

/* A sample of PAGES pages, about which nothing is known yet. */
static struct sample new_sample(void)
{
    series = (struct series){.family = &family, .place = &place};
    snprintf(series.point.values[0], VALUE_MAX, "%zu", PAGES * mw_page_size());
    return (struct sample){.series = &series,
                           .results = &series,
                           .page_size = mw_page_size(),
                           .length = PAGES * mw_page_size(),
                           .file = -1};
}

static void faults_are_expected(void **state)
{
    struct sample s = new_sample();

    (void)state;
    s.current.items = (uint64_t)2 * PAGES;
    s.current.counted.of[MINOR_FAULTS] = PAGES - 2;
    s.current.counted.of[MAJOR_FAULTS] = 2;
    expect_faults(&s, PAGES);
    assert_string_equal(s.doubt, "");
    assert_true(s.current.extras[0].value > 1.9 && s.current.extras[0].value < 2.1);
    expect_faults(&s, PAGES + 1);
    assert_non_null(strstr(s.doubt, "page faults"));

    s = new_sample();
    s.current.counted.of[MAJOR_FAULTS] = COUNTER_ABSENT; /* what can't be seen is not held against it */
    expect_faults(&s, PAGES);
    assert_string_equal(s.doubt, "");
    assert_int_equal(s.current.extra_count, 0);
}

/* A file on a disk, all of it written back. False: the folder is in memory, or nobody can say what is dirty.
 */
static bool make_clean_file(struct sample *s)
{
    char path[] = "./mapwise-expect-test-XXXXXX";
    static unsigned char bytes[1 << 20];
    struct cached_pages cached;

    s->file = mkstemp(path);
    assert_true(s->file >= 0);
    unlink(path);
    assert_int_equal(pwrite(s->file, bytes, (size_t)s->length, 0), (ssize_t)s->length);
    assert_int_equal(fsync(s->file), 0);
    return page_cache_make_cold(s->file, s->length) == 0 && page_cache_look(&cached, s->file, s->length) &&
           cached.dirty != PAGES_UNKNOWN;
}

static void dirty_pages_are_expected(void **state)
{
    struct sample s = new_sample();
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_map *map = NULL;
    void *bytes = NULL;

    (void)state;
    if (!make_clean_file(&s)) {
        close(s.file);
        skip();
    }
    options.access = MW_ACCESS_WRITE;
    assert_int_equal(mw_map_fd(&map, s.file, &options, NULL), MW_OK);
    assert_int_equal(mw_pin(&bytes, map, 0, MW_WHOLE, MW_PROT_WRITE, NULL), MW_OK);
    expect_dirty(&s, 1);
    assert_non_null(strstr(s.doubt, "not dirty"));
    s.doubt[0] = '\0';
    dirty_expect(&s, 1);
    assert_true(s.doubt[0] != '\0' || series.cannot);

    s.doubt[0] = '\0';
    series.cannot = false;
    dirty_store(&s, bytes, 0, PAGES, 1);
    expect_dirty(&s, PAGES);
    dirty_expect(&s, PAGES);
    assert_string_equal(s.doubt, "");
    assert_int_equal(dirty_count(&s), PAGES);
    mw_unpin(map, bytes);
    assert_int_equal(mw_free(map), MW_OK);
    close(s.file);
}

static void private_pages_are_expected(void **state)
{
    struct sample s = new_sample();
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    FILE *file = tmpfile();
    mw_map *map = NULL;
    void *bytes = NULL;

    (void)state;
    assert_non_null(file);
    assert_int_equal(ftruncate(fileno(file), (off_t)s.length), 0);
    options.access = MW_ACCESS_COPY;
    assert_int_equal(mw_map_fd(&map, fileno(file), &options, NULL), MW_OK);
    assert_int_equal(mw_pin(&bytes, map, 0, MW_WHOLE, MW_PROT_WRITE, NULL), MW_OK);
    s.bytes = bytes;
    if (mapping_bytes(s.bytes, "Anonymous") != COUNTER_ABSENT) {
        consume(load_each_page(s.bytes, (size_t)s.length, s.page_size));
        expect_private(&s, s.page_size);
        assert_non_null(strstr(s.doubt, "not private"));
        s.doubt[0] = '\0';
        store_each_page(s.bytes, (size_t)s.length, s.page_size, 1);
        expect_private(&s, s.length);
        assert_string_equal(s.doubt, "");
    }
    mw_unpin(map, bytes);
    assert_int_equal(mw_free(map), MW_OK);
    fclose(file);
}

static void pages_of_a_source_are_expected(void **state)
{
    struct sample s = new_sample();
    const mw_map_options options = source_options(&s);
    struct view view;

    (void)state;
    assert_true(source_open(&view, &s, &options));
    if (present_pages(view.bytes, s.length) == COUNTER_ABSENT) {
        source_expect(&s, &view, 0);
        assert_true(series.cannot);
        source_close(&view);
        skip();
    }
    source_expect(&s, &view, 0);
    assert_string_equal(s.doubt, "");
    source_expect(&s, &view, PAGES);
    assert_non_null(strstr(s.doubt, "page tables"));
    s.doubt[0] = '\0';
    source_touch(&view, &s);
    source_expect(&s, &view, PAGES);
    assert_string_equal(s.doubt, "");
    source_expect(&s, &view, PAGES - 1);
    assert_non_null(strstr(s.doubt, "page tables"));
    assert_false(sample_ended(&s));
    source_close(&view);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_are_expected),
        cmocka_unit_test(dirty_pages_are_expected),
        cmocka_unit_test(private_pages_are_expected),
        cmocka_unit_test(pages_of_a_source_are_expected),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
