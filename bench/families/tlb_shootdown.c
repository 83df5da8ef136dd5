/* Changing the page tables while threads run on other processors: these have to drop what they remember of
 * them, and the call waits until they have. The threads do nothing but read the clock, and so see by its gaps
 * how long they were kept from it: the extra figures are the longest gap, and what gaps of more than half a
 * microsecond took of a thread for each call. The counter tlb_shootdowns says whether they were interrupted
 * at all: some processors need no interrupt for it.
 *
 * These are the system's own calls where the library's might interrupt the threads for a reason of its own.
 */
#include "clock.h"
#include "processor.h"
#include "source.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

enum { VICTIMS_MAX = 63, GAP = 500, AWAY = 1000000, LINE = 128 };

struct victim {
    _Alignas(LINE) pthread_t thread;
    unsigned processor;
    /* since the sample `epoch` began, nanoseconds */
    atomic_uint epoch;
    _Atomic int64_t longest, stalled, away;
};

static struct victim victims[VICTIMS_MAX];
static unsigned victim_count;
static int64_t began;                    /* when the sample did */
static _Alignas(LINE) atomic_uint epoch; /* which sample it is; 0: the end */

static void add(_Atomic int64_t *sum, int64_t value)
{
    atomic_store_explicit(sum, atomic_load_explicit(sum, memory_order_relaxed) + value, memory_order_relaxed);
}

static void *read_the_clock(void *user)
{
    struct victim *victim = user;
    int64_t last = clock_nanoseconds();
    unsigned seen = 1, now;

    processor_share(victim->processor);
    for (; (now = atomic_load(&epoch)) != 0; seen = now) {
        if (now != seen) {
            victim->longest = victim->stalled = victim->away = 0;
            last = clock_nanoseconds();
            atomic_store(&victim->epoch, now);
        }
        const int64_t read = clock_nanoseconds(), gap = read - last;
        last = read;
        if (gap > GAP)
            add(&victim->stalled, gap);
        if (gap > AWAY)
            add(&victim->away, gap);
        if (gap > atomic_load_explicit(&victim->longest, memory_order_relaxed))
            atomic_store_explicit(&victim->longest, gap, memory_order_relaxed);
    }
    return NULL;
}

static void stop_victims(void)
{
    atomic_store(&epoch, 0);
    for (unsigned i = 0; i < victim_count; i++)
        pthread_join(victims[i].thread, NULL);
    victim_count = 0;
}

static bool start_victims(struct sample *s, unsigned wanted)
{
    if (wanted > VICTIMS_MAX || wanted + 1 > processor_count()) {
        sample_cannot(s, "%u threads besides this one, on %u processors", wanted, processor_count());
        return false;
    }
    atomic_store(&epoch, 1);
    for (; victim_count < wanted; victim_count++) {
        struct victim *victim = &victims[victim_count];
        victim->processor = victim_count + 1;
        atomic_store(&victim->epoch, 1);
        const int error = pthread_create(&victim->thread, NULL, read_the_clock, victim);
        if (error != 0) {
            sample_broken(s, "making a thread: %s", strerror(error));
            stop_victims();
            return false;
        }
    }
    return true;
}

/* All threads begin to count anew. */
static void prepare(struct sample *s)
{
    const unsigned next = atomic_load(&epoch) + 1;

    began = clock_nanoseconds();
    atomic_store(&epoch, next);
    for (unsigned i = 0; i < victim_count; i++)
        while (atomic_load(&victims[i].epoch) != next && !sample_ended(s))
            continue;
}

static void check(struct sample *s)
{
    const int64_t lasted = clock_nanoseconds() - began;
    int64_t longest = 0, stalled = 0;

    for (unsigned i = 0; i < victim_count; i++) {
        const int64_t gap = atomic_load(&victims[i].longest);
        longest = gap > longest ? gap : longest;
        stalled += atomic_load(&victims[i].stalled);
        if (atomic_load(&victims[i].away) > lasted / 10)
            sample_doubt(s, "a thread that should run was kept from it");
    }
    if (victim_count == 0)
        return;
    sample_extra(s, "stall_longest", (double)longest * 1e-9);
    sample_extra(s, "stall_each_call", (double)stalled * 1e-9 / victim_count / (double)s->batch);
}

/* ---- the calls ---- */

static struct view view;

static bool called(struct sample *s, const char *what, int result)
{
    if (result != 0)
        sample_broken(s, "%s: %s", what, strerror(errno));
    return result == 0;
}

/* The map is closed afterwards, which finds nothing there. */
static bool unmap(struct sample *s, size_t length)
{
    const mw_map_options options = source_options(s);

    if (!view.map && !source_open(&view, s, &options))
        return false;
    source_touch(&view, s);
    part_begins(s);
    const int result = munmap(view.bytes, length);
    part_ends(s);
    source_close(&view);
    return called(s, "munmap", result);
}

/* Giving access again interrupts nobody. */
static bool protect(struct sample *s, size_t length)
{
    source_touch(&view, s);
    part_begins(s);
    const int result = mprotect(view.bytes, length, PROT_READ);
    part_ends(s);
    return called(s, "mprotect", result) &&
           called(s, "mprotect", mprotect(view.bytes, length, PROT_READ | PROT_WRITE));
}

static bool dontneed(struct sample *s, size_t length)
{
    mw_err err = {0};

    source_touch(&view, s);
    part_begins(s);
    const int code = mw_advise(view.map, 0, length, MW_ADVICE_DONTNEED, MW_ADVISE_DESTRUCTIVE, &err);
    part_ends(s);
    return sample_ok(s, "dontneed", code, &err);
}

static const struct {
    const char *name;
    bool (*call)(struct sample *s, size_t length);
} calls[] = {{"unmap", unmap}, {"protect", protect}, {"dontneed", dontneed}};

FAMILY(tlb_shootdown, "time of changing page tables that other processors use, and what their threads feel",
       .items = "calls", .demands = {.subject = NOTHING, .batches = true}, .prepare = prepare, .check = check,
       .axes = {EACH("by", QUICK("unmap protect dontneed")),
                VARY("threads", "1", STANDARD("0 3"), FULL("7 15")), VARY("size", "64K", FULL("4M"))})
{
    const mw_map_options options = source_options(s);
    const size_t length = (size_t)axis_number(s, "size");
    size_t call = 0;

    while (!axis_is(s, "by", calls[call].name))
        call++;
    each_operation(s, 0, 1);
    if (start_victims(s, (unsigned)axis_number(s, "threads")) && source_open(&view, s, &options))
        while (next_sample(s))
            if (!calls[call].call(s, length))
                break;
    source_close(&view);
    stop_victims();
}
