/* A file is cut off to nothing under a map of all of it: the system has to take every page out of the page
 * tables before it may drop it, and has to tell the other processors that the process runs on.
 *
 *   unmapped  nobody has mapped it: what dropping the pages and freeing the blocks costs by itself
 *   mapped    every page was read through the map
 *   dirty     every page was stored to
 *
 * With two threads the other one computes, and touches nothing of the map. */
#include "access.h"
#include "mapping.h"
#include "own_file.h"
#include "page_cache.h"
#include "processor.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

static struct stage {
    struct own_file file;
    struct view view;
    uint64_t length;
    bool busy; /* whether there is another thread */
    pthread_t thread;
} stage;

static atomic_bool running, stop;

static void *compute(void *unused)
{
    processor_share(1);
    atomic_store(&running, true);
    while (!atomic_load_explicit(&stop, memory_order_relaxed))
        continue;
    return unused;
}

static bool start_thread(struct sample *s)
{
    if (processor_count() < 2) {
        sample_cannot(s, "there is one processor");
        return false;
    }
    atomic_store(&running, false);
    atomic_store(&stop, false);
    const int error = pthread_create(&stage.thread, NULL, compute, NULL);
    if (error) {
        sample_broken(s, "starting a thread: %s", strerror(error));
        return false;
    }
    stage.busy = true;
    while (!atomic_load(&running))
        usleep(100);
    return true;
}

static bool map_file(struct sample *s)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_err err = {0};
    void *bytes;

    options.access = MW_ACCESS_WRITE;
    if (!sample_ok(s, "mapping", mw_map_fd(&stage.view.map, stage.file.descriptor, &options, &err), &err) ||
        !sample_ok(s, "pinning",
                   mw_pin(&bytes, stage.view.map, 0, MW_WHOLE, MW_PROT_READ | MW_PROT_WRITE, &err), &err))
        return false;
    stage.view.bytes = bytes;
    if (axis_is(s, "state", "dirty"))
        store_each_page(bytes, (size_t)stage.length, s->page_size, 1);
    else
        consume(load_each_page(bytes, (size_t)stage.length, s->page_size));
    const int64_t in_tables = mapping_bytes(bytes, "Rss");
    if (in_tables != COUNTER_ABSENT && (uint64_t)in_tables < stage.length)
        sample_doubt(s, "%" PRId64 " of %" PRIu64 " bytes were in the page tables", in_tables, stage.length);
    return true;
}

static void prepare(struct sample *s)
{
    if (own_file_make(&stage.file, s, "") && own_file_fill(&stage.file, s, stage.length) &&
        (axis_is(s, "state", "unmapped") || map_file(s)) && axis_is(s, "threads", "2"))
        start_thread(s);
}

static void check(struct sample *s)
{
    struct cached_pages cached;

    if (own_file_size(&stage.file) != 0)
        sample_broken(s, "the file was not cut off");
    if (page_cache_look(&cached, stage.file.descriptor, stage.length) && cached.resident > 0)
        sample_doubt(s, "%" PRIu64 " pages are still in memory", cached.resident);
    if (stage.view.bytes && mapping_bytes(stage.view.bytes, "Rss") > 0)
        sample_doubt(s, "pages are still in the page tables");
}

static void finish(struct sample *s)
{
    (void)s;
    if (stage.busy) {
        atomic_store(&stop, true);
        pthread_join(stage.thread, NULL);
        stage.busy = false;
    }
    if (stage.view.bytes)
        mw_unpin(stage.view.map, stage.view.bytes);
    mw_free(stage.view.map);
    stage.view = (struct view){NULL, NULL};
    own_file_remove(&stage.file);
}

FAMILY(truncate_mapped, "time of cutting a file off to nothing that is mapped and in the page tables",
       .items = "pages", .demands = {.subject = FOLDER, .size = 64 << 20}, .prepare = prepare, .check = check,
       .finish = finish,
       .axes = {EACH("state", QUICK("unmapped mapped dirty")), VARY("threads", "1", STANDARD("2")),
                VARY("length", "4M", STANDARD("16M"), FULL("64M"))})
{
    stage = (struct stage){.length = axis_number(s, "length")};
    each_operation(s, 0, stage.length / s->page_size);
    while (next_sample(s))
        if (ftruncate(stage.file.descriptor, 0) != 0) {
            sample_broken(s, "truncating: %s", strerror(errno));
            return;
        }
}
