/* The same memory mapped twice, into address space that was taken for both beforehand. */
#include "mapwise/ring.h"

#include "create.h"
#include "options.h"
#include "storage.h"

static int check_request(const mw_map_options *options, uint64_t capacity, mw_err *err)
{
    if (capacity == 0)
        return mw__fail(err, MW_E_INVAL, "capacity", MW_NOWHERE);
    if (options->access == MW_ACCESS_COPY)
        return mw__fail(err, MW_E_INVAL, "options.access", MW_NOWHERE);
    if (options->reserve != 0)
        return mw__fail(err, MW_E_INVAL, "options.reserve", MW_NOWHERE);
    if (capacity % mw_granularity() != 0)
        return mw__fail(err, MW_E_ALIGN, "capacity", capacity);
    if (capacity > (uint64_t)PTRDIFF_MAX / 2)
        return mw__fail(err, MW_E_OVERFLOW, "capacity", MW_NOWHERE);
    if (options->length != MW_WHOLE && options->length != 2 * capacity)
        return mw__fail(err, MW_E_INVAL, "options.length", MW_NOWHERE);
    if (options->raw_flags != 0)
        return mw__fail(err, MW_E_NOTSUP, "options.raw_flags", MW_NOWHERE);
    if (options->huge_page_size != 0)
        return mw__fail(err, MW_E_NOTSUP, "options.huge_page_size", MW_NOWHERE);
    return options->label ? mw__os_label_check(options->label, err) : MW_OK;
}

/* The second view, into the room behind the first, and what is asked for its pages. */
static int map_again(const mw_map *map, const mw__plan *plan, const mw_map_options *options, mw_fd fd,
                     mw_err *err)
{
    const mw__mapping view = {.fd = fd,
                              .shared = true,
                              .prot = plan->rights.prot,
                              .length = plan->region_length,
                              .address = map->region + plan->region_length,
                              .over = true,
                              .flags = options->flags};
    void *second;
    int code = mw__os_map(&second, &view, err);

    if (code == MW_OK && (options->flags & MW_F_POPULATE))
        code = mw__os_populate(second, view.length, false, err);
    if (code == MW_OK && (options->flags & MW_F_LOCKED))
        code = mw__os_lock(second, view.length, false, err);
    return code;
}

static int map_twice(mw_map *map, const mw__plan *plan, const mw_map_options *options, mw_fd fd, mw_err *err)
{
    int code = mw__make_region(map, plan, options, fd, err);

    if (code != MW_OK)
        return code;
    if ((code = map_again(map, plan, options, fd, err)) != MW_OK) {
        mw__os_unmap(map->region, map->room, NULL);
        return code;
    }
    map->source = MW_SOURCE_RING;
    map->region_length = map->room;
    map->length = map->room;
    return MW_OK;
}

static int make_ring(mw_map *map, const mw__plan *plan, const mw_map_options *options, const char *label,
                     mw_err *err)
{
    mw_fd fd;
    int code = mw__os_memory_file(&fd, label ? label : "mapwise", plan->length, err);

    if (code != MW_OK)
        return code;
    code = map_twice(map, plan, options, fd, err);
    if (code == MW_OK && !(options->flags & MW_F_NO_TRACK))
        map->fd = fd;
    else
        mw__os_close(fd, NULL);
    return code;
}

int mw_map_ring(mw_map **out, uint64_t capacity, const mw_map_options *options, mw_err *err)
{
    mw_map_options read;
    const char *label;
    mw__plan plan;
    mw_map *map;
    int code;

    if (!out)
        return mw__fail(err, MW_E_INVAL, "out", MW_NOWHERE);
    *out = NULL;
    if ((code = mw__options_read(&read, options, MW_FLAGS_MEMORY, err)) != MW_OK ||
        (code = check_request(&read, capacity, err)) != MW_OK)
        return code;
    /* The first view, and room for the second. */
    read.length = MW_WHOLE;
    read.reserve = 2 * capacity;
    label = read.label;
    read.label = NULL; /* the file has it */
    if ((code = mw__plan_memory(&plan, &read, capacity, mw_page_size(), err)) != MW_OK ||
        ((read.flags & MW_F_GUARDED) && (code = mw__os_guard_install(err)) != MW_OK))
        return code;

    if (!(map = mw__handle_new(err)))
        return MW_E_NOMEM;
    map->flags = read.flags;
    if ((code = make_ring(map, &plan, &read, label, err)) != MW_OK) {
        mw__handle_release(map);
        return code;
    }
    *out = map;
    return MW_OK;
}
