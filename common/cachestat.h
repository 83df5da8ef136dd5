/* cachestat(2), since Linux 6.5: what the page cache holds of a range of a file, in pages. */
#ifndef MAPWISE_COMMON_CACHESTAT_H
#define MAPWISE_COMMON_CACHESTAT_H

#include <stdbool.h>
#include <stdint.h>

struct cachestat_pages {
    uint64_t cached, dirty, write_back, evicted, recently_evicted;
};

/* False where the running system has no such call, or refuses it for this file. */
bool cachestat_ask(struct cachestat_pages *out, int file, uint64_t offset, uint64_t length);

#endif
