/* The first example of Python's mmap: read and write a file as a stream, by slices, and see it in the file.
 *
 *     with open("hello.txt", "r+b") as f:
 *         mm = mmap.mmap(f.fileno(), 0)
 *         print(mm.readline())      # prints b"Hello Python!\n"
 *         print(mm[:5])             # prints b"Hello"
 *         mm[6:] = b" world!\n"
 *         mm.seek(0)
 *         print(mm.readline())      # prints b"Hello  world!\n" */
#include "example.h"

int main(void)
{
    const mw_map_options options = MW_MAP_OPTIONS_PYTHON;
    const mw_slice first_five = {MW_SLICE_DEFAULT, 5, MW_SLICE_DEFAULT};
    const mw_slice from_six = {6, MW_SLICE_DEFAULT, MW_SLICE_DEFAULT};
    FILE *file = fopen("hello.txt", "w");
    mw_cursor cursor;
    char line[64];
    size_t length;
    mw_map *map;

    if (!file || fputs("Hello Python!\n", file) == EOF || fclose(file) != 0)
        return 1;
    must(mw_map_file(&map, "hello.txt", &options, &failure));

    must(mw_cursor_make(&cursor, map, &failure));
    must(mw_cursor_readline(&length, line, sizeof line, &cursor, &failure));
    printf("%.*s", (int)length, line);
    must(mw_slice_get(&length, line, sizeof line, map, first_five, &failure));
    printf("%.*s\n", (int)length, line);
    must(mw_slice_set(map, from_six, " world!\n", 8, &failure));
    must(mw_cursor_seek(NULL, &cursor, 0, MW_SEEK_SET, &failure));
    must(mw_cursor_readline(&length, line, sizeof line, &cursor, &failure));
    printf("%.*s", (int)length, line);
    must(mw_free(map));

    file = fopen("hello.txt", "r");
    if (!file || !fgets(line, sizeof line, file))
        return 1;
    printf("in the file: %s", line);
    fclose(file);
    return 0;
}
