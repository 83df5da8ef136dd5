/* Sizes as people write them: "64M" is 64 MiB. */
#ifndef MAPWISE_BENCH_SIZE_H
#define MAPWISE_BENCH_SIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Digits with one of the suffixes K, M, G (powers of 1024), or none. False for anything else and for what
 * does not fit; *out is left alone then. */
bool parse_size(uint64_t *out, const char *text);

/* "64 MiB", "4 KiB", "1.5 GiB", "100 B". Returns `text`. */
const char *format_size(char *text, size_t capacity, double bytes);

/* "1.23 ms", "456 ns", "12.3 s". Returns `text`. */
const char *format_seconds(char *text, size_t capacity, double seconds);

#endif
