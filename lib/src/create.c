/* Making maps. The plan says what to do (plan.h); here it is done, and undone if a step fails. */
#include "create.h"

#include "checked.h"
#include "options.h"
#include "storage.h"

static mw_map *new_handle(const mw_map_options *options, mw_err *err)
{
    mw_map *map = mw__handle_new(err);

    if (map)
        map->flags = options->flags;
    return map;
}

/* What the flags about faults need of the system is had, or refused, before anything else. */
static int install_guard(const mw_map_options *options, mw_err *err)
{
    const char asked = 0;
    char copied;
    size_t done;
    int code = MW_OK;

    if (options->flags & MW_F_GUARDED)
        code = mw__os_guard_install(err);
    if (code == MW_OK && (options->flags & MW_F_KERNEL_COPY))
        code = mw__os_copy_from(&done, &copied, &asked, 1, err);
    return code;
}

/* ---- the region --------------------------------------------------------- */

static mw__mapping mapping_of(const mw__plan *plan, const mw_map_options *options, mw_fd fd)
{
    return (mw__mapping){.fd = fd,
                         .shared = plan->rights.shared,
                         .prot = plan->rights.prot,
                         .file_offset = plan->offset - plan->lead,
                         .length = plan->region_length,
                         .address = plan->address,
                         .flags = options->flags,
                         .raw_flags = options->raw_flags};
}

/* The bytes of the region, in whole pages, that the file or memory can supply. */
static size_t backed_pages(const mw__plan *plan)
{
    mw__range backed = {plan->lead, plan->lead + plan->backed};

    return plan->backed == 0 ? 0 : (size_t)mw__range_outward(backed, plan->page_size).end;
}

/* What the system does to the pages of a new region before the caller gets it. */
static int finish_region(unsigned char *region, const mw__plan *plan, const mw_map_options *options,
                         mw_err *err)
{
    bool write = !plan->rights.shared && (plan->rights.prot & MW_PROT_WRITE);
    size_t backed = backed_pages(plan);
    int code = MW_OK;

    if (options->label)
        code = mw__os_label(region, plan->region_length, options->label, err);
    if (code == MW_OK && (options->flags & MW_F_POPULATE) && backed > 0)
        code = mw__os_populate(region, backed, write, err);
    if (code == MW_OK && (options->flags & MW_F_LOCKED))
        code = mw__os_lock(region, backed, false, err);
    return code;
}

/* Maps the region, in room of its own if it is to have more than it needs. */
static int map_region(void **region, const mw__plan *plan, const mw_map_options *options, mw_fd fd,
                      mw_err *err)
{
    mw__mapping mapping = mapping_of(plan, options, fd);
    int code;

    *region = NULL;
    if (plan->room > plan->region_length) {
        code = mw__os_reserve(region, plan->address, (options->flags & MW_F_FIXED) != 0, plan->room, err);
        if (code != MW_OK)
            return code;
        mapping.address = *region;
        mapping.over = true;
    }
    if (plan->region_length == 0)
        return MW_OK;
    if ((code = mw__os_map(region, &mapping, err)) != MW_OK && mapping.over)
        mw__os_unmap(mapping.address, plan->room, NULL);
    return code;
}

int mw__make_region(mw_map *map, const mw__plan *plan, const mw_map_options *options, mw_fd fd, mw_err *err)
{
    void *region;
    int code = map_region(&region, plan, options, fd, err);

    if (code != MW_OK)
        return code;
    if (plan->region_length != 0 && (code = finish_region(region, plan, options, err)) != MW_OK) {
        mw__os_unmap(region, plan->room, NULL);
        return code;
    }
    map->shared = plan->rights.shared;
    map->access = plan->rights.access;
    map->rights = (mw__rights){plan->rights.prot | MW_RIGHT_OPEN, 0, NULL};
    map->raw_flags = options->raw_flags;
    map->offset = plan->offset;
    map->length = plan->length;
    map->page_size = plan->page_size;
    map->lead = plan->lead;
    map->region = region;
    map->region_length = plan->region_length;
    map->room = plan->room;
    map->keeps_room = plan->room > plan->region_length;
    map->locked = (options->flags & MW_F_LOCKED) ? MW_LOCKED_NOW : MW_LOCKED_NOT;
    return MW_OK;
}

/* ---- the file ----------------------------------------------------------- */

