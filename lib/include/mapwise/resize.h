/* Making a map longer or shorter, and looking at another part of its file.
 *
 * Addresses. A map grows where it is if the address space behind it is free; if not, it can only move, and
 * moves only if MW_RESIZE_MAY_MOVE allows it. The option `reserve` keeps the space from the beginning, so
 * that growth up to there always happens in place:
 *
 *     region                                room
 *     |####### mapped ########|............ reserved ............|
 *                             ^ grows to here, without moving, without a race
 *
 * It grows in place no further than it has reserved. Advice and locks of parts of a map may be lost when it
 * moves.
 *
 * Views. A map that moved or became shorter, or shows another part of its file, makes the views of before
 * stale (MW_E_STALE). Growth in place does not; a view of before keeps its shape, and a new one sees what has
 * come. Cursors stay as they are, also beyond a new end. */
#ifndef MAPWISE_RESIZE_H
#define MAPWISE_RESIZE_H

#include "map.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The map may get another address. */
#define MW_RESIZE_MAY_MOVE (1u << 0)
/* The file keeps its size; only the map changes. */
#define MW_RESIZE_KEEP_FILE (1u << 1)
/* Own the blocks of the new bytes, as MW_F_PREALLOC does. */
#define MW_RESIZE_PREALLOC (1u << 2)

/* Gives the map `length` bytes. What it has in common with the old map stays, what is new reads as zero, or
 * as the file says.
 *
 * A map of a file takes the file along: it grows to offset + length if it is smaller; it is cut off there if
 * the map reached its end before. Bytes that the file has behind the map are never cut off. With
 * MW_RESIZE_KEEP_FILE the map only follows the file, and MW_WHOLE as `length` means to the file's present
 * end.
 *
 * `flags`: MW_RESIZE_MAY_MOVE, MW_RESIZE_KEEP_FILE, MW_RESIZE_PREALLOC, or 0. Without MAY_MOVE a map that has
 * no room behind it (mw_map_options.reserve makes some) does not grow: MW_E_NOMEM.
 *
 * New pages have the rights of the last page before them, and advice and locks that were given to the whole
 * map. The present length, exactly: MW_OK, nothing happens. All or nothing: on failure the map and the file's
 * size are as before.
 *
 * MW_E_CLOSED    the map is closed
 * MW_E_BUSY      a pin is held, or another thread is inside a call on this map
 * MW_E_INVAL     unknown flags; MW_WHOLE without MW_RESIZE_KEEP_FILE; a device, a ring, named memory; a map
 *                without its descriptor (MW_F_NO_TRACK); PREALLOC of something that is not a file
 * MW_E_RDONLY    a READ map, except with KEEP_FILE; a COPY map of a file
 * MW_E_OVERFLOW  offset + length does not fit
 * MW_E_SHORT     KEEP_FILE, and the file ends before that (and MW_F_SLACK_OK was not said)
 * MW_E_NOMEM     no room behind the map and it may not move; or no address space, or no memory at all
 * MW_E_NOTSUP    the system cannot let these pages grow: shared memory without a file of its own
 * MW_E_ACCESS    sealed against it (named.h)
 * MW_E_NOSPC, MW_E_LIMIT, MW_E_OS  as the system says of the file
 *
 * Any thread; exclusive, never waits. Source: POSIX.1-2024 ftruncate, mmap; Linux mremap(2). */
MW_API int mw_resize(mw_map *map, uint64_t length, uint32_t flags, mw_err *err);

/* Shows `length` bytes (MW_WHOLE: to the file's end) from byte `offset` of the file on instead, through the
 * same handle and with the same rights: how a file larger than the address space is worked through. Nothing
 * is lost of what was stored. The address changes.
 *
 * Errors as for mw_map_fd, and:
 * MW_E_CLOSED  the map is closed
 * MW_E_BUSY    a pin is held, or another thread is inside a call on this map
 * MW_E_INVAL   memory without a name, copies, devices, COPY maps, whose stores are nowhere else; a map
 *              without its descriptor
 *
 * On failure the map is as before. Any thread; exclusive, never waits. */
MW_API int mw_rewindow(mw_map *map, uint64_t offset, uint64_t length, mw_err *err);

#ifdef __cplusplus
}
#endif

#endif
