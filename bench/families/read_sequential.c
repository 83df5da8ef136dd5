/* Advice is given before the clock, and so only such as changes how pages come in while they are touched.
 * What reads by itself (willneed, populate_read) would leave nothing of a cold file to be measured;
 * advise_effect has it inside the time, and all the others. */
#include "access.h"
#include "sample.h"

#include <string.h>

/* A page at a time from the device, and all of them. */
static struct demands demands_of(const struct family *family, const struct point *point)
{
    struct demands demands = family->demands;

    demands.seldom = strcmp(point_value(family, point, "temperature"), "cold") == 0 &&
                     strcmp(point_value(family, point, "advice"), "random") == 0;
    return demands;
}

FAMILY(read_sequential, "bandwidth of reading a whole mapping in order, every word of it", .items = "pages",
       .demands = {.subject = MAP_READ, .batches = true, .advised = true}, .demands_of = demands_of,
       .axes = {EACH("temperature", QUICK("cold warm"), STANDARD("mapped")),
                VARY("size", "64M", QUICK("4M 16M 256M"), STANDARD("1M"), FULL("1G")),
                VARY("fill", "read_1M", QUICK("write_4K"), STANDARD("write_1M map"), FULL("random"),
                     .when = "temperature=warm"),
                VARY("advice", "normal", STANDARD("sequential"), FULL("random"))})
{
    each_operation(s, s->length, s->length / s->page_size);
    while (next_sample(s))
        consume(sum_words(s->bytes, (size_t)s->length));
}
