/* What samples may work on besides files, and what they say about themselves: memory, private copies, advice,
 * teams, laps, traces and clocks of others.
 *
 *     subject_test DIR    works in a folder of its own inside DIR.
 */
#include "access.h"
#include "advice.h"
#include "child.h"
#include "expect.h"
#include "laps.h"
#include "mapping.h"
#include "page_cache.h"
#include "place.h"
#include "processor.h"
#include "recorder.h"
#include "ring.h"
#include "sample.h"
#include "source.h"
#include "team.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIZE = 4 << 20 };

/* As on a machine with more processors than a cpu_set_t has room for. */
/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): the header's are not for us */
int sched_getaffinity(pid_t process, size_t bytes, cpu_set_t *set)
{
    if (bytes <= sizeof *set) {
        errno = EINVAL;
        return -1;
    }
    memset(set, 0, bytes);
    return syscall(SYS_sched_getaffinity, process, bytes, set) < 0 ? -1 : 0;
}

static size_t pages(void)
{
    return SIZE / mw_page_size();
}

/* ---- a driver of our own ----------------------------------------------------------------------- */

/* Runs `body` for `wanted` samples of a series with these demands and this value of the axis "value". */
static struct recorder drive_series(struct series *series, struct demands demands, const char *axis,
                                    const char *value, void (*body)(struct sample *s), unsigned wanted)
{
    static struct run run = {.seed = 7};
    struct family family = {.name = "test", .axes = {{.name = axis, .values = {value}}}, .body = body};
    struct recorder recorder = {.wanted = wanted};
    const struct driver driver = {want, accept_one, &recorder};

    *series = (struct series){.family = &family, .place = demands.subject < FOLDER ? NULL : &place};
    snprintf(series->point.values[0], VALUE_MAX, "%s", value);
    series->demands = demands;
    sample_block(series, &run, 0, &driver);
    return recorder;
}

static struct recorder drive(struct demands demands, void (*body)(struct sample *s), unsigned wanted)
{
    struct series series;

    const struct recorder recorder = drive_series(&series, demands, "unused", "none", body, wanted);
    series_free(&series);
    return recorder;
}

static double extra(const struct measurement *m, const char *name)
{
    for (size_t i = 0; i < m->extra_count; i++)
        if (strcmp(m->extras[i].name, name) == 0)
            return m->extras[i].value;
    return -1;
}

/* ---- subjects ---------------------------------------------------------------------------------- */

static bool all_zero;

static void store_all(struct sample *s)
{
    all_zero = true;
    each_operation(s, 0, s->length / s->page_size);
    while (next_sample(s)) {
        all_zero = all_zero && load_each_page(s->bytes, (size_t)s->length, s->page_size) == 0;
        store_each_page(s->bytes, (size_t)s->length, s->page_size, 9);
    }
}

static void test_memory_is_fresh(void)
{
    const struct demands demands = {.subject = MEMORY, .batches = true, .size = 64 << 10};
    const struct recorder got = drive(demands, store_all, 3);

    CHECK(got.accepted == 3 && all_zero);
    CHECK(got.last.batch > 1); /* one is far quicker than a millisecond */
    CHECK(got.last.counted.of[MINOR_FAULTS] >= (int64_t)got.last.items);
}

static void test_memory_is_bounded(void)
{
    const struct demands demands = {.subject = MEMORY, .batches = true, .size = 64 << 20};
    struct series series;
    const struct recorder got = drive_series(&series, demands, "unused", "none", store_all, 1);

    CHECK(got.accepted == 1 && series.batch <= 4);
    series_free(&series);
}

static void test_mapped_memory_has_no_faults(void)
{
    const struct demands demands = {.subject = MEMORY, .temperature = MAPPED, .batches = true, .size = SIZE};
    const struct recorder got = drive(demands, store_all, 2);

    CHECK(got.accepted == 2 && !all_zero);
    CHECK(got.last.counted.of[MINOR_FAULTS] < (int64_t)pages() / 16);
}

static int64_t huge_bytes;

static void look_at_pages(struct sample *s)
{
    each_operation(s, 0, 1);
    while (next_sample(s)) {
        store_each_page(s->bytes, (size_t)s->length, s->page_size, 1);
        huge_bytes = mapping_bytes(s->bytes, "AnonHugePages");
    }
}

