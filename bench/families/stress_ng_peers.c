/* What stress-ng says of single operations, beside the same operations by us. Its figures are one mean each,
 * of what it does so as to find bugs, so their work is ours to follow:
 *
 *   fault    stores to the only page of a new file, the second time after DONTNEED, the third after PAGEOUT;
 *            and loads from shared memory after DONTNEED; each between two looks at the clock. The library
 *            asks for the size of the file, whose next store then has to set a new time (Linux 6.13)
 *   mincore  of one page of memory that is there
 *   mremap   private memory of 4 MiB is halved until two pages are left, and doubled again. Each of their
 *            calls is followed by one that moves the pages (MREMAP_DONTUNMAP), which is not for us to ask for
 *   mmap     of a page; it says no time of that itself in most versions
 */
#include "access.h"
#include "clock.h"
#include "file_calls.h"
#include "own_file.h"
#include "program.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OUTPUT_MAX = 1 << 14, ARGUMENT_MAX = 32, SECONDS = 30, LADDER = 4 << 20 };

static struct stage {
    struct sample *s;
    struct own_file file;
    mw_map *map; /* of the operation that is under way */
    double seconds;
    uint64_t count; /* of operations that took them */
} stage;

static void give_back(void)
{
    mw_free(stage.map);
    stage.map = NULL;
    own_file_remove(&stage.file);
}

static bool worked(const char *what, int code, const mw_err *err)
{
    return sample_ok(stage.s, what, code, err);
}

/* ---- a fault ------------------------------------------------------------------------------------ */

static void time_touch(unsigned char *byte, bool storing)
{
    const int64_t began = clock_nanoseconds();

    if (storing)
        *(volatile unsigned char *)byte = 0;
    else
        consume(*(volatile unsigned char *)byte);
    stage.seconds += seconds_between(began, clock_nanoseconds());
    stage.count++;
}

/* Touches the first byte after the advice, if the system knows it. */
static void time_touch_after(mw_advice advice, unsigned char *byte, bool storing)
{
    if (mw_advise(stage.map, 0, MW_WHOLE, advice, MW_ADVISE_DESTRUCTIVE, NULL) == MW_OK)
        time_touch(byte, storing);
}

static bool pin_first(void **byte)
{
    mw_err err = {0};

    return worked("pinning", mw_pin(byte, stage.map, 0, MW_WHOLE, MW_PROT_READ, &err), &err);
}

static bool fault_in_file(void)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_err err = {0};
    void *byte;

    options.access = MW_ACCESS_WRITE;
    options.flags = MW_F_GROW | MW_F_NO_TRACK;
    options.length = 1;
    if (!own_file_make(&stage.file, stage.s, ""))
        return false;
    /* Not by the library: a file that gets its size first has no page in the cache yet (ext4). Where this is
     * refused, the map makes the file longer. */
    (void)file_allocate(stage.file.descriptor, "default", 0, 1);
    if (!worked("mapping", mw_map_fd(&stage.map, stage.file.descriptor, &options, &err), &err) ||
        !pin_first(&byte))
        return false;
    time_touch(byte, true);
    time_touch_after(MW_ADVICE_DONTNEED, byte, true);
    time_touch_after(MW_ADVICE_PAGEOUT, byte, true);
    mw_unpin(stage.map, byte);
    return true;
}

static bool fault_in_memory(void)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_err err = {0};
    void *byte;

    options.prot = MW_PROT_READ;
    if (!worked("mapping", mw_map_anon(&stage.map, stage.s->page_size, &options, &err), &err) ||
        !pin_first(&byte))
        return false;
    consume(*(volatile unsigned char *)byte);
    time_touch_after(MW_ADVICE_DONTNEED, byte, false);
    mw_unpin(stage.map, byte);
    return true;
}

static bool fault(void)
{
    bool fine = fault_in_file();

    give_back();
    fine = fine && fault_in_memory();
    give_back();
    return fine;
}

/* ---- the others --------------------------------------------------------------------------------- */

static bool make_memory(uint64_t length)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_err err = {0};

    options.access = MW_ACCESS_COPY;
    options.flags = MW_F_POPULATE;
    return worked("mapping", mw_map_anon(&stage.map, length, &options, &err), &err);
}

static bool mincore_page(void)
{
    enum { CALLS = 100 };
    mw_err err = {0};
    uint64_t resident = 1;
    bool fine = make_memory(stage.s->page_size);
    const int64_t began = clock_nanoseconds();

    for (int i = 0; fine && i < CALLS; i++)
        fine = worked("residency",
                      mw_resident(NULL, &resident, NULL, 0, MW_RESIDENCY_COUNT, stage.map, 0, MW_WHOLE, &err),
                      &err);
    stage.seconds += seconds_between(began, clock_nanoseconds());
    stage.count += CALLS;
    if (fine && resident != 1)
        sample_broken(stage.s, "a page that was populated is not there");
    give_back();
    return fine;
}

