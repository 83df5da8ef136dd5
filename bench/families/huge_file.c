/* Loads from anywhere in a file, or in memory that is shared as a file is, whose pages are in the page
 * tables: without huge pages (`nohugepage`), as the system makes them of its own accord (`normal`), after it
 * was asked for huge pages (`hugepage`), and after it had to make them (`collapse`). How many bytes are
 * mapped by huge pages is `huge_bytes`: a system that was asked for them and makes none does not run.
 *
 * Advice comes before the first touch: what is in the page cache in small pieces stays so. */
#include "access.h"
#include "advice.h"
#include "huge_map.h"
#include "mapping.h"
#include "page_cache.h"
#include "random_loads.h"

#include <string.h>

enum { LOADS = 1 << 16, BYTES = 64 << 20 };

static struct view map;

static struct demands demands_of(const struct family *family, const struct point *point)
{
    const bool file = strcmp(point_value(family, point, "source"), "file") == 0;

    return (struct demands){.subject = file ? FILE_ONLY : NOTHING, .size = BYTES};
}

static void bring_in(struct sample *s)
{
    if (s->file >= 0)
        consume(load_each_page(map.bytes, BYTES, s->page_size));
    else
        store_each_page(map.bytes, BYTES, s->page_size, 1);
}

static void expect_huge_pages(struct sample *s, const mw_advice_row *row)
{
    const uint64_t huge = mapping_huge_bytes(map.bytes);

    sample_extra(s, "huge_bytes", (double)huge);
    if (row->advice == MW_ADVICE_NOHUGEPAGE && huge > 0)
        sample_cannot(s, "%s: part of it is in huge pages all the same", row->name);
    if (row->advice != MW_ADVICE_HUGEPAGE && row->advice != MW_ADVICE_COLLAPSE)
        return;
    if (huge == 0)
        sample_cannot(s, "%s: the system makes no huge pages of this %s", row->name,
                      s->file >= 0 ? "file" : "memory");
    else if (huge + mapping_huge_page() <= BYTES)
        sample_doubt(s, "part of it is in small pages");
}

static void prepare(struct sample *s)
{
    mw_advice_row row;

    if (s->file >= 0)
        page_cache_make_cold(s->file, s->length);
    if (!huge_map_open(&map, s, BYTES, true) || !sample_advice(&row, s, axis_text(s, "advice")))
        return;
    if (row.advice == MW_ADVICE_COLLAPSE)
        bring_in(s);
    if (!sample_advise(s, map.map, &row))
        return;
    bring_in(s);
    expect_huge_pages(s, &row);
}

static void finish(struct sample *s)
{
    (void)s;
    sample_unmap(&map);
}

FAMILY(huge_file, "time of loads from anywhere in a mapping that may have huge pages", .items = "loads",
       .demands_of = demands_of, .prepare = prepare, .finish = finish,
       .axes = {EACH("source", QUICK("file"), STANDARD("shared_memory")),
                EACH("advice", QUICK("nohugepage hugepage"), STANDARD("normal collapse"))})
{
    const uint64_t *lines = random_lines(s, BYTES, LOADS);

    each_operation(s, 0, LOADS);
    each_needs(s, 0);
    while (lines && next_sample(s))
        load_in_turn(map.bytes, lines, LOADS);
}
