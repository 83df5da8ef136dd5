/* Sync: what msync promises about write-back. An unbuffered read cannot show that msync wrote, since it
 * writes dirty pages back by itself; the page cache's count of unwritten pages can. */
#include "case.h"
#include "fuse_files.h"

#include <sys/stat.h>

SUITE("sync", "write-back by msync and fsync");

/* Two pages of which the first is mapped and the second is not. */
static char *half_unmapped(const struct scratch_file *file)
{
    char *map = map_file(file, 0, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED);

    SETUP(munmap(map + page, page));
    return map;
}

FILE_CASE("msync.sync", POSIX("msync", SHALL),
          "MS_SYNC of a changed page succeeds, and the file holds the change",
          "a database confirms a transaction that is not in its file")
{
    struct scratch_file file = scratch_file(2 * page);
    char *map = map_file(&file, 0, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED);

    SETUP(fsync(file.descriptor));
    make_dirty(&map[page], &file, (off_t)page, page, 9);
    EXPECT("0", returned(msync(map, 2 * page, MS_SYNC)));
    EXPECT("0", unwritten_pages(&file, 0, 2 * page));
    EXPECT("9", load(&map[page]));
    EXPECT("9", file_byte(&file, (off_t)page));
    EXPECT("1", file_byte(&file, 0));
}

FILE_CASE("msync.async", POSIX("msync", SHALL), "MS_ASYNC of a changed page succeeds and keeps the change",
          "a checkpoint that only starts the writing fails, or loses what it started with")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, page, PROT_READ | PROT_WRITE, MAP_SHARED);

    EXPECT("stored", store(map, 9));
    EXPECT("0", returned(msync(map, page, MS_ASYNC)));
    EXPECT("9", load(map));
    EXPECT("9", file_byte(&file, 0));
}

FILE_CASE("msync.invalidate", LINUX("msync(2)"),
          "MS_INVALIDATE alone succeeds and drops no change that has not been written yet",
          "refreshing a view of a file throws away the edits not yet written")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, page, PROT_READ | PROT_WRITE, MAP_SHARED);

    EXPECT("stored", store(map, 9));
    EXPECT("0", returned(msync(map, page, MS_INVALIDATE)));
    EXPECT("9", load(map));
    EXPECT("9", file_byte(&file, 0));
}

FILE_CASE("msync.invalidate_visible", POSIX("msync", SHALL),
          "after MS_INVALIDATE a map shows what write has put into the file",
          "a reader that asked for the current state works on the old one")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, page, PROT_READ, MAP_SHARED);

    EXPECT("1", load(map));
    write_file(&file, 0, 9);
    EXPECT("0", returned(fsync(file.descriptor)));
    EXPECT("0", returned(msync(map, page, MS_SYNC | MS_INVALIDATE)));
    EXPECT("9", load(map));
}

FILE_CASE("msync.invalidate_other_map", POSIX("msync", SHALL),
          "after MS_SYNC with MS_INVALIDATE another map of the file shows the change",
          "a second window of an editor shows the text before the save")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, page, PROT_READ | PROT_WRITE, MAP_SHARED);
    char *other = map_file(&file, 0, page, PROT_READ, MAP_SHARED);

    EXPECT("1", load(other));
    EXPECT("stored", store(map, 9));
    EXPECT("0", returned(msync(map, page, MS_SYNC | MS_INVALIDATE)));
    EXPECT("9", load(other));
}

FILE_CASE("msync.flags0", LINUX("msync(2)"), "flags of 0 are accepted, and the change is kept",
          "old programs that sync without a flag lose the change or give up")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, page, PROT_READ | PROT_WRITE, MAP_SHARED);

    EXPECT("stored", store(map, 9));
    EXPECT("0", returned(msync(map, page, 0)));
    EXPECT("9", load(map));
    EXPECT("9", file_byte(&file, 0));
}

