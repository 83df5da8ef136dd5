/* What the files of mmap's mutants share. */
#ifndef MAPWISE_CONFORMANCE_MUTANT_MMAP_H
#define MAPWISE_CONFORMANCE_MUTANT_MMAP_H

#include "mutant.h"

struct mmap_call {
    char *address;
    size_t length;
    int protection, flags, descriptor;
    off_t offset;
};

#define MMAP_MUTANT(aspect, sentence) DEFINE_MUTANT(mmap, aspect, sentence, void *, struct mmap_call)

/* A mutant that changes the call, where a condition holds. */
#define MMAP_CHANGES(aspect, sentence, condition, change)                                                    \
    MMAP_MUTANT(aspect, sentence)                                                                            \
    {                                                                                                        \
        if (condition)                                                                                       \
            change;                                                                                          \
        return real_mmap(call);                                                                              \
    }
#define MMAP_REFUSES(aspect, sentence, condition, error)                                                     \
    MMAP_MUTANT(aspect, sentence)                                                                            \
    {                                                                                                        \
        return (condition) ? refused(error) : real_mmap(call);                                               \
    }

void *real_mmap(const struct mmap_call *call);
/* MAP_FAILED and errno. */
void *refused(int error);
/* Anonymous memory in the place of the map that was asked for. */
void *anonymous_instead(const struct mmap_call *call);

bool is_file(const struct mmap_call *call);
bool is_shared(const struct mmap_call *call); /* MAP_SHARED or MAP_SHARED_VALIDATE */
bool is_private(const struct mmap_call *call);
bool is_fixed(const struct mmap_call *call); /* MAP_FIXED or MAP_FIXED_NOREPLACE */

/* From here on maps are written to and read, which may cost memory: only those of a modest size are spoilt.
 */
bool is_modest(const struct mmap_call *call);

#endif
