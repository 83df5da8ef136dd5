/* What families claim of their samples, with a group of limited memory that only says what it is told.
 *
 *     families_test DIR    works in a folder of its own inside DIR.
 */
#include "../shim/tests/check.h"
#include "family.h"
#include "memory_limit.h"
#include "page_cache.h"
#include "place.h"
#include "processor.h"
#include "sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SIZE = 64 << 20 };

static struct place place;

/* ---- the group ---- */

static uint64_t hits; /* of the limit, in each sample */
static bool inside;

bool memory_limit_enter(struct sample *s, uint64_t bytes)
{
    (void)s;
    (void)bytes;
    inside = true;
    return true;
}

bool memory_limit_enter_cold(struct sample *s, uint64_t bytes)
{
    page_cache_make_cold(s->file, s->length);
    return memory_limit_enter(s, bytes);
}

void memory_limit_leave(struct sample *s)
{
    (void)s;
    inside = false;
}

bool memory_limit_look(struct memory_limit_figures *out)
{
    *out = (struct memory_limit_figures){.limit_hits = hits, .dirty_bytes = PAGES_UNKNOWN};
    return inside;
}

uint64_t memory_limit_extras(struct sample *s, const struct memory_limit_figures *earlier)
{
    (void)s;
    (void)earlier;
    return inside ? hits : PAGES_UNKNOWN;
}

/* ---- running a family ---- */

struct outcome_of_one {
    bool accepted;
    struct measurement m;
    struct series series;
    uint64_t dirty; /* pages of the file, when the sample was accepted */
};

static bool want(void *user)
{
    return !((struct outcome_of_one *)user)->accepted;
}

static void accept_it(void *user, const struct measurement *measurement)
{
    struct outcome_of_one *outcome = user;
    const struct data_file *file = place_file(&place, SIZE);
    struct cached_pages cached;

    outcome->accepted = true;
    outcome->m = *measurement;
    outcome->dirty =
        file && page_cache_look(&cached, file->descriptor, file->size) ? cached.dirty : PAGES_UNKNOWN;
}

static const struct family *family_named(const char *name)
{
    for (size_t i = 0; family_at(i); i++)
        if (strcmp(family_at(i)->name, name) == 0)
            return family_at(i);
    abort();
}

static uint64_t batch_before;        /* of an earlier run, which this one goes on with */
static const char *wanted[AXES_MAX]; /* "axis=value" */

static bool is_wanted(const struct family *family, const struct point *point)
{
    for (size_t i = 0; i < AXES_MAX && wanted[i]; i++) {
        const char *value = strchr(wanted[i], '=');
        char axis[VALUE_MAX];
        snprintf(axis, sizeof axis, "%.*s", (int)(value - wanted[i]), wanted[i]);
        const char *found = point_value(family, point, axis);
        if (!found || strcmp(found, value + 1) != 0)
            return false;
    }
    return true;
}

static struct {
    const struct family *family;
    struct point point;
    bool found;
} chosen;

static void choose(void *user, const struct point *point)
{
    (void)user;
    if (chosen.found || !is_wanted(chosen.family, point))
        return;
    chosen.point = *point;
    chosen.found = true;
}

/* One sample of the first point that has these values of its axes. */
static struct outcome_of_one run_family(const char *name, const char *first, const char *second)
{
    struct outcome_of_one outcome = {.accepted = false};
    const struct driver driver = {want, accept_it, &outcome};
    static struct run run = {.seed = 7};

    wanted[0] = first;
    wanted[1] = first ? second : NULL;
    chosen.family = family_named(name);
    chosen.found = false;
    family_points(chosen.family, PROFILE_FULL, false, choose, NULL);
    CHECK(chosen.found);
    struct demands demands = family_demands(chosen.family, &chosen.point);
    if (demands.subject > FOLDER)
        demands.size = SIZE;
    outcome.series = (struct series){.family = chosen.family,
                                     .point = chosen.point,
                                     .demands = demands,
                                     .batch = batch_before,
                                     .place = demands.subject < FOLDER ? NULL : &place};
    sample_block(&outcome.series, &run, 0, &driver);
    if (!outcome.accepted)
        printf("%s: %s%s\n", name, outcome.series.reason,
               outcome.series.discarded_kinds ? outcome.series.discarded[0].reason : "");
    return outcome;
}

static bool discarded_for(const struct outcome_of_one *outcome, const char *reason)
{
    return !outcome->accepted && outcome->series.discarded_kinds == 1 &&
           strstr(outcome->series.discarded[0].reason, reason);
}

static bool has_extra(const struct measurement *m, const char *name)
{
    for (size_t i = 0; i < m->extra_count; i++)
        if (strcmp(m->extras[i].name, name) == 0)
            return true;
    return false;
}

/* ---- for a fixed time ---- */

