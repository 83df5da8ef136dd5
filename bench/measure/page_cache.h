/* The page cache of one file: what is in it, and getting it out.
 *
 * The recipe for cold, which needs no rights beyond owning the file: write back what is dirty, unmap
 * (advice on a file that page tables still refer to does nothing and says it succeeded), advise that the
 * pages are not needed, and look. */
#ifndef MAPWISE_BENCH_PAGE_CACHE_H
#define MAPWISE_BENCH_PAGE_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#define PAGES_UNKNOWN UINT64_MAX

struct cached_pages {
    uint64_t resident;
    uint64_t dirty; /* or under write-back; PAGES_UNKNOWN where the system can't say */
    bool arriving;  /* whether `resident` has also those that are still being read */
};

/* Looks at the first `length` bytes of `file`. False if the system can't say at all. */
bool page_cache_look(struct cached_pages *out, int file, uint64_t length);

/* Asks the system to drop the file's pages, once. */
void page_cache_drop(int file);

/* From now on page_cache_drop drops what it can of the whole system's cache, too. False with errno set: only
 * root may. */
bool page_cache_drop_caches(void);

/* The whole recipe, but for unmapping, which is the caller's. Waits a little for read-ahead that is still
 * on its way. The answer is how many pages of the first `length` bytes are left: 0 is cold. PAGES_UNKNOWN
 * with errno set: ENOTSUP where the system can't say, else the file can't be written back. */
uint64_t page_cache_make_cold(int file, uint64_t length);

/* Likewise before the cache is filled again: pages that are on their way unseen may come in later. */
uint64_t page_cache_empty(int file, uint64_t length);

#endif
