#include "text.h"

#include "random.h"

void text_fill(void *bytes, size_t size)
{
    uint64_t state = 1;

    for (size_t i = 0; i < size / sizeof(uint64_t); i++)
        ((uint64_t *)bytes)[i] = random_next(&state) | 0x0101010101010101;
}

void text_needle(unsigned char *needle, size_t n)
{
    for (size_t i = 0; i < n; i++)
        needle[i] = (unsigned char)(i * 150 + 77);
    if (n > 0)
        needle[n / 2] = 78;
}
