#include "twoway.h"

#include <stdint.h>

/* Bytes in the direction of the search, which makes one algorithm of two. */
typedef struct row {
    const unsigned char *bytes;
    size_t n;
    bool backward;
} row;

static inline unsigned char at(row r, size_t i)
{
    return r.bytes[r.backward ? r.n - 1 - i : i];
}

/* Where the largest suffix begins, in the order of the bytes or in the opposite one; *period is its period.
 */
static size_t largest_suffix(size_t *period, row needle, bool opposite)
{
    size_t suffix = 0;
    size_t rival = 1;
    size_t same = 0; /* how far the two agree */

    *period = 1;
    while (rival + same < needle.n) {
        unsigned char ours = at(needle, suffix + same);
        unsigned char theirs = at(needle, rival + same);
        if (ours == theirs) {
            if (++same == *period) {
                rival += same;
                same = 0;
            }
        } else if ((theirs < ours) != opposite) {
            rival += same + 1;
            same = 0;
            *period = rival - suffix;
        } else {
            suffix = rival++;
            same = 0;
            *period = 1;
        }
    }
    return suffix;
}

mw__twoway mw__twoway_prepare(const unsigned char *needle, size_t n, bool backward)
{
    row wanted = {needle, n, backward};
    size_t period, other_period;
    size_t cut = largest_suffix(&period, wanted, false);
    size_t other_cut = largest_suffix(&other_period, wanted, true);
    size_t i = 0;

    if (other_cut > cut) {
        cut = other_cut;
        period = other_period;
    }
    while (i < cut && at(wanted, i) == at(wanted, i + period))
        i++;
    /* If what is before the cut continues the period, another match can follow after one. Else none can for
     * longer than either part. */
    if (i < cut)
        period = (cut > n - cut ? cut : n - cut) + 1;
    return (mw__twoway){needle, n, backward, cut, period};
}

/* Textbooks remember, after going on by a period, what of the needle matches already. The first match can do
 * without: the next attempt fails behind all that, and then goes on by what it has compared, or it is the
 * match. */
size_t mw__twoway_find(const mw__twoway *way, const unsigned char *text, size_t length)
{
    row wanted = {way->needle, way->n, way->backward};
    row given = {text, length, way->backward};
    size_t start = 0;

    while (length >= way->n && start <= length - way->n) {
        size_t i = way->cut;
        while (i < way->n && at(wanted, i) == at(given, start + i))
            i++;
        if (i < way->n) {
            start += i - way->cut + 1;
            continue;
        }
        i = way->cut;
        while (i > 0 && at(wanted, i - 1) == at(given, start + i - 1))
            i--;
        if (i == 0)
            return way->backward ? length - way->n - start : start;
        start += way->period;
    }
    return SIZE_MAX;
}
