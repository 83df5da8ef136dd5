/* A matrix in memory that processes share without a file: each child fills some columns, the parent adds up.
 *
 *     A = mmap(Matrix{Int}, (1000,1000))      # memory of its own
 *     S = SharedMatrix{Int}((1000,1000))      # the same, seen by all workers */
#include "example.h"

#include <sys/wait.h>
#include <unistd.h>

enum { SIDE = 1000, CHILDREN = 4, SHARE = SIDE / CHILDREN };

/* Fills its share of the columns with 1, 2, 3 ... as they lie in memory. */
static void fill_in_child(const mw_view *matrix, int64_t child)
{
    const mw_slice share = {child * SHARE, (child + 1) * SHARE, MW_SLICE_DEFAULT};
    mw_view columns;
    void *first;

    must(mw_view_slice(&columns, matrix, 1, share, &failure));
    must(mw_view_pin(&first, &columns, MW_PROT_WRITE, &failure));
    /* Columns side by side are an array like any other. */
    for (int64_t i = 0; i < (int64_t)SIDE * SHARE; i++)
        ((int64_t *)first)[i] = child * SIDE * SHARE + i + 1;
    must(mw_unpin(columns.map, first));
    exit(0);
}

int main(void)
{
    const int64_t dims[] = {SIDE, SIDE};
    mw_layout layout = MW_LAYOUT_INIT;
    int64_t sum = 0;
    mw_view view;
    mw_map *map;
    void *first;

    layout.dtype = MW_T_I64;
    layout.order = MW_COL_MAJOR;
    layout.ndim = 2;
    layout.dims = dims;
    must(mw_map_array(&map, &view, NULL, &layout, NULL, &failure)); /* from nothing: new memory */

    for (int64_t child = 0; child < CHILDREN; child++) {
        const pid_t process = fork();
        if (process < 0)
            return 1;
        if (process == 0)
            fill_in_child(&view, child);
    }
    for (int64_t child = 0; child < CHILDREN; child++) {
        int status;
        if (wait(&status) < 0 || status != 0)
            return 1;
    }

    must(mw_view_pin(&first, &view, MW_PROT_READ, &failure));
    for (int64_t i = 0; i < (int64_t)SIDE * SIDE; i++)
        sum += ((const int64_t *)first)[i];
    must(mw_unpin(map, first));
    printf("sum(S) = %lld\n", (long long)sum);
    must(mw_free(map));
    return 0;
}
