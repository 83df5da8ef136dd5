/* A store to each page of a new file, in order, until it is full or for so long. While few pages are dirty it
 * costs a fault; when more would be than may be, whoever stores has to wait for the device, and that shows in
 * the tail: latency_p999 and latency_max against latency_p50.
 *
 * In a group with limited memory (version 2 of cgroups) that is the share of it that may be dirty,
 * vm.dirty_ratio. Version 1 has no such share for a group: there the wait is for memory. `limit:none` has
 * neither, as long as the file is small beside what the machine may have dirty. */
#include "access.h"
#include "memory_limit.h"
#include "page_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { LONGEST = 300000000 }; /* nanoseconds */

static int file = -1;
static struct view map;
static uint64_t stored; /* pages */

/* A file whose pages are written back, as those of a file system in memory never are: they can't be given up
 * either. */
static bool make_file(struct sample *s)
{
    file = open(s->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0 || pwrite(file, "", 1, 0) != 1)
        sample_broken(s, "making a file: %s", strerror(errno));
    else if (page_cache_make_cold(file, 1) != 0)
        sample_cannot(s, "the pages of files stay in memory here, or nobody can say");
    return !sample_ended(s);
}

static bool map_file(struct sample *s)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_err err = {0};
    void *bytes;

    options.access = MW_ACCESS_WRITE;
    options.flags = MW_F_GROW | MW_F_NO_TRACK;
    options.length = s->length;
    if (!sample_ok(s, "mapping", mw_map_fd(&map.map, file, &options, &err), &err) ||
        !sample_ok(s, "pinning", mw_pin(&bytes, map.map, 0, MW_WHOLE, MW_PROT_WRITE, &err), &err))
        return false;
    map.bytes = bytes;
    return true;
}

static void prepare(struct sample *s)
{
    const uint64_t limit = axis_number(s, "limit");

    if (make_file(s) && map_file(s) && limit > 0)
        memory_limit_enter(s, limit);
}

static void check(struct sample *s)
{
    static const struct memory_limit_figures none = {0};
    struct memory_limit_figures figures;

    if (!memory_limit_look(&figures))
        return;
    const uint64_t hits = memory_limit_extras(s, &none);
    if (figures.dirty_bytes != PAGES_UNKNOWN)
        sample_extra(s, "dirty_bytes_after", (double)figures.dirty_bytes);
    if (stored * s->page_size == s->length && hits == 0 && figures.dirty_bytes > s->length / 10 * 9)
        sample_doubt(s, "no store had to wait: all that was stored is still dirty");
}

/* The file first: what is left of it then is nowhere. */
static void finish(struct sample *s)
{
    if (map.bytes)
        mw_unpin(map.map, map.bytes);
    mw_free(map.map);
    map = (struct view){NULL, NULL};
    if (file >= 0) {
        close(file);
        unlink(s->path);
    }
    file = -1;
    memory_limit_leave(s);
}

FAMILY(dirty_rate, "time of storing to a page of a new file when more would be dirty than may be",
       .items = "pages", .demands = {.subject = FOLDER, .seldom = true, .size = 32 << 20}, .prepare = prepare,
       .check = check, .finish = finish, .axes = {EACH("limit", QUICK("16M"), STANDARD("none"))})
{
    const size_t pages = (size_t)(s->length / s->page_size);

    each_operation(s, s->page_size, 1);
    each_laps(s, pages);
    while (next_sample(s)) {
        const int64_t began = s->laps.last;
        for (stored = 0; stored < pages && s->laps.last - began < LONGEST && !sample_ended(s); stored++) {
            *(volatile uint64_t *)(void *)(map.bytes + stored * s->page_size) = stored;
            lap(s);
        }
        sample_operations(s, stored > 0 ? stored : 1);
        sample_seconds(s, seconds_between(began, s->laps.last));
    }
}
