#include "utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

size_t utf8_sequence(const char *text)
{
    static const struct {
        unsigned char mask, lead;
        size_t length;
        uint32_t smallest;
    } forms[] = {{0xe0, 0xc0, 2, 0x80}, {0xf0, 0xe0, 3, 0x800}, {0xf8, 0xf0, 4, 0x10000}};
    const unsigned char *bytes = (const unsigned char *)text;

    if (bytes[0] < 0x80)
        return 1;
    for (size_t form = 0; form < sizeof forms / sizeof forms[0]; form++) {
        if ((bytes[0] & forms[form].mask) != forms[form].lead)
            continue;
        uint32_t code = bytes[0] & (unsigned char)~forms[form].mask;
        for (size_t i = 1; i < forms[form].length; i++) {
            if ((bytes[i] & 0xc0) != 0x80)
                return 0;
            code = code << 6 | (bytes[i] & 0x3f);
        }
        bool surrogate = code >= 0xd800 && code <= 0xdfff;
        return code >= forms[form].smallest && code <= 0x10ffff && !surrogate ? forms[form].length : 0;
    }
    return 0;
}

static const char *escape_of(char byte, const struct escape *escapes)
{
    for (; escapes->text; escapes++)
        if (escapes->byte == byte)
            return escapes->text;
    return NULL;
}

/* U+FFFE and U+FFFF are well-formed, and no characters. */
static bool is_forbidden(const char *text)
{
    return ((unsigned char)*text < 0x20 && *text != '\t' && *text != '\n') || *text == 0x7f ||
           strncmp(text, "\xef\xbf\xbe", 3) == 0 || strncmp(text, "\xef\xbf\xbf", 3) == 0;
}

void utf8_write(FILE *stream, const char *text, const struct escape *escapes)
{
    static const char replacement[] = "\xef\xbf\xbd";

    while (*text) {
        size_t length = utf8_sequence(text);
        const char *escape = escape_of(*text, escapes);
        if (escape)
            fputs(escape, stream);
        else if (length == 0 || is_forbidden(text))
            fputs(replacement, stream);
        else
            fwrite(text, 1, length, stream);
        text += length ? length : 1;
    }
}
