/* What it costs to ask the system which pages are there. A program has to look at the answers, so adding them
 * up is part of the time; but for the two texts, which are about all of the process and only read. */
#include "query.h"

#include "mapping.h"
#include "sample.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static int64_t answer; /* the last one */

static void check(struct sample *s)
{
    const uint64_t pages = s->length / s->page_size;

    if (answer == QUERY_UNKNOWN)
        sample_cannot(s, "this system knows no such question (%s)", strerror(errno));
    else if (answer == QUERY_FAILED)
        sample_broken(s, "asking: %s", strerror(errno));
    else if (answer == QUERY_DONE ? mapping_bytes(s->bytes, "Rss") != (int64_t)s->length
                                  : (uint64_t)answer != pages)
        sample_doubt(s, "not all of the %" PRIu64 " pages are there", pages);
}

FAMILY(query_pages, "time of asking which pages are in memory or in the page tables", .items = "pages",
       .demands = {.subject = MAP_READ, .temperature = MAPPED, .batches = true}, .check = check,
       .axes = {EACH("by", QUICK("mincore cachestat pagemap pagemap_scan smaps smaps_rollup")),
                VARY("size", "16M", STANDARD("64M"), FULL("4M"))})
{
    const query_function ask = query_named(axis_text(s, "by"));
    struct query query = {.length = s->length, .file = s->file};

    query.capacity = (size_t)(s->length / s->page_size) * sizeof(uint64_t);
    query.buffer = sample_memory(s, query.capacity);
    each_operation(s, 0, s->length / s->page_size);
    while (query.buffer && next_sample(s)) {
        query.address = s->bytes;
        answer = ask(&query);
        if (answer == QUERY_FAILED || answer == QUERY_UNKNOWN) {
            check(s);
            return;
        }
    }
}
