/* Threads that read one file together, each a part of its own, through one map or through a map each, for
 * which each has opened the file. The system finds out what to read ahead by what was opened: threads that
 * share it are seen as one that jumps to and fro. Beside them, in the same sample, one thread does the same
 * work: `efficiency` is its time over that of all threads taken together, 1 where n threads are n times as
 * fast. The threads are there already and wait; waking them, some ten microseconds, is in the time: a team of
 * one shows what that makes. */
#include "access.h"
#include "beside.h"
#include "team.h"

#include <string.h>

/* At most; and no more than half of the pages, for the one thread has others than the team after it. */
enum { COLD_TOUCHES = 256, WARM_TOUCHES = 8192 };

static struct crew {
    struct sample *s;
    unsigned threads;
    beside_work read_alone;
    struct beside alone;
    struct view own[TEAM_MAX];
} crew;

static const unsigned char *map_of(unsigned member)
{
    return crew.own[member].bytes ? crew.own[member].bytes : crew.s->bytes;
}

static void prepare(struct sample *s)
{
    if (s->touches)
        each_needs(s, s->touches / 2 * s->page_size);
    beside_before(&crew.alone, s, crew.read_alone);
    for (unsigned i = 0; axis_is(s, "maps", "own") && i < crew.threads && !sample_ended(s); i++)
        sample_map_again(&crew.own[i], s);
}

static void check(struct sample *s)
{
    const double alone = beside_after(&crew.alone, s, crew.read_alone);

    sample_extra(s, "one_thread", alone * 1e9 / (double)s->current.items);
    sample_extra(s, "efficiency", alone / (s->current.seconds * crew.threads));
}

static void finish(struct sample *s)
{
    (void)s;
    for (unsigned i = 0; i < TEAM_MAX; i++)
        sample_unmap(&crew.own[i]);
}

static void run_threads(struct sample *s, team_work work, beside_work read_alone)
{
    crew = (struct crew){.s = s, .threads = (unsigned)axis_number(s, "threads"), .read_alone = read_alone};
    struct team *team = team_start(s, THREADS, crew.threads, work, NULL);

    while (team && next_sample(s))
        team_run(team);
    team_end(team);
}

/* ---- in order --------------------------------------------------------------------------------- */

static void read_part(void *user, unsigned member)
{
    const uint64_t pages = crew.s->length / crew.s->page_size;
    const uint64_t first = pages * member / crew.threads, end = pages * (member + 1) / crew.threads;

    (void)user;
    consume(
        sum_words(map_of(member) + first * crew.s->page_size, (size_t)((end - first) * crew.s->page_size)));
}

static void read_all(struct sample *s, const unsigned char *bytes)
{
    consume(sum_words(bytes, (size_t)s->length));
}

/* A page at a time from the device, and all of them twice. */
static struct demands demands_in_order(const struct family *family, const struct point *point)
{
    struct demands demands = family->demands;

    demands.seldom = strcmp(point_value(family, point, "temperature"), "cold") == 0 &&
                     strcmp(point_value(family, point, "advice"), "random") == 0;
    return demands;
}

FAMILY(read_sequential_threads, "bandwidth of several threads that read a mapping, each its part in order",
       .items = "pages", .demands = {.subject = MAP_READ, .advised = true}, .demands_of = demands_in_order,
       .prepare = prepare, .check = check, .finish = finish,
       .axes = {EACH("temperature", QUICK("warm"), STANDARD("cold"), FULL("mapped")),
                VARY("threads", "2", STANDARD("4"), FULL("1 8 16")), VARY("maps", "shared", STANDARD("own")),
                VARY("size", "64M", FULL("16M")), VARY("advice", "normal", FULL("sequential random"))})
{
    each_operation(s, s->length, s->length / s->page_size);
    run_threads(s, read_part, read_all);
}

/* ---- at random -------------------------------------------------------------------------------- */

static void read_some(void *user, unsigned member)
{
    const size_t count = crew.s->touches / 2;
    const size_t first = count * member / crew.threads, end = count * (member + 1) / crew.threads;

    (void)user;
    consume(sum_pages(map_of(member), crew.s->offsets + count + first, end - first, crew.s->page_size));
}

static void read_as_many(struct sample *s, const unsigned char *bytes)
{
    consume(sum_pages(bytes, s->offsets, s->touches / 2, s->page_size));
}

FAMILY(read_random_threads, "time of several threads that read single pages of a mapping in random order",
       .items = "pages", .demands = {.subject = MAP_READ, .advised = true}, .prepare = prepare,
       .check = check, .finish = finish,
       .axes = {EACH("temperature", QUICK("warm"), STANDARD("cold"), FULL("mapped")),
                VARY("threads", "2", STANDARD("4"), FULL("1 8 16")), VARY("maps", "shared", STANDARD("own")),
                VARY("size", "64M", FULL("16M")), VARY("advice", "random", STANDARD("normal"))})
{
    const size_t half = (size_t)(s->length / s->page_size / 2);
    const size_t wanted = axis_is(s, "temperature", "cold") ? COLD_TOUCHES : WARM_TOUCHES;
    const size_t touches = wanted < half ? wanted : half;

    each_operation(s, touches * s->page_size, touches);
    each_touches(s, "random", 2 * touches, s->page_size);
    run_threads(s, read_some, read_as_many);
}
