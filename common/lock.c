#include "lock.h"

#include <errno.h>
#include <sys/file.h>
#include <time.h>

bool lock_take(int file, int how)
{
    const struct timespec pause = {.tv_nsec = 20000000};
    int tries = 50;

    while (flock(file, how | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK || tries-- == 0)
            return false;
        nanosleep(&pause, NULL);
    }
    return true;
}
