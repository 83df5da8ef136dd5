/* A store to a page of a private mapping of a file copies it: in one fault, or, where the page was read
 * before, in the second one of the page. The copying alone is the limit: `by_hand` is memcpy of as many
 * pages. */
#include "access.h"
#include "expect.h"
#include "mapping.h"
#include "pair.h"

#include <inttypes.h>
#include <string.h>

static struct stage {
    const struct sample *s;
    void *from, *to;
} stage;

static void store(void)
{
    store_each_page(stage.s->bytes, (size_t)stage.s->length, stage.s->page_size, 1);
}

static void copy(void)
{
    memcpy(stage.to, stage.from, (size_t)stage.s->length);
    consume(*(const uint64_t *)stage.to);
}

static void prepare(struct sample *s)
{
    const uint64_t wanted = axis_is(s, "read_before", "yes") ? s->length : 0;

    if (wanted)
        consume(load_each_page(s->bytes, (size_t)s->length, s->page_size));
    const int64_t mapped = mapping_bytes(s->bytes, "Rss");
    if (mapped != COUNTER_ABSENT && (uint64_t)mapped != wanted)
        sample_doubt(s, "%" PRId64 " bytes in the page tables, not %" PRIu64, mapped, wanted);
    pair_before(s);
}

static void check(struct sample *s)
{
    pair_after(s);
    expect_faults(s, s->length / s->page_size);
    expect_private(s, s->length);
}

FAMILY(copy_on_write, "time of the first store to each page of a private mapping of a file", .items = "pages",
       .demands = {.subject = MAP_COPY, .temperature = WARM}, .prepare = prepare, .check = check,
       .axes = {EACH("read_before", QUICK("no"), STANDARD("yes")),
                VARY("size", "16M", STANDARD("4M"), FULL("64M")),
                VARY("fill", "read_1M", STANDARD("write_4K"))})
{
    const struct pair pair = {(unsigned)(s->length / s->page_size), store, copy};

    stage = (struct stage){
        .s = s, .from = sample_memory(s, (size_t)s->length), .to = sample_memory(s, (size_t)s->length)};
    if (stage.from && stage.to)
        pair_run(s, &pair, 0);
}
