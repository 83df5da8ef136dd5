#include "size.h"

#include <stdio.h>
#include <string.h>

bool parse_size(uint64_t *out, const char *text)
{
    static const char suffixes[] = "KMG";
    uint64_t value = 0;
    const char *p = text;

    for (; *p >= '0' && *p <= '9'; p++) {
        uint64_t digit = (uint64_t)(*p - '0');
        if (value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    if (p == text)
        return false;
    if (*p) {
        const char *suffix = strchr(suffixes, *p);
        if (!suffix || p[1])
            return false;
        unsigned shift = 10 * (unsigned)(suffix - suffixes + 1);
        if (value > UINT64_MAX >> shift)
            return false;
        value <<= shift;
    }
    *out = value;
    return true;
}

const char *format_size(char *text, size_t capacity, double bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    size_t unit = 0;

    for (; bytes >= 1024 && unit + 1 < sizeof units / sizeof units[0]; unit++)
        bytes /= 1024;
    /* From 1000 to 1023 three digits would go over to an exponent. */
    snprintf(text, capacity, bytes >= 999.5 ? "%.0f %s" : "%.3g %s", bytes, units[unit]);
    return text;
}

const char *format_seconds(char *text, size_t capacity, double seconds)
{
    static const struct {
        double scale;
        const char *unit;
    } units[] = {{1e-9, "ns"}, {1e-6, "us"}, {1e-3, "ms"}, {1, "s"}};
    size_t unit = 0;

    while (unit + 1 < sizeof units / sizeof units[0] && seconds >= 0.9995 * units[unit + 1].scale)
        unit++;
    seconds /= units[unit].scale;
    snprintf(text, capacity, seconds >= 999.5 ? "%.0f %s" : "%.3g %s", seconds, units[unit].unit);
    return text;
}
