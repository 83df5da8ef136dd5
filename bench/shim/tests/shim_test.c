/* Drives every function of google_benchmark.h and checks what can be seen of it. A plain C program: that
 * it compiles and links is half of the test. */
#include "check.h"
#include "google_benchmark.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* ---- what the reporter saw -------------------------------------------------------------------- */

enum { ROWS_MAX = 256, COUNTERS_MAX = 8 };

struct seen_row {
    char name[128], function_name[64], aggregate_name[32], label[64], skip_message[64];
    gb_row row;
    char counter_names[COUNTERS_MAX][32];
    double counter_values[COUNTERS_MAX];
};

static struct seen_row rows[ROWS_MAX];
static size_t row_count;

static void see_row(void *user, const gb_row *row)
{
    if (row_count == ROWS_MAX)
        return;
    struct seen_row *seen = &rows[row_count++];

    CHECK(user == rows);
    snprintf(seen->name, sizeof seen->name, "%s", row->name);
    snprintf(seen->function_name, sizeof seen->function_name, "%s", row->function_name);
    snprintf(seen->aggregate_name, sizeof seen->aggregate_name, "%s", row->aggregate_name);
    snprintf(seen->label, sizeof seen->label, "%s", row->label);
    snprintf(seen->skip_message, sizeof seen->skip_message, "%s", row->skip_message);
    seen->row = *row;
    for (size_t i = 0; i < row->counter_count && i < COUNTERS_MAX; i++) {
        snprintf(seen->counter_names[i], sizeof seen->counter_names[i], "%s", row->counters[i].name);
        seen->counter_values[i] = row->counters[i].value;
    }
}

static const gb_reporter reporter = {see_row, rows};

/* Runs what matches `filter`; rows[] holds what came out. */
static size_t run(const char *filter)
{
    size_t count = 0;

    row_count = 0;
    memset(rows, 0, sizeof rows);
    CHECK(gb_run_all(&count, filter, &reporter) == GB_OK);
    return count;
}

static const struct seen_row *row_of_kind(gb_row_kind kind, const char *aggregate_name)
{
    static const struct seen_row none;

    for (size_t i = 0; i < row_count; i++)
        if (rows[i].row.kind == kind && strcmp(rows[i].aggregate_name, aggregate_name) == 0)
            return &rows[i];
    printf("no row of kind %d named '%s'\n", (int)kind, aggregate_name);
    failures++;
    return &none;
}

static double counter_of(const struct seen_row *seen, const char *name)
{
    for (size_t i = 0; i < seen->row.counter_count && i < COUNTERS_MAX; i++)
        if (strcmp(seen->counter_names[i], name) == 0)
            return seen->counter_values[i];
    return (double)NAN;
}

static bool close_to(double value, double expected)
{
    return fabs(value - expected) <= 1e-9 * fabs(expected);
}

/* ---- bodies ----------------------------------------------------------------------------------- */

struct observed {
    int calls, setups, teardowns, threads_seen;
    int64_t iterations, max_iterations, done, ranges[2];
    bool setup_came_first, teardown_came_last, skipped;
};

static void count_iterations(gb_state *state, void *user)
{
    struct observed *observed = user;
    int64_t iterations = 0;

    while (gb_keep_running(state)) {
        gb_do_not_optimize(&iterations);
        gb_clobber_memory();
        iterations++;
    }
    if (gb_thread_index(state) == 0) {
        observed->calls++;
        observed->iterations = iterations;
        observed->max_iterations = gb_max_iterations(state);
        observed->done = gb_iterations_done(state);
        observed->threads_seen = gb_thread_count(state);
    }
}

static void count_batches(gb_state *state, void *user)
{
    struct observed *observed = user;

    observed->calls = 0;
    while (gb_keep_running_batch(state, gb_max_iterations(state)))
        observed->calls++;
    observed->done = gb_iterations_done(state);
}

static void note_ranges(gb_state *state, void *user)
{
    struct observed *observed = user;

    while (gb_keep_running(state))
        continue;
    observed->calls++;
    observed->ranges[0] += gb_range_at(state, 0);
    observed->ranges[1] += gb_range_at(state, 1);
    CHECK(gb_range_at(state, 2) == 0 && gb_range_at(state, SIZE_MAX) == 0); /* not there */
}

