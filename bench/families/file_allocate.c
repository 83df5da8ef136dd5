/* A call at a time, in order, until the whole range has been gone through. What is asked of an empty file
 * (default, keep_size, write_zeroes, map) or of one that was written and is on the device (the others):
 *
 *   map             the library's MW_F_PREALLOC: the blocks of each map are there before it is used
 *   default         blocks, and the file gets longer
 *   keep_size       blocks behind the end of the file
 *   write_zeroes    blocks that really were written
 *   zero_range      what was there reads as zero, the blocks stay
 *   collapse_range  the first part is cut out, half of the file in all
 *   insert_range    a hole is put before the rest, as long as half of the file in all
 */
#include "file_calls.h"
#include "own_file.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static struct stage {
    struct own_file file;
    const char *mode;
    uint64_t length, call, calls;
    bool shifts, fills; /* collapse and insert; works on a written file */
    uint64_t taken;     /* before the calls */
} stage;

static bool is_mode(const char *mode)
{
    return strcmp(stage.mode, mode) == 0;
}

static void prepare(struct sample *s)
{
    if (own_file_make(&stage.file, s, "") && stage.fills)
        own_file_fill(&stage.file, s, stage.length);
    if (!sample_ended(s))
        stage.taken = own_file_taken(&stage.file);
}

static void finish(struct sample *s)
{
    (void)s;
    own_file_remove(&stage.file);
}

static uint64_t size_wanted(void)
{
    const uint64_t bytes = stage.calls * stage.call;

    if (is_mode("keep_size"))
        return 0;
    if (is_mode("collapse_range"))
        return stage.length - bytes;
    return is_mode("insert_range") ? stage.length + bytes : stage.length;
}

/* Cutting out gives blocks back and holes take none; everything else must own its blocks. */
static void check(struct sample *s)
{
    const uint64_t size = own_file_size(&stage.file), taken = own_file_taken(&stage.file);

    sample_extra(s, "bytes_taken", (double)taken);
    if (size != size_wanted())
        sample_broken(s, "the file has %" PRIu64 " bytes after %s, not %" PRIu64, size, stage.mode,
                      size_wanted());
    if (is_mode("collapse_range") ? taken >= stage.taken : taken < stage.length)
        sample_broken(s, "the file takes %" PRIu64 " bytes of the device after %s", taken, stage.mode);
    if (is_mode("zero_range") && !own_file_is_zero(&stage.file))
        sample_broken(s, "what was zeroed does not read as zero");
}

static bool allocate_by_map(struct sample *s, uint64_t offset)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_err err = {0};
    mw_map *map;

    options.access = MW_ACCESS_WRITE;
    options.flags = MW_F_GROW | MW_F_PREALLOC | MW_F_NO_TRACK;
    options.offset = offset;
    options.length = stage.call;
    return sample_ok(s, "preallocating", mw_map_fd(&map, stage.file.descriptor, &options, &err), &err) &&
           sample_ok(s, "unmapping", mw_free(map), &err);
}

static bool allocate(struct sample *s, uint64_t offset)
{
    const int error = file_allocate(stage.file.descriptor, stage.mode, stage.shifts ? 0 : offset, stage.call);

    if (error == EOPNOTSUPP || error == ENOSYS || error == EINVAL)
        sample_cannot(s, "%s: the file system has no such call (%s)", stage.mode, strerror(error));
    else if (error)
        sample_broken(s, "%s: %s", stage.mode, strerror(error));
    return error == 0;
}

FAMILY(file_allocate, "bandwidth of getting blocks for a file, or changing them, without writing",
       .items = "calls", .demands = {.subject = FOLDER, .size = 32 << 20}, .prepare = prepare, .check = check,
       .finish = finish,
       .axes = {EACH("mode", QUICK("map default keep_size"),
                     STANDARD("zero_range collapse_range insert_range write_zeroes")),
                VARY("call", "1M", STANDARD("256K"), FULL("64K 4M")), VARY("length", "16M")})
{
    const bool by_map = axis_is(s, "mode", "map");

    stage = (struct stage){
        .mode = axis_text(s, "mode"), .length = axis_number(s, "length"), .call = axis_number(s, "call")};
    stage.shifts = is_mode("collapse_range") || is_mode("insert_range");
    stage.fills = stage.shifts || is_mode("zero_range");
    stage.calls = stage.length / stage.call / (stage.shifts ? 2 : 1);
    each_operation(s, stage.calls * stage.call, stage.calls);
    while (next_sample(s))
        for (uint64_t i = 0; i < stage.calls; i++)
            if (!(by_map ? allocate_by_map(s, i * stage.call) : allocate(s, i * stage.call)))
                return;
}
