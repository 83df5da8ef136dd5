/* The time until fork has returned to the parent, which copies the page tables of private memory. The child
 * does nothing and is gone at once; the extra figure `gone_seconds` says when, from the beginning on. Private
 * pages are stored to again before each fork, as a program's are. */
#include "child.h"
#include "clock.h"
#include "source.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { BYTES_IN_PASS = 64 << 20 };

/* Storing to private pages again takes longer than the fork, so that small ones make a longer sample than
 * large ones, and no sample is longer than it has to be. */
static struct demands demands_of(const struct family *family, const struct point *point)
{
    struct demands demands = source_demands(family, point);

    demands.batches = false;
    return demands;
}

static unsigned forks_in_pass(const struct sample *s)
{
    const uint64_t size = axis_number(s, "size");

    return size < BYTES_IN_PASS ? (unsigned)(BYTES_IN_PASS / size) : 1;
}

static struct view view;
static int64_t until_gone; /* nanoseconds, of all forks in this sample */

static void prepare(struct sample *s)
{
    const mw_map_options options = source_options(s);

    until_gone = 0;
    if (source_open(&view, s, &options))
        source_touch(&view, s);
}

static void check(struct sample *s)
{
    source_expect(s, &view, source_pages(s));
    sample_extra(s, "gone_seconds", (double)until_gone * 1e-9 / forks_in_pass(s));
}

static void finish(struct sample *s)
{
    (void)s;
    source_close(&view);
}

static bool fork_once(struct sample *s)
{
    const int64_t began = clock_nanoseconds();

    part_begins(s);
    const pid_t child = child_fork();
    if (child == 0)
        _exit(0);
    part_ends(s);
    const int status = child > 0 ? child_wait(child) : -1;
    until_gone += clock_nanoseconds() - began;
    if (child < 0)
        sample_broken(s, "fork: %s", strerror(errno));
    else if (status != 0)
        sample_broken(s, "the child did not end as it should");
    source_touch(&view, s);
    return !sample_ended(s);
}

FAMILY(fork_cost, "time of making a child that shares or copies what is mapped", .items = "pages",
       .demands_of = demands_of, .prepare = prepare, .check = check, .finish = finish,
       .axes = {EACH("source", QUICK("anonymous"), STANDARD("shared file copy")),
                VARY("size", "16M", STANDARD("4M 64M"), FULL("256M")),
                VARY("pages", "small", STANDARD("huge"), .when = "source=anonymous")})
{
    const unsigned forks = forks_in_pass(s);

    each_operation(s, 0, forks * source_pages(s));
    while (next_sample(s))
        for (unsigned i = 0; i < forks; i++)
            if (!fork_once(s))
                return;
}
