#include "page_cache.h"

#include "interrupt.h"

#include <time.h>
#include <unistd.h>

uint64_t page_cache_make_cold(int file, uint64_t length)
{
    const struct timespec pause = {.tv_nsec = 2000000};
    struct cached_pages cached = {.resident = PAGES_UNKNOWN};

    if (fsync(file) != 0)
        return PAGES_UNKNOWN;
    for (int attempt = 0; attempt < 100 && !interrupted; attempt++) {
        page_cache_drop(file);
        if (!page_cache_look(&cached, file, length) || cached.resident == 0)
            break;
        nanosleep(&pause, NULL); /* pages under input can't be dropped */
        if (attempt == 10 && cached.resident * (uint64_t)sysconf(_SC_PAGESIZE) >= length)
            break; /* not one page went: this file system keeps them */
    }
    return cached.resident;
}
