#include "../processor.h"

#include <sched.h>

static cpu_set_t allowed; /* before anything was pinned */
static int pinned = -1;

static int allowed_count(void)
{
    if (CPU_COUNT(&allowed) == 0 && sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        return 0;
    return CPU_COUNT(&allowed);
}

/* The allowed processor `index` places before the last one; -1 for none. */
static int from_last(int index)
{
    for (int i = CPU_SETSIZE - 1; i >= 0; i--)
        if (CPU_ISSET((size_t)i, &allowed) && index-- == 0)
            return i;
    return -1;
}

static int pin_to(int processor)
{
    cpu_set_t one;

    CPU_ZERO(&one);
    if (processor < 0)
        return -1;
    CPU_SET((size_t)processor, &one);
    return sched_setaffinity(0, sizeof one, &one) == 0 ? processor : -1;
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
