#include "../processor.h"

#include <sched.h>

int processor_pin(void)
{
    cpu_set_t allowed, one;
    size_t last = CPU_SETSIZE;

    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        return -1;
    for (size_t i = 0; i < CPU_SETSIZE; i++)
        if (CPU_ISSET(i, &allowed))
            last = i;
    CPU_ZERO(&one);
    if (last == CPU_SETSIZE)
        return -1;
    CPU_SET(last, &one);
    return sched_setaffinity(0, sizeof one, &one) == 0 ? (int)last : -1;
}
