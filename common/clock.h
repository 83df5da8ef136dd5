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

static inline double seconds_now(void)
{
    return (double)clock_nanoseconds() * 1e-9;
}

static inline double seconds_between(int64_t began, int64_t ended)
{
    return (double)(ended - began) * 1e-9;
}

#endif
