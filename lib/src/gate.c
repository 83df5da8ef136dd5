#include "gate.h"

#define GATE_FULL (MW_GATE_EXCLUSIVE - 1)

int mw__enter_counted(mw_map *map, mw_err *err)
{
    uint32_t inside = atomic_load_explicit(&map->gate, memory_order_relaxed);

    do {
        if (inside & MW_GATE_EXCLUSIVE)
            return mw__fail(err, MW_E_BUSY, "map", MW_NOWHERE);
        if (inside == GATE_FULL)
            return mw__fail(err, MW_E_LIMIT, "map", MW_NOWHERE);
    } while (!atomic_compare_exchange_weak_explicit(&map->gate, &inside, inside + 1, memory_order_acquire,
                                                    memory_order_relaxed));
    return MW_OK;
}

void mw__leave_counted(mw_map *map)
{
    atomic_fetch_sub_explicit(&map->gate, 1, memory_order_release);
}

/* A handler may come in between any two steps here, and leaves the depth as it found it. */
int mw__enter_slowly(mw_map *map, mw_err *err)
{
    if (!map)
        return mw__fail(err, MW_E_INVAL, "map", MW_NOWHERE);
    if (!mw__self)
        mw__thread_attach();

    mw__thread *self = mw__self;
    const uint32_t depth = self ? atomic_load_explicit(&self->depth, memory_order_relaxed) : 0;
    if (depth == MW_DEEPEST)
        return mw__fail(err, MW_E_LIMIT, "map", MW_NOWHERE);

    int code = mw__enter_counted(map, err);
    if (code == MW_OK && self) {
        atomic_store_explicit(&self->depth, depth + 1, memory_order_relaxed);
        atomic_signal_fence(memory_order_seq_cst);
        self->deeper[depth] = map;
    }
    return code;
}

void mw__leave_slowly(mw_map *map)
{
    mw__thread *self = mw__self;
    const uint32_t depth = self ? atomic_load_explicit(&self->depth, memory_order_relaxed) : 0;

    if (depth > 0) {
        self->deeper[depth - 1] = NULL;
        atomic_signal_fence(memory_order_seq_cst);
        atomic_store_explicit(&self->depth, depth - 1, memory_order_relaxed);
    }
    mw__leave_counted(map);
}

void mw__leave_to(uint32_t depth)
{
    for (uint32_t now = atomic_load_explicit(&mw__self->depth, memory_order_relaxed); now > depth; now--)
        mw__leave_slowly(mw__self->deeper[now - 1]);
}

int mw__enter_refused(mw_err *err)
{
    atomic_store_explicit(&mw__self->inside, NULL, memory_order_release);
    return mw__fail(err, MW_E_BUSY, "map", MW_NOWHERE);
}

int mw__enter_exclusive(mw_map *map, mw_err *err)
{
    uint32_t nobody = 0;

    if (!map)
        return mw__fail(err, MW_E_INVAL, "map", MW_NOWHERE);
    if (!atomic_compare_exchange_strong(&map->gate, &nobody, MW_GATE_EXCLUSIVE))
        return mw__fail(err, MW_E_BUSY, "map", MW_NOWHERE);
    if (mw__thread_inside(map)) {
        mw__leave_exclusive(map);
        return mw__fail(err, MW_E_BUSY, "map", MW_NOWHERE);
    }
    return MW_OK;
}

void mw__leave_exclusive(mw_map *map)
{
    atomic_store_explicit(&map->gate, 0, memory_order_release);
}
