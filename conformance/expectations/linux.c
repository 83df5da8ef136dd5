/* What Linux and its file systems are known to do differently from what is promised. */
#include "expectation.h"

/* These file systems look at MAP_SYNC without asking for the type of the mapping. */
#define CHECKS_MAP_SYNC(type)                                                                                \
    {                                                                                                        \
        .test = "mmap.flags.sync_plain_shared", .system = "Linux", .filesystem = (type),                     \
        .observed = "EOPNOTSUPP; EOPNOTSUPP; SIGSEGV SEGV_MAPERR exact; 1", .kind = QUIRK,                   \
        .reason = type " refuses MAP_SYNC on storage that is not DAX for every type of mapping",             \
        .reference = "https://man7.org/linux/man-pages/man2/mmap.2.html"                                     \
    }

EXPECTATIONS(
    CHECKS_MAP_SYNC("ext2"), CHECKS_MAP_SYNC("ext4"), CHECKS_MAP_SYNC("xfs"), CHECKS_MAP_SYNC("overlay"),

    {.test = "msync.len_overflow",
     .system = "Linux",
     .observed = "0",
     .kind = QUIRK,
     .reason = "the length is rounded up to whole pages first, and so becomes 0",
     .reference = "https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/mm/msync.c"},
    {.test = "mprotect.unaligned_refused",
     .system = "Linux",
     .libc = "not glibc",
     .observed = "0; 0; SIGSEGV SEGV_ACCERR exact",
     .kind = PERMITTED,
     .reason = "musl widens the range to whole pages before it asks the kernel",
     .reference = "https://git.musl-libc.org/cgit/musl/tree/src/mman/mprotect.c"},
    {.test = "fault.eof.tail_extend_zero",
     .system = "Linux",
     .filesystem = "tmpfs",
     .observed = "9; 9",
     .kind = BUG,
     .reason = "tmpfs keeps what was stored past the end of the file; xfstests generic/469, 499 and 511 look "
               "for it",
     .reference = "https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/mm/shmem.c"},
    {.test = "fault.eof.tail_gap_zero",
     .system = "Linux",
     .filesystem = "tmpfs",
     .observed = "9; 9",
     .kind = BUG,
     .reason = "tmpfs keeps what was stored past the end of the file, as in fault.eof.tail_extend_zero",
     .reference = "https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/mm/shmem.c"},
    {.test = "shared.mtime_second_store",
     .system = "Linux",
     .filesystem = "tmpfs",
     .observed = "old",
     .kind = BUG,
     .reason = "tmpfs does not notice a store to a page that is writable already, msync or not",
     .reference = "https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/mm/shmem.c"},
    {.test = "cachestat",
     .system = "Linux",
     .filesystem = "overlay",
     .observed = "0; 0; 0",
     .kind = BUG,
     .reason = "cachestat looks at the inode of overlay, whose pages are those of the file below",
     .reference = "https://man7.org/linux/man-pages/man2/cachestat.2.html"},
    {.test = "cachestat.cold",
     .system = "Linux",
     .filesystem = "overlay",
     .observed = "0",
     .kind = BUG,
     .reason = "cachestat counts nothing on overlay, as in the case cachestat",
     .reference = "https://man7.org/linux/man-pages/man2/cachestat.2.html"});
