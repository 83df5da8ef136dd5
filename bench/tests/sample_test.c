/* The sample contract, with its effects on real files.
 *
 *     sample_test DIR    works in a folder of its own inside DIR. Where nothing can be cold the tests of cold
 *                        are left out, and it says so.
 */
#include "access.h"
#include "child.h"
#include "clock.h"
#include "counters.h"
#include "fill.h"
#include "interrupt.h"
#include "page_cache.h"
#include "place.h"
#include "prepare.h"
#include "processor.h"
#include "recorder.h"
#include "sample.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { SIZE = 4 << 20 };

static uint64_t pages(void)
{
    return SIZE / mw_page_size();
}

/* ---- what the system may do, too --------------------------------------------------------------- */

static int error_of_fsync;

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): the header's are not for us */
int fsync(int file)
{
    errno = error_of_fsync;
    return error_of_fsync ? -1 : (int)syscall(SYS_fsync, file);
}

/* ---- the contract, with a family and a driver of our own --------------------------------------- */

static struct {
    uint64_t passes, changes, doubts_left, prepared, checked, finished, touched;
    bool cannot, leave, unique, offsets_inside, stop_early;
    unsigned char *last;
} seen;

static void prepare(struct sample *s)
{
    CHECK(s->map && s->bytes && s->file >= 0);
    seen.prepared++;
}

static void check(struct sample *s)
{
    seen.checked++;
    sample_extra(s, "answer", 42);
    if (seen.doubts_left > 0) {
        seen.doubts_left--;
        sample_doubt(s, "the test said so");
    }
}

static void finish(struct sample *s)
{
    (void)s;
    seen.finished++;
}

static void note_offsets(const struct sample *s)
{
    for (size_t i = 0; i < s->touches; i++) {
        seen.offsets_inside =
            seen.offsets_inside && s->offsets[i] < s->length && s->offsets[i] % s->page_size == 0;
        for (size_t j = 0; j < i; j++)
            seen.unique = seen.unique && s->offsets[i] != s->offsets[j];
    }
}

static void body(struct sample *s)
{
    each_operation(s, s->length, 1);
    seen.unique = seen.offsets_inside = true;
    while (next_sample(s)) {
        seen.passes++;
        seen.changes += s->bytes != seen.last;
        seen.last = s->bytes;
        note_offsets(s);
        consume(sum_words(s->bytes, (size_t)s->length));
        if (seen.cannot) {
            sample_cannot(s, "not on this %s", "machine");
            return;
        }
        if (seen.leave)
            return;
        if (seen.stop_early)
            interrupted = 1;
    }
}

static const struct family family = {
    .name = "test",
    .axes = {EACH("size", QUICK("4M")), EACH("touches", QUICK("16"))},
    .prepare = prepare,
    .check = check,
    .finish = finish,
    .body = body,
};

static struct series series_of(enum temperature temperature, bool batches)
{
    struct series series = {.family = &family, .place = &place};

    snprintf(series.point.values[0], VALUE_MAX, "%d", SIZE);
    snprintf(series.point.values[1], VALUE_MAX, "16");
    series.demands =
        (struct demands){.subject = MAP_READ, .temperature = temperature, .batches = batches, .size = SIZE};
    return series;
}

static struct recorder drive(struct series *series, unsigned wanted)
{
    static struct run run = {.seed = 7};
    struct recorder recorder = {.wanted = wanted};
    const struct driver driver = {want, accept_one, &recorder};

    sample_block(series, &run, 3, &driver);
    return recorder;
}

/* Why a file can't be written, or made cold, is told. */
static void test_reasons_of_the_cache(const struct data_file *file)
{
    const struct data_file none = {.size = SIZE, .descriptor = -1};
    struct place unwritten = place;
    struct series series = series_of(COLD, false);

    errno = 0;
    CHECK(!fill_cache_part(&none, SIZE) && errno != 0);
    CHECK(!fill_cache_part(file, (uint64_t)2 * SIZE) && errno != 0); /* more than there is */
    error_of_fsync = EIO;
    place_probe(&unwritten);
    CHECK(!unwritten.can_be_cold && strstr(unwritten.why_not_cold, strerror(EIO)));
    memset(&seen, 0, sizeof seen);
    CHECK(drive(&series, 1).accepted == 0 && seen.prepared == 0);
    CHECK(series.broken && strstr(series.reason, strerror(EIO)));
    error_of_fsync = 0;
}

