/* Locking: pages that stay in memory, and how many of them a process may have. */
#include "case.h"

#include <sys/resource.h>

SUITE("lock", "mlock, mlock2 and mlockall");

/* Enough for the set-up of four pages while MCL_FUTURE locks even what it only reserves for a moment. */
enum { ROOM_FOR_FOUR = 12 };

static char *four_pages(void)
{
    return single_pages(4);
}

static const char *residency_of_new_map(void *unused)
{
    (void)unused;
    return residency(four_pages(), 4 * page);
}

/* From now on this process may lock so many pages. */
static void limit_locking(size_t pages)
{
    const struct rlimit limit = {pages * page, pages * page};

    need_lockable(pages * page);
    SETUP(setrlimit(RLIMIT_MEMLOCK, &limit));
}

CASE("mlock.resident", POSIX("mlock", SHALL), "when mlock returns, the pages of the range are in memory",
     "a robot arm overshoots because its control loop waits for a page")
{
    char *map = four_pages();

    need_lockable(4 * page);
    EXPECT("0000", residency(map, 4 * page));
    EXPECT("0", returned(mlock(map, 4 * page)));
    EXPECT("1111", residency(map, 4 * page));
    EXPECT("0 0 0 0", page_bytes(map, 4 * page));
}

FILE_CASE("mlock.resident_file", POSIX("mlock", SHALL), "mlock reads a file into memory before it returns",
          "a sound sample is fetched from the disk in the middle of its note")
{
    struct scratch_file file = scratch_file(64 * page);

    need_lockable(4 * page);
    evict_file(&file);
    char *map = map_file(&file, 0, 64 * page, PROT_READ, MAP_SHARED);
    EXPECT("0000", residency(map, 4 * page));
    EXPECT("0", returned(mlock(map, 4 * page)));
    EXPECT("1111", residency(map, 4 * page));
    EXPECT("1 2 3 4", page_bytes(map, 4 * page));
}

FILE_CASE("mlock.private_file", LINUX("mlock(2)"),
          "mlock of a writable private map makes its own pages at once and keeps the file's bytes",
          "the first store into a locked table allocates a page, and the deadline is missed")
{
    struct scratch_file file = scratch_file(2 * page);
    char *map = map_file(&file, 0, 2 * page, READ_WRITE, MAP_PRIVATE);

    need_lockable(2 * page);
    EXPECT("0", returned(mlock(map, 2 * page)));
    EXPECT("2", smaps_pages(map, "Anonymous"));
    EXPECT("1 2", page_bytes(map, 2 * page));
}

CASE("mlock.unmapped", POSIX("mlock", SHALL), "locking where nothing is mapped is refused",
     "a password manager believes that its vault is locked at an address that it has lost")
{
    char *map = four_pages();

    need_lockable(page);
    EXPECT("ENOMEM", returned(mlock(unmapped_range(page), page)));
    EXPECT("0", returned(mlock(map, page)));
    EXPECT("1000", residency(map, 4 * page));
}

CASE("mlock.hole_partial", PRACTICE("Linux, mm/mlock.c"),
     "a hole in the range is an error, and the pages before it are locked all the same",
     "a program that accepts the error for its gap has keys on both sides swapped out")
{
    char *map = four_pages();

    need_lockable(3 * page);
    SETUP(munmap(map + page, page));
    EXPECT("ENOMEM", returned(mlock(map, 3 * page)));
    EXPECT("yes", vm_flag(map, "lo"));
    EXPECT("0", returned(mlock(map + 2 * page, page)));
    EXPECT("yes", vm_flag(map + 2 * page, "lo"));
}

CASE("mlock.prot_none", PRACTICE("Linux, mm/mlock.c"),
     "pages without rights can't be brought into memory by mlock",
     "a program counts closed pages as locked that fault when they are opened")
{
    char *map = map_anonymous(2 * page, PROT_NONE, MAP_PRIVATE);

    need_lockable(2 * page);
    SETUP(mprotect(map + page, page, PROT_READ));
    EXPECT("ENOMEM", returned(mlock(map, page)));
    EXPECT("0", returned(mlock(map + page, page)));
    EXPECT("01", residency(map, 2 * page));
}

