#include "setup.h"

#include "calls.h"
#include "child.h"
#include "names.h"

#include <mapwise/constants.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

long long setup_result(const char *what, long long result)
{
    if (result == -1)
        setup_failed("%s: %s", what, error_name(errno));
    return result;
}

pthread_t start_thread(void *(*work)(void *), void *argument)
{
    pthread_t thread;
    const int error = pthread_create(&thread, NULL, work, argument);

    if (error != 0)
        setup_failed("pthread_create: %s", error_name(error));
    return thread;
}

void *join_thread(pthread_t thread)
{
    void *answer;
    const int error = pthread_join(thread, &answer);

    if (error != 0)
        setup_failed("pthread_join: %s", error_name(error));
    return answer;
}

const char *scratch_path(const char *name)
{
    static char path[PATH_MAX];

    snprintf(path, sizeof path, "%s/%s", own_folder(), name);
    return path;
}

static void fill_file(int descriptor, size_t bytes)
{
    char *pattern = malloc(page);
    size_t written = 0;

    if (!pattern)
        setup_failed("malloc: out of memory");
    for (size_t index = 0; written < bytes; index++) {
        size_t length = bytes - written < page ? bytes - written : page;
        memset(pattern, (int)(index + 1) & 0xff, page);
        if (pwrite(descriptor, pattern, length, (off_t)written) != (ssize_t)length)
            setup_failed("filling a scratch file: %s", error_name(errno));
        written += length;
    }
    free(pattern);
}

void make_file(struct scratch_file *file, size_t bytes)
{
    file->descriptor = open(file->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file->descriptor < 0)
        setup_failed("creating a scratch file: %s", error_name(errno));
    fill_file(file->descriptor, bytes);
}

struct scratch_file scratch_file(size_t bytes)
{
    static unsigned made;
    struct scratch_file file;
    char name[32];

    snprintf(name, sizeof name, "file-%u", made++);
    if ((size_t)snprintf(file.path, sizeof file.path, "%s", scratch_path(name)) >= sizeof file.path)
        setup_failed("the path of the scratch folder is too long");
    make_file(&file, bytes);
    return file;
}

/* Of the regular files right in the folder. */
static struct scratch_file largest_file(const char *folder, size_t *bytes)
{
    struct scratch_file largest = {.descriptor = -1}, file;
    DIR *entries = opendir(folder);
    struct stat status;

    *bytes = 0;
    for (struct dirent *entry; entries && (entry = readdir(entries));) {
        if ((size_t)snprintf(file.path, sizeof file.path, "%s/%s", folder, entry->d_name) >= sizeof file.path)
            continue;
        if (lstat(file.path, &status) == 0 && S_ISREG(status.st_mode) && (size_t)status.st_size > *bytes) {
            largest = file;
            *bytes = (size_t)status.st_size;
        }
    }
    if (entries)
        closedir(entries);
    if (*bytes == 0)
        unsupported("the folder is read-only, and no file lies in it");
    return largest;
}

struct scratch_file readable_file(size_t *bytes)
{
    struct scratch_file file;

    if (folder_is_read_only()) {
        file = largest_file(folder_under_test(), bytes);
    } else {
        *bytes = 2 * page + page / 2;
        file = scratch_file(*bytes);
        SETUP(close(file.descriptor));
    }
    file.descriptor = reopen(&file, O_RDONLY);
    return file;
}

struct scratch_file sparse_file(off_t bytes)
{
    struct scratch_file file = scratch_file(0);

    if (ftruncate(file.descriptor, bytes) != 0) {
        if (errno == EFBIG || errno == EINVAL)
            unsupported("files of %lld bytes can't be made here", (long long)bytes);
        setup_failed("ftruncate: %s", error_name(errno));
    }
    return file;
}

int reopen(const struct scratch_file *file, int flags)
{
    return (int)SETUP(open(file->path, flags | O_CLOEXEC));
}

void resize_file(const struct scratch_file *file, off_t bytes)
{
    SETUP(ftruncate(file->descriptor, bytes));
}

