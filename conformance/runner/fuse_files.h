/* Files that a server of the case's own serves through /dev/fuse, as one can't otherwise have: whose storage
 * fails, or that answer each read and write themselves. Mounted as in fixture.h, and needs the same. */
#ifndef MAPWISE_CONFORMANCE_FUSE_FILES_H
#define MAPWISE_CONFORMANCE_FUSE_FILES_H

#include "setup.h"

enum served_kind {
    SERVED_PLAIN,
    SERVED_DIRECT,     /* opened with FOPEN_DIRECT_IO: no page cache */
    SERVED_UNREADABLE, /* from its second page on a read answers EIO */
    SERVED_UNWRITABLE, /* from its second page on a write answers EIO */
    SERVED_KINDS
};

enum { SERVED_PAGES = 4 };

/* Opens that file for reading and writing, starting the server on first use. It has SERVED_PAGES pages,
 * filled as those of a scratch_file. */
struct scratch_file served_file(enum served_kind kind);

/* One byte of the file as its server has it. */
const char *server_byte(enum served_kind kind, size_t offset);

#endif
