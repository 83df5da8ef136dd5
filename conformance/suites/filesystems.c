/* File systems: what a kind of file system, or the way it is mounted, makes different about a map. Most of
 * these cases make the file system themselves; those for a kind that can't be made in passing look at the
 * folder under test and are UNSUPPORTED where it is of another kind. */
#include "case.h"
#include "child.h"
#include "fixture.h"
#include "fuse_files.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/quota.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

SUITE("filesystems", "file systems and mounts");

static char *map_shared(const struct scratch_file *file, size_t length)
{
    return map_file(file, 0, length, READ_WRITE, MAP_SHARED);
}

static const char *open_again(const struct scratch_file *file, int flags)
{
    int descriptor = open(file->path, flags | O_CLOEXEC);

    if (descriptor < 0)
        return error_number(errno);
    close(descriptor);
    return "opened";
}

/* ---- the end of the file ----------------------------------------------------------------------- */

CASE("fs.tmpfs_tail", POSIX("ftruncate", SHALL),
     "tmpfs forgets what was stored past the end of a file before the file is extended over it",
     "bytes that were never part of the file turn up in it when it grows")
{
    struct scratch_file file = file_in(mount_private("memory", "tmpfs", "mapwise", 0, NULL), "file", 10);
    char *map = map_shared(&file, page);

    EXPECT("stored", store(&map[10], 9));
    EXPECT("stored", store(&map[page - 1], 9));
    resize_file(&file, 2 * (off_t)page);
    EXPECT("1", file_byte(&file, 9));
    EXPECT("0", file_byte(&file, 10));
    EXPECT("0", file_byte(&file, (int64_t)page - 1));
    EXPECT("0", file_byte(&file, (int64_t)page));
}

/* The file ends within the first block; then it is extended to a page and stored to beyond that block. */
static void store_past_old_end(enum disk_kind kind)
{
    struct scratch_file file = file_in(mount_disk(kind).folder, "file", 100);
    char *map = map_shared(&file, 2 * page);

    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[page]));
    SETUP(fsync(file.descriptor));
    resize_file(&file, (off_t)page);
    EXPECT("stored", store(&map[5], 8));
    EXPECT("stored", store(&map[page - 1], 9));
    EXPECT("0", returned(msync(map, page, MS_SYNC)));
    SETUP(munmap(map, 2 * page));
    evict_file(&file);
    EXPECT("1", file_byte(&file, 99));
    EXPECT("8", file_byte(&file, 5));
    EXPECT("0", file_byte(&file, 100));
    EXPECT("0", file_byte(&file, (int64_t)page / 2));
    EXPECT("9", file_byte(&file, (int64_t)page - 1));
    EXPECT(number((int64_t)page), file_size(&file));
}

CASE("fs.block_lt_page", POSIX("mmap", SHALL),
     "with blocks smaller than a page a store beyond the block that was the last one reaches the storage",
     "a file that grew loses what was stored in its new part", .needs = NEED_ROOT | NEED_INVASIVE,
     .seconds = 20)
{
    store_past_old_end(DISK_EXT4_SMALL_BLOCKS);
}

CASE("fs.block_gt_page", POSIX("mmap", SHALL),
     "with blocks larger than a page the file still ends at its last page: SIGBUS beyond, zeros up to it",
     "a program reads on in a block that is not part of its file", .needs = NEED_ROOT | NEED_INVASIVE,
     .since = KERNEL(6, 12), .seconds = 20)
{
    store_past_old_end(DISK_XFS_LARGE_BLOCKS);
}

/* ---- full ---------------------------------------------------------------------------------------- */

CASE("fs.enospc_hole", POSIX("mmap", MAY),
     "on a full file system a store into a hole raises SIGBUS, one into a block that is there does not",
     "a sparse file swallows stores on a full disk as if there were room", .needs = NEED_ROOT | NEED_INVASIVE,
     .seconds = 20)
{
    const char *folder = mount_disk(DISK_EXT4).folder;
    const size_t hole = 100 * page;
    struct scratch_file file = file_in(folder, "file", page);

    resize_file(&file, (off_t)(hole + page));
    char *map = map_shared(&file, hole + page);
    fill_folder(folder);
    EXPECT("0", load(&map[hole]));
    EXPECT("SIGBUS BUS_ADRERR exact", store(&map[hole], 9));
    EXPECT("stored", store(&map[1], 8));
    EXPECT("0", returned(msync(map, page, MS_SYNC)));
    SETUP(munmap(map, hole + page));
    evict_file(&file);
    EXPECT("8", file_byte(&file, 1));
    EXPECT("0", file_byte(&file, (int64_t)hole));
}

