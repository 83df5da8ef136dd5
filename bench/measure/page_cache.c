#include "page_cache.h"

#include "interrupt.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

/* Where pages that are still being read can't be seen, none must have come in for so many looks: longer than
 * a piece of read-ahead takes. */
enum { LOOKS_MAX = 100, QUIET_LOOKS = 25, KEPT_LOOKS = 10 };

static uint64_t empty(int file, uint64_t length, int quiet_looks)
{
    const struct timespec pause = {.tv_nsec = 2000000};
    struct cached_pages cached = {.resident = PAGES_UNKNOWN};

    int quiet = 0;

    if (fsync(file) != 0)
        return PAGES_UNKNOWN;
    for (int look = 0; look < LOOKS_MAX && !interrupted; look++) {
        page_cache_drop(file);
        if (!page_cache_look(&cached, file, length)) {
            errno = ENOTSUP;
            return PAGES_UNKNOWN;
        }
        quiet = cached.resident == 0 ? quiet + 1 : 0;
        if (quiet > (cached.arriving ? 0 : quiet_looks))
            break;
        nanosleep(&pause, NULL); /* pages under input can't be dropped */
        if (look == KEPT_LOOKS && cached.resident * (uint64_t)sysconf(_SC_PAGESIZE) >= length)
            break; /* not one page went: this file system keeps them */
    }
    return cached.resident;
}

uint64_t page_cache_make_cold(int file, uint64_t length)
{
    return empty(file, length, QUIET_LOOKS);
}

uint64_t page_cache_empty(int file, uint64_t length)
{
    return empty(file, length, 0);
}
