/* Patterns of access keep what they promise. */
#include "pattern.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PIECE = 4096, PIECES = 1000, LENGTH = PIECE * PIECES + 100, MANY = 200000 };

static uint64_t offsets[MANY];
static unsigned times[PIECES];

static void fill(const char *name, size_t count)
{
    assert_true(pattern_fill(offsets, count, name, LENGTH, PIECE, 7));
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(offsets[i] % PIECE, 0);
        assert_true(offsets[i] / PIECE < PIECES);
    }
}

/* How often each piece is among the first `count`. */
static void count_times(size_t count)
{
    memset(times, 0, sizeof times);
    for (size_t i = 0; i < count; i++)
        times[offsets[i] / PIECE]++;
}

static void in_order_is_in_order(void **state)
{
    (void)state;
    fill("sequential", PIECES + 1);
    for (size_t i = 0; i < PIECES; i++)
        assert_int_equal(offsets[i], i * PIECE);
    assert_int_equal(offsets[PIECES], 0);
    fill("reverse", PIECES + 1);
    for (size_t i = 0; i < PIECES; i++)
        assert_int_equal(offsets[i], (PIECES - 1 - i) * PIECE);
    assert_int_equal(offsets[PIECES], (PIECES - 1) * PIECE);
}

static void all_pieces_come_before_any_comes_again(void **state)
{
    static const char *const names[] = {"sequential", "reverse",     "random",         "stride:4096",
                                        "stride:12K", "stride:400K", "stride:4096000", "stride:1G"};

    (void)state;
    for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
        fill(names[n], PIECES + PIECES / 2);
        count_times(PIECES);
        for (size_t i = 0; i < PIECES; i++)
            assert_int_equal(times[i], 1);
        count_times(PIECES + PIECES / 2);
        for (size_t i = 0; i < PIECES; i++)
            assert_true(times[i] == 1 || times[i] == 2);
        assert_int_equal(pattern_pieces_met(offsets, PIECES / 3, LENGTH, PIECE), PIECES / 3);
    }
}

static void strides_are_as_long_as_they_say(void **state)
{
    (void)state;
    fill("stride:40K", 101);
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(offsets[i], i * 10 * PIECE);
    assert_int_equal(offsets[100], PIECE);
}

static void random_is_neither_in_order_nor_the_same(void **state)
{
    static uint64_t other[PIECES];
    size_t neighbours = 0, equal = 0;

    (void)state;
    fill("random", PIECES);
    for (size_t i = 1; i < PIECES; i++)
        neighbours += offsets[i] == offsets[i - 1] + PIECE;
    assert_true(neighbours < 10);
    assert_true(pattern_fill(other, PIECES, "random", LENGTH, PIECE, 7));
    assert_memory_equal(offsets, other, sizeof other);
    assert_true(pattern_fill(other, PIECES, "random", LENGTH, PIECE, 8));
    for (size_t i = 0; i < PIECES; i++)
        equal += offsets[i] == other[i];
    assert_true(equal < 10);
}

static int falling(const void *left, const void *right)
{
    const unsigned a = *(const unsigned *)left, b = *(const unsigned *)right;

    return (a < b) - (a > b);
}

/* The weights of 1000 ranks sum up to 7.8 for an exponent of 0.99. */
static void zipf_has_few_often(void **state)
{
    size_t low = 0;

    (void)state;
    fill("zipf:0.99", MANY);
    count_times(MANY);
    for (size_t i = 0; i < PIECES / 2; i++)
        low += times[i];
    assert_true(low > MANY / 4 && low < MANY - MANY / 4); /* the hot ones lie all over */
    qsort(times, PIECES, sizeof times[0], falling);
    const double most = (double)times[0] / MANY, second = (double)times[1] / MANY;
    assert_true(most > 0.120 && most < 0.137); /* 1 / 7.8 */
    assert_true(second > most / 2.2 && second < most / 1.8);
    size_t hot = 0;
    for (size_t i = 0; i < PIECES / 10; i++)
        hot += times[i];
    assert_true((double)hot / MANY > 0.65 && (double)hot / MANY < 0.73); /* a tenth of them has 5.3 of 7.8 */
}

