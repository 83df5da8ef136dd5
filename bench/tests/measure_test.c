/* The pure parts of the measurement. */
#include "access.h"
#include "counters.h"
#include "family.h"
#include "series.h"
#include "size.h"
#include "statistics.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void sizes_are_parsed(void **state)
{
    static const struct {
        const char *text;
        uint64_t bytes;
    } good[] = {{"0", 0},
                {"4096", 4096},
                {"4K", 4096},
                {"64M", 64 << 20},
                {"1G", 1 << 30},
                {"18446744073709551615", UINT64_MAX},
                {"17179869183G", UINT64_C(17179869183) << 30}};
    static const char *const bad[] = {
        "", "K", "4k", "4KB", "-1", " 1", "1.5G", "write_1M", "1x", "18446744073709551616", "17179869184G"};
    uint64_t bytes;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(parse_size(&bytes, good[i].text));
        assert_int_equal(bytes, good[i].bytes);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        bytes = 77;
        assert_false(parse_size(&bytes, bad[i]));
        assert_int_equal(bytes, 77);
    }
}

static void sizes_and_times_are_readable(void **state)
{
    char text[32];

    (void)state;
    assert_string_equal(format_size(text, sizeof text, 100), "100 B");
    assert_string_equal(format_size(text, sizeof text, 64 << 20), "64 MiB");
    assert_string_equal(format_size(text, sizeof text, 1020 * 1024.0), "1020 KiB");
    assert_string_equal(format_size(text, sizeof text, 1.5 * (1 << 30)), "1.5 GiB");
    assert_string_equal(format_seconds(text, sizeof text, 24.1e-9), "24.1 ns");
    assert_string_equal(format_seconds(text, sizeof text, 999.6e-6), "1 ms");
    assert_string_equal(format_seconds(text, sizeof text, 0.25), "250 ms");
    assert_string_equal(format_seconds(text, sizeof text, 1234), "1234 s");
}

static void quantiles_are_interpolated(void **state)
{
    double values[] = {5, 1, 4, 2, 3}, two[] = {10, 20}, one[] = {7};

    (void)state;
    const struct summary five = summarize(values, 5);
    assert_true(five.minimum == 1 && five.p25 == 2 && five.median == 3 && five.p75 == 4 && five.maximum == 5);
    const struct summary pair = summarize(two, 2);
    assert_true(pair.p25 == 12.5 && pair.median == 15 && pair.p75 == 17.5);
    const struct summary single = summarize(one, 1);
    assert_true(single.minimum == 7 && single.median == 7 && single.maximum == 7);
}

/* ---- axes ---- */

static const struct family example = {
    .name = "example",
    .demands = {.subject = MAP_READ, .batches = true},
    .axes = {EACH("temperature", QUICK("cold warm"), STANDARD("mapped")),
             VARY("size", "64K", QUICK("4K 1M"), FULL("1G")),
             VARY("fill", "read_1M", QUICK("write_4K"), .when = "temperature=warm")}};

struct names {
    char text[64][96];
    size_t count, bases;
};

static void note_name(void *user, const struct point *point)
{
    struct names *names = user;

    point_name(names->text[names->count++], sizeof names->text[0], &example, point);
    names->bases += point->base;
}

static void axes_vary_one_at_a_time(void **state)
{
    static const char *const expected[] = {
        "example/temperature:cold/size:65536/fill:none",
        "example/temperature:cold/size:4096/fill:none",
        "example/temperature:cold/size:1048576/fill:none",
        "example/temperature:warm/size:65536/fill:read_1M",
        "example/temperature:warm/size:65536/fill:write_4K",
        "example/temperature:warm/size:4096/fill:read_1M",
        "example/temperature:warm/size:1048576/fill:read_1M",
    };
    struct names names = {.count = 0};

    (void)state;
    family_points(&example, PROFILE_QUICK, false, note_name, &names);
    assert_int_equal(names.count, sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i < names.count; i++)
        assert_string_equal(names.text[i], expected[i]);
    assert_int_equal(names.bases, 2);
}

