/* PAGEOUT evicts at once, COLD only says whom to evict first; both look at nothing but the page tables, so
 * with empty ones they do nothing and say that it was done. What was evicted is counted (`evicted`, in
 * pages), and `refault` is what touching a page costs afterwards, in nanoseconds. */
#include "access.h"
#include "advice.h"
#include "clock.h"

#include <inttypes.h>
#include <string.h>

static struct demands demands_of(const struct family *family, const struct point *point)
{
    const bool memory = strcmp(point_value(family, point, "source"), "memory") == 0;
    const bool empty = strcmp(point_value(family, point, "page_tables"), "empty") == 0;

    return (struct demands){.subject = memory ? MEMORY : MAP_READ, .temperature = empty ? WARM : MAPPED};
}

static bool evicts(const struct sample *s)
{
    return axis_is(s, "advice", "pageout") && !axis_is(s, "page_tables", "empty");
}

static void check(struct sample *s)
{
    const uint64_t pages = s->length / s->page_size;
    uint64_t resident = 0;
    mw_err err = {0};

    if (!sample_ok(s, "residency",
                   mw_resident(NULL, &resident, NULL, 0, MW_RESIDENCY_COUNT, s->map, 0, MW_WHOLE, &err),
                   &err))
        return;
    if (evicts(s) && resident == pages)
        sample_cannot(s, "no page was evicted: they are in memory alone, and there is no swap to take them");
    else if (evicts(s) && resident > pages / 10)
        sample_doubt(s, "%" PRIu64 " of %" PRIu64 " pages were not evicted", resident, pages);
    const int64_t began = clock_nanoseconds();
    consume(load_each_page(s->bytes, (size_t)s->length, s->page_size));
    sample_extra(s, "evicted", (double)(pages - resident));
    sample_extra(s, "refault", seconds_between(began, clock_nanoseconds()) * 1e9 / (double)pages);
}

FAMILY(page_out, "time of asking the system to evict the pages of a mapping", .items = "pages",
       .demands_of = demands_of, .check = check,
       .axes = {EACH("advice", QUICK("pageout cold")), VARY("source", "file", STANDARD("memory")),
                VARY("page_tables", "filled", STANDARD("empty")), VARY("size", "16M", FULL("64M 256M"))})
{
    mw_advice_row row;

    if (!sample_advice(&row, s, axis_text(s, "advice")))
        return;
    each_operation(s, evicts(s) ? s->length : 0, s->length / s->page_size);
    each_needs(s, 0);
    while (next_sample(s))
        if (!sample_advise(s, s->map, &row))
            return;
}
