#include "beside.h"

#include "clock.h"
#include "page_cache.h"

static void take_time(struct beside *beside, struct sample *s, beside_work work)
{
    struct view view;

    if (sample_map_again(&view, s)) {
        const int64_t began = clock_nanoseconds();
        work(s, view.bytes);
        beside->seconds += seconds_between(began, clock_nanoseconds());
        beside->times++;
    }
    sample_unmap(&view);
}

void beside_before(struct beside *beside, struct sample *s, beside_work work)
{
    *beside = (struct beside){0, 0};
    take_time(beside, s, work);
    if (s->series->demands.temperature == COLD)
        page_cache_make_cold(s->file, s->length); /* whether it is, the contract looks next */
}

double beside_after(struct beside *beside, struct sample *s, beside_work work)
{
    if (s->series->demands.temperature != COLD && !sample_ended(s))
        take_time(beside, s, work);
    return beside->times ? beside->seconds / beside->times : 0;
}
