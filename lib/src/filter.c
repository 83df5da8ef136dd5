#include "filter.h"

#include <stdint.h>
#include <string.h>

/* Whole words at a time, and many of them before a branch: where the processor has vectors compilers make use
 * of them for that, and where it has none it still is a word at a time. */
#define WORD  sizeof(size_t)
#define BLOCK (32 * WORD)

/* 0x01 and 0x80 in each byte of a word. */
#define ONES ((size_t)-1 / 255)
#define TOPS (ONES << 7)

/* Not 0 iff a byte of the word is 0. */
static inline size_t zeros(size_t word)
{
    return (word - ONES) & ~word & TOPS;
}

/* 0 in the bytes of the starts, from `text` on, that have the pair of probes. */
static inline size_t differing(const unsigned char *text, const mw__probes *probes, size_t pair)
{
    size_t first, second;

    memcpy(&first, text + probes->offset[pair], WORD);
    memcpy(&second, text + probes->offset[pair + 1], WORD);
    return (first ^ probes->byte[pair] * ONES) | (second ^ probes->byte[pair + 1] * ONES);
}

static bool block_has(const unsigned char *text, const mw__probes *probes)
{
    size_t found = 0;

    for (size_t i = 0; i < BLOCK; i += WORD)
        found |= zeros(differing(text + i, probes, 0));
    return found != 0;
}

static bool word_has(const unsigned char *text, const mw__probes *probes)
{
    size_t differ = 0;

    for (size_t i = 0; i < probes->count && zeros(differ); i += 2)
        differ |= differing(text, probes, i);
    return zeros(differ) != 0;
}

static bool has(const unsigned char *text, const mw__probes *probes)
{
    size_t i = 0;

    while (i < probes->count && text[probes->offset[i]] == probes->byte[i])
        i++;
    return i == probes->count;
}

static size_t lowest_in(const unsigned char *text, size_t low, size_t high, const mw__probes *probes)
{
    while (high - low >= WORD && !word_has(text + low, probes))
        low += WORD;
    while (low < high && !has(text + low, probes))
        low++;
    return low < high ? low : SIZE_MAX;
}

size_t mw__filter_lowest_portable(const unsigned char *text, size_t low, size_t high,
                                  const mw__probes *probes)
{
    for (; high - low >= BLOCK; low += BLOCK) {
        size_t found = block_has(text + low, probes) ? lowest_in(text, low, low + BLOCK, probes) : SIZE_MAX;
        if (found != SIZE_MAX)
            return found;
    }
    return lowest_in(text, low, high, probes);
}

static size_t highest_in(const unsigned char *text, size_t low, size_t high, const mw__probes *probes)
{
    while (high - low >= WORD && !word_has(text + high - WORD, probes))
        high -= WORD;
    while (low < high && !has(text + high - 1, probes))
        high--;
    return low < high ? high - 1 : SIZE_MAX;
}

size_t mw__filter_highest_portable(const unsigned char *text, size_t low, size_t high,
                                   const mw__probes *probes)
{
    for (; high - low >= BLOCK; high -= BLOCK) {
        size_t found =
            block_has(text + high - BLOCK, probes) ? highest_in(text, high - BLOCK, high, probes) : SIZE_MAX;
        if (found != SIZE_MAX)
            return found;
    }
    return highest_in(text, low, high, probes);
}
