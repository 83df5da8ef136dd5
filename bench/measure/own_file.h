/* Files that a family makes itself, where it demands a FOLDER. */
#ifndef MAPWISE_BENCH_OWN_FILE_H
#define MAPWISE_BENCH_OWN_FILE_H

#include "sample.h"

#include <limits.h>

struct own_file {
    char path[PATH_MAX]; /* "": there is none */
    int descriptor;      /* for reading and writing */
};

/* Makes an empty file, its name s->path and `suffix`. False after the series has ended. */
bool own_file_make(struct own_file *file, struct sample *s, const char *suffix);

/* Gives it `length` bytes that can't be compressed, on the device and in the cache. False after the series
 * has ended. */
bool own_file_fill(const struct own_file *file, struct sample *s, uint64_t length);

/* Its size, and how many bytes of the device it takes; 0 if the system can't say. */
uint64_t own_file_size(const struct own_file *file);
uint64_t own_file_taken(const struct own_file *file);

/* Whether every word of the file reads as zero. */
bool own_file_is_zero(const struct own_file *file);

/* Closes and removes it. Harmless if there is none. */
void own_file_remove(struct own_file *file);

#endif
