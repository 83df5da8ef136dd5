#include "access.h"
#include "sample.h"

FAMILY(read_sequential, "bandwidth of reading a whole mapping in order, every word of it", .items = "pages",
       .demands = {.subject = MAP_READ, .batches = true},
       .axes = {EACH("temperature", QUICK("cold warm"), STANDARD("mapped")),
                VARY("size", "64M", QUICK("4M 16M 256M"), STANDARD("1M"), FULL("1G")),
                VARY("fill", "read_1M", QUICK("write_4K"), STANDARD("write_1M map random"),
                     .when = "temperature=warm")})
{
    each_operation(s, s->length, s->length / s->page_size);
    while (next_sample(s))
        consume(sum_words(s->bytes, (size_t)s->length));
}