static void test_pages_of_memory(void)
{
    struct demands demands = {.subject = MEMORY, .temperature = MAPPED, .size = 16 << 20};
    struct series series;

    CHECK(drive(demands, look_at_pages, 1).accepted == 1);
    CHECK(huge_bytes <= 0);
    demands.pages = HUGE_PAGES;
    const struct recorder got = drive_series(&series, demands, "unused", "none", look_at_pages, 1);
    CHECK(got.accepted == 1 ? huge_bytes > 8 << 20 : series.cannot && strstr(series.reason, "huge pages"));
    series_free(&series);
}

static void test_copies_do_not_reach_the_file(void)
{
    const struct demands demands = {.subject = MAP_COPY, .temperature = WARM, .batches = true, .size = SIZE};
    unsigned char before = 0, after = 1;

    CHECK(pread(place.files[0].descriptor, &before, 1, 0) == 1);
    CHECK(drive(demands, store_all, 2).accepted == 2);
    CHECK(pread(place.files[0].descriptor, &after, 1, 0) == 1 && before == after);
}

/* ---- advice ------------------------------------------------------------------------------------ */

static void read_first(struct sample *s)
{
    each_operation(s, 0, 1);
    while (next_sample(s))
        consume(s->bytes[s->length / 2]);
}

static void test_advice_before_the_clock(void)
{
    const struct demands demands = {.subject = MAP_READ, .temperature = COLD, .advised = true, .size = SIZE};
    struct series series;
    struct recorder got = drive_series(&series, demands, "advice", "random", read_first, 1);

    CHECK(got.accepted == 1);
    CHECK(got.last.resident_after <= 1 || got.last.resident_after == PAGES_UNKNOWN); /* no read-ahead */
    series_free(&series);
    got = drive_series(&series, demands, "advice", "normal", read_first, 1);
    CHECK(got.accepted == 1 && got.last.resident_after > 1);
    series_free(&series);
    got = drive_series(&series, demands, "advice", "nonsense", read_first, 1);
    CHECK(got.accepted == 0 && series.broken && strstr(series.reason, "nonsense"));
    series_free(&series);
}

/* ---- teams ------------------------------------------------------------------------------------- */

enum { MEMBERS = 2 };

static atomic_int worked[MEMBERS];
static pthread_t first_thread;

static void work_as_thread(void *user, unsigned member)
{
    CHECK(user == worked);
    CHECK(!pthread_equal(pthread_self(), first_thread));
    atomic_fetch_add(&worked[member], 1);
}

static void run_threads(struct sample *s)
{
    struct team *team = team_start(s, THREADS, MEMBERS, work_as_thread, worked);

    each_operation(s, 0, 1);
    while (team && next_sample(s))
        team_run(team);
    team_end(team);
}

static void touch_memory(void *user, unsigned member)
{
    const struct sample *s = user;
    const size_t part = (size_t)s->length / MEMBERS;

    store_each_page(s->bytes + member * part, part, s->page_size, member + 1);
}

static void run_processes(struct sample *s)
{
    each_operation(s, 0, s->length / s->page_size);
    while (next_sample(s)) {
        struct team *team = team_start(s, PROCESSES, MEMBERS, touch_memory, s);
        if (!team)
            return;
        team_run(team);
        team_end(team);
    }
}

static void touch_own_memory(void *user, unsigned member)
{
    void *memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    (void)user;
    madvise(memory, SIZE, MADV_NOHUGEPAGE);
    store_each_page(memory, SIZE, mw_page_size(), member);
    munmap(memory, SIZE);
}

/* Its members are there until the sample has ended: what they count is known from them alone. */
static void run_lasting_processes(struct sample *s)
{
    struct team *team = team_start(s, PROCESSES, MEMBERS, touch_own_memory, NULL);

    each_operation(s, 0, 1);
    while (team && next_sample(s))
        team_run(team);
    team_end(team);
}

static void touch_in_child(struct sample *s)
{
    each_operation(s, 0, s->length / s->page_size);
    while (next_sample(s)) {
        const pid_t child = child_fork();
        if (child == 0) {
            store_each_page(s->bytes, (size_t)s->length, s->page_size, 1);
            _exit(0);
        }
        CHECK(child_wait(child) == 0);
    }
}

static void die(void *user, unsigned member)
{
    (void)user;
    if (member == 1)
        raise(SIGKILL);
}

