/* One touch of each page of fresh memory: by a store the page is made of zeros, by a load the one page of
 * zeros that all share is put there. Beside it: stress-ng and perf bench mem, which store.
 *
 * Of huge pages only whole ones are touched, wherever the memory begins: one less than would fit. */
#include "access.h"
#include "expect.h"
#include "mapping.h"
#include "sample.h"

static uint64_t huge_page; /* 0: pages are to be small */

static void check(struct sample *s)
{
    const uint64_t each = huge_page ? huge_page / s->page_size : 1;
    const int64_t faults = s->current.counted.of[MINOR_FAULTS];

    expect_faults(s, s->current.items / each);
    if (huge_page && faults > 2 * (int64_t)(s->current.items / each))
        sample_cannot(s, "the system gives no huge pages for this memory");
}

static unsigned char *first_page(const struct sample *s)
{
    return huge_page ? s->bytes + (huge_page - (uintptr_t)s->bytes % huge_page) % huge_page : s->bytes;
}

FAMILY(fault_anonymous, "time of the first touch of each page of new memory", .items = "pages",
       .demands = {.subject = MEMORY, .batches = true}, .check = check,
       .axes = {EACH("access", QUICK("write read")),
                VARY("size", "16M", STANDARD("4K 64K 2M"), FULL("64M 256M")),
                VARY("pages", "small", STANDARD("huge"))})
{
    huge_page = s->series->demands.pages == HUGE_PAGES ? mapping_huge_page() : 0;
    if (s->length < s->page_size) {
        sample_cannot(s, "a page has %zu bytes here", s->page_size);
        return;
    }
    if (huge_page >= s->length) {
        sample_cannot(s, "a huge page is larger than this memory");
        return;
    }
    const size_t touched = (size_t)(s->length - huge_page);
    each_operation(s, 0, touched / s->page_size);
    if (axis_is(s, "access", "write"))
        while (next_sample(s))
            store_each_page(first_page(s), touched, s->page_size, 1);
    else
        while (next_sample(s))
            consume(load_each_page(first_page(s), touched, s->page_size));
}