static void test_cold_samples(void)
{
    struct series series = series_of(COLD, true);

    memset(&seen, 0, sizeof seen);
    const struct recorder got = drive(&series, 3);
    CHECK(got.accepted == 3 && got.asked == 4);
    CHECK(seen.passes == 3 && seen.prepared == 3 && seen.checked == 3 && seen.finished == 3);
    CHECK(got.last.batch == 1 && got.last.seconds > 0);
    CHECK(got.last.resident_before == 0 && got.last.resident_after == pages());
    CHECK(got.last.bytes == SIZE && got.last.bytes_needed == SIZE && got.last.items == 1);
    CHECK(!place.reads_are_counted || got.last.counted.of[BYTES_READ] >= SIZE);
    CHECK(got.last.extra_count == 1 && got.last.extras[0].value == 42);
    CHECK(seen.unique && seen.offsets_inside);
    CHECK(series.discarded_count == 0);
}

static void test_warm_batches(void)
{
    struct series series = series_of(WARM, true);

    memset(&seen, 0, sizeof seen);
    const struct recorder got = drive(&series, 2);
    CHECK(got.accepted == 2);
    CHECK(got.last.resident_before == pages() && got.last.resident_after == pages());
    CHECK(got.last.counted.of[BYTES_READ] <= 0);
    CHECK(got.last.batch == series.batch && got.last.items == got.last.batch);
    CHECK(got.last.bytes == got.last.batch * SIZE && got.last.bytes_needed == got.last.batch * SIZE);
    CHECK(got.last.seconds >= 1e-3 || series.batch == 256);
    CHECK(seen.passes >= 3 * series.batch); /* one not counted, then two that are */
    CHECK(got.last.counted.of[MINOR_FAULTS] >= (int64_t)series.batch); /* each with a fresh mapping */
    CHECK(seen.changes >= 2 * (series.batch - 1));
}

static void test_mapped_batches(void)
{
    struct series series = series_of(MAPPED, true);

    memset(&seen, 0, sizeof seen);
    const struct recorder got = drive(&series, 1);
    CHECK(got.accepted == 1);
    CHECK(seen.changes <= 2 || seen.changes < seen.passes / 2);         /* one mapping for each batch */
    CHECK(got.last.counted.of[MINOR_FAULTS] < (int64_t)(pages() / 16)); /* none of the file's */
    CHECK(got.last.seconds >= 1e-3);
}

/* A sample that is not valid is taken again, counted with its reason, and never handed on. */
static void test_doubt(void)
{
    struct series series = series_of(WARM, false);

    memset(&seen, 0, sizeof seen);
    seen.doubts_left = 2;
    struct recorder got = drive(&series, 2);
    CHECK(got.accepted == 2 && seen.passes == 4 && series.discarded_count == 2);
    CHECK(strcmp(series.discarded[0].reason, "the test said so") == 0);

    seen.doubts_left = 1000; /* it never will be */
    got = drive(&series, 2);
    CHECK(got.accepted == 0 && got.asked == 1);
    CHECK(series.discarded_count == 2 + 4);
    CHECK(seen.prepared == seen.finished);
}

static void test_ends(void)
{
    struct series cannot = series_of(WARM, false), left = series_of(WARM, false),
                  stopped = series_of(WARM, false);

    memset(&seen, 0, sizeof seen);
    seen.cannot = true;
    CHECK(drive(&cannot, 3).accepted == 0 && seen.passes == 1);
    CHECK(cannot.cannot && strcmp(cannot.reason, "not on this machine") == 0);
    CHECK(seen.finished == 1); /* also after leaving in the middle */

    memset(&seen, 0, sizeof seen);
    seen.leave = true;
    CHECK(drive(&left, 3).accepted == 0 && seen.finished == 1);

    memset(&seen, 0, sizeof seen);
    seen.stop_early = true;
    CHECK(drive(&stopped, 3).accepted == 0 && seen.passes == 1);
    interrupted = 0;
}

static void empty_body(struct sample *s)
{
    while (next_sample(s))
        consume(0);
}

