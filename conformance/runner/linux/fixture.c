#include "fixture.h"

#include "child.h"
#include "names.h"
#include "strays.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- mounts ------------------------------------------------------------------------------------ */

/* In the namespace of the case a file system in memory covers it; the machine's own stays as it is. */
static const char private_root[] = "/tmp";

static bool write_text(const char *path, const char *text)
{
    int descriptor = open(path, O_WRONLY | O_CLOEXEC);
    bool written = descriptor >= 0 && write(descriptor, text, strlen(text)) == (ssize_t)strlen(text);

    if (descriptor >= 0)
        close(descriptor);
    return written;
}

/* Root of a user namespace may mount in the mount namespace that belongs to it. */
static void become_root_of_namespace(void)
{
    const pid_t runner = getppid();
    const unsigned user = geteuid(), group = getegid();
    char map[64];

    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
        unsupported("needs root or user namespaces");
    snprintf(map, sizeof map, "0 %u 1", user);
    if (!write_text("/proc/self/uid_map", map) || !write_text("/proc/self/setgroups", "deny"))
        unsupported("needs root: a user namespace can't be set up here");
    snprintf(map, sizeof map, "0 %u 1", group);
    if (!write_text("/proc/self/gid_map", map))
        unsupported("needs root: a user namespace can't be set up here");
    die_with_parent(runner);
}

static void enter_private_namespace(void)
{
    static bool entered;

    if (entered)
        return;
    if (geteuid() != 0)
        become_root_of_namespace();
    else if (unshare(CLONE_NEWNS) != 0)
        unsupported("a mount namespace can't be made here: %s", error_name(errno));
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("mapwise", private_root, "tmpfs", 0, NULL) != 0)
        unsupported("a file system can't be mounted here: %s", error_name(errno));
    entered = true;
}

static char *next_path(void)
{
    static char paths[8][PATH_MAX];
    static unsigned next;

    return paths[next++ % 8];
}

const char *private_path(const char *name)
{
    char *path = next_path();

    enter_private_namespace();
    snprintf(path, PATH_MAX, "%s/%s", private_root, name);
    return path;
}

const char *private_folder(const char *name)
{
    const char *path = private_path(name);

    SETUP(mkdir(path, 0755));
    return path;
}

const char *mount_private(const char *name, const char *type, const char *source, unsigned long flags,
                          const char *options)
{
    const char *path = private_folder(name);

    if (mount(source, path, type, flags, options) != 0) {
        if (errno == ENODEV)
            unsupported("this kernel has no %s", type);
        unsupported("%s can't be mounted here: %s", type, error_name(errno));
    }
    return path;
}

struct scratch_file file_in(const char *folder, const char *name, size_t bytes)
{
    struct scratch_file file;

    if ((size_t)snprintf(file.path, sizeof file.path, "%s/%s", folder, name) >= sizeof file.path)
        setup_failed("the path of a file is too long");
    make_file(&file, bytes);
    return file;
}

struct scratch_file overlay_file(size_t bytes)
{
    const char *lower = private_folder("lower");
    struct scratch_file file = file_in(lower, "file", bytes);
    char options[3 * PATH_MAX];

    SETUP(close(file.descriptor));
    snprintf(options, sizeof options, "lowerdir=%s,upperdir=%s,workdir=%s", lower, private_folder("upper"),
             private_folder("work"));
    mount_private("merged", "overlay", "mapwise", 0, options);
    snprintf(file.path, sizeof file.path, "%s", private_path("merged/file"));
    file.descriptor = reopen(&file, O_RDONLY);
    return file;
}

