/* What the system says about a mapping of this process that no other call says. */
#ifndef MAPWISE_BENCH_MAPPING_H
#define MAPWISE_BENCH_MAPPING_H

#include <stdint.h>

/* The number of bytes that /proc/self/smaps gives as `field` ("AnonHugePages", "FilePmdMapped", "Rss", "Pss")
 * for the mapping that `address` lies in; COUNTER_ABSENT where it says nothing. A mapping that is advised
 * in parts counts as several. */
int64_t mapping_bytes(const void *address, const char *field);

/* How many bytes of it are mapped by huge pages: of memory, private or shared, or of a file. */
uint64_t mapping_huge_bytes(const void *address);

/* Bytes of a transparent huge page; 0 where there are none. */
uint64_t mapping_huge_page(void);

#endif
