#include "../processor.h"

#include <limits.h>
#include <sched.h>
#include <stddef.h>

enum { PROCESSORS_MAX = 1 << 20 };

static cpu_set_t *allowed; /* before anything was pinned */
static size_t allowed_bytes;
static int pinned = -1;

/* A set of at least so many processors as the system has, which is known when one was large enough for it. */
static void find_allowed(void)
{
    for (size_t most = CPU_SETSIZE; !allowed && most <= PROCESSORS_MAX; most *= 2) {
        cpu_set_t *set = CPU_ALLOC(most);
        if (!set)
            return;
        allowed_bytes = CPU_ALLOC_SIZE(most);
        if (sched_getaffinity(0, allowed_bytes, set) == 0)
            allowed = set;
        else
            CPU_FREE(set);
    }
}

static int allowed_count(void)
{
    find_allowed();
    return allowed ? CPU_COUNT_S(allowed_bytes, allowed) : 0;
}

/* The allowed processor `index` places before the last one; -1 for none. */
static int from_last(int index)
{
    for (size_t i = allowed_bytes * CHAR_BIT; allowed && i-- > 0;)
        if (CPU_ISSET_S(i, allowed_bytes, allowed) && index-- == 0)
            return (int)i;
    return -1;
}

static int pin_to(int processor)
{
    cpu_set_t *one = processor < 0 ? NULL : CPU_ALLOC(allowed_bytes * CHAR_BIT);

    if (!one)
        return -1;
    CPU_ZERO_S(allowed_bytes, one);
    CPU_SET_S((size_t)processor, allowed_bytes, one);
    const int code = sched_setaffinity(0, allowed_bytes, one);
    CPU_FREE(one);
    return code == 0 ? processor : -1;
}

int processor_pin(void)
{
    return pinned = allowed_count() ? pin_to(from_last(0)) : -1;
}

int processor_pinned(void)
{
    return pinned;
}

int processor_current(void)
{
    return sched_getcpu();
}

unsigned processor_count(void)
{
    return (unsigned)allowed_count();
}

void processor_share(unsigned index)
{
    const unsigned count = processor_count();

    if (pinned >= 0 && count > 0)
        pin_to(from_last((int)(index % count)));
}
