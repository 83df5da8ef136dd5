/* Crochemore's and Perrin's Two-Way search: whatever the bytes are, no more than a small multiple of the
 * text's and the needle's is compared, and nothing is allocated. */
#ifndef MW_TWOWAY_H
#define MW_TWOWAY_H

#include <stdbool.h>
#include <stddef.h>

typedef struct mw__twoway {
    const unsigned char *needle; /* not owned */
    size_t n;
    bool backward;
    size_t cut;    /* the needle's critical position, in the direction of the search */
    size_t period; /* how far to go on where what is behind the cut matches, and what is before it does not */
} mw__twoway;

/* n > 0. Looks at the needle only. */
mw__twoway mw__twoway_prepare(const unsigned char *needle, size_t n, bool backward);

/* The offset of the lowest match, or of the highest if backward; SIZE_MAX: there is none. */
size_t mw__twoway_find(const mw__twoway *way, const unsigned char *text, size_t length);

#endif