static void larger_profiles_have_the_smaller_ones(void **state)
{
    struct names quick = {.count = 0}, standard = {.count = 0}, full = {.count = 0};

    (void)state;
    family_points(&example, PROFILE_QUICK, false, note_name, &quick);
    family_points(&example, PROFILE_STANDARD, false, note_name, &standard);
    family_points(&example, PROFILE_FULL, false, note_name, &full);
    assert_int_equal(standard.count, quick.count + 3); /* mapped: no fill, three sizes */
    assert_int_equal(full.count, standard.count + 3);  /* 1G at each temperature */
    for (size_t i = 0; i < quick.count; i++) {
        bool found = false;
        for (size_t j = 0; j < full.count; j++)
            found = found || strcmp(quick.text[i], full.text[j]) == 0;
        assert_true(found);
    }
}

static void cross_has_every_combination(void **state)
{
    struct names names = {.count = 0};

    (void)state;
    family_points(&example, PROFILE_QUICK, true, note_name, &names);
    assert_int_equal(names.count, 3 + 3 * 2); /* cold has no fill */
    assert_int_equal(names.bases, 2);
}

static void points_say_what_they_demand(void **state)
{
    const struct point point = {.values = {"mapped", "65536", "none"}};
    const struct demands demands = family_demands(&example, &point);

    (void)state;
    assert_int_equal(demands.temperature, MAPPED);
    assert_int_equal(demands.size, 65536);
    assert_true(demands.batches);
    assert_string_equal(point_value(&example, &point, "fill"), "none");
    assert_null(point_value(&example, &point, "colour"));
    assert_true(axis_in_bytes(&example.axes[1]));
    assert_false(axis_in_bytes(&example.axes[0]));
    assert_false(axis_in_bytes(&example.axes[2]));
}

static void names_are_cut_off_safely(void **state)
{
    const struct point point = {.values = {"cold", "65536", "none"}};
    char text[20];

    (void)state;
    assert_int_equal(point_name(text, sizeof text, &example, &point),
                     strlen("example/temperature:cold/size:65536/fill:none"));
    assert_string_equal(text, "example/temperature");
}

/* ---- counters, outcomes, sums ---- */

static void absent_stays_absent(void **state)
{
    struct counters before = {{0}}, after = {{0}};

    (void)state;
    before.of[MINOR_FAULTS] = 1;
    after.of[MINOR_FAULTS] = 5;
    before.of[MAJOR_FAULTS] = COUNTER_ABSENT;
    after.of[MAJOR_FAULTS] = 7;
    before.of[CYCLES] = 3;
    after.of[CYCLES] = COUNTER_ABSENT;
    struct counters between = counters_between(&before, &after);
    assert_int_equal(between.of[MINOR_FAULTS], 4);
    assert_int_equal(between.of[BYTES_READ], 0);
    assert_true(between.of[MAJOR_FAULTS] == COUNTER_ABSENT);
    assert_true(between.of[CYCLES] == COUNTER_ABSENT);
    counter_add(&between, MINOR_FAULTS, 3);
    counter_add(&between, CYCLES, 3);
    assert_int_equal(between.of[MINOR_FAULTS], 7);
    assert_true(between.of[CYCLES] == COUNTER_ABSENT);
}

static void every_counter_has_a_name(void **state)
{
    (void)state;
    for (int i = 0; i < COUNTERS; i++)
        for (int j = 0; j < i; j++)
            assert_string_not_equal(counter_name((enum counter)i), counter_name((enum counter)j));
}

static void add_samples(struct series *series, unsigned count)
{
    const struct measurement measurement = {.batch = 1};

    for (unsigned i = 0; i < count; i++)
        assert_true(series_add(series, &measurement));
}

