#include "mapwise/find.h"

#include "search.h"
#include "slice.h"
#include "touch.h"

typedef size_t search(const unsigned char *text, size_t length, const unsigned char *needle, size_t n);

typedef struct question {
    search *run;
    const void *needle;
    size_t n;
    int64_t start, end;
} question;

typedef struct searching {
    const question *asked;
    const unsigned char *text;
    size_t length, found;
} searching;

static int look(void *context, mw_err *err)
{
    searching *in = context;

    (void)err;
    in->found = in->asked->run(in->text, in->length, in->asked->needle, in->asked->n);
    return MW_OK;
}

static int find_inside(uint64_t *position, mw_map *map, const question *asked, mw_err *err)
{
    const uint64_t length = map->length;
    const mw__range window = {mw__slice_border(asked->start, 0, length),
                              mw__slice_border(asked->end, length, length)};
    int code;

    if (!position || (!asked->needle && asked->n != 0))
        return mw__fail(err, MW_E_INVAL, position ? "needle" : "position", MW_NOWHERE);
    if (window.start <= window.end && (code = mw__check_rights(map, window, MW_PROT_READ, err)) != MW_OK)
        return code;
    if ((code = mw__check_in_place(map, err)) != MW_OK)
        return code;
    if (window.start > window.end) {
        *position = MW_NPOS;
        return MW_OK;
    }

    searching in = {asked, mw__bytes(map) + window.start, (size_t)(window.end - window.start), 0};
    if ((code = mw__touch(map, look, &in, err)) == MW_OK)
        *position = in.found == SIZE_MAX ? MW_NPOS : window.start + in.found;
    return code;
}

static int find(uint64_t *position, mw_map *map, const question *asked, mw_err *err)
{
    int code = mw__enter(map, err);

    if (code != MW_OK)
        return code;
    code = find_inside(position, map, asked, err);
    mw__leave(map);
    return code;
}

int mw_find(uint64_t *position, mw_map *map, const void *needle, size_t n, int64_t start, int64_t end,
            mw_err *err)
{
    return find(position, map, &(question){mw__search_first, needle, n, start, end}, err);
}

int mw_rfind(uint64_t *position, mw_map *map, const void *needle, size_t n, int64_t start, int64_t end,
             mw_err *err)
{
    return find(position, map, &(question){mw__search_last, needle, n, start, end}, err);
}
