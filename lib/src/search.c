#include "search.h"

#include "filter.h"
#include "twoway.h"

#include <stdint.h>
#include <string.h>

/* The probes are among so many bytes of the needle, which the cache holds however long it is. */
#define WINDOW ((size_t)1024)

/* They are chosen by so many bytes of text, or this part of it if that is less. */
#define SAMPLE      ((size_t)1024)
#define SAMPLE_PART 1024

/* And again after so many starts without a candidate: what a file begins with need not be like the rest. */
#define LEG ((size_t)4 << 20)

/* What a failed candidate costs beside the comparison, in bytes that could have been compared. */
#define CANDIDATE 16

/* What failed candidates may cost at first, and after how many times that the filter gets another chance. */
#define ADVANCE(n) ((n) + 4096)
#define STRETCH    ((size_t)16)

typedef struct hunt {
    const unsigned char *text, *needle;
    size_t n;
    size_t low, high; /* matches can start in [low, high) */
    bool last;
    mw__filter *filter;
    mw__probes probes;
} hunt;

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Keeps the probes whose bytes have the least counts, in that order. */
static void add_probe(mw__probes *probes, const uint16_t *counts, size_t offset, unsigned char byte)
{
    size_t i = probes->count;

    for (; i > 0 && counts[byte] < counts[probes->byte[i - 1]]; i--) {
        if (i < MW_PROBES) {
            probes->offset[i] = probes->offset[i - 1];
            probes->byte[i] = probes->byte[i - 1];
        }
    }
    if (i < MW_PROBES) {
        probes->offset[i] = offset;
        probes->byte[i] = byte;
    }
    if (probes->count < MW_PROBES)
        probes->count++;
}

/* Chooses the bytes of the needle that are rarest in the text to come; of equally rare ones those nearest to
 * its ends, which have the least to do with each other. Of one pair there is nothing to choose. */
static void choose_probes(hunt *h)
{
    size_t ahead = h->high - h->low + h->n - 1;
    size_t sample = h->n <= 2 ? 0 : smaller(ahead / SAMPLE_PART, SAMPLE);
    const unsigned char *text = h->text + h->low + (h->last ? ahead - sample : 0);
    size_t window = smaller(h->n, WINDOW);
    uint16_t counts[256] = {0};

    for (size_t i = 0; i < sample; i++)
        counts[text[i]]++;
    h->probes.count = 0;
    for (size_t i = 0; i < window; i++) {
        size_t offset = i % 2 == 0 ? i / 2 : window - 1 - i / 2;
        add_probe(&h->probes, counts, offset, h->needle[offset]);
    }
    if (h->probes.count % 2 != 0) {
        h->probes.offset[h->probes.count] = h->probes.offset[0];
        h->probes.byte[h->probes.count] = h->probes.byte[0];
    }
}

/* No match starts at the next so many. */
static void pass(hunt *h, size_t starts)
{
    if (h->last)
        h->high -= starts;
    else
        h->low += starts;
}

/* SIZE_MAX: there is none any more. */
static size_t next_candidate(hunt *h)
{
    for (;;) {
        size_t starts = smaller(h->high - h->low, LEG);
        size_t low = h->last ? h->high - starts : h->low;
        size_t found = h->filter(h->text, low, low + starts, &h->probes);
        if (found != SIZE_MAX || starts == h->high - h->low)
            return found;
        pass(h, starts);
        choose_probes(h);
    }
}

static size_t common_prefix(const unsigned char *a, const unsigned char *b, size_t n)
{
    const size_t piece = 64;
    size_t same = 0;

    while (n - same >= piece && memcmp(a + same, b + same, piece) == 0)
        same += piece;
    while (same < n && a[same] == b[same])
        same++;
    return same;
}

/* Compares what the filter finds. False if that was dearer than it is worth: all of a text can be candidates,
 * each as good as the needle but for one byte. */
static bool filtered(hunt *h, size_t *found)
{
    size_t open = h->high - h->low;
    uint64_t cost = 0;

    choose_probes(h);
    while (cost <= (uint64_t)ADVANCE(h->n) + (open - (h->high - h->low))) {
        *found = next_candidate(h);
        if (*found == SIZE_MAX)
            return true;
        size_t same = common_prefix(h->text + *found, h->needle, h->n);
        if (same == h->n)
            return true;
        pass(h, h->last ? h->high - *found : *found + 1 - h->low);
        cost += CANDIDATE + same;
    }
    return false;
}

/* Two-Way for a while: slower, but its time is bounded, and pays for the filter's next attempt. */
static bool trudged(hunt *h, const mw__twoway *way, size_t *found)
{
    size_t open = h->high - h->low;
    size_t starts = open / STRETCH < ADVANCE(h->n) ? open : STRETCH * ADVANCE(h->n);
    size_t low = h->last ? h->high - starts : h->low;

    *found = mw__twoway_find(way, h->text + low, starts + h->n - 1);
    if (*found != SIZE_MAX) {
        *found += low;
        return true;
    }
    pass(h, starts);
    return starts == open;
}

static size_t search(hunt *h)
{
    size_t found;

    if (filtered(h, &found))
        return found;

    mw__twoway way = mw__twoway_prepare(h->needle, h->n, h->last);
    while (!trudged(h, &way, &found) && !filtered(h, &found))
        continue;
    return found;
}

static size_t first(const unsigned char *text, size_t length, const unsigned char *needle, size_t n,
                    mw__filter *filter)
{
    hunt h = {text, needle, n, 0, length - n + 1, false, filter, {0, {0}, {0}}};

    if (n == 0)
        return 0;
    return n <= length ? search(&h) : SIZE_MAX;
}

static size_t last(const unsigned char *text, size_t length, const unsigned char *needle, size_t n,
                   mw__filter *filter)
{
    hunt h = {text, needle, n, 0, length - n + 1, true, filter, {0, {0}, {0}}};

    if (n == 0)
        return length;
    return n <= length ? search(&h) : SIZE_MAX;
}

size_t mw__search_first(const unsigned char *text, size_t length, const unsigned char *needle, size_t n)
{
    return first(text, length, needle, n, mw__filter_best(false));
}

size_t mw__search_last(const unsigned char *text, size_t length, const unsigned char *needle, size_t n)
{
    return last(text, length, needle, n, mw__filter_best(true));
}

size_t mw__search_first_portable(const unsigned char *text, size_t length, const unsigned char *needle,
                                 size_t n)
{
    return first(text, length, needle, n, mw__filter_lowest_portable);
}

size_t mw__search_last_portable(const unsigned char *text, size_t length, const unsigned char *needle,
                                size_t n)
{
    return last(text, length, needle, n, mw__filter_highest_portable);
}
