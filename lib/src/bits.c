#include "mapwise/bits.h"

#include "ones.h"
#include "view.h"

/* ---- work on the pages in place ----------------------------------------- */

/* The bits of a view as runs of bits side by side, one for each place in a grid. */
typedef struct runs {
    uint64_t first; /* bit of the first run */
    uint64_t n;     /* bits of a run */
    uint32_t ndim;  /* of the grid */
    uint64_t shape[MW_MAX_DIMS];
    uint64_t stride[MW_MAX_DIMS];
} runs;

/* What is to be done to a view's bits; `bytes` is where the array begins. */
typedef struct work {
    unsigned char *bytes;
    const runs *runs;
    uint64_t first, n;
    bool value;
    uint64_t ones;
} work;

static int change_one(void *context, mw_err *err)
{
    const work *request = context;

    (void)err;
    mw__ones_change(request->bytes + request->first / 8, 1u << request->first % 8, request->value);
    return MW_OK;
}

static int fill(void *context, mw_err *err)
{
    const work *request = context;

    (void)err;
    mw__ones_fill(request->bytes, request->first, request->n, request->value);
    return MW_OK;
}

/* The next place in the grid, and the bit it begins at; false: there is none. */
static bool advance(uint64_t *bit, uint64_t *place, const runs *of)
{
    for (uint32_t i = 0; i < of->ndim; i++) {
        *bit += of->stride[i];
        if (++place[i] < of->shape[i])
            return true;
        *bit -= of->shape[i] * of->stride[i];
        place[i] = 0;
    }
    return false;
}

static int count(void *context, mw_err *err)
{
    work *request = context;
    const runs *of = request->runs;
    uint64_t place[MW_MAX_DIMS] = {0};
    uint64_t bit = of->first;
    uint64_t ones = 0;

    (void)err;
    do
        ones += mw__ones_count(request->bytes, bit, of->n);
    while (advance(&bit, place, of));
    request->ones = ones;
    return MW_OK;
}

/* The first of these bytes on the page that was lost. Words are not always read in their order. */
static uint64_t first_lost(const mw_map *map, mw__range bytes, uint64_t where)
{
    const uint64_t start = mw__page_start(map, where);

    return start > bytes.start ? start : bytes.start;
}

/* Does `job` to bits of the view that are inside these bytes and may be used for `prot`. */
static int touch(work *request, mw__touch_work *job, const mw_view *view, mw__range bytes, uint32_t prot,
                 mw_err *err)
{
    mw_map *map = view->map;
    int code;

    if ((code = mw__range_exact(&bytes, bytes.start, bytes.end - bytes.start, map->length, err)) != MW_OK ||
        (code = mw__check_rights(map, bytes, prot, err)) != MW_OK ||
        (code = mw__check_in_place(map, err)) != MW_OK)
        return code;
    request->bytes = mw__bytes(map) + view->offset;
    code = mw__touch(map, job, request, err);
    if (code == MW_E_FAULT && err)
        err->where = first_lost(map, bytes, err->where);
    return code;
}

/* ---- single bits -------------------------------------------------------- */

/* *byte = the one in the map that holds the bit at `index`, *bit = which one of the view's; it may be used
 * for `prot`. */
static inline int find_bit(uint64_t *bit, mw__range *byte, const mw_view *view, const uint64_t *index,
                           uint32_t prot, mw_err *err)
{
    uint64_t distance = 0;
    int code = mw__view_locate(&distance, view, index, err);

    if (code != MW_OK)
        return code;
    *bit = view->bit + distance;
    if ((code = mw__range_exact(byte, view->offset + *bit / 8, 1, view->map->length, err)) != MW_OK)
        return code;
    return mw__check_rights(view->map, *byte, prot, err);
}

int mw__bit_get(unsigned char *out, const mw_view *view, const uint64_t *index, mw_err *err)
{
    mw_map *map = view->map;
    uint64_t bit = 0;
    mw__range byte = {0, 0};
    size_t done;
    int code;

    if ((code = find_bit(&bit, &byte, view, index, MW_PROT_READ, err)) != MW_OK)
        return code;
    if (mw__view_is_plain(map))
        *out = mw__ones_byte(mw__bytes(map) + byte.start);
    else if ((code = mw__copy_from_map(&done, out, map, byte.start, 1, err)) != MW_OK)
        return code;
    *out = *out >> bit % 8 & 1;
    return MW_OK;
}

int mw__bit_set(const mw_view *view, const uint64_t *index, bool value, mw_err *err)
{
    mw_map *map = view->map;
    work request = {.value = value};
    mw__range byte = {0, 0};
    int code = find_bit(&request.first, &byte, view, index, MW_PROT_READ | MW_PROT_WRITE, err);

    if (code != MW_OK || (code = mw__check_in_place(map, err)) != MW_OK)
        return code;
    request.bytes = mw__bytes(map) + view->offset;
    return mw__view_is_plain(map) ? change_one(&request, err) : mw__touch(map, change_one, &request, err);
}

/* ---- all of them -------------------------------------------------------- */

