/* What a failing call may not change: this process's descriptors and maps, a file, and a name of shared
 * memory. */
#ifndef WORLD_H
#define WORLD_H

#include "mapwise.h"

#define WORLD_PAGES 3

/* A scratch file of WORLD_PAGES pages and a bit, and what a scenario works on. */
struct world {
    char path[64];
    char name[64]; /* of shared memory; nothing has it unless the set-up or the call under test makes it */
    int fd;        /* of the file, for reading and writing */
    mw_map *map;   /* made by the set-up, or by the call under test */
    void *pointer;
    int other; /* another descriptor, -1: none */
    unsigned char bytes[64];
};

void world_make(struct world *world);
void world_drop(struct world *world);

/* Everything that can be seen from outside, as text. The last four are valid. */
const char *world_snapshot(const struct world *world);

/* Prints what has changed. */
void world_compare(const char *before, const char *after);

#define EMPTY_FILE 14695981039346656037ull
/* The content of the file and its size, as a number that differs if they do. */
unsigned long long world_file(const struct world *world);

#endif
