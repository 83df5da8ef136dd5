#include "filter.h"

#include <immintrin.h>
#include <stdint.h>

#define AVX2   __attribute__((target("avx2")))
#define INLINE __attribute__((always_inline, target("avx2"))) static inline
#define WIDTH  sizeof(__m256i)
#define BLOCK  (4 * WIDTH)

/* The first pair of probes, in all lanes. */
typedef struct lanes {
    const mw__probes *probes;
    bool single; /* it is one and the same: one load does */
    __m256i byte[2];
} lanes;

INLINE __m256i equal(const unsigned char *bytes, __m256i byte)
{
    return _mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)(const void *)bytes), byte);
}

/* All ones in the lanes of the starts, from `text` on, that have it. */
INLINE __m256i first_pair(const unsigned char *text, const lanes *wanted)
{
    __m256i found = equal(text + wanted->probes->offset[0], wanted->byte[0]);

    if (wanted->single)
        return found;
    return _mm256_and_si256(found, equal(text + wanted->probes->offset[1], wanted->byte[1]));
}

/* One branch for four vectors. */
INLINE bool block_has(const unsigned char *text, const lanes *wanted)
{
    __m256i any = _mm256_or_si256(
        _mm256_or_si256(first_pair(text, wanted), first_pair(text + WIDTH, wanted)),
        _mm256_or_si256(first_pair(text + 2 * WIDTH, wanted), first_pair(text + 3 * WIDTH, wanted)));

    return !_mm256_testz_si256(any, any);
}

INLINE __m256i probe(const unsigned char *text, const mw__probes *probes, size_t i)
{
    return equal(text + probes->offset[i], _mm256_set1_epi8((char)probes->byte[i]));
}

/* A bit for each start that has all pairs. */
INLINE unsigned hits(const unsigned char *text, const lanes *wanted)
{
    const mw__probes *probes = wanted->probes;
    unsigned found = (unsigned)_mm256_movemask_epi8(first_pair(text, wanted));

    for (size_t i = 2; found && i < probes->count; i += 2)
        found &= (unsigned)_mm256_movemask_epi8(
            _mm256_and_si256(probe(text, probes, i), probe(text, probes, i + 1)));
    return found;
}

INLINE lanes lanes_of(const mw__probes *probes, bool single)
{
    __m256i first = _mm256_set1_epi8((char)probes->byte[0]);
    __m256i second = _mm256_set1_epi8((char)probes->byte[1]);

    return (lanes){probes, single, {first, second}};
}

/* How far `text` is past where the loads for the first probe are aligned, which they gain from. */
INLINE size_t misaligned(const unsigned char *text, const lanes *wanted)
{
    return (uintptr_t)(text + wanted->probes->offset[0]) % WIDTH;
}

INLINE size_t lowest_in(const unsigned char *text, size_t low, size_t high, const lanes *wanted)
{
    for (; high - low >= WIDTH; low += WIDTH) {
        unsigned found = hits(text + low, wanted);
        if (found)
            return low + (size_t)__builtin_ctz(found);
    }
    return low < high ? mw__filter_lowest_portable(text, low, high, wanted->probes) : SIZE_MAX;
}

INLINE size_t lowest_by(const unsigned char *text, size_t low, size_t high, const mw__probes *probes,
                        bool single)
{
    lanes wanted = lanes_of(probes, single);
    size_t found;

    if (high - low >= BLOCK + WIDTH) {
        found = lowest_in(text, low, low + WIDTH, &wanted);
        if (found != SIZE_MAX)
            return found;
        low += WIDTH - misaligned(text + low, &wanted);
    }
    for (; high - low >= BLOCK; low += BLOCK) {
        found = block_has(text + low, &wanted) ? lowest_in(text, low, low + BLOCK, &wanted) : SIZE_MAX;
        if (found != SIZE_MAX)
            return found;
    }
    return lowest_in(text, low, high, &wanted);
}

INLINE size_t highest_in(const unsigned char *text, size_t low, size_t high, const lanes *wanted)
{
    for (; high - low >= WIDTH; high -= WIDTH) {
        unsigned found = hits(text + high - WIDTH, wanted);
        if (found)
            return high - 1 - (size_t)__builtin_clz(found);
    }
    return low < high ? mw__filter_highest_portable(text, low, high, wanted->probes) : SIZE_MAX;
}

INLINE size_t highest_by(const unsigned char *text, size_t low, size_t high, const mw__probes *probes,
                         bool single)
{
    lanes wanted = lanes_of(probes, single);
    size_t found;

    if (high - low >= BLOCK + WIDTH) {
        found = highest_in(text, high - WIDTH, high, &wanted);
        if (found != SIZE_MAX)
            return found;
        high -= misaligned(text + high, &wanted);
    }
    for (; high - low >= BLOCK; high -= BLOCK) {
        found = block_has(text + high - BLOCK, &wanted) ? highest_in(text, high - BLOCK, high, &wanted)
                                                        : SIZE_MAX;
        if (found != SIZE_MAX)
            return found;
    }
    return highest_in(text, low, high, &wanted);
}

AVX2 static size_t lowest(const unsigned char *text, size_t low, size_t high, const mw__probes *probes)
{
    return probes->count == 1 ? lowest_by(text, low, high, probes, true)
                              : lowest_by(text, low, high, probes, false);
}

AVX2 static size_t highest(const unsigned char *text, size_t low, size_t high, const mw__probes *probes)
{
    return probes->count == 1 ? highest_by(text, low, high, probes, true)
                              : highest_by(text, low, high, probes, false);
}

mw__filter *mw__filter_best(bool highest_first)
{
    if (!__builtin_cpu_supports("avx2"))
        return highest_first ? mw__filter_highest_portable : mw__filter_lowest_portable;
    return highest_first ? highest : lowest;
}
