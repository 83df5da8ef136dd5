/* A folder under test: our scratch folder in it and the data files there. */
#ifndef MAPWISE_BENCH_PLACE_H
#define MAPWISE_BENCH_PLACE_H

#include "scratch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct data_file {
    uint64_t size;
    int descriptor; /* for reading and writing */
    char path[PATH_MAX];
};

enum { DATA_FILES_MAX = 16 };

struct place {
    char directory[PATH_MAX]; /* as records name it */
    char filesystem[64];
    struct scratch scratch;
    struct data_file files[DATA_FILES_MAX];
    size_t file_count;
    bool can_be_cold;       /* pages can be got out of the cache here */
    char why_not_cold[160]; /* one line, if not */
    bool reads_are_counted; /* what comes from the device shows in the process's counters */
};

/* Takes a scratch folder in `directory`, in which `bytes` bytes must be free. False after one line on
 * standard error. */
bool place_open(struct place *place, const char *directory, uint64_t bytes);

/* Makes a data file of `size` bytes, unless there is one; not for 0. False after one line. */
bool place_add_file(struct place *place, uint64_t size);

/* The data file of `size` bytes, NULL if none was added. */
const struct data_file *place_file(const struct place *place, uint64_t size);

/* Finds out, with the smallest data file, whether files can be cold here and whether reads are counted. */
void place_probe(struct place *place);

/* Removes everything. Harmless on a place that is closed or was never opened. */
void place_close(struct place *place);

#endif
