/* The same pages, changed through the same map, handed to the device by one call or another. They do not
 * promise the same: sync_file_range leaves the data in the device's own cache and says nothing of where the
 * file system keeps it; map_sync needs a file on persistent memory (DAX), where nothing has to be asked of
 * the system. msync beside itself shows what the ratio is worth. */
#include "dirty.h"
#include "file_calls.h"
#include "machine.h"
#include "page_cache.h"
#include "pair.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

static struct stage {
    struct sample *s;
    uint64_t pages;
    struct view durable; /* with MAP_SYNC */
} stage;

static void make_dirty(void)
{
    dirty_store(stage.s, stage.durable.bytes ? stage.durable.bytes : stage.s->bytes, 0, stage.pages, 1);
    if (!stage.durable.bytes)
        dirty_expect(stage.s, stage.pages);
}

static void check(struct sample *s)
{
    const uint64_t dirty = dirty_count(s);

    if (dirty != PAGES_UNKNOWN && dirty != 0)
        sample_doubt(s, "%" PRIu64 " pages are dirty after the call", dirty);
    pair_after(s);
}

/* ---- the calls ---------------------------------------------------------------------------------- */

static void call_answered(const char *name, int error)
{
    if (error == ENOSYS || error == EOPNOTSUPP)
        sample_cannot(stage.s, "%s: %s", name, strerror(error));
    else if (error)
        sample_broken(stage.s, "%s: %s", name, strerror(error));
}

static void by_msync(void)
{
    mw_err err = {0};

    sample_ok(stage.s, "msync",
              mw_sync(stage.s->map, 0, stage.pages * stage.s->page_size, MW_SYNC_WAIT, 0, &err), &err);
}

static void by_fdatasync(void)
{
    call_answered("fdatasync", fdatasync(stage.s->file) == 0 ? 0 : errno);
}

static void by_fsync(void)
{
    call_answered("fsync", fsync(stage.s->file) == 0 ? 0 : errno);
}

static void by_sync_file_range(void)
{
    call_answered("sync_file_range", file_write_back(stage.s->file, 0, stage.pages * stage.s->page_size));
}

static void by_writing_out(void)
{
    machine_write_out(stage.durable.bytes, (size_t)stage.pages * stage.s->page_size);
}

static const struct {
    const char *name;
    void (*call)(void);
} calls[] = {{"msync", by_msync},
             {"fdatasync", by_fdatasync},
             {"fsync", by_fsync},
             {"sync_file_range", by_sync_file_range},
             {"map_sync", by_writing_out}};

/* ---- a map that is durable by itself ------------------------------------------------------------ */

static bool map_durable(struct sample *s)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_err err = {0};
    void *bytes;

    options.access = MW_ACCESS_WRITE;
    options.raw_flags = file_map_sync_flag();
    options.length = s->length;
    if (!options.raw_flags || !machine_write_out(&options, 1)) {
        sample_cannot(s, "MAP_SYNC: not on this system, or this processor's caches are not for programs");
        return false;
    }
    if (mw_map_fd(&stage.durable.map, s->file, &options, &err) != MW_OK) {
        sample_cannot(s, "MAP_SYNC: this file system is not on persistent memory (DAX)");
        return false;
    }
    if (!sample_ok(s, "pinning", mw_pin(&bytes, stage.durable.map, 0, MW_WHOLE, MW_PROT_WRITE, &err), &err))
        return false;
    stage.durable.bytes = bytes;
    return true;
}

static void prepare(struct sample *s)
{
    if (!axis_is(s, "by", "map_sync") || map_durable(s))
        pair_before(s);
}

static void finish(struct sample *s)
{
    (void)s;
    if (stage.durable.bytes)
        mw_unpin(stage.durable.map, stage.durable.bytes);
    mw_free(stage.durable.map);
    stage.durable = (struct view){NULL, NULL};
}

FAMILY(sync_versus,
       "time of making changed pages durable by one call or another, beside msync, in the same sample",
       .items = "pages", .demands = {.subject = MAP_WRITE, .temperature = WARM, .size = 16 << 20},
       .prepare = prepare, .check = check, .finish = finish,
       .axes = {EACH("by", QUICK("msync fdatasync sync_file_range map_sync"), STANDARD("fsync")),
                VARY("dirty_pages", "16", STANDARD("256"), FULL("1 1024"))})
{
    static const struct pair_terms terms = {make_dirty, "by_msync"};
    struct pair pair = {(unsigned)axis_number(s, "dirty_pages"), NULL, by_msync};

    stage = (struct stage){.s = s, .pages = axis_number(s, "dirty_pages")};
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        if (axis_is(s, "by", calls[i].name))
            pair.ours = calls[i].call;
    pair_run_with(s, &pair, stage.pages * s->page_size, &terms);
}
