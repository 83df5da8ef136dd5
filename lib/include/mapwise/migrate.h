/* Coming from Python's mmap, Julia's Mmap or UnixMmap.jl: every call of theirs, and what says the same
 * here.
 *
 * There is nothing to call in this header. Options that begin as MW_MAP_OPTIONS_PYTHON,
 * MW_MAP_OPTIONS_JULIA or MW_MAP_OPTIONS_UNIXMMAP (options.h) have the defaults of the system that they
 * are named after.
 *
 * What is different from all three:
 *
 *   - A file does not grow unless MW_F_GROW says so, which the presets of Julia and UnixMmap do. If
 *     anything fails after it has grown, it gets its old size back. MW_F_PREALLOC owns its blocks.
 *   - A range that is not inside the map is MW_E_RANGE. It is never cut to fit, nor does anything wrap:
 *     MW_E_OVERFLOW. mw_sync and mw_advise align by themselves what must be aligned.
 *   - How much of a write survives a crash is said by level (sync.h), and means the same on every system.
 *     The numbers of MS_SYNC and MS_ASYNC do not.
 *   - Advice that can lose contents needs MW_ADVISE_DESTRUCTIVE, and touches no bytes beside its range.
 *   - Raw pointers are taken and given back (pin.h). While one is held nothing moves: MW_E_BUSY.
 *   - A map ends when mw_unmap or mw_free says so, and not when a collector comes by. Late calls, and
 *     views and cursors of a map that is gone or has moved, answer MW_E_CLOSED or MW_E_STALE.
 *   - Writing what may only be read is MW_E_RDONLY, and no byte changes. No exception, no signal.
 *   - A file that somebody cuts off under a map ends the process (SIGBUS) unless the map is guarded: with
 *     MW_F_GUARDED it is MW_E_FAULT, with the offset (guard.h).
 *   - Any number of threads may use one map at once (mapwise.h).
 *
 * Python's mmap, up to 3.15:
 *
 *   mmap(fd, n, access=, offset=)      mw_map_fd with options.length, .access and .offset. n = 0 is all
 *                                      of the file with the preset; without it, MW_WHOLE is
 *   mmap(-1, n)                        mw_map_anon: shared, as there
 *   mmap(-1, n, tagname)               mw_map_named with MW_F_CREATE
 *   ACCESS_READ, _WRITE, _COPY         MW_ACCESS_READ, _WRITE, _COPY
 *   prot=PROT_READ                     options.prot = MW_PROT_READ, options.access = MW_ACCESS_DEFAULT.
 *                                      Both is MW_E_INVAL
 *   flags=MAP_PRIVATE                  MW_ACCESS_COPY
 *   flags=MAP_POPULATE, _NORESERVE     MW_F_POPULATE, MW_F_NORESERVE. Other flags: options.raw_flags
 *   trackfd=False                      MW_F_NO_TRACK
 *   m.close(), with                    mw_unmap, mw_free. BufferError is MW_E_BUSY: a pin is held
 *   m.closed                           mw_info.closed
 *   len(m), m.size()                   mw_length, mw_file_size
 *   m[i], m[i] = v                     mw_index, for an i from the end too, then mw_read_at or
 *                                      mw_write_at of one byte
 *   m[a:b:c], m[a:b:c] = bytes         mw_slice_get, mw_slice_set
 *   for b in m, b in m                 a pin and a loop, mw_find of one byte
 *   m.find(s, a, b), m.rfind(s, a, b)  mw_find, mw_rfind. -1 is MW_NPOS. Without a they begin at the
 *                                      position: give cursor.position
 *   m.move(d, s, n)                    mw_move
 *   m.read(n), m.read_byte()           mw_cursor_read. At the end it is 0 bytes, or MW_E_END where there
 *                                      must be one
 *   m.readline()                       mw_cursor_readline
 *   m.write(b), m.write_byte(v)        mw_cursor_write. Too much is MW_E_RANGE or, at the end, MW_E_END,
 *                                      and nothing is written
 *   m.seek(n, whence), m.tell()        mw_cursor_seek, cursor.position. A map may have any number of
 *                                      cursors
 *   m.flush(off, n)                    mw_sync with MW_SYNC_WAIT, from any `off` on
 *   m.flush(flags=MS_ASYNC)            mw_sync with MW_SYNC_ASYNC
 *   m.resize(n)                        mw_resize with MW_RESIZE_MAY_MOVE, of shared memory too. resize(0)
 *                                      is an empty map of a file that ends where the map began
 *   m.madvise(option, start, n)        mw_advise, or mw_advise_raw with the number. A range past the end
 *                                      is MW_E_RANGE, not cut to fit
 *   m.set_name(name)                   options.label
 *   memoryview(m), re over m           mw_pin, mw_unpin
 *   PAGESIZE, ALLOCATIONGRANULARITY    mw_page_size, mw_granularity
 *   MADV_WILLNEED, MAP_SHARED ...      mw_advice_find, mw_const_find
 *   ValueError: mmap closed            MW_E_CLOSED
 *   TypeError: readonly                MW_E_RDONLY
 *   IndexError, ValueError: range      MW_E_RANGE
 *   OSError                            the code, and errno in mw_err.os
 *
 * On Unix Python begins at byte 0 whatever the position of the descriptor, does not make the file longer
 * (a length past its end is MW_E_SHORT), and refuses an empty file (MW_E_EMPTY) and an offset inside a
 * page (MW_E_ALIGN). So does the preset, on every system.
 *
 * Julia's Mmap, 1.0 to 1.14:
 *
 *   mmap(io)                           mw_map_stream of a FILE *, mw_map_fd of a descriptor: from its
 *                                      position to the end
 *   mmap(path)                         mw_map_file. The preset opens it for writing, since it may have to
 *                                      grow: take MW_F_GROW out for a file that may only be read
 *   mmap(path, Array, dims)            mw_map_array, in column-major order. A new file, which Julia maps
 *                                      for writing, needs MW_ACCESS_WRITE: a path alone is mapped for
 *                                      reading
 *   mmap(io, Array, dims)              mw_map_array from a descriptor, or mw_map_stream and mw_view_make
 *   mmap(io, Array, dims, offset)      the same without MW_F_FROM_POSITION: an offset that is given
 *                                      counts from the start of the file. One for mw_map_stream counts
 *                                      from the position
 *   mmap(Array, dims), mmap(T, m, n)   mw_map_array from new memory
 *   mmap(io, BitArray, dims)           mw_map_array with bits as elements (bits.h). Bits behind the last
 *                                      one are MW_E_FORMAT, and cleared only if that is asked for
 *   grow=false                         no MW_F_GROW. Past the end is MW_E_SHORT, as in 1.14. Before, it
 *                                      was SIGBUS
 *   shared=false                       MW_ACCESS_COPY, of a file that may only be read too
 *   Anonymous(name, readonly, create)  mw_map_anon. Its name has a meaning on Windows alone
 *   open(SharedMemory, "", n)          mw_map_anon
 *   open(SharedMemory, name, n)        mw_map_named with MW_ACCESS_READ and options.length = n. It can be
 *                                      mapped more than once
 *   readonly=false, mode "r+"          MW_ACCESS_WRITE, which is the default here
 *   create=true, mode "w+"             MW_F_CREATE, MW_F_EXCLUSIVE and MW_F_UNLINK: the name goes with
 *                                      the maker's map
 *   close(io) of SharedMemory          mw_unmap. mw_name_unlink, without MW_F_UNLINK
 *   sync!(A), sync!(A, MS_ASYNC)       mw_sync with MW_SYNC_WAIT, with MW_SYNC_ASYNC. The default there
 *                                      is the number 4, which is MS_SYNC on Linux and NetBSD, and
 *                                      something else on other systems
 *   madvise!(A, flag)                  mw_advise, mw_advise_raw
 *   A[i, j], A[i, j] = x               mw_view_get, mw_view_set, from 0 on. Or a pin, without checks
 *   B[i], count(B), fill!(B, x)        mw_view_get, mw_bits_count, mw_bits_fill
 *   finalize(A)                        mw_unmap, at once. There it does not unmap since 1.11
 *   size(A), with a dim of 0           the view's shape, which is kept
 *   a negative dim, too many bytes     MW_E_INVAL, MW_E_OVERFLOW
 *
 * The presets of Julia and UnixMmap are for files. MW_F_GROW is MW_E_INVAL for memory, with a name or
 * without: begin with MW_MAP_OPTIONS_INIT there.
 *
 * UnixMmap.jl, 1.0:
 *
 *   mmap(io, Array, dims)              mw_map_array from a descriptor, in column-major order, or
 *                                      mw_map_stream and mw_view_make
 *   mmap(path, Array, dims)            mw_map_array, with what is said of paths above
 *   mmap(Array, dims)                  mw_map_array from new memory
 *   prot=, flags=                      options.prot, options.raw_flags and the flags below
 *   offset=                            options.offset without MW_F_FROM_POSITION
 *   grow=false                         no MW_F_GROW. The preset has MW_F_SLACK_OK: past the end of the
 *                                      file is SIGBUS, as there
 *   a file opened for reading, grow    MW_E_RDONLY if it would have to grow. There it is mapped past its
 *                                      end: grow=false says that
 *   PROT_READ | PROT_WRITE             MW_PROT_READ | MW_PROT_WRITE
 *   MAP_SHARED, MAP_PRIVATE            MW_ACCESS_READ or _WRITE, MW_ACCESS_COPY
 *   MAP_ANONYMOUS, MAP_FIXED           mw_map_anon, MW_F_FIXED. That never takes the place of something
 *   MAP_POPULATE, _LOCKED, _NORESERVE  MW_F_POPULATE, MW_F_LOCKED, MW_F_NORESERVE
 *   other flags                        options.raw_flags. One that the kernel would ignore is MW_E_NOTSUP
 *   madvise!(A, MADV_RANDOM)           mw_advise, mw_advise_raw
 *   msync!(A, MS_SYNC)                 mw_sync. MS_INVALIDATE is MW_SYNC_INVALIDATE
 *   mincore(A)                         mw_resident with MW_RESIDENCY_BYTES: 0 or 1, whatever else the
 *                                      system tells
 *   PAGESIZE                           mw_page_size
 *   its constants                      mw_const_find: those of 13 systems, by their own headers */
#ifndef MAPWISE_MIGRATE_H
#define MAPWISE_MIGRATE_H

#endif
