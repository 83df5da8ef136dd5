/* Ways of touching memory that the compiler can't leave out. */
#ifndef MAPWISE_BENCH_ACCESS_H
#define MAPWISE_BENCH_ACCESS_H

#include <stddef.h>
#include <stdint.h>

/* The value must be computed; it goes nowhere. */
static inline void consume(uint64_t value)
{
    __asm__ volatile("" : : "r"(value) : "memory");
}

/* What stands at `bytes` must be there; it goes nowhere. A copy of which one byte is consumed may become a
 * load of one byte: this one is made whole. */
static inline void consume_bytes(const void *bytes)
{
    __asm__ volatile("" : : "r"(bytes) : "memory");
}

/* The sum of all whole 8-byte words. `bytes` must be aligned for them. */
uint64_t sum_words(const void *bytes, size_t length);

/* The sum of all words of `count` pages at `offsets`, in that order. */
uint64_t sum_pages(const void *bytes, const uint64_t *offsets, size_t count, size_t page_size);

/* Loads the first word of `count` pages at `offsets`, in that order; the answer is their sum. */
uint64_t load_pages(const void *bytes, const uint64_t *offsets, size_t count);

/* Loads the first word of each page, in order; the answer is their sum. */
uint64_t load_each_page(const void *bytes, size_t length, size_t page_size);

/* Follows a chain of `steps` offsets, each of which stands where the one before it points; the answer is
 * where it has got to. */
uint64_t follow_chain(const void *bytes, uint64_t offset, uint64_t steps);

/* Stores to the first word of each page, in order. */
void store_each_page(void *bytes, size_t length, size_t page_size, uint64_t value);

/* Gives every byte the value, in order. */
void store_bytes(void *bytes, size_t length, unsigned char value);

/* Gives `length` bytes the value at each of `count` offsets, in that order. */
void store_at(void *bytes, const uint64_t *offsets, size_t count, size_t length, unsigned char value);

#endif
