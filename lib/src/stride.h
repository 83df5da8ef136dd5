/* Copying between bytes in a row and bytes a fixed step apart, which may overlap. */
#ifndef MW_STRIDE_H
#define MW_STRIDE_H

#include <stddef.h>

/* Byte i of a copy lies at to + i * to_step and comes from at from + i * from_step. One of the steps is 1,
 * the other is any but 0 and 1. */
typedef struct mw__strided {
    unsigned char *to;
    ptrdiff_t to_step;
    const unsigned char *from;
    ptrdiff_t from_step;
    size_t n;
} mw__strided;

/* Copies as if the bytes had been copied elsewhere first. */
void mw__copy_strided(const mw__strided *copy);

#endif
