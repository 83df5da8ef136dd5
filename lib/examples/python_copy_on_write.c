/* Python's ACCESS_COPY: a map that can be written and a file that stays as it is.
 *
 *     mm = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_COPY)
 *     mm[0:5] = b"HELLO"
 *     mm.flush() */
#include "example.h"

int main(void)
{
    mw_map_options options = MW_MAP_OPTIONS_PYTHON;
    const mw_slice first_five = {0, 5, MW_SLICE_DEFAULT};
    FILE *file = fopen("original.txt", "w");
    char text[16] = "";
    mw_map *map;

    if (!file || fputs("hello", file) == EOF || fclose(file) != 0)
        return 1;
    options.access = MW_ACCESS_COPY;
    must(mw_map_file(&map, "original.txt", &options, &failure));
    must(mw_slice_set(map, first_five, "HELLO", 5, &failure));
    must(mw_sync(map, 0, MW_WHOLE, MW_SYNC_WAIT, 0, &failure)); /* there is nothing to write back */
    must(mw_read_at(NULL, text, map, 0, 5, &failure));
    printf("in the map:  %s\n", text);
    must(mw_free(map));

    file = fopen("original.txt", "r");
    if (!file || !fgets(text, sizeof text, file))
        return 1;
    printf("in the file: %s\n", text);
    fclose(file);
    return 0;
}
