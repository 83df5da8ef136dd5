#include "json.h"

#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

/* The bytes of the well-formed UTF-8 character at `text`, 0 if there is none. */
static size_t character_size(const unsigned char *text)
{
    const unsigned first = text[0], second = first < 0x80 ? 0 : text[1];
    const size_t size = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
    const bool surrogate = first == 0xED && second > 0x9F;
    const bool too_large = first > 0xF4 || (first == 0xF4 && second > 0x8F);

    for (size_t i = 1; i < size; i++)
        if ((text[i] & 0xC0) != 0x80)
            return 0;
    return overlong || surrogate || too_large ? 0 : size;
}

void gb__json_text(FILE *out, const char *text)
{
    if (!text) {
        fputs("null", out);
        return;
    }
    putc('"', out);
    while (*text) {
        const unsigned char c = (unsigned char)*text;
        const size_t size = character_size((const unsigned char *)text);
        if (size == 0)
            fputs("\\ufffd", out);
        else if (c < 0x20)
            fprintf(out, "\\u%04x", c);
        else if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else
            fwrite(text, 1, size, out);
        text += size ? size : 1;
    }
    putc('"', out);
}

void gb__json_number(FILE *out, double value)
{
    char text[64];

    if (!isfinite(value)) {
        fputs("null", out);
        return;
    }
    snprintf(text, sizeof text, "%.17g", value);
    const char *point = localeconv()->decimal_point;
    char *found = strstr(text, point);
    if (found)
        fprintf(out, "%.*s.%s", (int)(found - text), text, found + strlen(point));
    else
        fputs(text, out);
}