static void run_mortals(struct sample *s)
{
    struct team *team = team_start(s, PROCESSES, MEMBERS, die, NULL);

    each_operation(s, 0, 1);
    while (team && next_sample(s))
        team_run(team);
    team_end(team);
}

static size_t open_descriptors(void)
{
    DIR *directory = opendir("/proc/self/fd");
    size_t count = 0;

    while (directory && readdir(directory))
        count++;
    if (directory)
        closedir(directory);
    return count;
}

static void meet_bus_error(void *user, unsigned member)
{
    atomic_fetch_add(&worked[member], 1);
    if (member == 1)
        consume(*(const unsigned char *)user);
}

static enum team_kind kind_of_team;

/* A map of a page that its file has no longer. */
static void run_into_bus_errors(struct sample *s)
{
    FILE *file = tmpfile();
    mw_map *map = NULL;
    void *bytes;

    CHECK(file && ftruncate(fileno(file), (off_t)s->page_size) == 0);
    CHECK(mw_map_fd(&map, fileno(file), NULL, NULL) == MW_OK);
    CHECK(mw_pin(&bytes, map, 0, MW_WHOLE, MW_PROT_READ, NULL) == MW_OK);
    CHECK(ftruncate(fileno(file), 0) == 0);
    struct team *team = team_start(s, kind_of_team, MEMBERS, meet_bus_error, bytes);
    each_operation(s, 0, 1);
    while (team && next_sample(s))
        team_run(team);
    team_end(team);
    mw_unpin(map, bytes);
    mw_free(map);
    fclose(file);
}

static int child_status;

/* The child must not come back as a second one of us. */
static void fork_into_bus_error(struct sample *s)
{
    each_operation(s, 0, 1);
    while (next_sample(s)) {
        const pid_t child = child_fork();
        if (child == 0) {
            raise(SIGBUS);
            _exit(0);
        }
        child_status = child_wait(child);
    }
}

/* As a family whose body is left in the middle: the team is ended by the contract. */
static void leave_team(struct sample *s)
{
    CHECK(team_start(s, PROCESSES, MEMBERS, die, NULL) != NULL);
    while (next_sample(s))
        raise(SIGBUS);
}

static void test_bus_errors(void)
{
    const struct demands nothing = {.subject = NOTHING};
    const size_t before = open_descriptors();
    struct series series;

    for (int kind = THREADS; kind <= PROCESSES; kind++) {
        kind_of_team = (enum team_kind)kind;
        CHECK(drive_series(&series, nothing, "unused", "none", run_into_bus_errors, 2).accepted == 0);
        CHECK(series.broken && strstr(series.reason, "SIGBUS"));
        series_free(&series);
    }
    CHECK(drive(nothing, fork_into_bus_error, 1).accepted == 1);
    CHECK(WIFSIGNALED(child_status) && WTERMSIG(child_status) == SIGBUS);
    CHECK(drive_series(&series, nothing, "unused", "none", leave_team, 1).accepted == 0);
    CHECK(series.broken && strstr(series.reason, "SIGBUS"));
    series_free(&series);
    CHECK(open_descriptors() == before);
    CHECK(waitpid(-1, NULL, WNOHANG) == -1);
}

static void start_too_many(struct sample *s)
{
    each_operation(s, 0, 1);
    CHECK(team_start(s, THREADS, TEAM_MAX + 1, work_as_thread, worked) == NULL);
}

static void test_teams(void)
{
    const struct demands nothing = {.subject = NOTHING}, memory = {.subject = MEMORY, .size = SIZE};
    const size_t before = open_descriptors();
    struct series series;

    first_thread = pthread_self();
    CHECK(drive(nothing, run_threads, 3).accepted == 3);
    CHECK(atomic_load(&worked[0]) == 3 && atomic_load(&worked[1]) == 3);

    /* Other processes touch copies of their own: what they counted is counted for the sample. */
    const struct recorder got = drive(memory, run_processes, 1);
    CHECK(got.accepted == 1 && got.last.counted.of[MINOR_FAULTS] >= (int64_t)pages());

    CHECK(drive(memory, touch_in_child, 1).last.counted.of[MINOR_FAULTS] >= (int64_t)pages());
    CHECK(drive(nothing, run_lasting_processes, 1).last.counted.of[MINOR_FAULTS] >= 2 * (int64_t)pages());

    CHECK(drive_series(&series, nothing, "unused", "none", run_mortals, 2).accepted == 0);
    CHECK(series.broken && strstr(series.reason, "died"));
    series_free(&series);
    CHECK(drive_series(&series, nothing, "unused", "none", start_too_many, 1).accepted == 0);
    CHECK(series.cannot && strstr(series.reason, "processors"));
    series_free(&series);
    CHECK(open_descriptors() == before);
    CHECK(waitpid(-1, NULL, WNOHANG) == -1); /* no child is left */
}

