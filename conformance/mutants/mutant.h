/* A mutant is a back-end that breaks one promise of one function. This library, preloaded, stands in for the
 * C library's functions, and MAPWISE_MUTANT=mmap.populate_ignored names the mutant that answers; all other
 * calls go to the system untouched.
 *
 *     MUTANT(mmap, populate_ignored, "MAP_POPULATE brings nothing into memory")
 *     {
 *         call->flags &= ~MAP_POPULATE;
 *         return real(call);
 *     }
 *
 * - A file holds a function or a few, `struct call`: what it was called with, and `real`: what the system
 *   makes of that. The mutation may change the call, the answer, or what lies in memory and in files.
 * - Only what breaks a promise and can be observed is a mutant. */
#ifndef MAPWISE_CONFORMANCE_MUTANT_H
#define MAPWISE_CONFORMANCE_MUTANT_H

#include "system.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

struct mutant {
    const char *function, *aspect, *sentence;
    void (*act)(void); /* in truth ACT of the function's file */
};

/* The mutant's act if it is one of that function, NULL for the system's own behaviour. */
void (*chosen_act(const char *function))(void);

/* Each row lands in one table, whatever file it stands in; the linker puts them together. */
#define MUTANT_ROW(function, aspect, sentence, act)                                                          \
    __attribute__((section("mutants"), used)) static struct mutant row_##function##_##aspect = {             \
        #function, #aspect, sentence, (void (*)(void))(act)};

#define DEFINE_MUTANT(function, aspect, sentence, answer, call_type)                                         \
    static answer function##_##aspect(call_type *call);                                                      \
    MUTANT_ROW(function, aspect, sentence, function##_##aspect)                                              \
    static answer function##_##aspect(call_type *call)

/* Most functions answer 0, or -1 and errno. */
#define MUTANT(function, aspect, sentence) DEFINE_MUTANT(function, aspect, sentence, int, struct call)

/* What an exported function does: the mutant's act if one of this function was chosen. */
#define PERFORM(function, answer, ...)                                                                       \
    do {                                                                                                     \
        struct call call = {__VA_ARGS__};                                                                    \
        answer (*act)(struct call *) = (answer(*)(struct call *))chosen_act(#function);                      \
        return act ? act(&call) : real(&call);                                                               \
    } while (0)

#define EXPORT __attribute__((visibility("default")))

/* Answers of functions that tell errors by -1 and errno. */
int fail(int error);
/* The answer that came, with another error in the place of one. */
int other_error(int answer, int from, int to);
/* Success where the answer was that error. */
int swallow(int answer, int error);

/* A mutant that reports the error `to` where the system reports `from`, and one that reports none. */
#define WRONG_ERROR(function, aspect, from, to)                                                              \
    MUTANT(function, aspect, #from " is reported as " #to)                                                   \
    {                                                                                                        \
        return other_error(real(call), from, to);                                                            \
    }
#define SWALLOWED(function, aspect, error)                                                                   \
    MUTANT(function, aspect, "where " #error " is due the call answers success and does nothing")            \
    {                                                                                                        \
        return swallow(real(call), error);                                                                   \
    }
/* One that refuses what is allowed. */
#define REFUSES(function, aspect, sentence, condition, error)                                                \
    MUTANT(function, aspect, sentence)                                                                       \
    {                                                                                                        \
        return (condition) ? fail(error) : real(call);                                                       \
    }

#endif
