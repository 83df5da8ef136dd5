/* Where a needle could be: the starts at which some of its bytes stand in the text. */
#ifndef MW_FILTER_H
#define MW_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#define MW_PROBES ((size_t)16)

/* Bytes of the needle and where in it they stand. They are tried in pairs, the first of them at all starts,
 * the others at those that pass. An odd count has a copy of the first behind it. */
typedef struct mw__probes {
    size_t count;
    size_t offset[MW_PROBES];
    unsigned char byte[MW_PROBES];
} mw__probes;

/* The lowest or the highest start in [low, high) that has all of them; SIZE_MAX if none has. Reads what
 * stands at the offsets from these starts, nothing else. */
typedef size_t mw__filter(const unsigned char *text, size_t low, size_t high, const mw__probes *probes);

size_t mw__filter_lowest_portable(const unsigned char *text, size_t low, size_t high,
                                  const mw__probes *probes);
size_t mw__filter_highest_portable(const unsigned char *text, size_t low, size_t high,
                                   const mw__probes *probes);

/* The best that this processor can run: x86/ or generic/ has it. */
mw__filter *mw__filter_best(bool highest);

#endif