/* Would the region be granted, and may it be locked? */
static int try_region(const mw__plan *plan, const mw_map_options *options, mw_fd fd, mw_err *err)
{
    mw__mapping mapping = mapping_of(plan, options, fd);
    void *region = NULL;
    int code;

    if (plan->region_length == 0)
        return MW_OK;
    mapping.flags &= ~MW_F_POPULATE;
    if ((code = mw__os_map(&region, &mapping, err)) != MW_OK)
        return code;
    if (options->flags & MW_F_LOCKED)
        code = mw__os_lock(region, backed_pages(plan), true, err);
    mw__os_unmap(region, plan->region_length, NULL);
    return code == MW_E_NOTSUP ? MW_OK : code;
}

void mw__shrink_back(mw_fd fd, uint64_t size, uint64_t old_size)
{
    mw__file_facts now;

    if (old_size < size && mw__os_file_facts(&now, fd, NULL) == MW_OK && now.size == size)
        mw__os_file_resize(fd, old_size, NULL);
}

/* Tries what could still be refused when the contents of `size` bytes are gone, and takes it back. */
static int rehearse(const mw__plan *plan, const mw_map_options *options, uint64_t size, mw_fd fd, mw_err *err)
{
    int code = try_region(plan, options, fd, err);

    if (code != MW_OK || plan->file_size == 0)
        return code;
    if ((code = mw__os_rewrite_check(fd, plan->file_size, err)) != MW_OK ||
        (plan->file_size > size && (code = mw__os_file_resize(fd, plan->file_size, err)) != MW_OK))
        return code;
    /* One byte: can the file system do it at all? */
    if ((options->flags & MW_F_PREALLOC) && plan->backed != 0)
        code = mw__os_preallocate(fd, 0, 1, err);
    mw__shrink_back(fd, plan->file_size, size);
    return code;
}

/* Gives the file of *size bytes the size and blocks that the plan wants. *size becomes the size to go
 * back to if a later step fails. */
static int prepare_file(uint64_t *size, const mw__plan *plan, const mw_map_options *options, mw_fd fd,
                        mw_err *err)
{
    uint64_t before = *size;
    int code;

    *size = plan->file_size;
    if (options->flags & MW_F_TRUNCATE) {
        if ((before != 0 && (code = rehearse(plan, options, before, fd, err)) != MW_OK) ||
            (code = mw__os_file_resize(fd, 0, err)) != MW_OK)
            return code;
        before = 0;
    }
    if (plan->file_size > before) {
        if ((code = mw__os_file_resize(fd, plan->file_size, err)) != MW_OK)
            return code;
        *size = before;
    }
    if ((options->flags & MW_F_PREALLOC) && plan->backed != 0)
        return mw__os_preallocate(fd, plan->offset, plan->backed, err);
    return MW_OK;
}

/* Shows the map to whoever wants it. What is refused is unmapped again. */
static int show(mw_map *map, const mw__consent *consent, mw_err *err)
{
    int code = consent ? consent->to_map(consent->context, map, err) : MW_OK;

    if (code != MW_OK && map->region) {
        mw__os_unmap(map->region, map->room, NULL);
        map->region = NULL;
    }
    return code;
}

/* Maps the file as planned, or leaves it as it was. */
static int carry_out(mw_map *map, const mw__plan *plan, const mw_map_options *options, uint64_t size,
                     mw_fd fd, const mw__consent *consent, mw_err *err)
{
    int code = prepare_file(&size, plan, options, fd, err);

    if (code == MW_OK)
        code = mw__make_region(map, plan, options, fd, err);
    if (code == MW_OK)
        code = show(map, consent, err);
    if (code != MW_OK)
        mw__shrink_back(fd, plan->file_size, size);
    return code;
}

static int copy_file(mw_map *map, mw_fd fd, bool stream, const mw_map_options *options,
                     const mw__consent *consent, mw_err *err)
{
    int code = mw__make_copy(map, fd, stream, options, err);

    return code == MW_OK ? show(map, consent, err) : code;
}

