/* The advice is given inside the time: willneed and populate_read do their work there. Compare with
 * `normal` of the same run, whose samples are interleaved with the others.
 *
 * Every advice has its series: that one about forking or dumping does not slow reading down is an answer.
 * Those that give up contents or access leave nothing to be read, and say so. */
#include "access.h"
#include "advice.h"
#include "sample.h"

FAMILY(advise_effect, "time of advising a cold mapping and then reading it", .items = "pages",
       .demands = {.subject = MAP_READ, .temperature = COLD},
       .axes = {EACH("pattern", QUICK("sequential random")),
                VARY("advice", "normal",
                     QUICK("random sequential willneed dontneed cold pageout hugepage nohugepage collapse "
                           "populate_read populate_write free remove dontfork dofork wipeonfork keeponfork "
                           "mergeable unmergeable dontdump dodump guard_install guard_remove")),
                VARY("size", "64M", STANDARD("256M")),
                VARY("touches", "16", STANDARD("64 256"), .when = "pattern=random")})
{
    mw_advice_row row;

    if (!sample_advice(&row, s, axis_text(s, "advice")))
        return;
    if (row.destructive && row.advice != MW_ADVICE_DONTNEED) {
        sample_cannot(s, "%s: it gives up contents or access, so nothing is left to be read", row.name);
        return;
    }
    const uint64_t pages = s->touches ? s->touches : s->length / s->page_size;
    each_operation(s, pages * s->page_size, pages);
    while (next_sample(s)) {
        if (!sample_advise(s, s->map, &row))
            return;
        consume(s->touches ? sum_pages(s->bytes, s->offsets, s->touches, s->page_size)
                           : sum_words(s->bytes, (size_t)s->length));
    }
}