/* Stores to that page as a user who is not root, for whom a quota counts. */
static const char *store_as_user(void *address)
{
    const unsigned nobody = 65534;

    SETUP(setgid(nobody));
    SETUP(setuid(nobody));
    return store(address, 9);
}

CASE("fs.quota", POSIX("mmap", MAY),
     "a store for which the quota of its user has no room raises SIGBUS; one into a block that is there does "
     "not",
     "a user over quota goes on storing what never reaches the disk", .needs = NEED_ROOT | NEED_INVASIVE,
     .seconds = 20)
{
    const unsigned nobody = 65534;
    const struct disk disk = mount_disk(DISK_EXT4_QUOTA);
    struct scratch_file file = file_in(disk.folder, "file", page);
    struct dqblk limits = {.dqb_valid = QIF_LIMITS};

    SETUP(fchown(file.descriptor, nobody, (gid_t)-1));
    resize_file(&file, 100 * (off_t)page);
    SETUP(fsync(file.descriptor));
    limits.dqb_bhardlimit = page / 1024; /* in KiB: what the file has already */
    if (quotactl(QCMD(Q_SETQUOTA, USRQUOTA), disk.device, (int)nobody, (caddr_t)&limits) != 0)
        unsupported("this kernel sets no quota: %s", error_number(errno));
    char *map = map_shared(&file, 100 * page);
    EXPECT("stored", in_child(store_as_user, &map[1]));
    EXPECT("SIGBUS BUS_ADRERR exact", in_child(store_as_user, &map[99 * page]));
    EXPECT("9", file_byte(&file, 1));
    EXPECT("0", file_byte(&file, 99 * (int64_t)page));
    limits.dqb_bhardlimit = 0; /* none */
    SETUP(quotactl(QCMD(Q_SETQUOTA, USRQUOTA), disk.device, (int)nobody, (caddr_t)&limits));
    EXPECT("stored", in_child(store_as_user, &map[99 * page]));
    EXPECT("9", file_byte(&file, 99 * (int64_t)page));
}

/* ---- checksums ----------------------------------------------------------------------------------- */

/* Where those bytes lie on the disk; they stand there once. */
static off_t place_on_disk(const struct disk *disk, const char *bytes)
{
    const off_t size = lseek(disk->backing, 0, SEEK_END);
    char *blocks = map_descriptor(disk->backing, 0, (size_t)size, PROT_READ, MAP_SHARED);
    const char *found = memmem(blocks, (size_t)size, bytes, page);

    if (!found)
        setup_failed("the page of the file is not on its disk");
    return found - blocks;
}

CASE(
    "fs.verity", PRACTICE("fs-verity"),
    "a load from a page that is no longer what its checksum says raises SIGBUS, and the pages beside it load",
    "a program runs code or data that somebody changed on its disk", .needs = NEED_ROOT | NEED_INVASIVE,
    .since = KERNEL(5, 4), .seconds = 20)
{
    /* struct fsverity_enable_arg: version 1, SHA-256, the size of a block, neither salt nor signature */
    uint32_t sealing[32] = {1, 1, 4096};
    const unsigned long seal = _IOW('f', 133, uint32_t[32]);
    const struct disk disk = mount_disk(DISK_EXT4_VERITY);
    struct scratch_file file = file_in(disk.folder, "file", 4 * page);
    char *second = malloc(page);

    if (!second)
        setup_failed("malloc: out of memory");
    memset(second, 2, page);
    SETUP(fsync(file.descriptor));
    SETUP(close(file.descriptor));
    file.descriptor = reopen(&file, O_RDONLY);
    if (syscall(SYS_ioctl, file.descriptor, seal, sealing) != 0)
        unsupported("this kernel seals no files (fs-verity): %s", error_number(errno));
    char *map = map_file(&file, 0, 4 * page, PROT_READ, MAP_SHARED);
    EXPECT("1 2 3 4", page_bytes(map, 4 * page));
    SETUP(munmap(map, 4 * page));
    evict_file(&file);
    /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): the process ends with the case */
    SETUP(pwrite(disk.backing, "X", 1, place_on_disk(&disk, second) + 5));
    map = map_file(&file, 0, 4 * page, PROT_READ, MAP_SHARED);
    EXPECT("1", load(map));
    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[page]));
    EXPECT("EIO", file_byte(&file, (int64_t)page));
    EXPECT("3", load(&map[2 * page]));
}

