/* Where a text stands in a large file, without reading it into memory. */
#include "example.h"

#include <string.h>

static void make_haystack(const char *path)
{
    FILE *file = fopen(path, "w");

    if (!file)
        exit(1);
    for (int i = 0; i < 200000; i++)
        fprintf(file, "%06d: %s\n", i, i % 70000 == 69999 ? "a needle" : "hay, hay, hay");
    fclose(file);
}

int main(void)
{
    const char *needle = "needle";
    mw_map *map;
    uint64_t position;

    make_haystack("haystack.txt");
    must(mw_map_file(&map, "haystack.txt", NULL, &failure));
    must(mw_advise(map, 0, MW_WHOLE, MW_ADVICE_SEQUENTIAL, MW_ADVISE_BEST_EFFORT, &failure));

    for (int64_t from = 0;; from = (int64_t)position + 1) {
        char line[8] = "";
        uint64_t begin;
        must(mw_find(&position, map, needle, strlen(needle), from, MW_SLICE_DEFAULT, &failure));
        if (position == MW_NPOS)
            break;
        must(mw_rfind(&begin, map, "\n", 1, 0, (int64_t)position, &failure)); /* of the line */
        must(mw_read_at(NULL, line, map, begin + 1, 6, &failure));
        printf("line %s, byte %llu\n", line, (unsigned long long)position);
    }
    must(mw_free(map));
    return 0;
}
