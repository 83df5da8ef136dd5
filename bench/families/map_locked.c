/* Pages that may not be dropped:
 *
 *   lock           the call that brings them in and locks them
 *   lock_on_fault  the call, and then a touch of each page
 *   map_locked     mapped with the system's flag MAP_LOCKED; there is no time to say that pages are to be
 *                  small
 *
 * The extra figure is what ending the lock costs, by page. */
#include "clock.h"
#include "counters.h"
#include "flag.h"
#include "present.h"
#include "process.h"
#include "source.h"

#include <inttypes.h>
#include <sys/resource.h>

static int64_t unlocking; /* nanoseconds in this sample */

static void prepare(struct sample *s)
{
    (void)s;
    unlocking = 0;
}

static void check(struct sample *s)
{
    sample_extra(s, "unlock_nanoseconds", (double)unlocking / (double)s->current.items);
}

/* More than the process may lock is this machine's matter, and the numbers say what to change. */
static bool granted(struct sample *s, int code, const mw_err *err)
{
    struct rlimit limit;

    if (code != MW_E_LIMIT || getrlimit(RLIMIT_MEMLOCK, &limit) != 0)
        return sample_ok(s, "locking", code, err);
    sample_cannot(s, "%" PRIu64 " bytes may not be locked: RLIMIT_MEMLOCK is %" PRIu64 " bytes",
                  axis_number(s, "size"), (uint64_t)limit.rlim_cur);
    return false;
}

/* Under a sanitizer locks are granted that do nothing. */
static bool is_locked(struct sample *s, const struct view *view, int64_t before, uint64_t pages)
{
    const int64_t bytes = process_bytes(0, "VmLck") - before;

    if (before != COUNTER_ABSENT && (uint64_t)bytes < pages * s->page_size)
        sample_cannot(s, "the lock was granted, and %" PRId64 " bytes are locked", bytes);
    else if (!axis_is(s, "by", "lock_on_fault") && present_pages(view->bytes, pages * s->page_size) == 0)
        sample_cannot(s, "the lock was granted, and no page has come in");
    return !sample_ended(s);
}

static bool lock(struct sample *s, struct view *view, uint64_t pages)
{
    const bool later = axis_is(s, "by", "lock_on_fault");
    const int64_t before = process_bytes(0, "VmLck");
    mw_err err = {0};

    part_begins(s);
    const int code = mw_lock(view->map, 0, MW_WHOLE, later ? MW_LOCK_ON_FAULT : 0, &err);
    part_ends(s);
    if (!granted(s, code, &err) || !is_locked(s, view, before, pages))
        return false;
    if (later) {
        source_expect(s, view, 0);
        part_begins(s);
        source_touch(view, s);
        part_ends(s);
    }
    source_expect(s, view, pages);
    return true;
}

static bool map_locked(struct sample *s, struct view *view, const mw_map_options *options, uint64_t pages)
{
    const int64_t before = process_bytes(0, "VmLck");
    mw_err err = {0};
    void *bytes;

    part_begins(s);
    const int code = source_map(&view->map, s, options, &err);
    part_ends(s);
    if (!granted(s, code, &err) ||
        !sample_ok(s, "pinning", mw_pin(&bytes, view->map, 0, MW_WHOLE, MW_PROT_READ, &err), &err))
        return false;
    view->bytes = bytes;
    if (!is_locked(s, view, before, pages))
        return false;
    source_expect(s, view, pages);
    return true;
}

static bool unlock(struct sample *s, const struct view *view)
{
    mw_err err = {0};
    const int64_t began = clock_nanoseconds();
    const int code = mw_unlock(view->map, 0, MW_WHOLE, &err);

    unlocking += clock_nanoseconds() - began;
    return sample_ok(s, "unlocking", code, &err);
}

static bool lock_and_unlock(struct sample *s, const mw_map_options *options, uint64_t pages)
{
    struct view view = {NULL, NULL};
    bool locked;

    if (options->raw_flags)
        locked = map_locked(s, &view, options, pages);
    else
        locked = source_open(&view, s, options) && lock(s, &view, pages);
    locked = locked && unlock(s, &view);
    source_close(&view);
    return locked;
}

FAMILY(map_locked, "time of bringing pages in and locking them", .items = "pages",
       .demands_of = source_demands, .prepare = prepare, .check = check,
       .axes = {EACH("by", QUICK("lock lock_on_fault map_locked")),
                VARY("source", "anonymous", STANDARD("file")),
                VARY("size", "4M", STANDARD("16M"), FULL("64M"))})
{
    const uint64_t pages = source_pages(s);
    const unsigned repeats = source_repeats(s);
    mw_map_options options = source_options(s);

    if (axis_is(s, "by", "map_locked") && !sample_flag(&options.raw_flags, s, "MAP_LOCKED"))
        return;
    each_operation(s, 0, repeats * pages);
    while (next_sample(s))
        for (unsigned i = 0; i < repeats; i++)
            if (!lock_and_unlock(s, &options, pages))
                return;
}
