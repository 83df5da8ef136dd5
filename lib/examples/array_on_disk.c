/* An array of numbers that lives in a file: 365 days of 24 hours at 3 places. It is filled, mapped again, and
 * a part of it is looked at without reading the rest. */
#include "example.h"

enum { DAYS = 365, HOURS = 24, PLACES = 3 };

static const char *const path = "temperatures.f32";
static const mw_origin from = {.kind = MW_FROM_PATH, .path = path};

/* The file needs no header: what its bytes are is said here. */
static mw_layout temperatures(void)
{
    static const int64_t dims[] = {DAYS, HOURS, PLACES};
    mw_layout layout = MW_LAYOUT_INIT;

    layout.dtype = MW_T_F32;
    layout.ndim = 3;
    layout.dims = dims;
    return layout;
}

static void fill(void)
{
    const mw_layout layout = temperatures();
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_map *map;
    mw_view view;

    options.access = MW_ACCESS_WRITE;
    options.flags = MW_F_CREATE | MW_F_GROW; /* to what the array needs */
    must(mw_map_array(&map, &view, &from, &layout, &options, &failure));
    for (uint64_t day = 0; day < DAYS; day++)
        for (uint64_t hour = 0; hour < HOURS; hour++)
            for (uint64_t place = 0; place < PLACES; place++) {
                const float degrees = (float)day / 4 + (float)hour / 2 - (float)place;
                must(mw_view_set(&view, (const uint64_t[]){day, hour, place}, &degrees, &failure));
            }
    printf("%llu bytes\n", (unsigned long long)mw_length(map));
    must(mw_free(map));
}

int main(void)
{
    const mw_slice every_week = {MW_SLICE_DEFAULT, MW_SLICE_DEFAULT, 7};
    const mw_slice noon = {12, 13, MW_SLICE_DEFAULT};
    const mw_layout layout = temperatures();
    uint64_t index[MW_MAX_DIMS] = {0}; /* week, 0, place */
    mw_map *map;
    mw_view view;
    void *first;

    fill();
    must(mw_map_array(&map, &view, &from, &layout, NULL, &failure));
    must(mw_view_slice(&view, &view, 0, every_week, &failure));
    must(mw_view_slice(&view, &view, 1, noon, &failure));

    must(mw_view_pin(&first, &view, MW_PROT_READ, &failure));
    for (index[2] = 0; index[2] < view.shape[2]; index[2]++) {
        double sum = 0;
        for (index[0] = 0; index[0] < view.shape[0]; index[0]++)
            sum += *(const float *)mw_view_element(&view, first, index);
        printf("place %d: %.2f degrees at noon, the mean of %d weeks\n", (int)index[2],
               sum / (double)view.shape[0], (int)view.shape[0]);
    }
    must(mw_unpin(map, first));
    must(mw_free(map));
    return remove(path) != 0;
}
