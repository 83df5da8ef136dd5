/* Blocks of samples, taken by both drivers within this process: what a block does, and what is told of it. */
#include "check.h"
#include "google_benchmark_series.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* ---- what the worker answers ------------------------------------------------------------------ */

static char answers[1 << 16];

/* Lets a worker of this one series read `requests`; answers[] holds what it wrote behind the ready line. */
static int serve_bytes(const gb_series *series, const char *requests, size_t size)
{
    FILE *in = tmpfile(), *out = tmpfile();

    CHECK(in && out && fwrite(requests, 1, size, in) == size);
    rewind(in);
    const int result = gb_series_worker(series, 1, series->name, in, out);
    rewind(out);
    if (!fgets(answers, sizeof answers, out))
        answers[0] = '\0';
    CHECK(strncmp(answers, "{\"schema\":\"gb.worker/1\",\"series\":", 33) == 0);
    answers[fread(answers, 1, sizeof answers - 1, out)] = '\0';
    fclose(in);
    fclose(out);
    return result;
}

static void serve(const gb_series *series, const char *requests)
{
    CHECK(serve_bytes(series, requests, strlen(requests)) == GB_OK);
}

static bool answered(const char *text)
{
    if (strstr(answers, text))
        return true;
    printf("not found: %s\n       in: %s", text, answers);
    return false;
}

static size_t count_of(const char *text)
{
    size_t count = 0;

    for (const char *found = answers; (found = strstr(found, text)); found += strlen(text))
        count++;
    return count;
}

#define UNKNOWN "{\"error\":\"unknown request: known are block, block ROUND and quit\"}\n"

/* ---- without the loop ------------------------------------------------------------------------- */

static bool refused(gb_block *block, gb_sample sample)
{
    return gb_sample_accept(block, &sample) == GB_ERROR_ARGUMENT;
}

static void refuse_all(gb_block *block)
{
    const gb_sample good = {.seconds = 1, .batch = 1, .bytes = GB_ABSENT, .items = GB_ABSENT};
    const double infinite = (double)INFINITY;
    gb_sample bad = good;

    CHECK(refused(block, (gb_sample)GB_SAMPLE_INIT)); /* no time */
    for (size_t i = 0; i < 3; i++) {
        bad.seconds = (const double[]){-1, GB_ABSENT, infinite}[i];
        CHECK(refused(block, bad));
    }
    for (size_t i = 0; i < 2; i++) {
        bad = good;
        bad.bytes = (const double[]){-1, infinite}[i];
        CHECK(refused(block, bad));
        bad = good;
        bad.items = (const double[]){-1, infinite}[i];
        CHECK(refused(block, bad));
    }
    bad = good;
    bad.batch = 0;
    CHECK(refused(block, bad));
    const gb_figure wrong[][2] = {{{"a", infinite}, {"b", 0}}, {{NULL, 1}, {"b", 0}}, {{"a", 1}, {"a", 2}}};
    for (size_t i = 0; i < 3; i++) {
        bad = good;
        bad.figures = wrong[i];
        bad.figure_count = 2;
        CHECK(refused(block, bad));
    }
    bad.figures = NULL;
    CHECK(refused(block, bad));
}

static void take_by_hand(gb_block *block, void *user)
{
    const gb_figure figures[] = {
        {"tenth", 0.1}, {"quote \" tab \t bad \xff \xc3\xa9", GB_ABSENT}, {"large", 0x1p53}};
    const gb_sample one = {0.5, 3, 4096, 0, figures, 3};
    const gb_sample two = {1e-300, UINT64_MAX, GB_ABSENT, GB_ABSENT, figures, 1};

    (void)user;
    CHECK(gb_sample_accept(block, &one) == GB_ERROR_ARGUMENT); /* not asked for */
    CHECK(gb_sample_wanted(block) && gb_sample_wanted(block));
    refuse_all(block);
    CHECK(gb_block_ended(NULL) && gb_block_round(NULL) == 0 && !gb_sample_wanted(NULL));
    CHECK(gb_sample_accept(NULL, &one) == GB_ERROR_ARGUMENT &&
          gb_sample_accept(block, NULL) == GB_ERROR_ARGUMENT);
    CHECK(gb_sample_accept(block, &one) == GB_OK);
    CHECK(gb_sample_accept(block, &one) == GB_ERROR_ARGUMENT);
    CHECK(gb_sample_wanted(block));
    CHECK(gb_sample_accept(block, &two) == GB_OK);
    CHECK(!gb_sample_wanted(block) && !gb_block_ended(block));
    CHECK(gb_sample_accept(block, &two) == GB_ERROR_ARGUMENT);
}

