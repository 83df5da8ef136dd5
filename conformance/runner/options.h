/* The command line of mapwise check. */
#ifndef MAPWISE_CONFORMANCE_OPTIONS_H
#define MAPWISE_CONFORMANCE_OPTIONS_H

#include "output.h"
#include "registry.h"

struct options {
    struct selection selection;
    bool list, coverage, invasive, anonymize, store;
    const struct format *format;
    const char *older; /* the first record of --diff */
    const char *output, *results;
    const char *expect, *emulator;
    bool update_expectations;
    int jobs;
    size_t rounds;
    uint64_t seed;
    double seconds, scale;
    const char *const *directories;
    size_t directory_count;
};

/* Returns -1 to go on, or the exit status with which to end (after --help, or a usage error). */
int options_parse(struct options *options, int argc, char **argv);

#endif
