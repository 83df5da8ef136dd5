/* What the cases of the library share. Their ids are the rows of its behaviour table. */
#ifndef MAPWISE_CONFORMANCE_LIBRARY_H
#define MAPWISE_CONFORMANCE_LIBRARY_H

#include "case.h"

#include <mapwise.h>

/* What the library does is looked at by the C library's calls, whichever path the other suites take. */
#undef mmap
#undef munmap
#undef mprotect
#undef msync
#undef madvise
#undef mincore
#undef mlock
#undef munlock
#undef mlockall
#undef munlockall
#undef ftruncate
#undef mlock2
#undef memfd_create
#undef mremap

/* Where every call of a case reports; answer() compares it with what the call returned. */
extern mw_err failure;

/* What a call of the library answered: "MW_OK", "MW_E_SHORT". */
const char *answer(int code);

/* MW_MAP_OPTIONS_INIT with an access and flags. */
mw_map_options options_for(mw_access access, uint32_t flags);
/* The same with a range of the file. */
mw_map_options options_range(mw_access access, uint32_t flags, uint64_t offset, uint64_t length);

/* Maps that must succeed. */
mw_map *library_map(const struct scratch_file *file, mw_access access);
mw_map *library_map_with(const struct scratch_file *file, const mw_map_options *options);
mw_map *library_anonymous(size_t length, mw_access access);
/* Private memory of which a touch brings in one page, also where the system is set to bring in several. */
mw_map *library_single_pages(size_t length);

/* One byte through mw_read_at and mw_write_at: its value or the error, "MW_OK" or the error. */
const char *byte_at(mw_map *map, uint64_t offset);
const char *set_byte(mw_map *map, uint64_t offset, int value);

/* The offset that the last failure names. */
const char *failed_at(void);
/* The number of its page: which byte of the page the C library's memset and memmove touch first is theirs. */
const char *failed_page(void);

/* The pointer to the first byte, which must be had. */
char *pinned(mw_map *map, uint32_t prot);

mw_info info_of(const mw_map *map);
const char *access_of(const mw_map *map); /* "READ", "WRITE", "COPY" */

/* Ends the case as UNSUPPORTED where the system can't lock so many bytes for the library, or only pretends
 * to, as under AddressSanitizer. */
void need_locks(size_t bytes);

/* Ends the case as UNSUPPORTED where there is no /dev/zero, in an empty chroot say. */
void need_zero_device(void);

/* Descriptors and maps of files that this process has more than it had at remember_resources():
 * "nothing", "1 descriptors, 0 maps". */
void remember_resources(void);
const char *leaked(void);

#endif
