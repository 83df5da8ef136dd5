/* What to map, and how: the options of every call that makes a map.
 *
 *   mw_map_options options = MW_MAP_OPTIONS_INIT;
 *   options.access = MW_ACCESS_WRITE;
 *   options.flags = MW_F_CREATE | MW_F_GROW;
 *   options.length = 1 << 20;
 *
 * NULL in place of options means MW_MAP_OPTIONS_INIT. Options are read during the call and not kept;
 * the pointers in them stay the caller's. An option is done or refused, never quietly dropped.
 */
#ifndef MAPWISE_OPTIONS_H
#define MAPWISE_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* As a length: to the end of the file, or of the map. */
#define MW_WHOLE UINT64_MAX

/* What the map is for. */
typedef enum mw_access {
    /* As `prot` says; if `prot` is 0 too, as much as the descriptor allows: WRITE where it can be
     * read and written, else READ. A path is mapped for READ, also if
     * the call creates the file or lets it grow: say WRITE. Memory, named or not, is WRITE. */
    MW_ACCESS_DEFAULT,
    /* Shared, for reading. */
    MW_ACCESS_READ,
    /* Shared, for reading and writing; stores reach the file and everyone who maps it. */
    MW_ACCESS_WRITE,
    /* Private, for reading and writing; stores stay in this map (copy on write). Whether changes
     * that others make to the file later are seen is unspecified (POSIX, mmap, MAP_PRIVATE). */
    MW_ACCESS_COPY
} mw_access;

/* Rights of pages. In options: an exact choice in place of `access`, always shared. */
#define MW_PROT_READ  0x1u
#define MW_PROT_WRITE 0x2u
#define MW_PROT_EXEC  0x4u
/* No right at all; stands alone. (0 means "not said".) */
#define MW_PROT_NONE 0x8u

/* Let the file grow to offset + length, exactly, if it is smaller; the new bytes are zero and take
 * no space yet. Needs a descriptor that can be written, or MW_E_RDONLY. A path is opened for writing.
 * Devices do not grow. Not for anonymous memory. */
#define MW_F_GROW (1u << 0)
/* Own the disk blocks of the range before returning, so that a full disk is MW_E_NOSPC now and not
 * SIGBUS later. Alone it fills holes, with MW_F_GROW also the new end. MW_E_NOTSUP where the file
 * system cannot do it; it is never imitated by writing. Blocks filled into holes stay when a later
 * step fails. Not for anonymous memory. */
#define MW_F_PREALLOC (1u << 1)
/* Create the file, with `file_mode`, if the path does not exist. A file made by a call that then
 * fails is removed again, but not one made through a symbolic link to nothing. An open descriptor has its
 * file already. Not for anonymous memory. */
#define MW_F_CREATE (1u << 2)
/* Discard the file's contents first. Done last of all that can be refused: the new size, the map and
 * its locks are tried before the contents go. If the disk then turns out to be full (MW_F_PREALLOC), or
 * memory (MW_F_POPULATE, MW_F_LOCKED), the file is left empty. Regular files only; not for anonymous
 * memory. */
#define MW_F_TRUNCATE (1u << 3)
/* Keep no descriptor. Saves one per map; file size and sync levels above WAIT are then MW_E_INVAL. */
#define MW_F_NO_TRACK (1u << 4)
/* Bring every page that the file backs into memory before returning, and fail if one cannot be
 * (MW_E_FAULT, MW_E_NOMEM). Kernels before Linux 5.14 do not report such failures. Pages that may not be
 * read are MW_E_INVAL. */
#define MW_F_POPULATE (1u << 5)
/* Reserve no swap space. Under memory pressure a store may then raise a signal
 * (Linux, mmap, MAP_NORESERVE). */
#define MW_F_NORESERVE (1u << 6)
/* Lock every page that the file backs in memory; more than the process may lock is MW_E_LIMIT.
 * With MW_PROT_NONE it is MW_E_INVAL. */
#define MW_F_LOCKED (1u << 7)
/* Put byte 0 at exactly `address`, and never in place of something: MW_E_EXIST if any page of the
 * range is taken. */
#define MW_F_FIXED (1u << 8)
/* A map of no bytes is MW_E_EMPTY instead of an empty map. */
#define MW_F_STRICT_EMPTY (1u << 9)
/* An `offset` that is not a multiple of mw_granularity() is MW_E_ALIGN instead of being handled. */
#define MW_F_STRICT_ALIGN (1u << 10)
/* Allow a map that reaches past the end of the file. Whole pages past the end raise SIGBUS until the
 * file has grown. Not for anonymous memory. */
#define MW_F_SLACK_OK (1u << 11)
/* Where the source cannot be mapped (a pipe, a socket, a file system without mmap), or is a regular
 * file that claims to be empty as those in /proc do, read its bytes into private memory. MW_WHOLE reads to
 * the end; an explicit length that is not reached is MW_E_SHORT. From a pipe or socket `offset` bytes are
 * read and dropped first, and what was read is gone also when the call fails. Waits for data. Access WRITE
 * is then MW_E_NOTSUP, since there is nothing to write back to. Not for anonymous memory. */
#define MW_F_READ_COPY (1u << 12)
/* Pass `raw_flags` on without asking whether the running kernel knows them. */
#define MW_F_RAW_UNCHECKED (1u << 13)
/* Pages that can't be supplied (the file was truncated, the disk failed) are MW_E_FAULT in every checked call
 * instead of SIGBUS: see guard.h, also for the signal handler that this installs. */
