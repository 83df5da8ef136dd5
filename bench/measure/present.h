/* Which pages are in the page tables of this process, which is more than being in memory. */
#ifndef MAPWISE_BENCH_PRESENT_H
#define MAPWISE_BENCH_PRESENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many of the pages of `length` bytes from `address` on, a page's first byte; COUNTER_ABSENT where the
 * system can't say. What is not mapped has none there. */
int64_t present_pages(const void *address, uint64_t length);

/* Whether `length` bytes of memory from `address` on, all present, are in transparent huge pages, but for
 * less than one at each end. */
bool present_as_huge(const void *address, uint64_t length);

/* Bytes that one page table of the lowest level covers. */
size_t present_table_span(void);

#endif