/* However misleading the first time is: a batch is long enough before it counts. */
static void test_batches_grow(void)
{
    struct family empty = family;
    struct series series = series_of(ANY_TEMPERATURE, true);

    empty.body = empty_body;
    empty.prepare = empty.check = NULL;
    series.family = &empty;
    series.demands.subject = FILE_ONLY;
    snprintf(series.point.values[1], VALUE_MAX, "0");
    const struct recorder got = drive(&series, 3);
    CHECK(got.accepted == 3);
    CHECK(got.last.seconds >= 1e-3 || got.last.batch == 1 << 20);
    CHECK(series.discarded_count == 0);
}

enum { PAGES_IN_PART = 16, PAGES_OUTSIDE = 1000 };

static void touch_new_pages(size_t count)
{
    const size_t length = count * mw_page_size();
    void *bytes = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    CHECK(bytes != MAP_FAILED);
    madvise(bytes, length, MADV_NOHUGEPAGE);
    store_each_page(bytes, length, mw_page_size(), 1);
    munmap(bytes, length);
}

static void work_in_parts(struct sample *s)
{
    const struct timespec pause = {.tv_nsec = 100000000};

    while (next_sample(s)) {
        touch_new_pages(PAGES_OUTSIDE);
        nanosleep(&pause, NULL);
        for (int part = 0; part < 2; part++) {
            part_begins(s);
            touch_new_pages(PAGES_IN_PART);
            part_ends(s);
        }
    }
}

/* Neither time nor faults nor switches from outside the parts are the sample's. */
static void test_parts(void)
{
    struct family parts = {.name = "test", .body = work_in_parts};
    struct series series = {.family = &parts, .demands = {.subject = NOTHING}};
    const struct recorder got = drive(&series, 2);
    const int64_t *counted = got.last.counted.of, least = PAGES_IN_PART * INT64_C(2);

    CHECK(got.accepted == 2 && got.last.seconds > 0 && got.last.seconds < 0.1);
    CHECK(counted[MINOR_FAULTS] >= least && counted[MINOR_FAULTS] < PAGES_OUTSIDE / 2);
    CHECK(counted[MAJOR_FAULTS] == 0);
}

static void compute_for_a_while(struct sample *s)
{
    while (next_sample(s))
        for (const int64_t began = clock_nanoseconds(); clock_nanoseconds() - began < 30000000;)
            consume((uint64_t)began);
}

static bool waits_are_told(void)
{
    struct family family_of_one = {.name = "test", .body = compute_for_a_while};
    struct series series = {.family = &family_of_one, .demands = {.subject = NOTHING}};
    const struct recorder got = drive(&series, 1);
    const int64_t waited = got.last.counted.of[WAITED_NANOSECONDS];

    if (waited == COUNTER_ABSENT) {
        printf("not tested: the system does not say how long a process waits\n");
        fflush(stdout);
        return true;
    }
    return got.accepted == 1 && measurement_had_to_wait(&got.last) && series.discarded_count == 2 &&
           strcmp(series.discarded[0].reason, "other programs had the processor") == 0;
}

/* Two others on the processor that measures: two tries are thrown away, the third says how long it waited.
 */
static void test_others_on_the_processor(void)
{
    pid_t others[2];
    const pid_t child = fork();

    if (child == 0) {
        processor_pin();
        for (int i = 0; i < 2; i++) {
            others[i] = child_fork();
            while (others[i] == 0)
                consume(1);
        }
        const bool told = waits_are_told();
        for (int i = 0; i < 2; i++)
            kill(others[i], SIGKILL);
        _exit(told ? 0 : 1);
    }
    CHECK(child > 0 && child_wait(child) == 0);
}

/* Where reads don't show, there is no amplification: not one of nothing. */
static void test_uncounted_reads(void)
{
    struct series series = series_of(WARM, false);
    struct place uncounted = place;

    memset(&seen, 0, sizeof seen);
    uncounted.reads_are_counted = false;
    series.place = &uncounted;
    CHECK(drive(&series, 1).last.counted.of[BYTES_READ] == COUNTER_ABSENT);
}

static void evict(struct sample *s)
{
    page_cache_drop(s->file);
}

static void read_one(struct sample *s)
{
    char byte;

    CHECK(pread(s->file, &byte, 1, 0) == 1);
}

/* A condition that is lost between preparing and measuring is noticed. */
static void test_lost_condition(enum temperature temperature, void (*spoil)(struct sample *s),
                                const char *says)
{
    struct family spoiled = family;
    struct series series = series_of(temperature, false);

    memset(&seen, 0, sizeof seen);
    spoiled.prepare = spoil;
    series.family = &spoiled;
    CHECK(drive(&series, 1).accepted == 0 && seen.passes == 0);
    CHECK(series.discarded_count == 4 && strstr(series.discarded[0].reason, says));
}

