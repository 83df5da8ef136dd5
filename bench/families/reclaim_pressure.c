/* Two users of memory that is too little for both. One loads from anywhere in a hot set that was all in
 * memory at first; the other reads through a larger part of the same file, in order and again and again. Each
 * has its own map. Here is measured what the second does to the first, and what the advice changes that
 * either of them gives: a sample has as many operations as the first did loads. One of them is too short for
 * the clock, so the tail is that of 512 in turn, in seconds: loads_512_p50, loads_512_p99 and the like.
 * Hardly one needs the device, so there is neither a bandwidth nor an amplification. `advice` is the first
 * one's. `neighbour` is what the second says: for its whole map, or (cold, pageout) for each piece that it
 * has read; `none` is no second one. */
#include "access.h"
#include "advice.h"
#include "clock.h"
#include "fill.h"
#include "interrupt.h"
#include "memory_limit.h"
#include "random_loads.h"
#include "team.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

enum {
    LIMIT = 32 << 20,
    LEFT_FREE = 2 << 20, /* for page tables and the like */
    HOT = 24 << 20,      /* the first so many bytes of the file */
    PIECE = 1 << 20,     /* what the second reads, and advises, at once */
    LINES = 1 << 15,
    LAP = 512,      /* loads */
    LAPS = 1 << 17, /* at most */
};

static struct laps laps;

static struct {
    struct sample *s;
    mw_map *neighbour;
    unsigned char *bytes; /* of the neighbour's map, without the hot set */
    size_t length;
    mw_advice_row behind; /* what the neighbour advises for what it has read; MW_ADVICE_NORMAL: nothing */
    bool alone;
    int64_t wanted; /* nanoseconds */
    atomic_bool over;
    double seconds;
    const uint64_t *lines; /* in the hot set */
    uint64_t loads, neighbour_bytes;
    int64_t major_faults;
    struct memory_limit_figures figures; /* at the start */
} work;

/* ---- the two ---- */

/* Until the second says that it is time. A load may last long, so not even a lap is always ended. */
static void load_hot_pages(void)
{
    struct sample *s = work.s;
    const int64_t before = counters_thread_major_faults(), began = clock_nanoseconds();

    laps.last = began;

    while (!work.over && work.loads < (uint64_t)LAP * LAPS) {
        consume(*(const volatile uint64_t *)(const void *)(s->bytes + work.lines[work.loads % LINES]));
        if (++work.loads % LAP == 0)
            laps_add(&laps);
    }
    work.seconds = seconds_between(began, clock_nanoseconds());
    work.major_faults = counters_thread_major_faults() - before;
    if (work.loads < LAP)
        laps_add(&laps);
}

static void read_a_piece(size_t offset)
{
    consume(load_each_page(work.bytes + offset, PIECE, work.s->page_size));
    work.neighbour_bytes += PIECE;
    if (work.behind.advice != MW_ADVICE_NORMAL)
        mw_advise(work.neighbour, offset, PIECE, work.behind.advice, 0, NULL);
}

static void read_on_and_on(void)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    const int64_t began = clock_nanoseconds();
    size_t offset = LIMIT - HOT;

    for (; clock_nanoseconds() - began < work.wanted && !interrupted; offset = (offset + PIECE) % work.length)
        if (work.alone)
            nanosleep(&pause, NULL);
        else
            read_a_piece(offset);
    work.over = true;
}

static void play(void *user, unsigned member)
{
    (void)user;
    if (member == 0)
        load_hot_pages();
    else
        read_on_and_on();
}

/* ---- before and after ---- */

static bool open_neighbour(struct sample *s)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_err err = {0};
    void *bytes;

    options.access = MW_ACCESS_READ;
    options.flags = MW_F_NO_TRACK;
    options.offset = HOT;
    if (!sample_ok(s, "mapping", mw_map_file(&work.neighbour, s->path, &options, &err), &err) ||
        !sample_ok(s, "pinning", mw_pin(&bytes, work.neighbour, 0, MW_WHOLE, MW_PROT_READ, &err), &err))
        return false;
    work.bytes = bytes;
    return true;
}

/* Into the page tables of the first. What else there is room for has pages that the second will not want
 * soon. */
static bool bring_in_the_hot_set(struct sample *s)
{
    if (!fill_cache_part(s->data, LIMIT - LEFT_FREE) && !interrupted)
        sample_broken(s, "filling the cache: %s", strerror(errno));
    consume(load_each_page(s->bytes, HOT, s->page_size));
    return !sample_ended(s);
}

static void prepare(struct sample *s)
{
    const char *neighbour = axis_text(s, "neighbour");
    mw_advice_row row;

    work.over = false;
    work.loads = work.neighbour_bytes = 0;
    work.behind.advice = MW_ADVICE_NORMAL;
    if (!laps_begin(&laps, LAPS))
        sample_broken(s, "out of memory");
    if (sample_ended(s) || !open_neighbour(s) || !memory_limit_enter_cold(s, LIMIT) ||
        !bring_in_the_hot_set(s))
        return;
    memory_limit_look(&work.figures);
    if (work.alone || !sample_advice(&row, s, neighbour))
        return;
    if (row.advice == MW_ADVICE_COLD || row.advice == MW_ADVICE_PAGEOUT)
        work.behind = row;
    else
        sample_advise(s, work.neighbour, &row);
}

static void check(struct sample *s)
{
    const struct lap_times times = laps_summarize(&laps);

    sample_extra(s, "loads_512_p50", times.p50);
    sample_extra(s, "loads_512_p99", times.p99);
    sample_extra(s, "loads_512_p999", times.p999);
    sample_extra(s, "loads_512_max", times.maximum);
    sample_extra(s, "major_faults_of_first", (double)work.major_faults);
    sample_extra(s, "neighbour_bandwidth", (double)work.neighbour_bytes / work.seconds);
    if (memory_limit_extras(s, &work.figures) == 0 && !work.alone && work.behind.advice == MW_ADVICE_NORMAL)
        sample_doubt(s, "memory did not become short in this time");
}

static void finish(struct sample *s)
{
    if (work.bytes)
        mw_unpin(work.neighbour, work.bytes);
    mw_free(work.neighbour);
    work.neighbour = NULL;
    work.bytes = NULL;
    if (s->map)
        mw_advise(s->map, 0, MW_WHOLE, MW_ADVICE_DONTNEED, MW_ADVISE_DESTRUCTIVE, NULL);
    memory_limit_leave(s);
}

FAMILY(reclaim_pressure, "time of a load from a hot set while a neighbour reads much through the same memory",
       .items = "loads", .demands = {.subject = MAP_READ, .advised = true, .seldom = true, .size = 256 << 20},
       .prepare = prepare, .check = check, .finish = finish,
       .axes = {VARY("advice", "normal", QUICK("random"), FULL("sequential")),
                VARY("neighbour", "normal", STANDARD("none pageout"), FULL("sequential cold")),
                VARY("milliseconds", "150", FULL("1000"))})
{
    work.s = s;
    work.length = (size_t)s->length - HOT;
    work.alone = axis_is(s, "neighbour", "none");
    work.wanted = (int64_t)axis_number(s, "milliseconds") * 1000000;
    work.lines = random_lines(s, HOT, LINES);
    if (!work.lines)
        return;
    each_operation(s, 0, 1);
    struct team *team = team_start(s, THREADS, 2, play, NULL);
    while (team && next_sample(s)) {
        team_run(team);
        sample_operations(s, work.loads > 0 ? work.loads : 1);
        sample_seconds(s, work.seconds);
    }
    team_end(team);
    laps_free(&laps);
}