static void outcomes_follow_from_the_samples(void **state)
{
    struct series all = {.wanted = 40}, few = {.wanted = 5}, none = {.wanted = 5}, cannot = {.cannot = true};

    (void)state;
    add_samples(&all, 40);
    assert_int_equal(series_outcome(&all, false), MEASURED);
    assert_int_equal(series_outcome(&all, true), MEASURED);
    assert_string_equal(all.reason, "");
    add_samples(&few, 2);
    series_discard(&few, "not cold");
    assert_int_equal(series_outcome(&few, true), PARTIAL);
    assert_string_equal(few.reason, "interrupted after 2 of 5 samples");
    assert_int_equal(series_outcome(&few, false), FAILED);
    assert_string_equal(few.reason, "can't tell: 2 of 5 samples held their condition (not cold)");
    assert_int_equal(series_outcome(&none, true), NOT_RUN);
    assert_int_equal(series_outcome(&none, false), FAILED);
    assert_int_equal(series_outcome(&cannot, false), NOT_RUN);
    series_free(&all);
    series_free(&few);
}

static void reasons_are_counted_apart(void **state)
{
    struct series series = {.wanted = 1};
    char reason[] = "reason 0";

    (void)state;
    series_discard(&series, "not cold");
    series_discard(&series, "not warm");
    series_discard(&series, "not cold");
    assert_int_equal(series.discarded_kinds, 2);
    assert_int_equal(series.discarded[0].count, 2);
    for (int i = 0; i < 10; i++) { /* more kinds than there is room for: none is lost */
        reason[sizeof reason - 2] = (char)('0' + i);
        series_discard(&series, reason);
    }
    assert_int_equal(series.discarded_kinds, DISCARD_KINDS_MAX);
    assert_int_equal(series.discarded_count, 13);
    unsigned sum = 0;
    for (size_t i = 0; i < series.discarded_kinds; i++)
        sum += series.discarded[i].count;
    assert_int_equal(sum, 13);
    assert_string_equal(series.discarded[DISCARD_KINDS_MAX - 2].reason, "reason 4");
    assert_int_equal(series.discarded[DISCARD_KINDS_MAX - 2].count, 1);
    assert_string_equal(series.discarded[DISCARD_KINDS_MAX - 1].reason, "others");
    assert_int_equal(series.discarded[DISCARD_KINDS_MAX - 1].count, 5);
}

static void sums_are_right(void **state)
{
    enum { PAGE = 64 };
    uint64_t words[1024];
    const uint64_t offsets[] = {(uint64_t)3 * PAGE, 0};

    (void)state;
    for (size_t i = 0; i < 1024; i++)
        words[i] = i;
    assert_int_equal(sum_words(words, sizeof words), 1023 * 1024 / 2);
    assert_int_equal(sum_words(words, 7 * sizeof words[0] + 3), 21); /* whole words only */
    assert_int_equal(sum_pages(words, offsets, 2, PAGE), 28 + (24 + 31) * 4);
    assert_int_equal(load_pages(words, offsets, 2), 24);
    assert_int_equal(load_each_page(words, (size_t)4 * PAGE, PAGE), 8 + 16 + 24);
    words[1] = 5 * sizeof words[0];
    words[5] = 2 * sizeof words[0];
    words[2] = 1 * sizeof words[0];
    assert_int_equal(follow_chain(words, 1 * sizeof words[0], 2), 2 * sizeof words[0]);
    assert_int_equal(follow_chain(words, 1 * sizeof words[0], 3), 1 * sizeof words[0]);
    words[1] = 1;
    store_each_page(words, (size_t)2 * PAGE, PAGE, 99);
    assert_true(words[0] == 99 && words[8] == 99 && words[1] == 1 && words[16] == 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_are_parsed),
        cmocka_unit_test(sizes_and_times_are_readable),
        cmocka_unit_test(quantiles_are_interpolated),
        cmocka_unit_test(axes_vary_one_at_a_time),
        cmocka_unit_test(larger_profiles_have_the_smaller_ones),
        cmocka_unit_test(cross_has_every_combination),
        cmocka_unit_test(points_say_what_they_demand),
        cmocka_unit_test(names_are_cut_off_safely),
        cmocka_unit_test(absent_stays_absent),
        cmocka_unit_test(every_counter_has_a_name),
        cmocka_unit_test(outcomes_follow_from_the_samples),
        cmocka_unit_test(reasons_are_counted_apart),
        cmocka_unit_test(sums_are_right),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
