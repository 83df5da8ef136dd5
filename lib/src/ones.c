#include "ones.h"

#include <string.h>

/* ---- counting ----------------------------------------------------------- */

static uint64_t count_word(uint64_t word)
{
    word -= word >> 1 & 0x5555555555555555u;
    word = (word & 0x3333333333333333u) + (word >> 2 & 0x3333333333333333u);
    word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    return word * 0x0101010101010101u >> 56;
}

/* Words are taken as they lie: the order of their bytes makes no difference to how many ones they have. */
static uint64_t load(const unsigned char *bytes)
{
    uint64_t word;

    memcpy(&word, bytes, sizeof word);
    return word;
}

/* Adds three bits in each of the 64 places: *high gets the carries. */
static uint64_t add(uint64_t *high, uint64_t a, uint64_t b, uint64_t c)
{
    const uint64_t half = a ^ b;

    *high = (a & b) | (half & c);
    return half ^ c;
}

/* Words of a block, whose ones are first added up place by place, 64 places at once (Harley and Seal): only
 * one word in sixteen is then left to be counted. It needs no instruction that not every processor has. */
enum { BLOCK = 16 * sizeof(uint64_t) };

typedef struct sums {
    uint64_t ones, twos, fours, eights;
} sums;

/* Adds four words to `ones` and `twos`; what is returned counts fourfold. */
static uint64_t add_four(sums *sum, const unsigned char *bytes)
{
    uint64_t first;
    uint64_t second;
    uint64_t fours;

    sum->ones = add(&first, sum->ones, load(bytes), load(bytes + 8));
    sum->ones = add(&second, sum->ones, load(bytes + 16), load(bytes + 24));
    sum->twos = add(&fours, sum->twos, first, second);
    return fours;
}

/* The same for eight; what is returned counts eightfold. */
static uint64_t add_eight(sums *sum, const unsigned char *bytes)
{
    const uint64_t first = add_four(sum, bytes);
    const uint64_t second = add_four(sum, bytes + 32);
    uint64_t eights;

    sum->fours = add(&eights, sum->fours, first, second);
    return eights;
}

static uint64_t count_blocks(const unsigned char *bytes, size_t n)
{
    sums sum = {0, 0, 0, 0};
    uint64_t sixteens;
    uint64_t count = 0;

    for (size_t i = 0; i < n; i += BLOCK) {
        const uint64_t first = add_eight(&sum, bytes + i);
        const uint64_t second = add_eight(&sum, bytes + i + BLOCK / 2);
        sum.eights = add(&sixteens, sum.eights, first, second);
        count += count_word(sixteens);
    }
    return 16 * count + 8 * count_word(sum.eights) + 4 * count_word(sum.fours) + 2 * count_word(sum.twos) +
           count_word(sum.ones);
}

static uint64_t count_bytes(const unsigned char *bytes, size_t n)
{
    size_t i = n - n % BLOCK;
    uint64_t count = count_blocks(bytes, i);

    for (; n - i >= sizeof(uint64_t); i += sizeof(uint64_t))
        count += count_word(load(bytes + i));
    for (; i < n; i++)
        count += count_word(bytes[i]);
    return count;
}

/* ---- parts of bytes ----------------------------------------------------- */

/* A run of bits: some in the byte it begins in, whole bytes, and some in the byte it ends in. */
typedef struct parts {
    uint64_t byte; /* where it begins */
    unsigned head; /* the bits in that byte, if they are not all; else 0 */
    size_t whole;  /* bytes after that */
    unsigned tail; /* the bits in the byte after that; 0: none */
} parts;

static parts split(uint64_t first, uint64_t n)
{
    const unsigned skipped = first % 8;
    parts of = {first / 8, 0, 0, 0};

    if (skipped != 0 && n != 0) {
        const unsigned bits = n < 8 - skipped ? (unsigned)n : 8 - skipped;
        of.head = ((1u << bits) - 1) << skipped;
        n -= bits;
    }
    of.whole = (size_t)(n / 8);
    of.tail = (1u << n % 8) - 1;
    return of;
}

uint64_t mw__ones_count(const unsigned char *bytes, uint64_t first, uint64_t n)
{
    const parts of = split(first, n);
    uint64_t count = 0;

    bytes += of.byte;
    if (of.head)
        count += count_word(*bytes++ & of.head);
    count += count_bytes(bytes, of.whole);
    if (of.tail)
        count += count_word(bytes[of.whole] & of.tail);
    return count;
}

void mw__ones_fill(unsigned char *bytes, uint64_t first, uint64_t n, bool value)
{
    const parts of = split(first, n);

    bytes += of.byte;
    if (of.head)
        mw__ones_change(bytes++, of.head, value);
    memset(bytes, value ? 0xff : 0, of.whole);
    if (of.tail)
        mw__ones_change(bytes + of.whole, of.tail, value);
}