FILE_CASE("mlock.past_eof", PRACTICE("Linux, mm/mlock.c"),
          "locking pages past the end of the file is an error and no signal",
          "locking a map with room to grow kills the program instead of telling it")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, 2 * page, PROT_READ, MAP_SHARED);

    need_lockable(2 * page);
    EXPECT("ENOMEM", returned(mlock(map, 2 * page)));
    SETUP(munlock(map, 2 * page));
    EXPECT("0", returned(mlock(map, page)));
    EXPECT("1", status_pages("VmLck"));
    EXPECT("yes", vm_flag(map, "lo"));
    EXPECT("1", load(map));
}

CASE("mlock.unaligned", LINUX("mlock(2)"), "an address inside a page stands for the whole page",
     "half of a key that straddles two pages is written to swap")
{
    char *map = four_pages();

    need_lockable(2 * page);
    EXPECT("0", returned(mlock(map + page + 1, page)));
    EXPECT("0110", residency(map, 4 * page));
    EXPECT("2", status_pages("VmLck"));
    EXPECT("0", returned(munlock(map + 2 * page - 1, 2)));
    EXPECT("0", status_pages("VmLck"));
}

CASE("mlock.len0", PRACTICE("Linux, mm/mlock.c"), "a length of 0 is no error and locks nothing",
     "a pool that locks an empty list locks what it never unlocks, or gives up at start")
{
    char *map = four_pages();

    need_lockable(page);
    EXPECT("0", returned(mlock(map, 0)));
    EXPECT("0", status_pages("VmLck"));
    EXPECT("0", returned(mlock(map, 1)));
    EXPECT("1", status_pages("VmLck"));
}

CASE("mlock.overflow", LINUX("mlock(2)"), "a range that wraps around the end of the addresses is refused",
     "a wrapped length pretends to have locked a heap of which no page is", .needs = NEED_ROOT)
{
    char *map = four_pages();

    EXPECT("EINVAL", returned(mlock(map, SIZE_MAX - 2 * page + 1)));
    EXPECT("0", status_pages("VmLck"));
    EXPECT("0", returned(mlock(map, page)));
    EXPECT("1", status_pages("VmLck"));
    EXPECT("1000", residency(map, 4 * page));
}

CASE("mlock.over_limit", POSIX("mlock", SHALL), "an ordinary user can't lock more than the limit",
     "one user takes all memory of a shared machine away from the others", .needs = NEED_UNPRIVILEGED)
{
    char *map = four_pages();

    limit_locking(2);
    EXPECT("ENOMEM|EAGAIN|EPERM", returned(mlock(map, 3 * page)));
    EXPECT("0", status_pages("VmLck"));
    EXPECT("0", returned(mlock(map, 2 * page)));
    EXPECT("2", status_pages("VmLck"));
    EXPECT("ENOMEM|EAGAIN|EPERM", returned(mlock(map + 2 * page, page)));
    EXPECT("0", returned(mlock(map, 2 * page)));
}

CASE("mlock.zero_limit", LINUX("mlock(2)"), "with a limit of 0 an ordinary user can't lock at all",
     "a container that forbids locking is pinned in memory by its tenant", .needs = NEED_UNPRIVILEGED)
{
    char *map = four_pages();

    need_lockable(page);
    EXPECT("0", returned(mlock(map, page)));
    limit_locking(0);
    EXPECT("EPERM", returned(mlock(map + page, page)));
    EXPECT("1", status_pages("VmLck"));
}

CASE("mlock.root_over_limit", LINUX("mlock(2)"),
     "the limit does not bind who may lock anything (CAP_IPC_LOCK)",
     "a hypervisor started by root cannot pin the memory of its guests", .needs = NEED_ROOT)
{
    char *map = four_pages();

    limit_locking(1);
    EXPECT("0", returned(mlock(map, 4 * page)));
    EXPECT("4", status_pages("VmLck"));
}