static void test_samples_by_hand(void)
{
    const gb_series series = {.name = "by hand", .block = take_by_hand, .samples = 2};

    serve(&series, "block\n");
    CHECK(
        strcmp(
            answers,
            "{\"block\":0,\"samples\":[{\"seconds\":0.5,\"batch\":3,\"bytes\":4096,\"items\":0,\"counters\":{"
            "\"tenth\":0.10000000000000001,\"quote \\\" tab \\u0009 bad \\ufffd \xc3\xa9\":null,"
            "\"large\":9007199254740992}},"
            "{\"seconds\":1e-300,\"batch\":18446744073709551615,\"bytes\":null,"
            "\"items\":null,\"counters\":{\"tenth\":0.10000000000000001}}],"
            "\"discarded\":[],\"error\":null,\"skipped\":null}\n") == 0);
}

static const gb_sample good = {.seconds = 1, .batch = 1, .bytes = GB_ABSENT, .items = GB_ABSENT};

static void discard_some(gb_block *block, void *user)
{
    char reason[2 * GB_TEXT_MAX];

    (void)user;
    memset(reason, 'x', sizeof reason);
    reason[sizeof reason - 1] = '\0';
    while (gb_sample_wanted(block)) {
        CHECK(gb_sample_discard(block, "too warm") == GB_OK && gb_sample_discard(block, "too cold") == GB_OK);
        CHECK(gb_sample_discard(block, "too warm") == GB_OK && gb_sample_discard(block, reason) == GB_OK);
        CHECK(gb_sample_discard(block, NULL) == GB_ERROR_ARGUMENT);
        CHECK(gb_sample_discard(NULL, "x") == GB_ERROR_ARGUMENT);
        CHECK(gb_sample_accept(block, &good) == GB_OK); /* it is still wanted */
    }
}

static void test_discarded_samples_are_counted(void)
{
    const gb_series series = {.name = "discarding", .block = discard_some, .samples = 2};
    char cut[GB_TEXT_MAX + 16];

    serve(&series, "block\n");
    CHECK(answered(
        "\"discarded\":[{\"reason\":\"too warm\",\"count\":4},{\"reason\":\"too cold\",\"count\":2},"));
    memset(cut, 'x', sizeof cut);
    snprintf(cut + GB_TEXT_MAX - 1, 16, "\",\"count\":2}");
    CHECK(answered(cut) && answered("\"error\":null"));
}

/* ---- how blocks end --------------------------------------------------------------------------- */

enum ending { FAIL, SKIP, LEAVE, TAKE_ALL };

static void end_after_one(gb_block *block, void *user)
{
    const enum ending *ending = user;

    CHECK(gb_sample_wanted(block) && gb_sample_accept(block, &good) == GB_OK && gb_sample_wanted(block));
    CHECK(gb_block_fail(block, NULL) == GB_ERROR_ARGUMENT && gb_block_skip(NULL, "x") == GB_ERROR_ARGUMENT);
    CHECK(!gb_block_ended(block));
    if (*ending == FAIL)
        CHECK(gb_block_fail(block, "first") == GB_OK && gb_block_skip(block, "second") == GB_OK);
    if (*ending == SKIP)
        CHECK(gb_block_skip(block, "first") == GB_OK && gb_block_fail(block, "second") == GB_OK);
    CHECK(gb_block_ended(block) == (*ending == FAIL || *ending == SKIP));
    if (gb_block_ended(block))
        CHECK(!gb_sample_wanted(block) && gb_sample_accept(block, &good) == GB_ERROR_ARGUMENT);
    while (*ending == TAKE_ALL && gb_sample_wanted(block))
        gb_sample_accept(block, &good);
}

static void skip_with(gb_block *block, void *user)
{
    gb_block_skip(block, user);
}

