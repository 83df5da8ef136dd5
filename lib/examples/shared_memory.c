/* Two processes meet in memory that has a name. Its maker says how large it is, and removes the name. */
#include "example.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A process of its own, which knows nothing but the name. */
static void answer_in_child(const char *name)
{
    char text[16] = "";
    mw_map *map;

    must(mw_map_named(&map, name, NULL, &failure));
    must(mw_read_at(NULL, text, map, 0, 5, &failure));
    must(mw_write_at(NULL, map, 0, strcmp(text, "ping?") == 0 ? "pong!" : "what?", 5, &failure));
    must(mw_free(map));
    exit(0);
}

int main(void)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    char name[64];
    char text[16] = "";
    int status = 0;
    mw_map *map;

    /* Names are for all of the system, so take one that is nobody else's. */
    snprintf(name, sizeof name, "mapwise-example-%ld", (long)getpid());
    options.flags = MW_F_CREATE | MW_F_EXCLUSIVE | MW_F_UNLINK;
    options.length = 1 << 20;
    must(mw_map_named(&map, name, &options, &failure));
    must(mw_write_at(NULL, map, 0, "ping?", 5, &failure));

    const pid_t child = fork();
    if (child == 0)
        answer_in_child(name);
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
        status = 1;
    must(mw_read_at(NULL, text, map, 0, 5, &failure));
    printf("the child answers: %s\n", text);
    must(mw_free(map)); /* and so removes the name, since MW_F_UNLINK was said */

    mw_map *again;
    printf("opening it now: %s\n", mw_error_name(mw_map_named(&again, name, NULL, &failure)));
    return status != 0;
}
