/* Memory that is seen twice, back to back: a ring buffer without a seam.
 *
 *            0                     capacity                 2 * capacity
 *   map      |A B C D E F G H I J K L|A B C D E F G H I J K L|
 *   memory   |A B C D E F G H I J K L|
 *
 * Byte i and byte i + capacity of the map are the same byte. So whatever lies in the ring, from any start
 * below `capacity` on, is one piece of up to `capacity` bytes: it can be parsed, sent or searched through one
 * pointer or one call, wherever it wraps.
 *
 * Who has written and who has read how far is the program's to keep. */
#ifndef MAPWISE_RING_H
#define MAPWISE_RING_H

#include "map.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Maps `capacity` bytes of new memory that read as zero, twice: mw_length is 2 * capacity. Shared with
 * children of fork. `capacity` is a multiple of mw_granularity().
 *
 * *out is the new map, the caller's to mw_free; NULL on failure. It keeps the memory's descriptor
 * (close-on-exec, see MW_F_NO_TRACK), whose bytes another program can map once
 * (to see them twice it must be a child of fork), and mw_seal can seal; mw_file_size is
 * `capacity`. Rights, advice and locks are those of each of the two views: to change a byte's, change them at
 * both of its places. What counts pages counts those of both, the limit on locked memory for one.
 *
 * options.length must be MW_WHOLE or 2 * capacity; options.label names the memory's file. All or nothing.
 *
 * MW_E_INVAL     bad options; `capacity` is 0; MW_ACCESS_COPY, whose views would part at the first store;
 *                flags about files; options.reserve, since a ring keeps its size
 * MW_E_ALIGN     `capacity` is not a multiple of mw_granularity(); `address` with MW_F_FIXED is not
 * MW_E_OVERFLOW  2 * capacity does not fit
 * MW_E_NOTSUP    a system without shared memory that has no name; raw flags; huge pages
 * MW_E_EXIST     the range at `address` is taken, with MW_F_FIXED
 * MW_E_NOMEM     no memory, or no address space left
 * MW_E_LIMIT     file size, locked memory or open files
 * MW_E_OS        anything else the system says
 *
 * Any thread. Source: POSIX.1-2024 mmap (MAP_FIXED); Linux memfd_create(2). */
MW_API int mw_map_ring(mw_map **out, uint64_t capacity, const mw_map_options *options, mw_err *err);

#ifdef __cplusplus
}
#endif

#endif
