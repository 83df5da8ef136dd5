/* A file of which nothing was ever written. Reading it takes no device, but on most file systems a page of
 * memory for each page of nothing: see resident_share. Where reading even takes space on the
 * disk, as in a file system that is memory itself, allocated_bytes says so.
 *
 *   first   no page of the file is in the page cache
 *   again   all are, and the mapping is fresh
 *
 * Lay fault_cost beside it, minor_file and minor_anonymous_read. */
#include "access.h"
#include "page_cache.h"
#include "sample.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct hole {
    int file;
    struct view view;
} hole = {.file = -1};

static bool map_hole(struct sample *s)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_err err = {0};
    void *bytes;

    options.access = MW_ACCESS_READ;
    options.flags = MW_F_NO_TRACK;
    if (!sample_ok(s, "mapping", mw_map_file(&hole.view.map, s->path, &options, &err), &err) ||
        !sample_ok(s, "pinning", mw_pin(&bytes, hole.view.map, 0, MW_WHOLE, MW_PROT_READ, &err), &err))
        return false;
    hole.view.bytes = bytes;
    return true;
}

static uint64_t allocated(void)
{
    struct stat status;

    return fstat(hole.file, &status) == 0 ? (uint64_t)status.st_blocks * 512 : 0;
}

static void prepare(struct sample *s)
{
    const bool again = axis_is(s, "touch", "again");
    struct cached_pages cached;

    hole.file = open(s->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (hole.file < 0 || ftruncate(hole.file, (off_t)s->length) != 0) {
        sample_broken(s, "making a file: %s", strerror(errno));
        return;
    }
    if (allocated() > s->length / 2) {
        sample_cannot(s, "this file system has no holes: %" PRIu64 " bytes are allocated", allocated());
        return;
    }
    if (!map_hole(s))
        return;
    if (again) {
        consume(load_each_page(hole.view.bytes, (size_t)s->length, s->page_size));
        sample_unmap(&hole.view);
        if (!map_hole(s))
            return;
    }
    if (page_cache_look(&cached, hole.file, s->length) &&
        cached.resident != (again ? s->length / s->page_size : 0))
        sample_doubt(s, "%" PRIu64 " pages were in memory before", cached.resident);
}

static void check(struct sample *s)
{
    struct cached_pages cached;

    if (page_cache_look(&cached, hole.file, s->length))
        sample_extra(s, "resident_share", (double)(cached.resident * s->page_size) / (double)s->length);
    sample_extra(s, "allocated_bytes", (double)allocated());
}

static void finish(struct sample *s)
{
    sample_unmap(&hole.view);
    if (hole.file >= 0)
        close(hole.file);
    hole.file = -1;
    unlink(s->path);
}

FAMILY(read_hole, "time of touching each page of a mapped file that is one hole", .items = "pages",
       .demands = {.subject = FOLDER}, .prepare = prepare, .check = check, .finish = finish,
       .axes = {EACH("touch", QUICK("first again")), VARY("size", "16M", STANDARD("4M 64M"), FULL("256M"))})
{
    each_operation(s, 0, s->length / s->page_size);
    while (next_sample(s))
        consume(load_each_page(hole.view.bytes, (size_t)s->length, s->page_size));
}
