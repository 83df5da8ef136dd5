/* The system's calls and the C library's memmem, checked no more than they have to be. */
#include "peer.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static struct {
    void *bytes;
    size_t length;
} memory;

static bool map_touch_unmap(const char *path)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    void *bytes = MAP_FAILED;
    struct stat status;

    if (fd < 0)
        return false;
    if (fstat(fd, &status) == 0)
        bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, fd, 0);
    if (bytes != MAP_FAILED) {
        peer_touch(bytes, (size_t)status.st_size);
        munmap(bytes, (size_t)status.st_size);
    }
    close(fd);
    return bytes != MAP_FAILED;
}

static void *map_memory(size_t bytes)
{
    memory.bytes = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memory.length = bytes;
    return memory.bytes == MAP_FAILED ? NULL : memory.bytes;
}

static void unmap_memory(void)
{
    munmap(memory.bytes, memory.length);
}

static size_t find(const void *needle, size_t n)
{
    const unsigned char *found = memmem(memory.bytes, memory.length, needle, n);

    return found ? (size_t)(found - (const unsigned char *)memory.bytes) : PEER_ABSENT;
}

static const struct peer_search search = {map_memory, find, unmap_memory};
static const struct peer hand = {.name = "hand", .map_touch_unmap = map_touch_unmap, .search = &search};

PEER(hand)
