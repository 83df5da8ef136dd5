#include "mapwise/advice.h"

#include "gate.h"
#include "standing.h"

#include <string.h>

/* How a range of bytes becomes pages. */
typedef enum rounding {
    WIDEN,         /* all pages it touches: nothing is lost if a neighbour is advised too */
    SHRINK,        /* pages wholly inside it; the edge pages of a map are the map's alone */
    SHRINK_IN_FILE /* pages wholly inside it: the file has other owners */
} rounding;

typedef enum guarding { NO_GUARD, GUARD_INSTALL, GUARD_REMOVE } guarding;

typedef struct traits {
    const char *name;
    rounding reach;
    bool destructive;
    guarding guard;
} traits;

/* What is true of an advice wherever it exists; its value is the platform's. */
static const traits properties[] = {
    [MW_ADVICE_NORMAL] = {"normal", WIDEN, false, NO_GUARD},
    [MW_ADVICE_RANDOM] = {"random", WIDEN, false, NO_GUARD},
    [MW_ADVICE_SEQUENTIAL] = {"sequential", WIDEN, false, NO_GUARD},
    [MW_ADVICE_WILLNEED] = {"willneed", WIDEN, false, NO_GUARD},
    [MW_ADVICE_DONTNEED] = {"dontneed", SHRINK, true, NO_GUARD},
    [MW_ADVICE_FREE] = {"free", SHRINK, true, NO_GUARD},
    [MW_ADVICE_REMOVE] = {"remove", SHRINK_IN_FILE, true, NO_GUARD},
    [MW_ADVICE_DONTFORK] = {"dontfork", WIDEN, false, NO_GUARD},
    [MW_ADVICE_DOFORK] = {"dofork", WIDEN, false, NO_GUARD},
    [MW_ADVICE_MERGEABLE] = {"mergeable", WIDEN, false, NO_GUARD},
    [MW_ADVICE_UNMERGEABLE] = {"unmergeable", WIDEN, false, NO_GUARD},
    [MW_ADVICE_HUGEPAGE] = {"hugepage", WIDEN, false, NO_GUARD},
    [MW_ADVICE_NOHUGEPAGE] = {"nohugepage", WIDEN, false, NO_GUARD},
    [MW_ADVICE_COLLAPSE] = {"collapse", WIDEN, false, NO_GUARD},
    [MW_ADVICE_DONTDUMP] = {"dontdump", WIDEN, false, NO_GUARD},
    [MW_ADVICE_DODUMP] = {"dodump", WIDEN, false, NO_GUARD},
    [MW_ADVICE_WIPEONFORK] = {"wipeonfork", SHRINK, true, NO_GUARD},
    [MW_ADVICE_KEEPONFORK] = {"keeponfork", WIDEN, false, NO_GUARD},
    [MW_ADVICE_COLD] = {"cold", WIDEN, false, NO_GUARD},
    [MW_ADVICE_PAGEOUT] = {"pageout", WIDEN, false, NO_GUARD},
    [MW_ADVICE_POPULATE_READ] = {"populate_read", WIDEN, false, NO_GUARD},
    [MW_ADVICE_POPULATE_WRITE] = {"populate_write", WIDEN, false, NO_GUARD},
    [MW_ADVICE_GUARD_INSTALL] = {"guard_install", SHRINK, true, GUARD_INSTALL},
    [MW_ADVICE_GUARD_REMOVE] = {"guard_remove", SHRINK, false, GUARD_REMOVE},
};

#define ADVICE_COUNT (sizeof properties / sizeof properties[0])

/* For a native value without a portable name: nothing is known about it, so nothing is risked. */
static const traits unnamed = {"", SHRINK, true, NO_GUARD};

typedef struct advising {
    const traits *property;
    int native;
    uint32_t flags;
} advising;

static mw__range pages_of(const mw_map *map, mw__range bytes, rounding reach)
{
    mw__range range = mw__in_region(map, bytes);

    if (mw__range_is_empty(range))
        return range;
    if (reach == WIDEN)
        return mw__range_outward(range, map->page_size);
    if (reach == SHRINK && bytes.start == 0)
        range.start = 0;
    if (reach == SHRINK && bytes.end == map->length)
        range.end = map->region_length;
    return mw__range_inward(range, map->page_size);
}

/* The system's answer EINVAL means two things; asking again without a range tells them apart. */
static int ask_system(mw_map *map, mw__range range, int native, mw_err *err)
{
    mw_err refusal;
    int code = mw__os_advise(map->region + range.start, (size_t)(range.end - range.start), native, &refusal);

    if (code == MW_OK)
        return MW_OK;
    if (code == MW_E_INVAL && mw__os_advice_capability(native) == MW_CAPABILITY_NO)
        refusal.code = MW_E_NOTSUP;
    refusal.where = range.start > map->lead ? range.start - map->lead : 0;
    if (err)
        *err = refusal;
    return refusal.code;
}

/* Takes away guards that a failed installation left behind, but not those of before. */
static void remove_guards(mw_map *map, mw__range range)
{
    while (!mw__range_is_empty(range)) {
        uint32_t bits;
        mw__range run = mw__rights_run_at(&bits, &map->rights, range.start, range.end);
        if (bits & MW_RIGHT_OPEN)
            mw__os_advise(map->region + run.start, (size_t)(run.end - run.start),
                          mw__os_advice_native(MW_ADVICE_GUARD_REMOVE), NULL);
        range.start = run.end;
    }
}

