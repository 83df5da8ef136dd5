#include "prepare.h"

#include "access.h"
#include "fill.h"
#include "interrupt.h"
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

static bool open_view(struct sample *s)
{
    const bool writing = s->series->demands.subject == MAP_WRITE;
    const uint32_t rights = writing ? MW_PROT_READ | MW_PROT_WRITE : MW_PROT_READ;
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    struct view *view = &s->views[s->view_count];
    mw_err err = {0};
    void *bytes;

    options.access = writing ? MW_ACCESS_WRITE : MW_ACCESS_READ;
    options.flags = MW_F_NO_TRACK;
    if (!sample_ok(s, "mapping", mw_map_fd(&view->map, s->file, &options, &err), &err))
        return false;
    if (!sample_ok(s, "pinning", mw_pin(&bytes, view->map, 0, MW_WHOLE, rights, &err), &err)) {
        mw_free(view->map);
        return false;
    }
    view->bytes = bytes;
    s->view_count++;
    return true;
}

/* A fresh mapping for every operation of the batch; one for all where pages stay mapped anyway. */
static bool open_views(struct sample *s)
{
    const struct demands *demands = &s->series->demands;
    const size_t wanted = demands->temperature == MAPPED ? 1 : (size_t)s->batch;

    if (demands->subject != MAP_READ && demands->subject != MAP_WRITE)
        return true;
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
    if (temperature == COLD && s->resident_before != 0)
        sample_doubt(s, "not cold: %" PRIu64 " of %" PRIu64 " pages were in memory before",
                     s->resident_before, pages);
    if ((temperature == WARM || temperature == MAPPED) && s->resident_before != pages)
        sample_doubt(s, "not warm: %" PRIu64 " of %" PRIu64 " pages were in memory before",
                     s->resident_before, pages);
}

bool prepare_sample(struct sample *s)
{
    prepare_end(s);
    prepare_cache(s);
    if (sample_ended(s) || !choose_offsets(s) || !open_views(s))
        return false;
    if (s->series->demands.temperature == MAPPED)
        consume(load_each_page(s->bytes, (size_t)s->length, s->page_size));
    if (s->series->family->prepare)
        s->series->family->prepare(s);
    if (sample_ended(s))
        return false;
    check_condition_before(s);
    s->operations_left = s->batch;
    return true;
}
