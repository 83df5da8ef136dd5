/* What a case starts from. These functions succeed or end the case as an ERROR, naming the call that
 * failed, so that a case need not look. Nothing has to be released: the process ends with the case. */
#ifndef MAPWISE_CONFORMANCE_SETUP_H
#define MAPWISE_CONFORMANCE_SETUP_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/types.h>

#define READ_WRITE (PROT_READ | PROT_WRITE)

extern size_t page; /* bytes in a page of this system */

/* A file in the folder under test, open for reading and writing. Page k of it is filled with the
 * byte k + 1, so the first bytes of its pages read 1, 2, 3 … */
struct scratch_file {
    int descriptor;
    char path[1024];
};

struct scratch_file scratch_file(size_t bytes);
/* The same under the name that stands in file->path already. */
void make_file(struct scratch_file *file, size_t bytes);
/* A file for reading only, and its size: one that was made like a scratch_file of a little more than two
 * pages or, on a read-only file system, the largest that lies in the folder under test. */
struct scratch_file readable_file(size_t *bytes);
/* A file of that size without data; ends the case as UNSUPPORTED where files can't be that large. */
struct scratch_file sparse_file(off_t bytes);

/* Opens the file once more, O_RDONLY or O_WRONLY say. */
int reopen(const struct scratch_file *file, int flags);

void resize_file(const struct scratch_file *file, off_t bytes);            /* ftruncate */
void write_file(const struct scratch_file *file, off_t offset, int value); /* pwrite of one byte */
void write_page(const struct scratch_file *file, off_t offset, int value); /* pwrite of a page of them */

/* False for a file system that keeps its files in memory only and so never writes anything back. */
bool has_backing_store(const struct scratch_file *file);
/* UNSUPPORTED for such a one. */
void need_backing_store(const struct scratch_file *file);
/* Stores `value` in every page of a range of a shared map, which shows the file from `offset` on, until all
 * of them wait to be written: the system may write back of itself at any time. UNSUPPORTED where nothing that
 * is stored ever waits; a file without a backing store is only changed. */
void make_dirty(volatile char *map, const struct scratch_file *file, off_t offset, size_t length, int value);
/* Writes the file back and drops all of its pages from memory; it must not be mapped by then. */
void evict_file(const struct scratch_file *file);

/* A name in the case's own folder in the folder under test; nothing is there yet. With NEED_UNPRIVILEGED the
 * case stands in that folder and the name is relative: the user may not get there from above. */
const char *scratch_path(const char *name);

/* Runs `work` beside the case. */
pthread_t start_thread(void *(*work)(void *), void *argument);
/* Waits for its end; what it answered. */
void *join_thread(pthread_t thread);

/* Forks a child that does `before`, if that is not NULL, and then becomes cat(1) of that path: what it
 * prints, up to capacity - 1 bytes and a 0. UNSUPPORTED where cat can't be run. */
void print_by_exec(const char *path, void (*before)(void *), void *argument, char *text, size_t capacity);

/* A name for shm_open, the same in the children of a case; the runner removes what is left of it. */
const char *shared_memory_name(void);

/* Maps that must succeed. Pages of an anonymous map hold zeros, and nothing is mapped right beside it. */
char *map_file(const struct scratch_file *file, off_t offset, size_t length, int protection, int flags);
char *map_descriptor(int descriptor, off_t offset, size_t length, int protection, int flags);
char *map_anonymous(size_t length, int protection,
                    int flags); /* flags: MAP_PRIVATE or MAP_SHARED, and more */

/* At exactly that address, over whatever is mapped there: the start of a file, or memory (-1). */
char *map_over(void *address, size_t length, int protection, int flags, int descriptor);

/* Anonymous pages for reading and writing of which a touch brings in one, also where the system is set to
 * bring in several at once. */
char *single_pages(size_t count);

/* Anonymous pages for reading and writing whose first bytes read 1, 2, 3 … */
char *numbered_pages(size_t count, int flags);

/* Stores k + 1 in the first byte of page k, for as many whole pages as the length has. */
void number_pages(char *map, size_t length);

/* Address space of `length` bytes in which nothing is mapped and nothing soon will be. */
char *unmapped_range(size_t length);

/* A number of the kernel's settings, "vm/max_map_count" say; UNSUPPORTED where there is none. */
int64_t kernel_setting(const char *name);

/* Bytes of the default huge page; UNSUPPORTED for a kernel without them. */
size_t huge_page_bytes(void);
/* So many of them, private, for reading and writing; UNSUPPORTED where the pool has not got them. */
char *pooled_huge_pages(size_t count);

/* Whether this process may do what a capability of Linux allows. */
enum capability { CAPABILITY_LINUX_IMMUTABLE = 9, CAPABILITY_SYS_RAWIO = 17, CAPABILITY_SYS_ADMIN = 21 };
bool holds_capability(enum capability capability);

/* UNSUPPORTED where RLIMIT_MEMLOCK does not let this process lock so many bytes. */
void need_lockable(size_t bytes);

/* From here on a system call of this process and its children, SYS_msync say, fails with that error and does
 * nothing. UNSUPPORTED where that can't be arranged. */
void refuse_call(long call, int error);
/* The same for calls whose argument number `argument`, counted from 0, has the value `value` in 32 bits. */
void refuse_call_with(long call, unsigned argument, uint32_t value, int error);

/* Checks a call of the set-up that answers -1 and errno. */
#define SETUP(call) setup_result(#call, (long long)(call))
long long setup_result(const char *what, long long result);

/* The value of a constant of this system, by the registry, also where the headers are older: a name
 * that does not exist here ends the case as UNSUPPORTED. */
#define CONSTANT(name) constant_value(#name)
int constant_value(const char *name);

/* Ends the case: it can't be run here, or its set-up failed. The reason is one clause, printf style. */
_Noreturn void unsupported(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void setup_failed(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