/* A guard is advice that changes the rights on record. */
static int advise_guard(mw_map *map, mw__range range, const advising *request, mw_err *err)
{
    bool install = request->property->guard == GUARD_INSTALL;
    mw__rights changed;
    int code = mw__rights_change(&changed, &map->rights, map->region_length, range, MW_RIGHT_OPEN,
                                 install ? 0 : MW_RIGHT_OPEN, err);

    if (code != MW_OK)
        return code;
    code = ask_system(map, range, request->native, err);
    if (code != MW_OK) {
        if (install)
            remove_guards(map, range);
        mw__rights_release(&changed);
        return code;
    }
    mw__rights_release(&map->rights);
    map->rights = changed;
    return MW_OK;
}

static int check_request(const advising *request, mw_err *err)
{
    const uint32_t known = MW_ADVISE_DESTRUCTIVE | MW_ADVISE_INWARD | MW_ADVISE_BEST_EFFORT;

    if (!request->property)
        return mw__fail(err, MW_E_INVAL, "advice", MW_NOWHERE);
    if (request->flags & ~known)
        return mw__fail(err, MW_E_INVAL, "flags", MW_NOWHERE);
    if (request->property->destructive && !(request->flags & MW_ADVISE_DESTRUCTIVE))
        return mw__fail(err, MW_E_INVAL, "flags", MW_NOWHERE);
    return MW_OK;
}

static int advise_entered(mw_map *map, uint64_t offset, uint64_t length, const advising *request, mw_err *err)
{
    mw__range range;
    int code;

    if (atomic_load_explicit(&map->closed, memory_order_relaxed))
        return mw__fail(err, MW_E_CLOSED, "map", MW_NOWHERE);
    if ((code = check_request(request, err)) != MW_OK ||
        (code = mw__map_range(&range, map, offset, length, err)) != MW_OK)
        return code;
    if (request->native < 0)
        return mw__fail(err, MW_E_NOTSUP, "advice", MW_NOWHERE);

    bool inward = (request->flags & MW_ADVISE_INWARD) && request->property->reach == WIDEN;
    range = pages_of(map, range, inward ? SHRINK : request->property->reach);
    if (mw__range_is_empty(range))
        return MW_OK;
    if (request->property->guard != NO_GUARD)
        return advise_guard(map, range, request, err);
    code = ask_system(map, range, request->native, err);
    if (code == MW_OK && range.end - range.start == map->region_length && request->property != &unnamed)
        mw__standing_note(map, (mw_advice)(request->property - properties));
    return code;
}

static int advise(mw_map *map, uint64_t offset, uint64_t length, const advising *request, mw_err *err)
{
    bool structural = request->property && request->property->guard != NO_GUARD;
    mw_err refusal;
    int code = structural ? mw__enter_exclusive(map, err) : mw__enter_any(map, err);

    if (code != MW_OK)
        return code;
    code = advise_entered(map, offset, length, request, &refusal);
    if (structural)
        mw__leave_exclusive(map);
    else
        mw__leave(map);
    if (code == MW_E_NOTSUP && (request->flags & MW_ADVISE_BEST_EFFORT))
        return MW_OK;
    if (code != MW_OK && err)
        *err = refusal;
    return code;
}

int mw_advise(mw_map *map, uint64_t offset, uint64_t length, mw_advice advice, uint32_t flags, mw_err *err)
{
    advising request = {NULL, -1, flags};

    if ((uint32_t)advice < ADVICE_COUNT) {
        request.property = &properties[advice];
        request.native = mw__os_advice_native(advice);
    }
    return advise(map, offset, length, &request, err);
}

int mw_advise_raw(mw_map *map, uint64_t offset, uint64_t length, int native, mw_err *err)
{
    advising request = {&unnamed, native, MW_ADVISE_DESTRUCTIVE};

    for (size_t i = 0; native >= 0 && i < ADVICE_COUNT; i++)
        if (mw__os_advice_native((mw_advice)i) == native)
            request.property = &properties[i];
    return advise(map, offset, length, &request, err);
}

int mw_advice_at(mw_advice_row *out, size_t index, mw_err *err)
{
    if (!out)
        return mw__fail(err, MW_E_INVAL, "out", MW_NOWHERE);
    if (index >= ADVICE_COUNT)
        return mw__fail(err, MW_E_END, "index", MW_NOWHERE);

    mw_advice advice = (mw_advice)index;
    int native = mw__os_advice_native(advice);
    *out = (mw_advice_row){.advice = advice,
                           .name = properties[index].name,
                           .native = native,
                           .destructive = properties[index].destructive,
                           .capability = native < 0 ? MW_CAPABILITY_NO : mw__os_advice_capability(native)};
    return MW_OK;
}

int mw_advice_find(mw_advice_row *out, const char *name, mw_err *err)
{
    if (!name)
        return mw__fail(err, MW_E_INVAL, "name", MW_NOWHERE);
    for (size_t i = 0; i < ADVICE_COUNT; i++)
        if (strcmp(properties[i].name, name) == 0)
            return mw_advice_at(out, i, err);
    return mw__fail(err, MW_E_NOENT, "name", MW_NOWHERE);
}
