/* Files of /proc that are read again and again, and may be of any size. */
#ifndef MAPWISE_BENCH_KEPT_H
#define MAPWISE_BENCH_KEPT_H

#include <stddef.h>
#include <sys/types.h>

struct kept {
    const char *path;
    int file;     /* -1: there is none */
    pid_t opener; /* 0: not tried yet. "self" is who opened it, and stays so in a child of fork */
    char *text;
    size_t capacity;
};

/* All that it says now; NULL if there is no such file or it can't be read. Valid until the next call, and not
 * for several threads at a time. */
const char *kept_read(struct kept *kept);

#endif
