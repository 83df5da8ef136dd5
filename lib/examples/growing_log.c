/* A log that grows while it is mapped, and never moves: the address space for it is reserved once. */
#include "example.h"

#include <string.h>

enum { RESERVED = 64 << 20, STEP = 64 << 10 };

/* Appends a line, giving the file more room when it is full. */
static void append(mw_map *map, uint64_t *used, const char *line)
{
    const size_t n = strlen(line);

    if (*used + n > mw_length(map))
        must(mw_resize(map, mw_length(map) + STEP, MW_RESIZE_PREALLOC, &failure));
    must(mw_write_at(NULL, map, *used, line, n, &failure));
    *used += n;
}

int main(void)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_map *map;
    uint64_t used = 0;

    options.access = MW_ACCESS_WRITE;
    options.flags = MW_F_CREATE | MW_F_TRUNCATE | MW_F_GROW;
    options.length = STEP;
    options.reserve = RESERVED;
    must(mw_map_file(&map, "growing.log", &options, &failure));

    for (int i = 0; i < 100000; i++) {
        char line[64];
        snprintf(line, sizeof line, "event %d\n", i);
        append(map, &used, line);
    }
    must(mw_sync(map, 0, used, MW_SYNC_DATA, 0, &failure));
    must(mw_resize(map, used, 0, &failure)); /* the file ends with its last line */
    printf("%llu bytes logged\n", (unsigned long long)used);
    must(mw_free(map));
    return 0;
}