static void test_texts_are_utf8(void)
{
    static char good_text[] = "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80";
    static char *const bad_texts[] = {"\x80",
                                      "\xc0\x80",
                                      "\xc3",
                                      "\xe0\x80\x80",
                                      "\xed\xa0\x80",
                                      "\xe2\x82",
                                      "\xf0\x80\x80\x80",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xff"};
    gb_series series = {.name = "texts", .block = skip_with, .user = good_text, .samples = 1};

    serve(&series, "block\n");
    CHECK(answered("\"skipped\":\"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\"}"));
    for (size_t i = 0; i < sizeof bad_texts / sizeof bad_texts[0]; i++) {
        series.user = bad_texts[i];
        serve(&series, "block\n");
        CHECK(count_of("\\ufffd") == strlen(bad_texts[i]));
    }
}

static void test_endings(void)
{
    enum ending ending = FAIL;
    const gb_series series = {.name = "ending", .block = end_after_one, .user = &ending, .samples = 3};

    serve(&series, "block\n");
    CHECK(answered("\"error\":\"first\",\"skipped\":null}") && count_of("seconds") == 1);
    ending = SKIP;
    serve(&series, "block\n");
    CHECK(answered("\"error\":null,\"skipped\":\"first\"}") && count_of("seconds") == 1);
    ending = LEAVE;
    serve(&series, "block\n");
    CHECK(answered("\"error\":\"the block took 1 of 3 samples\",\"skipped\":null}"));
    ending = TAKE_ALL;
    serve(&series, "block\n");
    CHECK(answered("\"error\":null,\"skipped\":null}") && count_of("seconds") == 3);
}

/* ---- the loop --------------------------------------------------------------------------------- */

enum { SIZES_MAX = 64 };

struct loop {
    int prepares, finishes, asked, operations, open;
    int doubts_before, doubts_after; /* how often the condition shall not hold; negative: always */
    int doubts_of_each;              /* before each sample */
    int sizes[SIZES_MAX];            /* operations of each batch */
    bool fails_to_prepare, fails_to_finish, leaves, fails_inside;
};

static void prepare(gb_block *block, void *user)
{
    struct loop *loop = user;

    CHECK(loop->open++ == 0);
    loop->prepares++;
    if (loop->fails_to_prepare)
        gb_block_fail(block, "not prepared");
}

static void finish(gb_block *block, void *user)
{
    struct loop *loop = user;

    CHECK(--loop->open == 0);
    loop->finishes++;
    CHECK(gb_sample_figure(block, "finishes", loop->finishes) == GB_OK);
    if (loop->fails_to_finish)
        gb_block_skip(block, "not finished");
}

static const char *holds(gb_block *block, void *user)
{
    struct loop *loop = user;
    int *doubts = loop->asked++ % 2 == 0 ? &loop->doubts_before : &loop->doubts_after;

    CHECK(loop->open == 1 && !gb_block_ended(block));
    if (*doubts == 0) {
        if (doubts == &loop->doubts_after)
            loop->doubts_before = loop->doubts_of_each;
        return NULL;
    }
    if (doubts == &loop->doubts_before)
        loop->asked++; /* there will be no second question */
    if (*doubts > 0)
        --*doubts;
    return doubts == &loop->doubts_before ? "before" : "after";
}

static void operate(gb_block *block, void *user)
{
    struct loop *loop = user;

    while (gb_next_sample(block)) {
        loop->operations++;
        if (loop->finishes < SIZES_MAX)
            loop->sizes[loop->finishes]++;
        if (loop->fails_inside)
            gb_block_fail(block, "inside");
        if (loop->leaves)
            break;
    }
}

static const gb_series loop_series = {
    .name = "loop", .block = operate, .samples = 3, .prepare = prepare, .finish = finish, .holds = holds};

static struct loop run_loop(struct loop loop, bool batches)
{
    gb_series series = loop_series;

    series.user = &loop;
    series.batches = batches;
    serve(&series, "block\n");
    CHECK(loop.open == 0 && loop.prepares == loop.finishes);
    return loop;
}

static void test_loop(void)
{
    struct loop loop = run_loop((struct loop){0}, false);

    CHECK(loop.operations == 3 && loop.prepares == 3 && loop.asked == 6);
    CHECK(count_of("\"batch\":1,") == 3 &&
          answered("\"counters\":{\"finishes\":3}}],\"discarded\":[],\"error\":null"));
}

static void test_condition(void)
{
    struct loop loop = run_loop((struct loop){.doubts_before = -1}, false);

    CHECK(loop.operations == 0 && loop.prepares == 1 + GB_RETRIES_MAX);
    CHECK(answered("\"samples\":[],\"discarded\":[{\"reason\":\"before\",\"count\":5}],"
                   "\"error\":\"no valid sample in 5 attempts: before\""));
    loop = run_loop((struct loop){.doubts_after = -1}, false);
    CHECK(loop.operations == 1 + GB_RETRIES_MAX && count_of("seconds") == 0);
    CHECK(
        answered("[{\"reason\":\"after\",\"count\":5}],\"error\":\"no valid sample in 5 attempts: after\""));
    loop = run_loop((struct loop){.doubts_before = 2, .doubts_after = 2}, false);
    CHECK(loop.operations == 5 && loop.prepares == 7 && count_of("seconds") == 3);
    CHECK(
        answered("[{\"reason\":\"before\",\"count\":2},{\"reason\":\"after\",\"count\":2}],\"error\":null"));
    run_loop((struct loop){.doubts_after = GB_RETRIES_MAX}, false);
    CHECK(count_of("seconds") == 3 && answered("\"error\":null"));
    run_loop((struct loop){.doubts_of_each = GB_RETRIES_MAX}, false); /* counted for each sample anew */
    CHECK(count_of("seconds") == 3 && answered("[{\"reason\":\"before\",\"count\":8}],\"error\":null"));
    loop = run_loop((struct loop){.doubts_after = -1}, true); /* of a batch that is not counted, too */
    CHECK(loop.prepares == 1 + GB_RETRIES_MAX && answered("\"count\":5}],\"error\":\"no valid"));
}

static void test_loop_ends_early(void)
{
    struct loop loop = run_loop((struct loop){.fails_to_prepare = true}, false);

    CHECK(loop.prepares == 1 && loop.asked == 0 && loop.operations == 0 &&
          answered("\"error\":\"not prepared\""));
    loop = run_loop((struct loop){.fails_to_finish = true}, false);
    CHECK(loop.operations == 1 && count_of("seconds") == 0 && answered("\"skipped\":\"not finished\""));
    loop = run_loop((struct loop){.leaves = true}, false);
    CHECK(loop.operations == 1 && answered("\"error\":\"the block took 0 of 3 samples\""));
    loop = run_loop((struct loop){.fails_inside = true}, true);
    CHECK(loop.operations == 1 && loop.asked == 1 &&
          answered("\"samples\":[],\"discarded\":[],\"error\":\"inside\""));
}

/* The number behind `name` in answers[], of sample `index`. */
static double number(const char *name, int index)
{
    const char *at = answers;

    for (int i = 0; i <= index && at; i++)
        at = strstr(at + 1, name);
    return at ? strtod(at + strlen(name), NULL) : (double)NAN;
}

static bool batches_are_long(int samples)
{
    bool result = true;

    for (int i = 0; i < samples; i++)
        result = result && number("\"seconds\":", i) * number("\"batch\":", i) >= 0.001 * (1 - 1e-9);
    return result;
}

static void test_batches(void)
{
    const struct loop loop = run_loop((struct loop){0}, true);
    const int first = (int)number("\"finishes\":", 0) - 1;

    CHECK(batches_are_long(3) && number("\"batch\":", 0) > 1);
    /* Smaller ones came before it, and one of its size, which are not counted. */
    CHECK(first >= 2 && first < SIZES_MAX && loop.sizes[0] == 1);
    CHECK(loop.sizes[first] == (int)number("\"batch\":", 0) && loop.sizes[first - 1] == loop.sizes[first]);
}

/* As soon as a batch of one has been found long enough. */
static void become_faster(gb_block *block, void *user)
{
    int *operations = user;

    while (gb_next_sample(block))
        nanosleep(&(struct timespec){.tv_nsec = (*operations)++ == 0 ? 1500000 : 500000}, NULL);
}

static void test_batches_grow(void)
{
    int operations = 0;
    const gb_series series = {
        .name = "faster", .block = become_faster, .user = &operations, .samples = 3, .batches = true};

    serve(&series, "block\n");
    CHECK(batches_are_long(3));
}

static void tell_figures(gb_block *block, void *user)
{
    static const char *const names[] = {"0", "1",  "2",  "3",  "4",  "5",  "6",  "7", "8",
                                        "9", "10", "11", "12", "13", "14", "15", "16"};
    bool *all = user;

    CHECK(gb_each_operation(block, -1, 0) == GB_ERROR_ARGUMENT);
    CHECK(gb_each_operation(block, 0, (double)INFINITY) == GB_ERROR_ARGUMENT);
    CHECK(gb_each_operation(NULL, 0, 0) == GB_ERROR_ARGUMENT);
    CHECK(gb_each_operation(block, GB_ABSENT, 2.5) == GB_OK);
    while (gb_next_sample(block)) {
        for (int i = 0; *all && i < GB_FIGURES_MAX; i++)
            CHECK(gb_sample_figure(block, names[i], i) == GB_OK);
        if (*all)
            CHECK(gb_sample_figure(block, names[GB_FIGURES_MAX], 0) == GB_ERROR_FULL);
        *all = false; /* the next sample has none of them */
        CHECK(gb_sample_figure(block, "3", 33) == GB_OK);
        CHECK(gb_sample_figure(block, "3", (double)INFINITY) == GB_ERROR_ARGUMENT);
        CHECK(gb_sample_figure(block, NULL, 1) == GB_ERROR_ARGUMENT);
        CHECK(gb_sample_figure(NULL, "3", 1) == GB_ERROR_ARGUMENT);
    }
}

static void test_figures(void)
{
    bool all = true;
    const gb_series series = {.name = "figures", .block = tell_figures, .user = &all, .samples = 2};

    serve(&series, "block\n");
    CHECK(answered("\"2\":2,\"3\":33,\"4\":4,") && answered("\"15\":15}}") &&
          answered("\"counters\":{\"3\":33}}]"));
    CHECK(count_of("\"bytes\":null,\"items\":2.5") == 2);
}

/* ---- requests --------------------------------------------------------------------------------- */

/* Each kind of trouble in one round of four, nothing in the last. */
static void trouble(gb_block *block, void *user)
{
    const uint64_t round = gb_block_round(block);

    (void)user;
    if (round == 1)
        gb_block_fail(block, "trouble");
    if (round == 2)
        gb_sample_discard(block, "trouble");
    const gb_sample sample = {1, 1, 1, 1, &(gb_figure){round == 0 ? "trouble" : "none", 1}, 1};
    while (gb_sample_wanted(block))
        gb_sample_accept(block, &sample);
}

static const gb_series trouble_series = {.name = "trouble", .block = trouble, .samples = 1};

static void test_blocks_are_independent(void)
{
    serve(&trouble_series, "block\nblock\nblock\nblock\n");
    CHECK(count_of("\n") == 4 && count_of("trouble") == 3);
    CHECK(answered("\n{\"block\":3,\"samples\":[{\"seconds\":1,\"batch\":1,\"bytes\":1,\"items\":1,"
                   "\"counters\":{\"none\":1}}],\"discarded\":[],\"error\":null,\"skipped\":null}\n"));
}

static void test_requests(void)
{
    static const char *const unknown[] = {
        "",
        " block",
        "block ",
        "block  1",
        "block -1",
        "block +1",
        "block 1 ",
        "block 1x",
        "block 0x10",
        "BLOCK",
        "blocks",
        "quit ",
        "\xff\xfe",
        "{\"request\":\"block\"}",
        "block 18446744073709551616",
        "block 000000000000000000001",
    };
    char line[512];

    serve(&trouble_series, "block 7\nblock\nblock 18446744073709551615\nblock 3\r\nblock 4");
    CHECK(answered("{\"block\":7,") && answered("{\"block\":8,") &&
          answered("{\"block\":18446744073709551615,"));
    CHECK(answered("{\"block\":3,") && answered("{\"block\":4,") && count_of("\n") == 5);
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        snprintf(line, sizeof line, "%s\nblock 5\n", unknown[i]);
        serve(&trouble_series, line);
        CHECK(strncmp(answers, UNKNOWN "{\"block\":5,", sizeof UNKNOWN + 10) == 0);
    }
    snprintf(line, sizeof line, "%-500s\n", "block");
    serve(&trouble_series, line);
    CHECK(strcmp(answers, UNKNOWN) == 0);
    CHECK(serve_bytes(&trouble_series, "block\0\n", 7) == GB_OK && strcmp(answers, UNKNOWN) == 0);
    serve(&trouble_series, "quit\nblock\n");
    CHECK(answers[0] == '\0');
    serve(&trouble_series, "");
    CHECK(answers[0] == '\0');
}