/* ---- overlay ------------------------------------------------------------------------------------- */

CASE("fs.overlay_copyup", POSIX("mmap", SHALL),
     "an overlay that copies a file up still has one file: all descriptors and their new maps agree",
     "a reader that opened early is left with an old version of the file for ever")
{
    struct scratch_file file = overlay_file(page);
    struct scratch_file writer = {.descriptor = reopen(&file, O_RDWR)};
    char *map = map_shared(&writer, page);

    EXPECT("stored", store(map, 9));
    EXPECT("9", load(map_descriptor(reopen(&file, O_RDONLY), 0, page, PROT_READ, MAP_SHARED)));
    EXPECT("9", file_byte(&file, 0));
    EXPECT("9", load(map_file(&file, 0, page, PROT_READ, MAP_SHARED)));
    EXPECT("9", load(map_file(&file, 0, page, PROT_READ, MAP_PRIVATE)));
}

/* ---- FUSE ---------------------------------------------------------------------------------------- */

CASE("fs.fuse_shared", POSIX("mmap", SHALL),
     "a shared map of a FUSE file brings stores to its server, or is refused; none is lost in silence",
     "a file on such a file system never gets what was stored in its map", .since = KERNEL(4, 2))
{
    struct scratch_file plain = served_file(SERVED_PLAIN), direct = served_file(SERVED_DIRECT);
    char *map = map_shared(&plain, 2 * page);

    EXPECT("1 2", page_bytes(map, 2 * page));
    EXPECT("stored", store(&map[page], 9));
    EXPECT("0", returned(msync(map, 2 * page, MS_SYNC)));
    EXPECT("9", server_byte(SERVED_PLAIN, page));
    EXPECT("9", file_byte(&plain, (int64_t)page));
    char *without_cache = mmap(NULL, page, READ_WRITE, MAP_SHARED, direct.descriptor, 0);
    EXPECT("mapped|ENODEV", mapped(without_cache));
    if (without_cache != MAP_FAILED) {
        EXPECT("stored", store(without_cache, 9));
        EXPECT("0", returned(msync(without_cache, page, MS_SYNC)));
        EXPECT("9", server_byte(SERVED_DIRECT, 0));
    }
}

/* ---- how it is mounted --------------------------------------------------------------------------- */

CASE("fs.case_mounts", POSIX("open", SHALL),
     "on a file system mounted read-only a file can't be opened for writing, and a private map still changes",
     "a file that must not change does, or one that may be read can't be")
{
    const char *folder = mount_private("files", "tmpfs", "mapwise", 0, NULL);
    struct scratch_file file = file_in(folder, "file", page);

    EXPECT("opened", open_again(&file, O_RDWR));
    SETUP(close(file.descriptor));
    SETUP(mount(NULL, private_path("files"), NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL));
    EXPECT("EROFS", open_again(&file, O_RDWR));
    file.descriptor = reopen(&file, O_RDONLY);
    EXPECT("EACCES", mapped(mmap(NULL, page, READ_WRITE, MAP_SHARED, file.descriptor, 0)));
    char *map = map_file(&file, 0, page, READ_WRITE, MAP_PRIVATE);
    EXPECT("1", load(map));
    EXPECT("stored", store(map, 9));
    EXPECT("1", file_byte(&file, 0));
}

