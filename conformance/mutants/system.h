/* What the system itself does, by its calls, and what it tells about a process's memory. */
#ifndef MAPWISE_CONFORMANCE_MUTANT_SYSTEM_H
#define MAPWISE_CONFORMANCE_MUTANT_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

void *system_mmap(void *address, size_t length, int protection, int flags, int descriptor, off_t offset);
int system_munmap(void *address, size_t length);
void *system_mremap(void *address, size_t old_length, size_t new_length, int flags, void *new_address);
int system_msync(void *address, size_t length, int flags);
int system_mprotect(void *address, size_t length, int protection);
int system_madvise(void *address, size_t length, int advice);
int system_mincore(void *address, size_t length, unsigned char *vector);
int system_mlock2(const void *address, size_t length, unsigned flags);
int system_munlock(const void *address, size_t length);
int system_mlockall(int flags);
int system_munlockall(void);
int system_ftruncate(int descriptor, off_t length);

size_t page_size(void);
size_t whole_pages(size_t length); /* rounded up */
char *page_start(const void *address);

/* A map of this process as /proc/self/maps tells it. */
struct area {
    char *start, *end;
    int protection;
    bool shared;
    off_t offset;
    bool has_file;
};

/* The map that holds an address; false if there is none. */
bool find_area(struct area *area, const void *address);
/* The next map at or behind an address; false if there is none. */
bool next_area(struct area *area, const void *address);
/* Whether every page of a range is mapped. */
bool wholly_mapped(const void *address, size_t length);
/* Opens the file that is mapped there, for reading and writing; -1 if there is none. `offset` is where the
 * byte at `address` lies in it. */
int open_mapped_file(const void *address, off_t *offset);
/* The size of an open file; -1 for what has none. */
off_t size_of(int descriptor);

/* Memory of a map that may forbid it: copies out of it and into it by way of /proc/self/mem. */
bool force_read(void *into, const void *address, size_t length);
bool force_write(void *address, const void *bytes, size_t length);
/* Writes what the first bytes of a private map of a file hold into that file, where it has them. */
void write_private(const void *address);

#endif
