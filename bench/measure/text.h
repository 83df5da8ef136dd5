/* Bytes to be searched, and needles that are not in them. */
#ifndef MAPWISE_BENCH_TEXT_H
#define MAPWISE_BENCH_TEXT_H

#include <stddef.h>

/* Odd bytes only: an even one is never found. `bytes` must be aligned for words, `size` whole words. */
void text_fill(void *bytes, size_t size);

/* A needle with one even byte, in its middle: its first and its last occur as often as any. */
void text_needle(unsigned char *needle, size_t n);

#endif
