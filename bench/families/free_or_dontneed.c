/* An allocator gives pages back in one of two ways. After DONTNEED they are gone and the next touch is a
 * fault. After FREE they stay until memory gets short, and are simply used again if it did not. The time is
 * that of the call and of storing to all pages again; `advising` and `reusing` are its parts, in nanoseconds
 * a page. What happens between
 * the two is neither timed nor counted.
 *
 * `pressure:limit` does it inside a group whose memory is limited, and takes more memory in between than is
 * left: what the system has then reclaimed of the freed pages is `reclaimed`, in bytes. */
#include "access.h"
#include "advice.h"
#include "clock.h"
#include "memory_limit.h"

#include <string.h>

enum { FREED = 16 << 20, TAKEN = 24 << 20, LIMIT = 32 << 20 };

static mw_map *others; /* memory that takes the place of the freed */

static struct demands demands_of(const struct family *family, const struct point *point)
{
    (void)family;
    (void)point;
    return (struct demands){.subject = MEMORY, .pages = SMALL_PAGES, .size = FREED};
}

static void prepare(struct sample *s)
{
    const mw_map_options options = {.size = sizeof options, .access = MW_ACCESS_COPY, .length = MW_WHOLE};
    mw_err err = {0};

    if (axis_is(s, "pressure", "limit") &&
        (!memory_limit_enter(s, LIMIT) ||
         !sample_ok(s, "mapping", mw_map_anon(&others, TAKEN, &options, &err), &err)))
        return;
    store_each_page(s->bytes, (size_t)s->length, s->page_size, 1); /* after entering: charged there */
}

/* Before what was freed is wanted again: there is not room for both. */
static void give_back_memory(void)
{
    mw_free(others);
    others = NULL;
}

static void finish(struct sample *s)
{
    give_back_memory();
    memory_limit_leave(s);
}

static bool take_memory(struct sample *s)
{
    mw_err err = {0};
    void *bytes;

    if (!others)
        return true;
    if (!sample_ok(s, "pinning", mw_pin(&bytes, others, 0, MW_WHOLE, MW_PROT_WRITE, &err), &err))
        return false;
    store_each_page(bytes, TAKEN, s->page_size, 1);
    mw_unpin(others, bytes);
    return true;
}

/* How many bytes of the map are in memory no longer. */
static uint64_t missing(struct sample *s)
{
    uint64_t pages = 0, resident = 0;
    mw_err err = {0};

    sample_ok(s, "residency",
              mw_resident(&pages, &resident, NULL, 0, MW_RESIDENCY_COUNT, s->map, 0, MW_WHOLE, &err), &err);
    return (pages - resident) * s->page_size;
}

/* What happens between the call and the touch; *gone as missing says. */
static bool live_on(struct sample *s, uint64_t *gone)
{
    const struct counters before = counters_read();
    if (!take_memory(s))
        return false;
    *gone = missing(s);
    give_back_memory();
    const struct counters after = counters_read(), between = counters_between(&before, &after);
    for (int i = 0; i < COUNTERS; i++)
        if (between.of[i] != COUNTER_ABSENT)
            sample_count_elsewhere(s, (enum counter)i, -between.of[i]);
    return true;
}

FAMILY(free_or_dontneed, "time of giving memory back and using it again, with FREE and with DONTNEED",
       .items = "pages", .demands_of = demands_of, .prepare = prepare, .finish = finish,
       .axes = {EACH("advice", QUICK("dontneed free")), EACH("pressure", QUICK("none limit"))})
{
    const uint64_t pages = s->length / s->page_size;
    mw_advice_row row;

    if (!sample_advice(&row, s, axis_text(s, "advice")))
        return;
    each_operation(s, 0, pages);
    while (next_sample(s)) {
        const int64_t began = clock_nanoseconds();
        if (!sample_advise(s, s->map, &row))
            return;
        const int64_t advised = clock_nanoseconds();
        uint64_t gone;
        if (!live_on(s, &gone))
            return;
        const int64_t short_of = clock_nanoseconds();
        store_each_page(s->bytes, (size_t)s->length, s->page_size, 2);
        const int64_t ended = clock_nanoseconds();
        sample_seconds(s, seconds_between(began, advised) + seconds_between(short_of, ended));
        sample_extra(s, "advising", seconds_between(began, advised) * 1e9 / (double)pages);
        sample_extra(s, "reusing", seconds_between(short_of, ended) * 1e9 / (double)pages);
        sample_extra(s, "reclaimed", (double)gone);
        if (row.advice == MW_ADVICE_DONTNEED && gone < s->length)
            sample_doubt(s, "not all pages were dropped");
        if (row.advice == MW_ADVICE_FREE && (gone > 0) != axis_is(s, "pressure", "limit"))
            sample_doubt(s, "%.0f bytes of what was freed were reclaimed", (double)gone);
    }
}