static void test_wrong_arguments(void)
{
    gb_series list[] = {trouble_series, trouble_series, trouble_series, trouble_series, trouble_series};
    FILE *in = tmpfile(), *out = tmpfile();
    char name[] = "program", option[] = "--worker=";

    list[0].name = "";
    list[1].block = NULL;
    list[2].samples = 0;
    list[3].samples = (size_t)GB_SAMPLES_MAX + 1;
    CHECK(gb_series_worker(NULL, 1, "trouble", in, out) == GB_ERROR_ARGUMENT);
    CHECK(gb_series_worker(list, 5, NULL, in, out) == GB_ERROR_ARGUMENT);
    CHECK(gb_series_worker(list, 5, "trouble", NULL, out) == GB_ERROR_ARGUMENT);
    CHECK(gb_series_worker(list, 5, "trouble", in, NULL) == GB_ERROR_ARGUMENT);
    CHECK(gb_series_worker(list, 5, "troubl", in, out) == GB_ERROR_ARGUMENT);
    CHECK(gb_series_worker(list, 5, "trouble/iterations:2/manual_time", in, out) == GB_ERROR_ARGUMENT);
    CHECK(gb_series_worker(list, 4, "trouble", in, out) == GB_ERROR_ARGUMENT); /* none is as it must be */
    CHECK(ftell(out) == 0);
    CHECK(gb_series_worker(list, 5, "trouble", in, out) == GB_OK && ftell(out) > 0);
    CHECK(gb_series_worker(list, 5, "trouble/iterations:1/manual_time", in, out) == GB_OK);
    for (size_t i = 0; i < 4; i++)
        CHECK(!gb_series_register(&list[i]));
    CHECK(!gb_series_register(NULL));
    CHECK(gb_series_main(0, NULL, list, 5) == 2 && gb_series_main(1, (char *[]){name, NULL}, NULL, 1) == 2);
    CHECK(gb_series_main(1, (char *[]){name, NULL}, list, 5) == 2); /* can't be registered */
    CHECK(gb_series_main(3, (char *[]){name, option, name, NULL}, list, 5) == 2);
    fclose(in);
    fclose(out);
}

