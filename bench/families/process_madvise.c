/* Many ranges advised by one call, and by a call for each: `ratio` is the one over the many, which are made
 * right before and right after. The ranges are single pages, every second one of memory that was stored to.
 */
#include "access.h"
#include "advice.h"
#include "clock.h"
#include "present.h"
#include "process_advice.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RANGES_MAX = 1024, APART = 2 };

static struct {
    mw_advice_row row;
    struct iovec *ranges; /* of one map after another */
    size_t each;          /* of one map */
    int process;
    double before; /* seconds, one call for each */
} stage;

static struct demands demands_of(const struct family *family, const struct point *point)
{
    const uint64_t ranges = strtoull(point_value(family, point, "ranges"), NULL, 10);

    return (struct demands){
        .subject = MEMORY, .pages = SMALL_PAGES, .batches = true, .size = ranges * APART * mw_page_size()};
}

static void fill(const struct sample *s)
{
    size_t count;
    const struct view *views = sample_views(s, &count);

    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < stage.each; j++)
            views[i].bytes[j * APART * s->page_size] = 1;
}

/* Seconds of advising all maps of the batch, one call for each range. */
static double one_by_one(struct sample *s)
{
    const int64_t began = clock_nanoseconds();
    size_t count;
    const struct view *views = sample_views(s, &count);

    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < stage.each; j++)
            if (!sample_advise_range(s, views[i].map, j * APART * s->page_size, s->page_size, &stage.row))
                return 0;
    return seconds_between(began, clock_nanoseconds());
}

static void prepare(struct sample *s)
{
    fill(s);
    stage.before = one_by_one(s);
    fill(s);
}

static void check(struct sample *s)
{
    const double seconds = s->current.seconds;

    if (stage.row.advice == MW_ADVICE_DONTNEED && present_pages(s->bytes, s->length) > 0)
        sample_doubt(s, "not all pages were dropped");
    fill(s);
    const double each = (stage.before + one_by_one(s)) / 2;
    sample_extra(s, "ratio", seconds / each);
    sample_extra(s, "by_one_call_each", each * 1e9 / (double)(s->current.batch * stage.each));
}

static bool advise_at_once(struct sample *s)
{
    for (size_t j = 0; j < stage.each; j++)
        stage.ranges[j].iov_base = s->bytes + j * APART * s->page_size;
    if (process_advise(stage.process, stage.ranges, stage.each, stage.row.native))
        return true;
    if (errno == EINVAL)
        sample_cannot(s, "process_madvise: this kernel does not take %s", stage.row.name);
    else
        sample_cannot(s, "process_madvise: %s", strerror(errno));
    return false;
}

FAMILY(process_madvise, "time of advising many ranges by one call", .items = "ranges",
       .demands_of = demands_of, .prepare = prepare, .check = check,
       .axes = {EACH("advice", QUICK("cold"), STANDARD("dontneed")),
                VARY("ranges", "256", STANDARD("1024"), FULL("16 64"))})
{
    stage.each = (size_t)axis_number(s, "ranges");
    stage.ranges = sample_memory(s, RANGES_MAX * sizeof *stage.ranges);
    if (!stage.ranges || !sample_advice(&stage.row, s, axis_text(s, "advice")))
        return;
    for (size_t j = 0; j < stage.each; j++)
        stage.ranges[j].iov_len = s->page_size;
    stage.process = process_advice_open();
    if (stage.process < 0) {
        sample_cannot(s, "a descriptor of this process: %s", strerror(errno));
        return;
    }
    each_operation(s, 0, stage.each);
    while (next_sample(s) && advise_at_once(s))
        continue;
    close(stage.process);
}
