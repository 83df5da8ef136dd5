/* How fast memory is copied, at three sizes.
 *
 *     ./copy                                  all three, as Google Benchmark prints them; --help tells how
 * else echo block | ./copy --worker copy/4096  one block of samples, as JSON */
#include <google_benchmark_series.h>
#include <stdlib.h>
#include <string.h>

static void copy(gb_block *block, void *user)
{
    const size_t size = *(const size_t *)user;
    char *from = malloc(size), *to = malloc(size);

    if (from && to) {
        memset(from, 1, size);
        gb_each_operation(block, (double)size, 1);
        while (gb_next_sample(block)) {
            memcpy(to, from, size);
            gb_do_not_optimize(to);
        }
    } else {
        gb_block_fail(block, "out of memory");
    }
    free(from);
    free(to);
}

static size_t sizes[] = {4096, 65536, 16777216};

static const gb_series list[] = {
    {.name = "copy/4096", .block = copy, .user = &sizes[0], .samples = 5, .batches = true},
    {.name = "copy/65536", .block = copy, .user = &sizes[1], .samples = 5, .batches = true},
    {.name = "copy/16777216", .block = copy, .user = &sizes[2], .samples = 5, .batches = true},
};

int main(int argc, char **argv)
{
    return gb_series_main(argc, argv, list, sizeof list / sizeof list[0]);
}
