#include "access.h"

#include "interrupt.h"

#include <string.h>

/* Long runs over a slow disk look up now and then whether they should go on. */
enum { LOOK_UP_BYTES = 1 << 20 };

static uint64_t sum_chunk(const uint64_t *words, size_t count)
{
    uint64_t sums[4] = {0};
    size_t i = 0;

    for (; i + 4 <= count; i += 4)
        for (size_t lane = 0; lane < 4; lane++)
            sums[lane] += words[i + lane];
    for (; i < count; i++)
        sums[0] += words[i];
    return sums[0] + sums[1] + sums[2] + sums[3];
}

uint64_t sum_words(const void *bytes, size_t length)
{
    const unsigned char *p = bytes;
    uint64_t sum = 0;

    for (size_t done = 0; done < length && !interrupted; done += LOOK_UP_BYTES) {
        size_t chunk = length - done < LOOK_UP_BYTES ? length - done : LOOK_UP_BYTES;
        sum += sum_chunk((const uint64_t *)(const void *)(p + done), chunk / sizeof(uint64_t));
    }
    return sum;
}

uint64_t sum_pages(const void *bytes, const uint64_t *offsets, size_t count, size_t page_size)
{
    const unsigned char *p = bytes;
    uint64_t sum = 0;

    for (size_t i = 0; i < count && !interrupted; i++)
        sum += sum_chunk((const uint64_t *)(const void *)(p + offsets[i]), page_size / sizeof(uint64_t));
    return sum;
}

uint64_t load_pages(const void *bytes, const uint64_t *offsets, size_t count)
{
    const unsigned char *p = bytes;
    uint64_t sum = 0;

    for (size_t i = 0; i < count && !interrupted; i++)
        sum += *(const volatile uint64_t *)(const void *)(p + offsets[i]);
    return sum;
}

uint64_t load_each_page(const void *bytes, size_t length, size_t page_size)
{
    const unsigned char *p = bytes;
    uint64_t sum = 0;

    for (size_t offset = 0; offset < length; offset += page_size)
        sum += *(const volatile uint64_t *)(const void *)(p + offset);
    return sum;
}

uint64_t follow_chain(const void *bytes, uint64_t offset, uint64_t steps)
{
    const unsigned char *p = bytes;

    for (uint64_t i = 0; i < steps; i++)
        offset = *(const volatile uint64_t *)(const void *)(p + offset);
    return offset;
}

void store_each_page(void *bytes, size_t length, size_t page_size, uint64_t value)
{
    unsigned char *p = bytes;

    for (size_t offset = 0; offset < length; offset += page_size)
        *(volatile uint64_t *)(void *)(p + offset) = value;
}

void store_bytes(void *bytes, size_t length, unsigned char value)
{
    unsigned char *p = bytes;

    for (size_t done = 0; done < length && !interrupted; done += LOOK_UP_BYTES) {
        memset(p + done, value, length - done < LOOK_UP_BYTES ? length - done : LOOK_UP_BYTES);
        consume(p[done]);
    }
}

void store_at(void *bytes, const uint64_t *offsets, size_t count, size_t length, unsigned char value)
{
    unsigned char *p = bytes;

    for (size_t i = 0; i < count && !interrupted; i++) {
        memset(p + offsets[i], value, length);
        consume(p[offsets[i]]);
    }
}
