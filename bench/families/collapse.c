/* Memory of small pages becomes memory of huge ones: one call that allocates them and copies all there is.
 * Before and after it, bytes anywhere in it are loaded: `access_before` and `access_after`, in nanoseconds.
 */
#include "access.h"
#include "advice.h"
#include "huge_map.h"
#include "mapping.h"
#include "random_loads.h"

#include <inttypes.h>

enum { LOADS = 1 << 15 };

static struct view memory;
static uint64_t length;
static const uint64_t *lines;

static bool all_huge(void)
{
    return mapping_huge_bytes(memory.bytes) + mapping_huge_page() > length;
}

static void prepare(struct sample *s)
{
    if (!huge_map_open(&memory, s, length, axis_is(s, "memory", "shared")))
        return;
    mw_advise(memory.map, 0, MW_WHOLE, MW_ADVICE_NOHUGEPAGE, MW_ADVISE_BEST_EFFORT, NULL);
    store_each_page(memory.bytes, (size_t)length, s->page_size, 1);
    mw_advise(memory.map, 0, MW_WHOLE, MW_ADVICE_HUGEPAGE, MW_ADVISE_BEST_EFFORT, NULL);
    if (mapping_huge_bytes(memory.bytes) > 0)
        sample_doubt(s, "%" PRIu64 " bytes were huge pages before", mapping_huge_bytes(memory.bytes));
    sample_extra(s, "access_before", time_of_loads(memory.bytes, lines, LOADS));
}

static void check(struct sample *s)
{
    if (!all_huge())
        sample_doubt(s, "only %" PRIu64 " bytes became huge pages", mapping_huge_bytes(memory.bytes));
    sample_extra(s, "access_after", time_of_loads(memory.bytes, lines, LOADS));
}

static void finish(struct sample *s)
{
    (void)s;
    sample_unmap(&memory);
}

FAMILY(collapse, "time of having memory of small pages made one of huge pages", .items = "pages",
       .demands = {.subject = NOTHING}, .prepare = prepare, .check = check, .finish = finish,
       .axes = {EACH("memory", QUICK("private"), STANDARD("shared")),
                VARY("size", "16M", STANDARD("64M"), FULL("4M"))})
{
    mw_advice_row row;

    length = axis_number(s, "size");
    lines = random_lines(s, length, LOADS);
    if (!lines || !sample_advice(&row, s, "collapse"))
        return;
    if (mapping_huge_page() == 0) {
        sample_cannot(s, "this system has no transparent huge pages");
        return;
    }
    each_operation(s, length, length / s->page_size);
    while (next_sample(s)) {
        const int code = mw_advise(memory.map, 0, MW_WHOLE, row.advice, 0, NULL);
        if (code == MW_E_NOMEM || code == MW_E_BUSY || code == MW_E_LIMIT)
            sample_doubt(s, "no huge page could be had: %s", mw_error_text(code));
        else if (code != MW_OK && !sample_advise(s, memory.map, &row)) /* which says why */
            return;
    }
}
