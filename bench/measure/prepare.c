#include "prepare.h"

#include "access.h"
#include "advice.h"
#include "fill.h"
#include "interrupt.h"
#include "mapping.h"
#include "page_cache.h"
#include "random.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void prepare_end(struct sample *s)
{
    for (size_t i = 0; i < s->view_count; i++) {
        mw_unpin(s->views[i].map, s->views[i].bytes);
        mw_free(s->views[i].map);
    }
    s->view_count = 0;
    s->map = NULL;
    s->bytes = NULL;
}

bool sample_has_maps(const struct sample *s)
{
    const enum subject subject = s->series->demands.subject;

    return subject == MEMORY || subject >= MAP_READ;
}

static int make_map(mw_map **map, const struct sample *s, mw_err *err)
{
    static const mw_access access[] = {[MEMORY] = MW_ACCESS_COPY,
                                       [MAP_READ] = MW_ACCESS_READ,
                                       [MAP_WRITE] = MW_ACCESS_WRITE,
                                       [MAP_COPY] = MW_ACCESS_COPY};
    const enum subject subject = s->series->demands.subject;
    mw_map_options options = MW_MAP_OPTIONS_INIT;

    options.access = access[subject];
    if (subject == MEMORY)
        return mw_map_anon(map, s->length, &options, err);
    options.flags = MW_F_NO_TRACK;
    return mw_map_fd(map, s->file, &options, err);
}

/* Of what size the pages of memory are to be. */
static bool advise_pages(struct sample *s, mw_map *map)
{
    mw_err err = {0};

    if (s->series->demands.subject == MEMORY && s->series->demands.pages == HUGE_PAGES)
        return sample_ok(s, "huge pages", mw_advise(map, 0, MW_WHOLE, MW_ADVICE_HUGEPAGE, 0, &err), &err);
    if (s->series->demands.subject == MEMORY && s->series->demands.pages == SMALL_PAGES)
        mw_advise(map, 0, MW_WHOLE, MW_ADVICE_NOHUGEPAGE, MW_ADVISE_BEST_EFFORT, NULL);
    return true;
}

static bool open_view(struct sample *s)
{
    const bool reading = s->series->demands.subject == MAP_READ;
    const uint32_t rights = reading ? MW_PROT_READ : MW_PROT_READ | MW_PROT_WRITE;
    struct view *view = &s->views[s->view_count];
    mw_err err = {0};
    void *bytes;

    if (!sample_ok(s, "mapping", make_map(&view->map, s, &err), &err))
        return false;
    if (!sample_ok(s, "pinning", mw_pin(&bytes, view->map, 0, MW_WHOLE, rights, &err), &err)) {
        mw_free(view->map);
        return false;
    }
    view->bytes = bytes;
    s->view_count++;
    return advise_pages(s, view->map) &&
           (!s->series->demands.advised || sample_advise(s, view->map, &s->advice));
}

/* A fresh mapping for every operation of the batch; one for all where pages stay mapped anyway. */
static bool open_views(struct sample *s)
{
    const struct demands *demands = &s->series->demands;
    const size_t wanted = demands->temperature == MAPPED ? 1 : (size_t)s->batch;

    if (!sample_has_maps(s))
        return true;
    if (demands->advised && !sample_advice(&s->advice, s, axis_text(s, "advice")))
        return false;
    if (s->view_capacity < wanted) {
        free(s->views);
        s->view_capacity = 0;
        s->views = calloc(wanted, sizeof *s->views);
        if (!s->views) {
            sample_broken(s, "out of memory");
            return false;
        }
        s->view_capacity = wanted;
    }
    while (s->view_count < wanted)
        if (!open_view(s))
            return false;
    s->view = s->views;
    s->view_step = wanted > 1 ? 1 : 0;
    s->map = s->views[0].map;
    s->bytes = s->views[0].bytes;
    return true;
}

