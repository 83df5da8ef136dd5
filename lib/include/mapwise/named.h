/* Shared memory that processes find by its name, and seals on shared memory that has none.
 *
 *   mw_map_options options = MW_MAP_OPTIONS_INIT;     mw_map *map;
 *   options.flags = MW_F_CREATE | MW_F_EXCLUSIVE;
 *   options.length = 1 << 20;
 *   mw_map_named(&map, "frames", &options, &err);     mw_map_named(&map, "frames", NULL, &err);
 *   ... the one who makes it ...                      ... everybody else ...
 *
 * Names. "frames" and "/frames" are one name: it begins with one slash, which may be left out, and has 1 to
 * 255 more bytes (fewer on some systems), none of them a slash; "." and ".." are none. Names are the
 * system's, for all users; who may open what they stand for is told by its file mode.
 *
 * Lifetime. Memory lives as long as its name or a map of it does. The name stays until somebody removes it
 * (mw_name_unlink), also when every process that used it has ended; after a restart of the system it is gone.
 * MW_F_UNLINK leaves that to the map of whoever made the memory. A process that crashes has removed nothing.
 *
 * Size. Memory gets its size when it is made, and keeps it: mw_resize is MW_E_INVAL. Every byte of it is
 * there before the call that made it returns, so that a store never meets a full memory file system. Others
 * can't see it before it is whole: until then, and for good if its maker ended too early, the name stands for
 * memory of no bytes. Opening that is MW_E_SHORT, unless MW_F_CREATE is said: then the call sizes it itself,
 * so that of several processes that create one name at a time, all succeed and share it. */
#ifndef MAPWISE_NAMED_H
#define MAPWISE_NAMED_H

#include "map.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Maps the shared memory called `name`; by default all of it, for reading and writing.
 *
 * *out is the new map, the caller's to mw_free; NULL on failure. The map keeps a descriptor (close-on-exec,
 * see MW_F_NO_TRACK). MW_ACCESS_READ opens the memory for reading only; stores into a MW_ACCESS_COPY map stay
 * in that map.
 *
 * MW_F_CREATE     if the name is free, make it, for options.offset + options.length bytes that read as zero,
 *                 with options.file_mode less the umask. If it is taken, open what is there: a part of it can
 *                 be mapped, more than there is can't
 * MW_F_EXCLUSIVE  with MW_F_CREATE: a name that is taken is MW_E_EXIST
 * MW_F_UNLINK     with MW_F_CREATE: if this call makes the name, unmapping removes it, unless it stands for
 *                 something else by then. A child of fork that unmaps its copy of the map does not
 *
 * All or nothing: a name that was made for a call that fails is removed again. Who opened it meanwhile has
 * memory without a name.
 *
 * MW_E_INVAL     bad options; `name` is not a name; MW_F_CREATE without options.length, with 0 bytes, or with
 *                an access other than WRITE; flags for files: growing, emptying, reading, positions
 * MW_E_OVERFLOW  offset + length, or the pages around them, do not fit
 * MW_E_NOENT     there is no such name
 * MW_E_EXIST     the name is taken, with MW_F_EXCLUSIVE; the range at `address` is, with MW_F_FIXED
 * MW_E_ACCESS    its file mode does not allow that to this user
 * MW_E_SHORT     offset + length is past its end; it has no bytes (yet)
 * MW_E_RANGE     MW_WHOLE, with `offset` past its end
 * MW_E_NOSPC     the system does not have so much memory for such things
 * MW_E_LIMIT     file size, locked memory or open files
 * MW_E_NOTSUP    no shared memory by name here, or none that is there as a whole; a label
 * MW_E_EMPTY, MW_E_ALIGN, MW_E_NOMEM, MW_E_FAULT, MW_E_OS  as for mw_map_file
 *
 * Any thread. Source: POSIX.1-2024 shm_open, mmap; Linux shm_overview(7). */
MW_API int mw_map_named(mw_map **out, const char *name, const mw_map_options *options, mw_err *err);

/* Removes a name. What it stands for lives on in the maps that there are; the name is free at once.
 *
 * MW_E_INVAL   `name` is not a name
 * MW_E_NOENT   there is no such name
 * MW_E_ACCESS  it is somebody else's
 * MW_E_NOTSUP  a system without shared memory by name
 *
 * Any thread. Source: POSIX.1-2024 shm_unlink. */
MW_API int mw_name_unlink(const char *name, mw_err *err);

/* Seals. One that is there holds for every map and descriptor of the memory, and is never taken off. */

#define MW_SEAL_SHRINK       0x1u  /* nobody makes it shorter: whoever maps it need not fear SIGBUS */
#define MW_SEAL_GROW         0x2u  /* nobody makes it longer */
#define MW_SEAL_WRITE        0x4u  /* nobody changes its contents. MW_E_BUSY as long as a shared map could */
#define MW_SEAL_FUTURE_WRITE 0x8u  /* nobody but the shared maps that there are changes its contents */
#define MW_SEAL_EXEC         0x10u /* nobody changes whether it is executable. If it is: the four above too */
#define MW_SEAL_SEAL         0x20u /* nobody adds seals */

/* Adds the seals `add` (a union of MW_SEAL_*; 0: none) to the shared memory behind `map`, all of them or
 * none, and tells in *seals, unless it is NULL, all that it has then. What is sealed already is MW_OK.
 *
 * Memory without a name can be sealed: mw_map_anon, unless private, and mw_map_ring make it; memory of the
 * program's own (memfd_create with MFD_ALLOW_SEALING) is mapped by mw_map_fd. Named memory is sealed with
 * MW_SEAL_SEAL from the beginning. The map does not change, and pins and other calls go on. A mw_resize that
 * is sealed against is MW_E_ACCESS and changes nothing.
 *
 * Every shared map through a descriptor that can be written could change the contents, also one that is for
 * reading only. So MW_SEAL_WRITE can't be had as long as there is such a map, but through a COPY map of the
 * same descriptor when they are gone. With MW_SEAL_FUTURE_WRITE this map writes on, and whoever is handed its
 * descriptor only reads.
 *
 * MW_E_CLOSED  the map is closed
 * MW_E_BUSY    another thread is changing the map; MW_SEAL_WRITE, and a shared map could be written
 * MW_E_INVAL   unknown seals; no descriptor was kept (MW_F_NO_TRACK)
 * MW_E_NOTSUP  something that can't be sealed; a seal that the running system does not know
 * MW_E_RDONLY  seals to add, and the map's descriptor can't be written
 * MW_E_ACCESS  sealed against more seals
 *
 * Any thread. Source: Linux fcntl(2) (F_ADD_SEALS), memfd_create(2). */
MW_API int mw_seal(uint32_t *seals, mw_map *map, uint32_t add, mw_err *err);

#ifdef __cplusplus
}
#endif

#endif
