/* Several threads read pages of a file that is `ratio` times as large as the memory they may have, for a
 * fixed time. That memory is full of pages of the file from the start. A sample has as many
 * operations as there were reads, and its time is what they take at the rate of the last two thirds: of all
 * threads together, so that reads a second are the inverse of the time of one (`steady_reads`). The trace has
 * reads a second over the time.
 *
 *   seconds_to_steady  when the last stretch of a third ended in which the rate was out by more than half
 *   longest_stall      the longest that a thread waited for one read, in seconds
 *
 * What to lay it beside is "Are You Sure You Want to Use MMAP…" (CIDR 2022, 100 threads on one SSD): random
 * reads at 21 K/s under NORMAL, with 30 bytes read for each byte wanted, against 416 K/s under RANDOM. */
#include "access.h"
#include "clock.h"
#include "fill.h"
#include "interrupt.h"
#include "memory_limit.h"
#include "random.h"
#include "team.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 15, THIRD = STEPS / 3 };

/* Each on cache lines of its own. */
static struct reader {
    _Alignas(64) uint64_t reads[STEPS + 1]; /* that ended in this step; in the last: too late */
    double longest;
    uint64_t random;
} readers[TEAM_MAX];

static struct {
    struct sample *s;
    unsigned count;
    bool in_order;
    double step; /* seconds */
    int64_t began;
    struct memory_limit_figures figures; /* at the start */
} work;

static void read_for_a_while(void *user, unsigned member)
{
    struct reader *reader = &readers[member];
    const uint64_t pages = work.s->length / work.s->page_size;
    const unsigned char *bytes = work.s->bytes;
    uint64_t next = pages / work.count * member;
    int64_t last = work.began;

    (void)user;
    for (size_t step = 0; step < STEPS && !interrupted;) {
        const uint64_t page = work.in_order ? next++ % pages : random_below(&reader->random, pages);
        consume(*(const volatile uint64_t *)(const void *)(bytes + page * work.s->page_size));
        const int64_t now = clock_nanoseconds();
        const double waited = seconds_between(last, now);
        step = (size_t)(seconds_between(work.began, now) / work.step);
        reader->reads[step < STEPS ? step : STEPS]++;
        reader->longest = waited > reader->longest ? waited : reader->longest;
        last = now;
    }
}

static uint64_t limit_of(const struct sample *s)
{
    return (uint64_t)((double)s->length / strtod(axis_text(s, "ratio"), NULL));
}

static void prepare(struct sample *s)
{
    const uint64_t limit = limit_of(s), most = limit < s->length ? limit : s->length;

    for (unsigned i = 0; i < work.count; i++)
        readers[i] = (struct reader){.random = s->run->seed + s->round * TEAM_MAX + i};
    if (memory_limit_enter_cold(s, limit) && !fill_cache_part(s->data, most) && !interrupted)
        sample_broken(s, "filling the cache: %s", strerror(errno));
    memory_limit_look(&work.figures);
}

/* Reads of all threads in the steps [first, end). */
static double reads_in(size_t first, size_t end)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < work.count; i++)
        for (size_t step = first; step < end; step++)
            sum += readers[i].reads[step];
    return (double)sum;
}

/* What a stretch of a third has when all is steady. */
static double steady_reads(void)
{
    return reads_in(THIRD, STEPS) / 2;
}

static double seconds_to_steady(void)
{
    const double steady = steady_reads();
    size_t end = STEPS;

    while (end >= THIRD && reads_in(end - THIRD, end) <= 1.5 * steady &&
           reads_in(end - THIRD, end) >= steady / 1.5)
        end--;
    return end >= THIRD ? (double)end * work.step : 0;
}

static void check(struct sample *s)
{
    double longest = 0;

    for (unsigned i = 0; i < work.count; i++)
        longest = readers[i].longest > longest ? readers[i].longest : longest;
    for (size_t step = 0; step < STEPS; step++)
        sample_trace(s, work.step, reads_in(step, step + 1) / work.step);
    sample_extra(s, "steady_reads", steady_reads() / (THIRD * work.step));
    sample_extra(s, "seconds_to_steady", seconds_to_steady());
    sample_extra(s, "longest_stall", longest);
    if (memory_limit_extras(s, &work.figures) == 0 && limit_of(s) < s->length)
        sample_doubt(s, "memory did not become short in this time");
}

static void finish(struct sample *s)
{
    if (s->map)
        mw_advise(s->map, 0, MW_WHOLE, MW_ADVICE_DONTNEED, MW_ADVISE_DESTRUCTIVE, NULL);
    memory_limit_leave(s);
}

FAMILY(larger_than_memory, "time of a read when a file is larger than the memory for it", .items = "reads",
       .demands = {.subject = MAP_READ, .advised = true, .seldom = true, .size = 256 << 20},
       .prepare = prepare, .check = check, .finish = finish,
       .axes = {VARY("advice", "random", QUICK("normal"), STANDARD("sequential")),
                VARY("order", "random", FULL("sequential")), VARY("ratio", "8", STANDARD("2"), FULL("0.5 1")),
                VARY("threads", "2", FULL("4")), VARY("milliseconds", "300", FULL("1000"))})
{
    work.s = s;
    work.count = (unsigned)axis_number(s, "threads");
    work.in_order = axis_is(s, "order", "sequential");
    work.step = (double)axis_number(s, "milliseconds") * 1e-3 / STEPS;
    each_operation(s, s->page_size, 1);
    struct team *team = team_start(s, THREADS, work.count, read_for_a_while, NULL);
    while (team && next_sample(s)) {
        work.began = clock_nanoseconds();
        team_run(team);
        const double reads = reads_in(0, STEPS + 1);
        if (steady_reads() > 0) {
            sample_operations(s, (uint64_t)reads);
            sample_seconds(s, reads * THIRD * work.step / steady_reads());
        } else {
            sample_doubt(s, "no read came back in two thirds of the time");
        }
    }
    team_end(team);
}
