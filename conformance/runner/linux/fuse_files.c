#include "fuse_files.h"

#include "child.h"
#include "fixture.h"
#include "names.h"
#include "observe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* What linux/fuse.h says of protocol 7.23 and later; some C libraries come without it. */
enum operation {
    LOOKUP = 1,
    FORGET = 2,
    GETATTR = 3,
    SETATTR = 4,
    OPEN = 14,
    READ = 15,
    WRITE = 16,
    RELEASE = 18,
    FSYNC = 20,
    FLUSH = 25,
    INIT = 26,
    OPENDIR = 27,
    RELEASEDIR = 29,
    INTERRUPT = 36,
    DESTROY = 38,
    BATCH_FORGET = 42,
};

enum { MAJOR = 7, MINOR = 23, ROOT = 1, OPEN_DIRECT_IO = 1, INIT_BIG_WRITES = 1 << 5 };

struct request {
    uint32_t length, operation;
    uint64_t unique, node;
    uint32_t user, group, process, padding;
};

struct answer {
    uint32_t length;
    int32_t error;
    uint64_t unique;
};

struct attributes {
    uint64_t node, size, blocks, times[3];
    uint32_t nanoseconds[3], mode, links, user, group, device, block_size, padding;
};

struct answer_attributes {
    uint64_t valid;
    uint32_t valid_nanoseconds, padding;
    struct attributes attributes;
};

struct answer_lookup {
    uint64_t node, generation, name_valid, valid;
    uint32_t name_valid_nanoseconds, valid_nanoseconds;
    struct attributes attributes;
};

struct answer_open {
    uint64_t handle;
    uint32_t flags, padding;
};

/* READ and WRITE begin alike; what is written stands behind it. */
struct transfer {
    uint64_t handle, offset;
    uint32_t size, flags;
    uint64_t lock_owner;
    uint32_t open_flags, padding;
};

struct answer_write {
    uint32_t size, padding;
};

struct answer_init {
    uint32_t major, minor, read_ahead, flags;
    uint16_t background, congestion;
    uint32_t largest_write, time_granularity;
    uint32_t unused[9];
};

struct served {
    const char *name;
    uint32_t open_flags;
    bool unreadable, unwritable; /* from the second page on */
};

static const struct served files[SERVED_KINDS] = {
    [SERVED_PLAIN] = {.name = "plain"},
    [SERVED_DIRECT] = {.name = "direct", .open_flags = OPEN_DIRECT_IO},
    [SERVED_UNREADABLE] = {.name = "unreadable", .unreadable = true},
    [SERVED_UNWRITABLE] = {.name = "unwritable", .unwritable = true},
};

/* The contents of all files, one behind the other; the server and the case share it. */
static unsigned char *contents;

static size_t file_length(void)
{
    return SERVED_PAGES * page;
}

static void reply(int device, const struct request *request, int error, const void *body, size_t length)
{
    struct answer answer = {(uint32_t)(sizeof answer + length), -error, request->unique};
    const struct iovec parts[] = {{&answer, sizeof answer}, {(void *)(uintptr_t)body, length}};

    if (writev(device, parts, 2) < 0 && errno != ENOENT) /* ENOENT: the request was interrupted */
        _exit(1);
}

/* The folder is node 1, and the files follow it. */
static uint64_t node_of(size_t index)
{
    return ROOT + 1 + index;
}

static struct attributes attributes_of(uint64_t node)
{
    struct attributes attributes = {.node = node, .links = 1, .block_size = (uint32_t)page};

    attributes.mode = node == ROOT ? S_IFDIR | 0755 : S_IFREG | 0666;
    if (node != ROOT) {
        attributes.size = file_length();
        attributes.blocks = file_length() / 512;
    }
    return attributes;
}

enum { VALID_SECONDS = 3600 };

static void answer_lookup(int device, const struct request *request, const char *name)
{
    for (size_t i = 0; i < SERVED_KINDS; i++)
        if (strcmp(name, files[i].name) == 0) {
            struct answer_lookup answer = {
                .node = node_of(i), .name_valid = VALID_SECONDS, .valid = VALID_SECONDS};
            answer.attributes = attributes_of(answer.node);
            reply(device, request, 0, &answer, sizeof answer);
            return;
        }
    reply(device, request, ENOENT, NULL, 0);
}

static void answer_attributes(int device, const struct request *request)
{
    struct answer_attributes answer = {.valid = VALID_SECONDS, .attributes = attributes_of(request->node)};

    reply(device, request, 0, &answer, sizeof answer);
}

