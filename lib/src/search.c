#include "search.h"

#include <stdint.h>
#include <string.h>

size_t mw__search_first(const unsigned char *text, size_t length, const unsigned char *needle, size_t n)
{
    for (size_t i = 0; n <= length && i <= length - n; i++)
        if (n == 0 || memcmp(text + i, needle, n) == 0)
            return i;
    return SIZE_MAX;
}

size_t mw__search_last(const unsigned char *text, size_t length, const unsigned char *needle, size_t n)
{
    for (size_t i = length; n <= length && i >= n; i--) {
        if (n == 0 || memcmp(text + (i - n), needle, n) == 0)
            return i - n;
        if (i == 0)
            break;
    }
    return SIZE_MAX;
}
