/* Reading past the page cache. */
#ifndef MAPWISE_BENCH_DIRECT_H
#define MAPWISE_BENCH_DIRECT_H

/* Opens the file for reading straight from the device; -1 where the file system can't. Offsets, lengths and
 * buffers must then be multiples of the device's block, for which a page is enough nearly everywhere. */
int open_direct(const char *path);

#endif
