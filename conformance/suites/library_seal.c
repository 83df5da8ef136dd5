/* The library: seals on shared memory. Peers are descriptors and maps of their own. */
#include "library.h"

#include <stdio.h>
#include <sys/stat.h>

SUITE("library", "what libmapwise promises");

enum { ALL_SEALS = 0x3f };

/* What is said of files: those in memory have the seal MW_SEAL_SEAL from the beginning, others have none. */
#define SEALED_OR_NONE "32|MW_E_NOTSUP"

/* Adds seals and answers all that are there after that, or the error. Some systems make all memory with the
 * seal on execution, so that is told only to who asks for it. */
static const char *seal(mw_map *map, uint32_t add)
{
    uint32_t seals = ALL_SEALS + 1;
    int code = mw_seal(&seals, map, add, &failure);

    if (code == MW_E_NOTSUP && (add & (MW_SEAL_FUTURE_WRITE | MW_SEAL_EXEC)))
        unsupported("this system lacks the seal");
    if (code != MW_OK)
        return seals == ALL_SEALS + 1 ? answer(code) : "failed and gave seals";
    return number((add & MW_SEAL_EXEC) ? seals : seals & ~MW_SEAL_EXEC);
}

static struct scratch_file peer_of(const mw_map *map)
{
    const int descriptor = info_of(map).fd;

    if (descriptor < 0)
        unsupported("shared memory is no file here");
    return (struct scratch_file){.descriptor = (int)SETUP(dup(descriptor))};
}

static mw_map *memory(size_t length)
{
    return library_anonymous(length, MW_ACCESS_WRITE);
}

static const char *try_map(const struct scratch_file *file, mw_access access)
{
    const mw_map_options options = options_for(access, 0);
    mw_map *map;
    const char *code = answer(mw_map_fd(&map, file->descriptor, &options, &failure));

    mw_free(map);
    return code;
}

CASE("SHM-26", MAPWISE("SHM-26"), "seals can be asked for, are added to those there are, and never taken off",
     "a seal is lost when the next one is added")
{
    mw_map *map = memory(page);

    peer_of(map);
    EXPECT("0", seal(map, 0));
    EXPECT(number(MW_SEAL_SHRINK), seal(map, MW_SEAL_SHRINK));
    EXPECT(number(MW_SEAL_SHRINK | MW_SEAL_GROW), seal(map, MW_SEAL_GROW));
    EXPECT(number(MW_SEAL_SHRINK | MW_SEAL_GROW), seal(map, MW_SEAL_SHRINK));
    EXPECT(number(MW_SEAL_SHRINK | MW_SEAL_GROW), seal(map, 0));
    EXPECT("MW_OK", answer(mw_seal(NULL, map, MW_SEAL_SEAL, &failure)));
    EXPECT(number(MW_SEAL_SHRINK | MW_SEAL_GROW | MW_SEAL_SEAL), seal(map, 0));
    EXPECT("MW_OK", set_byte(map, 0, 9));
}

CASE("SHM-26.shrink", MAPWISE("SHM-26"),
     "memory sealed against shrinking can't be cut off under anybody's map",
     "a client kills the compositor by cutting the buffer they share")
{
    mw_map *map = memory(2 * page);
    struct scratch_file peer = peer_of(map);
    const char *peer_bytes = map_file(&peer, 0, 2 * page, PROT_READ, MAP_SHARED);

    EXPECT("MW_OK", set_byte(map, page, 9));
    EXPECT(number(MW_SEAL_SHRINK), seal(map, MW_SEAL_SHRINK));
    EXPECT("EPERM", returned(ftruncate(peer.descriptor, 0)));
    EXPECT("9", load(&peer_bytes[page]));
    EXPECT("0", returned(ftruncate(peer.descriptor, (off_t)(3 * page))));
    /* The neighbour: memory without the seal is cut off. */
    struct scratch_file open_peer = peer_of(memory(2 * page));
    const char *open_bytes = map_file(&open_peer, 0, 2 * page, PROT_READ, MAP_SHARED);
    EXPECT("0", returned(ftruncate(open_peer.descriptor, 0)));
    EXPECT("SIGBUS BUS_ADRERR exact", load(&open_bytes[page]));
}

CASE("SHM-26.grow", MAPWISE("SHM-26"), "memory sealed against growth can't be made longer by anybody",
     "a peer inflates a shared buffer until memory is used up")
{
    mw_map *map = memory(2 * page);
    struct scratch_file peer = peer_of(map);

    EXPECT(number(MW_SEAL_GROW), seal(map, MW_SEAL_GROW));
    EXPECT("EPERM", returned(ftruncate(peer.descriptor, (off_t)(3 * page))));
    EXPECT(number((int64_t)(2 * page)), file_size(&peer));
    EXPECT("0", returned(ftruncate(peer.descriptor, (off_t)page)));
}

