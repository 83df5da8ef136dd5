/* Text from programs and file names may hold any bytes; what is written out must be UTF-8. */
#ifndef MAPWISE_COMMON_UTF8_H
#define MAPWISE_COMMON_UTF8_H

#include <stddef.h>
#include <stdio.h>

/* Length of the UTF-8 sequence at `text`, a string; 0 if the bytes there are not one. */
size_t utf8_sequence(const char *text);

/* How one format writes text: what stands in for single bytes, newlines and tabs among them. */
struct escape {
    char byte;
    const char *text;
};

/* Writes a string as UTF-8. A byte of `escapes`, which ends with {0, NULL}, is replaced by its text; what is
 * not UTF-8, and what XML 1.0 can't hold (control characters but tab and newline, U+FFFE, U+FFFF), becomes
 * U+FFFD. */
void utf8_write(FILE *stream, const char *text, const struct escape *escapes);

#endif