FILE_CASE("msync.both", POSIX("msync", SHALL), "MS_SYNC and MS_ASYNC together are refused",
          "a program with a mixed-up request thinks its data safe when they are only queued")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, page, PROT_READ | PROT_WRITE, MAP_SHARED);

    EXPECT("EINVAL", returned(msync(map, page, MS_SYNC | MS_ASYNC)));
    EXPECT("EINVAL", returned(msync(map, page, MS_SYNC | MS_ASYNC | MS_INVALIDATE)));
    make_dirty(map, &file, 0, page, 8);
    EXPECT("0", returned(msync(map, page, MS_SYNC | MS_INVALIDATE)));
    EXPECT("0", unwritten_pages(&file, 0, page));
    EXPECT("8", file_byte(&file, 0));
}

FILE_CASE("msync.async_invalidate", POSIX("msync", SHALL), "MS_ASYNC and MS_INVALIDATE may be joined",
          "a program that must not wait cannot refresh its view of the file")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, page, PROT_READ | PROT_WRITE, MAP_SHARED);

    EXPECT("stored", store(map, 9));
    EXPECT("0", returned(msync(map, page, MS_ASYNC | MS_INVALIDATE)));
    EXPECT("9", load(map));
    EXPECT("9", file_byte(&file, 0));
}

FILE_CASE("msync.unknown", POSIX("msync", SHALL), "a flag that does not exist is refused",
          "a program asks for a stronger guarantee, is told yes, and gets the ordinary one")
{
    const int unknown = 0x40000000;
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, page, PROT_READ | PROT_WRITE, MAP_SHARED);

    EXPECT("EINVAL", returned(msync(map, page, MS_SYNC | unknown)));
    make_dirty(map, &file, 0, page, 9);
    EXPECT("0", returned(msync(map, page, MS_SYNC)));
    EXPECT("0", unwritten_pages(&file, 0, page));
    EXPECT("9", file_byte(&file, 0));
}

FILE_CASE("msync.unaligned", LINUX("msync(2)"), "an address inside a page is refused",
          "a store that passes the address of its record believes the record is on the disk")
{
    struct scratch_file file = scratch_file(2 * page);
    char *map = map_file(&file, 0, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED);

    EXPECT("EINVAL", returned(msync(map + 1, page, MS_SYNC)));
    EXPECT("EINVAL", returned(msync(map + page / 2, page, MS_SYNC)));
    make_dirty(map + page, &file, (off_t)page, page, 9);
    EXPECT("0", returned(msync(map + page, page, MS_SYNC)));
    EXPECT("0", unwritten_pages(&file, (off_t)page, page));
    EXPECT("9", file_byte(&file, (off_t)page));
}

FILE_CASE("msync.len_unaligned", POSIX("msync", SHALL),
          "a length that ends inside a page covers the whole of that page",
          "the last record of a transaction is lost in a power cut, as it ends inside a page")
{
    struct scratch_file file = scratch_file(2 * page);
    char *map = map_file(&file, 0, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED);

    SETUP(fsync(file.descriptor));
    make_dirty(&map[2 * page - 1], &file, (off_t)(2 * page - 1), 1, 9);
    EXPECT("0", returned(msync(map, page + 1, MS_SYNC)));
    EXPECT("0", dirty_pages(&file, 0, 2 * page));
    EXPECT("9", file_byte(&file, (off_t)(2 * page - 1)));
}

FILE_CASE("msync.unmapped", POSIX("msync", SHALL), "a range in which nothing is mapped is refused",
          "a database that syncs a window it has closed reports its data as safe")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, page, READ_WRITE, MAP_SHARED);

    EXPECT("ENOMEM", returned(msync(unmapped_range(page), page, MS_SYNC)));
    EXPECT("ENOMEM", returned(msync(unmapped_range(page), page, MS_ASYNC)));
    make_dirty(map, &file, 0, page, 9);
    EXPECT("0", returned(msync(map, page, MS_SYNC)));
    EXPECT("0", unwritten_pages(&file, 0, page));
}

FILE_CASE("msync.hole", POSIX("msync", SHALL), "a range with an unmapped page in it is refused",
          "a commit over a range with a missing part passes for complete")
{
    struct scratch_file file = scratch_file(2 * page);
    char *map = half_unmapped(&file);

    EXPECT("ENOMEM", returned(msync(map, 2 * page, MS_SYNC)));
    EXPECT("ENOMEM", returned(msync(map, page + 1, MS_SYNC)));
    make_dirty(map, &file, 0, page, 9);
    EXPECT("0", returned(msync(map, page, MS_SYNC)));
    EXPECT("0", unwritten_pages(&file, 0, page));
}

