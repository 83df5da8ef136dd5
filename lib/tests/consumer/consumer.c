/* A program of somebody else: uses the library as it is installed, and prints the version it runs with. */
#include <mapwise.h>

#include <stdio.h>
#include <string.h>

int main(void)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_map *map;
    mw_err error;
    char word[6] = "";
    int code;

    options.access = MW_ACCESS_COPY;
    if ((code = mw_map_anon(&map, 100, &options, &error)) != MW_OK)
        return fprintf(stderr, "%s: %s\n", error.op, mw_error_text(code)), 1;
    if ((code = mw_write_at(NULL, map, 94, "hello", sizeof word, &error)) != MW_OK ||
        (code = mw_read_at(NULL, word, map, 94, sizeof word, &error)) != MW_OK)
        return fprintf(stderr, "%s: %s\n", error.op, mw_error_text(code)), 1;
    if (strcmp(word, "hello") != 0 || mw_free(map) != MW_OK || mw_version_number() != MW_VERSION_NUMBER)
        return 1;
    puts(mw_version_string());
    return 0;
}
