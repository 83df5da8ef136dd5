/* Mapping something and viewing it in one step. */
#include "mapwise/array.h"

#include "create.h"
#include "fail.h"
#include "layout.h"
#include "options.h"

typedef struct request {
    const mw_layout *given;
    mw_layout layout;       /* what that means */
    mw_map_options options; /* with the length that the array needs */
    mw_view view;           /* once it is made */
} request;

/* Before anything is mapped, grown, created or discarded. How much a pipe will give shows when it is read. */
static int check_plan(void *context, const mw__plan *plan, mw_err *err)
{
    const request *array = context;
    const bool bits = array->layout.dtype == MW_T_BIT;
    mw_view view;
    int code;

    if (plan->copy && array->options.length == MW_WHOLE)
        return mw__layout_check_alignment(&array->layout, plan->lead, err);
    if ((code = mw__layout_place(&view, &array->layout, plan->lead, plan->length, err)) != MW_OK)
        return code;
    if (bits && !mw__view_is_empty(&view) && !(plan->rights.prot & MW_PROT_READ))
        return mw__fail(err, MW_E_ACCESS, "options.prot", MW_NOWHERE);
    return MW_OK;
}

static int make_view(void *context, mw_map *map, mw_err *err)
{
    request *array = context;

    return mw_view_make(&array->view, map, array->given, err);
}

/* There is nothing that would have to be as before: the view is made when the map is there. */
static int map_memory(mw_map **out, const mw_origin *from, request *array, const mw__consent *consent,
                      mw_err *err)
{
    const uint64_t length = array->options.length;
    mw_view view;
    int code;

    (void)from;
    (void)consent;
    if (length == MW_WHOLE)
        return mw__fail(err, MW_E_INVAL, "options.length", MW_NOWHERE);
    if ((code = mw__layout_place(&view, &array->layout, 0, length, err)) != MW_OK)
        return code;
    array->options.length = MW_WHOLE;
    if ((code = mw_map_anon(out, length, &array->options, err)) != MW_OK)
        return code;
    if ((code = make_view(array, *out, err)) != MW_OK) {
        mw_free(*out);
        *out = NULL;
    }
    return code;
}

static int map_path(mw_map **out, const mw_origin *from, request *array, const mw__consent *consent,
                    mw_err *err)
{
    return mw__map_path(out, from->path, &array->options, consent, err);
}

static int map_fd(mw_map **out, const mw_origin *from, request *array, const mw__consent *consent,
                  mw_err *err)
{
    return mw__map_fd(out, from->fd, &array->options, consent, err);
}

static int map_stream(mw_map **out, const mw_origin *from, request *array, const mw__consent *consent,
                      mw_err *err)
{
    return mw__map_stream(out, from->stream, &array->options, consent, err);
}

static int map_named(mw_map **out, const mw_origin *from, request *array, const mw__consent *consent,
                     mw_err *err)
{
    return mw__map_named(out, from->name, &array->options, consent, err);
}

static const struct origin {
    uint32_t flags; /* that its options may have */
    int (*map)(mw_map **out, const mw_origin *from, request *array, const mw__consent *consent, mw_err *err);
} origins[] = {[MW_FROM_MEMORY] = {MW_FLAGS_MEMORY, map_memory},
               [MW_FROM_PATH] = {MW_FLAGS_PATH, map_path},
               [MW_FROM_FD] = {MW_FLAGS_FD, map_fd},
               [MW_FROM_STREAM] = {MW_FLAGS_FD, map_stream},
               [MW_FROM_NAME] = {MW_FLAGS_NAMED, map_named}};

static int check_origin(const mw_origin *from, mw_err *err)
{
    if ((uint32_t)from->kind >= sizeof origins / sizeof *origins)
        return mw__fail(err, MW_E_INVAL, "from->kind", MW_NOWHERE);
    if (from->kind == MW_FROM_PATH && !from->path)
        return mw__fail(err, MW_E_INVAL, "from->path", MW_NOWHERE);
    if (from->kind == MW_FROM_STREAM && !from->stream)
        return mw__fail(err, MW_E_INVAL, "from->stream", MW_NOWHERE);
    return MW_OK;
}

/* The length that the array needs becomes that of the map, where the caller has said none. */
static int read_request(request *array, const mw_origin *from, const mw_layout *layout,
                        const mw_map_options *options, mw_err *err)
{
    uint64_t bytes;
    int code;

    array->given = layout;
    if ((code = check_origin(from, err)) != MW_OK ||
        (code = mw__layout_read(&array->layout, layout, err)) != MW_OK ||
        (code = mw__options_read(&array->options, options, origins[from->kind].flags, err)) != MW_OK)
        return code;
    if (!array->layout.dims && array->layout.ndim != 0)
        return MW_OK;
    if ((code = mw__layout_bytes(&bytes, &array->layout, err)) == MW_OK && array->options.length == MW_WHOLE)
        array->options.length = bytes;
    return code;
}

int mw_map_array(mw_map **map, mw_view *view, const mw_origin *from, const mw_layout *layout,
                 const mw_map_options *options, mw_err *err)
{
    static const mw_origin memory = {.kind = MW_FROM_MEMORY};
    request array;
    const mw__consent consent = {check_plan, make_view, &array};
    int code;

    if (!map)
        return mw__fail(err, MW_E_INVAL, "map", MW_NOWHERE);
    *map = NULL;
    if (!view)
        return mw__fail(err, MW_E_INVAL, "view", MW_NOWHERE);
    if (!from)
        from = &memory;
    if ((code = read_request(&array, from, layout, options, err)) != MW_OK ||
        (code = origins[from->kind].map(map, from, &array, &consent, err)) != MW_OK)
        return code;
    *view = array.view;
    return MW_OK;
}