static int own_processor = -1;
static atomic_int seen_processors[MEMBERS];

static void note_processor(void *user, unsigned member)
{
    (void)user;
    atomic_store(&seen_processors[member], processor_current());
}

static void run_apart(struct sample *s)
{
    struct team *team = team_start(s, THREADS, MEMBERS, note_processor, NULL);

    each_operation(s, 0, 1);
    while (team && next_sample(s))
        team_run(team);
    team_end(team);
}

static void test_processors(void)
{
    own_processor = processor_pin();
    CHECK(processor_count() > 0);
    CHECK(own_processor == processor_pinned());
    CHECK(own_processor < 0 || processor_current() == own_processor);
    CHECK(drive((struct demands){.subject = NOTHING}, run_apart, 1).accepted == 1);
    if (own_processor >= 0 && processor_count() > 1)
        CHECK(atomic_load(&seen_processors[0]) != atomic_load(&seen_processors[1]));
}

/* ---- figures ----------------------------------------------------------------------------------- */

static void sleep_for(long nanoseconds)
{
    const struct timespec pause = {.tv_nsec = nanoseconds};

    nanosleep(&pause, NULL);
}

static void take_laps(struct sample *s)
{
    each_operation(s, 0, 100);
    each_laps(s, 100);
    while (next_sample(s))
        for (int i = 0; i < 100; i++) {
            if (i == 7)
                sleep_for(20000000);
            lap(s);
        }
}

static bool is_about(double seconds, double expected)
{
    return seconds > expected - 1e-9 && seconds < expected + 1e-9;
}

static void test_laps(void)
{
    const struct recorder got = drive((struct demands){.subject = NOTHING}, take_laps, 2);

    CHECK(got.accepted == 2);
    CHECK(extra(&got.last, "latency_max") >= 0.02 && extra(&got.last, "latency_max") <= got.last.seconds);
    CHECK(extra(&got.last, "latency_p50") > 0 && extra(&got.last, "latency_p50") < 0.002);
    CHECK(extra(&got.last, "latency_p99") >= extra(&got.last, "latency_p50"));

    struct laps laps = {0};
    CHECK(laps_begin(&laps, 1000));
    for (size_t i = 0; i < 1000; i++)
        laps.nanoseconds[laps.count++] = (int64_t)((i * 7) % 1000 + 1) * 1000;
    struct lap_times times = laps_summarize(&laps);
    CHECK(is_about(times.p50, 500e-6) && is_about(times.p99, 990e-6));
    CHECK(is_about(times.p999, 999e-6) && is_about(times.maximum, 1000e-6));

    /* Few of them: 99 of 100 do not exceed the last but one, and one alone is all there is. */
    laps.count = 100;
    times = laps_summarize(&laps);
    CHECK(is_about(times.p50, 50e-6) && is_about(times.p99, 99e-6) && is_about(times.p999, 100e-6));
    laps.count = 1;
    times = laps_summarize(&laps);
    CHECK(is_about(times.p50, 1e-6) && is_about(times.p999, 1e-6) && is_about(times.maximum, 1e-6));
    laps_free(&laps);
}

static void measure_elsewhere(struct sample *s)
{
    each_operation(s, 0, 1);
    while (next_sample(s)) {
        sample_seconds(s, 12.5);
        for (int i = 0; i < 200; i++)
            sample_trace(s, 0.5, i);
        sample_count_elsewhere(s, MAJOR_FAULTS, 1000);
    }
}

static void test_figures_of_others(void)
{
    const struct recorder got = drive((struct demands){.subject = NOTHING}, measure_elsewhere, 2);

    CHECK(got.last.seconds > 12.4 && got.last.seconds < 12.6);
    CHECK(got.last.trace_count == TRACE_MAX && got.last.trace[3] > 2.9F && got.last.trace[3] < 3.1F);
    CHECK(got.last.counted.of[MAJOR_FAULTS] >= 1000 && got.last.counted.of[MAJOR_FAULTS] < 2000);
}

