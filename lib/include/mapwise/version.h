/* The version of these headers, and of the library that is linked.
 *
 * Versions with the same major number are binary compatible, from 1.0.0 on. A program can insist
 * that it runs with what it was compiled for:
 *
 *   if (mw_version_number() / 1000000 != MW_VERSION_MAJOR)
 *       refuse();
 */
#ifndef MAPWISE_VERSION_H
#define MAPWISE_VERSION_H

#include "export.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MW_VERSION_MAJOR  0
#define MW_VERSION_MINOR  1
#define MW_VERSION_PATCH  0
#define MW_VERSION_NUMBER (MW_VERSION_MAJOR * 1000000 + MW_VERSION_MINOR * 1000 + MW_VERSION_PATCH)

/* MW_VERSION_NUMBER of the linked library. Cannot fail; any thread. */
MW_API unsigned mw_version_number(void);

/* The same as text, "0.1.0". A static string. Cannot fail; any thread. */
MW_API const char *mw_version_string(void);

#ifdef __cplusplus
}
#endif

#endif