static void test_answers_that_can_not_be_written(void)
{
    struct sigaction action;
    int ends[2];
    FILE *in = tmpfile(), *full = fopen("/dev/full", "w");

    CHECK(!full || gb_series_worker(&trouble_series, 1, "trouble", in, full) == GB_ERROR_INTERNAL);
    if (full)
        fclose(full);
    signal(SIGPIPE, SIG_DFL);
    serve(&trouble_series, "block\n");
    CHECK(sigaction(SIGPIPE, NULL, &action) == 0 && action.sa_handler == SIG_DFL);
    CHECK(pipe(ends) == 0 && close(ends[0]) == 0);
    FILE *nobody = fdopen(ends[1], "w");
    CHECK(gb_series_worker(&trouble_series, 1, "trouble", in, nobody) == GB_OK);
    fclose(nobody);
    fclose(in);
    signal(SIGPIPE, SIG_DFL);
}

/* ---- as Google Benchmark's -------------------------------------------------------------------- */

struct seen {
    size_t rows;
    gb_skip_kind skipped;
    int64_t iterations;
    double real_seconds, bytes, items, figure, partial, discarded;
    char message[64];
};

static void see(void *user, const gb_row *row)
{
    struct seen *seen = user;

    if (row->kind != GB_ROW_RUN)
        return;
    seen->rows++;
    seen->skipped = row->skipped;
    seen->iterations = row->iterations;
    seen->real_seconds = row->real_seconds;
    snprintf(seen->message, sizeof seen->message, "%s", row->skip_message);
    for (size_t i = 0; i < row->counter_count; i++) {
        const gb_row_counter counter = row->counters[i];
        seen->bytes = strcmp(counter.name, "bytes_per_second") == 0 ? counter.value : seen->bytes;
        seen->items = strcmp(counter.name, "items_per_second") == 0 ? counter.value : seen->items;
        seen->figure = strcmp(counter.name, "figure") == 0 ? counter.value : seen->figure;
        seen->partial = strcmp(counter.name, "partial") == 0 ? counter.value : seen->partial;
        seen->discarded = strcmp(counter.name, "discarded") == 0 ? counter.value : seen->discarded;
    }
}

