/* The clock that everything is timed with: CLOCK_MONOTONIC, about 25 ns a call. */
#ifndef MAPWISE_COMMON_CLOCK_H
#define MAPWISE_COMMON_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline int64_t clock_nanoseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Not by way of whole nanoseconds: on 32-bit x86 only the x87 turns 64 bits into a double, and qemu-user
 * loses its registers when a signal comes in between. */
static inline double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static inline double seconds_between(int64_t began, int64_t ended)
{
    return (double)(ended - began) * 1e-9;
}

#endif
