/* Each page once at most, or few of them often as in a store of keys and values (zipf, exponent 0.99): what
 * was read ahead then is of use more often. Advice as in read_sequential. */
#include "access.h"
#include "sample.h"

/* A page from the device takes so long that each can be timed alone. */
static void read_timed(struct sample *s)
{
    for (size_t i = 0; i < s->touches && !sample_ended(s); i++) {
        consume(sum_pages(s->bytes, s->offsets + i, 1, s->page_size));
        lap(s);
    }
}

FAMILY(read_random, "time of reading single pages of a mapping in random order, every word of each",
       .items = "pages", .demands = {.subject = MAP_READ, .batches = true, .advised = true},
       .axes = {EACH("temperature", QUICK("cold warm"), STANDARD("mapped")),
                VARY("size", "64M", QUICK("4M 16M"), STANDARD("256M"), FULL("1G")),
                VARY("touches", "64", STANDARD("16 256"), FULL("1024")),
                VARY("fill", "read_1M", QUICK("write_4K"), STANDARD("write_1M map"), FULL("random"),
                     .when = "temperature=warm"),
                VARY("advice", "normal", QUICK("random"), FULL("sequential")),
                VARY("distribution", "uniform", STANDARD("zipf"))})
{
    const bool timed = axis_is(s, "temperature", "cold");

    each_operation(s, s->touches * s->page_size, s->touches);
    each_touches(s, axis_is(s, "distribution", "zipf") ? "zipf" : "random", s->touches, s->page_size);
    if (timed)
        each_laps(s, s->touches);
    while (next_sample(s)) {
        if (timed)
            read_timed(s);
        else
            consume(sum_pages(s->bytes, s->offsets, s->touches, s->page_size));
    }
}
