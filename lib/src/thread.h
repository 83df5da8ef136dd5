/* What the library keeps for each thread that uses it.
 *
 * A thread's record is its own cache line, so that calls of different threads on one map never meet in the
 * same memory: that is what makes a checked access cost nanoseconds, on any number of threads. */
#ifndef MW_THREAD_H
#define MW_THREAD_H

#include "jump.h"
#include "mapwise/map.h"

#include <stdatomic.h>

/* Calls within calls that a thread can be inside of. */
#define MW_DEEPEST 16

/* A stretch of code that touches mapped pages, and where to go on if one of them can't be supplied. */
typedef struct mw__frame {
    struct mw__frame *outer;
    uintptr_t start, length; /* the addresses whose faults end here; none: it only unwinds */
    uint32_t depth;          /* of the thread when it began */
    uintptr_t fault;         /* the address that could not be supplied */
    mw__jump jump;
} mw__frame;

typedef struct mw__thread {
    _Atomic(mw_map *) inside; /* the map that it is inside a call on; deeper calls are counted at the gate */
    _Atomic uint32_t depth;   /* calls within that one, or before there was a record: counted at the gate */
    mw_map *deeper[MW_DEEPEST]; /* of the maps they are inside of; the others are NULL */
    mw__frame *frame;           /* the innermost; NULL: a fault is the program's own affair */
    _Atomic bool fenced;        /* must a store to `inside` be ordered by the thread itself? */
    _Atomic bool taken;         /* by a living thread */
    struct mw__thread *next;    /* in the list of all, set once */
    unsigned char padding[64];
} mw__thread;

/* This thread's record, NULL before mw__thread_attach. The model says that access is one instruction; the
 * few bytes it takes are there for libraries that are loaded late, too. */
extern _Thread_local mw__thread *mw__self __attribute__((tls_model("initial-exec")));

/* Gives this thread a record, if one is to be had. */
void mw__thread_attach(void);

/* Is another thread, or this one, inside a call on `map` by its record? The gate is closed. */
bool mw__thread_inside(const mw_map *map);

/* The end of this thread, whose record it is. */
void mw__thread_detach(mw__thread *thread);

/* In a child of fork: the other threads are gone, whatever they were inside. */
void mw__thread_survive(void);

#endif