static void prepare_cache(struct sample *s)
{
    if (s->file < 0)
        return;
    const char *chosen = axis_text(s, "fill");
    const char *fill = *chosen && strcmp(chosen, "none") != 0 ? chosen : "read_1M";

    switch (s->series->demands.temperature) {
    case COLD:
        page_cache_make_cold(s->file, s->length);
        break;
    case WARM:
    case MAPPED:
        if (!fill_cache(s->data, fill) && !interrupted)
            sample_broken(s, "filling the cache: %s", strerror(errno));
        break;
    case ANY_TEMPERATURE:
        break;
    }
}

/* Random pages without repetition, as long as there are enough: the same ones in all series of a round. */
static bool choose_offsets(struct sample *s)
{
    const uint64_t pages = s->length / s->page_size;
    const size_t wanted = (size_t)(s->batch * s->touches);
    uint64_t state = s->run->seed ^ (s->round + 1) * UINT64_C(0x9e3779b97f4a7c15);

    if (s->touches == 0)
        return true;
    free(s->offset_list);
    uint64_t *order = calloc((size_t)pages, sizeof *order);
    s->offset_list = calloc(wanted, sizeof *s->offset_list);
    if (!order || !s->offset_list || pages == 0) {
        free(order);
        sample_broken(s, "out of memory");
        return false;
    }
    for (uint64_t i = 0; i < pages; i++)
        order[i] = i * s->page_size;
    for (size_t i = 0; i < wanted; i++) {
        uint64_t from = i % pages, to = from + random_below(&state, pages - from);
        uint64_t chosen = order[to];
        order[to] = order[from];
        s->offset_list[i] = order[from] = chosen;
    }
    free(order);
    s->offsets = s->offset_list;
    return true;
}

uint64_t prepare_resident_pages(const struct sample *s)
{
    struct cached_pages cached;

    if (s->file < 0 || !page_cache_look(&cached, s->file, s->length))
        return PAGES_UNKNOWN;
    return cached.resident;
}

static void check_condition_before(struct sample *s)
{
    const uint64_t pages = (s->length + s->page_size - 1) / s->page_size;
    const enum temperature temperature = s->series->demands.temperature;

    s->resident_before = prepare_resident_pages(s);
    if (s->file < 0)
        return;
    if (temperature == COLD && s->resident_before != 0)
        sample_doubt(s, "not cold: %" PRIu64 " of %" PRIu64 " pages were in memory before",
                     s->resident_before, pages);
    if ((temperature == WARM || temperature == MAPPED) && s->resident_before != pages)
        sample_doubt(s, "not warm: %" PRIu64 " of %" PRIu64 " pages were in memory before",
                     s->resident_before, pages);
}

/* Whether the map's memory is in huge pages, but for less than one at each end. */
static bool is_huge(const struct sample *s)
{
    const int64_t huge = mapping_bytes(s->bytes, "AnonHugePages");

    return huge != COUNTER_ABSENT && (uint64_t)huge + 2 * (uint64_t)mapping_huge_page() >= s->length;
}

/* Every page of the map into the page tables. */
static bool bring_in(struct sample *s)
{
    const struct demands *demands = &s->series->demands;

    if (demands->subject == MEMORY || demands->subject == MAP_COPY)
        store_each_page(s->bytes, (size_t)s->length, s->page_size, 1);
    else
        consume(load_each_page(s->bytes, (size_t)s->length, s->page_size));
    if (demands->subject == MEMORY && demands->pages == HUGE_PAGES && !is_huge(s))
        sample_cannot(s, "the system gives no huge pages for this memory");
    return !sample_ended(s);
}

bool prepare_sample(struct sample *s)
{
    prepare_end(s);
    prepare_cache(s);
    if (sample_ended(s) || !choose_offsets(s) || !open_views(s))
        return false;
    if (s->series->demands.temperature == MAPPED && !bring_in(s))
        return false;
    if (s->series->family->prepare)
        s->series->family->prepare(s);
    if (sample_ended(s))
        return false;
    check_condition_before(s);
    s->operations_left = s->batch;
    return true;
}
