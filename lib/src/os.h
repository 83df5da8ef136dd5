/* The contract between the portable logic and a platform.
 *
 * Every function that can fail returns MW_OK or an MW_E_* code and then describes the failure in *err.
 * Addresses and lengths are multiples of the page size of the mapping they belong to; ranges have been
 * checked; nothing here keeps state. posix/ and linux/ fulfil the contract between them.
 */
#ifndef MW_OS_H
#define MW_OS_H

#include "mapwise/advice.h"
#include "mapwise/map.h"
#include "mapwise/sync.h"

#include <stdio.h>

#define MW_NO_FD ((mw_fd)-1)

/* ---- files -------------------------------------------------------------- */

typedef enum mw__kind {
    MW_KIND_REGULAR, /* has a size, can grow */
    MW_KIND_DIRECTORY,
    MW_KIND_STREAM, /* a pipe or a socket */
    MW_KIND_DEVICE
} mw__kind;

typedef struct mw__file_facts {
    mw__kind kind;
    bool readable, writable; /* through this descriptor */
    uint64_t size;           /* of a regular file, else 0 */
    uint64_t block_size;     /* the file system's preferred unit */
    int32_t refusal;         /* the system's code for mapping what is not a regular file; 0: none */
} mw__file_facts;

/* How a path is opened: always for reading, always close-on-exec. */
typedef struct mw__open_request {
    bool writable;
    bool create;
    bool exclusive; /* what exists is not opened */
    bool wait;      /* for the other end of a pipe */
    uint32_t mode;
} mw__open_request;

/* *created tells whether this call made the file. */
int mw__os_open(mw_fd *out, bool *created, const char *path, const mw__open_request *request, mw_err *err);
int mw__os_duplicate(mw_fd *out, mw_fd fd, mw_err *err);
int mw__os_close(mw_fd fd, mw_err *err);

/* Removes `path` if it still names the file open as `fd`. Best effort, for cleaning up. */
void mw__os_remove(const char *path, mw_fd fd);

int mw__os_file_facts(mw__file_facts *out, mw_fd fd, mw_err *err);
int mw__os_file_position(uint64_t *out, mw_fd fd, mw_err *err);

/* Never raises a signal: a size over the process's limit is MW_E_LIMIT. */
int mw__os_file_resize(mw_fd fd, uint64_t size, mw_err *err);

/* Do limits and seals allow the file to lose its contents and then to grow to `size`? */
int mw__os_rewrite_check(mw_fd fd, uint64_t size, mw_err *err);

/* Makes the blocks of a range of the file exist; may extend the file. */
int mw__os_preallocate(mw_fd fd, uint64_t offset, uint64_t length, mw_err *err);

/* Reads up to `n` bytes at `position` of the file, or of what comes next if that is MW_STREAM. Waits for
 * data. *got = 0 is the end. */
#define MW_STREAM UINT64_MAX
int mw__os_read(size_t *got, mw_fd fd, void *buffer, size_t n, uint64_t position, mw_err *err);

/* ---- mapping ------------------------------------------------------------ */

typedef struct mw__mapping {
    mw_fd fd; /* MW_NO_FD: new memory */
    bool shared;
    uint32_t prot;
    uint64_t file_offset;
    size_t length;
    void *address;  /* wish, or demand if MW_F_FIXED is in `flags`; may be NULL */
    bool over;      /* in place of what is at `address`, which is ours */
    uint32_t flags; /* MW_F_NORESERVE, _FIXED, _POPULATE, _RAW_UNCHECKED concern a platform */
    uint64_t raw_flags;
} mw__mapping;

/* Refuses raw flags that cannot be meant, or would be ignored; before anything has been done. */
int mw__os_raw_flags_check(uint64_t raw_flags, bool unchecked, bool shared_file, mw_err *err);

/* The page size of the mapping to come, larger than mw_page_size() for huge pages. */
int mw__os_mapping_page_size(size_t *out, mw_fd fd, uint64_t block_size, uint64_t raw_flags, mw_err *err);

int mw__os_map(void **out, const mw__mapping *mapping, mw_err *err);
int mw__os_unmap(void *address, size_t length, mw_err *err);

/* Address space without pages, for mappings to come (`over`). `address` as in a mapping. */
int mw__os_reserve(void **out, void *address, bool fixed, size_t length, mw_err *err);

/* Gives pages of a mapping back and keeps their address space. */
int mw__os_empty(void *address, size_t length, mw_err *err);

/* Makes a mapping larger, at the end of its last page, with all that the pages are; *region changes if
 * `may_move` and it must. MW_E_NOMEM: no room there; MW_E_NOTSUP: the system can't do it for these pages,
 * which may have been mapped or treated in parts. Nothing has changed then. */
int mw__os_extend(void **region, size_t length, size_t new_length, size_t page_size, bool may_move,
                  mw_err *err);

