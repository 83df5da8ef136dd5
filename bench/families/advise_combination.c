/* The advice is given within the time, one right after the other, and then all is read. Right before, the
 * same is read without any: `ratio` is the combination over that, so less than 1 is faster; `by_normal` is
 * what a page costs without advice, in nanoseconds.
 *
 * Order matters: to bring pages in after saying that access is random makes the system bring them in one at a
 * time. Set beside it: 17.3 s against 0.4 s for 1 GiB read in order (43 times as slow); Qdrant found it in
 * its pull request 6923. */
#include "access.h"
#include "advice.h"
#include "beside.h"

#include <stdio.h>
#include <string.h>

static struct beside normal;

static void read_all(struct sample *s, const unsigned char *bytes)
{
    consume(s->touches ? sum_pages(bytes, s->offsets, s->touches, s->page_size)
                       : sum_words(bytes, (size_t)s->length));
}

static void prepare(struct sample *s)
{
    beside_before(&normal, s, read_all);
}

static void check(struct sample *s)
{
    const double seconds = beside_after(&normal, s, read_all);

    sample_extra(s, "ratio", s->current.seconds / seconds);
    sample_extra(s, "by_normal", seconds * 1e9 / (double)s->items_each);
}

/* Finds both pieces of advice in "random+willneed". */
static bool find_both(mw_advice_row rows[2], struct sample *s)
{
    const char *names = axis_text(s, "advice"), *plus = strchr(names, '+');
    char first[VALUE_MAX];

    snprintf(first, sizeof first, "%.*s", (int)(plus - names), names);
    return sample_advice(&rows[0], s, first) && sample_advice(&rows[1], s, plus + 1);
}

FAMILY(advise_combination, "time of advising a cold mapping twice and then reading it", .items = "pages",
       .demands = {.subject = MAP_READ, .temperature = COLD, .size = 4 << 20}, .prepare = prepare,
       .check = check,
       .axes = {EACH("pattern", QUICK("sequential"), STANDARD("random")),
                VARY("advice", "random+populate_read",
                     STANDARD("populate_read+random random+willneed willneed+random random+normal "
                              "sequential+willneed willneed+dontneed"),
                     FULL("normal+populate_read random+sequential sequential+random random+hugepage")),
                VARY("touches", "16", .when = "pattern=random")})
{
    const uint64_t pages = s->touches ? s->touches : s->length / s->page_size;
    mw_advice_row rows[2];

    if (!find_both(rows, s))
        return;
    each_operation(s, pages * s->page_size, pages);
    while (next_sample(s)) {
        if (!sample_advise(s, s->map, &rows[0]) || !sample_advise(s, s->map, &rows[1]))
            return;
        read_all(s, s->bytes);
    }
}
