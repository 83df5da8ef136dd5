#include "stride.h"

#include <stdbool.h>
#include <stdint.h>

/* Where the two rows overlap, byte i may have to be written where byte j has not been read yet. One of the
 * steps is 1, so j - i is how far byte i goes, or how far byte j does; and step times as far goes the other:
 *
 *   to_step    byte j goes farther: those that go farthest come first
 *   from_step  byte i goes farther: those that go farthest come last
 *
 * With a step of -1 both go equally far, and each to where the other was: they change places. */

static unsigned char *target(const mw__strided *copy, size_t i)
{
    return copy->to + (ptrdiff_t)i * copy->to_step;
}

static const unsigned char *origin(const mw__strided *copy, size_t i)
{
    return copy->from + (ptrdiff_t)i * copy->from_step;
}

/* How far byte i goes. Falls, then rises, as i does. */
static uintptr_t distance(const mw__strided *copy, size_t i)
{
    const uintptr_t to = (uintptr_t)target(copy, i);
    const uintptr_t from = (uintptr_t)origin(copy, i);

    return to > from ? to - from : from - to;
}

static void copy_two(const mw__strided *copy, size_t i, size_t j)
{
    const unsigned char first = *origin(copy, i);
    const unsigned char second = *origin(copy, j);

    *target(copy, i) = first;
    *target(copy, j) = second;
}

static void copy_farthest_first(const mw__strided *copy)
{
    size_t low = 0;
    size_t high = copy->n;

    while (low < high) {
        const uintptr_t at_low = distance(copy, low);
        const uintptr_t at_high = distance(copy, high - 1);
        copy_two(copy, at_low >= at_high ? low : high - 1, at_low > at_high ? low : high - 1);
        low += at_low >= at_high;
        high -= at_low <= at_high;
    }
}

static void copy_nearest_first(const mw__strided *copy)
{
    size_t low = 1; /* the bytes from here up to `high` are done */
    size_t high;

    while (low < copy->n && distance(copy, low) < distance(copy, low - 1))
        low++;
    for (high = low; low > 0 || high < copy->n;) {
        const uintptr_t at_low = low > 0 ? distance(copy, low - 1) : UINTPTR_MAX;
        const uintptr_t at_high = high < copy->n ? distance(copy, high) : UINTPTR_MAX;
        copy_two(copy, at_low <= at_high ? low - 1 : high, at_low < at_high ? low - 1 : high);
        high += at_low >= at_high;
        low -= at_low <= at_high;
    }
}

static bool overlap(const mw__strided *copy)
{
    const uintptr_t ends[] = {(uintptr_t)target(copy, 0), (uintptr_t)target(copy, copy->n - 1),
                              (uintptr_t)origin(copy, 0), (uintptr_t)origin(copy, copy->n - 1)};
    const bool to_backward = copy->to_step < 0;
    const bool from_backward = copy->from_step < 0;

    return ends[to_backward] <= ends[3 - from_backward] && ends[2 + from_backward] <= ends[!to_backward];
}

static void copy_in_order(mw__strided copy)
{
    for (size_t i = 0; i < copy.n; i++)
        *target(&copy, i) = *origin(&copy, i);
}

void mw__copy_strided(const mw__strided *copy)
{
    if (copy->n == 0)
        return;
    if (!overlap(copy)) {
        copy_in_order(*copy);
    } else if (copy->from_step == 1) {
        copy_farthest_first(copy);
    } else {
        copy_nearest_first(copy);
    }
}
