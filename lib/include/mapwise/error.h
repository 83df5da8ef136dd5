/* What can go wrong, and how a failure is described.
 *
 * Every call that can fail returns one of the negative codes below. A caller who wants to know more
 * passes an mw_err, which also holds the system's own code and the name of what refused.
 */
#ifndef MAPWISE_ERROR_H
#define MAPWISE_ERROR_H

#include "export.h"
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The one list behind the enum, the names and the texts: X(name, value, text). The values are part
 * of the interface and never change; numbers left out belong to parts that do not exist yet. */
#define MW_ERROR_MAP(X)                                                                                      \
    /* An argument makes no sense, alone or together with another. */                                        \
    X(INVAL, -101, "invalid argument")                                                                       \
    /* An offset, a range or a buffer is outside what there is. */                                           \
    X(RANGE, -102, "range lies outside the map, or the buffer is too small")                                 \
    /* A sum or product does not fit 64 bits, the system's file offsets, or the address space. */            \
    X(OVERFLOW, -103, "size does not fit")                                                                   \
    X(ALIGN, -104, "address or offset is not aligned as required")                                           \
    X(CLOSED, -105, "map is closed")                                                                         \
    /* The map is in use: a pin is held, or another thread is inside a call; or the system says so. */       \
    X(BUSY, -106, "in use: pinned, inside another call, or held by the system")                              \
    /* Writing (or growing) something that may only be read. */                                              \
    X(RDONLY, -107, "read-only")                                                                             \
    X(ACCESS, -108, "permission denied")                                                                     \
    X(BADFD, -109, "bad file descriptor")                                                                    \
    X(EMPTY, -110, "nothing to map: the file is empty from the offset on")                                   \
    X(SHORT, -111, "file is smaller than the request and may not grow")                                      \
    X(NOTSUP, -112, "not supported here")                                                                    \
    X(NOMEM, -113, "out of memory or address space")                                                         \
    X(NOSPC, -114, "no space left on the backing store")                                                     \
    X(EXIST, -115, "already exists, or the address is taken")                                                \
    X(NOENT, -116, "no such file or name")                                                                   \
    X(FAULT, -117, "page could not be supplied: file truncated, or input/output failed")                     \
    /* Bytes that are not what the requested layout says they are. */                                        \
    X(FORMAT, -118, "contents do not fit the requested layout")                                              \
    X(TYPE, -119, "element type cannot be mapped")                                                           \
    X(LIMIT, -120, "resource limit reached")                                                                 \
    X(END, -121, "past the last one")                                                                        \
    /* A view of a map that has moved or shrunk since, or maps other bytes now. */                           \
    X(STALE, -122, "view is older than the last change of its map")                                          \
    X(OS, -199, "system error, see mw_err.os")

/* The codes, each with what mw_error_text says of it. */
enum mw_error {
    MW_OK = 0,
#define MW_X(name, value, text) MW_E_##name = (value),
    MW_ERROR_MAP(MW_X)
#undef MW_X
    /* Keeps the type wide enough for codes to come. */
    MW_E_RESERVED_ = -32768
};

/* One failure. Filled when a call fails, left alone when it succeeds. It owns nothing. */
typedef struct mw_err {
    int code;       /* MW_E_*, the same as the call returned */
    int32_t os;     /* the system's code (errno), of the first thing that failed; 0: our own verdict */
    const char *op; /* a static string: the system call that failed, or the argument that was refused */
    uint64_t where; /* the byte offset concerned, in the map or the file; UINT64_MAX: none */
} mw_err;

/* The name of a code: "MW_E_SHORT" for MW_E_SHORT, "MW_OK" for 0; "MW_E_?" for a number that is no code
 * of ours. A static string. Cannot fail; any thread. */
MW_API const char *mw_error_name(int code);

/* A short English sentence without a full stop. A static string, never NULL, "unknown error" for a
 * number that is no code of ours. Cannot fail; any thread. */
MW_API const char *mw_error_text(int code);

/* The code that stands for the system's own `os` (errno): ENOENT gives MW_E_NOENT. 0 gives MW_OK and
 * whatever has no code of its own gives MW_E_OS. Cannot fail; any thread. */
MW_API int mw_error_from_os(int32_t os);

#ifdef __cplusplus
}
#endif

#endif
