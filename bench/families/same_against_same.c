/* What the ratios of the other families are worth: the same work beside itself, in pairs as there. A ratio of
 * another family that is no further from 1 than these are, says nothing. */
#include "access.h"
#include "advice.h"
#include "map_once.h"
#include "page_cache.h"
#include "pair.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { CALLS = 20000, MAPS = 200, READ = 4 << 20, MEMORY_BYTES = 4 << 20, COLD_PAGES = 64, DIRTY_PAGES = 16 };

static struct stage {
    struct sample *s;
    void *memory;
    mw_advice_row random;
} stage;

static void read_memory(void)
{
    consume(sum_words(stage.memory, MEMORY_BYTES));
}

static void call_system(void)
{
    for (int i = 0; i < CALLS; i++)
        consume((uint64_t)getppid());
}

static void read_file(void)
{
    if (pread(stage.s->file, stage.memory, READ, 0) != READ)
        sample_broken(stage.s, "reading: %s", strerror(errno));
}

static void touch_one(struct sample *s, unsigned char *bytes)
{
    (void)s;
    consume(bytes[0]);
}

static void touch_all(struct sample *s, unsigned char *bytes)
{
    consume(load_each_page(bytes, (size_t)s->length, s->page_size));
}

/* Pages far apart, none twice: the step shares no factor with their number. */
static void touch_some(struct sample *s, unsigned char *bytes)
{
    const uint64_t pages = s->length / s->page_size;
    uint64_t sum = 0;

    for (uint64_t i = 0; i < COLD_PAGES; i++)
        sum += load_each_page(bytes + i * 7919 % pages * s->page_size, 1, s->page_size);
    consume(sum);
}

static const struct map_once plain = {.access = MW_ACCESS_READ};

static void map_and_unmap(void)
{
    for (int i = 0; i < MAPS && map_once(stage.s, &plain, touch_one); i++)
        continue;
}

static void fault_in(void)
{
    map_once(stage.s, &plain, touch_all);
}

static void read_cold(void)
{
    const struct map_once advised = {.access = MW_ACCESS_READ, .advice = &stage.random};

    map_once(stage.s, &advised, touch_some);
}

static void make_cold(void)
{
    if (page_cache_make_cold(stage.s->file, stage.s->length) != 0)
        sample_doubt(stage.s, "not cold");
}

static void make_dirty(void)
{
    store_each_page(stage.s->bytes, DIRTY_PAGES * stage.s->page_size, stage.s->page_size, 1);
}

static void sync_dirty(void)
{
    mw_err err = {0};

    sample_ok(stage.s, "sync", mw_sync(stage.s->map, 0, MW_WHOLE, MW_SYNC_WAIT, 0, &err), &err);
}

static const struct work {
    const char *name;
    struct demands demands;
    unsigned items;
    void (*work)(void);
    void (*between)(void);
} works[] = {
    {"memory_read", {.subject = NOTHING}, 1, read_memory, NULL},
    {"system_call", {.subject = NOTHING}, CALLS, call_system, NULL},
    {"pread_warm", {.subject = FILE_ONLY, .temperature = WARM, .size = 16 << 20}, 1, read_file, NULL},
    {"map_unmap", {.subject = FILE_ONLY, .temperature = WARM, .size = 16 << 20}, MAPS, map_and_unmap, NULL},
    {"fault_warm", {.subject = FILE_ONLY, .temperature = WARM, .size = 16 << 20}, 1, fault_in, NULL},
    {"read_cold",
     {.subject = FILE_ONLY, .temperature = COLD, .size = 64 << 20},
     COLD_PAGES,
     read_cold,
     make_cold},
    {"sync", {.subject = MAP_WRITE, .temperature = WARM, .size = 16 << 20}, 1, sync_dirty, make_dirty},
};

static const struct work *work_named(const char *name)
{
    const struct work *work = works;

    while (strcmp(work->name, name) != 0)
        work++;
    return work;
}

static struct demands demands_of(const struct family *family, const struct point *point)
{
    return work_named(point_value(family, point, "work"))->demands;
}

FAMILY(same_against_same,
       "the same work beside itself, in the same sample: its ratio is what others are worth",
       .items = "pieces of work", .demands_of = demands_of, .prepare = pair_before, .check = pair_after,
       .axes = {EACH("work", QUICK("memory_read fault_warm read_cold sync"),
                     STANDARD("system_call map_unmap pread_warm"))})
{
    const struct work *work = work_named(axis_text(s, "work"));
    const struct pair pair = {work->items, work->work, work->work};
    const struct pair_terms terms = {work->between, "by_itself"};

    stage = (struct stage){.s = s, .memory = sample_memory(s, MEMORY_BYTES)};
    if (!stage.memory || (work->work == read_cold && !sample_advice(&stage.random, s, "random")))
        return;
    pair_run_with(s, &pair, 0, &terms);
}