#define MW_F_GUARDED (1u << 14)
/* Checked copies (mw_read_at, mw_write_at, cursors, elements of views) are made by the system, which answers
 * MW_E_FAULT for a page that can't be supplied: no handler is needed, and a call costs about a microsecond.
 * Calls that work on the pages in place (mw_find, mw_fill, mw_bits_count ...) are MW_E_NOTSUP unless
 * MW_F_GUARDED is there too. */
#define MW_F_KERNEL_COPY (1u << 15)
/* `offset` counts from the descriptor's file position, which stays where it is. A file that is opened by its
 * path is at its start. MW_E_NOTSUP for what has no position. Not for anonymous memory. */
#define MW_F_FROM_POSITION (1u << 16)
/* `length` 0 means MW_WHOLE. */
#define MW_F_ZERO_IS_WHOLE (1u << 17)
/* With MW_F_CREATE: a file or name that exists already is MW_E_EXIST. */
#define MW_F_EXCLUSIVE (1u << 18)
/* Named memory, with MW_F_CREATE: unmapping removes the name, if this call created it. */
#define MW_F_UNLINK (1u << 19)

/* The structure grows at its end in later versions. `size` tells which version a caller has: fields a
 * caller does not know take their defaults; fields this library does not know must be zero, or the call
 * answers MW_E_NOTSUP. A `size` that no version ever had is MW_E_INVAL: begin with MW_MAP_OPTIONS_INIT. */
typedef struct mw_map_options {
    uint32_t size;      /* sizeof(mw_map_options) */
    uint32_t flags;     /* MW_F_*; an unknown one is MW_E_INVAL */
    mw_access access;   /* with a `prot` other than 0 it must be MW_ACCESS_DEFAULT, or MW_E_INVAL */
    uint32_t prot;      /* MW_PROT_*, or 0: as `access` says */
    uint64_t offset;    /* bytes from the start of the file; any value, not only multiples of a page */
    uint64_t length;    /* bytes; MW_WHOLE: to the end of the file. 0 is a valid map of no bytes */
    void *address;      /* where byte 0 should be: a wish, or a demand with MW_F_FIXED. NULL: no wish */
    uint64_t raw_flags; /* the system's own MAP_* bits, added. Those that choose sharing, placement or
                           anonymity are MW_E_INVAL (the options above do that); one that the running
                           kernel would ignore is MW_E_NOTSUP, unless MW_F_RAW_UNCHECKED */
    uint32_t file_mode; /* permission bits for MW_F_CREATE, less the umask */
    uint32_t reserved;  /* 0 */
    const char *label;  /* a name for anonymous memory in /proc/PID/maps (Linux 5.17, private; 6.2,
                           shared): 1 to 79 printable ASCII characters without [ ] \ $ and `, or MW_E_INVAL.
                           MW_E_NOTSUP for files and where the system has no such names. NULL: none */
    uint64_t reserve; /* bytes of address space to keep from the map's first byte on, so that mw_resize up to
                         there never moves it; takes no memory. 0: as many as the map has */
    uint64_t huge_page_size; /* new memory in pages of so many bytes, MW_HUGE_DEFAULT: as the system prefers.
                                0: ordinary pages. MW_E_NOTSUP for a size the system lacks; MW_E_NOMEM if its
                                pool has not enough free (see mw_huge_page_size_at) */
} mw_map_options;

/* As huge_page_size: as the system prefers. */
#define MW_HUGE_DEFAULT UINT64_MAX

/* The defaults, but for these. */
#define MW_MAP_OPTIONS_WITH(access, flags, length)                                                           \
    {                                                                                                        \
        (uint32_t)sizeof(mw_map_options), (flags), (access), 0, 0, (length), NULL, 0, 0600u, 0, NULL, 0, 0   \
    }

/* The defaults. */
#define MW_MAP_OPTIONS_INIT MW_MAP_OPTIONS_WITH(MW_ACCESS_DEFAULT, 0, MW_WHOLE)

/* The defaults of the three systems that people come from; `length` and `access` may be changed as one would
 * there. How each of their calls is said here is the table in mapwise/migrate.h.
 *
 * Python's mmap: write access, length 0 is the whole file, an empty file is an error, and so is an offset
 * that is not a multiple of the granularity. */
#define MW_MAP_OPTIONS_PYTHON                                                                                \
    MW_MAP_OPTIONS_WITH(MW_ACCESS_WRITE, MW_F_ZERO_IS_WHOLE | MW_F_STRICT_EMPTY | MW_F_STRICT_ALIGN, 0)
/* Julia's Mmap: as much as the descriptor allows, from its position on; the file is created and grows. */
#define MW_MAP_OPTIONS_JULIA                                                                                 \
    MW_MAP_OPTIONS_WITH(MW_ACCESS_DEFAULT, MW_F_CREATE | MW_F_GROW | MW_F_FROM_POSITION, MW_WHOLE)
/* UnixMmap.jl: the same; without MW_F_GROW (its grow=false) the map may reach past the end of the file. */
#define MW_MAP_OPTIONS_UNIXMMAP                                                                              \
    MW_MAP_OPTIONS_WITH(MW_ACCESS_DEFAULT, MW_F_CREATE | MW_F_GROW | MW_F_FROM_POSITION | MW_F_SLACK_OK,     \
                        MW_WHOLE)

#ifdef __cplusplus
}
#endif

#endif
