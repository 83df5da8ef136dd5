/* The command line of mapwise-bench. */
#ifndef MAPWISE_BENCH_OPTIONS_H
#define MAPWISE_BENCH_OPTIONS_H

#include "family.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ROUNDS_MAX = 1000 };

/* What Google Benchmark writes itself. */
struct google_output {
    bool display; /* --benchmark_format: standard output is the library's */
    bool file;    /* --benchmark_out */
};

struct options {
    enum profile profile;
    const char *filter; /* NULL: everything */
    const char *output; /* NULL: a new file in `results` */
    const char *results;
    char *const *directories; /* argv's */
    size_t directory_count;
    uint64_t seed;
    unsigned rounds; /* 0: as the profile says */
    bool list, anonymize;
    bool resume;      /* go on with a run that was cut off: most of the above is that one's */
    bool drop_caches; /* the whole system's, too, before anything is cold */
    bool worker;      /* serve requests on standard input */
    bool directories_named;
    const char *setting; /* an option that can't stand beside --resume; NULL: none was given */
    struct google_output google;
};

/* "quick", "standard", "full". */
const char *options_profile_name(const struct options *options);

/* False after one line on standard error: there is no such profile. */
bool options_set_profile(struct options *options, const char *name);

/* Blocks of samples of each series. */
unsigned options_rounds(const struct options *options);

/* Fills *options. The answer is -1 to go on, else the status to exit with: after --help, or after one line
 * on standard error. */
int options_parse(struct options *options, int argc, char **argv);

#endif