/* One page is enough to be not cold. */
static void bring_in_one(struct sample *s)
{
    struct cached_pages cached;
    char byte;

    posix_fadvise(s->file, 0, 0, POSIX_FADV_RANDOM); /* no read-ahead */
    CHECK(pread(s->file, &byte, 1, 0) == 1);
    posix_fadvise(s->file, 0, 0, POSIX_FADV_NORMAL);
    CHECK(page_cache_look(&cached, s->file, s->length) && cached.resident == 1);
}

static void evict_and_read(struct sample *s)
{
    char byte;

    while (next_sample(s)) {
        seen.passes++;
        prepare_end(s);
        evict(s);
        CHECK(pread(s->file, &byte, 1, 0) == 1);
    }
}

/* Few bytes of the device are too many for warm. */
static void test_warm_reads_nothing(void)
{
    struct family evicted = family;
    struct series series = series_of(WARM, false);

    memset(&seen, 0, sizeof seen);
    evicted.body = evict_and_read;
    evicted.prepare = evicted.check = NULL;
    series.family = &evicted;
    CHECK(drive(&series, 1).accepted == 0 && seen.passes == 4);
    CHECK(series.discarded_count == 4 && strstr(series.discarded[0].reason, "bytes came from the device"));
}

static void read_nothing(struct sample *s)
{
    each_operation(s, s->length, 1);
    while (next_sample(s))
        seen.passes++;
}

/* Nor is cold what came from elsewhere. */
static void test_cold_reads_all(void)
{
    struct family lazy = family;
    struct series series = series_of(COLD, false);

    memset(&seen, 0, sizeof seen);
    lazy.body = read_nothing;
    lazy.check = NULL;
    series.family = &lazy;
    CHECK(drive(&series, 1).accepted == 0 && seen.passes == 4);
    CHECK(strstr(series.discarded[0].reason, "not cold: 0 of 4194304 bytes"));
}

/* ---- what is touched ---- */

enum { TOUCHES = 64 };

static uint64_t touched[TOUCHES], pieces_met;

static void note_touches(struct sample *s)
{
    each_operation(s, 0, 1);
    each_touches(s, "zipf", TOUCHES, s->page_size);
    while (next_sample(s)) {
        memcpy(touched, s->offsets, sizeof touched);
        pieces_met = pattern_pieces_met(s->offsets, TOUCHES, s->length, s->page_size);
        consume(load_pages(s->bytes, s->offsets, TOUCHES));
    }
}

static struct recorder touch_in_round(struct series *series, uint64_t round)
{
    struct run run = {.seed = 7};
    struct recorder recorder = {.wanted = 1};
    const struct driver driver = {want, accept_one, &recorder};

    sample_block(series, &run, round, &driver);
    return recorder;
}

/* The same for all series of a round, others in the next one. */
static void test_touches(void)
{
    const struct family touching = {.name = "test", .body = note_touches};
    struct series series = series_of(WARM, false);
    uint64_t first[TOUCHES];

    series.family = &touching;
    CHECK(touch_in_round(&series, 1).accepted == 1);
    memcpy(first, touched, sizeof first);
    CHECK(touch_in_round(&series, 1).accepted == 1);
    CHECK(memcmp(first, touched, sizeof first) == 0);
    CHECK(touch_in_round(&series, 2).accepted == 1);
    CHECK(memcmp(first, touched, sizeof first) != 0);
}

/* What is touched twice is needed once. */
static void test_needs_of_touches(void)
{
    const struct family touching = {.name = "test", .body = note_touches};
    struct series series = series_of(COLD, false);

    series.family = &touching;
    const struct recorder got = touch_in_round(&series, 1);
    CHECK(got.accepted == 1 && pieces_met > 0 && pieces_met < TOUCHES);
    CHECK(got.last.bytes_needed == pieces_met * mw_page_size());
}

/* Where it is known whether files can be cold, the probe must have found it. */
static void cut_off(struct sample *s)
{
    CHECK(ftruncate(s->file, 0) == 0);
}

