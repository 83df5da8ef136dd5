/* The advice is given inside the time: willneed and populate_read do their work there. Compare with
 * `normal` of the same run, whose samples are interleaved with the others.
 *
 * Every advice has its series: that one about forking or dumping does not slow reading down is an answer.
 * Those that give up contents or access leave nothing to be read, and say so. */
#include "access.h"
#include "sample.h"

static bool advise(struct sample *s, const mw_advice_row *row)
{
    const uint32_t flags = row->destructive ? MW_ADVISE_DESTRUCTIVE : 0; /* a shared file loses nothing */
    mw_err err = {0};
    int code = mw_advise(s->map, 0, MW_WHOLE, row->advice, flags, &err);

    if (code == MW_E_INVAL) { /* known here, and refused for this kind of file */
        sample_cannot(s, "%s: the system refuses it for this file", row->name);
        return false;
    }
    if (code == MW_E_BUSY) { /* what changes access is not for maps that are pinned, as this one is */
        sample_cannot(s, "%s: it is refused while the map is in use", row->name);
        return false;
    }
    return sample_ok(s, row->name, code, &err);
}

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
    mw_err err = {0};

    if (!sample_ok(s, axis_text(s, "advice"), mw_advice_find(&row, axis_text(s, "advice"), &err), &err))
        return;
    if (row.capability == MW_CAPABILITY_NO) {
        sample_cannot(s, "%s: this system does not know it", row.name);
        return;
    }
    if (row.destructive && row.advice != MW_ADVICE_DONTNEED) {
        sample_cannot(s, "%s: it gives up contents or access, so nothing is left to be read", row.name);
        return;
    }
    const uint64_t pages = s->touches ? s->touches : s->length / s->page_size;
    each_operation(s, pages * s->page_size, pages);
    while (next_sample(s)) {
        if (!advise(s, &row))
            return;
        consume(s->touches ? sum_pages(s->bytes, s->offsets, s->touches, s->page_size)
                           : sum_words(s->bytes, (size_t)s->length));
    }
}