CASE("fs.case_mounts.nodev", LINUX("mount(2)"),
     "a device node on a file system mounted nodev can't be opened, so not mapped: EACCES",
     "a device that somebody smuggled in on a medium can be mapped", .needs = NEED_ROOT)
{
    const dev_t zeros = makedev(1, 5);
    const char *allowed = mount_private("devices", "tmpfs", "mapwise", 0, NULL);
    const char *refused = mount_private("no-devices", "tmpfs", "mapwise", MS_NODEV, NULL);
    struct scratch_file device, hidden;

    snprintf(device.path, sizeof device.path, "%s/zeros", allowed);
    snprintf(hidden.path, sizeof hidden.path, "%s/zeros", refused);
    if (mknod(device.path, S_IFCHR | 0600, zeros) != 0 || mknod(hidden.path, S_IFCHR | 0600, zeros) != 0)
        unsupported("device nodes can't be made here: %s", error_number(errno));
    if (open(device.path, O_RDONLY | O_CLOEXEC) < 0)
        unsupported("devices can't be opened here: %s", error_number(errno));
    EXPECT("EACCES", open_again(&hidden, O_RDONLY));
    EXPECT("0", load(map_descriptor(reopen(&device, O_RDONLY), 0, page, PROT_READ, MAP_PRIVATE)));
}

CASE("fs.docker_bind", POSIX("mmap", SHALL),
     "maps of a file that was opened through a bind mount, as containers have, and beside it are one",
     "a container and its host see two versions of a file")
{
    struct scratch_file file = file_in(private_folder("files"), "file", page), bound;
    const char *folder = mount_private("bound", "none", private_path("files"), MS_BIND, NULL);

    snprintf(bound.path, sizeof bound.path, "%s/file", folder);
    char *outside = map_shared(&file, page);
    bound.descriptor = reopen(&bound, O_RDWR);
    char *inside = map_shared(&bound, page);
    EXPECT("stored", store(inside, 9));
    EXPECT("9", load(outside));
    SETUP(munmap(inside, page));
    SETUP(close(bound.descriptor));
    SETUP(mount(NULL, folder, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL));
    EXPECT("EROFS", open_again(&bound, O_RDWR));
    inside = map_descriptor(reopen(&bound, O_RDONLY), 0, page, PROT_READ, MAP_SHARED);
    EXPECT("stored", store(outside, 8));
    EXPECT("8", load(inside));
}

CASE("fs.shm_vs_tmp", LINUX("shm_overview(7)"),
     "what shm_open makes lies in memory, on tmpfs, whatever the folders of the program lie on",
     "a program waits for a disk, or believes that its data will be there after the next start")
{
    const uint32_t tmpfs = 0x01021994;
    struct statfs status;
    int descriptor = shm_open(shared_memory_name(), O_RDWR | O_CREAT | O_EXCL, 0600);

    if (descriptor < 0)
        unsupported("shm_open: %s", error_number(errno));
    SETUP(fstatfs(descriptor, &status));
    EXPECT("yes", yes_or_no((uint32_t)status.f_type == tmpfs));
    SETUP(ftruncate(descriptor, (off_t)page));
    char *map = map_descriptor(descriptor, 0, page, READ_WRITE, MAP_SHARED);
    EXPECT("stored", store(map, 9));
    EXPECT("9", load(map_descriptor(descriptor, 0, page, PROT_READ, MAP_SHARED)));
}

/* ---- devices and other kinds --------------------------------------------------------------------- */

CASE("fs.block_device", PRACTICE("a block device is mapped like a file"),
     "two openings of a block device share its pages, and msync brings stores to its storage",
     "a program that maps a disk loses what it stored or reads what is not on it",
     .needs = NEED_ROOT | NEED_INVASIVE)
{
    const struct scratch_file storage = {.descriptor = (int)SETUP(memfd_create("disk", 0))};

    SETUP(ftruncate(storage.descriptor, 16 * (off_t)page));
    struct loop_device device = loop_device(storage.descriptor);
    char *first = map_descriptor(device.descriptor, 0, 2 * page, READ_WRITE, MAP_SHARED);
    int again = (int)SETUP(open(device.path, O_RDONLY | O_CLOEXEC));
    char *second = map_descriptor(again, (off_t)page, page, PROT_READ, MAP_SHARED);
    EXPECT("0", load(second));
    EXPECT("stored", store(&first[page], 9));
    EXPECT("9", load(second));
    EXPECT("0", returned(msync(first, 2 * page, MS_SYNC)));
    EXPECT("9", file_byte(&storage, (int64_t)page));
}

