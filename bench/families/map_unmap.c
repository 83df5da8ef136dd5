#include "access.h"
#include "sample.h"

#include <string.h>

static struct demands demands_of(const struct family *family, const struct point *point)
{
    const bool anonymous = strcmp(point_value(family, point, "source"), "anonymous") == 0;

    return anonymous ? (struct demands){.subject = NOTHING, .batches = true}
                     : (struct demands){.subject = FILE_ONLY, .temperature = WARM, .batches = true};
}

struct cycle {
    struct sample *s;
    mw_map_options options;
    uint64_t length;
    bool touch;
};

static int make_map(mw_map **map, const struct cycle *cycle, mw_err *err)
{
    if (axis_is(cycle->s, "source", "anonymous"))
        return mw_map_anon(map, cycle->length, &cycle->options, err);
    if (axis_is(cycle->s, "source", "path"))
        return mw_map_file(map, cycle->s->path, &cycle->options, err);
    return mw_map_fd(map, cycle->s->file, &cycle->options, err);
}

static bool map_and_unmap(const struct cycle *cycle)
{
    mw_err err = {0};
    mw_map *map;
    void *bytes;

    if (!sample_ok(cycle->s, "mapping", make_map(&map, cycle, &err), &err))
        return false;
    if (cycle->touch &&
        sample_ok(cycle->s, "pinning", mw_pin(&bytes, map, 0, MW_WHOLE, MW_PROT_READ, &err), &err)) {
        consume(load_each_page(bytes, (size_t)cycle->length, cycle->s->page_size));
        mw_unpin(map, bytes);
    }
    return sample_ok(cycle->s, "unmapping", mw_free(map), &err);
}

FAMILY(map_unmap, "time of making a mapping and giving it back", .items = "calls", .demands_of = demands_of,
       .axes = {EACH("source", QUICK("descriptor path anonymous")),
                VARY("size", "4M", QUICK("64K 64M"), FULL("1G")), VARY("touched", "no", QUICK("yes"))})
{
    struct cycle cycle = {.s = s, .options = MW_MAP_OPTIONS_INIT};

    cycle.length = axis_number(s, "size");
    cycle.touch = axis_is(s, "touched", "yes");
    cycle.options.access = axis_is(s, "source", "anonymous") ? MW_ACCESS_COPY : MW_ACCESS_READ;
    cycle.options.flags = axis_is(s, "source", "anonymous") ? 0 : MW_F_NO_TRACK;
    each_operation(s, 0, 1);
    while (next_sample(s))
        if (!map_and_unmap(&cycle))
            return;
}