CASE("mlock.no_nesting", POSIX("munlock", SHALL), "one munlock undoes any number of mlocks",
     "a library that locked twice pins memory for the life of the process")
{
    char *map = four_pages();

    need_lockable(4 * page);
    SETUP(mlock(map, 4 * page));
    SETUP(mlock(map, 4 * page));
    EXPECT("4", status_pages("VmLck"));
    EXPECT("0", returned(munlock(map, 4 * page)));
    EXPECT("0", status_pages("VmLck"));
    EXPECT("no", vm_flag(map, "lo"));
}

CASE("mlock.vmlck", LINUX("proc(5)"), "VmLck counts the locked pages, each of them once",
     "an administrator sizes the limit by a count that is too high or too low")
{
    char *map = four_pages();

    need_lockable(4 * page);
    EXPECT("0", status_pages("VmLck"));
    SETUP(mlock(map, 2 * page));
    EXPECT("2", status_pages("VmLck"));
    SETUP(mlock(map + page, 3 * page));
    EXPECT("4", status_pages("VmLck"));
    SETUP(munmap(map, page));
    EXPECT("3", status_pages("VmLck"));
}

static const char *locked_pages(void *unused)
{
    (void)unused;
    return status_pages("VmLck");
}

CASE("mlock.fork", POSIX("mlock", SHALL), "a child has none of its parent's locks",
     "a forked worker starts with the quota of its user already used up")
{
    char *map = four_pages();

    need_lockable(4 * page);
    SETUP(mlock(map, 4 * page));
    EXPECT("0", in_child(locked_pages, NULL));
    EXPECT("4", status_pages("VmLck"));
}

CASE("mlock.mprotect", LINUX("mlock(2)"), "pages stay locked until munlock, whatever becomes of their rights",
     "a key made read-only after it was loaded becomes swappable by that")
{
    char *map = four_pages();

    need_lockable(4 * page);
    SETUP(mlock(map, 4 * page));
    EXPECT("0", returned(mprotect(map, 2 * page, PROT_READ)));
    EXPECT("yes", vm_flag(map, "lo"));
    EXPECT("4", status_pages("VmLck"));
}

CASE("mlock.munmap", POSIX("munmap", SHALL),
     "unmapping a locked page unlocks it: a new map in its place is not locked",
     "memory mapped at a recycled address uses up the quota for locked pages")
{
    char *map = four_pages();

    need_lockable(2 * page);
    SETUP(mlock(map, 2 * page));
    EXPECT("exact",
           placed(mmap(map, 2 * page, READ_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0), map));
    EXPECT("0", status_pages("VmLck"));
    EXPECT("no", vm_flag(map, "lo"));
    EXPECT("00", residency(map, 2 * page));
}

CASE("munlock.part", POSIX("munlock", SHALL),
     "munlock frees the pages of its range and leaves the others locked",
     "releasing one key of a pool lets the others go to swap")
{
    char *map = four_pages();

    need_lockable(4 * page);
    SETUP(mlock(map, 4 * page));
    EXPECT("0", returned(munlock(map + page, page)));
    EXPECT("3", status_pages("VmLck"));
    EXPECT("yes", vm_flag(map, "lo"));
    EXPECT("no", vm_flag(map + page, "lo"));
    EXPECT("yes", vm_flag(map + 2 * page, "lo"));
}

CASE("munlock.unmapped", POSIX("munlock", SHALL), "unlocking where nothing is mapped is refused",
     "a program unlocks the wrong address and pins the right one for ever")
{
    char *map = four_pages();

    need_lockable(page);
    SETUP(mlock(map, page));
    EXPECT("ENOMEM", returned(munlock(unmapped_range(page), page)));
    EXPECT("1", status_pages("VmLck"));
    EXPECT("0", returned(munlock(map, page)));
    EXPECT("0", status_pages("VmLck"));
}

CASE("munlock.not_locked", POSIX("munlock", SHALL),
     "unlocking what is not locked is no error and keeps the contents",
     "a clean-up that unlocks to be safe fails, or loses the buffer")
{
    char *map = four_pages();

    number_pages(map, 4 * page);
    EXPECT("0", returned(munlock(map, 4 * page)));
    EXPECT("1 2 3 4", page_bytes(map, 4 * page));
}