void write_file(const struct scratch_file *file, off_t offset, int value)
{
    unsigned char byte = (unsigned char)value;

    if (pwrite(file->descriptor, &byte, 1, offset) != 1)
        setup_failed("pwrite: %s", error_name(errno));
}

void write_page(const struct scratch_file *file, off_t offset, int value)
{
    char *bytes = malloc(page);

    if (!bytes)
        setup_failed("malloc: out of memory");
    memset(bytes, value, page);
    if (pwrite(file->descriptor, bytes, page, offset) != (ssize_t)page)
        setup_failed("pwrite: %s", error_name(errno));
    free(bytes);
}

static char *checked_map(void *address)
{
    if (address == MAP_FAILED)
        setup_failed("mmap: %s", error_name(errno));
    return address;
}

char *map_descriptor(int descriptor, off_t offset, size_t length, int protection, int flags)
{
    return checked_map(mmap(NULL, length, protection, flags, descriptor, offset));
}

char *map_file(const struct scratch_file *file, off_t offset, size_t length, int protection, int flags)
{
    return map_descriptor(file->descriptor, offset, length, protection, flags);
}

char *map_anonymous(size_t length, int protection, int flags)
{
    /* Beside another map of the same kind it would become one with it, and /proc tell of both. So it is
     * placed, by a hint, where a page on either side of it is free. */
    size_t room = length + 3 * page;
    char *free_range =
        checked_map(mmap(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));

    SETUP(munmap(free_range, room));
    return checked_map(mmap(free_range + page, length, protection, flags | MAP_ANONYMOUS, -1, 0));
}

char *single_pages(size_t count)
{
    char *map = map_anonymous(count * page, PROT_READ | PROT_WRITE, MAP_PRIVATE);

    madvise(map, count * page, CONSTANT(MADV_NOHUGEPAGE)); /* where there are none it is refused */
    return map;
}

char *map_over(void *address, size_t length, int protection, int flags, int descriptor)
{
    int fixed = flags | MAP_FIXED | (descriptor < 0 ? MAP_ANONYMOUS : 0);
    char *map = checked_map(mmap(address, length, protection, fixed, descriptor, 0));

    if (map != address)
        setup_failed("MAP_FIXED put a map elsewhere");
    return map;
}

char *numbered_pages(size_t count, int flags)
{
    char *map = map_anonymous(count * page, READ_WRITE, flags);

    number_pages(map, count * page);
    return map;
}

void number_pages(char *map, size_t length)
{
    for (size_t offset = 0; offset < length; offset += page)
        ((volatile char *)map)[offset] = (char)(offset / page + 1);
}

char *unmapped_range(size_t length)
{
    /* Reserved with room on both sides, then given back: later maps fill the room first. */
    const size_t room = (size_t)16 << 20;
    char *range = map_anonymous(length + 2 * room, PROT_NONE, MAP_PRIVATE);

    SETUP(munmap(range, length + 2 * room));
    return range + room;
}

void need_lockable(size_t bytes)
{
    struct rlimit limit;

    SETUP(getrlimit(RLIMIT_MEMLOCK, &limit));
    if (geteuid() != 0 && limit.rlim_cur < bytes)
        unsupported("RLIMIT_MEMLOCK is below %zu bytes", bytes);
}

int constant_value(const char *name)
{
    const mw_const *constant = mw_const_find(MW_OS_THIS, NULL, name);

    if (!constant || constant->kind != MW_CONST_NUMBER)
        unsupported("this system has no %s", name);
    return (int)constant->value;
}

void print_by_exec(const char *path, void (*before)(void *), void *argument, char *text, size_t capacity)
{
    size_t length = 0;
    ssize_t got;
    int ends[2], status;

    SETUP(pipe(ends));
    pid_t child = (pid_t)SETUP(fork());
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        if (before)
            before(argument);
        execlp("cat", "cat", path, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    while (length < capacity - 1 && (got = read(ends[0], text + length, capacity - 1 - length)) > 0)
        length += (size_t)got;
    text[length] = '\0';
    close(ends[0]);
    SETUP(waitpid(child, &status, 0));
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        unsupported("cat(1) can't be run");
}
