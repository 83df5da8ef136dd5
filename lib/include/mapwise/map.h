/* Making a map, giving it back, facts about it.
 *
 * A map is a handle. mw_unmap ends the mapping and keeps the handle, so that a late call answers
 * MW_E_CLOSED; mw_free ends both.
 *
 *            offset                       offset + length
 *   file ------|#############################|----------- end
 *        ^page     ^page     ^page     ^page     ^page
 *        |<------------- mapped_length ----------->|
 *
 * The system maps whole pages; the library does the rounding. Bytes of those pages outside
 * [offset, offset + length) are not part of the map: no call reads or writes them. What lies between
 * the end of the file and the end of its last page reads as zero and is never written to the file
 * (POSIX, mmap).
 *
 * Data that stdio still holds in a buffer is not in the file, and so not in the map: fflush first, or map the
 * stream (stream.h).
 */
#ifndef MAPWISE_MAP_H
#define MAPWISE_MAP_H

#include "error.h"
#include "export.h"
#include "options.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A file descriptor. */
typedef int mw_fd;

/* The handle. */
typedef struct mw_map mw_map;

/* Maps the file at `path`; by default all of it, for reading.
 *
 * *out is the new map, the caller's to mw_free; NULL on failure. The path is not kept. The file is
 * opened close-on-exec, and that descriptor is kept (see MW_F_NO_TRACK). A pipe is not waited for
 * unless MW_F_READ_COPY asks for its bytes.
 * All or nothing: a file that grew for a call that fails gets its old size back.
 *
 * MW_E_INVAL     bad options; a directory; MW_WHOLE of a device
 * MW_E_OVERFLOW  offset + length, or the pages around them, do not fit
 * MW_E_RANGE     MW_WHOLE, with `offset` past the end of the file
 * MW_E_SHORT     offset + length is past the end of the file
 * MW_E_EMPTY     no bytes to map, with MW_F_STRICT_EMPTY
 * MW_E_ALIGN     `offset` with MW_F_STRICT_ALIGN; `address` with MW_F_FIXED
 * MW_E_NOENT     no such file
 * MW_E_ACCESS    permission denied by the file, its descriptor, its file system or its seals
 * MW_E_RDONLY    growth, preallocation or truncation through a descriptor that cannot be written
 * MW_E_NOTSUP    something that cannot be mapped; a raw flag, an option or a label not known here
 * MW_E_NOSPC     the disk is full    MW_E_LIMIT  file size, locked memory or open files
 * MW_E_EXIST     the range at `address` is taken, with MW_F_FIXED
 * MW_E_NOMEM     no memory, or no address space left
 * MW_E_FAULT     a page cannot be supplied, with MW_F_POPULATE
 * MW_E_BUSY      a file that is being executed, opened for writing
 * MW_E_OS        anything else the system says
 *
 * Any thread. Source: POSIX.1-2024 mmap, open, ftruncate; Linux mmap(2). */
MW_API int mw_map_file(mw_map **out, const char *path, const mw_map_options *options, mw_err *err);

/* Maps the file behind the open descriptor `fd`; by default all of it, with the rights that the
 * descriptor has. `fd` stays the caller's, who may close it at once: the map keeps a duplicate
 * (close-on-exec, see MW_F_NO_TRACK). Its file position is not changed, and used only with
 * MW_F_FROM_POSITION.
 *
 * Errors as for mw_map_file, and:
 * MW_E_BADFD   `fd` is not open
 * MW_E_ACCESS  `fd` cannot be read, or cannot be written and write access was asked for
 * MW_E_INVAL   MW_F_EXCLUSIVE, which needs a path
 *
 * Any thread. Source: POSIX.1-2024 mmap; Linux mmap(2). */
MW_API int mw_map_fd(mw_map **out, mw_fd fd, const mw_map_options *options, mw_err *err);

/* Maps `length` bytes of new memory that read as zero: shared with children of fork by default,
 * private with MW_ACCESS_COPY. 0 is a valid map of no bytes. options.length must be MW_WHOLE or equal
 * to `length`, options.offset 0, and flags about files are MW_E_INVAL. Other errors as for mw_map_file.
 *
 * Any thread. Source: POSIX.1-2024 mmap (MAP_ANONYMOUS). */
MW_API int mw_map_anon(mw_map **out, uint64_t length, const mw_map_options *options, mw_err *err);

/* Ends the mapping and closes the kept descriptor; the handle stays, closed. Changes in a WRITE map
 * are not lost and not waited for: the system writes them back in its own time, see mw_sync. A map that
 * is closed already: MW_OK.
 *
 * MW_E_BUSY  a pin is held, or another thread is inside a call on this map; nothing happened
 * MW_E_OS, MW_E_NOSPC  closing the descriptor reported a failed write-back (errno EIO, ENOSPC, EDQUOT); the
 *            map is closed
 * other      the system refused to unmap; the map is as before
 *
 * Any thread; exclusive, never waits. Source: POSIX.1-2024 munmap, close. */
