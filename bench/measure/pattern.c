#include "pattern.h"

#include "random.h"
#include "size.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A list to be filled with numbers of pieces, which become offsets at the end. */
struct list {
    uint64_t *at;
    size_t count;
    uint64_t pieces;
    size_t piece;          /* bytes */
    const char *parameter; /* what stands behind the pattern's name; "" for nothing */
    uint64_t random;
};

static bool refuse(void)
{
    errno = EINVAL;
    return false;
}

/* ---- in order --------------------------------------------------------------------------------- */

static bool fill_sequential(struct list *list)
{
    for (size_t i = 0; i < list->count; i++)
        list->at[i] = i % list->pieces;
    return true;
}

static bool fill_reverse(struct list *list)
{
    for (size_t i = 0; i < list->count; i++)
        list->at[i] = list->pieces - 1 - i % list->pieces;
    return true;
}

static bool fill_stride(struct list *list)
{
    uint64_t bytes, start = 0, at = 0;

    if (!parse_size(&bytes, list->parameter) || bytes == 0 || bytes % list->piece != 0)
        return refuse();
    const uint64_t step = bytes / list->piece < list->pieces ? bytes / list->piece : list->pieces;
    for (size_t i = 0; i < list->count; i++) {
        list->at[i] = at;
        at += step;
        if (at >= list->pieces)
            at = start = (start + 1) % step;
    }
    return true;
}

/* ---- at random -------------------------------------------------------------------------------- */

/* Numbers of all pieces, in order. NULL: out of memory. */
static uint64_t *number_pieces(const struct list *list)
{
    uint64_t *order = calloc((size_t)list->pieces, sizeof *order);

    for (uint64_t i = 0; order && i < list->pieces; i++)
        order[i] = i;
    return order;
}

/* Puts one of those from `from` on there. The answer is which. */
static uint64_t draw(struct list *list, uint64_t *order, uint64_t from)
{
    const uint64_t to = from + random_below(&list->random, list->pieces - from), drawn = order[to];

    order[to] = order[from];
    return order[from] = drawn;
}

static bool fill_random(struct list *list)
{
    uint64_t *order = number_pieces(list);

    if (!order)
        return false;
    for (size_t i = 0; i < list->count; i++)
        list->at[i] = draw(list, order, i % list->pieces);
    free(order);
    return true;
}

/* The first rank whose share reaches up to `wanted`. */
static uint64_t rank_at(const double *reach, uint64_t ranks, double wanted)
{
    uint64_t low = 0, high = ranks - 1;

    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        if (reach[middle] > wanted)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static void draw_ranks(struct list *list, double *reach, uint64_t *order, double theta)
{
    double sum = 0;

    for (uint64_t rank = 0; rank < list->pieces; rank++) {
        reach[rank] = sum += pow((double)rank + 1, -theta);
        draw(list, order, rank);
    }
    for (size_t i = 0; i < list->count; i++) {
        const double share = (double)(random_next(&list->random) >> 11) * 0x1p-53;
        list->at[i] = order[rank_at(reach, list->pieces, share * sum)];
    }
}

static bool fill_zipf(struct list *list)
{
    char *end = NULL;
    const double theta = *list->parameter ? strtod(list->parameter, &end) : 0.99;

    if ((end && *end) || !(theta >= 0))
        return refuse();
    double *reach = calloc((size_t)list->pieces, sizeof *reach);
    uint64_t *order = number_pieces(list);
    const bool enough = reach && order;
    if (enough)
        draw_ranks(list, reach, order, theta);
    free(reach);
    free(order);
    return enough;
}

/* ---- both ------------------------------------------------------------------------------------- */

/* "P" or "P:S". */
static bool parse_mixture(const char *text, uint64_t *percent, uint64_t *streams)
{
    char *end;

    *streams = 1;
    *percent = strtoull(text, &end, 10);
    if (end != text && *end == ':') {
        text = end + 1;
        *streams = strtoull(text, &end, 10);
    }
    return end != text && !*end && *percent <= 100 && *streams > 0 && *streams <= PATTERN_STREAMS_MAX;
}

/* Exactly that many of 100 are in order; which of the touches is left to chance. */
static bool fill_mixed(struct list *list)
{
    uint64_t percent, streams, gone[PATTERN_STREAMS_MAX] = {0}, turn = 0;

    if (!parse_mixture(list->parameter, &percent, &streams) || streams > list->pieces)
        return refuse();
    uint64_t in_order = (uint64_t)list->count * percent / 100;
    const uint64_t part = list->pieces / streams;
    for (size_t i = 0; i < list->count; i++) {
        if (random_below(&list->random, list->count - i) >= in_order) {
            list->at[i] = random_below(&list->random, list->pieces);
            continue;
        }
        const uint64_t stream = turn++ % streams;
        list->at[i] = stream * part + gone[stream]++ % part;
        in_order--;
    }
    return true;
}

/* ---- all of them ------------------------------------------------------------------------------ */

bool pattern_fill(uint64_t *offsets, size_t count, const char *name, uint64_t length, size_t piece,
                  uint64_t seed)
{
    static const struct {
        const char *name;
        bool (*fill)(struct list *list);
        bool has_parameter;
    } patterns[] = {{"sequential", fill_sequential, false},
                    {"reverse", fill_reverse, false},
                    {"stride", fill_stride, true},
                    {"random", fill_random, false},
                    {"zipf", fill_zipf, true},
                    {"mixed", fill_mixed, true}};
    const size_t length_of_name = strcspn(name, ":");
    const char *parameter = name[length_of_name] ? name + length_of_name + 1 : "";
    struct list list = {offsets, count, length / piece, piece, parameter, seed};
    size_t i = 0;

    while (i < sizeof patterns / sizeof patterns[0] && (strlen(patterns[i].name) != length_of_name ||
                                                        strncmp(patterns[i].name, name, length_of_name) != 0))
        i++;
    if (i == sizeof patterns / sizeof patterns[0] || list.pieces == 0 ||
        (name[length_of_name] && !patterns[i].has_parameter))
        return refuse();
    if (!patterns[i].fill(&list))
        return false;
    for (i = 0; i < count; i++)
        offsets[i] *= piece;
    return true;
}

size_t pattern_pieces_met(const uint64_t *offsets, size_t count, uint64_t length, size_t piece)
{
    unsigned char *met = calloc((size_t)(length / piece) / 8 + 1, 1);
    size_t different = 0;

    for (size_t i = 0; met && i < count; i++) {
        const size_t at = (size_t)(offsets[i] / piece);
        const unsigned bit = 1u << at % 8;
        different += !(met[at / 8] & bit);
        met[at / 8] = (unsigned char)(met[at / 8] | bit);
    }
    free(met);
    return different;
}

/* Sattolo's way of shuffling: each node changes places with an earlier one, never with itself. */
void pattern_cycle(uint32_t *next, size_t count, uint64_t seed)
{
    for (size_t i = 0; i < count; i++)
        next[i] = (uint32_t)i;
    for (size_t i = count; i > 1; i--) {
        const size_t other = (size_t)random_below(&seed, i - 1);
        const uint32_t kept = next[i - 1];
        next[i - 1] = next[other];
        next[other] = kept;
    }
}