void fill_folder(const char *folder)
{
    struct scratch_file filler = file_in(folder, "filler", 0);
    const size_t chunk = (size_t)1 << 16;
    char *bytes = calloc(1, chunk);

    if (!bytes)
        setup_failed("calloc: out of memory");
    for (size_t length = chunk; length > 0; length /= 2)
        while (write(filler.descriptor, bytes, length) > 0) {
        }
    if (errno != ENOSPC)
        setup_failed("filling a file system: %s", error_name(errno));
    /* What was promised space only is given its blocks now. */
    if (fsync(filler.descriptor) != 0 && errno != ENOSPC)
        setup_failed("fsync: %s", error_name(errno));
    close(filler.descriptor);
    free(bytes);
}

/* ---- devices ----------------------------------------------------------------------------------- */

/* A descriptor of a free loop device, of which others may be quicker to make use; -1 if there is none. */
static int open_free_loop(int control, char *path, size_t capacity)
{
    enum { GET_FREE = 0x4c82 }; /* linux/loop.h */
    int number = ioctl(control, GET_FREE);

    if (number < 0)
        return -1;
    snprintf(path, capacity, "/dev/loop%d", number);
    return open(path, O_RDWR | O_CLOEXEC);
}

struct loop_device loop_device(int backing)
{
    /* linux/loop.h: a struct loop_config begins with the descriptor, and its word 15 is the flags. */
    enum { CONFIGURE = 0x4c0a, AUTOCLEAR = 4, ATTEMPTS = 20 };
    const uint32_t configuration[76] = {[0] = (uint32_t)backing, [15] = AUTOCLEAR};
    const int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
    struct loop_device device;

    if (control < 0)
        unsupported("/dev/loop-control can't be opened");
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        device.descriptor = open_free_loop(control, device.path, sizeof device.path);
        if (device.descriptor < 0)
            break;
        if (ioctl(device.descriptor, CONFIGURE, configuration) == 0)
            return device;
        close(device.descriptor);
        if (errno != EBUSY)
            break;
    }
    unsupported("a loop device can't be had");
}

void run_tool(const char *const arguments[])
{
    const pid_t parent = getpid();
    char path[PATH_MAX];
    const char *inherited = getenv("PATH");
    int status;

    snprintf(path, sizeof path, "%s:/usr/local/sbin:/usr/sbin:/sbin",
             inherited ? inherited : "/usr/bin:/bin");
    pid_t child = (pid_t)SETUP(fork());
    if (child == 0) {
        die_with_parent(parent);
        setenv("PATH", path, 1);
        unsetenv("LD_PRELOAD"); /* what stands in for the system is for the case alone */
        execvp(arguments[0], (char *const *)(uintptr_t)arguments);
        _exit(127);
    }
    SETUP(waitpid(child, &status, 0));
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        unsupported("%s is not installed", arguments[0]);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        unsupported("%s failed", arguments[0]);
}

/* How a file system is made on a disk: as small as its tool allows. */
struct formatting {
    const char *type, *tool, *arguments[8], *options;
    off_t mebibytes;
};

static const struct formatting formattings[] = {
    [DISK_EXT4] = {"ext4", "mkfs.ext4", {"-q", "-b", "4096"}, NULL, 16},
    [DISK_EXT4_SMALL_BLOCKS] = {"ext4", "mkfs.ext4", {"-q", "-b", "1024"}, NULL, 16},
    [DISK_EXT4_QUOTA] =
        {"ext4", "mkfs.ext4", {"-q", "-O", "quota", "-E", "quotatype=usrquota"}, "usrquota", 16},
    [DISK_EXT4_VERITY] = {"ext4", "mkfs.ext4", {"-q", "-b", "4096", "-O", "verity"}, NULL, 16},
    [DISK_XFS_LARGE_BLOCKS] = {"xfs", "mkfs.xfs", {"-q", "-K", "-b", "size=16384"}, NULL, 512},
    [DISK_VFAT] = {"vfat", "mkfs.vfat", {NULL}, NULL, 16},
    [DISK_EXFAT] = {"exfat", "mkfs.exfat", {NULL}, NULL, 16},
    [DISK_NTFS] = {"ntfs3", "mkfs.ntfs", {"-q", "-F"}, NULL, 16},
};