/* Puts an axis where it belongs: the one with the smallest steps is the first. */
static void insert_axis(runs *of, uint64_t shape, uint64_t stride)
{
    uint32_t i = of->ndim++;

    for (; i > 0 && of->stride[i - 1] > stride; i--) {
        of->shape[i] = of->shape[i - 1];
        of->stride[i] = of->stride[i - 1];
    }
    of->shape[i] = shape;
    of->stride[i] = stride;
}

/* The bits of a view that has any, in the order they lie in. Axes that continue a run become part of it. */
static runs runs_of(const mw_view *view)
{
    runs all = {.first = view->bit, .n = 1};
    uint32_t joined = 0;

    for (uint32_t i = 0; i < view->ndim; i++) {
        uint64_t stride = (uint64_t)view->stride[i];
        if (view->shape[i] == 1)
            continue;
        if (view->stride[i] < 0) {
            all.first += (view->shape[i] - 1) * stride;
            stride = -stride;
        }
        insert_axis(&all, view->shape[i], stride);
    }
    while (joined < all.ndim && all.stride[joined] == all.n)
        all.n *= all.shape[joined++];
    all.ndim -= joined;
    for (uint32_t i = 0; i < all.ndim; i++) {
        all.shape[i] = all.shape[i + joined];
        all.stride[i] = all.stride[i + joined];
    }
    return all;
}

static int check_type(const mw_view *view, mw_err *err)
{
    return view->dtype == MW_T_BIT ? MW_OK : mw__fail(err, MW_E_TYPE, "view", MW_NOWHERE);
}

static int count_view(uint64_t *ones, const mw_view *view, mw_err *err)
{
    runs all;
    work request = {.runs = &all};
    int code = check_type(view, err);

    *ones = 0;
    if (code != MW_OK || mw__view_is_empty(view))
        return code;
    all = runs_of(view);
    if ((code = touch(&request, count, view, mw__view_bytes(view), MW_PROT_READ, err)) == MW_OK)
        *ones = request.ones;
    return code;
}

int mw_bits_count(uint64_t *ones, const mw_view *view, mw_err *err)
{
    uint64_t counted;
    int code;

    if (!ones)
        return mw__fail(err, MW_E_INVAL, "ones", MW_NOWHERE);
    if ((code = mw__view_enter(view, err)) != MW_OK)
        return code;
    code = count_view(&counted, view, err);
    mw__leave(view->map);
    if (code == MW_OK)
        *ones = counted;
    return code;
}

static int fill_view(const mw_view *view, uint64_t first, uint64_t n, bool value, mw_err *err)
{
    work request = {.value = value};
    uint64_t all = 1;
    mw__range bits;
    int code = check_type(view, err);

    if (code != MW_OK)
        return code;
    if (!mw_view_is_dense(view, MW_COL_MAJOR) && !mw_view_is_dense(view, MW_ROW_MAJOR))
        return mw__fail(err, MW_E_INVAL, "view", MW_NOWHERE);
    for (uint32_t i = 0; i < view->ndim; i++)
        all *= view->shape[i];
    if ((code = mw__range_make(&bits, first, n, all, err)) != MW_OK || mw__range_is_empty(bits))
        return code;

    request.first = view->bit + bits.start;
    request.n = bits.end - bits.start;
    const mw__range bytes = {view->offset + request.first / 8,
                             view->offset + (request.first + request.n - 1) / 8 + 1};
    return touch(&request, fill, view, bytes, MW_PROT_READ | MW_PROT_WRITE, err);
}

int mw_bits_fill(const mw_view *view, uint64_t first, uint64_t n, bool value, mw_err *err)
{
    int code = mw__view_enter(view, err);

    if (code != MW_OK)
        return code;
    code = fill_view(view, first, n, value, err);
    mw__leave(view->map);
    return code;
}

/* ---- the last word ------------------------------------------------------ */

int mw__bits_check_end(const mw_view *view, mw_err *err)
{
    mw_map *map = view->map;
    unsigned char word[8];
    work request = {.first = 1, .value = false};
    size_t done;
    int code;

    if (mw__view_is_empty(view))
        return MW_OK;
    for (uint32_t i = 0; i < view->ndim; i++)
        request.first *= view->shape[i];

    const uint64_t last = view->offset + (request.first - 1) / 64 * 8;
    const mw__range bytes = {last, last + sizeof word};
    if ((code = mw__check_rights(map, bytes, MW_PROT_READ, err)) != MW_OK || request.first % 64 == 0 ||
        (code = mw__copy_from_map(&done, word, map, last, sizeof word, err)) != MW_OK)
        return code;
    request.n = 64 - request.first % 64;
    if (mw__ones_count(word, request.first % 64, request.n) == 0)
        return MW_OK;
    if (!(view->flags & MW_V_REPAIR))
        return mw__fail(err, MW_E_FORMAT, "layout", view->offset + request.first / 8);
    return touch(&request, fill, view, bytes, MW_PROT_READ | MW_PROT_WRITE, err);
}
