/* The version of these headers and of the library that is linked, and what a version promises.
 *
 * Versions are MAJOR.MINOR.PATCH (semver.org). The interface is what these headers declare and say. From
 * 1.0.0 on, as long as MAJOR is the same:
 *
 *   - What compiled with one version compiles with every later one; what was linked with one runs with
 *     every later one.
 *   - Functions keep their name, parameters, result and meaning.
 *   - Enumerators, flags and error codes keep their value, and a value is never used again for something
 *     else. New ones come with new values, so be ready for codes and enumerators that you do not know:
 *     give each switch a default.
 *   - A structure whose first member is `size` may grow at its end; its *_INIT macro fills `size` in, and so
 *     tells the library which version of it a caller has. No other structure changes.
 *   - A request that one version refuses may be granted by a later one.
 *
 * Not promised: names that begin with mw__ or end with _, what is behind an incomplete type (mw_map), texts
 * for people, mw_err.op, and the rows of the constants registry.
 *
 * Before 1.0.0 all this holds within one MINOR version: 0.2.0 may change what 0.1.0 has, 0.1.1 may not.
 *
 * What keeps it so: the shared library's soname is libmapwise.so.MAJOR, and its symbols carry the version
 * MAPWISE_MAJOR (before 1.0.0: MAPWISE_0.MINOR), so that a program does not start with a library that is not
 * compatible, whatever the file is called. It exports the functions marked MW_API and nothing else.
 * find_package(mapwise MAJOR.MINOR) accepts by the same rule. MINOR grows when functions or values are added;
 * a program that uses those needs that version at least, and can insist on it:
 *
 *   if (mw_version_number() < MW_VERSION_NUMBER)
 *       refuse();
 */
#ifndef MAPWISE_VERSION_H
#define MAPWISE_VERSION_H

#include "export.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The version of these headers: its parts, and one number that grows with every version. */
#define MW_VERSION_MAJOR  0
#define MW_VERSION_MINOR  1
#define MW_VERSION_PATCH  0
#define MW_VERSION_NUMBER (MW_VERSION_MAJOR * 1000000 + MW_VERSION_MINOR * 1000 + MW_VERSION_PATCH)

/* MW_VERSION_NUMBER of the linked library. Cannot fail; any thread. */
MW_API unsigned mw_version_number(void);

/* The version of the linked library as text, "0.1.0". A static string. Cannot fail; any thread. */
MW_API const char *mw_version_string(void);

#ifdef __cplusplus
}
#endif

#endif
