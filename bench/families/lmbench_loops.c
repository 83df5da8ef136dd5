/* The loops of lmbench's lat_mmap, lat_pagefault and bw_mmap_rd, written anew after what its sources do (they
 * may only be published as they are), beside the same work by us: warm, and really cold.
 *
 *   lat_mmap       maps, stores to one byte of every 16 KiB of the first tenth, unmaps
 *   lat_pagefault  touches every page of a map in random order, less the time of unmapping and mapping
 *   bw_mmap_rd     opens, maps, sums all of it, closes, unmaps
 *
 * lat_pagefault calls msync(MS_INVALIDATE) so that the pages have to come from the device. Where maps and
 * files share their memory nothing goes away by that: `resident_share` is how much of the file is in memory
 * when the clock starts, after all that was meant to make it cold. Besides, the map that is unmapped to be
 * taken off has no page in it, so unmapping those of the other one counts as their faults; and it divides by
 * pages, of which a fault brings in several: see minor_faults. */
#include "access.h"
#include "clock.h"
#include "map_once.h"
#include "page_cache.h"
#include "random.h"
#include "sample.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SPREAD = 16 << 10, PART = 10 };

static struct stage {
    struct sample *s;
    bool theirs;
    uint64_t *order; /* offsets of all pages */
    double seconds;  /* of lat_pagefault, in this sample */
} stage;

static size_t size(void)
{
    return (size_t)stage.s->length;
}

/* ---- what is done with a map -------------------------------------------------------------------- */

static void store_spread(struct sample *s, unsigned char *bytes)
{
    for (size_t i = 0; i < s->length / PART; i += SPREAD)
        *(volatile unsigned char *)(bytes + i) = (unsigned char)s->length;
}

static void touch_permuted(struct sample *s, unsigned char *bytes)
{
    consume(load_pages(bytes, stage.order, s->length / s->page_size));
}

static void sum_ints(const unsigned char *bytes)
{
    const uint32_t *ints = (const uint32_t *)(const void *)bytes;
    uint32_t sum = 0;

    for (size_t i = 0; i < size() / sizeof *ints; i++)
        sum += ints[i];
    consume(sum);
}

static void sum_all(struct sample *s, unsigned char *bytes)
{
    consume(sum_words(bytes, s->length));
}

/* ---- by the system's own calls, as there -------------------------------------------------------- */

static unsigned char *map_theirs(int file, int rights)
{
    void *bytes = file < 0 ? MAP_FAILED : mmap(NULL, size(), rights, MAP_SHARED, file, 0);

    if (bytes != MAP_FAILED)
        return bytes;
    sample_broken(stage.s, "mapping: %s", strerror(errno));
    return NULL;
}

static unsigned char *map_invalidated(void)
{
    unsigned char *bytes = map_theirs(stage.s->file, PROT_READ);

    if (bytes && msync(bytes, size(), MS_INVALIDATE) != 0)
        sample_broken(stage.s, "msync: %s", strerror(errno));
    return bytes;
}

static void unmap_theirs(unsigned char *bytes)
{
    if (bytes)
        munmap(bytes, size());
}

static void lat_mmap(void)
{
    unsigned char *bytes = map_theirs(stage.s->file, PROT_READ | PROT_WRITE);

    if (bytes)
        store_spread(stage.s, bytes);
    unmap_theirs(bytes);
}

static void lat_pagefault(void)
{
    unsigned char *bytes = map_invalidated();

    if (!bytes)
        return;
    const int64_t began = clock_nanoseconds();
    touch_permuted(stage.s, bytes);
    unmap_theirs(bytes);
    bytes = map_invalidated();
    const int64_t touched = clock_nanoseconds();
    unmap_theirs(bytes);
    bytes = map_invalidated();
    const int64_t ended = clock_nanoseconds();
    unmap_theirs(bytes);
    stage.seconds += seconds_between(began, touched) - seconds_between(touched, ended);
    sample_seconds(stage.s, stage.seconds);
}

static void bw_mmap_rd(void)
{
    const int file = open(stage.s->path, O_RDONLY | O_CLOEXEC);
    unsigned char *bytes = map_theirs(file, PROT_READ);

    if (bytes)
        sum_ints(bytes);
    if (file >= 0)
        close(file);
    unmap_theirs(bytes);
}