CASE("SHM-26.resize", MAPWISE("SHM-26"),
     "a resize that a seal forbids is refused and leaves everything as it was",
     "after a refused resize the map and its memory have different lengths")
{
    mw_map *map = memory(2 * page);
    struct scratch_file peer = peer_of(map);
    const void *base = info_of(map).base;
    const uint64_t generation = info_of(map).generation;

    EXPECT("MW_OK", set_byte(map, 2 * page - 1, 9));
    EXPECT(number(MW_SEAL_GROW), seal(map, MW_SEAL_GROW));
    EXPECT("MW_E_ACCESS", answer(mw_resize(map, 3 * page, MW_RESIZE_MAY_MOVE, &failure)));
    EXPECT("EPERM", error_number(failure.os));
    EXPECT(number((int64_t)(2 * page)), number((int64_t)mw_length(map)));
    EXPECT("MW_OK", answer(mw_resize(map, 2 * page - 5, 0, &failure)));
    EXPECT("MW_OK", set_byte(map, 2 * page - 6, 8));
    const uint64_t shorter = info_of(map).generation;
    EXPECT("yes", yes_or_no(shorter != generation));
    EXPECT(number(MW_SEAL_GROW | MW_SEAL_SHRINK), seal(map, MW_SEAL_SHRINK));
    EXPECT("MW_E_ACCESS", answer(mw_resize(map, page, 0, &failure)));
    EXPECT("MW_E_ACCESS", answer(mw_resize(map, 2 * page, 0, &failure)));
    EXPECT(number((int64_t)(2 * page) - 5), number((int64_t)mw_length(map)));
    EXPECT(number((int64_t)(2 * page) - 5), file_size(&peer));
    EXPECT("exact", placed(info_of(map).base, base));
    EXPECT("yes", yes_or_no(info_of(map).generation == shorter));
    EXPECT("8", byte_at(map, 2 * page - 6));
}

CASE("SHM-26.future_write", MAPWISE("SHM-26"),
     "with the seal on future writing the map writes on, and whoever gets its descriptor only reads",
     "a reader changes the state that a server publishes", .since = KERNEL(5, 1))
{
    mw_map *map = memory(page);
    struct scratch_file peer = peer_of(map);

    EXPECT("MW_OK", try_map(&peer, MW_ACCESS_WRITE));
    EXPECT(number(MW_SEAL_FUTURE_WRITE), seal(map, MW_SEAL_FUTURE_WRITE));
    EXPECT("MW_OK", set_byte(map, 0, 9));
    EXPECT("MW_E_ACCESS", try_map(&peer, MW_ACCESS_WRITE));
    EXPECT("EPERM", returned(pwrite(peer.descriptor, "", 1, 0)));
    mw_map *reader = library_map(&peer, MW_ACCESS_READ);
    EXPECT("9", byte_at(reader, 0));
    EXPECT("MW_OK", set_byte(map, 0, 8));
    EXPECT("8", byte_at(reader, 0));
    EXPECT("MW_E_ACCESS", answer(mw_protect(reader, 0, page, MW_PROT_READ | MW_PROT_WRITE, &failure)));
}

CASE("SHM-26.write", MAPWISE("SHM-26"),
     "the seal on writing waits for no map, and then no map can be written",
     "a message is altered after its signature has been checked")
{
    mw_map *map = memory(page);
    struct scratch_file peer = peer_of(map);

    EXPECT("MW_OK", set_byte(map, 0, 9));
    EXPECT("MW_E_BUSY", seal(map, MW_SEAL_WRITE));
    mw_map *copy = library_map(&peer, MW_ACCESS_COPY);
    EXPECT("MW_E_BUSY", seal(copy, MW_SEAL_WRITE | MW_SEAL_GROW));
    EXPECT("0", seal(copy, 0));
    EXPECT("MW_OK", answer(mw_free(map)));
    EXPECT(number(MW_SEAL_WRITE), seal(copy, MW_SEAL_WRITE));
    EXPECT("MW_E_ACCESS", try_map(&peer, MW_ACCESS_WRITE));
    EXPECT("EPERM", returned(pwrite(peer.descriptor, "", 1, 0)));
    EXPECT("9", byte_at(copy, 0));
    EXPECT("MW_OK", set_byte(copy, 0, 8));
    EXPECT("9", file_byte(&peer, 0));
}

CASE("SHM-26.exec", MAPWISE("SHM-26"), "with the seal on execution nobody can make the memory executable",
     "a data buffer becomes a program in the hands of an intruder", .since = KERNEL(6, 3))
{
    mw_map *map = memory(page);
    struct scratch_file peer = peer_of(map);

    SETUP(fchmod(peer.descriptor, 0600));
    EXPECT(number(MW_SEAL_EXEC), seal(map, MW_SEAL_EXEC));
    EXPECT("EPERM", returned(fchmod(peer.descriptor, 0700)));
    EXPECT("0", returned(fchmod(peer.descriptor, 0400)));
}