MW_API int mw_unmap(mw_map *map, mw_err *err);

/* mw_unmap, then gives the handle back. NULL is fine. If it answers MW_E_BUSY, or the system refuses to
 * unmap, the handle is still there; a failed write-back is reported once, and the handle is gone.
 * Whoever calls it must know that no other thread will use the handle afterwards. */
MW_API int mw_free(mw_map *map);

/* What a map was made from. */
typedef enum mw_source {
    MW_SOURCE_FILE,      /* a regular file, shared memory or a memfd */
    MW_SOURCE_DEVICE,    /* a device: it has no size of its own */
    MW_SOURCE_ANONYMOUS, /* new memory */
    MW_SOURCE_COPY,      /* bytes that MW_F_READ_COPY read into memory */
    MW_SOURCE_NAMED,     /* named shared memory (named.h) */
    MW_SOURCE_RING       /* memory that is seen twice (ring.h) */
} mw_source;

/* Facts about a map. */
typedef struct mw_info {
    uint32_t size;          /* in: sizeof(mw_info), see MW_INFO_INIT */
    uint32_t flags;         /* MW_F_* it was made with */
    mw_access access;       /* READ, WRITE or COPY. When mw_protect grants writing, READ becomes WRITE, or
                               COPY if the memory is private (MW_SOURCE_COPY) */
    uint32_t prot;          /* MW_PROT_READ, _WRITE, _EXEC that all of its pages have now */
    mw_source source;       /* what it was made from */
    uint32_t pins;          /* pins held at this moment */
    uint64_t length;        /* bytes in the map; 0 when closed */
    uint64_t offset;        /* of its first byte in the file */
    uint64_t mapped_length; /* bytes of the pages that the system mapped; 0 when closed or empty */
    uint64_t page_size;     /* bytes of a page of this map; larger than mw_page_size() for huge pages */
    const void *base;       /* address of its first byte, for looking at, not through: see mw_pin. NULL
                               when closed or empty */
    mw_fd fd;               /* the descriptor it keeps, still the map's own; -1: none */
    bool closed;            /* mw_unmap has ended it */
    uint64_t reserved;      /* bytes that it can have without moving; 0 when closed */
    uint64_t generation;    /* changes when what lies at an offset may have: moved, shorter, another part */
} mw_info;

/* What an mw_info begins as. */
#define MW_INFO_INIT                                                                                         \
    {                                                                                                        \
        (uint32_t)sizeof(mw_info), 0, MW_ACCESS_DEFAULT, 0, MW_SOURCE_FILE, 0, 0, 0, 0, 0, NULL, -1, false,  \
            0, 0                                                                                             \
    }

/* Fills *out, which must begin as MW_INFO_INIT, with the facts about `map`. Works on a closed map.
 * Bytes of a larger, later mw_info that this library does not know become zero.
 *
 * MW_E_INVAL  out->size is not the size of an mw_info
 * MW_E_BUSY   another thread is unmapping or protecting
 *
 * Any thread. */
MW_API int mw_info_get(mw_info *out, const mw_map *map, mw_err *err);

/* Bytes in the map; 0 when closed, or NULL. Only mw_resize and mw_rewindow change it. Any thread. */
MW_API uint64_t mw_length(const mw_map *map);

/* The size in bytes that the file has now, which follows every growth and truncation by anyone. So it does
 * for named memory and for that of a ring; for anonymous memory and read copies it is the map's length.
 *
 * MW_E_CLOSED  the map is closed
 * MW_E_INVAL   no descriptor was kept (MW_F_NO_TRACK), also for anonymous memory
 * MW_E_NOTSUP  a device, which has no size
 * MW_E_BUSY    another thread is unmapping or protecting
 * other        what fstat says
 *
 * Any thread. Source: POSIX.1-2024 fstat. */
MW_API int mw_file_size(uint64_t *out, const mw_map *map, mw_err *err);

/* Bytes of a page, a power of two, the unit of protection and residency. Cannot fail; any thread.
 * Source: POSIX.1-2024 sysconf (_SC_PAGESIZE). */
MW_API size_t mw_page_size(void);

/* Bytes that the system's file offsets for maps must be multiples of: the page size on POSIX systems.
 * It matters only with MW_F_STRICT_ALIGN. Cannot fail; any thread. */
MW_API size_t mw_granularity(void);

/* The sizes in bytes of the huge pages that the system has, from the smallest on: the one at `index`, which
 * counts from 0; past the last one MW_E_END. For the option huge_page_size. Any thread. Source: Linux
 * hugetlbpage. */
MW_API int mw_huge_page_size_at(uint64_t *out, size_t index, mw_err *err);

#ifdef __cplusplus
}
#endif

#endif