/* ---- by us -------------------------------------------------------------------------------------- */

static const struct map_once for_reading = {.access = MW_ACCESS_READ},
                             for_writing = {.access = MW_ACCESS_WRITE};

static void touch_timed(struct sample *s, unsigned char *bytes)
{
    const int64_t began = clock_nanoseconds();

    touch_permuted(s, bytes);
    stage.seconds += seconds_between(began, clock_nanoseconds());
}

static void our_mmap(void)
{
    map_once(stage.s, &for_writing, store_spread);
}

static void our_pagefault(void)
{
    map_once(stage.s, &for_reading, touch_timed);
    sample_seconds(stage.s, stage.seconds);
}

static void our_mmap_rd(void)
{
    const struct map_once opened = {.access = MW_ACCESS_READ, .path = stage.s->path};

    map_once(stage.s, &opened, sum_all);
}

/* ---- the family --------------------------------------------------------------------------------- */

static void look(struct sample *s)
{
    const uint64_t pages = s->length / s->page_size;
    struct cached_pages cached;

    stage.seconds = 0;
    if (stage.theirs && axis_is(s, "loop", "lat_pagefault"))
        unmap_theirs(map_invalidated());
    /* Only the first of many passes makes pages dirty; each shall be like the others. */
    if (s->series->demands.temperature == WARM && axis_is(s, "loop", "lat_mmap"))
        map_once(s, &for_writing, store_spread);
    if (page_cache_look(&cached, s->file, s->length))
        sample_extra(s, "resident_share", (double)cached.resident / (double)pages);
}

static struct demands demands_of(const struct family *family, const struct point *point)
{
    struct demands demands = family->demands;

    if (strcmp(point_value(family, point, "by"), "mapwise_cold") == 0)
        demands.temperature = COLD;
    return demands;
}

static const struct {
    const char *name;
    void (*theirs)(void), (*ours)(void);
} loops[] = {{"lat_mmap", lat_mmap, our_mmap},
             {"lat_pagefault", lat_pagefault, our_pagefault},
             {"bw_mmap_rd", bw_mmap_rd, our_mmap_rd}};

static bool permute(struct sample *s)
{
    const uint64_t pages = s->length / s->page_size;
    uint64_t state = s->run->seed;

    stage.order = sample_memory(s, (size_t)pages * sizeof *stage.order);
    for (uint64_t i = 0; stage.order && i < pages; i++) {
        const uint64_t other = random_below(&state, i + 1);
        stage.order[i] = stage.order[other];
        stage.order[other] = i * s->page_size;
    }
    return stage.order;
}

FAMILY(lmbench_loops, "the loops of lmbench about maps of a file, and the same by us", .items = "pages",
       .demands = {.subject = FILE_ONLY, .temperature = WARM, .batches = true}, .demands_of = demands_of,
       .prepare = look,
       .axes = {EACH("loop", QUICK("lat_mmap lat_pagefault bw_mmap_rd")),
                EACH("by", QUICK("mapwise_warm"), STANDARD("as_lmbench mapwise_cold")),
                VARY("size", "16M", FULL("64M"))})
{
    void (*work)(void) = our_mmap;

    stage = (struct stage){.s = s, .theirs = axis_is(s, "by", "as_lmbench")};
    for (size_t i = 0; i < sizeof loops / sizeof loops[0]; i++)
        if (axis_is(s, "loop", loops[i].name))
            work = stage.theirs ? loops[i].theirs : loops[i].ours;
    const bool stores = work == lat_mmap || work == our_mmap,
               reads = work == bw_mmap_rd || work == our_mmap_rd;
    const uint64_t pages = stores ? (size() / PART + SPREAD - 1) / SPREAD : size() / s->page_size;
    each_operation(s, reads ? s->length : 0, pages);
    each_needs(s, pages * (stores && SPREAD < s->page_size ? SPREAD : s->page_size)); /* several in a page */
    if (!permute(s))
        return;
    while (next_sample(s))
        work();
}