FILE_CASE("msync.hole_syncs_rest", PRACTICE("Linux, mm/msync.c"),
          "a hole in the range does not keep the pages around it from being written",
          "a store that tolerates the gap loses the pages behind it at the next power cut")
{
    struct scratch_file file = scratch_file(3 * page);
    char *map = map_file(&file, 0, 3 * page, PROT_READ | PROT_WRITE, MAP_SHARED);

    SETUP(fsync(file.descriptor));
    SETUP(munmap(map + page, page));
    make_dirty(map, &file, 0, page, 8);
    make_dirty(map + 2 * page, &file, (off_t)(2 * page), page, 9);
    EXPECT("ENOMEM", returned(msync(map, 3 * page, MS_SYNC)));
    EXPECT("0", dirty_pages(&file, 0, 3 * page));
    make_dirty(map + 2 * page, &file, (off_t)(2 * page), page, 7);
    EXPECT("0", returned(msync(map + 2 * page, page, MS_SYNC)));
    EXPECT("0", dirty_pages(&file, (off_t)(2 * page), page));
}

FILE_CASE("msync.two_files", POSIX("msync", SHALL),
          "one call writes back the changes in neighbouring maps of two files",
          "a database with data and log side by side has one of them on the disk only")
{
    struct scratch_file first = scratch_file(page), second = scratch_file(page);
    char *map = map_anonymous(2 * page, PROT_NONE, MAP_PRIVATE);
    const int access = PROT_READ | PROT_WRITE, flags = MAP_SHARED | MAP_FIXED;

    SETUP(fsync(first.descriptor));
    SETUP(fsync(second.descriptor));
    EXPECT("exact", placed(mmap(map, page, access, flags, first.descriptor, 0), map));
    EXPECT("exact", placed(mmap(map + page, page, access, flags, second.descriptor, 0), map + page));
    make_dirty(map, &first, 0, page, 8);
    make_dirty(map + page, &second, 0, page, 9);
    EXPECT("0", returned(msync(map, 2 * page, MS_SYNC)));
    EXPECT("0", dirty_pages(&first, 0, page));
    EXPECT("0", dirty_pages(&second, 0, page));
}

CASE("msync.len0", PRACTICE("Linux, mm/msync.c"), "a length of 0 is no error, even where nothing is mapped",
     "a flush of an empty list of changes counts as a disk error")
{
    char *nothing = unmapped_range(page);

    EXPECT("0", returned(msync(nothing, 0, MS_SYNC)));
    EXPECT("ENOMEM", returned(msync(nothing, 1, MS_SYNC)));
    EXPECT("EINVAL", returned(msync(nothing + 1, 0, MS_SYNC)));
}

FILE_CASE("msync.len_overflow", POSIX("msync", SHALL), "a length that no address space can hold is refused",
          "a sync of everything that did nothing counts as a durable commit")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, page, READ_WRITE, MAP_SHARED);

    EXPECT("ENOMEM", returned(msync(map, SIZE_MAX, MS_SYNC)));
    make_dirty(map, &file, 0, page, 9);
    EXPECT("0", returned(msync(map, page, MS_SYNC)));
    EXPECT("0", unwritten_pages(&file, 0, page));
}

FILE_CASE("msync.past_end", POSIX("msync", SHALL),
          "a range that wraps around the end of the addresses is refused",
          "a wrapped length syncs nothing, and the commit is confirmed all the same")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, page, READ_WRITE, MAP_SHARED);

    EXPECT("ENOMEM", returned(msync(map, SIZE_MAX - 2 * page + 1, MS_SYNC)));
    make_dirty(map, &file, 0, page, 9);
    EXPECT("0", returned(msync(map, page, MS_SYNC)));
    EXPECT("0", unwritten_pages(&file, 0, page));
}