CASE("mlockall.flags0", POSIX("mlockall", SHALL),
     "mlockall with no flag, or one that does not exist, is refused",
     "a program with a misspelt flag runs unlocked and misses deadlines under load", .needs = NEED_ROOT)
{
    EXPECT("EINVAL", returned(mlockall(0)));
    EXPECT("EINVAL", returned(mlockall(MCL_CURRENT | 0x40000000)));
    EXPECT("0", status_pages("VmLck"));
    EXPECT("0000", residency_of_new_map(NULL));
    EXPECT("0", returned(mlockall(MCL_FUTURE)));
    EXPECT("1111", residency_of_new_map(NULL));
}

CASE("mlockall.current", POSIX("mlockall", SHALL),
     "MCL_CURRENT brings all pages there are into memory, and munlockall frees them",
     "a flight controller takes off with its code still on the disk", .needs = NEED_ROOT)
{
    char *map = four_pages();

    EXPECT("0", returned(mlockall(MCL_CURRENT)));
    EXPECT("1111", residency(map, 4 * page));
    EXPECT("yes", vm_flag(map, "lo"));
    EXPECT("0000", residency(four_pages(), 4 * page));
    EXPECT("0", returned(munlockall()));
    EXPECT("0", status_pages("VmLck"));
}

/* After MCL_FUTURE even a growing heap counts, so these cases ask nothing of /proc. A locked page is
 * told by the refusal of MADV_DONTNEED. */
CASE("mlockall.future", POSIX("mlockall", SHALL),
     "after MCL_FUTURE new maps are in memory and locked at once, until munlockall",
     "buffers allocated after start-up are swapped out, and music drops out under load")
{
    limit_locking(ROOM_FOR_FOUR); /* within it an ordinary user may do what root may */
    EXPECT("0", returned(mlockall(MCL_FUTURE)));
    char *map = four_pages();
    EXPECT("1111", residency(map, 4 * page));
    EXPECT("EINVAL", returned(madvise(map, page, MADV_DONTNEED)));
    EXPECT("0", returned(munlockall()));
    EXPECT("0", returned(madvise(map, page, MADV_DONTNEED)));
    EXPECT("0000", residency(four_pages(), 4 * page));
}

CASE("mlockall.fork", LINUX("mlock(2)"), "a child does not inherit MCL_FUTURE",
     "every helper that a real-time program starts pins its memory as well")
{
    limit_locking(ROOM_FOR_FOUR);
    SETUP(mlockall(MCL_FUTURE));
    EXPECT("0000", in_child(residency_of_new_map, NULL));
    EXPECT("1111", residency(four_pages(), 4 * page));
}

CASE("mlockall.future_limit", POSIX("mmap", SHALL), "after MCL_FUTURE a map above the limit is refused",
     "an allocation goes unlocked in a process that believes all of it is locked", .needs = NEED_UNPRIVILEGED)
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS;

    limit_locking(4);
    EXPECT("0", returned(mlockall(MCL_FUTURE)));
    EXPECT("EAGAIN", mapped(mmap(NULL, 5 * page, READ_WRITE, flags, -1, 0)));
    char *map = mmap(NULL, 4 * page, READ_WRITE, flags, -1, 0);
    EXPECT("mapped", mapped(map));
    EXPECT("1111", residency(map, 4 * page));
    EXPECT("EINVAL", returned(madvise(map, page, MADV_DONTNEED)));
    EXPECT("EAGAIN", mapped(mmap(NULL, page, READ_WRITE, flags, -1, 0)));
}

CASE("mlockall.over_limit", POSIX("mlockall", SHALL),
     "an ordinary user can't lock all there is when that is more than the limit",
     "a user pins a program larger than the limit, or the limit binds nobody", .needs = NEED_UNPRIVILEGED)
{
    limit_locking(ROOM_FOR_FOUR); /* the program alone has more */
    EXPECT("ENOMEM|EPERM", returned(mlockall(MCL_CURRENT)));
    EXPECT("0", status_pages("VmLck"));
    EXPECT("0", returned(mlockall(MCL_FUTURE)));
    EXPECT("1111", residency_of_new_map(NULL));
}

