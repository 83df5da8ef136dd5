/* Python's example of memory shared by a parent and its child.
 *
 *     mm = mmap.mmap(-1, 13)
 *     mm.write(b"Hello world!")
 *     pid = os.fork()
 *     if pid == 0:                  # In a child process
 *         mm.seek(0)
 *         print(mm.readline())
 *         mm.close() */
#include "example.h"

#include <sys/wait.h>
#include <unistd.h>

static void read_in_child(mw_map *map)
{
    char line[16];
    size_t length;
    mw_cursor cursor;

    must(mw_cursor_make(&cursor, map, &failure));
    must(mw_cursor_readline(&length, line, sizeof line, &cursor, &failure));
    printf("the child reads: %.*s\n", (int)length, line);
    must(mw_write_at(NULL, map, 0, "Howdy", 5, &failure));
    must(mw_free(map));
    exit(fflush(stdout) != 0);
}

int main(void)
{
    char text[16] = "";
    int status = 0;
    mw_cursor cursor;
    mw_map *map;

    must(mw_map_anon(&map, 13, NULL, &failure));
    must(mw_cursor_make(&cursor, map, &failure));
    must(mw_cursor_write(&cursor, "Hello world!", 12, &failure));

    const pid_t child = fork();
    if (child == 0)
        read_in_child(map);
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
        return 1;
    must(mw_read_at(NULL, text, map, 0, 12, &failure));
    printf("the parent reads: %s\n", text);
    must(mw_free(map));
    return 0;
}
