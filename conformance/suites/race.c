#include "race.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <time.h>

enum { SHORTEST_RACE = 20 }; /* turns; a loaded machine may take longer for them than it should */

static const double enough = 0.015; /* seconds */

struct race {
    const struct turns *turns;
    atomic_uint phase;   /* 0 and 2: in that half of a turn; 1 and 3: on the way to the other */
    atomic_uint touched; /* touches that lay within one phase */
    atomic_uint wrong;
    atomic_bool over;
};

static void *touch_all_the_time(void *argument)
{
    struct race *race = argument;

    while (!atomic_load(&race->over)) {
        unsigned before = atomic_load(&race->phase);
        const char *seen = race->turns->touch();
        if (before % 2 || atomic_load(&race->phase) != before)
            continue;
        if (strcmp(seen, race->turns->expected[before / 2 % 2]) != 0)
            atomic_fetch_add(&race->wrong, 1);
        atomic_fetch_add(&race->touched, 1);
    }
    return NULL;
}

/* A turn is long enough for the other thread to touch once at least. */
static void wait_for_touch(struct race *race)
{
    unsigned before = atomic_load(&race->touched);

    while (atomic_load(&race->touched) == before)
        sched_yield();
}

const char *touches_out_of_turn(const struct turns *turns)
{
    struct race race = {.turns = turns};
    const double start = seconds_now();
    const pthread_t thread = start_thread(touch_all_the_time, &race);

    for (unsigned turn = 1; turn < SHORTEST_RACE || seconds_now() - start < enough; turn++) {
        wait_for_touch(&race);
        atomic_fetch_add(&race.phase, 1);
        turns->enter[turn % 2]();
        atomic_fetch_add(&race.phase, 1);
    }
    wait_for_touch(&race);
    atomic_store(&race.over, true);
    join_thread(thread);
    return number(atomic_load(&race.wrong));
}