CASE("mlockall.zero_limit", LINUX("mlock(2)"), "with a limit of 0 an ordinary user can't use mlockall at all",
     "a tenant who may lock nothing pins all that it maps from then on", .needs = NEED_UNPRIVILEGED)
{
    need_lockable(ROOM_FOR_FOUR * page);
    EXPECT("0", returned(mlockall(MCL_FUTURE)));
    EXPECT("1111", residency_of_new_map(NULL));
    EXPECT("0", returned(munlockall()));
    limit_locking(0);
    EXPECT("EPERM", returned(mlockall(MCL_FUTURE)));
    EXPECT("0000", residency_of_new_map(NULL));
}

CASE("mlockall.onfault_only", LINUX("mlockall(2)"), "MCL_ONFAULT alone is refused",
     "a program that names the modifier alone believes that its memory is locked", .since = KERNEL(4, 4),
     .needs = NEED_ROOT)
{
    EXPECT("EINVAL", returned(mlockall(CONSTANT(MCL_ONFAULT))));
    EXPECT("0", returned(mlockall(MCL_FUTURE | CONSTANT(MCL_ONFAULT))));
    char *map = four_pages();
    EXPECT("stored", store(map, 1));
    EXPECT("1000", residency(map, 4 * page));
    EXPECT("EINVAL", returned(madvise(map, 4 * page, MADV_DONTNEED)));
    EXPECT("1", load(map));
}

CASE("mlockall.onfault", LINUX("mlockall(2)"),
     "with MCL_ONFAULT the pages of new maps are locked when they are touched",
     "a process with a huge sparse heap that locks as it goes runs out of memory at once",
     .since = KERNEL(4, 4))
{
    limit_locking(ROOM_FOR_FOUR);
    EXPECT("0", returned(mlockall(MCL_FUTURE | CONSTANT(MCL_ONFAULT))));
    char *map = four_pages();
    EXPECT("0000", residency(map, 4 * page));
    EXPECT("stored", store(map + page, 1));
    EXPECT("0100", residency(map, 4 * page));
    EXPECT("EINVAL", returned(madvise(map, 4 * page, MADV_DONTNEED)));
    EXPECT("1", load(map + page));
}

static const char *lock_with_flags(void *map, size_t length, int flags)
{
    return returned(mlock2(map, length, (unsigned)flags));
}

CASE("mlock2.onfault", LINUX("mlock2(2)"),
     "with MLOCK_ONFAULT a page is brought into memory only when it is touched",
     "a store that wants its hot pages kept pulls all the cold ones in", .since = KERNEL(4, 4))
{
    char *map = four_pages();

    need_lockable(4 * page);
    EXPECT("0", lock_with_flags(map, 4 * page, CONSTANT(MLOCK_ONFAULT)));
    EXPECT("stored", store(map + page, 1));
    EXPECT("0100", residency(map, 4 * page));
    EXPECT("yes", vm_flag(map, "lo"));
    EXPECT("4", status_pages("VmLck"));
}

CASE("mlock2.no_flags", LINUX("mlock2(2)"), "mlock2 without flags does what mlock does",
     "a wrapper that always calls mlock2 leaves the pages out of memory", .since = KERNEL(4, 4))
{
    char *map = four_pages();

    need_lockable(2 * page);
    EXPECT("0", lock_with_flags(map + page, 2 * page, 0));
    EXPECT("0110", residency(map, 4 * page));
    EXPECT("2", status_pages("VmLck"));
}

CASE("mlock2.bad_flags", LINUX("mlock2(2)"), "a flag that does not exist is refused",
     "a program that asks for a newer kind of lock gets another one unawares", .since = KERNEL(4, 4))
{
    char *map = four_pages();

    need_lockable(page);
    EXPECT("EINVAL", lock_with_flags(map, page, 0x40000000));
    EXPECT("0", status_pages("VmLck"));
    EXPECT("0", lock_with_flags(map, page, 0));
    EXPECT("1", status_pages("VmLck"));
    EXPECT("1000", residency(map, 4 * page));
}

