#include "source.h"

#include "access.h"
#include "advice.h"
#include "counters.h"
#include "mapping.h"
#include "present.h"

#include <inttypes.h>
#include <string.h>

enum { PASS_BYTES = 16 << 20 };

static bool is_one_of(const char *source, const char *one, const char *other)
{
    return strcmp(source, one) == 0 || strcmp(source, other) == 0;
}

static const char *source_of(const struct sample *s)
{
    const char *source = axis_text(s, "source");

    return *source ? source : "anonymous";
}

static bool is_memory(const char *source)
{
    return is_one_of(source, "anonymous", "shared");
}

struct demands source_demands(const struct family *family, const struct point *point)
{
    const char *source = point_value(family, point, "source");

    if (!source || is_memory(source))
        return (struct demands){.subject = NOTHING};
    return (struct demands){.subject = FILE_ONLY, .temperature = WARM, .batches = true};
}

unsigned source_repeats(const struct sample *s)
{
    const uint64_t size = axis_number(s, "size");

    return s->file < 0 && size < PASS_BYTES ? (unsigned)(PASS_BYTES / size) : 1;
}

uint64_t source_pages(const struct sample *s)
{
    return (axis_number(s, "size") + s->page_size - 1) / s->page_size;
}

mw_map_options source_options(const struct sample *s)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;

    options.flags = MW_F_NO_TRACK;
    options.length = axis_number(s, "size"); /* also of a file: not what may be left of it */
    if (is_one_of(source_of(s), "anonymous", "copy"))
        options.access = MW_ACCESS_COPY;
    else if (!axis_is(s, "source", "shared"))
        options.access = MW_ACCESS_READ;
    return options;
}

int source_map(mw_map **map, const struct sample *s, const mw_map_options *options, mw_err *err)
{
    if (is_memory(source_of(s)))
        return mw_map_anon(map, axis_number(s, "size"), options, err);
    if (axis_is(s, "source", "path"))
        return mw_map_file(map, s->path, options, err);
    return mw_map_fd(map, s->file, options, err);
}

static bool advise_pages(struct sample *s, mw_map *map)
{
    return !is_memory(source_of(s)) ||
           sample_advise_pages(s, map, axis_is(s, "pages", "huge") ? HUGE_PAGES : SMALL_PAGES);
}

bool source_open(struct view *view, struct sample *s, const mw_map_options *options)
{
    mw_err err = {0};
    void *bytes;

    *view = (struct view){NULL, NULL};
    if (!sample_ok(s, "mapping", source_map(&view->map, s, options, &err), &err))
        return false;
    if (sample_ok(s, "pinning", mw_pin(&bytes, view->map, 0, MW_WHOLE, MW_PROT_READ, &err), &err)) {
        view->bytes = bytes;
        if (advise_pages(s, view->map))
            return true;
    }
    source_close(view);
    return false;
}

void source_close(struct view *view)
{
    if (view->bytes)
        mw_unpin(view->map, view->bytes);
    mw_free(view->map);
    *view = (struct view){NULL, NULL};
}

void source_touch(const struct view *view, const struct sample *s)
{
    const size_t length = (size_t)axis_number(s, "size");

    if (s->file < 0 || axis_is(s, "source", "copy"))
        store_each_page(view->bytes, length, s->page_size, 1);
    else
        consume(load_each_page(view->bytes, length, s->page_size));
}

void source_expect_huge(struct sample *s, const void *address, uint64_t length)
{
    if (mapping_bytes(address, "AnonHugePages") <= 0)
        sample_cannot(s, "the system gives no huge pages for this memory");
    else if (!present_as_huge(address, length))
        sample_doubt(s, "not all of the memory is in huge pages");
}

void source_expect(struct sample *s, const struct view *view, uint64_t wanted)
{
    const uint64_t length = axis_number(s, "size");
    const int64_t present = present_pages(view->bytes, length);

    if (present == COUNTER_ABSENT)
        sample_cannot(s, "this system does not say which pages are in the page tables");
    else if ((uint64_t)present != wanted)
        sample_doubt(s, "%" PRId64 " pages in the page tables instead of %" PRIu64, present, wanted);
    else if (wanted && axis_is(s, "pages", "huge"))
        source_expect_huge(s, view->bytes, length);
}

bool source_memory_once(struct sample *s, uint64_t length, const mw_map_options *options)
{
    mw_err err = {0};
    mw_map *map;

    return sample_ok(s, "mapping", mw_map_anon(&map, length, options, &err), &err) &&
           sample_ok(s, "unmapping", mw_free(map), &err);
}
