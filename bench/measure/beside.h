/* Another way of reading beside the one that is timed, in the same sample: before the clock, and where
 * nothing has to be cold after it too, so that both see the same machine. It has a fresh map of the same
 * temperature for itself, and a cold file is cold again before the clock starts.
 *
 *     static struct beside alone;
 *
 *     static void prepare(struct sample *s)
 *     {
 *         beside_before(&alone, s, read_alone);
 *     }
 *
 *     static void check(struct sample *s)
 *     {
 *         const double seconds = beside_after(&alone, s, read_alone);
 *         …
 *     }
 */
#ifndef MAPWISE_BENCH_BESIDE_H
#define MAPWISE_BENCH_BESIDE_H

#include "sample.h"

struct beside {
    double seconds;
    unsigned times;
};

typedef void (*beside_work)(struct sample *s, const unsigned char *bytes);

void beside_before(struct beside *beside, struct sample *s, beside_work work);

/* The answer is how long it takes, in seconds; 0 after the series has ended. */
double beside_after(struct beside *beside, struct sample *s, beside_work work);

#endif
