/* Several threads, or processes, that touch pages at a time, each its own: by stores to anonymous memory, as
 * will-it-scale page_fault1 does, or by loads from one file in the cache. Threads have a mapping each, or
 * parts of one. One of them alone does its part right after, in the same sample: `scaling` is how fast one
 * is among the others, 1 if they do not hinder each other, processors / members where those are fewer. */
#include "access.h"
#include "clock.h"
#include "expect.h"
#include "sample.h"
#include "team.h"

#include <stdatomic.h>
#include <string.h>

enum { FILE_BYTES = 64 << 20, MEMORY_BYTES = 16 << 20, MEMORY_BYTES_ALL = 256 << 20 };

enum part { MAKE_MAP, TOUCH, FREE_MAP };

/* In memory that processes share, too. */
struct orders {
    enum part part;
    unsigned members; /* who counts from here on has nothing to do */
    atomic_int error; /* of the library */
};

/* A process has its own of all but the orders. */
static struct crew {
    struct sample *s;
    struct team *team;
    mw_map *orders_map;
    struct orders *orders;
    bool file, one_map;
    unsigned members;
    uint64_t length; /* of each part */
    struct view views[TEAM_MAX];
} crew;

static struct demands demands_of(const struct family *family, const struct point *point)
{
    if (strcmp(point_value(family, point, "source"), "file") == 0)
        return (struct demands){.subject = FILE_ONLY, .temperature = WARM, .size = FILE_BYTES};
    return (struct demands){.subject = NOTHING};
}

/* ---- a member's parts ---- */

static int make_map(struct view *view)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    void *bytes = NULL;

    options.access = crew.file ? MW_ACCESS_READ : MW_ACCESS_COPY;
    options.length = crew.length * (crew.one_map ? crew.members : 1);
    if (!crew.file) /* or neighbours become one mapping */
        options.reserve = options.length + crew.s->page_size;
    int code = crew.file ? mw_map_fd(&view->map, crew.s->file, &options, NULL)
                         : mw_map_anon(&view->map, options.length, &options, NULL);
    if (code == MW_OK && !crew.file)
        mw_advise(view->map, 0, MW_WHOLE, MW_ADVICE_NOHUGEPAGE, MW_ADVISE_BEST_EFFORT, NULL);
    if (code == MW_OK)
        code = mw_pin(&bytes, view->map, 0, MW_WHOLE, MW_PROT_READ, NULL);
    view->bytes = bytes;
    return code;
}

static void free_map(struct view *view)
{
    if (view->bytes)
        mw_unpin(view->map, view->bytes);
    mw_free(view->map);
    *view = (struct view){NULL, NULL};
}

static void touch(unsigned char *bytes)
{
    if (crew.file)
        consume(load_each_page(bytes, (size_t)crew.length, crew.s->page_size));
    else
        store_each_page(bytes, (size_t)crew.length, crew.s->page_size, 1);
}

static void work(void *user, unsigned member)
{
    const bool owner = !crew.one_map || member == 0;
    struct view *view = &crew.views[crew.one_map ? 0 : member];
    int code = MW_OK;

    (void)user;
    if (member >= crew.orders->members)
        return;
    if (crew.orders->part == TOUCH)
        touch(view->bytes + (crew.one_map ? member * crew.length : 0));
    else if (crew.orders->part == MAKE_MAP && owner)
        code = make_map(view);
    else if (owner)
        free_map(view);
    if (code != MW_OK)
        atomic_store(&crew.orders->error, code);
}

/* ---- the sample ---- */

/* False if a member failed. */
static bool order(enum part part, unsigned members)
{
    crew.orders->part = part;
    crew.orders->members = members;
    team_run(crew.team);
    const int error = atomic_load(&crew.orders->error);
    if (error)
        sample_broken(crew.s, "a member's mapping: %s", mw_error_text(error));
    return !error;
}

static bool renew_maps(void)
{
    return order(FREE_MAP, crew.members) && order(MAKE_MAP, crew.members);
}

/* All of it once before: what is done for the first time takes longer. */
static void prepare(struct sample *s)
{
    (void)s;
    if (order(MAKE_MAP, crew.members) && order(TOUCH, crew.members))
        renew_maps();
    crew.orders->part = TOUCH;
}

static double seconds_alone(void)
{
    const int64_t began = clock_nanoseconds();

    order(TOUCH, 1);
    return seconds_between(began, clock_nanoseconds());
}

static void check(struct sample *s)
{
    const double seconds = s->current.seconds;

    expect_faults(s, crew.file ? 1 : s->current.items);
    sample_extra(s, "pages_per_second", (double)s->current.items / seconds);
    if (renew_maps())
        sample_extra(s, "scaling", seconds_alone() / seconds);
}

static void finish(struct sample *s)
{
    (void)s;
    order(FREE_MAP, crew.members);
}

static bool share_orders(struct sample *s)
{
    mw_err err = {0};
    void *bytes;

    if (!sample_ok(s, "memory", mw_map_anon(&crew.orders_map, sizeof *crew.orders, NULL, &err), &err) ||
        !sample_ok(s, "pinning", mw_pin(&bytes, crew.orders_map, 0, MW_WHOLE, MW_PROT_WRITE, &err), &err))
        return false;
    crew.orders = bytes;
    return true;
}

FAMILY(fault_scaling, "time in which several at once touch pages for the first time", .items = "pages",
       .demands_of = demands_of, .prepare = prepare, .check = check, .finish = finish,
       .axes = {EACH("source", QUICK("anonymous"), STANDARD("file")),
                EACH("kind", QUICK("threads processes")),
                VARY("members", "2", STANDARD("4"), FULL("1 8 16 32 64")),
                VARY("maps", "own", STANDARD("one"), .when = "kind=threads")})
{
    const unsigned members = (unsigned)axis_number(s, "members");
    const uint64_t fits = MEMORY_BYTES_ALL / members;

    crew =
        (struct crew){.s = s, .file = s->file >= 0, .one_map = axis_is(s, "maps", "one"), .members = members};
    crew.length = crew.file && crew.one_map ? FILE_BYTES / members
                  : crew.file               ? FILE_BYTES
                                            : (fits < MEMORY_BYTES ? fits : MEMORY_BYTES);
    each_operation(s, 0, members * crew.length / s->page_size);
    each_needs(s, 0);
    if (share_orders(s))
        crew.team = team_start(s, axis_is(s, "kind", "threads") ? THREADS : PROCESSES, members, work, NULL);
    while (crew.team && next_sample(s))
        team_run(crew.team);
    team_end(crew.team);
    if (crew.orders)
        mw_unpin(crew.orders_map, crew.orders);
    mw_free(crew.orders_map);
}
