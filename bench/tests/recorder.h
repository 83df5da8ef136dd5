/* What the tests of samples share: their place, and a driver that wants so many samples and keeps the last.
 */
#ifndef MAPWISE_BENCH_TESTS_RECORDER_H
#define MAPWISE_BENCH_TESTS_RECORDER_H

#include "../shim/tests/check.h"
#include "place.h"
#include "sample.h"

static struct place place;

struct recorder {
    unsigned wanted, asked, accepted;
    struct measurement last;
};

static inline bool want(void *user)
{
    struct recorder *recorder = user;

    return ++recorder->asked <= recorder->wanted;
}

static inline void accept_one(void *user, const struct measurement *measurement)
{
    struct recorder *recorder = user;

    recorder->accepted++;
    recorder->last = *measurement;
}

#endif
