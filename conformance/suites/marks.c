/* What stays with a map when a part of it changes: its lock, and what children and dumps get of it. */
#include "case.h"

SUITE("marks", "what stays with a map that changes");

enum { PAGES = 4 };

/* Numbered pages that are locked, left out of dumps, and kept from children in one of two ways. */
static char *marked_pages(int advice)
{
    char *map = numbered_pages(PAGES, MAP_PRIVATE);

    SETUP(mlock(map, PAGES * page));
    SETUP(madvise(map, PAGES * page, MADV_DONTDUMP));
    SETUP(madvise(map, PAGES * page, advice));
    return map;
}

static void expect_marks(const char *map, size_t pages, const char *in_child)
{
    for (const char *at = map; at < map + pages * page; at += page) {
        EXPECT("yes", vm_flag(at, "lo"));
        EXPECT("yes", vm_flag(at, "dd"));
        EXPECT(in_child, load_in_child(at));
    }
}

/* Changes maps that are marked in both ways, and looks whether what is left is marked as before. */
static void expect_kept(void (*change_and_look)(char *map, const char *in_child))
{
    need_lockable((size_t)2 * PAGES * page);
    change_and_look(marked_pages(MADV_DONTFORK), "SIGSEGV SEGV_MAPERR exact");
    change_and_look(marked_pages(CONSTANT(MADV_WIPEONFORK)), "0");
}

static void protect_middle(char *map, const char *in_child)
{
    EXPECT("0", returned(mprotect(map + page, 2 * page, PROT_NONE)));
    EXPECT("0", returned(mprotect(map + page, page, PROT_READ)));
    EXPECT("0", returned(mprotect(map + 2 * page, page, READ_WRITE)));
    expect_marks(map, PAGES, in_child);
}

CASE("mprotect.keeps_marks", LINUX("madvise(2)"),
     "pages whose rights change are still locked, and kept from children and dumps",
     "a key that is opened for a moment is in every child, and in the dump, from then on",
     .since = KERNEL(4, 14))
{
    expect_kept(protect_middle);
}

static void unmap_second(char *map, const char *in_child)
{
    EXPECT("0", returned(munmap(map + page, page)));
    expect_marks(map, 1, in_child);
    expect_marks(map + 2 * page, PAGES - 2, in_child);
}

CASE("munmap.keeps_marks", LINUX("madvise(2)"),
     "what munmap leaves of a map is still locked, and kept from children and dumps",
     "a vault that gives a page back hands its other keys to its children", .since = KERNEL(4, 14))
{
    expect_kept(unmap_second);
}

static void shrink_and_move(char *map, const char *in_child)
{
    char *target = unmapped_range(2 * page);

    EXPECT("exact", placed(mremap(map, PAGES * page, 3 * page, 0), map));
    expect_marks(map, 3, in_child);
    EXPECT("exact", placed(mremap(map, 2 * page, 2 * page, MREMAP_MAYMOVE | MREMAP_FIXED, target), target));
    expect_marks(target, 2, in_child);
    expect_marks(map + 2 * page, 1, in_child);
}

CASE("mremap.keeps_marks", LINUX("mremap(2)"),
     "what is left of a map that shrinks or moves in parts is still locked, and kept from children and dumps",
     "secrets are swapped out and inherited once their buffer was trimmed", .since = KERNEL(4, 14))
{
    expect_kept(shrink_and_move);
}

static void hint_at_middle(char *map, const char *in_child)
{
    static const int hints[] = {MADV_WILLNEED, MADV_RANDOM, MADV_SEQUENTIAL, MADV_NORMAL};

    for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++)
        EXPECT("0|EBADF",
               returned(madvise(map + page, 2 * page, hints[i]))); /* EBADF: a kernel without swap */
    expect_marks(map, PAGES, in_child);
}

CASE("madvise.hints_keep_marks", LINUX("madvise(2)"),
     "pages with advice about their use are still locked, and kept from children and dumps",
     "a key that is asked for in advance may be swapped to the disk after its use", .since = KERNEL(4, 14))
{
    expect_kept(hint_at_middle);
}
