/* Pages that nobody may touch, each between two that one may: by taking their rights away, which makes
 * mappings of their own of them and of what lies between, or as guards in the page tables (Linux 6.13), which
 * does not. The extra figure `mappings` is how many more the system has while all of them are there. */
#include "access.h"
#include "advice.h"
#include "mapping.h"
#include "sample.h"
#include "trap.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>

static struct {
    mw_map *map;
    unsigned char *bytes; /* not pinned: nothing that is may get guards */
    uint64_t guards;
    int64_t mappings_before, mappings; /* without guards, with all of them */
    unsigned caught;
} guarded;

static uint64_t guard_at(const struct sample *s, uint64_t index)
{
    return (2 * index + 1) * s->page_size;
}

static bool set_rights(struct sample *s, uint32_t rights)
{
    mw_err err = {0};
    bool set = true;

    for (uint64_t i = 0; set && i < guarded.guards; i++)
        set = sample_ok(s, "protecting", mw_protect(guarded.map, guard_at(s, i), s->page_size, rights, &err),
                        &err);
    return set;
}

static bool give_advice(struct sample *s, const char *name)
{
    mw_advice_row row;
    bool given = sample_advice(&row, s, name);

    for (uint64_t i = 0; given && i < guarded.guards; i++)
        given = sample_advise_range(s, guarded.map, guard_at(s, i), s->page_size, &row);
    return given;
}

static bool install(struct sample *s)
{
    return axis_is(s, "way", "protect") ? set_rights(s, MW_PROT_NONE) : give_advice(s, "guard_install");
}

static bool remove_all(struct sample *s)
{
    return axis_is(s, "way", "protect") ? set_rights(s, MW_PROT_READ | MW_PROT_WRITE)
                                        : give_advice(s, "guard_remove");
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
    guarded.guards = axis_number(s, "guards");
    if (!make_map(s))
        return;
    guarded.mappings_before = mapping_count();
    if (!trap_set(SIGSEGV, false))
        sample_broken(s, "a handler: %s", strerror(errno));
    else if (!axis_is(s, "step", "install") && install(s))
        guarded.mappings = mapping_count();
}

/* Each guard is hit, the page before it is not; or none is any more. */
static void check(struct sample *s)
{
    const bool removed = axis_is(s, "step", "remove");

    if (axis_is(s, "step", "install"))
        guarded.mappings = mapping_count();
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
                VARY("guards", "256", STANDARD("16"), FULL("4096")), VARY("touched", "no", STANDARD("yes"))})
{
    each_operation(s, 0, axis_number(s, "guards"));
    while (next_sample(s)) {
        if (axis_is(s, "step", "hit"))
            guarded.caught = hit(s);
        else if (!(axis_is(s, "step", "install") ? install(s) : remove_all(s)))
            return;
    }
}
