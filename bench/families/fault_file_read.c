/* One load of each page of a file, in order. How many pages a fault brings in is the system's choice, and
 * follows from the pieces that the cache is made of, hence from how it was filled: pages_per_fault. */
#include "access.h"
#include "expect.h"
#include "sample.h"

static void check(struct sample *s)
{
    expect_faults(s, 1);
}

FAMILY(fault_file_read, "time of the first load of each page of a mapped file", .items = "pages",
       .demands = {.subject = MAP_READ, .batches = true}, .check = check,
       .axes = {EACH("temperature", QUICK("warm"), STANDARD("cold")),
                VARY("size", "16M", STANDARD("4M 64M"), FULL("256M")),
                VARY("fill", "read_1M", QUICK("write_4K"), STANDARD("write_1M map"), FULL("random"),
                     .when = "temperature=warm")})
{
    each_operation(s, 0, s->length / s->page_size);
    each_needs(s, s->length);
    while (next_sample(s))
        consume(load_each_page(s->bytes, (size_t)s->length, s->page_size));
}