FILE_CASE("msync.locked_invalidate", POSIX("msync", SHALL), "MS_INVALIDATE of a locked page is refused",
          "pages pinned against eviction are dropped from under a real-time reader")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, page, PROT_READ | PROT_WRITE, MAP_SHARED);

    EXPECT("0", returned(msync(map, page, MS_SYNC | MS_INVALIDATE)));
    need_lockable(page);
    SETUP(mlock(map, page));
    EXPECT("EBUSY", returned(msync(map, page, MS_SYNC | MS_INVALIDATE)));
    EXPECT("0", returned(msync(map, page, MS_SYNC)));
    SETUP(munlock(map, page));
    EXPECT("0", returned(msync(map, page, MS_SYNC | MS_INVALIDATE)));
}

FILE_CASE("msync.private", POSIX("mmap", SHALL),
          "syncing a private map writes none of its changes to the file",
          "a scratch computation overwrites its own input")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, page, PROT_READ | PROT_WRITE, MAP_PRIVATE);

    EXPECT("stored", store(map, 9));
    msync(map, page, MS_SYNC); /* what it answers is unspecified */
    EXPECT("1", file_byte(&file, 0));
    EXPECT("9", load(map));
}

FILE_CASE("msync.ro_map", POSIX("msync", SHALL),
          "syncing a map that can only be read writes back what another map has changed",
          "a guardian process that syncs through its read-only view protects nothing")
{
    struct scratch_file file = scratch_file(page);
    char *writable = map_file(&file, 0, page, PROT_READ | PROT_WRITE, MAP_SHARED);
    char *map = map_file(&file, 0, page, PROT_READ, MAP_SHARED);

    SETUP(fsync(file.descriptor));
    make_dirty(writable, &file, 0, page, 9);
    EXPECT("0", returned(msync(map, page, MS_SYNC)));
    EXPECT("0", dirty_pages(&file, 0, page));
    EXPECT("9", load(map));
}

FILE_CASE("msync.prot_none", POSIX("msync", SHALL), "a page that has lost all rights is still written back",
          "a database that closes its pages between transactions never gets them to the disk")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, page, PROT_READ | PROT_WRITE, MAP_SHARED);

    SETUP(fsync(file.descriptor));
    make_dirty(map, &file, 0, page, 9);
    SETUP(mprotect(map, page, PROT_NONE));
    EXPECT("0", returned(msync(map, page, MS_SYNC)));
    EXPECT("0", dirty_pages(&file, 0, page));
    EXPECT("9", file_byte(&file, 0));
}

CASE("msync.anon_shared", PRACTICE("every system with MAP_ANONYMOUS"),
     "shared anonymous memory can be synced and keeps its contents",
     "a program that syncs all its maps alike stops at the first without a file")
{
    char *map = map_anonymous(2 * page, PROT_READ | PROT_WRITE, MAP_SHARED);

    number_pages(map, 2 * page);
    EXPECT("0", returned(msync(map, 2 * page, MS_SYNC)));
    EXPECT("0", returned(msync(map, 2 * page, MS_ASYNC)));
    EXPECT("1 2", page_bytes(map, 2 * page));
    EXPECT("2", load_in_child(map + page));
}

FILE_CASE("msync.durable", POSIX("msync", SHALL),
          "when MS_SYNC returns, no change of the range waits to be written",
          "a power cut after the confirmation loses the transaction")
{
    struct scratch_file file = scratch_file(8 * page);
    char *map = map_file(&file, 0, 8 * page, PROT_READ | PROT_WRITE, MAP_SHARED);

    SETUP(fsync(file.descriptor));
    make_dirty(map, &file, 0, 8 * page, 9);
    EXPECT("0", returned(msync(map, 8 * page, MS_SYNC)));
    EXPECT("0", dirty_pages(&file, 0, 8 * page));
    make_dirty(&map[5 * page], &file, (off_t)(5 * page), page, 99);
    EXPECT("0", returned(msync(map, 8 * page, MS_SYNC)));
    EXPECT("0", dirty_pages(&file, 0, 8 * page));
}

