/* Memory handed to a process that need not trust its maker: sealed, it can't be cut off under the reader's
 * map, which would end the reader with SIGBUS. The reader is told nothing but a descriptor. */
#include "example.h"

#include <sys/wait.h>
#include <unistd.h>

/* Reads only what nobody can take away. */
static void read_in_child(mw_fd fd)
{
    char text[16] = "";
    uint32_t seals;
    mw_map *map;

    must(mw_map_fd(&map, fd, NULL, &failure));
    must(mw_seal(&seals, map, 0, &failure)); /* adds none, tells those that are there */
    if ((seals & MW_SEAL_SHRINK) == 0)
        exit(1);
    must(mw_read_at(NULL, text, map, 0, 6, &failure));
    printf("the child reads: %s\n", text);
    must(mw_free(map));
    exit(fflush(stdout) != 0);
}

int main(void)
{
    mw_info info = MW_INFO_INIT;
    int status = 0;
    mw_map *map;

    must(mw_map_anon(&map, 1 << 20, NULL, &failure));
    must(mw_write_at(NULL, map, 0, "sealed", 6, &failure));
    must(mw_seal(NULL, map, MW_SEAL_SHRINK | MW_SEAL_GROW | MW_SEAL_SEAL, &failure));
    must(mw_info_get(&info, map, &failure)); /* its descriptor could also be sent through a socket */

    const pid_t child = fork();
    if (child == 0)
        read_in_child(info.fd);
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
        return 1;
    printf("making it shorter: %s\n", mw_error_name(mw_resize(map, 1 << 10, 0, &failure)));
    printf("another seal: %s\n", mw_error_name(mw_seal(NULL, map, MW_SEAL_WRITE, &failure)));
    must(mw_free(map));
    return 0;
}
