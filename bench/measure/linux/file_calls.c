#include "../file_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

#ifndef FALLOC_FL_WRITE_ZEROES /* Linux 6.17 */
#define FALLOC_FL_WRITE_ZEROES 0x80
#endif

int file_allocate(int file, const char *mode, uint64_t offset, uint64_t length)
{
    static const struct {
        const char *name;
        int flags;
    } modes[] = {
        {"default", 0},
        {"keep_size", FALLOC_FL_KEEP_SIZE},
        {"zero_range", FALLOC_FL_ZERO_RANGE},
        {"punch_hole", FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE},
        {"collapse_range", FALLOC_FL_COLLAPSE_RANGE},
        {"insert_range", FALLOC_FL_INSERT_RANGE},
        {"write_zeroes", FALLOC_FL_WRITE_ZEROES},
    };

    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
        if (strcmp(modes[i].name, mode) == 0)
            return fallocate(file, modes[i].flags, (off_t)offset, (off_t)length) == 0 ? 0 : errno;
    return EINVAL;
}

int file_write_back(int file, uint64_t offset, uint64_t length)
{
    const unsigned flags = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;

    return sync_file_range(file, (off_t)offset, (off_t)length, flags) == 0 ? 0 : errno;
}

uint64_t file_map_sync_flag(void)
{
#ifdef MAP_SYNC
    return MAP_SYNC;
#else
    return 0;
#endif
}
