#include "shared_memory.h"

#include "child.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static bool is_left(int folder, const char *name, pid_t process)
{
    const time_t longest_case = 300; /* seconds */
    struct stat status;

    return kill(process, 0) != 0 && errno == ESRCH &&
           fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           time(NULL) - status.st_mtime > longest_case;
}

void remove_left_shared_memory(void)
{
    const size_t length = strlen(SHARED_MEMORY_PREFIX) - 1;
    DIR *folder = opendir("/dev/shm");
    struct dirent *entry;

    while (folder && (entry = readdir(folder))) {
        char *end;
        if (strncmp(entry->d_name, &SHARED_MEMORY_PREFIX[1], length) != 0)
            continue;
        const long process = strtol(entry->d_name + length, &end, 10);
        if (process > 0 && *end == '\0' && is_left(dirfd(folder), entry->d_name, (pid_t)process))
            unlinkat(dirfd(folder), entry->d_name, 0);
    }
    if (folder)
        closedir(folder);
}
