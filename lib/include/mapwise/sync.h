/* Writing changes back.
 *
 * A store into a WRITE map is seen at once by everyone who maps or reads the file on this machine; what
 * is open is when it survives a crash. The system writes back in its own time, also after mw_unmap; a
 * caller who has to know waits here.
 */
#ifndef MAPWISE_SYNC_H
#define MAPWISE_SYNC_H

#include "map.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Each level includes the ones before it. */
typedef enum mw_sync_level {
    /* Write-back is asked for and not waited for: msync(MS_ASYNC). Linux since 2.6.19 does nothing
     * here, its write-back is on its way anyway. */
    MW_SYNC_ASYNC,
    /* The range's changes have been handed to the device, and the call has waited: msync(MS_SYNC). On
     * Linux this also flushes the device's cache. */
    MW_SYNC_WAIT,
    /* WAIT, then fdatasync: the file's data written by any means, and as much about the file as is needed
     * to read it back. */
    MW_SYNC_DATA,
    /* DATA, and nothing written later can become durable before it. Linux and POSIX have no such barrier
     * of their own: there it is DATA, which has waited for the device and so is stronger. */
    MW_SYNC_BARRIER,
    /* WAIT, then the most the system can do: fsync, which adds times and the rest of what is known about
     * the file. (Apple's F_FULLFSYNC, once that system is there.) */
    MW_SYNC_FULL
} mw_sync_level;

/* Also make other maps of the file see the file's state: MS_INVALIDATE. Where maps and files are one, as
 * on Linux, it only checks that no page of the range is locked (else MW_E_BUSY). */
#define MW_SYNC_INVALIDATE 0x100u

/* Syncs `length` bytes from byte `offset` on (MW_WHOLE: to the end), widened to whole pages. The levels
 * from DATA on concern the whole file. flags: 0 or MW_SYNC_INVALIDATE.
 * A range of no bytes, and anything in a READ or COPY map or in memory, named or not, is MW_OK at once: there
 * is nothing to write back.
 *
 * MW_E_CLOSED    the map is closed
 * MW_E_BUSY      another thread is unmapping or protecting; a locked page, with INVALIDATE
 * MW_E_INVAL     an unknown level or flag; DATA and above without a descriptor (MW_F_NO_TRACK)
 * MW_E_OVERFLOW  offset + length does not fit 64 bits
 * MW_E_RANGE     the range is not inside the map; checked for every kind of map
 * MW_E_NOTSUP    DATA and above of a device that cannot do it; the range has been synced
 * MW_E_NOSPC     the disk is full
 * MW_E_OS        write-back failed (EIO). The system may report one failure only once for a descriptor;
 *                treat the data as lost
 *
 * Pages past the end of a truncated file are no error on Linux.
 * Any thread. Source: POSIX.1-2024 msync, fdatasync, fsync; Linux msync(2). */
MW_API int mw_sync(mw_map *map, uint64_t offset, uint64_t length, mw_sync_level level, uint32_t flags,
                   mw_err *err);

#ifdef __cplusplus
}
#endif

#endif
