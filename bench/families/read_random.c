#include "access.h"
#include "sample.h"

FAMILY(read_random, "time of reading single pages of a mapping in random order, every word of each",
       .items = "pages", .demands = {.subject = MAP_READ, .batches = true},
       .axes = {EACH("temperature", QUICK("cold warm"), STANDARD("mapped")),
                VARY("size", "64M", QUICK("4M 16M 256M"), FULL("1G")),
                VARY("touches", "64", STANDARD("16 256"), FULL("1024")),
                VARY("fill", "read_1M", QUICK("write_4K"), STANDARD("write_1M map random"),
                     .when = "temperature=warm")})
{
    each_operation(s, s->touches * s->page_size, s->touches);
    while (next_sample(s))
        consume(sum_pages(s->bytes, s->offsets, s->touches, s->page_size));
}