/* ---- reads on their way ------------------------------------------------------------------------ */

static int ends_of_pipe[2];

static void *write_late(void *user)
{
    (void)user;
    sleep_for(100000000);
    CHECK(write(ends_of_pipe[1], "late", 4) == 4);
    return NULL;
}

/* Nobody frees a buffer that is still read into. */
static void test_ring_waits_for_reads(void)
{
    char early[4] = "", late[4] = "";
    pthread_t writer;
    unsigned tag = 0;
    int64_t got = 0;
    struct ring *ring = ring_open(2);

    if (!ring) {
        printf("no ring here (%s)\n", strerror(errno));
        return;
    }
    CHECK(pipe(ends_of_pipe) == 0);
    ring_read(ring, ends_of_pipe[0], late, sizeof late, 0, 1);
    ring_read(ring, place.files[0].descriptor, early, sizeof early, 0, 2);
    CHECK(ring_wait(ring, &tag, &got) && tag == 2 && got == 4);
    CHECK(pthread_create(&writer, NULL, write_late, NULL) == 0);
    ring_close(ring);
    CHECK(memcmp(late, "late", 4) == 0);
    CHECK(pthread_join(writer, NULL) == 0);
    close(ends_of_pipe[0]);
    close(ends_of_pipe[1]);
}

/* ---- effects ----------------------------------------------------------------------------------- */

static struct effect {
    uint64_t done, expected; /* in pages */
    void (*expect)(struct sample *s, uint64_t least);
} effect;

static void check_effect(struct sample *s)
{
    effect.expect(s, effect.expected);
}

static void store_some(struct sample *s)
{
    each_operation(s, 0, effect.done);
    while (next_sample(s))
        store_each_page(s->bytes, (size_t)effect.done * s->page_size, s->page_size, 3);
}

static void expect_private_pages(struct sample *s, uint64_t least)
{
    expect_private(s, least * s->page_size);
}

/* Stores to `done` pages while `expected` are expected; "" or why the sample does not count. */
static const char *doubt_of(struct demands demands, uint64_t done, uint64_t expected,
                            void (*expect)(struct sample *s, uint64_t least))
{
    static char doubt[REASON_MAX];
    static struct run run = {.seed = 7};
    const struct family family = {.name = "test", .body = store_some, .check = check_effect};
    struct series series = {.family = &family, .demands = demands};
    struct recorder recorder = {.wanted = 1};
    const struct driver driver = {want, accept_one, &recorder};

    effect = (struct effect){done, expected, expect};
    series.place = demands.subject < FOLDER ? NULL : &place;
    sample_block(&series, &run, 0, &driver);
    doubt[0] = '\0';
    for (size_t i = 0; i < series.discarded_kinds; i++)
        if (strncmp(series.discarded[i].reason, "other programs", 14) !=
            0) /* a busy machine says nothing of us */
            snprintf(doubt, sizeof doubt, "%s", series.discarded[i].reason);
    CHECK(recorder.accepted == (doubt[0] ? 0 : 1));
    return doubt;
}

static void test_effects_are_looked_for(void)
{
    const struct demands memory = {.subject = MEMORY, .size = SIZE};
    const struct demands file = {.subject = MAP_WRITE, .temperature = WARM, .size = SIZE};
    const struct demands copy = {.subject = MAP_COPY, .temperature = WARM, .size = SIZE};
    const uint64_t all = pages();

    CHECK(!*doubt_of(memory, all, all, expect_faults));
    CHECK(strstr(doubt_of(memory, 1, all, expect_faults), "page faults, not"));
    CHECK(!*doubt_of(copy, all, all, expect_private_pages));
    CHECK(strstr(doubt_of(copy, all - 1, all, expect_private_pages), "not private"));
    if (place.can_be_cold) {
        CHECK(!*doubt_of(file, all / 2, 16, expect_dirty));
        CHECK(strstr(doubt_of(file, 1, all, expect_dirty), "not dirty"));
    }
}

static uint64_t pages_touched;

