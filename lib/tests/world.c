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

/* The heap and the stack come and go. */
static bool comes_and_goes(const char *line, const char *end)
{
    const char *name = end;

    while (name > line && name[-1] != ' ')
        name--;
    return strncmp(name, "[heap]", 6) == 0 || strncmp(name, "[stack]", 7) == 0;
}

/* All other maps. Nothing is allocated here, since that would be seen the next time. */
static size_t maps(char *text, size_t size)
{
    const int file = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    size_t length = 0;
    size_t kept = 0;
    ssize_t n;

    assert_true(file >= 0);
    while ((n = read(file, text + length, size - length)) > 0)
        length += (size_t)n;
    close(file);
    assert_true(length < size);
    for (size_t line = 0, end; line < length; line = end + 1) {
        end = (size_t)((char *)memchr(text + line, '\n', length - line) - text);
        if (comes_and_goes(text + line, text + end))
            continue;
        memmove(text + kept, text + line, end + 1 - line);
        kept += end + 1 - line;
    }
    text[kept] = 0;
    return kept;
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

const char *world_snapshot(const struct world *world)
{
    static char texts[4][128 << 10];
    static unsigned turn;
    char *text = texts[turn++ % 4];
    const size_t size = sizeof texts[0];
    size_t length = descriptors(text, size);

    length += maps(text + length, size - length);
    length += shared_memory(text + length, size - length, world);
    handle(text + length, size - length, world);
    return text;
}
