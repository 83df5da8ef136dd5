/* The call alone, once for each map of `length` bytes. What it costs depends on what it finds: `populated`
 * maps have all their pages in the page tables, `empty` ones none.
 *
 * Some advice must not be given to a data file, or by two maps of one batch, one after the other: see the
 * body and demands_of. */
#include "access.h"
#include "advice.h"
#include "counters.h"
#include "present.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_LEAST = 4 << 20 };

static struct demands demands_of(const struct family *family, const struct point *point)
{
    const char *advice = point_value(family, point, "advice");
    const uint64_t length = strtoull(point_value(family, point, "length"), NULL, 10);
    /* Pages that several maps have are passed over, and those that are gone can't go again. */
    const bool once = strcmp(advice, "cold") == 0 || strcmp(advice, "pageout") == 0;

    if (strcmp(point_value(family, point, "source"), "file") == 0)
        return (struct demands){.subject = MAP_READ,
                                .temperature = WARM,
                                .batches = !once,
                                .size = length > FILE_LEAST ? length : FILE_LEAST,
                                .mapped = length};
    return (struct demands){.subject = MEMORY,
                            .pages = strstr(advice, "huge") || strcmp(advice, "collapse") == 0 ? ANY_PAGES
                                                                                               : SMALL_PAGES,
                            .batches = true,
                            .apart = true,
                            .size = length};
}

static void prepare(struct sample *s)
{
    const bool structural =
        axis_is(s, "advice", "guard_install") || axis_is(s, "advice", "guard_remove"); /* not while pinned */
    const size_t length = (size_t)axis_number(s, "length");
    size_t count;
    const struct view *views = sample_views(s, &count);

    for (size_t i = 0; i < count; i++) {
        if (axis_is(s, "state", "populated") && s->file < 0)
            store_each_page(views[i].bytes, length, s->page_size, 1);
        else if (axis_is(s, "state", "populated"))
            consume(load_each_page(views[i].bytes, length, s->page_size));
        if (structural)
            mw_unpin(views[i].map, views[i].bytes);
    }
}

/* How many pages of a map are in the page tables after the call. */
static uint64_t expected(const struct sample *s)
{
    const bool all = axis_is(s, "state", "populated") || axis_is(s, "advice", "populate_read") ||
                     axis_is(s, "advice", "populate_write");

    if (axis_is(s, "advice", "dontneed") || axis_is(s, "advice", "guard_install"))
        return 0;
    return all ? axis_number(s, "length") / s->page_size : 0;
}

/* Looks at the last map of the batch. */
static void check(struct sample *s)
{
    const int64_t present = present_pages(s->bytes, axis_number(s, "length"));

    if (axis_is(s, "advice", "pageout")) /* as much as there is swap for: page_out has a look */
        return;
    if (present != COUNTER_ABSENT && (uint64_t)present != expected(s))
        sample_doubt(s, "%" PRId64 " pages are in the page tables after the call, not %" PRIu64, present,
                     expected(s));
}

FAMILY(advise_call, "time of the call that advises a mapping", .items = "pages", .demands_of = demands_of,
       .prepare = prepare, .check = check,
       .axes = {EACH("source", QUICK("memory"), STANDARD("file")),
                EACH("state", QUICK("populated"), STANDARD("empty")),
                VARY("advice", "dontneed", QUICK("random"),
                     STANDARD("willneed free cold pageout populate_read hugepage guard_install"),
                     FULL("normal sequential remove dontfork dofork mergeable unmergeable nohugepage "
                          "collapse dontdump dodump wipeonfork keeponfork populate_write guard_remove")),
                VARY("length", "64K", STANDARD("1M"), FULL("16M"))})
{
    mw_advice_row row;

    if (!sample_advice(&row, s, axis_text(s, "advice")))
        return;
    if (s->file >= 0 && row.destructive && row.advice != MW_ADVICE_DONTNEED) {
        sample_cannot(s, "%s: it gives up contents or access, which is not done to a data file", row.name);
        return;
    }
    each_operation(s, 0, axis_number(s, "length") / s->page_size);
    while (next_sample(s))
        if (!sample_advise(s, s->map, &row))
            return;
}
