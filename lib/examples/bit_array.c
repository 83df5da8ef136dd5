/* An array of bits in a file, as in Julia's documentation. Julia counts from 1, C from 0.
 *
 *     B = mmap("mmap.bin", BitArray, (25,30000))
 *     B[3, 4000] = true
 *     Mmap.sync!(B)
 *     B2 = mmap("mmap.bin", BitArray, (25,30000))
 *     B2[3, 4000]               # true
 *     B2[2, 4000]               # false
 *     count(B2)                 # 1 */
#include "example.h"

static const mw_origin from = {.kind = MW_FROM_PATH, .path = "mmap.bin"};

static void show(const mw_view *view, uint64_t row, uint64_t column)
{
    unsigned char bit;

    must(mw_view_get(&bit, view, (const uint64_t[]){row - 1, column - 1}, &failure));
    printf("B2[%d, %d] = %s\n", (int)row, (int)column, bit ? "true" : "false");
}

int main(void)
{
    const int64_t dims[] = {25, 30000};
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_layout layout = MW_LAYOUT_INIT;
    const unsigned char one = 1;
    uint64_t size;
    uint64_t ones;
    mw_view view;
    mw_map *map;

    layout.dtype = MW_T_BIT; /* in Julia's order, unless another one is said */
    layout.ndim = 2;
    layout.dims = dims;
    options.access = MW_ACCESS_WRITE;
    options.flags = MW_F_CREATE | MW_F_GROW;
    must(mw_map_array(&map, &view, &from, &layout, &options, &failure));
    must(mw_view_set(&view, (const uint64_t[]){2, 3999}, &one, &failure));
    must(mw_sync(map, 0, MW_WHOLE, MW_SYNC_WAIT, 0, &failure));
    must(mw_file_size(&size, map, &failure));
    printf("%llu bytes for %d bits\n", (unsigned long long)size, 25 * 30000);
    must(mw_free(map));

    must(mw_map_array(&map, &view, &from, &layout, NULL, &failure));
    show(&view, 3, 4000);
    show(&view, 2, 4000);
    must(mw_bits_count(&ones, &view, &failure));
    printf("count(B2) = %llu\n", (unsigned long long)ones);
    must(mw_free(map));
    return remove(from.path) != 0;
}
