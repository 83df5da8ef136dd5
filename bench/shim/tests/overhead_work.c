/* In a file of its own, so that neither loop knows more of it than the other. */
#include "overhead.h"

const uint64_t overhead_words[OVERHEAD_WORDS] = {3, 1, 4, 1, 5, 9, 2, 6};

uint64_t overhead_work(const uint64_t *words, size_t count)
{
    uint64_t hash = 14695981039346656037u;

    for (size_t i = 0; i < count; i++)
        hash = (hash ^ words[i]) * 1099511628211u;
    return hash;
}
