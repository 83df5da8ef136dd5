/* The gate before a map: many calls may be inside at once, or one structural call alone. Nobody ever waits.
 *
 * A call inside is on record with its thread, which costs no more than two stores; what a thread's record
 * has no room for (a call within a call) or what outlives the call (a pin) is counted at the gate. */
#ifndef MW_GATE_H
#define MW_GATE_H

#include "handle.h"
#include "thread.h"

#define MW_GATE_EXCLUSIVE 0x80000000u

int mw__enter_slowly(mw_map *map, mw_err *err);
int mw__enter_refused(mw_err *err);
void mw__leave_slowly(mw_map *map);

/* Ends the calls that began since this thread was `depth` deep, and were cut off. */
void mw__leave_to(uint32_t depth);

/* Puts the call on record with its thread; the answer is the state of the gate after that. */
static inline uint32_t mw__put_on_record(mw__thread *self, mw_map *map)
{
    if (atomic_load_explicit(&self->fenced, memory_order_relaxed)) {
        atomic_exchange(&self->inside, map);
        return atomic_load(&map->gate);
    }
    /* Ordered by the barrier of whoever closes the gate; here it is the compiler that must not reorder. */
    atomic_store_explicit(&self->inside, map, memory_order_relaxed);
    atomic_signal_fence(memory_order_seq_cst);
    return atomic_load_explicit(&map->gate, memory_order_acquire);
}

/* Begins a call on `map` that may run beside others, also on a closed one: MW_E_INVAL (NULL), MW_E_BUSY,
 * MW_E_LIMIT. After MW_OK, and only then, mw__leave must follow. */
static inline int mw__enter_any(mw_map *map, mw_err *err)
{
    mw__thread *self = mw__self;

    if (!map || !self || atomic_load_explicit(&self->inside, memory_order_relaxed))
        return mw__enter_slowly(map, err);
    if (!(mw__put_on_record(self, map) & MW_GATE_EXCLUSIVE))
        return MW_OK;
    return mw__enter_refused(err);
}

/* The calls of a thread end in the order in which they nest, a signal handler's among them. So the one that
 * ends is the last that was counted, or else the one on record. */
static inline void mw__leave(mw_map *map)
{
    mw__thread *self = mw__self;

    if (self && atomic_load_explicit(&self->depth, memory_order_relaxed) == 0 &&
        atomic_load_explicit(&self->inside, memory_order_relaxed) == map)
        atomic_store_explicit(&self->inside, NULL, memory_order_release);
    else
        mw__leave_slowly(map);
}

/* The same for calls that work on open maps only: MW_E_CLOSED too. */
static inline int mw__enter(mw_map *map, mw_err *err)
{
    int code = mw__enter_any(map, err);

    if (code == MW_OK && atomic_load_explicit(&map->closed, memory_order_relaxed)) {
        mw__leave(map);
        return mw__fail(err, MW_E_CLOSED, "map", MW_NOWHERE);
    }
    return code;
}

/* Begins something that may outlive this call and end in another thread: always counted. MW_E_BUSY,
 * MW_E_LIMIT. mw__leave_counted ends it. */
int mw__enter_counted(mw_map *map, mw_err *err);
void mw__leave_counted(mw_map *map);

/* Begins a structural call, which is alone: MW_E_INVAL (NULL), MW_E_BUSY. The map may be closed. After
 * MW_OK mw__leave_exclusive must follow. A call that comes in meanwhile is refused, also when it turns out
 * that this one is. */
int mw__enter_exclusive(mw_map *map, mw_err *err);
void mw__leave_exclusive(mw_map *map);

#endif