static void touch_source(struct sample *s)
{
    const mw_map_options options = source_options(s);
    struct view view;

    while (next_sample(s)) {
        if (!source_open(&view, s, &options))
            return;
        store_each_page(view.bytes, pages_touched * s->page_size, s->page_size, 1);
        source_expect(s, &view, source_pages(s));
        source_close(&view);
    }
}

static void test_sources_are_looked_at(void)
{
    const struct demands nothing = {.subject = NOTHING};
    struct series series;
    char size[VALUE_MAX];

    snprintf(size, sizeof size, "%d", SIZE);
    pages_touched = pages();
    const struct recorder got = drive_series(&series, nothing, "size", size, touch_source, 1);
    if (series.cannot)
        return;
    CHECK(got.accepted == 1);
    series_free(&series);
    pages_touched = pages() - 1;
    CHECK(drive_series(&series, nothing, "size", size, touch_source, 1).accepted == 0);
    CHECK(strstr(series.discarded[0].reason, "pages in the page tables instead of"));
    series_free(&series);
}

/* ---- verdicts ---------------------------------------------------------------------------------- */

static void break_then_give_up(struct sample *s)
{
    sample_broken(s, "it went wrong");
    sample_cannot(s, "and hence can't");
}

static void give_up_then_break(struct sample *s)
{
    sample_cannot(s, "it can't");
    sample_broken(s, "and hence went wrong");
}

static void have_too_many_figures(struct sample *s)
{
    while (next_sample(s))
        for (int i = 0; i <= EXTRAS_MAX; i++)
            sample_extra(s, "figure", i);
}

static void test_first_verdict_stays(void)
{
    const struct demands nothing = {.subject = NOTHING};
    struct series series;

    drive_series(&series, nothing, "unused", "none", break_then_give_up, 1);
    CHECK(series.broken && !series.cannot && strcmp(series.reason, "it went wrong") == 0);
    drive_series(&series, nothing, "unused", "none", give_up_then_break, 1);
    CHECK(series.cannot && !series.broken && strcmp(series.reason, "it can't") == 0);
    CHECK(drive_series(&series, nothing, "unused", "none", have_too_many_figures, 1).accepted == 0);
    CHECK(series.broken && strstr(series.reason, "no room for the figure"));
}

/* ---- the processor ----------------------------------------------------------------------------- */

static int64_t stolen;

static void be_stolen_from(struct sample *s)
{
    each_operation(s, 0, 1);
    while (next_sample(s)) {
        sleep_for(100000000);
        sample_seconds(s, 1e-6); /* of one of many things that it did */
        sample_count_elsewhere(s, STEAL_NANOSECONDS, stolen);
    }
}

static void move_away(struct sample *s)
{
    each_operation(s, 0, 1);
    while (next_sample(s))
        processor_share(1);
}

static void test_lost_processor(void)
{
    const struct demands nothing = {.subject = NOTHING};
    const struct counters counters = counters_read();
    struct series series;

    if (counters.of[STEAL_NANOSECONDS] != COUNTER_ABSENT) {
        stolen = 0;
        CHECK(drive(nothing, be_stolen_from, 1).accepted == 1);
        stolen = 1000000;
        CHECK(drive(nothing, be_stolen_from, 1).accepted == 1);
        stolen = 10000000;
        CHECK(drive_series(&series, nothing, "unused", "none", be_stolen_from, 1).accepted == 0);
        CHECK(strstr(series.discarded[0].reason, "hypervisor"));
    }
    if (own_processor < 0 || processor_count() < 2)
        return;
    CHECK(drive_series(&series, nothing, "unused", "none", move_away, 1).accepted == 0);
    CHECK(strstr(series.discarded[0].reason, "moved from the processor"));
    processor_share(0);
}

int main(int argc, char **argv)
{
    char folder[PATH_MAX];

    if (!open_test_place(folder, argc, argv, SIZE))
        return 2;
    test_memory_is_fresh();
    test_memory_is_bounded();
    test_mapped_memory_has_no_faults();
    test_pages_of_memory();
    if (place.can_be_cold) {
        test_copies_do_not_reach_the_file();
        test_advice_before_the_clock();
    }
    test_teams();
    test_bus_errors();
    test_processors();
    test_laps();
    test_figures_of_others();
    test_effects_are_looked_for();
    test_sources_are_looked_at();
    test_ring_waits_for_reads();
    test_first_verdict_stays();
    test_lost_processor();
    close_test_place(folder);
    return summary();
}
