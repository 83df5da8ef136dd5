#include "map_once.h"

#include "advice.h"

static bool work_on(struct sample *s, mw_map *map, const struct map_once *how,
                    void (*work)(struct sample *s, unsigned char *bytes))
{
    const uint32_t rights = MW_PROT_READ | (how->access == MW_ACCESS_READ ? 0 : MW_PROT_WRITE);
    mw_err err = {0};
    void *bytes;

    if ((how->advice && !sample_advise(s, map, how->advice)) ||
        !sample_ok(s, "pinning", mw_pin(&bytes, map, 0, MW_WHOLE, rights, &err), &err))
        return false;
    work(s, bytes);
    mw_unpin(map, bytes);
    return true;
}

bool map_once(struct sample *s, const struct map_once *how,
              void (*work)(struct sample *s, unsigned char *bytes))
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_err err = {0};
    mw_map *map;

    options.access = how->access;
    options.flags = MW_F_NO_TRACK;
    options.length = s->length;
    if (!sample_ok(s, "mapping",
                   how->path ? mw_map_file(&map, how->path, &options, &err)
                             : mw_map_fd(&map, s->file, &options, &err),
                   &err))
        return false;
    const bool worked = work_on(s, map, how, work);
    return sample_ok(s, "unmapping", mw_free(map), &err) && worked;
}
