/* The calls under test, by one of three paths (--path):
 *
 *     libc      the C library's functions, by their dynamic symbols: what a program calls
 *     raw       the kernel's system calls, without the C library; what is no system call (posix_madvise,
 *               posix_fallocate, shm_open, shm_unlink) stays the C library's
 *     library   libmapwise, for what it can express; a case that asks for more is UNSUPPORTED there, and one
 *               that asks for what the library refuses by itself, too
 *
 * A case writes mmap(…) as everywhere; with this header, which case.h includes, that is the call of the path.
 * A case that needs the very function of the C library puts its name in parentheses: (mmap)(…). */
#ifndef MAPWISE_CONFORMANCE_CALLS_H
#define MAPWISE_CONFORMANCE_CALLS_H

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

struct calls {
    const char *name, *summary;
    void *(*map)(void *address, size_t length, int protection, int flags, int descriptor, off_t offset);
    int (*unmap)(void *address, size_t length);
    int (*protect)(void *address, size_t length, int protection);
    int (*sync)(void *address, size_t length, int flags);
    int (*advise)(void *address, size_t length, int advice);
    int (*residency)(void *address, size_t length, unsigned char *vector);
    int (*lock)(const void *address, size_t length);
    int (*unlock)(const void *address, size_t length);
    int (*lock_all)(int flags);
    int (*unlock_all)(void);
    int (*truncate_file)(int descriptor, off_t length);
    /* Of Linux; NULL where the system has no such call. */
    void *(*remap)(void *address, size_t old_length, size_t new_length, int flags, void *new_address);
    int (*lock_some)(const void *address, size_t length, unsigned flags);
    int (*memory_file)(const char *name, unsigned flags);
};

extern const struct calls *calls; /* of the path that was chosen */

extern const struct calls *const call_paths[]; /* ends with NULL; the first is the default */
extern const struct calls libc_calls, raw_calls, library_calls;

/* Chooses the path; false if there is none of that name. */
bool call_path_set(const char *name);

/* The name of the path. */
const char *call_path_name(void);

#define mmap(...)         calls->map(__VA_ARGS__)
#define munmap(...)       calls->unmap(__VA_ARGS__)
#define mprotect(...)     calls->protect(__VA_ARGS__)
#define msync(...)        calls->sync(__VA_ARGS__)
#define madvise(...)      calls->advise(__VA_ARGS__)
#define mincore(...)      calls->residency(__VA_ARGS__)
#define mlock(...)        calls->lock(__VA_ARGS__)
#define munlock(...)      calls->unlock(__VA_ARGS__)
#define mlockall(...)     calls->lock_all(__VA_ARGS__)
#define munlockall()      calls->unlock_all()
#define ftruncate(...)    calls->truncate_file(__VA_ARGS__)
#define mlock2(...)       calls->lock_some(__VA_ARGS__)
#define memfd_create(...) calls->memory_file(__VA_ARGS__)

/* The last argument of mremap is there with some flags only. */
#define mremap(...)                             REMAP_WITH(__VA_ARGS__, NULL, )
#define REMAP_WITH(a, old, new, flags, to, ...) calls->remap(a, old, new, flags, to)

#endif
