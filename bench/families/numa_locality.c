/* The same memory near and far: of the node of the processor that reads it, of another one, or of all nodes
 * in turn. */
#include "access.h"
#include "numa.h"
#include "sample.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* How many pages of the map are to lie on the node that reads: all, none, or one of `nodes`. */
static uint64_t wanted_here(const struct sample *s, unsigned nodes)
{
    const uint64_t pages = s->length / s->page_size;

    return axis_is(s, "placement", "local") ? pages : axis_is(s, "placement", "remote") ? 0 : pages / nodes;
}

static void place(struct sample *s)
{
    const unsigned nodes = numa_nodes();
    const int here = numa_here();

    if (nodes < 2 || here < 0) {
        sample_cannot(s, nodes == 1 ? "all memory is equally near: there is one node"
                                    : "the system does not say what memory is near");
        return;
    }
    const int node = axis_is(s, "placement", "local")    ? here
                     : axis_is(s, "placement", "remote") ? numa_other(here)
                                                         : -1;
    if (!numa_place(s->bytes, (size_t)s->length, node)) {
        sample_cannot(s, "choosing a node: %s", strerror(errno));
        return;
    }
    store_each_page(s->bytes, (size_t)s->length, s->page_size, 1);
    const int64_t found = numa_pages_on(s->bytes, (size_t)s->length, here);
    const uint64_t wanted = wanted_here(s, nodes);
    if (found < 0)
        sample_cannot(s, "asking where pages lie: %s", strerror(errno));
    else if ((uint64_t)found + 1 < wanted || (uint64_t)found > wanted + 1)
        sample_doubt(s, "%" PRId64 " pages lie near instead of %" PRIu64, found, wanted);
}

FAMILY(numa_locality, "reading memory of the own node, of another one, and of all in turn",
       .items = "touches", .demands = {.subject = MEMORY, .pages = SMALL_PAGES}, .prepare = place,
       .axes = {EACH("placement", QUICK("local remote interleave")),
                EACH("pattern", QUICK("sequential random")), VARY("size", "64M", FULL("256M")),
                VARY("touches", "8192", .when = "pattern=random")})
{
    each_operation(s, s->touches ? 0 : s->length, s->touches ? s->touches : s->length / s->page_size);
    while (next_sample(s))
        consume(s->touches ? load_pages(s->bytes, s->offsets, s->touches)
                           : sum_words(s->bytes, (size_t)s->length));
}
