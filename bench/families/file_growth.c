/* From an empty file to the full size, a step at a time, each byte of a step stored:
 *
 *   remap    the whole file is grown and mapped anew for each step
 *   move     the mapping grows, and moves if there is no room behind it (mremap)
 *   reserve  the mapping grows, into address space that was kept for it
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
static mw_map *growing; /* of move and reserve, while the file grows */

static void make_file(struct sample *s)
{
    file = open(s->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0)
        sample_broken(s, "making a file: %s", strerror(errno));
}

static void remove_file(struct sample *s)
{
    mw_free(growing);
    growing = NULL;
    if (file >= 0)
        close(file);
    file = -1;
    unlink(s->path);
}

struct growth {
    struct sample *s;
    const void *text; /* what is stored, one step of it */
    size_t step;
};

/* Maps [offset, offset + length), growing the file to there, and stores from byte `first` of that on. */
static bool grow_mapped(const struct growth *g, uint64_t offset, uint64_t length, uint64_t first)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_err err = {0};
    mw_map *map;
    bool stored = true;

    options.access = MW_ACCESS_WRITE;
    options.flags = MW_F_GROW | MW_F_NO_TRACK;
    options.offset = offset;
    options.length = length;
    if (!sample_ok(g->s, "growing", mw_map_fd(&map, file, &options, &err), &err))
        return false;
    for (uint64_t done = first; stored && done < length; done += g->step)
        stored = sample_ok(g->s, "storing", mw_write_at(NULL, map, done, g->text, g->step, &err), &err);
    return sample_ok(g->s, "unmapping", mw_free(map), &err) && stored;
}

static bool by_remap(const struct growth *g, uint64_t done)
{
    return grow_mapped(g, 0, done + g->step, done);
}

/* Makes a map of the first step, or lets it grow by one; gives it back after the last. */
static bool grow_in_place(const struct growth *g, uint64_t done, uint64_t reserve, uint32_t flags)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_err err = {0};
    int code;

    options.access = MW_ACCESS_WRITE;
    options.flags = MW_F_GROW;
    options.length = g->step;
    options.reserve = reserve;
    code = done == 0 ? mw_map_fd(&growing, file, &options, &err)
                     : mw_resize(growing, done + g->step, flags, &err);
    if (!sample_ok(g->s, "growing", code, &err) ||
        !sample_ok(g->s, "storing", mw_write_at(NULL, growing, done, g->text, g->step, &err), &err))
        return false;
    if (done + g->step < g->s->length)
        return true;
    mw_map *done_with = growing;
    growing = NULL;
    return sample_ok(g->s, "unmapping", mw_free(done_with), &err);
}

static bool by_moving(const struct growth *g, uint64_t done)
{
    return grow_in_place(g, done, 0, MW_RESIZE_MAY_MOVE);
}

static bool by_reserve(const struct growth *g, uint64_t done)
{
    return grow_in_place(g, done, g->s->length, 0);
}

static bool by_window(const struct growth *g, uint64_t done)
{
    return grow_mapped(g, done, g->step, 0);
}

static bool by_mapping_ahead(const struct growth *g, uint64_t done)
{
    return done > 0 || grow_mapped(g, 0, g->s->length, 0);
}

static bool by_write(const struct growth *g, uint64_t done)
{
    if (pwrite(file, g->text, g->step, (off_t)done) == (ssize_t)g->step)
        return true;
    sample_broken(g->s, "writing: %s", strerror(errno));
    return false;
}

static const struct {
    const char *name;
    bool (*add_step)(const struct growth *g, uint64_t done);
} strategies[] = {{"remap", by_remap},   {"move", by_moving},         {"reserve", by_reserve},
                  {"window", by_window}, {"ahead", by_mapping_ahead}, {"write", by_write}};

FAMILY(file_growth, "bandwidth of making a file longer and filling it", .items = "steps",
       .demands = {.subject = FOLDER}, .prepare = make_file, .finish = remove_file,
       .axes = {EACH("strategy", QUICK("remap reserve window ahead write"), STANDARD("move")),
                VARY("step", "1M", STANDARD("64K"), FULL("4K")), VARY("size", "16M", FULL("64M"))})
{
    struct growth growth = {.s = s, .step = (size_t)axis_number(s, "step")};
    size_t strategy = 0;

    growth.text = sample_memory(s, growth.step);
    if (!growth.text)
        return;
    while (!axis_is(s, "strategy", strategies[strategy].name))
        strategy++;
    each_operation(s, s->length, s->length / growth.step);
    while (next_sample(s))
        for (uint64_t done = 0; done < s->length; done += growth.step)
            if (!strategies[strategy].add_step(&growth, done))
                return;
}