static struct seen run_by_google(const gb_series *series, int repetitions, int threads)
{
    struct seen seen = {.bytes = -1, .items = -1, .figure = -1, .partial = -1, .discarded = -1};
    const gb_reporter reporter = {see, &seen};
    gb_benchmark *benchmark = gb_series_register(series);

    CHECK(gb_repetitions(benchmark, repetitions) == GB_OK && gb_threads(benchmark, threads) == GB_OK);
    CHECK(gb_run_all(NULL, ".", &reporter) == GB_OK);
    CHECK(gb_clear_registered() == GB_OK);
    return seen;
}

static void take_known(gb_block *block, void *user)
{
    const gb_figure figures[] = {{"figure", 1}, {"partial", 5}, {"figure", 3}, {"partial", GB_ABSENT}};
    const gb_sample samples[] = {{1, 1, 100, 10, figures, 2}, {3, 7, 300, GB_ABSENT, figures + 2, 2}};
    uint64_t *rounds = user;

    *rounds = *rounds * 10 + gb_block_round(block) + 1;
    for (size_t i = 0; gb_sample_wanted(block); i++)
        CHECK(gb_sample_accept(block, &samples[i]) == GB_OK && gb_sample_discard(block, "why") == GB_OK);
}

static bool near(double value, double expected)
{
    return fabs(value - expected) <= 1e-9 * expected;
}

