/* A load from a page that the file was cut off from raises SIGBUS; what it costs to catch that and go on:
 *
 *   library              mw_read_at of a map with MW_F_GUARDED
 *   library_kernel_copy  likewise with MW_F_KERNEL_COPY: the system does the copying, and no signal comes
 *   jump                 by hand: sigsetjmp, a load, siglongjmp out of the handler, no mask of signals
 *   jump_with_mask       likewise with the mask, which is saved and restored
 *
 * The extra figure `no_fault` is nanoseconds of the same way to a byte that is there. */
#include "clock.h"
#include "sample.h"
#include "trap.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { LOADS = 1000, PAGES = 16, PAGES_LEFT = 1 };

static struct {
    int file;
    struct view view;
    bool by_hand;
    unsigned loads, caught;
} cut = {.file = -1};

/* A map of PAGES pages and then a file of PAGES_LEFT. */
static void prepare(struct sample *s)
{
    const off_t whole = (off_t)(PAGES * s->page_size), left = (off_t)(PAGES_LEFT * s->page_size);
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_err err = {0};
    void *bytes;

    cut.by_hand = strncmp(axis_text(s, "way"), "jump", 4) == 0;
    cut.loads = cut.caught = 0;
    options.access = MW_ACCESS_READ;
    options.flags = axis_is(s, "way", "library")               ? MW_F_GUARDED
                    : axis_is(s, "way", "library_kernel_copy") ? MW_F_KERNEL_COPY
                                                               : 0;
    cut.file = open(s->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (cut.file < 0 || ftruncate(cut.file, whole) != 0) {
        sample_broken(s, "making a file: %s", strerror(errno));
        return;
    }
    if (!sample_ok(s, "mapping", mw_map_fd(&cut.view.map, cut.file, &options, &err), &err) ||
        !sample_ok(s, "pinning", mw_pin(&bytes, cut.view.map, 0, MW_WHOLE, MW_PROT_READ, &err), &err))
        return;
    cut.view.bytes = bytes;
    if (ftruncate(cut.file, left) != 0)
        sample_broken(s, "cutting the file off: %s", strerror(errno));
    else if (cut.by_hand && !trap_set(SIGBUS, axis_is(s, "way", "jump_with_mask")))
        sample_broken(s, "a handler: %s", strerror(errno));
}

static void finish(struct sample *s)
{
    trap_reset();
    if (cut.view.bytes)
        mw_unpin(cut.view.map, cut.view.bytes);
    mw_free(cut.view.map);
    cut.view = (struct view){NULL, NULL};
    if (cut.file >= 0)
        close(cut.file);
    cut.file = -1;
    unlink(s->path);
}

/* How many of LOADS loads met a fault. */
static unsigned load(uint64_t offset)
{
    unsigned caught = 0;
    uint64_t word;

    if (cut.by_hand)
        return trap_loads(cut.view.bytes + offset, LOADS);
    for (unsigned i = 0; i < LOADS; i++)
        caught += mw_read_at(NULL, &word, cut.view.map, offset, sizeof word, NULL) == MW_E_FAULT;
    return caught;
}

static void check(struct sample *s)
{
    const int64_t began = clock_nanoseconds();
    const unsigned wrong = load(0);

    sample_extra(s, "no_fault", (double)(clock_nanoseconds() - began) / LOADS);
    if (cut.caught != cut.loads || wrong != 0)
        sample_broken(s, "%u of %u loads past the end were caught, and %u before it", cut.caught, cut.loads,
                      wrong);
}

FAMILY(fault_sigbus, "time of a load past the end of a file that was cut off, caught", .items = "loads",
       .demands = {.subject = FOLDER, .batches = true}, .prepare = prepare, .check = check, .finish = finish,
       .axes = {EACH("way", QUICK("library"), STANDARD("library_kernel_copy jump jump_with_mask"))})
{
    each_operation(s, 0, LOADS);
    while (next_sample(s)) {
        cut.caught += load(PAGES_LEFT * s->page_size);
        cut.loads += LOADS;
    }
}