static bool resize_to(uint64_t length)
{
    mw_err err = {0};
    const int64_t began = clock_nanoseconds();
    const int code = mw_resize(stage.map, length, MW_RESIZE_MAY_MOVE, &err);

    stage.seconds += seconds_between(began, clock_nanoseconds());
    stage.count++;
    return worked("resizing", code, &err);
}

static bool mremap_ladder(void)
{
    const uint64_t least = 2 * stage.s->page_size;
    uint64_t length = LADDER;
    bool fine = make_memory(length);

    while (fine && length > least)
        fine = resize_to(length /= 2);
    while (fine && length < LADDER / 2)
        fine = resize_to(length *= 2);
    give_back();
    return fine;
}

static bool mmap_page(void)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_err err = {0};
    const int64_t began = clock_nanoseconds();

    options.access = MW_ACCESS_COPY;
    const bool fine = worked("mapping", mw_map_anon(&stage.map, stage.s->page_size, &options, &err), &err);
    stage.seconds += seconds_between(began, clock_nanoseconds());
    stage.count++;
    give_back();
    return fine;
}

static const struct work {
    const char *name;
    const char *figure; /* as stress-ng prints it, behind the number */
    const char *size;   /* an option of its own, "" if it needs none */
    unsigned times;     /* in a sample; of mincore 100 calls each */
    unsigned theirs;    /* times by stress-ng */
    bool (*ours)(void);
} works[] = {
    {"fault", "nanosecs per page fault", "", 200, 200, fault},
    {"mincore", "nanosecs per mincore call", "", 50, 50, mincore_page},
    /* Newer versions time every 502nd call only: after as many rounds each size had its turn. */
    {"mremap", "nanosecs per mremap call", "--mremap-bytes=4M", 16, 502, mremap_ladder},
    {"mmap", "nanosecs per mmap", "--mmap-bytes=1M", 1000, 1, mmap_page},
};

static void by_us(const struct work *work)
{
    for (unsigned i = 0; i < work->times && !sample_ended(stage.s); i++)
        if (!work->ours())
            return;
    sample_operations(stage.s, stage.count > 0 ? stage.count : 1);
    sample_seconds(stage.s, stage.seconds);
}

/* ---- stress-ng ---------------------------------------------------------------------------------- */

/* "stress-ng: metrc: [1] fault    3077.54 nanosecs per page fault (…)": the number; 0: there is none. */
static double figure_in(const char *output, const char *figure)
{
    const char *found = strstr(output, figure);

    if (!found)
        return 0;
    while (found > output && found[-1] == ' ')
        found--;
    while (found > output && found[-1] != ' ' && found[-1] != '\n')
        found--;
    return strtod(found, NULL);
}

static void by_stress_ng(const struct work *work)
{
    static char output[OUTPUT_MAX];
    char times[ARGUMENT_MAX], workers[ARGUMENT_MAX];
    const char *arguments[] = {"stress-ng",
                               workers,
                               times,
                               "--metrics",
                               "--timeout=5",
                               "--temp-path",
                               stage.s->series->place->scratch.path,
                               *work->size ? work->size : NULL,
                               NULL};
    const struct program program = {arguments, SECONDS, output, sizeof output};

    snprintf(workers, sizeof workers, "--%s=1", work->name);
    snprintf(times, sizeof times, "--%s-ops=%u", work->name, work->theirs);
    if (!sample_program(stage.s, &program, "stress-ng"))
        return;
    const double nanoseconds = figure_in(output, work->figure);
    if (nanoseconds > 0)
        sample_seconds(stage.s, nanoseconds * 1e-9);
    else
        sample_cannot(stage.s, "this version of stress-ng gives no time of one %s", work->name);
}

/* ---- the family --------------------------------------------------------------------------------- */

static void finish(struct sample *s)
{
    (void)s;
    give_back();
}

/* What stress-ng gives is the time of one operation; how many of them it did, and what else it did, it does
 * not say. */
static void check(struct sample *s)
{
    for (int i = 0; i < COUNTERS && axis_is(s, "by", "stress_ng"); i++)
        if (i != STEAL_NANOSECONDS)
            s->current.counted.of[i] = COUNTER_ABSENT;
}

static void forget(struct sample *s)
{
    (void)s;
    stage.seconds = 0;
    stage.count = 0;
}

FAMILY(stress_ng_peers, "time of one operation as stress-ng gives it, and of the same by us",
       .items = "calls", .demands = {.subject = FOLDER, .size = 1 << 20, .seldom = true}, .prepare = forget,
       .check = check, .finish = finish,
       .axes = {EACH("work", QUICK("fault mincore mremap"), STANDARD("mmap")),
                EACH("by", QUICK("mapwise"), STANDARD("stress_ng"))})
{
    const struct work *work = works;

    stage = (struct stage){.s = s};
    while (!axis_is(s, "work", work->name))
        work++;
    each_operation(s, 0, 1);
    while (next_sample(s)) {
        if (axis_is(s, "by", "mapwise"))
            by_us(work);
        else
            by_stress_ng(work);
    }
}
