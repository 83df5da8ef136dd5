/* What the machine can do without any mapping: the limits to set the other families beside. The disk is
 * read past the page cache (O_DIRECT) where the file system can, else cold through it: the extra figure
 * o_direct says which. */
#include "access.h"
#include "child.h"
#include "clock.h"
#include "direct.h"
#include "google_benchmark.h"
#include "machine.h"
#include "sample.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum {
    CALLS = 1000,
    PAUSES = 2000,
    RANDOM_READS = 128,
    BLOCK = 64 << 20,
    DIRECT_PIECE = 1 << 20,
    HUGE_PAGE = 2 << 20
};

static struct demands demands_of(const struct family *family, const struct point *point)
{
    const char *what = point_value(family, point, "what");

    if (strncmp(what, "disk_", 5) == 0)
        return (struct demands){.subject = FILE_ONLY, .temperature = COLD, .size = 64 << 20};
    if (strcmp(what, "pause_resume") == 0)
        return (struct demands){.subject = NOTHING};
    return (struct demands){.subject = NOTHING, .batches = true};
}

static void calibrate_clock(struct sample *s)
{
    each_operation(s, 0, CALLS);
    while (next_sample(s))
        for (int i = 0; i < CALLS; i++)
            consume((uint64_t)clock_nanoseconds());
}

/* What reading the clock would cost if no system call, and no page shared with the system, were in between.
 */
static void calibrate_raw_clock(struct sample *s)
{
    if (!machine_ticks_name()) {
        sample_cannot(s, "this processor has no clock that programs may read by an instruction");
        return;
    }
    each_operation(s, 0, CALLS);
    while (next_sample(s))
        for (int i = 0; i < CALLS; i++)
            consume(machine_ticks());
}

/* ---- PauseTiming and ResumeTiming of Google Benchmark ---- */

static void pause_and_resume(gb_state *state, void *seconds)
{
    while (gb_keep_running(state)) {
        const int64_t began = clock_nanoseconds();
        for (int i = 0; i < PAUSES; i++) {
            gb_pause_timing(state);
            gb_resume_timing(state);
        }
        *(double *)seconds = seconds_between(began, clock_nanoseconds());
    }
}

static void ignore_row(void *user, const gb_row *row)
{
    (void)user;
    (void)row;
}

/* A run of its own, of nothing else, that neither prints nor writes a file. */
static double run_pauses(void)
{
    static const gb_reporter quiet = {ignore_row, NULL};
    char program[] = "pause_resume", no_file[] = "--benchmark_out=";
    char *arguments[] = {program, no_file, NULL};
    int count = 2;
    double seconds = 0;
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

    if (nowhere < 0 || dup2(nowhere, STDOUT_FILENO) < 0 || dup2(nowhere, STDERR_FILENO) < 0 ||
        gb_initialize(&count, arguments) != GB_OK || gb_clear_registered() != GB_OK)
        return 0;
    gb_benchmark *benchmark = gb_register(program, pause_and_resume, &seconds);
    if (!benchmark || gb_iterations(benchmark, 1) != GB_OK || gb_run_all(NULL, ".", &quiet) != GB_OK)
        return 0;
    return seconds;
}

/* The library is in the middle of a run of ours, so the other one is in a copy of this process. */
static double run_pauses_elsewhere(void)
{
    double seconds = 0;
    int ends[2];

    if (pipe(ends) != 0)
        return 0;
    const pid_t process = child_fork();
    if (process == 0) {
        seconds = run_pauses();
        _exit(write(ends[1], &seconds, sizeof seconds) == (ssize_t)sizeof seconds ? 0 : 1);
    }
    close(ends[1]);
    ssize_t got = process < 0 ? 0 : -1;
    while (got < 0) {
        got = read(ends[0], &seconds, sizeof seconds);
        if (got < 0 && errno != EINTR)
            break;
    }
    close(ends[0]);
    if (process > 0)
        child_wait(process);
    return got == (ssize_t)sizeof seconds ? seconds : 0;
}

static void calibrate_pause_resume(struct sample *s)
{
    each_operation(s, 0, PAUSES);
    while (next_sample(s)) {
        const double seconds = run_pauses_elsewhere();
        if (seconds > 0)
            sample_seconds(s, seconds);
        else
            sample_broken(s, "Google Benchmark could not be run in a process of its own");
    }
}

/* ---- the machine ---- */

