/* Pieces of a file at random places, every word summed: read by calls into a buffer, and beside that, in the
 * same sample, out of a mapping. `mapped` is what a piece of the mapping takes in nanoseconds, `ratio` how
 * much longer the calls take: below 1 they are faster. "mmap" against itself shows what the ratio is worth.
 *
 *   cold     no page in memory: both have to wait for the device
 *   warm     pages in memory, the mapping is fresh: it has its faults, the calls copy
 *   mapped   pages in its page tables too: the mapping of a program that goes on for long
 *
 * Places are for twice the work, so that neither finds what the other has just read. */
#include "access.h"
#include "beside.h"
#include "reader.h"

/* A cold page takes so long that few do. */
enum { COLD_CALLS = 64, WARM_BYTES = 8 << 20 };

static struct beside mapped;

static size_t calls_of(const struct sample *s)
{
    return s->touches / 2;
}

static void read_mapped(struct sample *s, const unsigned char *bytes)
{
    consume(sum_pages(bytes, s->offsets, calls_of(s), s->piece));
}

static void prepare(struct sample *s)
{
    each_needs(s, calls_of(s) * s->piece);
    beside_before(&mapped, s, read_mapped);
}

static void check(struct sample *s)
{
    const double seconds = beside_after(&mapped, s, read_mapped);

    sample_extra(s, "mapped", seconds * 1e9 / (double)calls_of(s));
    sample_extra(s, "ratio", seconds > 0 ? s->current.seconds / seconds : 0);
}

FAMILY(read_versus, "time of a call that reads a piece of a file at random, beside a mapping of it",
       .items = "calls", .demands = {.subject = MAP_READ, .advised = true, .size = 16 << 20},
       .prepare = prepare, .check = check,
       .axes = {EACH("temperature", QUICK("warm"), STANDARD("cold"), FULL("mapped")),
                EACH("by", QUICK("pread io_uring"), STANDARD("readv preadv2 o_direct"), FULL("mmap")),
                VARY("piece", "4K", STANDARD("64K"), FULL("1M")),
                VARY("depth", "1", STANDARD("32"), .when = "by=io_uring"),
                VARY("advice", "normal", FULL("random"))})
{
    const size_t piece = (size_t)axis_number(s, "piece");
    const unsigned depth = axis_is(s, "by", "io_uring") ? (unsigned)axis_number(s, "depth") : 1;
    const size_t most = (size_t)(s->length / 2) / piece;
    const bool cold = axis_is(s, "temperature", "cold"), by_map = axis_is(s, "by", "mmap");
    const size_t calls = cold && COLD_CALLS < most   ? COLD_CALLS
                         : WARM_BYTES / piece < most ? WARM_BYTES / piece
                                                     : most;

    if (piece % s->page_size != 0) {
        sample_cannot(s, "a page has %zu bytes here", s->page_size);
        return;
    }
    if (!cold && axis_is(s, "by", "o_direct")) {
        sample_cannot(s, "it reads past the cache, so for it nothing is warm");
        return;
    }
    struct reader *reader = by_map ? NULL : reader_open(s, axis_text(s, "by"), piece, depth);
    each_operation(s, calls * piece, calls);
    each_touches(s, "random", 2 * calls, piece);
    while ((by_map || reader) && next_sample(s)) {
        if (by_map)
            consume(sum_pages(s->bytes, s->offsets + calls, calls, piece));
        else if (!reader_sum(reader, s->offsets + calls, calls))
            break;
    }
    reader_close(reader);
}
