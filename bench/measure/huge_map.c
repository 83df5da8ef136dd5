#include "huge_map.h"

#include "mapping.h"

/* Where `length` bytes are free at the moment; NULL, which is no wish, if that can't be found out. */
static void *free_address(uint64_t length)
{
    const uint64_t huge = mapping_huge_page();
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_info info = MW_INFO_INIT;
    mw_map *map;

    options.access = MW_ACCESS_COPY;
    options.flags = MW_F_NORESERVE;
    if (huge == 0 || mw_map_anon(&map, length + huge, &options, NULL) != MW_OK)
        return NULL;
    mw_info_get(&info, map, NULL);
    mw_free(map);
    const uintptr_t base = (uintptr_t)info.base;
    return (char *)info.base + (huge - base % huge) % huge;
}

bool huge_map_open(struct view *view, struct sample *s, uint64_t length, bool shared)
{
    const bool file = s->file >= 0;
    const uint32_t rights = file ? MW_PROT_READ : MW_PROT_READ | MW_PROT_WRITE;
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_err err = {0};
    void *bytes;

    options.address = free_address(length);
    options.length = length;
    options.access = file ? MW_ACCESS_READ : shared ? MW_ACCESS_WRITE : MW_ACCESS_COPY;
    options.flags = file ? MW_F_NO_TRACK : 0;
    *view = (struct view){NULL, NULL};
    const int code = file ? mw_map_file(&view->map, s->path, &options, &err)
                          : mw_map_anon(&view->map, length, &options, &err);
    if (!sample_ok(s, "mapping", code, &err) ||
        !sample_ok(s, "pinning", mw_pin(&bytes, view->map, 0, MW_WHOLE, rights, &err), &err))
        return false;
    view->bytes = bytes;
    return true;
}