struct disk mount_disk(enum disk_kind kind)
{
    const struct formatting *formatting = &formattings[kind];
    const char *arguments[sizeof formatting->arguments / sizeof *formatting->arguments + 3] = {
        formatting->tool};
    struct disk disk = {.backing = (int)SETUP(memfd_create("disk", MFD_CLOEXEC | MFD_ALLOW_SEALING))};
    size_t count = 0;

    SETUP(ftruncate(disk.backing, formatting->mebibytes << 20));
    struct loop_device device = loop_device(disk.backing);
    while (formatting->arguments[count]) {
        arguments[count + 1] = formatting->arguments[count];
        count++;
    }
    arguments[count + 1] = device.path;
    run_tool(arguments);
    snprintf(disk.device, sizeof disk.device, "%s", device.path);
    disk.folder = mount_private("disk", formatting->type, device.path, 0, formatting->options);
    close(device.descriptor); /* the mount keeps it */
    return disk;
}

/* ---- state of the machine ---------------------------------------------------------------------- */

static void close_all_but(int first, int second)
{
    const int cases_use_fewer_than = 256;

    for (int descriptor = 0; descriptor < cases_use_fewer_than; descriptor++)
        if (descriptor != first && descriptor != second)
            close(descriptor);
}

void undo_afterwards(void (*undo)(const void *argument), const void *argument, int kept)
{
    int alive[2], ready[2];
    char nothing;

    SETUP(pipe(alive)); /* the writing end is open for as long as any process of the case lives */
    SETUP(pipe(ready));
    pid_t guardian = (pid_t)SETUP(fork());
    if (guardian == 0) {
        become_guardian();
        if (write(ready[1], "", 1) == 1) {
            close_all_but(alive[0], kept);
            while (read(alive[0], &nothing, 1) < 0 && errno == EINTR) {
            }
            undo(argument);
        }
        _exit(0);
    }
    close(alive[0]);
    close(ready[1]);
    if (read(ready[0], &nothing, 1) != 1)
        setup_failed("the process that puts things back did not start");
    close(ready[0]);
}

static size_t memory_field(const char *field)
{
    FILE *file = fopen("/proc/meminfo", "re");
    char line[256];
    const size_t length = strlen(field);
    size_t value = 0;

    if (!file)
        unsupported("/proc/meminfo can't be read");
    while (fgets(line, sizeof line, file))
        if (strncmp(line, field, length) == 0 && line[length] == ':')
            value = (size_t)strtoull(line + length + 1, NULL, 10);
    fclose(file);
    return value;
}

static const char pool[] = "/proc/sys/vm/nr_hugepages";

static bool set_pool(int64_t pages)
{
    char text[32];

    snprintf(text, sizeof text, "%lld", (long long)pages);
    return write_text(pool, text);
}

static void restore_pool(const void *argument)
{
    set_pool(*(const int64_t *)argument);
}

/* The descriptor that holds the lock. */
static int lock_pool(int kind)
{
    const int lock = open("/sys/kernel/mm/hugepages", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    huge_page_bytes();
    if (lock < 0 || flock(lock, kind) != 0)
        unsupported("the pool of huge pages can't be locked");
    return lock;
}

void keep_pool_still(void)
{
    lock_pool(LOCK_SH);
}

void need_huge_pages(size_t count)
{
    static int64_t before;
    const int lock = lock_pool(LOCK_EX);

    before = kernel_setting("vm/nr_hugepages");
    if (memory_field("HugePages_Free") != 0 || kernel_setting("vm/nr_overcommit_hugepages") != 0)
        unsupported("the pool of huge pages is in use on this machine");
    undo_afterwards(restore_pool, &before, lock);
    if (!set_pool(before + (int64_t)count))
        unsupported("the pool of huge pages can't be changed: %s", error_name(errno));
    if (memory_field("HugePages_Free") != count)
        unsupported("no memory is left for huge pages");
}