FILE_CASE("msync.last_page", POSIX("msync", SHALL),
          "the last page of the range is written, and none is left out",
          "the newest record, in the last page, is the one that a power cut takes")
{
    struct scratch_file file = scratch_file(8 * page);
    char *map = map_file(&file, 0, 8 * page, PROT_READ | PROT_WRITE, MAP_SHARED);

    SETUP(fsync(file.descriptor));
    make_dirty(&map[8 * page - 1], &file, (off_t)(8 * page - 1), 1, 9);
    EXPECT("0", returned(msync(map + 4 * page, 4 * page, MS_SYNC)));
    EXPECT("0", dirty_pages(&file, (off_t)(4 * page), 4 * page));
}

FILE_CASE("msync.offset", POSIX("msync", SHALL),
          "a map that begins inside the file is written back to where it belongs",
          "a commit through a window syncs some other part of the file")
{
    struct scratch_file file = scratch_file(4 * page);
    char *map = map_file(&file, (off_t)(2 * page), page, PROT_READ | PROT_WRITE, MAP_SHARED);

    SETUP(fsync(file.descriptor));
    make_dirty(map, &file, (off_t)(2 * page), page, 9);
    EXPECT("0", returned(msync(map, page, MS_SYNC)));
    EXPECT("0", dirty_pages(&file, (off_t)(2 * page), page));
}

FILE_CASE("msync.wasm_offset", POSIX("msync", SHALL),
          "write-back of a map that begins inside the file changes nothing before or behind it",
          "a window that is written back overwrites the header of the file")
{
    struct scratch_file file = scratch_file(4 * page);
    char *map = map_file(&file, (off_t)(2 * page), page, PROT_READ | PROT_WRITE, MAP_SHARED);

    SETUP(fsync(file.descriptor));
    make_dirty(map, &file, (off_t)(2 * page), page, 9);
    EXPECT("0", returned(msync(map, page, MS_SYNC)));
    EXPECT("0", unwritten_pages(&file, 0, 4 * page));
    EXPECT("1", file_byte(&file, 0));
    EXPECT("2", file_byte(&file, (off_t)page));
    EXPECT("9", file_byte(&file, (off_t)(2 * page)));
    EXPECT("4", file_byte(&file, (off_t)(3 * page)));
}

FILE_CASE("msync.after_truncate", PRACTICE("Linux, mm/msync.c"),
          "pages past the end of a file that became shorter are no error, and the rest is written",
          "a log that was cut at its end can no longer be synced at all")
{
    struct scratch_file file = scratch_file(3 * page);
    char *map = map_file(&file, 0, 3 * page, PROT_READ | PROT_WRITE, MAP_SHARED);

    resize_file(&file, (off_t)page);
    make_dirty(map, &file, 0, page, 9);
    EXPECT("0", returned(msync(map, 3 * page, MS_SYNC)));
    EXPECT("9", file_byte(&file, 0));
    EXPECT(number((int64_t)page), file_size(&file));
    EXPECT("0", dirty_pages(&file, 0, page));
}

FILE_CASE("msync.fsync_covers", POSIX("fsync", SHALL), "fsync writes back what was stored through a map",
          "a program that stores by map and commits by fsync commits nothing")
{
    struct scratch_file file = scratch_file(4 * page);
    char *map = map_file(&file, 0, 4 * page, PROT_READ | PROT_WRITE, MAP_SHARED);

    SETUP(fsync(file.descriptor));
    make_dirty(&map[3 * page], &file, (off_t)(3 * page), page, 9);
    EXPECT("0", returned(fsync(file.descriptor)));
    EXPECT("0", dirty_pages(&file, 0, 4 * page));
}

FILE_CASE("msync.fdatasync_covers", POSIX("fdatasync", SHALL),
          "fdatasync writes back what was stored through a map",
          "a database that avoids the cost of metadata loses its data as well")
{
    struct scratch_file file = scratch_file(4 * page);
    char *map = map_file(&file, 0, 4 * page, PROT_READ | PROT_WRITE, MAP_SHARED);

    SETUP(fsync(file.descriptor));
    make_dirty(&map[3 * page], &file, (off_t)(3 * page), page, 9);
    EXPECT("0", returned(fdatasync(file.descriptor)));
    EXPECT("0", dirty_pages(&file, 0, 4 * page));
}