/* What a file system for exchange with other systems must be able to do. */
static void share_through_map(enum disk_kind kind)
{
    struct scratch_file file = file_in(mount_disk(kind).folder, "file", 2 * page);
    char *map = map_shared(&file, 2 * page);

    EXPECT("1 2", page_bytes(map, 2 * page));
    EXPECT("stored", store(&map[page], 9));
    EXPECT("9", file_byte(&file, (int64_t)page));
    EXPECT("0", returned(msync(map, 2 * page, MS_SYNC)));
    SETUP(munmap(map, 2 * page));
    evict_file(&file);
    EXPECT("9", file_byte(&file, (int64_t)page));
}

CASE("fs.ntfs3_exfat", POSIX("mmap", SHALL), "a shared map of a file on exFAT changes the file",
     "what is stored never reaches the memory card", .needs = NEED_ROOT | NEED_INVASIVE, .seconds = 20)
{
    share_through_map(DISK_EXFAT);
}

CASE("fs.ntfs3_exfat.vfat", POSIX("mmap", SHALL), "a shared map of a file on VFAT changes the file",
     "a camera or a boot loader finds the old bytes in the file", .needs = NEED_ROOT | NEED_INVASIVE,
     .seconds = 20)
{
    share_through_map(DISK_VFAT);
}

CASE("fs.ntfs3_exfat.ntfs", POSIX("mmap", SHALL), "a shared map of a file on NTFS changes the file",
     "what is stored never reaches the disk that another system reads", .needs = NEED_ROOT | NEED_INVASIVE,
     .seconds = 20)
{
    share_through_map(DISK_NTFS);
}

FILE_CASE("fs.dax_sync", LINUX("mmap(2)"),
          "on storage that is mapped itself (DAX) a map with MAP_SYNC is to be had, and is the file",
          "a store that counts as durable is not", .since = KERNEL(4, 15))
{
    struct scratch_file file = scratch_file(page);
    const int flags = CONSTANT(MAP_SHARED_VALIDATE) | CONSTANT(MAP_SYNC);
    char *map = mmap(NULL, page, READ_WRITE, flags, file.descriptor, 0);

    if (map == MAP_FAILED && errno == EOPNOTSUPP)
        unsupported("the folder's storage is not DAX");
    EXPECT("mapped", mapped(map));
    EXPECT("yes", vm_flag(map, "sf"));
    EXPECT("stored", store(map, 9));
    EXPECT("9", file_byte(&file, 0));
}

FILE_CASE(
    "fs.snapshot_cow", LINUX("FICLONE(2)"),
    "a clone has what was stored through maps up to then, and neither file the later stores to the other",
    "a snapshot lacks data, or changes after it was taken")
{
    const unsigned long make_clone = _IOW(0x94, 9, int); /* FICLONE of linux/fs.h */
    struct scratch_file file = scratch_file(2 * page), clone = scratch_file(0);
    char *map = map_shared(&file, 2 * page);

    EXPECT("stored", store(map, 8));
    if (ioctl(clone.descriptor, make_clone, file.descriptor) != 0)
        unsupported("this file system makes no clones: %s", error_number(errno));
    char *copy = map_shared(&clone, 2 * page);
    EXPECT("8 2", page_bytes(copy, 2 * page));
    EXPECT("stored", store(map, 7));
    EXPECT("stored", store(&copy[page], 6));
    EXPECT("0", returned(msync(map, 2 * page, MS_SYNC)));
    EXPECT("0", returned(msync(copy, 2 * page, MS_SYNC)));
    EXPECT("7 2", page_bytes(map, 2 * page));
    EXPECT("8 6", page_bytes(copy, 2 * page));
    EXPECT("8", file_byte(&clone, 0));
}

/* ---- hugetlbfs ----------------------------------------------------------------------------------- */

