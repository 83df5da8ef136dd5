/* One touch of each page of fresh memory: by a store the page is made of zeros, by a load the one page of
 * zeros that all share is put there. Beside it: stress-ng and perf bench mem, which store. */
#include "access.h"
#include "expect.h"
#include "mapping.h"
#include "sample.h"

static void check(struct sample *s)
{
    const uint64_t huge = mapping_huge_page();
    const bool wanted = s->series->demands.pages == HUGE_PAGES;
    const int64_t faults = s->current.counted.of[MINOR_FAULTS];

    expect_faults(s, wanted ? 1 : s->current.items);
    /* But for less than one at each end. */
    if (wanted && faults > (int64_t)(2 * s->current.items / (huge / s->page_size)))
        sample_cannot(s, "the system gives no huge pages for this memory");
}

FAMILY(fault_anonymous, "time of the first touch of each page of new memory", .items = "pages",
       .demands = {.subject = MEMORY, .batches = true}, .check = check,
       .axes = {EACH("access", QUICK("write read")),
                VARY("size", "16M", STANDARD("4K 64K 2M"), FULL("64M 256M")),
                VARY("pages", "small", STANDARD("huge"))})
{
    each_operation(s, 0, s->length / s->page_size);
    if (axis_is(s, "access", "write"))
        while (next_sample(s))
            store_each_page(s->bytes, (size_t)s->length, s->page_size, 1);
    else
        while (next_sample(s))
            consume(load_each_page(s->bytes, (size_t)s->length, s->page_size));
}
