/* Guarded maps: a page that can't be supplied is an error, not the end of the program.
 *
 * A file that somebody truncates, a disk that fails, a sparse file on a full disk: the map is there, the
 * page is not, and touching it raises SIGBUS. With the option MW_F_GUARDED the library takes that signal:
 * every checked call on the map (mw_read_at, mw_find, mw_view_get ...) answers MW_E_FAULT instead, with the
 * offset in mw_err.where, and code of the caller's own can be run under the same protection by mw_guarded.
 *
 * A thread that blocks SIGBUS has no guard: the system then ends the program.
 *
 * What the guard can't see is the rest of the last page: pages are whole, so bytes behind the end of a
 * truncated file, up to the end of its last page, read as zero, and what is stored there is lost, without any
 * error. Who must know compares the offset with mw_file_size after reading, or seals the file (named.h).
 *
 * The first guarded map of a process installs a handler of SIGBUS, for good. It acts only on a fault of the
 * calling thread at an address inside a guarded map that this thread is at work on; every other SIGBUS goes
 * to the handler that was there before, with the same arguments, under the mask that one asked for. SIGSEGV
 * is never touched. A handler that the program installs later must in turn call the one that it replaces, or
 * guarded maps are no longer guarded.
 *
 * Who may not have a handler uses MW_F_KERNEL_COPY (options.h): it makes the system do the copying. */
#ifndef MAPWISE_GUARD_H
#define MAPWISE_GUARD_H

#include "map.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What mw_guarded runs. It answers MW_OK, or any other number for the caller to see. */
typedef int mw_guarded_work(void *context);

/* Runs work(context), which may touch the pages of `map` through a pin.
 *
 * `work` is cut off at the access that fails: what it has locked stays locked, what it has allocated stays
 * allocated. So it should do neither, and leave what it has found in *context, in variables that are
 * volatile if they are read after a fault. It may call the library, also mw_guarded for another map; it must
 * not leave by longjmp. Structural calls on `map` (mw_unmap, mw_resize ...) are MW_E_BUSY meanwhile.
 *
 * MW_E_CLOSED  the map is closed
 * MW_E_BUSY    another thread is changing the map
 * MW_E_INVAL   `work` is NULL, or the map was made without MW_F_GUARDED
 * MW_E_FAULT   a page of the map could not be supplied; mw_err.where is the offset
 * other        what `work` returned
 *
 * Any thread, nested at will. Source: POSIX.1-2024 mmap (SIGBUS), sigaction. */
MW_API int mw_guarded(mw_map *map, mw_guarded_work *work, void *context, mw_err *err);

#ifdef __cplusplus
}
#endif

#endif
