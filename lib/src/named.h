/* Names of shared memory. */
#ifndef MW_NAMED_H
#define MW_NAMED_H

#include "handle.h"

/* A slash, as many bytes as the most generous system allows, and an end. */
#define MW_NAME_SIZE (1 + 255 + 1)

/* *out = the name that the system knows. MW_E_INVAL if `given` can't be one. */
int mw__name_read(char out[MW_NAME_SIZE], const char *given, mw_err *err);

/* The map is closed: removes the name that goes with it, if any. */
void mw__named_release(mw_map *map);

#endif