static void calibrate_system_call(struct sample *s)
{
    each_operation(s, 0, CALLS);
    while (next_sample(s))
        for (int i = 0; i < CALLS; i++)
            consume((uint64_t)getppid());
}

static void calibrate_memory_copy(struct sample *s)
{
    const void *from = sample_memory(s, BLOCK);
    void *to = sample_memory(s, BLOCK);

    if (!from || !to)
        return;
    each_operation(s, BLOCK, BLOCK / s->page_size);
    while (next_sample(s)) {
        memcpy(to, from, BLOCK);
        consume(*(const uint64_t *)to);
    }
}

static void calibrate_memory_read(struct sample *s)
{
    const void *memory = sample_memory(s, BLOCK);

    if (!memory)
        return;
    each_operation(s, BLOCK, BLOCK / s->page_size);
    while (next_sample(s))
        consume(sum_words(memory, BLOCK));
}

static bool read_pieces(struct sample *s, int file, void *buffer, size_t piece, size_t count, bool random)
{
    for (size_t i = 0; i < count; i++) {
        /* A step that shares no factor with the page count visits pages far apart, none twice. */
        uint64_t pages = s->length / s->page_size, page = i * 7919 % pages;
        uint64_t offset = random ? page * s->page_size : i * piece;
        if (pread(file, buffer, piece, (off_t)offset) != (ssize_t)piece) {
            sample_broken(s, "reading the disk: %s", strerror(errno));
            return false;
        }
    }
    return true;
}

/* Memory in one piece where the system has huge pages: the device then gets few large segments in place of
 * many of a page, and may be three times as fast. Page cache has large pieces too. */
static void *direct_buffer(struct sample *s, mw_map **map)
{
    const mw_map_options options = {.size = sizeof options, .access = MW_ACCESS_COPY, .length = MW_WHOLE};
    mw_err err = {0};
    void *start;

    if (!sample_ok(s, "mapping", mw_map_anon(map, (uint64_t)2 * HUGE_PAGE, &options, &err), &err))
        return NULL;
    mw_advise(*map, 0, MW_WHOLE, MW_ADVICE_HUGEPAGE, MW_ADVISE_BEST_EFFORT, NULL);
    if (!sample_ok(s, "pinning", mw_pin(&start, *map, 0, MW_WHOLE, MW_PROT_WRITE, &err), &err))
        return NULL;
    mw_unpin(*map, start); /* it stays until *map is freed, by us */
    char *aligned = (char *)start + (HUGE_PAGE - (uintptr_t)start % HUGE_PAGE) % HUGE_PAGE;
    store_each_page(aligned, HUGE_PAGE, s->page_size, 1);
    return aligned;
}

static void calibrate_disk(struct sample *s, bool random)
{
    const size_t piece = random ? s->page_size : DIRECT_PIECE;
    const size_t count = random ? RANDOM_READS : (size_t)(s->length / DIRECT_PIECE);
    mw_map *map = NULL;
    void *buffer = direct_buffer(s, &map);
    const int direct = open_direct(s->path);
    const bool works = direct >= 0 && buffer && pread(direct, buffer, piece, 0) == (ssize_t)piece;

    each_operation(s, count * piece, count);
    while (buffer && next_sample(s)) {
        sample_extra(s, "o_direct", works);
        if (!read_pieces(s, works ? direct : s->file, buffer, piece, count, random))
            break;
    }
    if (direct >= 0)
        close(direct);
    mw_free(map);
}

FAMILY(calibration, "what clock, system calls, memory and disk can do without any mapping", .items = "calls",
       .demands_of = demands_of,
       .axes = {EACH("what", QUICK("clock raw_clock pause_resume system_call memory_copy memory_read "
                                   "disk_sequential disk_random"))})
{
    if (axis_is(s, "what", "clock"))
        calibrate_clock(s);
    else if (axis_is(s, "what", "raw_clock"))
        calibrate_raw_clock(s);
    else if (axis_is(s, "what", "pause_resume"))
        calibrate_pause_resume(s);
    else if (axis_is(s, "what", "system_call"))
        calibrate_system_call(s);
    else if (axis_is(s, "what", "memory_copy"))
        calibrate_memory_copy(s);
    else if (axis_is(s, "what", "memory_read"))
        calibrate_memory_read(s);
    else
        calibrate_disk(s, axis_is(s, "what", "disk_random"));
}
