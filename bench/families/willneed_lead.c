/* A program that knows early what it will read says so, does something else for a while, and then reads. The
 * time is what it waits: for the call and for the reading, without the while between, in which nothing is
 * done here. `hidden` is how much of the reading without it, done right before, is waited for no longer, in
 * per cent; below 0 the advice has cost more than it saved.
 *
 * Linux answers one call by reading as much as it would read ahead at most (read_ahead_kb) and leaves the
 * rest of a larger file alone, so that no lead hides it. */
#include "access.h"
#include "advice.h"
#include "beside.h"

#include <time.h>

static struct beside unadvised;

static void read_all(struct sample *s, const unsigned char *bytes)
{
    consume(sum_words(bytes, (size_t)s->length));
}

static void prepare(struct sample *s)
{
    beside_before(&unadvised, s, read_all);
}

static void check(struct sample *s)
{
    sample_extra(s, "hidden", 100 * (1 - s->current.seconds / beside_after(&unadvised, s, read_all)));
}

static void wait_idly(double seconds)
{
    struct timespec pause = {.tv_sec = (time_t)seconds};

    pause.tv_nsec = (long)((seconds - (double)pause.tv_sec) * 1e9);
    nanosleep(&pause, NULL);
}

FAMILY(willneed_lead, "time of advising what will be needed and reading it some time later", .items = "pages",
       .demands = {.subject = MAP_READ, .temperature = COLD}, .prepare = prepare, .check = check,
       .axes = {VARY("milliseconds", "5", QUICK("0"), STANDARD("1 2 10 20"), FULL("50 100 300")),
                VARY("size", "16M", STANDARD("64M"))})
{
    const double lead = (double)axis_number(s, "milliseconds") * 1e-3;
    mw_advice_row row;

    if (!sample_advice(&row, s, "willneed"))
        return;
    each_operation(s, s->length, s->length / s->page_size);
    while (next_sample(s)) {
        part_begins(s);
        if (!sample_advise(s, s->map, &row))
            return;
        part_ends(s);
        wait_idly(lead);
        part_begins(s);
        read_all(s, s->bytes);
        part_ends(s);
    }
}
