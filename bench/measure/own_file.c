#include "own_file.h"

#include "fill.h"
#include "interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 64 << 10 };

bool own_file_make(struct own_file *file, struct sample *s, const char *suffix)
{
    const int length = snprintf(file->path, sizeof file->path, "%s%s", s->path, suffix);

    if (length < 0 || (size_t)length >= sizeof file->path)
        errno = ENAMETOOLONG;
    else
        file->descriptor = open(file->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (length >= 0 && (size_t)length < sizeof file->path && file->descriptor >= 0)
        return true;
    file->path[0] = '\0';
    sample_broken(s, "making a file: %s", strerror(errno));
    return false;
}

bool own_file_fill(const struct own_file *file, struct sample *s, uint64_t length)
{
    const struct data_file data = {.size = length, .descriptor = file->descriptor};

    if (fill_file(&data))
        return !interrupted;
    sample_broken(s, "filling a file: %s", strerror(errno));
    return false;
}

uint64_t own_file_size(const struct own_file *file)
{
    struct stat status;

    return fstat(file->descriptor, &status) == 0 ? (uint64_t)status.st_size : 0;
}

uint64_t own_file_taken(const struct own_file *file)
{
    struct stat status;

    return fstat(file->descriptor, &status) == 0 ? (uint64_t)status.st_blocks * 512 : 0;
}

bool own_file_is_zero(const struct own_file *file)
{
    static uint64_t words[PIECE / sizeof(uint64_t)];
    ssize_t got;

    for (off_t offset = 0; (got = pread(file->descriptor, words, PIECE, offset)) > 0; offset += got)
        for (size_t i = 0; i < (size_t)got / sizeof words[0]; i++)
            if (words[i] != 0)
                return false;
    return got == 0;
}

void own_file_remove(struct own_file *file)
{
    if (!file->path[0])
        return;
    close(file->descriptor);
    unlink(file->path);
    file->path[0] = '\0';
}
