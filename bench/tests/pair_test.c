/* What stands beside what is timed: works of known length, and what they must find. */
#include "beside.h"
#include "pair.h"

#include "access.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static void wait_for(unsigned milliseconds)
{
    const struct timespec pause = {.tv_nsec = (long)milliseconds * 1000000};

    nanosleep(&pause, NULL);
}

static double extra(const struct measurement *m, const char *name)
{
    for (size_t i = 0; i < m->extra_count; i++)
        if (strcmp(m->extras[i].name, name) == 0)
            return m->extras[i].value;
    return -1;
}

/* ---- pairs ---- */

enum { ITEMS = 4 };

static unsigned prepared, unprepared, works_of_ours, works_by_hand;

static void prepare_work(void)
{
    prepared = 1;
}

static void needs_preparation(void)
{
    unprepared += prepared == 0;
    prepared = 0;
}

static void ours(void)
{
    needs_preparation();
    works_of_ours++;
    wait_for(10);
}

static void by_hand(void)
{
    needs_preparation();
    works_by_hand++;
    wait_for(5);
}

static const struct pair pair = {ITEMS, ours, by_hand};

static void body(struct sample *s)
{
    pair_run_with(s, &pair, 0, &(struct pair_terms){prepare_work, "by_other"});
}

static bool want_one(void *user)
{
    return ((const struct measurement *)user)->seconds == 0;
}

static void keep(void *user, const struct measurement *measurement)
{
    *(struct measurement *)user = *measurement;
}

static void pairs_are_ours_over_by_hand(void **state)
{
    struct family family = {.name = "test", .body = body, .prepare = pair_before, .check = pair_after};
    struct series series = {.family = &family, .demands = {.subject = NOTHING}};
    struct measurement got = {0};
    struct run run = {0};

    (void)state;
    sample_block(&series, &run, 0, &(struct driver){want_one, keep, &got});
    assert_false(series.cannot || series.broken);
    assert_true(got.seconds >= 0.01);
    assert_int_equal(got.items, ITEMS);
    assert_true(extra(&got, "ratio") > 1 && extra(&got, "ratio") < 4);
    assert_true(extra(&got, "by_other") >= 5e6 / ITEMS && extra(&got, "by_other") < 20e6 / ITEMS);
    assert_true(works_of_ours > 0);
    assert_int_equal(works_by_hand, 3 * works_of_ours); /* the first of each sample is not timed */
    assert_int_equal(unprepared, 0);
    series_free(&series);
}

/* ---- beside ---- */

static unsigned times, milliseconds[2];
static bool found_it_mapped;

static void work_beside(struct sample *s, const unsigned char *bytes)
{
    (void)s;
    found_it_mapped = bytes && bytes[1] == 'b';
    wait_for(milliseconds[times++ % 2]);
}

/* A file of one page, and a sample that works on it. */
static struct series series_of_file;
static struct sample sample_of_file;

static struct sample *work_on_file(enum temperature temperature)
{
    static char path[64];
    static const struct family family = {.name = "test"};
    static struct place place = {.can_be_cold = true};

    series_of_file = (struct series){
        .family = &family, .place = &place, .demands = {.subject = MAP_READ, .temperature = temperature}};
    snprintf(path, sizeof path, "/tmp/mapwise-pair-test-XXXXXX");
    sample_of_file = (struct sample){.series = &series_of_file,
                                     .results = &series_of_file,
                                     .page_size = mw_page_size(),
                                     .length = mw_page_size(),
                                     .file = mkstemp(path),
                                     .path = path};
    assert_true(sample_of_file.file >= 0);
    assert_int_equal(pwrite(sample_of_file.file, "abc", 3, 0), 3);
    assert_int_equal(ftruncate(sample_of_file.file, (off_t)mw_page_size()), 0);
    return &sample_of_file;
}

static void forget_file(void)
{
    close(sample_of_file.file);
    unlink(sample_of_file.path);
}

static void what_is_beside_is_averaged(void **state)
{
    struct sample *s = work_on_file(WARM);
    struct beside beside;

    (void)state;
    times = 0;
    milliseconds[0] = 4;
    milliseconds[1] = 12;
    beside_before(&beside, s, work_beside);
    const double seconds = beside_after(&beside, s, work_beside);
    assert_false(sample_ended(s));
    assert_int_equal(times, 2);
    assert_true(found_it_mapped);
    assert_true(seconds >= 0.008 && seconds < 0.016);
    forget_file();
}

/* After a cold sample the file is warm. */
static void what_is_beside_the_cold_is_before_it(void **state)
{
    struct sample *s = work_on_file(COLD);
    struct beside beside;

    (void)state;
    times = 0;
    milliseconds[0] = 4;
    beside_before(&beside, s, work_beside);
    const double seconds = beside_after(&beside, s, work_beside);
    assert_int_equal(times, 1);
    assert_true(seconds >= 0.004);
    forget_file();
}

/* ---- works that the compiler must not shorten ---- */

static void copy_all(const unsigned char *from)
{
    unsigned char bytes[64];

    memcpy(bytes, from, sizeof bytes);
    consume_bytes(bytes);
}

/* Of the bytes to be copied only the first can be read. */
static void a_copy_that_is_consumed_is_whole(void **state)
{
    const size_t page = mw_page_size();
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_map *map;
    void *bytes;
    int status;

    (void)state;
    options.access = MW_ACCESS_COPY;
    assert_int_equal(mw_map_anon(&map, 2 * page, &options, NULL), MW_OK);
    assert_int_equal(mw_pin(&bytes, map, 0, MW_WHOLE, MW_PROT_WRITE, NULL), MW_OK);
    mw_unpin(map, bytes);
    assert_int_equal(mw_protect(map, page, page, MW_PROT_NONE, NULL), MW_OK);
    const pid_t child = fork();
    if (child == 0) {
        signal(SIGSEGV, SIG_DFL);
        copy_all((const unsigned char *)bytes + page - 1);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_not_equal(status, 0);
    assert_int_equal(mw_free(map), MW_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_are_ours_over_by_hand),
        cmocka_unit_test(what_is_beside_is_averaged),
        cmocka_unit_test(what_is_beside_the_cold_is_before_it),
        cmocka_unit_test(a_copy_that_is_consumed_is_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
