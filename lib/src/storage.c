#include "storage.h"

#include <stdlib.h>

/* Handles that were given back. */
static _Atomic(mw_map *) unused;

static void push(mw_map *map)
{
    map->next = atomic_load(&unused);
    while (!atomic_compare_exchange_weak(&unused, &map->next, map))
        ;
}

/* Takes the whole list, then puts back all but one: nobody can change under our eyes what is ours alone.
 * Somebody who finds the list empty meanwhile makes a handle of his own. */
static mw_map *pop(void)
{
    mw_map *map = atomic_exchange(&unused, NULL);

    if (!map)
        return NULL;

    mw_map *rest = map->next;
    mw_map *none = NULL;
    if (rest && !atomic_compare_exchange_strong(&unused, &none, rest)) {
        while (rest) {
            mw_map *next = rest->next;
            push(rest);
            rest = next;
        }
    }
    return map;
}

static mw_map *make_new(void)
{
    mw_map *map = calloc(1, sizeof *map);

    if (map) {
        atomic_init(&map->gate, 0);
        atomic_init(&map->pins, 0);
        atomic_init(&map->closed, false);
        atomic_init(&map->generation, 0);
        atomic_init(&map->length, 0);
        atomic_init(&map->advised, 0);
        atomic_init(&map->locked, MW_LOCKED_NOT);
    }
    return map;
}

mw_map *mw__handle_new(mw_err *err)
{
    mw_map *map = pop();

    if (!map)
        map = make_new();
    if (!map) {
        mw__fail(err, MW_E_NOMEM, "calloc", MW_NOWHERE);
        return NULL;
    }
    map->fd = MW_NO_FD;
    map->raw_flags = 0;
    map->named = NULL;
    map->next = NULL;
    atomic_store_explicit(&map->advised, 0, memory_order_relaxed);
    atomic_store_explicit(&map->locked, MW_LOCKED_NOT, memory_order_relaxed);
    map->region = NULL;
    map->region_length = 0;
    map->room = 0;
    map->keeps_room = false;
    map->lead = 0;
    map->length = 0;
    map->offset = 0;
    map->rights = (mw__rights){0};
    atomic_store_explicit(&map->closed, false, memory_order_release);
    return map;
}

void mw__handle_release(mw_map *map)
{
    const uint64_t generation = atomic_load_explicit(&map->generation, memory_order_relaxed);

    atomic_store_explicit(&map->closed, true, memory_order_relaxed);
    atomic_store_explicit(&map->generation, ((generation >> MW_LIFE_SHIFT) + 1) << MW_LIFE_SHIFT,
                          memory_order_release);
    push(map);
}

void mw__handle_changed(mw_map *map)
{
    atomic_fetch_add_explicit(&map->generation, 1, memory_order_release);
}

int mw__check_life(const mw_map *map, uint64_t generation, mw_err *err)
{
    const uint64_t now = atomic_load_explicit(&mw__not_const(map)->generation, memory_order_acquire);

    return now >> MW_LIFE_SHIFT == generation >> MW_LIFE_SHIFT
               ? MW_OK
               : mw__fail(err, MW_E_CLOSED, "map", MW_NOWHERE);
}

int mw__check_generation(const mw_map *map, uint64_t generation, mw_err *err)
{
    int code = mw__check_life(map, generation, err);

    if (code == MW_OK &&
        atomic_load_explicit(&mw__not_const(map)->generation, memory_order_relaxed) != generation)
        return mw__fail(err, MW_E_STALE, "view", MW_NOWHERE);
    return code;
}
