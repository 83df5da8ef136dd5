/* What the tests of samples share: their place, and a driver that wants so many samples and keeps the last.
 */
#ifndef MAPWISE_BENCH_TESTS_RECORDER_H
#define MAPWISE_BENCH_TESTS_RECORDER_H

#include "../shim/tests/check.h"
#include "place.h"
#include "sample.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct place place;

/* Opens it in a folder of its own inside the only argument, with a file of `size` bytes and room for another,
 * and says whether nothing can be cold there. False: it can't be had, or there is no such argument. */
static inline bool open_test_place(char folder[PATH_MAX], int argc, char **argv, uint64_t size)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s DIR\n", argv[0]);
        return false;
    }
    snprintf(folder, PATH_MAX, "%s/mapwise-bench-test-XXXXXX", argv[1]);
    if (!mkdtemp(folder) || !place_open(&place, folder, 2 * size) || !place_add_file(&place, size))
        return false;
    place_probe(&place);
    if (!place.can_be_cold)
        printf("nothing can be cold here (%s)\n", place.why_not_cold);
    fflush(stdout); /* the tests fork */
    return true;
}

/* Nothing may be left in it. */
static inline void close_test_place(const char *folder)
{
    place_close(&place);
    CHECK(rmdir(folder) == 0);
}

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
