/* libmapwise: memory-mapped files, checked and said plainly.
 *
 * This header brings in the whole library; what is not in these headers is not part of it. Each
 * header is the manual of one concept:
 *
 *   mapwise/error.h      what can go wrong, and how a failure is described
 *   mapwise/options.h    what to map, and how
 *   mapwise/map.h        making a map, giving it back, facts about it
 *   mapwise/named.h      shared memory by name, and seals
 *   mapwise/ring.h       memory that is seen twice, back to back
 *   mapwise/stream.h     the file behind a FILE *
 *   mapwise/resize.h     longer, shorter, or another part of the file
 *   mapwise/bytes.h      reading and writing with every bound checked
 *   mapwise/cursor.h     the same from front to back, as from a stream
 *   mapwise/find.h       finding bytes
 *   mapwise/array.h      typed arrays in any number of dimensions
 *   mapwise/bits.h       arrays of bits
 *   mapwise/pin.h        raw pointers into a map, counted
 *   mapwise/sync.h       writing changes back
 *   mapwise/lock.h       keeping pages in memory
 *   mapwise/guard.h      a page that can't be supplied as an error, not a signal
 *   mapwise/protect.h    changing the rights of pages
 *   mapwise/advice.h     telling the system how a range will be used
 *   mapwise/residency.h  which pages are in memory
 *   mapwise/constants.h  the value of every mmap constant of every known system
 *   mapwise/migrate.h    for those who know Python's mmap, Julia's Mmap or UnixMmap.jl
 *
 * In ten lines:
 *
 *   mw_map *map;
 *   mw_err err;
 *   if (mw_map_file(&map, "data.bin", NULL, &err) != MW_OK)
 *       return fprintf(stderr, "data.bin: %s (%s)\n", mw_error_text(err.code), err.op), 1;
 *   void *bytes;
 *   if (mw_pin(&bytes, map, 0, MW_WHOLE, MW_PROT_READ, &err) == MW_OK) {
 *       use(bytes, mw_length(map));
 *       mw_unpin(map, bytes);
 *   }
 *   mw_free(map);
 *
 * Conventions, everywhere:
 *
 *   - A call that can fail returns int: MW_OK (0), or a negative MW_E_* of mapwise/error.h.
 *   - Out-parameters come first, then the object, then the rest, then an mw_err * that may be NULL.
 *   - Offsets and lengths are uint64_t bytes, on 32-bit targets too. What does not fit the address
 *     space is MW_E_OVERFLOW, never a shorter map. Offsets count from the first byte of the map and
 *     need no alignment. MW_WHOLE as a length means "to the end".
 *   - Checks come before effects, in this order: the map's state, the arguments, the arithmetic, the
 *     rights, then the system. A failing call changes nothing unless its own text says otherwise.
 *   - A NULL map, or a NULL out-parameter whose text does not allow it, is MW_E_INVAL.
 *   - errno is not part of the interface; calls may change it. The system's code is in mw_err.os.
 *   - The library starts no thread and prints nothing. It installs a signal handler only for guarded maps
 *     (mapwise/guard.h). What it keeps between calls is a small record for each thread that uses it.
 *
 * Threads: any number of threads may read, write, pin, sync, advise and ask about one map at a time.
 * Calls that change the map itself (mw_unmap, mw_free, mw_protect, mw_resize, mw_rewindow) never wait:
 * they answer MW_E_BUSY while a pin is held or another thread is inside a call on the map, and a call that
 * comes in while one of them is at work, or is found to be refused, gets MW_E_BUSY too. After mw_free the
 * pointer is dead for all threads.
 *
 * fork: a child has the maps of its parent. If the parent has several threads, a map that another one was
 * inside of may answer MW_E_BUSY in the child for ever, as a lock would be held for ever there. Signal
 * handlers may call the library, in a thread that has called it before, but for calls that make or change
 * maps.
 *
 * Faults: a file that another program truncates under a map leaves pages that no call can supply;
 * touching them raises SIGBUS, also through mw_read_at and mw_write_at, unless the map is guarded
 * (mapwise/guard.h).
 */
#ifndef MAPWISE_H
#define MAPWISE_H

#include "mapwise/advice.h"
#include "mapwise/array.h"
#include "mapwise/bits.h"
#include "mapwise/bytes.h"
#include "mapwise/capability.h"
#include "mapwise/constants.h"
#include "mapwise/cursor.h"
#include "mapwise/error.h"
#include "mapwise/export.h"
#include "mapwise/find.h"
#include "mapwise/guard.h"
#include "mapwise/lock.h"
#include "mapwise/map.h"
#include "mapwise/migrate.h"
#include "mapwise/named.h"
#include "mapwise/options.h"
#include "mapwise/pin.h"
#include "mapwise/protect.h"
#include "mapwise/residency.h"
#include "mapwise/resize.h"
#include "mapwise/ring.h"
#include "mapwise/stream.h"
#include "mapwise/sync.h"
#include "mapwise/version.h"

#endif