FILE_CASE("msync.closed_descriptor", POSIX("msync", SHALL),
          "a map whose descriptor has been closed is written back all the same",
          "a store that frees its descriptors early never reaches the disk")
{
    struct scratch_file file = scratch_file(page);
    int other = reopen(&file, O_RDWR);
    char *map = map_descriptor(other, 0, page, PROT_READ | PROT_WRITE, MAP_SHARED);

    SETUP(fsync(file.descriptor));
    SETUP(close(other));
    make_dirty(map, &file, 0, page, 9);
    EXPECT("0", returned(msync(map, page, MS_SYNC)));
    EXPECT("0", dirty_pages(&file, 0, page));
    EXPECT("9", file_byte(&file, 0));
}

FILE_CASE("msync.range_only", POSIX("msync", UNSPECIFIED),
          "msync of one page writes that page; a changed page far behind it may wait, and keeps its change",
          "a program that syncs one record waits for all that was changed in the file")
{
    struct scratch_file file = scratch_file(64 * page);
    char *map = map_file(&file, 0, 64 * page, READ_WRITE, MAP_SHARED);

    SETUP(fsync(file.descriptor));
    EXPECT("stored", store(map, 8));
    EXPECT("stored", store(&map[63 * page], 9));
    EXPECT("0", returned(msync(map, page, MS_SYNC)));
    EXPECT("0", dirty_pages(&file, 0, page));
    EXPECT("1|0", dirty_pages(&file, (off_t)(63 * page), page));
    EXPECT("0", returned(msync(map, 64 * page, MS_SYNC)));
    EXPECT("0", dirty_pages(&file, (off_t)(63 * page), page));
    EXPECT("9", file_byte(&file, (int64_t)(63 * page)));
}

CASE("msync.anon_private", PRACTICE("Linux, mm/msync.c"),
     "private anonymous memory can be synced and keeps its contents",
     "a program that syncs all it has mapped stops at its first buffer")
{
    char *map = numbered_pages(2, MAP_PRIVATE);

    EXPECT("0", returned(msync(map, 2 * page, MS_SYNC)));
    EXPECT("0", returned(msync(map, 2 * page, MS_ASYNC)));
    EXPECT("0", returned(msync(map, 2 * page, MS_SYNC | MS_INVALIDATE)));
    EXPECT("1 2", page_bytes(map, 2 * page));
}

FILE_CASE("msync.locked", POSIX("msync", SHALL), "changes of locked pages are written back too",
          "what a database locks and syncs is lost with the power")
{
    struct scratch_file file = scratch_file(2 * page);

    need_lockable(2 * page);
    SETUP(fsync(file.descriptor));
    char *map = map_file(&file, 0, 2 * page, READ_WRITE, MAP_SHARED);
    SETUP(mlock(map, 2 * page));
    make_dirty(map, &file, 0, 2 * page, 8);
    EXPECT("0", returned(msync(map, 2 * page, MS_SYNC)));
    EXPECT("0", dirty_pages(&file, 0, 2 * page));
}

/* ---- storage that fails -------------------------------------------------------------------------- */

CASE("msync.after_eio", LINUX("fsync(2)"),
     "a write-back that fails is told by the msync that waits for it, once; what reached its place stays "
     "there",
     "a program believes that its data is stored when it is not, or never trusts its storage again",
     .since = KERNEL(4, 13))
{
    struct scratch_file file = served_file(SERVED_UNWRITABLE);
    char *map = map_file(&file, 0, 2 * page, READ_WRITE, MAP_SHARED);

    EXPECT("stored", store(&map[0], 8));
    EXPECT("0", returned(msync(map, 2 * page, MS_SYNC)));
    EXPECT("8", server_byte(SERVED_UNWRITABLE, 0));
    EXPECT("stored", store(&map[page], 9));
    EXPECT("EIO", returned(msync(map, 2 * page, MS_SYNC)));
    EXPECT("2", server_byte(SERVED_UNWRITABLE, page));
    EXPECT("0", returned(msync(map, 2 * page, MS_SYNC)));
    EXPECT("8", server_byte(SERVED_UNWRITABLE, 0));
}
