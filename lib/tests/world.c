#include "world.h"

#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

void world_make(struct world *world)
{
    const size_t size = WORLD_PAGES * mw_page_size() + 100;
    unsigned char *content = malloc(size);

    memset(world, 0, sizeof *world);
    snprintf(world->path, sizeof world->path, "mapwise-failure-%ld", (long)getpid());
    snprintf(world->name, sizeof world->name, "/mapwise-failure-%ld", (long)getpid());
    unlink(world->path);
    shm_unlink(world->name);
    world->other = -1;
    world->fd = open(world->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(world->fd >= 0);
    assert_non_null(content);
    for (size_t i = 0; i < size; i++)
        content[i] = (unsigned char)(i / mw_page_size() + 1);
    assert_int_equal(write(world->fd, content, size), size);
    free(content);
}

/* The lines of one text that the other lacks. */
void world_compare(const char *before, const char *after)
{
    char line[512];

    for (int round = 0; round < 2; round++) {
        const char *text = round ? after : before;
        for (const char *next; *text; text = next) {
            next = strchr(text, '\n') + 1;
            snprintf(line, sizeof line, "%.*s", (int)(next - text), text);
            if (!strstr(round ? before : after, line))
                print_message("    %s %s", round ? "now" : "was", line);
        }
    }
}

void world_drop(struct world *world)
{
    if (world->pointer)
        assert_code(mw_unpin(world->map, world->pointer), MW_OK);
    assert_code(mw_free(world->map), MW_OK);
    close(world->fd);
    if (world->other >= 0)
        close(world->other);
    unlink(world->path);
    shm_unlink(world->name);
}

unsigned long long world_file(const struct world *world)
{
    unsigned char buffer[4096];
    unsigned long long hash = EMPTY_FILE;
    off_t offset = 0;
    ssize_t n;

    while ((n = pread(world->fd, buffer, sizeof buffer, offset)) > 0) {
        for (ssize_t i = 0; i < n; i++)
            hash = (hash ^ buffer[i]) * 1099511628211ull;
        offset += n;
    }
    return hash ^ (unsigned long long)offset;
}

static size_t descriptors(char *text, size_t size)
{
    size_t length = 0;

    for (int fd = 0; fd < 256; fd++)
        if (fcntl(fd, F_GETFD) != -1)
            length += (size_t)snprintf(text + length, size - length, "descriptor %d\n", fd);
    return length;
}

/* All maps but those of malloc and of the stack, which come and go. */
static size_t maps(char *text, size_t size)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[512];
    size_t length = 0;

    assert_non_null(maps);
    while (fgets(line, sizeof line, maps))
        if (!strstr(line, "[heap]") && !strstr(line, "[stack]"))
            length += (size_t)snprintf(text + length, size - length, "%s", line);
    fclose(maps);
    return length;
}

static void handle(char *text, size_t size, const struct world *world)
{
    mw_info info = MW_INFO_INIT;

    if (!world->map || mw_info_get(&info, world->map, NULL) != MW_OK)
        return;
    snprintf(text, size, "length %llu offset %llu generation %llu at %p prot %u closed %d\n",
             (unsigned long long)info.length, (unsigned long long)info.offset,
             (unsigned long long)info.generation, info.base, info.prot, info.closed);
}

static size_t shared_memory(char *text, size_t size, const struct world *world)
{
    struct stat status;
    int fd = shm_open(world->name, O_RDONLY, 0);

    if (fd < 0)
        return 0;
    assert_int_equal(fstat(fd, &status), 0);
    close(fd);
    return (size_t)snprintf(text, size, "shared memory of %lld bytes\n", (long long)status.st_size);
}

char *world_snapshot(const struct world *world)
{
    const size_t size = 64 << 10;
    char *text = malloc(size);
    size_t length;

    assert_non_null(text);
    length = descriptors(text, size);
    length += maps(text + length, size - length);
    length += shared_memory(text + length, size - length, world);
    handle(text + length, size - length, world);
    return text;
}