static int map_open_file(mw_map *map, mw_fd fd, const mw_map_options *options, const mw__consent *consent,
                         mw_err *err)
{
    mw__file_facts facts;
    mw__plan plan;
    mw_err refusal;
    size_t page_size;
    int code;

    if ((code = mw__os_file_facts(&facts, fd, err)) != MW_OK ||
        (code = mw__os_mapping_page_size(&page_size, fd, facts.block_size, options->raw_flags, err)) !=
            MW_OK ||
        (code = mw__plan_file(&plan, options, &facts, page_size, err)) != MW_OK ||
        (consent && (code = consent->to_plan(consent->context, &plan, err)) != MW_OK))
        return code;
    if (plan.copy)
        return copy_file(map, fd, facts.kind == MW_KIND_STREAM, options, consent, err);
    if (options->label)
        return mw__fail(err, MW_E_NOTSUP, "options.label", MW_NOWHERE);
    if ((code = mw__os_raw_flags_check(options->raw_flags, (options->flags & MW_F_RAW_UNCHECKED) != 0,
                                       plan.rights.shared, err)) != MW_OK)
        return code;

    map->source = facts.kind == MW_KIND_REGULAR ? MW_SOURCE_FILE : MW_SOURCE_DEVICE;
    code = carry_out(map, &plan, options, facts.size, fd, consent, &refusal);
    if (code == MW_E_NOTSUP && plan.may_copy)
        return copy_file(map, fd, false, options, consent, err);
    if (code != MW_OK && err)
        *err = refusal;
    return code;
}

/* ---- the three ways in -------------------------------------------------- */

/* `fd` stays the caller's, who hands it to the map, keeps it or closes it. */
static int map_descriptor(mw_map **out, mw_fd fd, const mw_map_options *options, const mw__consent *consent,
                          mw_err *err)
{
    mw_map *map = new_handle(options, err);
    int code;

    if (!map)
        return MW_E_NOMEM;
    if ((code = install_guard(options, err)) == MW_OK)
        code = map_open_file(map, fd, options, consent, err);
    if (code != MW_OK) {
        mw__handle_release(map);
        return code;
    }
    *out = map;
    return MW_OK;
}

/* Hands `fd` to the map, if it has a use for it. */
static bool keep_descriptor(mw_map *map, mw_fd fd)
{
    if ((map->flags & MW_F_NO_TRACK) || map->source == MW_SOURCE_COPY)
        return false;
    map->fd = fd;
    return true;
}

int mw__map_path(mw_map **out, const char *path, const mw_map_options *options, const mw__consent *consent,
                 mw_err *err)
{
    mw_map_options own = *options;
    bool created;
    mw_fd fd;
    int code;

    if (own.access == MW_ACCESS_DEFAULT && own.prot == 0)
        own.access = MW_ACCESS_READ;

    mw__open_request request = {.writable = mw__plan_opens_writable(&own),
                                .create = (own.flags & MW_F_CREATE) != 0,
                                .exclusive = (own.flags & MW_F_EXCLUSIVE) != 0,
                                .wait = (own.flags & MW_F_READ_COPY) != 0,
                                .mode = own.file_mode};
    if ((code = mw__os_open(&fd, &created, path, &request, err)) != MW_OK)
        return code;

    code = map_descriptor(out, fd, &own, consent, err);
    if (code != MW_OK && created)
        mw__os_remove(path, fd);
    if (code != MW_OK || !keep_descriptor(*out, fd))
        mw__os_close(fd, NULL);
    return code;
}

int mw_map_file(mw_map **out, const char *path, const mw_map_options *options, mw_err *err)
{
    mw_map_options read;
    int code;

    if (!out)
        return mw__fail(err, MW_E_INVAL, "out", MW_NOWHERE);
    *out = NULL;
    if (!path)
        return mw__fail(err, MW_E_INVAL, "path", MW_NOWHERE);
    if ((code = mw__options_read(&read, options, MW_FLAGS_PATH, err)) != MW_OK)
        return code;
    return mw__map_path(out, path, &read, NULL, err);
}

static int count_from_position(mw_map_options *options, mw_fd fd, mw_err *err)
{
    uint64_t position;
    int code;

    if (!(options->flags & MW_F_FROM_POSITION))
        return MW_OK;
    if ((code = mw__os_file_position(&position, fd, err)) != MW_OK)
        return code;
    return mw__add(&options->offset, options->offset, position)
               ? MW_OK
               : mw__fail(err, MW_E_OVERFLOW, "options.offset", position);
}

