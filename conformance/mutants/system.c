#include "system.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

void *system_mmap(void *address, size_t length, int protection, int flags, int descriptor, off_t offset)
{
    return (void *)syscall(SYS_mmap, address, length, protection, flags, descriptor, offset);
}

int system_munmap(void *address, size_t length)
{
    return (int)syscall(SYS_munmap, address, length);
}

void *system_mremap(void *address, size_t old_length, size_t new_length, int flags, void *new_address)
{
    return (void *)syscall(SYS_mremap, address, old_length, new_length, flags, new_address);
}

int system_msync(void *address, size_t length, int flags)
{
    return (int)syscall(SYS_msync, address, length, flags);
}

int system_mprotect(void *address, size_t length, int protection)
{
    return (int)syscall(SYS_mprotect, address, length, protection);
}

int system_madvise(void *address, size_t length, int advice)
{
    return (int)syscall(SYS_madvise, address, length, advice);
}

int system_mincore(void *address, size_t length, unsigned char *vector)
{
    return (int)syscall(SYS_mincore, address, length, vector);
}

int system_mlock2(const void *address, size_t length, unsigned flags)
{
    return (int)(flags ? syscall(SYS_mlock2, address, length, flags) : syscall(SYS_mlock, address, length));
}

int system_munlock(const void *address, size_t length)
{
    return (int)syscall(SYS_munlock, address, length);
}

int system_mlockall(int flags)
{
    return (int)syscall(SYS_mlockall, flags);
}

int system_munlockall(void)
{
    return (int)syscall(SYS_munlockall);
}

int system_ftruncate(int descriptor, off_t length)
{
    return (int)syscall(SYS_ftruncate, descriptor, length);
}

size_t page_size(void)
{
    static size_t bytes;

    if (bytes == 0)
        bytes = (size_t)sysconf(_SC_PAGESIZE);
    return bytes;
}

size_t whole_pages(size_t length)
{
    return (length + page_size() - 1) & ~(page_size() - 1);
}

char *page_start(const void *address)
{
    return (char *)((uintptr_t)address & ~(uintptr_t)(page_size() - 1));
}

/* Reads one line by single bytes: no buffer of stdio, which would be mapped by who knows whom. */
static bool read_line(int descriptor, char *line, size_t capacity)
{
    size_t length = 0;
    char byte;

    while (read(descriptor, &byte, 1) == 1) {
        if (byte == '\n') {
            line[length] = '\0';
            return true;
        }
        if (length < capacity - 1)
            line[length++] = byte;
    }
    return false;
}

static bool parse_area(struct area *area, const char *line)
{
    uintptr_t start, end;
    char rights[5];
    unsigned long long offset, inode;

    if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s %llx %*s %llu", &start, &end, rights, &offset, &inode) !=
        5)
        return false;
    *area =
        (struct area){.start = (char *)start,
                      .end = (char *)end,
                      .protection = (rights[0] == 'r' ? PROT_READ : 0) | (rights[1] == 'w' ? PROT_WRITE : 0) |
                                    (rights[2] == 'x' ? PROT_EXEC : 0),
                      .shared = rights[3] == 's',
                      .offset = (off_t)offset,
                      .has_file = inode != 0};
    return true;
}

bool next_area(struct area *area, const void *address)
{
    char line[512];
    int maps = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    bool found = false;

    if (maps < 0)
        return false;
    while (!found && read_line(maps, line, sizeof line))
        found = parse_area(area, line) && (uintptr_t)area->end > (uintptr_t)address;
    close(maps);
    return found;
}

bool find_area(struct area *area, const void *address)
{
    return next_area(area, address) && (uintptr_t)area->start <= (uintptr_t)address;
}

bool wholly_mapped(const void *address, size_t length)
{
    const char *at = page_start(address), *end = (const char *)address + length;
    struct area area;

    while ((uintptr_t)at < (uintptr_t)end) {
        if (!find_area(&area, at))
            return false;
        at = area.end;
    }
    return true;
}

int open_mapped_file(const void *address, off_t *offset)
{
    struct area area;
    char path[96];

    if (!find_area(&area, address) || !area.has_file)
        return -1;
    snprintf(path, sizeof path, "/proc/self/map_files/%" PRIxPTR "-%" PRIxPTR, (uintptr_t)area.start,
             (uintptr_t)area.end);
    *offset = area.offset + ((const char *)address - area.start);
    return open(path, O_RDWR | O_CLOEXEC);
}

off_t size_of(int descriptor)
{
    struct stat status;

    return fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) ? status.st_size : -1;
}

bool force_read(void *into, const void *address, size_t length)
{
    int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    bool done = memory >= 0 && pread(memory, into, length, (off_t)(uintptr_t)address) == (ssize_t)length;

    if (memory >= 0)
        close(memory);
    return done;
}

bool force_write(void *address, const void *bytes, size_t length)
{
    int memory = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
    bool done = memory >= 0 && pwrite(memory, bytes, length, (off_t)(uintptr_t)address) == (ssize_t)length;

    if (memory >= 0)
        close(memory);
    return done;
}

void write_private(const void *address)
{
    struct area area;
    char bytes[64];
    off_t offset;

    if (!find_area(&area, address) || area.shared || !area.has_file ||
        !force_read(bytes, address, sizeof bytes))
        return;
    const int descriptor = open_mapped_file(address, &offset);
    if (descriptor < 0)
        return;
    if (size_of(descriptor) >= offset + (off_t)sizeof bytes &&
        pwrite(descriptor, bytes, sizeof bytes, offset) < 0) {
        /* The file can't be written: nothing to spoil. */
    }
    close(descriptor);
}