/* Reads and writes of a node that is a file. */
static void answer_transfer(int device, const struct request *request, const struct transfer *transfer)
{
    const size_t index = (size_t)(request->node - node_of(0));
    const bool writes = request->operation == WRITE;
    const bool fails = writes ? files[index].unwritable : files[index].unreadable;
    unsigned char *bytes = contents + index * file_length();
    size_t size = transfer->size;

    if (transfer->offset >= file_length())
        size = 0;
    else if (size > file_length() - transfer->offset)
        size = file_length() - (size_t)transfer->offset;
    if (fails && transfer->offset + size > page) {
        reply(device, request, EIO, NULL, 0);
    } else if (writes) {
        struct answer_write answer = {.size = (uint32_t)size};
        memcpy(bytes + transfer->offset, transfer + 1, size);
        reply(device, request, 0, &answer, sizeof answer);
    } else {
        reply(device, request, 0, bytes + transfer->offset, size);
    }
}

static void answer_init(int device, const struct request *request)
{
    const struct answer_init answer = {.major = MAJOR,
                                       .minor = MINOR,
                                       .flags = INIT_BIG_WRITES,
                                       .background = 12,
                                       .congestion = 9,
                                       .largest_write = (uint32_t)page,
                                       .time_granularity = 1};

    reply(device, request, 0, &answer, sizeof answer);
}

static void answer_open(int device, const struct request *request)
{
    struct answer_open answer = {0};

    if (request->node != ROOT)
        answer.flags = files[request->node - node_of(0)].open_flags;
    reply(device, request, 0, &answer, sizeof answer);
}

static void serve(int device, const struct request *request)
{
    switch ((enum operation)request->operation) {
    case INIT:
        answer_init(device, request);
        return;
    case LOOKUP:
        answer_lookup(device, request, (const char *)(request + 1));
        return;
    case GETATTR:
    case SETATTR:
        answer_attributes(device, request);
        return;
    case OPEN:
    case OPENDIR:
        answer_open(device, request);
        return;
    case READ:
    case WRITE:
        answer_transfer(device, request, (const struct transfer *)(request + 1));
        return;
    case RELEASE:
    case RELEASEDIR:
    case FSYNC:
    case FLUSH:
    case DESTROY:
        reply(device, request, 0, NULL, 0);
        return;
    case FORGET:
    case BATCH_FORGET:
    case INTERRUPT:
        return; /* these want no answer */
    }
    reply(device, request, ENOSYS, NULL, 0);
}

static _Noreturn void run_server(int device)
{
    const size_t capacity = ((size_t)128 << 10) + page;
    struct request *request = malloc(capacity);
    ssize_t length;

    while (request && ((length = read(device, request, capacity)) > 0 || errno == EINTR || errno == ENOENT))
        if (length >= (ssize_t)sizeof *request)
            serve(device, request);
    _exit(0); /* the file system was unmounted */
}

/* The folder that the files are in. */
static const char *start_server(void)
{
    const pid_t parent = getpid();
    const char *name = "served", *folder = private_path(name);
    const int device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    char options[128];

    if (device < 0)
        unsupported("/dev/fuse can't be opened: %s", error_name(errno));
    contents = (unsigned char *)map_anonymous(SERVED_KINDS * file_length(), READ_WRITE, MAP_SHARED);
    for (size_t i = 0; i < (size_t)SERVED_KINDS * SERVED_PAGES; i++)
        memset(contents + i * page, (int)(i % SERVED_PAGES + 1), page);
    snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0", device);
    mount_private(name, "fuse", "mapwise", MS_NOSUID | MS_NODEV, options);
    if (SETUP(fork()) == 0) {
        die_with_parent(parent);
        run_server(device);
    }
    close(device); /* or the requests of a server that is gone would be waited for */
    return folder;
}

struct scratch_file served_file(enum served_kind kind)
{
    static char folder[256];
    struct scratch_file file;

    if (!folder[0])
        snprintf(folder, sizeof folder, "%s", start_server());
    snprintf(file.path, sizeof file.path, "%s/%s", folder, files[kind].name);
    file.descriptor = reopen(&file, O_RDWR);
    return file;
}

const char *server_byte(enum served_kind kind, size_t offset)
{
    return number(((const volatile unsigned char *)contents)[kind * file_length() + offset]);
}