/* A file of shared memory without a name, which can grow and be sealed; `name` is for /proc. */
int mw__os_memory_file(mw_fd *out, const char *name, uint64_t size, mw_err *err);

/* The raw flags that make new memory consist of pages of `size` bytes (MW_HUGE_DEFAULT). */
int mw__os_huge_flags(uint64_t *raw_flags, uint64_t size, mw_err *err);

/* The index-th smallest size of huge pages; MW_E_END. */
int mw__os_huge_page_size(uint64_t *out, size_t index, mw_err *err);
int mw__os_protect(void *address, size_t length, uint32_t prot, mw_err *err);

/* Faults pages in, for writing if `write`; reports what could not be had. */
int mw__os_populate(void *address, size_t length, bool write, mw_err *err);

/* Locks pages in memory: now, or (`later`) when they are touched, which asks for the right alone (MW_E_NOTSUP
 * where that can't be done). */
int mw__os_lock(void *address, size_t length, bool later, mw_err *err);
int mw__os_unlock(void *address, size_t length, mw_err *err);

/* Is this label possible at all? Names new memory. */
int mw__os_label_check(const char *label, mw_err *err);
int mw__os_label(void *address, size_t length, const char *label, mw_err *err);

/* ---- what maps are for -------------------------------------------------- */

/* wait: the pages have reached the device when it returns. */
int mw__os_sync(void *address, size_t length, bool wait, bool invalidate, mw_err *err);

/* The file's part of the levels DATA, BARRIER and FULL. */
int mw__os_sync_file(mw_fd fd, mw_sync_level level, mw_err *err);

/* The system's value for a portable name, -1 if it has none. */
int mw__os_advice_native(mw_advice advice);

/* Asks the running system, without effect. */
mw_capability mw__os_advice_capability(int native);
int mw__os_advise(void *address, size_t length, int native, mw_err *err);

/* One byte for each page of mw_page_size() bytes; bit 0 is residency. */
int mw__os_residency(unsigned char *out, void *address, size_t length, mw_err *err);

/* ---- shared memory ------------------------------------------------------ */

/* What a file is, whatever it is called, as long as it exists. */
typedef struct mw__identity {
    uint64_t device, number;
} mw__identity;

/* Opens shared memory by its name, which begins with its only slash, or makes it, without any bytes. */
int mw__os_named_open(mw_fd *out, bool *created, mw__identity *identity, const char *name,
                      const mw__open_request *request, mw_err *err);
int mw__os_named_unlink(const char *name, mw_err *err);

/* Removes the name if it still stands for that memory. Best effort, for cleaning up. */
void mw__os_named_remove(const char *name, const mw__identity *identity);

/* The MW_SEAL_* that a file has; MW_E_NOTSUP if it can have none. Adding is all or nothing. */
int mw__os_seals(uint32_t *out, mw_fd fd, mw_err *err);
int mw__os_seal(mw_fd fd, uint32_t add, mw_err *err);

/* This process, as long as it lives. */
uint64_t mw__os_process(void);

/* ---- streams ------------------------------------------------------------ */

/* Leaves nothing in the buffer of `stream`, and tells its descriptor and position. What has no position is
 * MW_E_NOTSUP, and keeps what is in its buffer. */
int mw__os_stream_flush(mw_fd *fd, uint64_t *position, FILE *stream, mw_err *err);

/* ---- threads ------------------------------------------------------------ */

struct mw__thread;

/* Sees to it that mw__thread_detach is called when this thread ends. */
int mw__os_thread_watch(struct mw__thread *thread);

/* Can this process put a barrier on all of its threads at once, from now on? Then does it; false: refused. */
bool mw__os_barrier_ready(void);
bool mw__os_barrier(void);

/* ---- faults ------------------------------------------------------------- */

/* Hands the faults of pages that can't be supplied to mw__guard_fault, and the rest to whoever had them
 * before. Once; any thread. */
int mw__os_guard_install(mw_err *err);

/* Copies between memory and mapped pages through the system, which says so if a page can't be supplied
 * (MW_E_FAULT). *done bytes were copied, from the first on. */
int mw__os_copy_from(size_t *done, void *destination, const void *mapped, size_t n, mw_err *err);
int mw__os_copy_to(size_t *done, void *mapped, const void *source, size_t n, mw_err *err);

/* For the files of a platform among themselves: PROT_* of MW_PROT_*, and whether seals fix the size. */
int mw__os_native_prot(uint32_t prot);

/* Descriptors 0, 1 and 2 mean something to everybody; one of ours must not take the place of one that the
 * program has closed. Also passes on -1. */
int mw__os_move_up(int fd);
int mw__os_seals_check(mw_fd fd, mw_err *err);

/* mw_page_size and mw_granularity are the platform's too. */

#endif