static void test_google_benchmark(void)
{
    uint64_t rounds = 0;
    const gb_series known = {.name = "known", .block = take_known, .user = &rounds, .samples = 2};
    struct seen seen = run_by_google(&known, 1, 1);

    CHECK(seen.rows == 1 && seen.iterations == 2 && seen.skipped == GB_NOT_SKIPPED && rounds == 1);
    CHECK(near(seen.real_seconds, 2) && near(seen.bytes, 100)); /* 400 bytes in 4 seconds */
    CHECK(seen.items < 0);                                      /* absent, because one sample has none */
    CHECK(near(seen.figure, 2) && near(seen.partial, 5) && near(seen.discarded, 2));
    rounds = 0;
    seen = run_by_google(&known, 3, 1);
    CHECK(seen.rows == 3 && rounds == 123); /* each repetition is a block, and they are counted */
    rounds = 0;
    seen = run_by_google(&known, 1, 2);
    CHECK(seen.skipped == GB_SKIPPED_WITH_ERROR && rounds == 0);
    CHECK(strcmp(seen.message, "a series is of one thread") == 0);
}

static void test_google_benchmark_endings(void)
{
    enum ending ending = FAIL;
    const gb_series series = {.name = "ending", .block = end_after_one, .user = &ending, .samples = 3};
    struct seen seen = run_by_google(&series, 1, 1);

    CHECK(seen.rows == 1 && seen.skipped == GB_SKIPPED_WITH_ERROR && strcmp(seen.message, "first") == 0);
    ending = SKIP;
    seen = run_by_google(&series, 1, 1);
    CHECK(seen.skipped == GB_SKIPPED_WITH_MESSAGE && strcmp(seen.message, "first") == 0);
    ending = LEAVE;
    seen = run_by_google(&series, 1, 1);
    CHECK(seen.skipped == GB_SKIPPED_WITH_ERROR &&
          strcmp(seen.message, "the block took 1 of 3 samples") == 0);
    ending = TAKE_ALL;
    seen = run_by_google(&series, 1, 1);
    CHECK(seen.skipped == GB_NOT_SKIPPED && near(seen.real_seconds, 1) && seen.discarded == 0);
}

static void test_google_benchmark_times_the_loop(void)
{
    struct loop loop = {.doubts_after = 1};
    gb_series series = loop_series;

    series.user = &loop;
    const struct seen seen = run_by_google(&series, 1, 1);
    CHECK(seen.iterations == 3 && loop.operations == 4 && seen.discarded == 1 && seen.real_seconds > 0);
}

int main(void)
{
    test_samples_by_hand();
    test_discarded_samples_are_counted();
    test_endings();
    test_texts_are_utf8();
    test_loop();
    test_condition();
    test_loop_ends_early();
    test_batches();
    test_batches_grow();
    test_figures();
    test_blocks_are_independent();
    test_requests();
    test_wrong_arguments();
    test_answers_that_can_not_be_written();
    test_google_benchmark();
    test_google_benchmark_endings();
    test_google_benchmark_times_the_loop();
    gb_shutdown();
    return summary();
}
