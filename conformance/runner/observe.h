/* Observers: each performs or takes the result of one act and answers a short canonical text.
 *
 * The texts live in a ring of static buffers; the last sixteen are valid. */
#ifndef MAPWISE_CONFORMANCE_OBSERVE_H
#define MAPWISE_CONFORMANCE_OBSERVE_H

#include "setup.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a call answered: its number, or the name of errno if it was -1: "0", "EINVAL". */
const char *returned(long result);
/* The name of an error number, as posix_madvise and posix_fallocate return it; "0" for none. */
const char *error_number(int error);
/* "mapped", or the name of errno if the address is MAP_FAILED. */
const char *mapped(const void *address);

/* Touching one byte. A load answers its value ("0" … "255"), a store "stored"; where the system
 * objects, the signal, its code, and whether si_addr is that very byte, its page, or elsewhere:
 * "SIGBUS BUS_ADRERR exact", "SIGSEGV SEGV_ACCERR page". */
const char *load(const volatile void *address);
const char *store(volatile void *address, int value);
/* The same, done by a forked child; "killed by SIGKILL" and the like if it does not live to tell. */
const char *load_in_child(const volatile void *address);
const char *store_in_child(volatile void *address, int value);
/* Calls the function int (void) whose code lies at an address: what it returned, or the fault. */
const char *run_code(const void *code);
/* Calls `act` in a forked child and answers what it answered. */
const char *in_child(const char *(*act)(void *), void *argument);

/* The first bytes of the pages of a range: "1 0 3". */
const char *page_bytes(const volatile char *map, size_t length);
/* How many bytes of a range do not hold `value`: "0"; or the fault of the first byte that objects. */
const char *bytes_other_than(int value, const volatile char *bytes, size_t length);

const char *number(int64_t value);
const char *yes_or_no(bool truth);
/* Where a pointer lies, as seen from where it should: "exact", "elsewhere" or, for MAP_FAILED, errno. */
const char *placed(const void *address, const void *expected);

/* One byte of the file, by pread, and its size, by fstat. */
const char *file_byte(const struct scratch_file *file, int64_t offset);
const char *file_size(const struct scratch_file *file);

/* mincore, a digit a page: "1101"; or the name of its errno. */
const char *residency(const void *map, size_t length);

/* What the page cache holds of a range of a file: the pages that differ from the backing store or are on
 * their way to it (by smaps before Linux 6.5; UNSUPPORTED where files live in memory only), and the
 * pages it has at all (cachestat). A system may count a larger block that it handles as a whole. */
const char *dirty_pages(const struct scratch_file *file, off_t offset, size_t length);
const char *cached_pages(const struct scratch_file *file, off_t offset, size_t length);
/* As dirty_pages, and "0" where files live in memory only: nothing of them is ever to be written. */
const char *unwritten_pages(const struct scratch_file *file, off_t offset, size_t length);

/* What /proc tells (UNSUPPORTED where there is none): the permissions of the map at an address
 * ("rw-p", or "nothing"), whether its VmFlags hold a two-letter flag ("yes", "no"), a field of its smaps
 * entry or of /proc/self/status in pages ("4"). */
const char *permissions(const void *address);
/* The name of the map at an address, as /proc/self/maps ends its line: "/dir/file (deleted)", "[heap]", "".
 */
const char *map_name(const void *address);
const char *vm_flag(const void *address, const char *flag);
/* Whether a program that a child executes finds a descriptor "open" or "closed". */
const char *after_exec(int descriptor);
const char *smaps_pages(const void *address, const char *field);
const char *status_pages(const char *field);

#endif
