/* Shared memory by name: how it is found, and how it comes to be whole before anybody sees its bytes. */
#include "mapwise/named.h"

#include "create.h"
#include "named.h"
#include "options.h"

#include <stdlib.h>
#include <string.h>

int mw__name_read(char out[MW_NAME_SIZE], const char *given, mw_err *err)
{
    const char *name = given && given[0] == '/' ? given + 1 : given;
    const size_t longest = MW_NAME_SIZE - 2;
    const size_t length = name ? strnlen(name, longest + 1) : 0;

    if (length == 0 || length > longest || strchr(name, '/') || strcmp(name, ".") == 0 ||
        strcmp(name, "..") == 0)
        return mw__fail(err, MW_E_INVAL, "name", MW_NOWHERE);
    out[0] = '/';
    memcpy(out + 1, name, length + 1);
    return MW_OK;
}

/* ---- the name that goes with a map -------------------------------------- */

static mw__named *remember_name(const char *name, const mw__identity *identity, mw_err *err)
{
    const size_t length = strlen(name) + 1;
    mw__named *named = malloc(sizeof *named + length);

    if (!named) {
        mw__fail(err, MW_E_NOMEM, "malloc", MW_NOWHERE);
        return NULL;
    }
    named->identity = *identity;
    named->maker = mw__os_process();
    memcpy(named->name, name, length);
    return named;
}

void mw__named_release(mw_map *map)
{
    if (map->named && map->named->maker == mw__os_process())
        mw__os_named_remove(map->named->name, &map->named->identity);
    free(map->named);
    map->named = NULL;
}

/* ---- making and opening ------------------------------------------------- */

/* What can be refused without looking whether the memory is there: everything that is wrong for all sizes. */
static int check_request(const mw_map_options *options, const mw__consent *consent, mw_err *err)
{
    const mw__file_facts whatever = {
        .kind = MW_KIND_REGULAR, .readable = true, .writable = true, .size = INT64_MAX};
    const bool creates = (options->flags & MW_F_CREATE) != 0;
    mw__plan plan;
    int code;

    if ((options->flags & MW_F_UNLINK) && !creates)
        return mw__fail(err, MW_E_INVAL, "options.flags", MW_NOWHERE);
    if (options->label)
        return mw__fail(err, MW_E_NOTSUP, "options.label", MW_NOWHERE);
    if (!creates)
        return MW_OK;
    if (options->access != MW_ACCESS_WRITE && !(options->prot & MW_PROT_WRITE))
        return mw__fail(err, MW_E_INVAL, "options.access", MW_NOWHERE);
    if (options->length == MW_WHOLE || options->length == 0)
        return mw__fail(err, MW_E_INVAL, "options.length", MW_NOWHERE);
    if ((code = mw__plan_file(&plan, options, &whatever, mw_page_size(), err)) != MW_OK ||
        (consent && (code = consent->to_plan(consent->context, &plan, err)) != MW_OK))
        return code;
    return mw__os_raw_flags_check(options->raw_flags, (options->flags & MW_F_RAW_UNCHECKED) != 0, true, err);
}

/* All of it at once: a file of memory has the new size when, and not before, it has all of the blocks. */
static int give_size(mw_fd fd, uint64_t size, mw_err *err)
{
    int code = mw__os_rewrite_check(fd, size, err);

    return code == MW_OK ? mw__os_preallocate(fd, 0, size, err) : code;
}

/* From here on it is a file like others. */
static int map_opened(mw_map **out, mw_fd fd, const mw_map_options *options, const mw__consent *consent,
                      mw_err *err)
{
    mw_map_options plain = *options;
    mw__file_facts facts;
    int code = mw__os_file_facts(&facts, fd, err);

    if (code != MW_OK)
        return code;
    if (facts.kind != MW_KIND_REGULAR)
        return mw__fail(err, MW_E_NOTSUP, "name", MW_NOWHERE);
    if (facts.size == 0 && (options->flags & MW_F_CREATE)) {
        if ((code = give_size(fd, options->offset + options->length, err)) != MW_OK)
            return code;
    } else if (facts.size == 0 && options->length == MW_WHOLE) {
        return mw__fail(err, MW_E_SHORT, "name", 0);
    }
    plain.flags &= MW_FLAGS_FD;
    if ((code = mw__map_fd(out, fd, &plain, consent, err)) != MW_OK)
        return code;
    (*out)->source = MW_SOURCE_NAMED;
    (*out)->flags = options->flags;
    return MW_OK;
}

/* The same for memory that was made by this call, and whose name may have to go with the map. */
static int map_made(mw_map **out, mw_fd fd, const char *name, const mw__identity *identity,
                    const mw_map_options *options, const mw__consent *consent, mw_err *err)
{
    mw__named *named = NULL;
    int code;

    if ((options->flags & MW_F_UNLINK) && !(named = remember_name(name, identity, err)))
        return MW_E_NOMEM;
    code = map_opened(out, fd, options, consent, err);
    if (*out)
        (*out)->named = named;
    else
        free(named);
    return code;
}

static int map_name(mw_map **out, const char *name, const mw_map_options *options, const mw__consent *consent,
                    mw_err *err)
{
    const mw__open_request request = {.writable = mw__plan_opens_writable(options),
                                      .create = (options->flags & MW_F_CREATE) != 0,
                                      .exclusive = (options->flags & MW_F_EXCLUSIVE) != 0,
                                      .mode = options->file_mode};
    mw__identity identity;
    bool created;
    mw_fd fd;
    int code = mw__os_named_open(&fd, &created, &identity, name, &request, err);

    if (code != MW_OK)
        return code;
    code = created ? map_made(out, fd, name, &identity, options, consent, err)
                   : map_opened(out, fd, options, consent, err);
    /* Before the name, so that there is a descriptor left to look at that with. */
    mw__os_close(fd, NULL);
    if (code != MW_OK && created)
        mw__os_named_remove(name, &identity);
    return code;
}

int mw__map_named(mw_map **out, const char *name, const mw_map_options *options, const mw__consent *consent,
                  mw_err *err)
{
    mw_map_options own = *options;
    char full[MW_NAME_SIZE];
    int code = mw__name_read(full, name, err);

    if (own.access == MW_ACCESS_DEFAULT && own.prot == 0)
        own.access = MW_ACCESS_WRITE;
    if (code != MW_OK || (code = check_request(&own, consent, err)) != MW_OK)
        return code;
    return map_name(out, full, &own, consent, err);
}

int mw_map_named(mw_map **out, const char *name, const mw_map_options *options, mw_err *err)
{
    mw_map_options read;
    int code;

    if (!out)
        return mw__fail(err, MW_E_INVAL, "out", MW_NOWHERE);
    *out = NULL;
    if ((code = mw__options_read(&read, options, MW_FLAGS_NAMED, err)) != MW_OK)
        return code;
    return mw__map_named(out, name, &read, NULL, err);
}

int mw_name_unlink(const char *name, mw_err *err)
{
    char full[MW_NAME_SIZE];
    int code = mw__name_read(full, name, err);

    return code == MW_OK ? mw__os_named_unlink(full, err) : code;
}
