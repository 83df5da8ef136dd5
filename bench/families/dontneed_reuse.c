/* What a cache in mapped memory does with a page that it evicts and fills again: the page is dropped and
 * touched anew. Pages of a file come back from the page cache, those of memory as zeros. */
#include "access.h"
#include "advice.h"
#include "expect.h"

#include <string.h>

static struct demands demands_of(const struct family *family, const struct point *point)
{
    const bool file = strcmp(point_value(family, point, "source"), "file") == 0;

    return (struct demands){.subject = file ? MAP_READ : MEMORY, .temperature = MAPPED, .batches = true};
}

/* Of memory each page that was dropped is a fault, of a file some together. */
static void check(struct sample *s)
{
    expect_faults(s, axis_is(s, "pages", "small") ? s->current.items : s->current.batch);
}

FAMILY(dontneed_reuse, "time of dropping the pages of a mapping and touching them again", .items = "pages",
       .demands_of = demands_of, .check = check,
       .axes = {EACH("source", QUICK("memory file")), VARY("size", "4M", FULL("64M")),
                VARY("pages", "small", STANDARD("huge"), .when = "source=memory")})
{
    mw_advice_row row;

    if (!sample_advice(&row, s, "dontneed"))
        return;
    each_operation(s, 0, s->length / s->page_size);
    each_needs(s, 0);
    while (next_sample(s)) {
        if (!sample_advise(s, s->map, &row))
            return;
        if (s->file < 0)
            store_each_page(s->bytes, (size_t)s->length, s->page_size, 1);
        else
            consume(load_each_page(s->bytes, (size_t)s->length, s->page_size));
    }
}
