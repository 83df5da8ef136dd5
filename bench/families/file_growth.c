/* From an empty file to the full size, a step at a time, each byte of a step stored:
 *
 *   remap    the whole file is grown and mapped anew for each step
 *   window   only the new step is mapped
 *   ahead    the file has its full length from the start and is mapped once
 *   write    no mapping: appended with write(2)
 */
#include "access.h"
#include "sample.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int file = -1;
static unsigned char *text; /* what is stored, one step of it */

static void make_file(struct sample *s)
{
    file = open(s->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0)
        sample_broken(s, "making a file: %s", strerror(errno));
}

static void remove_file(struct sample *s)
{
    if (file >= 0)
        close(file);
    file = -1;
    unlink(s->path);
}

/* Maps [offset, offset + length), growing the file to there, and stores its last `step` bytes. */
static bool grow_mapped(struct sample *s, uint64_t offset, uint64_t length, size_t step)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_err err = {0};
    mw_map *map;

    options.access = MW_ACCESS_WRITE;
    options.flags = MW_F_GROW | MW_F_NO_TRACK;
    options.offset = offset;
    options.length = length;
    if (!sample_ok(s, "growing", mw_map_fd(&map, file, &options, &err), &err))
        return false;
    bool stored = true;
    for (uint64_t done = length > step && offset == 0 && !axis_is(s, "strategy", "ahead") ? length - step : 0;
         stored && done < length; done += step)
        stored = sample_ok(s, "storing", mw_write_at(NULL, map, done, text, step, &err), &err);
    return sample_ok(s, "unmapping", mw_free(map), &err) && stored;
}

static bool grow_written(struct sample *s, uint64_t offset, size_t step)
{
    if (pwrite(file, text, step, (off_t)offset) == (ssize_t)step)
        return true;
    sample_broken(s, "writing: %s", strerror(errno));
    return false;
}

static bool grow(struct sample *s, size_t step)
{
    bool grown = true;

    if (axis_is(s, "strategy", "ahead"))
        return grow_mapped(s, 0, s->length, step);
    for (uint64_t done = 0; grown && done < s->length; done += step) {
        if (axis_is(s, "strategy", "remap"))
            grown = grow_mapped(s, 0, done + step, step);
        else if (axis_is(s, "strategy", "window"))
            grown = grow_mapped(s, done, step, step);
        else
            grown = grow_written(s, done, step);
    }
    return grown;
}

FAMILY(file_growth, "bandwidth of making a file longer and filling it", .items = "steps",
       .demands = {.subject = FOLDER}, .prepare = make_file, .finish = remove_file,
       .axes = {EACH("strategy", QUICK("remap window ahead write")),
                VARY("step", "64K", QUICK("1M"), FULL("4K")), VARY("size", "16M", FULL("64M"))})
{
    const size_t step = (size_t)axis_number(s, "step");

    text = sample_memory(s, step);
    if (!text)
        return;
    each_operation(s, s->length, s->length / step);
    while (next_sample(s))
        if (!grow(s, step))
            return;
}
