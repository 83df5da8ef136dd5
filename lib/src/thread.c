#include "thread.h"

#include "gate.h"
#include "handle.h"

#include <stdlib.h>

_Thread_local mw__thread *mw__self __attribute__((tls_model("initial-exec")));

/* All records there ever were. None is taken off: a thread that ends leaves its own to the next. */
static _Atomic(mw__thread *) all;

static mw__thread *take_free(void)
{
    for (mw__thread *thread = atomic_load(&all); thread; thread = thread->next) {
        bool free = false;
        if (!atomic_load_explicit(&thread->taken, memory_order_relaxed) &&
            atomic_compare_exchange_strong(&thread->taken, &free, true))
            return thread;
    }
    return NULL;
}

static mw__thread *make_new(void)
{
    mw__thread *thread = calloc(1, sizeof *thread);

    if (!thread)
        return NULL;
    atomic_init(&thread->taken, true);
    atomic_init(&thread->fenced, !mw__os_barrier_ready());
    thread->next = atomic_load(&all);
    while (!atomic_compare_exchange_weak(&all, &thread->next, thread))
        ;
    return thread;
}

void mw__thread_attach(void)
{
    mw__thread *thread = take_free();

    if (!thread)
        thread = make_new();
    if (!thread)
        return;
    if (mw__os_thread_watch(thread) != MW_OK) {
        mw__thread_detach(thread);
        return;
    }
    /* Between the record's coming into the list and the first look at a gate. */
    if (!atomic_load_explicit(&thread->fenced, memory_order_relaxed) && !mw__os_barrier())
        atomic_store(&thread->fenced, true);
    mw__self = thread;
}

static void release(mw__thread *thread)
{
    thread->frame = NULL;
    atomic_store(&thread->depth, 0);
    atomic_store(&thread->inside, NULL);
    atomic_store(&thread->taken, false);
}

void mw__thread_detach(mw__thread *thread)
{
    mw__self = NULL;
    release(thread);
}

static void leave_all(mw__thread *thread)
{
    for (size_t i = 0; i < MW_DEEPEST; i++) {
        if (thread->deeper[i])
            mw__leave_counted(thread->deeper[i]);
        thread->deeper[i] = NULL;
    }
}

void mw__thread_survive(void)
{
    for (mw__thread *thread = atomic_load(&all); thread; thread = thread->next) {
        if (thread == mw__self)
            continue;
        leave_all(thread);
        release(thread);
    }
}

/* Must the other threads be made to put in order what they do? */
static bool others_need_barrier(const mw__thread *all_threads)
{
    for (const mw__thread *thread = all_threads; thread; thread = thread->next)
        if (thread != mw__self && !atomic_load_explicit(&thread->fenced, memory_order_relaxed))
            return true;
    return false;
}

/* A thread stores `inside`, then looks at the gate; we have closed the gate, then look at `inside`. One of
 * the two sees the other, if both happen in that order for everybody: the other threads' half of it is the
 * barrier here, or their own fence. A thread whose record comes after this look at the list finds the gate
 * closed, since it put a barrier behind its record. Where the barrier is refused, nobody can tell. */
bool mw__thread_inside(const mw_map *map)
{
    mw__thread *thread = atomic_load(&all);

    if (others_need_barrier(thread) && !mw__os_barrier())
        return true;
    for (; thread; thread = thread->next)
        if (atomic_load(&thread->inside) == map)
            return true;
    return false;
}