/* Touching what is no longer there ends the series, not the program. */
static void test_bus_error(const struct data_file *file)
{
    struct family cut = family;
    struct series series = series_of(ANY_TEMPERATURE, false);

    memset(&seen, 0, sizeof seen);
    cut.prepare = cut_off;
    cut.check = NULL;
    series.family = &cut;
    CHECK(drive(&series, 1).accepted == 0);
    CHECK(series.broken && strstr(series.reason, "SIGBUS"));
    CHECK(ftruncate(file->descriptor, SIZE) == 0 && fill_file(file));
}

static void cut_off_and_touch(struct sample *s)
{
    seen.prepared++;
    cut_off(s);
    consume(s->bytes[0]);
}

static void check_cut_off(struct sample *s)
{
    cut_off(s);
    consume(s->bytes[0]);
}

static void touch_in_finish(struct sample *s)
{
    seen.finished++;
    consume(s->bytes[0]);
}

/* Wherever it comes: what prepare took is given back, once. */
static void bus_error_in(const struct data_file *file, void (*in_prepare)(struct sample *s),
                         void (*in_check)(struct sample *s), void (*in_finish)(struct sample *s))
{
    struct family cut = family;
    struct series series = series_of(ANY_TEMPERATURE, false);

    memset(&seen, 0, sizeof seen);
    cut.prepare = in_prepare;
    cut.check = in_check;
    cut.finish = in_finish;
    series.family = &cut;
    CHECK(drive(&series, 1).accepted == 0);
    CHECK(seen.prepared == 1 && seen.finished == 1);
    CHECK(series.broken && strstr(series.reason, "SIGBUS"));
    CHECK(ftruncate(file->descriptor, SIZE) == 0 && fill_file(file));
}

static void test_bus_errors_outside(const struct data_file *file)
{
    bus_error_in(file, cut_off_and_touch, NULL, finish);
    bus_error_in(file, prepare, check_cut_off, finish);
    bus_error_in(file, cut_off_and_touch, NULL, touch_in_finish);
}

/* A file that somebody cuts off between two samples. */
static void test_cut_off(const struct data_file *file)
{
    struct family plain = family;
    struct series series = series_of(WARM, false);

    memset(&seen, 0, sizeof seen);
    series.family = &plain;
    CHECK(ftruncate(file->descriptor, SIZE - 1) == 0);
    CHECK(drive(&series, 1).accepted == 0 && seen.prepared == 0);
    CHECK(series.broken && strstr(series.reason, "cut off: it has 4194303 of 4194304 bytes"));
    CHECK(ftruncate(file->descriptor, SIZE) == 0 && fill_file(file));
}

static void make_own_file(struct sample *s)
{
    seen.passes++;
    CHECK(strncmp(s->path, place.scratch.path, strlen(place.scratch.path)) == 0);
    while (next_sample(s))
        consume(0);
}

/* A family's own files are in the scratch folder, and never anywhere else. */
static void test_folder(void)
{
    struct family folder = {.name = "test", .body = make_own_file};
    struct place closed = place;
    struct series series = {.family = &folder, .place = &place, .demands = {.subject = FOLDER}};

    memset(&seen, 0, sizeof seen);
    CHECK(drive(&series, 1).accepted == 1 && seen.passes == 1);
    closed.scratch.path[0] = '\0';
    series.place = &closed;
    CHECK(drive(&series, 1).accepted == 0 && seen.passes == 1);
    CHECK(series.broken && strstr(series.reason, "scratch folder"));
}

int main(int argc, char **argv)
{
    char folder[PATH_MAX];

    if (!open_test_place(folder, argc, argv, SIZE))
        return 2;
    const struct data_file *file = place_file(&place, SIZE);
    test_reasons_of_the_cache(file);
    test_warm_batches();
    test_mapped_batches();
    test_batches_grow();
    test_uncounted_reads();
    test_parts();
    test_others_on_the_processor();
    test_touches();
    test_doubt();
    test_ends();
    test_bus_error(file);
    test_bus_errors_outside(file);
    test_cut_off(file);
    test_folder();
    if (place.can_be_cold) {
        test_cold_samples();
        test_lost_condition(COLD, read_one, "not cold: ");
        test_lost_condition(COLD, bring_in_one, "not cold: 1 of");
        if (place.reads_are_counted) {
            test_warm_reads_nothing();
            test_cold_reads_all();
        }
        test_needs_of_touches();
        test_lost_condition(WARM, evict, "not warm: 0 of");
    }
    close_test_place(folder);
    return summary();
}