static void test_memory_must_become_short(void)
{
    hits = 0;
    struct outcome_of_one got = run_family("larger_than_memory", NULL, NULL);
    CHECK(discarded_for(&got, "memory did not become short"));
    got = run_family("reclaim_pressure", NULL, NULL);
    CHECK(discarded_for(&got, "memory did not become short"));
    hits = 9;
}

/* Bytes, items and what is counted are those of all operations, and so is the time. */
static void test_all_operations_are_counted(void)
{
    batch_before = 12345;
    struct outcome_of_one got = run_family("larger_than_memory", NULL, NULL);
    batch_before = 0;

    CHECK(got.accepted && got.m.batch > 1 && got.m.items == got.m.batch);
    CHECK(got.m.bytes == got.m.items * mw_page_size() && got.m.bytes_needed == got.m.bytes);
    CHECK(got.m.seconds > 0.05); /* of 0.3 */
    CHECK(got.series.batch == 1);

    got = run_family("dirty_rate", "limit=none", NULL);
    CHECK(got.accepted && got.m.batch > 1 && got.m.items == got.m.batch);
    CHECK(got.m.counted.of[MINOR_FAULTS] >= (int64_t)got.m.items / 64); /* a fault may bring in some */
    CHECK(has_extra(&got.m, "latency_p99"));

    got = run_family("stress_ng_peers", "by=mapwise", "work=mincore");
    CHECK(got.accepted && got.m.batch == 5000 && got.m.items == 5000 && got.m.seconds > 100e-6);
}

/* Its loads are of memory, so that what comes from the device is not for them; and its tail is not that of
 * one operation. */
static void test_loads_of_a_hot_set_need_no_device(void)
{
    const struct outcome_of_one got = run_family("reclaim_pressure", NULL, NULL);

    CHECK(got.accepted && got.m.batch > 1 && got.m.items == got.m.batch);
    CHECK(got.m.bytes == 0 && got.m.bytes_needed == 0);
    CHECK(has_extra(&got.m, "loads_512_p99") && !has_extra(&got.m, "latency_p99"));
}

/* ---- what belongs to a sample ---- */

static void test_memory_taken_between_is_not_counted(void)
{
    const struct outcome_of_one got = run_family("free_or_dontneed", "advice=dontneed", "pressure=limit");
    const int64_t faults = got.m.counted.of[MINOR_FAULTS], items = (int64_t)got.m.items;

    CHECK(got.accepted && items > 0 && faults >= items && faults < items + items / 4);
}

static void test_stores_reach_the_device(void)
{
    const struct outcome_of_one got = run_family("write_random", "way=shared", NULL);

    CHECK(got.accepted && (got.dirty == 0 || got.dirty == PAGES_UNKNOWN));
}

/* On a busy machine the thread is kept from its processor, and that is seen as well. */
static void test_threads_feel_it(void)
{
    const struct outcome_of_one got = run_family("tlb_shootdown", "threads=1", NULL);

    if (processor_count() < 2)
        CHECK(got.series.cannot);
    else
        CHECK((got.accepted && has_extra(&got.m, "stall_longest")) || discarded_for(&got, "kept from it"));
}

/* ---- pages that are larger than what is asked for ---- */

static bool refuses(const char *name, struct point point, uint64_t size)
{
    const struct family *family = family_named(name);
    struct demands demands = family_demands(family, &point);
    struct outcome_of_one outcome = {.accepted = false};
    struct run run = {.seed = 7};

    demands.size = size;
    outcome.series = (struct series){.family = family, .point = point, .demands = demands};
    sample_block(&outcome.series, &run, 0, &(struct driver){want, accept_it, &outcome});
    return !outcome.accepted && outcome.series.cannot && outcome.series.reason[0];
}

static void test_less_than_a_page_is_not_run(void)
{
    CHECK(
        refuses("fault_anonymous", (struct point){.values = {"write", "4096", "small"}}, mw_page_size() / 2));
    CHECK(refuses("protect_toggle", (struct point){.values = {"65536", "middle", "yes", "small"}},
                  3 * mw_page_size()));
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return fprintf(stderr, "usage: families_test DIR\n"), 2;
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "%s/mapwise-families-test-XXXXXX", argv[1]);
    if (!mkdtemp(folder) || !place_open(&place, folder, (uint64_t)2 * SIZE) || !place_add_file(&place, SIZE))
        return 2;
    place_probe(&place);
    if (place.can_be_cold) {
        test_memory_must_become_short();
        test_all_operations_are_counted();
        test_loads_of_a_hot_set_need_no_device();
        test_stores_reach_the_device();
    } else {
        printf("nothing can be cold here (%s)\n", place.why_not_cold);
    }
    test_memory_taken_between_is_not_counted();
    test_threads_feel_it();
    test_less_than_a_page_is_not_run();
    place_close(&place);
    CHECK(rmdir(folder) == 0); /* nothing was left in it */
    return summary();
}
