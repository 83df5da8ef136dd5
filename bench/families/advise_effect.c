/* The advice is given inside the time: willneed and populate_read do their work there. Compare with
 * `normal` of the same run, whose samples are interleaved with the others.
 *
 * Every advice has its series: that one about forking or dumping does not slow reading down is an answer.
 * Those that give up contents or access leave nothing to be read, and say so. */
#include "access.h"
#include "advice.h"
#include "sample.h"

#include <string.h>

/* How many pages each pattern reads. In order and backwards all would do, but page by page some advice makes
 * seconds of that. */
enum { PAGES_OF_PATTERN = 512 };

FAMILY(advise_effect, "time of advising a cold mapping and then reading it", .items = "pages",
       .demands = {.subject = MAP_READ, .temperature = COLD},
       .axes = {EACH("pattern", QUICK("sequential random"), STANDARD("reverse stride:64K zipf mixed:50")),
                VARY("advice", "normal",
                     QUICK("random sequential willneed dontneed cold pageout hugepage populate_read"),
                     STANDARD("nohugepage collapse populate_write free remove dontfork dofork wipeonfork "
                              "keeponfork mergeable unmergeable dontdump dodump guard_install guard_remove")),
                VARY("size", "64M", STANDARD("256M")),
                VARY("touches", "16", STANDARD("64 256"), .when = "pattern=random")})
{
    const char *pattern = axis_text(s, "pattern");
    const bool all = strcmp(pattern, "sequential") == 0;
    const size_t touches =
        axis_is(s, "pattern", "random") ? (size_t)axis_number(s, "touches") : (size_t)PAGES_OF_PATTERN;
    mw_advice_row row;

    if (!sample_advice(&row, s, axis_text(s, "advice")))
        return;
    if (row.destructive && row.advice != MW_ADVICE_DONTNEED) {
        sample_cannot(s, "%s: it gives up contents or access, so nothing is left to be read", row.name);
        return;
    }
    const uint64_t pages = all ? s->length / s->page_size : touches;
    each_operation(s, pages * s->page_size, pages);
    if (!all)
        each_touches(s, pattern, touches, s->page_size);
    while (next_sample(s)) {
        if (!sample_advise(s, s->map, &row))
            return;
        consume(all ? sum_words(s->bytes, (size_t)s->length)
                    : sum_pages(s->bytes, s->offsets, touches, s->page_size));
    }
}
