/* The first store to each page of a shared mapping, for which the file system is asked to make the page dirty
 * (page_mkwrite): of pages that no page table has, that were read through this mapping before, and that are
 * dirty already. Where the cache is made of large pieces, one fault may do for a whole piece. Beside it:
 * will-it-scale page_fault3. */
#include "access.h"
#include "expect.h"
#include "sample.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* The first byte of each page, as it is. */
static void make_dirty(struct sample *s)
{
    for (uint64_t offset = 0; offset < s->length; offset += s->page_size) {
        char byte;
        if (pread(s->file, &byte, 1, (off_t)offset) != 1 || pwrite(s->file, &byte, 1, (off_t)offset) != 1) {
            sample_broken(s, "making pages dirty: %s", strerror(errno));
            return;
        }
    }
}

static void prepare(struct sample *s)
{
    if (axis_is(s, "page", "mapped"))
        consume(load_each_page(s->bytes, (size_t)s->length, s->page_size));
    else if (axis_is(s, "page", "dirty"))
        make_dirty(s);
}

static void check(struct sample *s)
{
    if (axis_is(s, "page", "mapped") && s->current.counted.of[MINOR_FAULTS] == 0)
        sample_cannot(s, "this file system need not know: what was loaded is stored to without a fault");
    expect_faults(s, 1);
    expect_dirty(s, s->current.items);
}

FAMILY(fault_file_write, "time of the first store to each page of a shared mapping", .items = "pages",
       .demands = {.subject = MAP_WRITE, .temperature = WARM}, .prepare = prepare, .check = check,
       .axes = {VARY("page", "clean", STANDARD("mapped dirty")),
                VARY("size", "16M", STANDARD("4M"), FULL("64M")),
                VARY("fill", "read_1M", STANDARD("write_4K write_1M"))})
{
    each_operation(s, 0, s->length / s->page_size);
    while (next_sample(s))
        store_each_page(s->bytes, (size_t)s->length, s->page_size, s->round);
}
