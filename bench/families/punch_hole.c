/* Blocks of a mapped file given back, in order, a piece at a time. The advice goes through the map and must
 * be for whole pages; the call goes past it. Both end in the same work of the file system. Where that is
 * mounted to say at once what it no longer needs (discard), each piece is a request to the device as well. */
#include "access.h"
#include "advice.h"
#include "file_calls.h"
#include "own_file.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static struct stage {
    struct own_file file;
    struct view view;
    uint64_t length;
    uint64_t taken; /* bytes of the device, before */
} stage;

static void prepare(struct sample *s)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_err err = {0};
    void *bytes;

    if (!own_file_make(&stage.file, s, "") || !own_file_fill(&stage.file, s, stage.length))
        return;
    options.access = MW_ACCESS_WRITE;
    if (!sample_ok(s, "mapping", mw_map_fd(&stage.view.map, stage.file.descriptor, &options, &err), &err) ||
        !sample_ok(s, "pinning", mw_pin(&bytes, stage.view.map, 0, MW_WHOLE, MW_PROT_READ, &err), &err))
        return;
    stage.view.bytes = bytes;
    if (axis_is(s, "in_page_tables", "yes"))
        consume(load_each_page(bytes, (size_t)stage.length, s->page_size));
    stage.taken = own_file_taken(&stage.file);
    if (stage.taken < stage.length)
        sample_doubt(s, "the file took %" PRIu64 " bytes of the device before", stage.taken);
}

/* What a file system takes beyond the length of the file stays, and what it keeps to say that there is
 * nothing is little. */
static void check(struct sample *s)
{
    const uint64_t taken = own_file_taken(&stage.file);

    sample_extra(s, "bytes_taken", (double)taken);
    if (taken + stage.length - stage.length / 16 > stage.taken)
        sample_broken(s, "the file takes %" PRIu64 " bytes of the device, and took %" PRIu64 " before", taken,
                      stage.taken);
    if (own_file_size(&stage.file) != stage.length || !own_file_is_zero(&stage.file) ||
        load_each_page(stage.view.bytes, (size_t)stage.length, s->page_size) != 0)
        sample_broken(s, "the hole does not read as zero");
}

static void finish(struct sample *s)
{
    (void)s;
    if (stage.view.bytes)
        mw_unpin(stage.view.map, stage.view.bytes);
    mw_free(stage.view.map);
    stage.view = (struct view){NULL, NULL};
    own_file_remove(&stage.file);
}

static bool punch(struct sample *s, uint64_t offset, uint64_t length)
{
    const int error = file_allocate(stage.file.descriptor, "punch_hole", offset, length);

    if (error == EOPNOTSUPP || error == ENOSYS)
        sample_cannot(s, "punching holes: %s", strerror(error));
    else if (error)
        sample_broken(s, "punching holes: %s", strerror(error));
    return error == 0;
}

FAMILY(punch_hole, "bandwidth of giving back the blocks of a mapped file, by advice and by fallocate",
       .items = "calls", .demands = {.subject = FOLDER, .size = 16 << 20}, .prepare = prepare, .check = check,
       .finish = finish,
       .axes = {EACH("by", QUICK("advice fallocate")), VARY("piece", "1M", STANDARD("4M"), FULL("64K 256K")),
                VARY("in_page_tables", "yes", STANDARD("no")), VARY("length", "4M", STANDARD("16M"))})
{
    const uint64_t piece = axis_number(s, "piece");
    const bool by_advice = axis_is(s, "by", "advice");
    mw_advice_row row;

    stage = (struct stage){.length = axis_number(s, "length")};
    if (!sample_advice(&row, s, "remove"))
        return;
    each_operation(s, stage.length, stage.length / piece);
    while (next_sample(s))
        for (uint64_t done = 0; done < stage.length; done += piece)
            if (!(by_advice ? sample_advise_range(s, stage.view.map, done, piece, &row)
                            : punch(s, done, piece)))
                return;
}
