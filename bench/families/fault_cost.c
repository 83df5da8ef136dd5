/* One touch of each page. How many pages a fault brings in is the system's choice: see minor_faults. */
#include "access.h"
#include "sample.h"

#include <string.h>

static struct demands demands_of(const struct family *family, const struct point *point)
{
    const char *fault = point_value(family, point, "fault");
    struct demands demands = {.subject = MAP_READ, .temperature = WARM, .batches = true};

    if (strcmp(fault, "major") == 0)
        demands = (struct demands){.subject = MAP_READ, .temperature = COLD};
    else if (strcmp(fault, "minor_file") != 0)
        demands = (struct demands){.subject = NOTHING};
    return demands;
}

static struct view memory; /* anonymous, private, fresh for each sample */

static void prepare(struct sample *s)
{
    const mw_map_options options = {.size = sizeof options, .access = MW_ACCESS_COPY, .length = MW_WHOLE};
    mw_err err = {0};
    void *bytes;

    if (axis_is(s, "fault", "major")) /* no read-ahead: each touch is a fault */
        sample_ok(s, "advice", mw_advise(s->map, 0, MW_WHOLE, MW_ADVICE_RANDOM, 0, &err), &err);
    if (s->series->demands.subject != NOTHING)
        return;
    const uint64_t length = axis_number(s, "size");
    if (!sample_ok(s, "mapping", mw_map_anon(&memory.map, length, &options, &err), &err))
        return;
    /* Huge pages would make it a fault for 512 pages. */
    mw_advise(memory.map, 0, MW_WHOLE, MW_ADVICE_NOHUGEPAGE, 0, NULL);
    if (sample_ok(s, "pinning", mw_pin(&bytes, memory.map, 0, MW_WHOLE, MW_PROT_READ | MW_PROT_WRITE, &err),
                  &err))
        memory.bytes = bytes;
}

static void finish(struct sample *s)
{
    (void)s;
    if (memory.bytes)
        mw_unpin(memory.map, memory.bytes);
    mw_free(memory.map);
    memory = (struct view){NULL, NULL};
}

FAMILY(fault_cost, "time of touching pages that are not in the page tables", .items = "pages",
       .demands_of = demands_of, .prepare = prepare, .finish = finish,
       .axes = {EACH("fault", QUICK("minor_anonymous_write minor_anonymous_read minor_file major")),
                VARY("size", "64M"), VARY("touches", "64", .when = "fault=major"),
                VARY("fill", "read_1M", QUICK("write_1M write_4K map"), STANDARD("random"),
                     .when = "fault=minor_file")})
{
    const size_t length = (size_t)axis_number(s, "size");
    const uint64_t pages = s->touches ? s->touches : length / s->page_size;
    const bool writing = axis_is(s, "fault", "minor_anonymous_write");

    each_operation(s, 0, pages);
    each_needs(s, s->file >= 0 ? pages * s->page_size : 0);
    while (next_sample(s)) {
        if (s->touches)
            consume(load_pages(s->bytes, s->offsets, s->touches));
        else if (writing)
            store_each_page(memory.bytes, length, s->page_size, 1);
        else
            consume(load_each_page(memory.bytes ? memory.bytes : s->bytes, length, s->page_size));
    }
}
