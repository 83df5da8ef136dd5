#include "prepare.h"

#include "access.h"
#include "advice.h"
#include "fill.h"
#include "interrupt.h"
#include "page_cache.h"
#include "pattern.h"
#include "present.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool sample_has_maps(const struct sample *s)
{
    const enum subject subject = s->series->demands.subject;

    return subject == MEMORY || subject >= MAP_READ;
}

static uint64_t map_length(const struct sample *s)
{
    return s->series->demands.mapped ? s->series->demands.mapped : s->length;
}

/* A file is opened anew: what the system remembers of how it was read, to decide what to read ahead, it
 * remembers with what was opened. */
static int make_map(mw_map **map, const struct sample *s, mw_err *err)
{
    static const mw_access access[] = {[MEMORY] = MW_ACCESS_COPY,
                                       [MAP_READ] = MW_ACCESS_READ,
                                       [MAP_WRITE] = MW_ACCESS_WRITE,
                                       [MAP_COPY] = MW_ACCESS_COPY};
    const enum subject subject = s->series->demands.subject;
    mw_map_options options = MW_MAP_OPTIONS_INIT;

    options.access = access[subject];
    if (s->series->demands.apart)
        options.reserve = map_length(s) + s->page_size; /* a page without access behind it */
    if (subject == MEMORY)
        return mw_map_anon(map, map_length(s), &options, err);
    options.length = map_length(s);
    options.flags = MW_F_NO_TRACK;
    return mw_map_file(map, s->path, &options, err);
}

static bool open_view(struct view *view, struct sample *s)
{
    const bool reading = s->series->demands.subject == MAP_READ;
    const uint32_t rights = reading ? MW_PROT_READ : MW_PROT_READ | MW_PROT_WRITE;
    mw_err err = {0};
    void *bytes;

    if (!sample_ok(s, "mapping", make_map(&view->map, s, &err), &err))
        return false;
    if (!sample_ok(s, "pinning", mw_pin(&bytes, view->map, 0, MW_WHOLE, rights, &err), &err)) {
        mw_free(view->map);
        view->map = NULL;
        return false;
    }
    view->bytes = bytes;
    return (s->series->demands.subject != MEMORY ||
            sample_advise_pages(s, view->map, s->series->demands.pages)) &&
           (!s->series->demands.advised || sample_advise(s, view->map, &s->advice));
}

void sample_unmap(struct view *view)
{
    if (view->map) {
        mw_unpin(view->map, view->bytes);
        mw_free(view->map);
    }
    *view = (struct view){NULL, NULL};
}

void prepare_end(struct sample *s)
{
    for (size_t i = 0; i < s->view_count; i++)
        sample_unmap(&s->views[i]);
    s->view_count = 0;
    s->map = NULL;
    s->bytes = NULL;
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
        if (!open_view(&s->views[s->view_count++], s))
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
        if (page_cache_make_cold(s->file, s->length) == PAGES_UNKNOWN && !interrupted)
            sample_broken(s, "making the file cold: %s", strerror(errno));
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

/* Some pieces may come twice. */
static bool need_what_is_touched(struct sample *s)
{
    const size_t met = pattern_pieces_met(s->offsets, s->touches, s->length, s->piece);

    if (met == 0)
        sample_broken(s, "out of memory");
    s->needed_each = met * s->piece;
    return met > 0;
}

/* The same ones in all series of a round. */
static bool choose_offsets(struct sample *s)
{
    const size_t wanted = (size_t)(s->batch * s->touches);
    const uint64_t seed = s->run->seed ^ (s->round + 1) * UINT64_C(0x9e3779b97f4a7c15);

    if (s->touches == 0)
        return true;
    free(s->offset_list);
    s->offset_list = calloc(wanted, sizeof *s->offset_list);
    if (!s->offset_list || !pattern_fill(s->offset_list, wanted, s->pattern, s->length, s->piece, seed)) {
        sample_broken(s, "choosing what to touch (%s): %s", s->pattern, strerror(errno));
        return false;
    }
    s->offsets = s->offset_list;
    return !s->needs_touched || s->series->demands.temperature != COLD || need_what_is_touched(s);
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

/* Every page of the map into the page tables. */
static bool bring_in(struct sample *s, const struct view *view)
{
    const struct demands *demands = &s->series->demands;

    if (demands->subject == MEMORY || demands->subject == MAP_COPY)
        store_each_page(view->bytes, (size_t)map_length(s), s->page_size, 1);
    else
        consume(load_each_page(view->bytes, (size_t)map_length(s), s->page_size));
    if (demands->subject == MEMORY && demands->pages == HUGE_PAGES &&
        !present_as_huge(view->bytes, map_length(s)))
        sample_cannot(s, "the system gives no huge pages for this memory");
    return !sample_ended(s);
}

bool sample_map_again(struct view *view, struct sample *s)
{
    *view = (struct view){NULL, NULL};
    if (!open_view(view, s))
        return false;
    return s->series->demands.temperature != MAPPED || bring_in(s, view);
}

/* Whoever walks over a map of it relies on its length. */
static void check_length(struct sample *s)
{
    struct stat status;

    if (s->file < 0)
        return;
    if (fstat(s->file, &status) != 0)
        sample_broken(s, "looking at the file: %s", strerror(errno));
    else if ((uint64_t)status.st_size < s->length)
        sample_broken(s, "the file was cut off: it has %jd of %" PRIu64 " bytes", (intmax_t)status.st_size,
                      s->length);
}

bool prepare_sample(struct sample *s)
{
    prepare_end(s);
    check_length(s);
    if (sample_ended(s))
        return false;
    prepare_cache(s);
    if (sample_ended(s) || !choose_offsets(s) || !open_views(s))
        return false;
    if (s->series->demands.temperature == MAPPED && !bring_in(s, s->views))
        return false;
    if (s->series->family->prepare)
        s->series->family->prepare(s);
    if (sample_ended(s))
        return false;
    check_condition_before(s);
    s->operations_left = s->batch;
    return true;
}