static void zipf_without_weight_is_uniform(void **state)
{
    (void)state;
    fill("zipf:0", MANY);
    count_times(MANY);
    for (size_t i = 0; i < PIECES; i++)
        assert_true(times[i] > 120 && times[i] < 280); /* of 200, five standard deviations and more */
}

/* Of `count` touches, those that follow the one before them in the same part of the file. */
static size_t steps_in_order(size_t count, size_t streams)
{
    uint64_t last[PATTERN_STREAMS_MAX] = {0};
    const uint64_t part = PIECES / streams;
    size_t steps = 0;

    for (size_t i = 0; i < streams; i++)
        last[i] = i * part - 1;
    for (size_t i = 0; i < count; i++) {
        const uint64_t at = offsets[i] / PIECE, stream = at / part < streams ? at / part : streams - 1;
        if (at == last[stream] + 1) {
            last[stream] = at;
            steps++;
        }
    }
    return steps;
}

static void mixtures_have_their_share(void **state)
{
    (void)state;
    fill("mixed:100", 500);
    assert_int_equal(steps_in_order(500, 1), 500);
    fill("mixed:100:4", 500);
    assert_int_equal(steps_in_order(500, 4), 500);
    assert_true(offsets[1] == (uint64_t)250 * PIECE && offsets[4] == PIECE); /* by turns */
    fill("mixed:60:2", 500);
    const size_t steps = steps_in_order(500, 2);
    assert_true(steps >= 300 && steps < 310); /* some of the others fit by chance */
    fill("mixed:0", 500);
    assert_true(steps_in_order(500, 1) < 10);
}

static void what_is_no_pattern_is_refused(void **state)
{
    static const char *const bad[] = {
        "",         "rand",      "randomly",    "random:1",   "sequential:2", "stride",
        "stride:",  "stride:0",  "stride:x",    "zipf:x",     "zipf:-1",      "mixed",
        "mixed:",   "mixed:101", "mixed:5:",    "mixed:5:0",  "mixed:5:65",   "mixed:a",
        "zipf:nan", "zipf:1x",   "stride:4097", "stride:-4K", "mixed:50:x"};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        errno = 0;
        assert_false(pattern_fill(offsets, 1, bad[i], LENGTH, PIECE, 1));
        assert_int_equal(errno, EINVAL);
    }
    assert_false(pattern_fill(offsets, 1, "random", PIECE - 1, PIECE, 1));
}

static void repeated_pieces_are_met_once(void **state)
{
    const uint64_t list[] = {0, PIECE, 0, (uint64_t)9 * PIECE, PIECE, (uint64_t)999 * PIECE};

    (void)state;
    assert_int_equal(pattern_pieces_met(list, 6, LENGTH, PIECE), 4);
    assert_int_equal(pattern_pieces_met(list, 1, LENGTH, PIECE), 1);
}

static void a_cycle_goes_through_all(void **state)
{
    static const size_t counts[] = {1, 2, 3, 64, 1000};
    uint32_t next[1000];

    (void)state;
    for (size_t n = 0; n < sizeof counts / sizeof counts[0]; n++)
        for (uint64_t seed = 0; seed < 20; seed++) {
            size_t steps = 0, at = 0;
            pattern_cycle(next, counts[n], seed);
            do {
                at = next[at];
                steps++;
            } while (at != 0 && steps <= counts[n]);
            assert_int_equal(steps, counts[n]); /* back at the start, and not before */
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_order_is_in_order),
        cmocka_unit_test(all_pieces_come_before_any_comes_again),
        cmocka_unit_test(strides_are_as_long_as_they_say),
        cmocka_unit_test(random_is_neither_in_order_nor_the_same),
        cmocka_unit_test(zipf_has_few_often),
        cmocka_unit_test(zipf_without_weight_is_uniform),
        cmocka_unit_test(mixtures_have_their_share),
        cmocka_unit_test(what_is_no_pattern_is_refused),
        cmocka_unit_test(repeated_pieces_are_met_once),
        cmocka_unit_test(a_cycle_goes_through_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