static void share_huge_pages(const char *folder)
{
    const size_t huge = huge_page_bytes();
    struct scratch_file file = file_in(folder, "huge", 0);

    EXPECT("EINVAL", returned(write(file.descriptor, "x", 1)));
    EXPECT("EINVAL", returned(ftruncate(file.descriptor, (off_t)(huge + page))));
    EXPECT("0", returned(ftruncate(file.descriptor, (off_t)huge)));
    char *map = map_shared(&file, huge);
    EXPECT("0", load(map));
    EXPECT("stored", store(&map[huge - 1], 9));
    EXPECT("9", load(map_file(&file, 0, huge, PROT_READ, MAP_SHARED) + huge - 1));
    EXPECT("9", file_byte(&file, (int64_t)huge - 1));
    EXPECT("0", returned(ftruncate(file.descriptor, 0)));
    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[huge - 1]));
}

CASE("fs.hugetlbfs", LINUX("hugetlbpage(5)"),
     "a file on hugetlbfs has whole huge pages, is written through maps only, and is shared like any other",
     "processes that share huge pages see different data", .needs = NEED_ROOT | NEED_INVASIVE, .seconds = 20)
{
    need_huge_pages(1);
    share_huge_pages(mount_private("huge", "hugetlbfs", "mapwise", 0, NULL));
}

FILE_CASE("fs.hugetlbfs.folder", LINUX("hugetlbpage(5)"), "the same in a folder on hugetlbfs",
          "a database that keeps its buffers in a file of huge pages loses them")
{
    const char *folder = own_folder_of_any_kind();

    if (!why_no_files(folder))
        unsupported("the folder's file system is not hugetlbfs");
    share_huge_pages(folder);
}

/* ---- read-only ----------------------------------------------------------------------------------- */

/* How many bytes of the map are not those that pread gives. */
static const char *bytes_unlike_file(const struct scratch_file *file, const volatile char *map, size_t length)
{
    char *bytes = malloc(page);
    size_t unlike = 0;

    if (!bytes)
        setup_failed("malloc: out of memory");
    for (size_t offset = 0; offset < length; offset += page) {
        size_t wanted = length - offset < page ? length - offset : page;
        if (pread(file->descriptor, bytes, wanted, (off_t)offset) != (ssize_t)wanted)
            setup_failed("pread: %s", error_number(errno));
        for (size_t i = 0; i < wanted; i++)
            unlike += map[offset + i] != bytes[i];
    }
    free(bytes);
    return number((int64_t)unlike);
}

static size_t in_whole_pages(size_t length)
{
    return (length + page - 1) / page * page;
}

FILE_CASE("fs.read_only", POSIX("mmap", SHALL),
          "a file that may be read only maps as what read gives, with zeros up to the end of the last page",
          "what a program maps is not what the file holds")
{
    size_t bytes;
    struct scratch_file file = readable_file(&bytes);
    const size_t whole = in_whole_pages(bytes);
    char *map = map_file(&file, 0, whole + page, PROT_READ, MAP_SHARED);

    EXPECT("0", bytes_unlike_file(&file, map, bytes));
    EXPECT("0", bytes_other_than(0, &map[bytes], whole - bytes));
    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[whole]));
}

FILE_CASE(
    "fs.read_only.store", POSIX("mmap", SHALL),
    "a file that may be read only refuses a writable shared map with EACCES; a private one is the map's",
    "a file that must not change does")
{
    size_t bytes;
    struct scratch_file file = readable_file(&bytes);
    const char *before = file_byte(&file, 0);
    char *shared = map_file(&file, 0, page, PROT_READ, MAP_SHARED);
    char *private = map_file(&file, 0, page, READ_WRITE, MAP_PRIVATE);
    const int other = atoi(before) ^ 1;

    EXPECT("EACCES", mapped(mmap(NULL, page, READ_WRITE, MAP_SHARED, file.descriptor, 0)));
    EXPECT("EACCES", returned(mprotect(shared, page, READ_WRITE)));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(shared, other));
    EXPECT("stored", store(private, other));
    EXPECT(number(other), load(private));
    EXPECT(before, load(shared));
    EXPECT(before, file_byte(&file, 0));
}
