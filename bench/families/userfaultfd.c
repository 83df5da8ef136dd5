/* Page faults that the program answers itself, one at a time: the touch stops, a thread is told, answers, and
 * the touch goes on. Most of the time goes into changing between the two, so where the thread runs decides:
 * on the processor of the touch, or on another, which may have to be woken. Beside it: stress-ng userfaultfd,
 * UMap. */
#include "access.h"
#include "sample.h"
#include "user_faults.h"

#include <inttypes.h>
#include <string.h>

enum { PAGES = 256 };

static struct {
    struct view view;
    struct user_faults *faults;
} memory;

static enum user_fault kind_of(const struct sample *s)
{
    if (axis_is(s, "fault", "missing"))
        return USER_FAULT_MISSING;
    return axis_is(s, "fault", "minor") ? USER_FAULT_MINOR : USER_FAULT_WRITE_PROTECT;
}

static void prepare(struct sample *s)
{
    const enum user_fault kind = kind_of(s);
    const size_t length = PAGES * s->page_size;
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_err err = {0};
    void *bytes;

    options.access = kind == USER_FAULT_MINOR ? MW_ACCESS_WRITE : MW_ACCESS_COPY;
    if (!sample_ok(s, "mapping", mw_map_anon(&memory.view.map, length, &options, &err), &err) ||
        !sample_ok(s, "pinning", mw_pin(&bytes, memory.view.map, 0, MW_WHOLE, MW_PROT_WRITE, &err), &err))
        return;
    memory.view.bytes = bytes;
    mw_advise(memory.view.map, 0, MW_WHOLE, MW_ADVICE_NOHUGEPAGE, MW_ADVISE_BEST_EFFORT, NULL);
    if (kind != USER_FAULT_MISSING)
        store_each_page(bytes, length, s->page_size, 1);
    if (kind == USER_FAULT_MINOR && /* out of the page tables, not out of memory */
        !sample_ok(s, "dropping pages",
                   mw_advise(memory.view.map, 0, MW_WHOLE, MW_ADVICE_DONTNEED, MW_ADVISE_DESTRUCTIVE, &err),
                   &err))
        return;
    memory.faults = user_faults_start(s, kind, bytes, length, axis_is(s, "thread", "elsewhere") ? 1 : 0);
}

static void check(struct sample *s)
{
    const uint64_t answered = user_faults_answered(memory.faults, s);

    if (answered != PAGES)
        sample_doubt(s, "%" PRIu64 " of %d faults were answered", answered, PAGES);
}

static void finish(struct sample *s)
{
    (void)s;
    user_faults_end(memory.faults);
    if (memory.view.bytes)
        mw_unpin(memory.view.map, memory.view.bytes);
    mw_free(memory.view.map);
    memory.faults = NULL;
    memory.view = (struct view){NULL, NULL};
}

FAMILY(userfaultfd, "time of a page fault that a thread of the program answers", .items = "pages",
       .demands = {.subject = NOTHING}, .prepare = prepare, .check = check, .finish = finish,
       .axes = {EACH("fault", QUICK("missing"), STANDARD("minor write_protect")),
                VARY("thread", "same_processor", STANDARD("elsewhere"))})
{
    each_operation(s, 0, PAGES);
    each_laps(s, PAGES);
    while (next_sample(s))
        for (size_t i = 0; i < PAGES; i++) {
            store_each_page(memory.view.bytes + i * s->page_size, 1, s->page_size, 1);
            lap(s);
        }
}