int mw__map_fd(mw_map **out, mw_fd fd, const mw_map_options *options, const mw__consent *consent, mw_err *err)
{
    mw_map_options own = *options;
    mw_fd kept = MW_NO_FD;
    int code = count_from_position(&own, fd, err);

    if (code != MW_OK)
        return code;
    /* Before the map, so that running out of descriptors costs nothing that must be undone. */
    if (!(own.flags & MW_F_NO_TRACK) && (code = mw__os_duplicate(&kept, fd, err)) != MW_OK)
        return code;

    code = map_descriptor(out, fd, &own, consent, err);
    if (kept != MW_NO_FD && (code != MW_OK || !keep_descriptor(*out, kept)))
        mw__os_close(kept, NULL);
    return code;
}

int mw_map_fd(mw_map **out, mw_fd fd, const mw_map_options *options, mw_err *err)
{
    mw_map_options read;
    int code;

    if (!out)
        return mw__fail(err, MW_E_INVAL, "out", MW_NOWHERE);
    *out = NULL;
    if ((code = mw__options_read(&read, options, MW_FLAGS_FD, err)) != MW_OK)
        return code;
    return mw__map_fd(out, fd, &read, NULL, err);
}

/* Memory in huge pages: the system's own flags say so. */
static int huge_memory(mw_map_options *options, mw_err *err)
{
    uint64_t flags;
    int code = mw__os_huge_flags(&flags, options->huge_page_size, err);

    options->raw_flags |= flags;
    return code;
}

/* Shared memory is a file without a name, so that it can grow later, unless the caller wants no descriptor
 * or asks the system for something of its own. Where no such file is to be had, it is memory all the same;
 * only a label is then hard to have. */
static int make_memory_file(mw_fd *fd, const mw__plan *plan, const mw_map_options *options, mw_err *err)
{
    mw_err refusal;

    *fd = MW_NO_FD;
    if (!plan->rights.shared || plan->length == 0 || options->raw_flags != 0 ||
        (options->flags & MW_F_NO_TRACK))
        return MW_OK;
    if (mw__os_memory_file(fd, options->label ? options->label : "mapwise", plan->length, &refusal) ==
            MW_OK ||
        !options->label || refusal.code == MW_E_NOTSUP)
        return MW_OK;
    if (err)
        *err = refusal;
    return refusal.code;
}

int mw__make_memory(mw_map *map, uint64_t length, const mw_map_options *options, mw_err *err)
{
    mw_map_options own = *options;
    mw__plan plan;
    size_t page_size;
    int code;

    if ((options->huge_page_size != 0 && (code = huge_memory(&own, err)) != MW_OK) ||
        (code = mw__os_mapping_page_size(&page_size, MW_NO_FD, 0, own.raw_flags, err)) != MW_OK ||
        (code = mw__plan_memory(&plan, &own, length, page_size, err)) != MW_OK ||
        (code = mw__os_raw_flags_check(own.raw_flags, (own.flags & MW_F_RAW_UNCHECKED) != 0, false, err)) !=
            MW_OK ||
        (own.label && (code = mw__os_label_check(own.label, err)) != MW_OK) ||
        (code = make_memory_file(&map->fd, &plan, &own, err)) != MW_OK)
        return code;
    if (map->fd != MW_NO_FD)
        own.label = NULL; /* the file has it */
    map->source = MW_SOURCE_ANONYMOUS;
    code = mw__make_region(map, &plan, &own, map->fd, err);
    if (code != MW_OK && map->fd != MW_NO_FD) {
        mw__os_close(map->fd, NULL);
        map->fd = MW_NO_FD;
    }
    return code;
}

int mw_map_anon(mw_map **out, uint64_t length, const mw_map_options *options, mw_err *err)
{
    mw_map_options read;
    mw_map *map;
    int code;

    if (!out)
        return mw__fail(err, MW_E_INVAL, "out", MW_NOWHERE);
    *out = NULL;
    if ((code = mw__options_read(&read, options, MW_FLAGS_MEMORY, err)) != MW_OK)
        return code;
    if (!(map = new_handle(&read, err)))
        return MW_E_NOMEM;
    if ((code = install_guard(&read, err)) == MW_OK)
        code = mw__make_memory(map, length, &read, err);
    if (code != MW_OK) {
        mw__handle_release(map);
        return code;
    }
    *out = map;
    return MW_OK;
}
