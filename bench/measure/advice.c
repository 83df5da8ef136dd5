#include "advice.h"

bool sample_advice(mw_advice_row *row, struct sample *s, const char *name)
{
    mw_err err = {0};

    if (!sample_ok(s, name, mw_advice_find(row, name, &err), &err))
        return false;
    if (row->capability != MW_CAPABILITY_NO)
        return true;
    sample_cannot(s, "%s: this system does not know it", name);
    return false;
}

bool sample_advise_range(struct sample *s, mw_map *map, uint64_t offset, uint64_t length,
                         const mw_advice_row *row)
{
    const uint32_t flags = row->destructive ? MW_ADVISE_DESTRUCTIVE : 0; /* who asks for it means it */
    mw_err err = {0};
    const int code = mw_advise(map, offset, length, row->advice, flags, &err);

    if (code == MW_E_INVAL) { /* known here, and refused for this kind of map */
        sample_cannot(s, "%s: the system refuses it for this map", row->name);
        return false;
    }
    if (code == MW_E_BUSY) { /* what changes access is not for maps that are pinned, as these are */
        sample_cannot(s, "%s: it is refused while the map is in use", row->name);
        return false;
    }
    if (code == MW_E_NOMEM) {
        sample_cannot(s, "%s: the system has no memory, or no more mappings, for it", row->name);
        return false;
    }
    return sample_ok(s, row->name, code, &err);
}

bool sample_advise(struct sample *s, mw_map *map, const mw_advice_row *row)
{
    return sample_advise_range(s, map, 0, MW_WHOLE, row);
}

bool sample_advise_pages(struct sample *s, mw_map *map, enum pages pages)
{
    mw_err err = {0};

    if (pages == HUGE_PAGES)
        return sample_ok(s, "huge pages", mw_advise(map, 0, MW_WHOLE, MW_ADVICE_HUGEPAGE, 0, &err), &err);
    if (pages == SMALL_PAGES)
        mw_advise(map, 0, MW_WHOLE, MW_ADVICE_NOHUGEPAGE, MW_ADVISE_BEST_EFFORT, NULL);
    return true;
}
