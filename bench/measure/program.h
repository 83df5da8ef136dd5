/* Other programs, as peers that do the same work.
 *
 * A program is started without a shell, with nothing to read, in the C locale and on the processor that the
 * caller is pinned to. It has a group of processes of its own, which is ended when its first process has,
 * when its time is over, or when a signal has come to us. What leaves the group (setsid) is out of reach. */
#ifndef MAPWISE_BENCH_PROGRAM_H
#define MAPWISE_BENCH_PROGRAM_H

#include "sample.h"

#include <stddef.h>

struct program {
    const char *const *arguments; /* the first is its name, looked for in PATH; NULL behind the last */
    double seconds;               /* it may take at most */
    char *output;                 /* what it printed on both streams; cut off, and always ended by a zero */
    size_t capacity;
};

enum program_end {
    PROGRAM_DONE,        /* with status 0 */
    PROGRAM_MISSING,     /* there is none of that name */
    PROGRAM_FAILED,      /* another status, or it could not be started: errno, or 0 */
    PROGRAM_TOO_LONG,    /* it was ended */
    PROGRAM_INTERRUPTED, /* likewise, because a signal has come to us */
};

enum program_end program_run(const struct program *program);

/* The same for a sample: false after the series has ended, with the reason. What is missing can't be measured
 * here; `package` says what to install. */
bool sample_program(struct sample *s, const struct program *program, const char *package);

#endif