CASE("mlock.map_locked", LINUX("mmap(2)"), "a map made with MAP_LOCKED is in memory and counted as locked",
     "a decrypted buffer is written to swap between mmap and the first use")
{
    need_lockable(4 * page);
    char *map = map_anonymous(4 * page, READ_WRITE, MAP_PRIVATE | MAP_LOCKED);
    EXPECT("1111", residency(map, 4 * page));
    EXPECT("4", status_pages("VmLck"));
    EXPECT("0", returned(munlock(map, 4 * page)));
    EXPECT("0", status_pages("VmLck"));
}

static void lock_before_exec(void *map)
{
    SETUP(mlock(map, page));
    SETUP(mlockall(MCL_FUTURE));
}

static const char *lock_and_tell(void *map)
{
    SETUP(mlock(map, page));
    return status_pages("VmLck");
}

CASE("mlock.exec", POSIX("exec", SHALL),
     "a program that is executed has none of the locks that its process had, and MCL_FUTURE is forgotten",
     "a program fills the memory that may be locked without ever asking for it", .needs = NEED_LINUX)
{
    static char printed[1 << 16];
    char *map = four_pages();

    need_lockable(4 * page);
    EXPECT("1", in_child(lock_and_tell, map));
    print_by_exec("/proc/self/status", lock_before_exec, map, printed, sizeof printed);
    const char *locked = strstr(printed, "VmLck:");
    if (!locked)
        unsupported("/proc/self/status has no VmLck");
    EXPECT("0", number(strtoll(locked + strlen("VmLck:"), NULL, 10)));
}

CASE("mlock.keeps_bytes", POSIX("mlock", SHALL), "locking and unlocking change no byte",
     "a key is lost when it is protected from being written to the disk")
{
    char *map = numbered_pages(4, MAP_PRIVATE);

    need_lockable(4 * page);
    EXPECT("0", returned(mlock(map, 4 * page)));
    EXPECT("1 2 3 4", page_bytes(map, 4 * page));
    EXPECT("0", returned(munlock(map, 4 * page)));
    EXPECT("1 2 3 4", page_bytes(map, 4 * page));
}

CASE("mlock2.over_limit", LINUX("mlock2(2)"),
     "an ordinary user can't lock more than the limit by mlock2 either", "one user locks the memory of all",
     .since = KERNEL(4, 4), .needs = NEED_UNPRIVILEGED)
{
    char *map = four_pages();

    limit_locking(2);
    EXPECT("ENOMEM", lock_with_flags(map, 3 * page, 0));
    EXPECT("ENOMEM", lock_with_flags(map, 3 * page, CONSTANT(MLOCK_ONFAULT)));
    EXPECT("0", status_pages("VmLck"));
    EXPECT("0", lock_with_flags(map, 2 * page, 0));
    EXPECT("2", status_pages("VmLck"));
}

CASE("mlock2.range", LINUX("mlock2(2)"),
     "mlock2 locks the pages of its range and no other, with and without MLOCK_ONFAULT",
     "a page of a key is written to the disk, or a neighbour eats up the limit", .since = KERNEL(4, 4))
{
    const int flags[] = {0, CONSTANT(MLOCK_ONFAULT)};

    need_lockable(2 * page);
    for (size_t i = 0; i < 2; i++) {
        char *map = four_pages();
        EXPECT("0", lock_with_flags(map + page, 2 * page, flags[i]));
        EXPECT("2", status_pages("VmLck"));
        EXPECT("no", vm_flag(map, "lo"));
        EXPECT("yes", vm_flag(map + page, "lo"));
        EXPECT("yes", vm_flag(map + 2 * page, "lo"));
        EXPECT("no", vm_flag(map + 3 * page, "lo"));
        SETUP(munlock(map, 4 * page));
    }
}
