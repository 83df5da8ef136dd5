/* Memory that a parent and its child have in common since fork is copied by whoever stores to it first:
 *
 *   parent          stores while the child is there
 *   child           stores
 *   parent_alone    stores after the child has ended: the page is its own again, and nothing is copied
 *
 * Loads find everything in the page tables, which fork copies; in the child's it counts as not used yet. */
#include "access.h"
#include "expect.h"
#include "sample.h"
#include "team.h"

static struct team *team; /* the child */

static void touch(void *user, unsigned member)
{
    const struct sample *s = user;

    (void)member;
    if (axis_is(s, "access", "write"))
        store_each_page(s->bytes, (size_t)s->length, s->page_size, 2);
    else
        consume(load_each_page(s->bytes, (size_t)s->length, s->page_size));
}

static void finish(struct sample *s)
{
    (void)s;
    team_end(team);
    team = NULL;
}

static void prepare(struct sample *s)
{
    team = team_start(s, PROCESSES, 1, touch, s);
    if (axis_is(s, "toucher", "parent_alone"))
        finish(s);
}

/* A huge page may stay one. */
static void check(struct sample *s)
{
    const bool each = s->series->demands.pages == SMALL_PAGES;

    expect_faults(s, axis_is(s, "access", "read") ? 0 : each ? s->current.items : 1);
}

FAMILY(fault_after_fork, "time of touching each page of memory after fork", .items = "pages",
       .demands = {.subject = MEMORY, .temperature = MAPPED}, .prepare = prepare, .check = check,
       .finish = finish,
       .axes = {EACH("toucher", QUICK("parent"), STANDARD("child parent_alone")),
                VARY("access", "write", STANDARD("read")), VARY("size", "16M", STANDARD("4M"), FULL("64M")),
                VARY("pages", "small", STANDARD("huge"))})
{
    const bool child = axis_is(s, "toucher", "child");

    each_operation(s, 0, s->length / s->page_size);
    while (next_sample(s)) {
        if (child)
            team_run(team);
        else
            touch(s, 0);
    }
}
