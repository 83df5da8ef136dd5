/* Pages that nobody may touch, each between two that one may: by taking their rights away, which makes
 * mappings of their own of them and of what lies between, or as guards in the page tables (Linux 6.13), which
 * does not. The extra figure `mappings` is how many more the system has while all of them are there. The
 * system's own calls are what is looked at; the library keeps a record of what may be touched besides. */
#include "access.h"
#include "guard.h"
#include "process.h"
#include "sample.h"
#include "trap.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

static struct {
    mw_map *map;
    unsigned char *bytes; /* not pinned: nothing that is may get guards */
    uint64_t guards;
    bool (*set)(struct sample *s, uint64_t offset, bool there);
    int64_t mappings_before, mappings; /* without guards, with all of them */
    unsigned caught;
} guarded;

static uint64_t guard_at(const struct sample *s, uint64_t index)
{
    return (2 * index + 1) * s->page_size;
}

/* ---- one guard ---- */

static bool system_failed(struct sample *s)
{
    if (errno == EINVAL && axis_is(s, "way", "guard"))
        sample_cannot(s, "this system has no guards in page tables (Linux 6.13)");
    else
        sample_broken(s, "a guard: %s", strerror(errno));
    return false;
}

static bool protect_by_system(struct sample *s, uint64_t offset, bool there)
{
    const int rights = there ? PROT_NONE : PROT_READ | PROT_WRITE;

    return mprotect(guarded.bytes + offset, s->page_size, rights) == 0 || system_failed(s);
}

static bool guard_by_system(struct sample *s, uint64_t offset, bool there)
{
    return guard_set(guarded.bytes + offset, s->page_size, there) || system_failed(s);
}

static bool protect_by_library(struct sample *s, uint64_t offset, bool there)
{
    const uint32_t rights = there ? MW_PROT_NONE : MW_PROT_READ | MW_PROT_WRITE;
    mw_err err = {0};

    return sample_ok(s, "protecting", mw_protect(guarded.map, offset, s->page_size, rights, &err), &err);
}

static bool guard_by_library(struct sample *s, uint64_t offset, bool there)
{
    const mw_advice advice = there ? MW_ADVICE_GUARD_INSTALL : MW_ADVICE_GUARD_REMOVE;
    mw_err err = {0};

    return sample_ok(s, "a guard",
                     mw_advise(guarded.map, offset, s->page_size, advice, MW_ADVISE_DESTRUCTIVE, &err), &err);
}

/* ---- all of them ---- */

static bool set_all(struct sample *s, bool there)
{
    bool set = true;

    for (uint64_t i = 0; set && i < guarded.guards; i++)
        set = guarded.set(s, guard_at(s, i), there);
    return set;
}

/* One touch of each guard. */
static unsigned hit(const struct sample *s)
{
    unsigned caught = 0;

    for (uint64_t i = 0; i < guarded.guards; i++)
        caught += trap_loads(guarded.bytes + guard_at(s, i), 1);
    return caught;
}

static bool make_map(struct sample *s)
{
    const uint64_t length = (2 * guarded.guards + 1) * s->page_size;
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_err err = {0};
    void *bytes;

    options.access = MW_ACCESS_COPY;
    if (!sample_ok(s, "mapping", mw_map_anon(&guarded.map, length, &options, &err), &err) ||
        !sample_ok(s, "pinning", mw_pin(&bytes, guarded.map, 0, MW_WHOLE, MW_PROT_WRITE, &err), &err))
        return false;
    mw_unpin(guarded.map, bytes);
    mw_advise(guarded.map, 0, MW_WHOLE, MW_ADVICE_NOHUGEPAGE, MW_ADVISE_BEST_EFFORT, NULL);
    guarded.bytes = bytes;
    if (axis_is(s, "touched", "yes"))
        store_each_page(guarded.bytes, (size_t)length, s->page_size, 1);
    return true;
}

static void prepare(struct sample *s)
{
    const bool library = axis_is(s, "by", "library");

    guarded.guards = axis_number(s, "guards");
    if (axis_is(s, "way", "protect"))
        guarded.set = library ? protect_by_library : protect_by_system;
    else
        guarded.set = library ? guard_by_library : guard_by_system;
    if (!make_map(s))
        return;
    guarded.mappings_before = process_mappings();
    if (!trap_set(SIGSEGV, false))
        sample_broken(s, "a handler: %s", strerror(errno));
    else if (!axis_is(s, "step", "install") && set_all(s, true))
        guarded.mappings = process_mappings();
}

/* Each guard is hit, the page before it is not; or none is any more. */
static void check(struct sample *s)
{
    const bool removed = axis_is(s, "step", "remove");

    if (axis_is(s, "step", "install"))
        guarded.mappings = process_mappings();
    if (!axis_is(s, "step", "hit"))
        guarded.caught = hit(s);
    if (guarded.mappings != COUNTER_ABSENT)
        sample_extra(s, "mappings", (double)(guarded.mappings - guarded.mappings_before));
    if (guarded.caught != (removed ? 0 : guarded.guards) || trap_loads(guarded.bytes, 1) != 0)
        sample_broken(s, "%u of %" PRIu64 " guards were hit", guarded.caught, guarded.guards);
}

static void finish(struct sample *s)
{
    (void)s;
    trap_reset();
    mw_free(guarded.map);
    guarded.map = NULL;
}

FAMILY(fault_guard, "time of setting, removing or hitting a page that is guarded against any touch",
       .items = "guards", .demands = {.subject = NOTHING}, .prepare = prepare, .check = check,
       .finish = finish,
       .axes = {EACH("way", QUICK("protect guard")), VARY("step", "install", STANDARD("remove hit")),
                VARY("guards", "256", STANDARD("16"), FULL("4096")), VARY("touched", "no", STANDARD("yes")),
                VARY("by", "system", STANDARD("library"))})
{
    each_operation(s, 0, axis_number(s, "guards"));
    while (next_sample(s)) {
        if (axis_is(s, "step", "hit"))
            guarded.caught = hit(s);
        else if (!set_all(s, axis_is(s, "step", "install")))
            return;
    }
}
