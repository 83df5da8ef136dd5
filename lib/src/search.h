/* Looking for bytes in bytes: pure functions that read the two of them, and nothing outside.
 *
 * The time is linear in `length` and `n` whatever they hold, and that of reading the text once for most. */
#ifndef MW_SEARCH_H
#define MW_SEARCH_H

#include <stddef.h>

/* The offset in `text` of the lowest match, SIZE_MAX if there is none. No bytes match at 0. */
size_t mw__search_first(const unsigned char *text, size_t length, const unsigned char *needle, size_t n);

/* Of the highest match. No bytes match at `length`. */
size_t mw__search_last(const unsigned char *text, size_t length, const unsigned char *needle, size_t n);

/* The same without what is special to a processor. */
size_t mw__search_first_portable(const unsigned char *text, size_t length, const unsigned char *needle,
                                 size_t n);
size_t mw__search_last_portable(const unsigned char *text, size_t length, const unsigned char *needle,
                                size_t n);

#endif
