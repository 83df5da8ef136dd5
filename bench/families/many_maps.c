/* How much longer things take beside many mappings. The same memory is always there, in one mapping or cut
 * into so many, every second of which is advised to be left out of core dumps; so what is touched, and in
 * which order, is always the same.
 *
 *   fault      a load of pages all over that memory
 *   map_unmap  one more mapping, besides them, and gone again */
#include "access.h"
#include "counters.h"
#include "process.h"
#include "source.h"

#include <inttypes.h>

enum { PAGES = 65536, ONE_MORE = 1000, HEADROOM = 256 };

static struct demands demands_of(const struct family *family, const struct point *point)
{
    (void)family;
    (void)point;
    return (struct demands){
        .subject = MEMORY, .pages = SMALL_PAGES, .size = (uint64_t)PAGES * mw_page_size()};
}

static int64_t mappings_before;

/* Bytes from which the piece `index` of `count` begins. */
static uint64_t piece(const struct sample *s, uint64_t index, uint64_t count)
{
    return PAGES * index / count * s->page_size;
}

static void cut(struct sample *s)
{
    const uint64_t count = axis_number(s, "maps");
    const int64_t limit = process_mappings_most();
    mw_err err = {0};

    mappings_before = process_mappings();
    if (mappings_before == COUNTER_ABSENT || limit == COUNTER_ABSENT) {
        sample_cannot(s, "this system does not say how many mappings there are, and may be");
        return;
    }
    if ((int64_t)count + mappings_before + HEADROOM > limit) {
        sample_cannot(
            s, "%" PRIu64 " more mappings: %" PRId64 " are there, and %" PRId64 " may be (vm.max_map_count)",
            count, mappings_before, limit);
        return;
    }
    for (uint64_t i = 1; i < count && !sample_ended(s); i += 2) {
        const uint64_t from = piece(s, i, count), to = piece(s, i + 1, count);
        sample_ok(s, "dontdump", mw_advise(s->map, from, to - from, MW_ADVICE_DONTDUMP, 0, &err), &err);
    }
}

static void count_maps(struct sample *s)
{
    const int64_t more = process_mappings() - mappings_before + 1;
    const int64_t faults = s->current.counted.of[MINOR_FAULTS];

    if (more < (int64_t)axis_number(s, "maps"))
        sample_doubt(s, "there were only %" PRId64 " mappings", more);
    if (axis_is(s, "work", "fault") && faults < (int64_t)s->touches)
        sample_doubt(s, "only %" PRId64 " touches were faults", faults);
}

FAMILY(many_maps, "a page fault, or one more mapping, beside many mappings", .items = "operations",
       .demands_of = demands_of, .prepare = cut, .check = count_maps,
       .axes = {EACH("work", QUICK("fault map_unmap")),
                VARY("maps", "1000", QUICK("1"), STANDARD("10000 65000"), FULL("100 30000")),
                VARY("touches", "4096", .when = "work=fault")})
{
    static const mw_map_options options = MW_MAP_OPTIONS_WITH(MW_ACCESS_COPY, 0, MW_WHOLE);

    each_operation(s, 0, s->touches ? s->touches : ONE_MORE);
    while (next_sample(s)) {
        consume(load_pages(s->bytes, s->offsets, s->touches));
        for (int i = 0; i < ONE_MORE && !s->touches; i++)
            if (!source_memory_once(s, 1 << 16, &options))
                return;
    }
}
