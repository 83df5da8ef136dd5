/* Julia's example of a file with a header: two numbers say how large the matrix behind them is.
 *
 *     s = open("mmap.bin", "w+")
 *     write(s, size(A,1)); write(s, size(A,2))
 *     write(s, A)
 *     close(s)
 *
 *     s = open("mmap.bin")
 *     m = read(s, Int)
 *     n = read(s, Int)
 *     A2 = mmap(s, Matrix{Int}, (m,n)) */
#include "example.h"

/* A[i, j] = 100 i + j, column by column. */
static void write_matrix(const char *path)
{
    const int64_t dims[] = {5, 30};
    FILE *stream = fopen(path, "w");

    if (!stream || fwrite(dims, sizeof dims[0], 2, stream) != 2)
        exit(1);
    for (int64_t j = 1; j <= dims[1]; j++)
        for (int64_t i = 1; i <= dims[0]; i++) {
            const int64_t element = 100 * i + j;
            if (fwrite(&element, sizeof element, 1, stream) != 1)
                exit(1);
        }
    if (fclose(stream) != 0)
        exit(1);
}

int main(void)
{
    mw_layout layout = MW_LAYOUT_INIT;
    mw_origin from = {.kind = MW_FROM_STREAM};
    int64_t dims[2];
    int64_t element;
    mw_view view;
    mw_map *map;

    write_matrix("mmap.bin");
    from.stream = fopen("mmap.bin", "r");
    if (!from.stream || fread(dims, sizeof dims[0], 2, from.stream) != 2)
        return 1;

    /* The map begins where the stream is, behind the two numbers. */
    layout.dtype = MW_T_I64;
    layout.order = MW_COL_MAJOR;
    layout.ndim = 2;
    layout.dims = dims;
    must(mw_map_array(&map, &view, &from, &layout, NULL, &failure));
    fclose(from.stream);

    printf("%d x %d\n", (int)view.shape[0], (int)view.shape[1]);
    for (uint64_t i = 0; i < view.shape[0]; i++) {
        must(mw_view_get(&element, &view, (const uint64_t[]){i, 29}, &failure));
        printf("A2[%d, 30] = %d\n", (int)i + 1, (int)element);
    }
    must(mw_free(map));
    return remove("mmap.bin") != 0;
}
