/* Calls about a file that only some systems have. All answer 0 or the system's own code. */
#ifndef MAPWISE_BENCH_FILE_CALLS_H
#define MAPWISE_BENCH_FILE_CALLS_H

#include <stdint.h>

/* fallocate(2). `mode` is the name of one: "default", "keep_size", "zero_range", "punch_hole",
 * "collapse_range", "insert_range", "write_zeroes". EOPNOTSUPP where the file system has none. */
int file_allocate(int file, const char *mode, uint64_t offset, uint64_t length);

/* Writes the dirty pages of a range back and waits for that: the pages alone, neither what is known about the
 * file nor what the device still has in its cache (sync_file_range(2)). */
int file_write_back(int file, uint64_t offset, uint64_t length);

/* The flag of a map whose stores are durable as soon as they have left the processor's caches; 0: the system
 * has none. For mw_map_options.raw_flags. */
uint64_t file_map_sync_flag(void);

#endif
