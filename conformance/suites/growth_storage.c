/* SIGBUS that is not about the end of the file: storage that is full, fails or is gone. */
#include "case.h"
#include "fixture.h"
#include "fuse_files.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

SUITE("growth", "growth, truncation and SIGBUS");

CASE("fault.enospc", POSIX("mmap", MAY),
     "a store for which the file system has no room raises SIGBUS, and succeeds once there is room again",
     "what was stored is gone, and nobody was told")
{
    char size[64];
    struct scratch_file file;

    snprintf(size, sizeof size, "size=%zu", 64 * page);
    const char *folder = mount_private("full", "tmpfs", "mapwise", 0, size);
    file = file_in(folder, "file", page);
    resize_file(&file, 9 * (off_t)page);
    char *map = map_file(&file, 0, 9 * page, READ_WRITE, MAP_SHARED);
    fill_folder(folder);
    EXPECT("stored", store(&map[1], 8));
    EXPECT("SIGBUS BUS_ADRERR exact", store(&map[8 * page + 1], 9));
    EXPECT("0", file_byte(&file, 8 * (int64_t)page + 1));
    SETUP(unlink(private_path("full/filler")));
    EXPECT("stored", store(&map[8 * page + 1], 9));
    EXPECT("9", file_byte(&file, 8 * (int64_t)page + 1));
    EXPECT("8", file_byte(&file, 1));
}

CASE("fault.eio_read", POSIX("mmap", MAY),
     "a load from a page that its file system can't read raises SIGBUS there, in shared and private maps",
     "a program computes with bytes that no disk gave, or waits for ever")
{
    struct scratch_file file = served_file(SERVED_UNREADABLE);
    char *shared = map_file(&file, 0, 2 * page, READ_WRITE, MAP_SHARED);
    char *private = map_file(&file, 0, 2 * page, READ_WRITE, MAP_PRIVATE);

    EXPECT("1", load(shared));
    EXPECT("SIGBUS BUS_ADRERR exact", load(&shared[page + 1]));
    EXPECT("SIGBUS BUS_ADRERR exact", store(&shared[page + 1], 9));
    EXPECT("1", load(private));
    EXPECT("SIGBUS BUS_ADRERR exact", load(&private[page + 1]));
    EXPECT("SIGBUS BUS_ADRERR exact", store(&private[page + 1], 9));
    EXPECT("EIO", file_byte(&file, (int64_t)page + 1));
}

CASE("fault.eio_read.disk", POSIX("mmap", MAY),
     "a load from a page on a block that the disk can't read raises SIGBUS there",
     "a scrubber that looks for bad sectors finds none, or hangs at the first",
     .needs = NEED_ROOT | NEED_INVASIVE, .seconds = 20)
{
    struct disk disk = mount_disk(DISK_EXT4);
    struct scratch_file file = file_in(disk.folder, "file", 2 * page);

    evict_file(&file);
    char *map = map_file(&file, 0, 2 * page, PROT_READ, MAP_SHARED);
    EXPECT("1", load(map));
    SETUP(munmap(map, 2 * page));
    evict_file(&file);
    SETUP(ftruncate(disk.backing, 0)); /* all its blocks are gone */
    if (strcmp(file_byte(&file, 0), "EIO") != 0)
        unsupported("this kernel's loop devices read zeros where their storage is gone");
    map = map_file(&file, 0, 2 * page, PROT_READ, MAP_SHARED);
    EXPECT("SIGBUS BUS_ADRERR exact", load(map));
    EXPECT("SIGBUS BUS_ADRERR exact", load(&map[page + 1]));
}

CASE("fault.shutdown", PRACTICE("a file system that was shut down keeps nobody waiting"),
     "after the file system was shut down a load of a page in memory works, and a store works or is SIGBUS",
     "a program hangs where it can't be killed", .needs = NEED_ROOT | NEED_INVASIVE, .seconds = 20)
{
    const unsigned long shut_down = _IOR('X', 125, uint32_t); /* EXT4_IOC_SHUTDOWN */
    const uint32_t without_journal = 2;
    struct scratch_file file = file_in(mount_disk(DISK_EXT4).folder, "file", 2 * page);
    char *map = map_file(&file, 0, 2 * page, READ_WRITE, MAP_SHARED);

    SETUP(fsync(file.descriptor));
    EXPECT("1 2", page_bytes(map, 2 * page));
    EXPECT("stored", store(&map[1], 9));
    /* Not by ioctl, as C libraries disagree about the type of its second argument. */
    if (syscall(SYS_ioctl, file.descriptor, shut_down, &without_journal) != 0)
        unsupported("this kernel shuts no file system down: %s", error_number(errno));
    EXPECT("9", load(&map[1]));
    EXPECT("2", load(&map[page]));
    EXPECT("stored|SIGBUS BUS_ADRERR exact", store(&map[page], 9));
    EXPECT("EIO", returned(msync(map, 2 * page, MS_SYNC)));
}

CASE("fault.hwpoison", LINUX("madvise(2)"),
     "a load from a page whose memory went bad raises SIGBUS with BUS_MCEERR_AR; the page beside it is there",
     "a program computes with bytes that its memory lost", .needs = NEED_ROOT | NEED_INVASIVE)
{
    if (!getenv("MAPWISE_CHECK_POISON"))
        unsupported("takes memory out of use until the next start; in a virtual machine made for it set "
                    "MAPWISE_CHECK_POISON=yes");
    char *map = numbered_pages(2, MAP_PRIVATE);

    if (madvise(map, page, CONSTANT(MADV_HWPOISON)) != 0)
        unsupported("this kernel poisons no memory: %s", error_number(errno));
    EXPECT("SIGBUS BUS_MCEERR_AR exact|SIGBUS BUS_MCEERR_AR page", load(map));
    EXPECT("2", load(&map[page]));
    EXPECT("0", load(map_over(map, page, READ_WRITE, MAP_PRIVATE, -1)));
}
