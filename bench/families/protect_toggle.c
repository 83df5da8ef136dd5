/* Write access taken from pages and given again. Of a range in the middle the system makes a mapping of its
 * own, and one again of the three. */
#include "counters.h"
#include "present.h"
#include "sample.h"

#include <inttypes.h>

static void prepare(struct sample *s)
{
    mw_err err = {0};

    if (axis_is(s, "populated", "no"))
        sample_ok(s, "emptying the map",
                  mw_advise(s->map, 0, MW_WHOLE, MW_ADVICE_DONTNEED, MW_ADVISE_DESTRUCTIVE, &err), &err);
    mw_unpin(s->map, s->bytes); /* pins keep rights as they are */
}

static void check(struct sample *s)
{
    const uint64_t wanted = axis_is(s, "populated", "no") ? 0 : s->length / s->page_size;
    const int64_t present = present_pages(s->bytes, s->length);

    if (present == COUNTER_ABSENT)
        sample_cannot(s, "this system does not say which pages are in the page tables");
    else if ((uint64_t)present != wanted)
        sample_doubt(s, "%" PRId64 " of %" PRIu64 " pages are in the page tables", present, wanted);
    if (axis_is(s, "pages", "huge") && !present_as_huge(s->bytes, s->length))
        sample_doubt(s, "the pages are no longer huge");
}

static bool toggle(struct sample *s, uint64_t from, uint64_t length)
{
    mw_err err = {0};

    return sample_ok(s, "protecting", mw_protect(s->map, from, length, MW_PROT_READ, &err), &err) &&
           sample_ok(s, "unprotecting", mw_protect(s->map, from, length, MW_PROT_READ | MW_PROT_WRITE, &err),
                     &err);
}

FAMILY(protect_toggle, "time of taking write access from pages and giving it again", .items = "pages",
       .demands = {.subject = MEMORY, .temperature = MAPPED, .pages = SMALL_PAGES, .batches = true},
       .prepare = prepare, .check = check,
       .axes = {VARY("size", "4M", QUICK("64K"), STANDARD("64M")), VARY("range", "all", QUICK("middle")),
                VARY("populated", "yes", STANDARD("no")), VARY("pages", "small", STANDARD("huge"))})
{
    const bool middle = axis_is(s, "range", "middle");
    const uint64_t quarter = s->length / 4 / s->page_size * s->page_size;
    const uint64_t from = middle ? quarter : 0, length = s->length - 2 * from;

    if (middle && quarter == 0) {
        sample_cannot(s, "there is no middle of %" PRIu64 " pages", s->length / s->page_size);
        return;
    }
    each_operation(s, 0, length / s->page_size);
    while (next_sample(s))
        if (!toggle(s, from, length))
            return;
}