CASE("SHM-26.exec_all", MAPWISE("SHM-26"),
     "memory that is executable now gets the seals on its contents with it",
     "executable memory is sealed in name while its code can still be replaced", .since = KERNEL(6, 3))
{
    mw_map *map = memory(page);
    struct scratch_file peer = peer_of(map);
    mw_map *copy = library_map(&peer, MW_ACCESS_COPY);

    EXPECT("MW_OK", answer(mw_free(map)));
    if (fchmod(peer.descriptor, 0700) != 0)
        unsupported("this system makes no executable memory");
    EXPECT(number(MW_SEAL_EXEC | MW_SEAL_SHRINK | MW_SEAL_GROW | MW_SEAL_WRITE | MW_SEAL_FUTURE_WRITE),
           seal(copy, MW_SEAL_EXEC));
}

CASE("SHM-26.sealed", MAPWISE("SHM-26"), "memory sealed against seals takes no others",
     "a stranger adds a seal that stops the owner from working")
{
    mw_map *map = memory(page);
    struct scratch_file peer = peer_of(map);

    EXPECT(number(MW_SEAL_SHRINK | MW_SEAL_SEAL), seal(map, MW_SEAL_SHRINK | MW_SEAL_SEAL));
    EXPECT("MW_E_ACCESS", seal(map, MW_SEAL_GROW));
    EXPECT("MW_E_ACCESS", seal(map, MW_SEAL_GROW | MW_SEAL_SHRINK));
    EXPECT(number(MW_SEAL_SHRINK | MW_SEAL_SEAL), seal(map, MW_SEAL_SHRINK));
    EXPECT("0", returned(ftruncate(peer.descriptor, (off_t)(3 * page))));
}

FILE_CASE("SHM-26.refused", MAPWISE("SHM-26"), "what can't be sealed says so, and asks for nothing strange",
          "a receiver takes an unsealed buffer for a sealed one")
{
    const mw_map_options untracked = options_for(MW_ACCESS_WRITE, MW_F_NO_TRACK);
    struct scratch_file file = scratch_file(page);
    mw_map *map = memory(page), *bare;
    struct scratch_file peer = peer_of(map);
    char path[64];

    EXPECT("MW_E_INVAL", seal(map, ALL_SEALS + 1));
    EXPECT("MW_E_INVAL", seal(NULL, 0));
    EXPECT("MW_E_NOTSUP", seal(library_anonymous(page, MW_ACCESS_COPY), 0));
    EXPECT("MW_OK", answer(mw_map_anon(&bare, page, &untracked, &failure)));
    EXPECT("MW_E_INVAL", seal(bare, 0));

    EXPECT(SEALED_OR_NONE, seal(library_map(&file, MW_ACCESS_WRITE), 0));

    snprintf(path, sizeof path, "/proc/self/fd/%d", peer.descriptor);
    peer.descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (peer.descriptor < 0)
        unsupported("/proc can't be read");
    mw_map *reader = library_map(&peer, MW_ACCESS_READ);
    EXPECT("0", seal(reader, 0));
    EXPECT("MW_E_RDONLY", seal(reader, MW_SEAL_GROW));
    EXPECT(number(MW_SEAL_GROW), seal(map, MW_SEAL_GROW));
    EXPECT(number(MW_SEAL_GROW), seal(reader, MW_SEAL_GROW));
    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
    EXPECT("MW_E_CLOSED", seal(map, 0));
}

CASE("SHM-26.named", MAPWISE("SHM-26"), "named memory is sealed against seals from the beginning",
     "a program trusts in seals on memory that anybody can cut")
{
    const mw_map_options options = options_range(MW_ACCESS_WRITE, MW_F_CREATE, 0, page);
    mw_map *map;

    if (mw_map_named(&map, shared_memory_name(), &options, &failure) != MW_OK)
        unsupported("shared memory can't be made: %s", mw_error_text(failure.code));
    EXPECT(SEALED_OR_NONE, seal(map, 0));
    EXPECT("MW_E_ACCESS|MW_E_NOTSUP", seal(map, MW_SEAL_SHRINK));
    EXPECT("0", returned(ftruncate(info_of(map).fd, 0)));
}

CASE("SHM-26.memfd", MAPWISE("SHM-26"), "a memfd of the program's own can be sealed through its map",
     "a buffer received by descriptor cannot be made safe before it is parsed")
{
    struct scratch_file file = {.descriptor = memfd_create("case", MFD_CLOEXEC | MFD_ALLOW_SEALING)};

    if (file.descriptor < 0)
        unsupported("this kernel has no memfd_create");
    resize_file(&file, (off_t)page);
    EXPECT(number(MW_SEAL_SHRINK), seal(library_map(&file, MW_ACCESS_WRITE), MW_SEAL_SHRINK));
    EXPECT("EPERM", returned(ftruncate(file.descriptor, 0)));
    EXPECT(number((int64_t)page), file_size(&file));
}
