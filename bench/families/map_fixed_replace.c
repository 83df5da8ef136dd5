/* What lies at an address makes room for something new there:
 *
 *   fixed        mapped over it with MAP_FIXED, in one step
 *   unmap_first  unmapped, then mapped there again: for a moment anybody may take the address
 *
 * The library replaces nothing that is not its own, so this is the system's own call. */
#include "source.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

static struct demands demands_of(const struct family *family, const struct point *point)
{
    struct demands demands = source_demands(family, point);

    demands.batches = strcmp(point_value(family, point, "populated"), "no") == 0;
    return demands;
}

/* Private memory in place of `length` bytes at `at`; NULL after the series has ended. */
static void *replace(struct sample *s, void *at, size_t length, bool unmap_first)
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | (unmap_first ? 0 : MAP_FIXED);
    void *now = MAP_FAILED;

    if (!unmap_first || munmap(at, length) == 0)
        now = mmap(at, length, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (now == at)
        return now;
    if (now != MAP_FAILED)
        munmap(now, length);
    sample_broken(s, "mapping anew: %s", now == MAP_FAILED ? strerror(errno) : "it came to lie elsewhere");
    return NULL;
}

static bool fill_and_replace(struct sample *s, const struct view *view, bool unmap_first)
{
    const size_t length = (size_t)axis_number(s, "size");

    source_touch(view, s);
    source_expect(s, view, source_pages(s));
    part_begins(s);
    const bool replaced = replace(s, view->bytes, length, unmap_first);
    part_ends(s);
    if (!replaced)
        return false;
    source_expect(s, view, 0);
    mw_advise(view->map, 0, MW_WHOLE, MW_ADVICE_NOHUGEPAGE, MW_ADVISE_BEST_EFFORT, NULL); /* as before */
    return true;
}

FAMILY(map_fixed_replace, "time of mapping memory in place of what is mapped there", .items = "calls",
       .demands_of = demands_of,
       .axes = {EACH("by", QUICK("fixed unmap_first")), VARY("populated", "yes", QUICK("no")),
                VARY("size", "4M", STANDARD("64K 16M"), FULL("64M"))})
{
    const mw_map_options options = source_options(s);
    const size_t length = (size_t)axis_number(s, "size");
    const bool unmap_first = axis_is(s, "by", "unmap_first"), populated = axis_is(s, "populated", "yes");
    const unsigned repeats = populated ? source_repeats(s) : 1;
    struct view view;

    if (!source_open(&view, s, &options))
        return;
    each_operation(s, 0, repeats);
    while (next_sample(s))
        for (unsigned i = 0; i < repeats && !sample_ended(s); i++)
            if (!(populated ? fill_and_replace(s, &view, unmap_first)
                            : replace(s, view.bytes, length, unmap_first) != NULL))
                break;
    source_close(&view);
}