static void note_range(gb_state *state, void *user)
{
    struct observed *observed = user;

    while (gb_keep_running(state))
        continue;
    observed->calls++;
    observed->ranges[0] += gb_range_at(state, 0);
    observed->ranges[1] = gb_range_at(state, 0);
}

static void take_manual_time(gb_state *state, void *user)
{
    (void)user;
    while (gb_keep_running(state))
        gb_set_iteration_time(state, 0.25);
    CHECK(gb_set_bytes_processed(state, 1000) == GB_OK);
    CHECK(gb_set_items_processed(state, 10) == GB_OK);
    CHECK(gb_set_label(state, "a label") == GB_OK);
    CHECK(gb_set_label(state, NULL) == GB_ERROR_ARGUMENT);
}

static void set_counters(gb_state *state, void *user)
{
    (void)user;
    while (gb_keep_running(state))
        gb_set_iteration_time(state, 0.5);
    CHECK(gb_counter(state, "plain", 7, GB_COUNTER_DEFAULT, 1000) == GB_OK);
    CHECK(gb_counter(state, "rate", 8, GB_COUNTER_RATE, 1024) == GB_OK);
    CHECK(gb_counter(state, "threads", 8, GB_COUNTER_AVERAGE_THREADS, 1000) == GB_OK);
    CHECK(gb_counter(state, "invariant", 3, GB_COUNTER_ITERATION_INVARIANT, 1000) == GB_OK);
    CHECK(gb_counter(state, "iterations", 8, GB_COUNTER_AVERAGE_ITERATIONS, 1000) == GB_OK);
    CHECK(gb_counter(state, "invert", 8, GB_COUNTER_RATE | GB_COUNTER_INVERT, 1000) == GB_OK);
    CHECK(gb_counter(state, "bad", (double)NAN, GB_COUNTER_DEFAULT, 1000) == GB_ERROR_ARGUMENT);
    CHECK(gb_counter(state, "bad", 1, 1u << 9, 1000) == GB_ERROR_ARGUMENT);
    CHECK(gb_counter(state, "bad", 1, GB_COUNTER_DEFAULT, 7) == GB_ERROR_ARGUMENT);
}

static void pause_while_sleeping(gb_state *state, void *user)
{
    (void)user;
    while (gb_keep_running(state)) {
        gb_pause_timing(state);
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
        gb_resume_timing(state);
    }
}

static void skip_as_error(gb_state *state, void *user)
{
    struct observed *observed = user;

    CHECK(gb_skip_with_error(state, NULL) == GB_ERROR_ARGUMENT);
    CHECK(!gb_skipped(state));
    CHECK(gb_skip_with_error(state, "broken") == GB_OK);
    observed->skipped = gb_skipped(state);
    while (gb_keep_running(state))
        observed->iterations++;
}

static void skip_as_message(gb_state *state, void *user)
{
    (void)user;
    CHECK(gb_skip_with_message(state, "not today") == GB_OK);
    CHECK(gb_skipped(state));
    while (gb_keep_running(state))
        continue;
}

static void linear_time(gb_state *state, void *user)
{
    (void)user;
    while (gb_keep_running(state))
        gb_set_iteration_time(state, 1e-3 * (double)gb_range_at(state, 0));
    CHECK(gb_set_complexity_n(state, gb_range_at(state, 0)) == GB_OK);
}

static void before(gb_state *state, void *user)
{
    struct observed *observed = user;

    CHECK(gb_thread_index(state) == 0);
    observed->setup_came_first = observed->calls == observed->setups;
    observed->setups++;
}

static void after(gb_state *state, void *user)
{
    struct observed *observed = user;

    (void)state;
    observed->teardowns++;
    observed->teardown_came_last = observed->teardowns == observed->calls;
}

static double largest(const double *values, size_t count)
{
    double result = values[0];

    for (size_t i = 1; i < count; i++)
        result = values[i] > result ? values[i] : result;
    return result;
}

