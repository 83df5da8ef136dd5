/* The system headers whose constants the generated check compares with the tables. Not public.
 *
 * The C library's headers come first and the kernel's after them: where both define a name, the
 * kernel's definition is the one that is checked. musl's include path has no kernel headers; what
 * only they define is then recorded as not defined. */
#ifndef MW_CONSTANTS_HEADERS_H
#define MW_CONSTANTS_HEADERS_H

#include "tables.h"

#ifdef _WIN32
#include <windows.h>
#else
#include <fcntl.h>
#include <sys/mman.h>
#endif

#if defined(__linux__) && defined(__has_include)
#if __has_include(<linux/mman.h>)
#include <linux/mman.h>
#endif
#if __has_include(<linux/memfd.h>)
#include <linux/memfd.h>
#endif
#endif

/* Flags are patterns of 32 bits: a header that writes one as a negative int means the same. */
#define MW_HEADER_VALUE(value) ((int64_t)(value) < 0 ? (int64_t)(uint32_t)(value) : (int64_t)(value))

#endif
