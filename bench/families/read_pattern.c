/* Reading pages of a mapping in some order, every word of each: one loop, and a family for each order. What
 * is read ahead in vain shows as amplification, what is not read ahead as time. Advice is as in
 * read_sequential. */
#include "access.h"
#include "sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is(const struct family *family, const struct point *point, const char *axis, const char *value)
{
    return strcmp(point_value(family, point, axis), value) == 0;
}

/* Points that take a second. */
static struct demands seldom_if(const struct family *family, bool slow)
{
    struct demands demands = family->demands;

    demands.seldom = slow;
    return demands;
}

static void read_pages(struct sample *s, const char *pattern, size_t count)
{
    each_touches(s, pattern, count, s->page_size);
    each_operation(s, count * s->page_size, count);
    while (next_sample(s))
        consume(sum_pages(s->bytes, s->offsets, s->touches, s->page_size));
}

/* ---- from the end to the start: lay read_sequential beside it ----------------------------------
 *
 * The advice "sequential" is a trap here: Linux then reads ahead of each page what was read just before, and
 * looks through all of that. */

static struct demands demands_of_reverse(const struct family *family, const struct point *point)
{
    return seldom_if(family,
                     is(family, point, "temperature", "cold") && !is(family, point, "advice", "normal"));
}

FAMILY(read_reverse, "bandwidth of reading a whole mapping page by page from its end to its start",
       .items = "pages", .demands = {.subject = MAP_READ, .batches = true, .advised = true},
       .demands_of = demands_of_reverse,
       .axes = {EACH("temperature", QUICK("cold"), STANDARD("warm"), FULL("mapped")),
                VARY("size", "16M", STANDARD("64M")), VARY("advice", "normal", FULL("random sequential"))})
{
    read_pages(s, "reverse", (size_t)(s->length / s->page_size));
}

/* ---- every so many bytes ------------------------------------------------------------------------ */

static struct demands demands_of_stride(const struct family *family, const struct point *point)
{
    return seldom_if(family, is(family, point, "advice", "random") &&
                                 strtoull(point_value(family, point, "stride"), NULL, 10) < 16384);
}

FAMILY(read_stride, "time of reading a page every so many bytes of a mapping, once through it",
       .items = "pages", .demands = {.subject = MAP_READ, .batches = true, .advised = true, .size = 64 << 20},
       .demands_of = demands_of_stride,
       .axes = {EACH("advice", QUICK("normal random"), FULL("sequential")),
                VARY("stride", "64K", STANDARD("256K 1M 4M"), FULL("4K 16K 16M")),
                VARY("temperature", "cold", STANDARD("warm"))})
{
    const uint64_t stride = axis_number(s, "stride");
    char pattern[PATTERN_NAME_MAX];

    if (stride % s->page_size != 0) {
        sample_cannot(s, "a page has %zu bytes here", s->page_size);
        return;
    }
    snprintf(pattern, sizeof pattern, "stride:%s", axis_text(s, "stride"));
    read_pages(s, pattern, (size_t)(s->length / stride));
}

/* ---- partly in order, partly at random ---------------------------------------------------------- */

enum { MIXED_PAGES = 1024 };

FAMILY(read_mixed,
       "time of reading pages of a mapping of which some go on in order, in several streams, and some are at "
       "random",
       .items = "pages", .demands = {.subject = MAP_READ, .temperature = COLD, .advised = true},
       .axes = {VARY("percent_in_order", "50", STANDARD("0 90"), FULL("10 75 99 100")),
                VARY("streams", "1", STANDARD("4"), FULL("2 8")),
                VARY("advice", "normal", STANDARD("random"), FULL("sequential")),
                VARY("size", "64M", FULL("256M"))})
{
    char pattern[PATTERN_NAME_MAX];

    snprintf(pattern, sizeof pattern, "mixed:%s:%s", axis_text(s, "percent_in_order"),
             axis_text(s, "streams"));
    read_pages(s, pattern, MIXED_PAGES);
}

/* ---- the break-even of reading ahead: where the two kinds of advice take as long --------------------
 *
 * About t / r of all pages, if a page in order takes the time t, and a page by itself r (calibration,
 * disk_sequential and disk_random). */

static struct demands demands_of_density(const struct family *family, const struct point *point)
{
    return seldom_if(family, is(family, point, "advice", "random") &&
                                 strtod(point_value(family, point, "percent"), NULL) > 20);
}

FAMILY(read_density,
       "time of reading a share of a mapping's pages, in random order, with read-ahead and without",
       .items = "pages", .demands = {.subject = MAP_READ, .temperature = COLD, .advised = true},
       .demands_of = demands_of_density,
       .axes = {EACH("advice", QUICK("normal random")),
                VARY("percent", "1", STANDARD("0.1 5 10"), FULL("0.05 2 25 100")),
                VARY("size", "64M", FULL("256M"))})
{
    const double share = strtod(axis_text(s, "percent"), NULL) / 100;
    const double count = share * (double)s->length / (double)s->page_size;

    read_pages(s, "random", count < 1 ? 1 : (size_t)count);
}
