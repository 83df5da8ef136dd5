#include "store.h"

#include <stdlib.h>
#include <string.h>

static size_t room_for(const struct series *series)
{
    return series->count > series->wanted ? series->count : series->wanted;
}

static void move_samples(struct series *series, struct measurement *room, size_t capacity)
{
    if (series->count)
        memcpy(room, series->samples, series->count * sizeof *room);
    free(series->samples);
    series->samples = room;
    series->capacity = capacity;
    series->stored = true;
}

bool store_open(struct store *store, struct series *series, size_t count)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    size_t samples = 0;

    *store = (struct store){NULL, NULL};
    for (size_t i = 0; i < count; i++)
        samples += room_for(&series[i]);
    const size_t length = samples * sizeof(struct measurement);
    if (samples == 0)
        return true;
    options.access = MW_ACCESS_COPY;
    if (mw_map_anon(&store->map, length, &options, NULL) != MW_OK ||
        mw_pin(&store->bytes, store->map, 0, MW_WHOLE, MW_PROT_READ | MW_PROT_WRITE, NULL) != MW_OK) {
        mw_free(store->map);
        *store = (struct store){NULL, NULL};
        return false;
    }
    mw_advise(store->map, 0, MW_WHOLE, MW_ADVICE_DONTFORK, 0, NULL); /* where the system can */
    memset(store->bytes, 0, length);
    struct measurement *room = store->bytes;
    for (size_t i = 0; i < count; i++) {
        const size_t capacity = room_for(&series[i]);
        move_samples(&series[i], room, capacity);
        room += capacity;
    }
    return true;
}

void store_close(struct store *store, struct series *series, size_t count)
{
    for (size_t i = 0; store->map && i < count; i++)
        series_free(&series[i]);
    if (store->map)
        mw_unpin(store->map, store->bytes);
    mw_free(store->map);
    *store = (struct store){NULL, NULL};
}
