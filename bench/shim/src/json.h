/* Values of JSON. */
#ifndef GB_JSON_H
#define GB_JSON_H

#include <stdio.h>

/* In quotes; bytes that are not UTF-8 become U+FFFD. NULL: null. */
void gb__json_text(FILE *out, const char *text);

/* Reads back exactly, whatever the locale; null for what is not finite. */
void gb__json_number(FILE *out, double value);

#endif