static double always_half(const double *values, size_t count)
{
    return values && count ? 0.5 : 0;
}

/* With the two above, more functions than GB_STATISTICS_MAX allows. */
#define STATISTIC(n)                                                                                         \
    static double statistic_##n(const double *values, size_t count)                                          \
    {                                                                                                        \
        return values && count ? (n) : -(n);                                                                 \
    }                                                                                                        \
    struct statistic_##n
#define FIVE(X, n)                                                                                           \
    X(n##0);                                                                                                 \
    X(n##1);                                                                                                 \
    X(n##2);                                                                                                 \
    X(n##3);                                                                                                 \
    X(n##4)
FIVE(STATISTIC, 1);
FIVE(STATISTIC, 2);
FIVE(STATISTIC, 3);
FIVE(STATISTIC, 4);
FIVE(STATISTIC, 5);
FIVE(STATISTIC, 6);
FIVE(STATISTIC, 7);
FIVE(STATISTIC, 8);
#define FIVE_NAMES(n) statistic_##n##0, statistic_##n##1, statistic_##n##2, statistic_##n##3, statistic_##n##4

/* ---- tests ------------------------------------------------------------------------------------ */

static void test_life_cycle(void)
{
    char name[] = "shim-test", other[] = "--other", iterations[] = "--benchmark_min_time=7x";
    char *arguments[] = {name, other, iterations, NULL};
    int count = 3;
    char filter[4];
    struct observed observed = {0};

    CHECK(gb_initialize(NULL, arguments) == GB_ERROR_ARGUMENT);
    CHECK(gb_initialize(&count, arguments) == GB_OK);
    CHECK(count == 2 && strcmp(arguments[1], "--other") == 0 && !arguments[2]);
    CHECK(gb_report_unrecognized(count, arguments));
    CHECK(!gb_report_unrecognized(1, arguments));
    CHECK(gb_filter(NULL, 0) == 0);

    gb_register("min_time_in_iterations", count_iterations, &observed);
    CHECK(run("min_time_in_iterations") == 1);
    CHECK(observed.iterations == 7 && observed.calls == 1);

    char filter_option[] = "--benchmark_filter=abcdef", seconds[] = "--benchmark_min_time=0.01s";
    char *again[] = {name, filter_option, seconds, NULL};
    count = 3;
    CHECK(gb_initialize(&count, again) == GB_OK && count == 1);
    CHECK(gb_filter(filter, sizeof filter) == 6 && strcmp(filter, "abc") == 0);
    char everything[] = "--benchmark_filter=all";
    char *last[] = {name, everything, NULL};
    count = 2;
    CHECK(gb_initialize(&count, last) == GB_OK && count == 1);
}

enum { NAMES_SIZE = 256 };

static void note_name(void *user, const char *name)
{
    char *names = user;
    size_t length = strlen(names);

    snprintf(names + length, NAMES_SIZE - length, "%s ", name);
}

static void test_list_and_clear(void)
{
    char names[NAMES_SIZE] = "";
    size_t count = 0;
    struct observed observed = {0};

    CHECK(gb_clear_registered() == GB_OK);
    CHECK(gb_list(&count, ".", note_name, names) == GB_OK && count == 0);
    CHECK(!gb_register(NULL, note_range, NULL) && !gb_register("x", NULL, NULL));
    gb_arg(gb_register("first", note_range, &observed), 5);
    gb_arg(gb_register("second", note_range, &observed), 6);
    CHECK(gb_list(&count, ".", note_name, names) == GB_OK);
    CHECK(count == 2 && strcmp(names, "first/5 second/6 ") == 0);
    CHECK(gb_list(&count, "seco", NULL, NULL) == GB_OK && count == 1);
    CHECK(observed.calls == 0); /* nothing ran */
    CHECK(run("no such name") == 0 && row_count == 0);
    CHECK(gb_run_all(NULL, NULL, &(gb_reporter){NULL, NULL}) == GB_ERROR_ARGUMENT);
}

static void test_iterations_and_time(void)
{
    struct observed observed = {0};
    gb_benchmark *fixed = gb_register("fixed", count_iterations, &observed);

    CHECK(gb_iterations(fixed, 0) == GB_ERROR_ARGUMENT);
    CHECK(gb_iterations(NULL, 1) == GB_ERROR_ARGUMENT);
    CHECK(gb_min_warmup_time(fixed, 0.1) == GB_OK);
    CHECK(gb_iterations(fixed, 123) == GB_ERROR_ARGUMENT); /* the library would abort */
    CHECK(gb_min_warmup_time(fixed, 0) == GB_OK);
    CHECK(gb_iterations(fixed, 123) == GB_OK);
    CHECK(gb_min_time(fixed, 0.1) == GB_ERROR_ARGUMENT); /* the library would abort */
    CHECK(gb_min_warmup_time(fixed, 0.1) == GB_ERROR_ARGUMENT);
    CHECK(run("fixed") == 1);
    CHECK(observed.calls == 1 && observed.iterations == 123);
    CHECK(observed.max_iterations == 123 && observed.done == 123 && observed.threads_seen == 1);
    CHECK(rows[0].row.iterations == 123 && rows[0].row.kind == GB_ROW_RUN);
    CHECK(strcmp(rows[0].function_name, "fixed") == 0);

    gb_benchmark *timed = gb_register("timed", count_iterations, &observed);
    CHECK(gb_min_time(timed, -1) == GB_ERROR_ARGUMENT);
    CHECK(gb_min_time(timed, 0.02) == GB_OK);
    CHECK(gb_min_warmup_time(timed, 0.01) == GB_OK);
    CHECK(gb_iterations(timed, 5) == GB_ERROR_ARGUMENT);
    observed.calls = 0;
    run("timed");
    CHECK(observed.calls > 2); /* the search, and the warm-up */
    CHECK(rows[0].row.real_seconds * (double)rows[0].row.iterations >= 0.015);

    gb_benchmark *batch = gb_register("batch", count_batches, &observed);
    CHECK(gb_iterations(batch, 1000) == GB_OK);
    run("batch");
    CHECK(observed.calls == 1 && observed.done == 1000);

    gb_benchmark *manual = gb_register("manual", take_manual_time, NULL);
    CHECK(gb_iterations(manual, 4) == GB_OK);
    CHECK(gb_use_manual_time(manual) == GB_OK);
    CHECK(gb_use_real_time(manual) == GB_ERROR_ARGUMENT);
    CHECK(gb_unit(manual, GB_SECOND) == GB_OK);
    CHECK(gb_unit(manual, 9) == GB_ERROR_ARGUMENT);
    run("manual");
    CHECK(close_to(rows[0].row.real_seconds, 0.25));
    CHECK(close_to(counter_of(&rows[0], "bytes_per_second"), 1000));
    CHECK(close_to(counter_of(&rows[0], "items_per_second"), 10));
    CHECK(strcmp(rows[0].label, "a label") == 0);

    gb_benchmark *paused = gb_register("paused", pause_while_sleeping, NULL);
    CHECK(gb_iterations(paused, 3) == GB_OK);
    CHECK(gb_use_real_time(paused) == GB_OK);
    CHECK(gb_use_manual_time(paused) == GB_ERROR_ARGUMENT);
    CHECK(gb_measure_process_cpu_time(paused) == GB_OK);
    CHECK(gb_set_default_unit(GB_MICROSECOND) == GB_OK);
    CHECK(gb_set_default_unit(-1) == GB_ERROR_ARGUMENT);
    run("paused");
    CHECK(rows[0].row.real_seconds < 0.02); /* the sleep is not in it */
    CHECK(strstr(rows[0].name, "process_time/real_time"));
}

static void test_arguments(void)
{
    struct observed observed = {0};
    const int64_t pair[] = {3, 4}, tens[] = {10, 20}, ones[] = {1, 2, 3};
    const int64_t *lists[] = {tens, ones};
    const size_t counts[] = {2, 3};
    const char *names[] = {"size", "count"};
    const int64_t first[] = {1, 5}, last[] = {2, 5};

    gb_benchmark *one = gb_register("one_pair", note_ranges, &observed);
    CHECK(gb_args(one, pair, 0) == GB_ERROR_ARGUMENT && gb_args(one, NULL, 2) == GB_ERROR_ARGUMENT);
    CHECK(gb_args(one, pair, 2) == GB_OK && gb_iterations(one, 1) == GB_OK);
    CHECK(gb_arg_names(one, names, 2) == GB_OK && gb_arg_names(one, NULL, 2) == GB_ERROR_ARGUMENT);
    run("one_pair");
    CHECK(observed.ranges[0] == 3 && observed.ranges[1] == 4);
    CHECK(strcmp(rows[0].name, "one_pair/size:3/count:4/iterations:1") == 0);

    gb_benchmark *product = gb_register("product", note_ranges, &observed);
    CHECK(gb_args_product(product, lists, counts, 0) == GB_ERROR_ARGUMENT);
    CHECK(gb_args_product(product, lists, counts, 2) == GB_OK && gb_iterations(product, 1) == GB_OK);
    observed = (struct observed){0};
    run("product");
    CHECK(observed.calls == 6 && observed.ranges[0] == 90 && observed.ranges[1] == 12);

    gb_benchmark *ranges = gb_register("several_ranges", note_ranges, &observed);
    CHECK(gb_ranges(ranges, last, first, 1) == GB_ERROR_ARGUMENT);
    CHECK(gb_ranges(ranges, first, last, 2) == GB_OK && gb_iterations(ranges, 1) == GB_OK);
    observed = (struct observed){0};
    run("several_ranges");
    CHECK(observed.calls == 2 && observed.ranges[0] == 3 && observed.ranges[1] == 10);

    gb_benchmark *range = gb_register("geometric", note_range, &observed);
    CHECK(gb_range_multiplier(range, 1) == GB_ERROR_ARGUMENT && gb_range_multiplier(range, 10) == GB_OK);
    CHECK(gb_range(range, 2, 1) == GB_ERROR_ARGUMENT && gb_range(range, 1, 100) == GB_OK);
    CHECK(gb_iterations(range, 1) == GB_OK);
    observed = (struct observed){0};
    run("geometric");
    CHECK(observed.calls == 3 && observed.ranges[0] == 111);

    CHECK(gb_range(range, INT64_MIN, 0) == GB_ERROR_ARGUMENT); /* the library negates it */
    CHECK(gb_ranges(one, (int64_t[]){0, INT64_MIN}, (int64_t[]){0, 0}, 2) == GB_ERROR_ARGUMENT);

    gb_benchmark *dense = gb_register("dense", note_range, &observed);
    CHECK(gb_dense_range(dense, 1, 3, 0) == GB_ERROR_ARGUMENT && gb_dense_range(dense, 2, 6, 2) == GB_OK);
    CHECK(gb_iterations(dense, 1) == GB_OK);
    observed = (struct observed){0};
    run("dense");
    CHECK(observed.calls == 3 && observed.ranges[0] == 12);
}

/* The library would abort over sets of different sizes. */
static void test_arguments_are_equally_many(void)
{
    const int64_t values[] = {1, 2};
    const int64_t *lists[] = {values};
    const char *names[] = {"a", "b"};
    gb_benchmark *one = gb_register("one", note_range, NULL), *two = gb_register("two", note_ranges, NULL);
    gb_benchmark *named = gb_register("named", note_ranges, NULL);

    CHECK(gb_arg(one, 1) == GB_OK && gb_args(one, values, 2) == GB_ERROR_ARGUMENT);
    CHECK(gb_ranges(one, values, values, 2) == GB_ERROR_ARGUMENT);
    CHECK(gb_arg_names(one, names, 2) == GB_ERROR_ARGUMENT && gb_arg_names(one, names, 1) == GB_OK);
    CHECK(gb_arg(one, 2) == GB_OK && gb_range(one, 3, 3) == GB_OK && gb_args(one, values, 1) == GB_OK);
    CHECK(gb_args(two, values, 2) == GB_OK && gb_arg(two, 1) == GB_ERROR_ARGUMENT);
    CHECK(gb_range(two, 1, 2) == GB_ERROR_ARGUMENT && gb_dense_range(two, 1, 2, 1) == GB_ERROR_ARGUMENT);
    CHECK(gb_args_product(two, lists, (size_t[]){2}, 1) == GB_ERROR_ARGUMENT);
    CHECK(gb_arg_names(named, names, 2) == GB_OK && gb_arg(named, 1) == GB_ERROR_ARGUMENT);
    CHECK(gb_arg_names(named, names, 0) == GB_ERROR_ARGUMENT && gb_arg(NULL, 1) == GB_ERROR_ARGUMENT);
}

static void test_null_handles(void)
{
    CHECK(gb_set_label(NULL, "x") == GB_ERROR_ARGUMENT &&
          gb_set_bytes_processed(NULL, 1) == GB_ERROR_ARGUMENT);
    CHECK(gb_set_items_processed(NULL, 1) == GB_ERROR_ARGUMENT);
    CHECK(gb_set_complexity_n(NULL, 1) == GB_ERROR_ARGUMENT);
    CHECK(gb_skip_with_error(NULL, "x") == GB_ERROR_ARGUMENT);
    CHECK(gb_skip_with_message(NULL, "x") == GB_ERROR_ARGUMENT);
    CHECK(gb_counter(NULL, "x", 1, GB_COUNTER_DEFAULT, 1000) == GB_ERROR_ARGUMENT);
    CHECK(gb_unit(NULL, GB_SECOND) == GB_ERROR_ARGUMENT && gb_repetitions(NULL, 1) == GB_ERROR_ARGUMENT);
    CHECK(gb_use_manual_time(NULL) == GB_ERROR_ARGUMENT && gb_use_real_time(NULL) == GB_ERROR_ARGUMENT);
    CHECK(gb_setup(NULL, before, NULL) == GB_ERROR_ARGUMENT &&
          gb_complexity(NULL, GB_O_N) == GB_ERROR_ARGUMENT);
}

static void test_repetitions_and_statistics(void)
{
    struct observed observed = {0};
    gb_benchmark *repeated = gb_register("repeated", count_iterations, &observed);

    CHECK(gb_repetitions(repeated, 0) == GB_ERROR_ARGUMENT && gb_repetitions(repeated, 3) == GB_OK);
    CHECK(gb_iterations(repeated, 10) == GB_OK);
    CHECK(gb_statistics(repeated, "largest", largest, GB_STATISTIC_TIME) == GB_OK);
    CHECK(gb_statistics(repeated, "half", always_half, GB_STATISTIC_PERCENTAGE) == GB_OK);
    CHECK(gb_statistics(repeated, NULL, largest, GB_STATISTIC_TIME) == GB_ERROR_ARGUMENT);
    run("repeated");
    CHECK(observed.calls == 3);
    double most = 0;
    for (size_t i = 0; i < 3; i++) {
        CHECK(rows[i].row.kind == GB_ROW_RUN && rows[i].row.repetition == (int64_t)i);
        CHECK(rows[i].row.repetitions == 3);
        CHECK(i == 0 || rows[i].row.order == rows[i - 1].row.order + 1);
        CHECK(rows[i].row.began > 0 && rows[i].row.ended >= rows[i].row.began);
        CHECK(i == 0 || rows[i].row.began >= rows[i - 1].row.ended);
        most = rows[i].row.real_seconds > most ? rows[i].row.real_seconds : most;
    }
    CHECK(fabs(row_of_kind(GB_ROW_AGGREGATE, "largest")->row.real_seconds - most) <= 1e-6 * most);
    const struct seen_row *half = row_of_kind(GB_ROW_AGGREGATE, "half");
    CHECK(half->row.percentage && close_to(half->row.real_seconds, 0.5) && half->row.order == -1);
    CHECK(half->row.repetition == -1 && half->row.counter_count == 0);

    gb_benchmark *display = gb_register("short_display", count_iterations, &observed);
    gb_repetitions(display, 2);
    gb_iterations(display, 1);
    CHECK(gb_display_aggregates_only(display, true) == GB_OK);
    run("short_display");
    CHECK(row_count > 0 && rows[0].row.kind == GB_ROW_AGGREGATE);

    gb_benchmark *report = gb_register("short_report", count_iterations, &observed);
    gb_repetitions(report, 2);
    gb_iterations(report, 1);
    CHECK(gb_report_aggregates_only(report, true) == GB_OK);
    run("short_report");
    CHECK(row_count > 0 && rows[0].row.kind == GB_ROW_AGGREGATE);
}

static void test_statistics_are_bounded(void)
{
    const gb_statistic functions[] = {FIVE_NAMES(1), FIVE_NAMES(2), FIVE_NAMES(3), FIVE_NAMES(4),
                                      FIVE_NAMES(5), FIVE_NAMES(6), FIVE_NAMES(7), FIVE_NAMES(8)};
    gb_benchmark *many = gb_register("many_statistics", count_iterations, &(struct observed){0});
    int refused = 0;

    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
        refused += gb_statistics(many, "s", functions[i], GB_STATISTIC_TIME) == GB_ERROR_FULL;
    CHECK(refused == 2 + 40 - GB_STATISTICS_MAX);
    CHECK(gb_statistics(many, "s", largest, GB_STATISTIC_TIME) == GB_OK); /* known already */
}

static void test_threads_and_setup(void)
{
    struct observed observed = {0};
    gb_benchmark *threaded = gb_register("threaded", count_iterations, &observed);

    CHECK(gb_threads(threaded, 0) == GB_ERROR_ARGUMENT && gb_threads(threaded, 2) == GB_OK);
    CHECK(gb_iterations(threaded, 50) == GB_OK && gb_repetitions(threaded, 2) == GB_OK);
    CHECK(gb_setup(threaded, NULL, NULL) == GB_ERROR_ARGUMENT);
    CHECK(gb_setup(threaded, before, &observed) == GB_OK);
    CHECK(gb_teardown(threaded, after, &observed) == GB_OK);
    run("threaded");
    CHECK(observed.threads_seen == 2 && rows[0].row.threads == 2);
    CHECK(observed.setups == 2 && observed.teardowns == 2);
    CHECK(observed.setup_came_first && observed.teardown_came_last);

    gb_benchmark *range = gb_register("one_to_two", count_iterations, &observed);
    CHECK(gb_thread_range(range, 2, 1) == GB_ERROR_ARGUMENT && gb_thread_range(range, 1, 2) == GB_OK);
    CHECK(gb_iterations(range, 1) == GB_OK);
    run("one_to_two");
    CHECK(row_count == 2 && rows[0].row.threads == 1 && rows[1].row.threads == 2);
}

static void test_skipping(void)
{
    struct observed observed = {0};

    gb_iterations(gb_register("as_error", skip_as_error, &observed), 5);
    run("as_error");
    CHECK(observed.skipped && observed.iterations == 0);
    CHECK(rows[0].row.skipped == GB_SKIPPED_WITH_ERROR && strcmp(rows[0].skip_message, "broken") == 0);

    gb_iterations(gb_register("as_message", skip_as_message, NULL), 5);
    run("as_message");
    CHECK(rows[0].row.skipped == GB_SKIPPED_WITH_MESSAGE);
    CHECK(strcmp(rows[0].skip_message, "not today") == 0);
}

static void test_counters(void)
{
    gb_benchmark *benchmark = gb_register("counters", set_counters, NULL);

    gb_iterations(benchmark, 4);
    gb_use_manual_time(benchmark);
    run("counters"); /* 4 iterations of 0.5 s each */
    CHECK(rows[0].row.skipped == GB_NOT_SKIPPED && rows[0].row.counter_count == 6);
    CHECK(close_to(counter_of(&rows[0], "plain"), 7));
    CHECK(close_to(counter_of(&rows[0], "rate"), 4));
    CHECK(close_to(counter_of(&rows[0], "threads"), 8));
    CHECK(close_to(counter_of(&rows[0], "invariant"), 12));
    CHECK(close_to(counter_of(&rows[0], "iterations"), 2));
    CHECK(close_to(counter_of(&rows[0], "invert"), 0.25));
}

static double square(int64_t n)
{
    return (double)n * (double)n;
}

static void test_complexity(void)
{
    gb_benchmark *benchmark = gb_register("complexity", linear_time, NULL);

    gb_range_multiplier(benchmark, 2);
    gb_range(benchmark, 1, 16);
    gb_iterations(benchmark, 1);
    gb_use_manual_time(benchmark);
    gb_unit(benchmark, GB_SECOND);
    CHECK(gb_complexity(benchmark, 99) == GB_ERROR_ARGUMENT);
    CHECK(gb_complexity(benchmark, GB_O_N) == GB_OK);
    run("complexity");
    CHECK(close_to(row_of_kind(GB_ROW_BIG_O, "BigO")->row.real_seconds, 1e-3));
    CHECK(row_of_kind(GB_ROW_RMS, "RMS")->row.real_seconds < 1e-6);

    gb_benchmark *wrong = gb_register("quadratic_guess", linear_time, NULL);
    gb_range(wrong, 1, 16);
    gb_iterations(wrong, 1);
    gb_use_manual_time(wrong);
    CHECK(gb_complexity_function(wrong, NULL) == GB_ERROR_ARGUMENT);
    CHECK(gb_complexity_function(wrong, square) == GB_OK);
    run("quadratic_guess");
    CHECK(row_of_kind(GB_ROW_RMS, "RMS")->row.real_seconds > 0.01); /* a bad fit */
}

struct memory_calls {
    int starts, stops;
};

static void start_memory(void *user)
{
    ((struct memory_calls *)user)->starts++;
}

static void stop_memory(gb_memory_result *result, void *user)
{
    ((struct memory_calls *)user)->stops++;
    result->allocations = 48;
    result->max_bytes_used = 4711;
}

/* Memory figures reach only the library's own files, so this looks into one. */
static void test_memory_manager_context_and_file(void)
{
    struct memory_calls calls = {0};
    struct observed observed = {0};
    char name[] = "shim-test", path[] = "shim-test-XXXXXX", option[64], text[16384] = "";
    char format[] = "--benchmark_out_format=json";
    const int file = mkstemp(path);
    int count = 3;

    CHECK(file >= 0);
    snprintf(option, sizeof option, "--benchmark_out=%s", path);
    char *arguments[] = {name, option, format, NULL};
    CHECK(gb_initialize(&count, arguments) == GB_OK && count == 1);
    CHECK(gb_add_context(NULL, "x") == GB_ERROR_ARGUMENT);
    CHECK(gb_add_context("weather", "changeable") == GB_OK);
    CHECK(gb_register_memory_manager(start_memory, NULL, NULL) == GB_ERROR_ARGUMENT);
    CHECK(gb_register_memory_manager(start_memory, stop_memory, &calls) == GB_OK);
    gb_iterations(gb_register("remembering", count_iterations, &observed), 8);
    run("remembering");
    CHECK(calls.starts == 1 && calls.stops == 1 && observed.calls == 2);
    CHECK(gb_register_memory_manager(NULL, NULL, NULL) == GB_OK);

    const ssize_t length = read(file, text, sizeof text - 1);
    CHECK(length > 0);
    CHECK(strstr(text, "\"weather\": \"changeable\""));
    CHECK(strstr(text, "\"max_bytes_used\": 4711"));
    CHECK(strstr(text, "\"allocs_per_iter\": 6"));
    run("remembering");
    CHECK(calls.starts == 1 && observed.calls == 3); /* unregistered */
    close(file);
    unlink(path);
}

int main(void)
{
    test_life_cycle();
    test_list_and_clear();
    test_iterations_and_time();
    test_arguments();
    test_arguments_are_equally_many();
    test_null_handles();
    test_repetitions_and_statistics();
    test_statistics_are_bounded();
    test_threads_and_setup();
    test_skipping();
    test_counters();
    test_complexity();
    test_memory_manager_context_and_file();
    CHECK(gb_clear_registered() == GB_OK);
    gb_shutdown();
    return summary();
}
