/* The library: memory that is seen twice. */
#include "library.h"

#include <stdio.h>
#include <sys/resource.h>

SUITE("library", "what libmapwise promises");

static mw_map *ring_with(uint64_t capacity, const mw_map_options *options)
{
    mw_map *map;
    int code = mw_map_ring(&map, capacity, options, &failure);

    if (code == MW_E_NOTSUP)
        unsupported("this system has no memory that is a file without a name");
    if (code != MW_OK)
        setup_failed("%s: %s", failure.op, mw_error_text(code));
    return map;
}

static const char *try_ring(uint64_t capacity, const mw_map_options *options)
{
    mw_map *map = (mw_map *)&failure; /* must become NULL */
    const char *code = answer(mw_map_ring(&map, capacity, options, &failure));

    if (map && strcmp(code, "MW_OK") != 0)
        return "failed and gave a map";
    mw_free(map);
    return code;
}

CASE("RNG-01", MAPWISE("RNG-01"), "byte i of a ring is byte i + capacity, whichever of the two is stored to",
     "a message that wraps around the ring is read as its first half and rubbish")
{
    mw_map *map = ring_with(2 * page, NULL);
    char *bytes = pinned(map, MW_PROT_READ | MW_PROT_WRITE);

    EXPECT(number((int64_t)(4 * page)), number((int64_t)mw_length(map)));
    EXPECT("0", bytes_other_than(0, bytes, 4 * page));
    EXPECT("stored", store(&bytes[page + 5], 7));
    EXPECT("7", load(&bytes[3 * page + 5]));
    EXPECT("stored", store(&bytes[4 * page - 1], 8));
    EXPECT("8", load(&bytes[2 * page - 1]));
    EXPECT("0", load(&bytes[2 * page]));
    mw_unpin(map, bytes);
    EXPECT("MW_E_RANGE", byte_at(map, 4 * page));
}

CASE("RNG-01.seam", MAPWISE("RNG-01"), "what is written across the end of the ring is read back in one piece",
     "a record across the end has to be copied together by hand")
{
    const char *text = "over the seam";
    mw_map *map = ring_with(page, NULL);
    char read[14] = "";

    EXPECT("MW_OK", answer(mw_write_at(NULL, map, page - 5, text, 13, &failure)));
    EXPECT("MW_OK", answer(mw_read_at(NULL, read, map, page - 5, 13, &failure)));
    EXPECT(text, read);
    EXPECT(number(text[12]), byte_at(map, 7));
    EXPECT("0", byte_at(map, 8));
}

CASE("RNG-02", MAPWISE("RNG-02"), "a ring has whole pages, at least one, and fits the address space",
     "a ring of odd size shows the seam in its middle")
{
    mw_map *map = (mw_map *)&failure;

    remember_resources();
    EXPECT("MW_E_INVAL", try_ring(0, NULL));
    EXPECT("MW_E_ALIGN", try_ring(1, NULL));
    EXPECT("MW_E_ALIGN", try_ring(page + 1, NULL));
    EXPECT("MW_E_OVERFLOW", try_ring(UINT64_C(1) << 63, NULL));
    EXPECT("MW_E_OVERFLOW", try_ring(UINT64_C(1) << 62, NULL));
    EXPECT("MW_E_NOMEM|MW_E_OVERFLOW", try_ring(UINT64_C(1) << 61, NULL));
    EXPECT("MW_E_INVAL", answer(mw_map_ring(NULL, page, NULL, &failure)));
    EXPECT("nothing", leaked());
    map = ring_with(mw_granularity(), NULL);
    EXPECT(number(2 * (int64_t)mw_granularity()), number((int64_t)mw_length(map)));
}

CASE("RNG-03", MAPWISE("RNG-03"), "what makes no sense for a ring is refused, what makes sense is done",
     "a ring takes an option that would tear its two halves apart, and says nothing")
{
    mw_map_options options = options_for(MW_ACCESS_COPY, 0);

    remember_resources();
    EXPECT("MW_E_INVAL", try_ring(page, &options));
    options = options_for(MW_ACCESS_WRITE, MW_F_GROW);
    EXPECT("MW_E_INVAL", try_ring(page, &options));
    options = options_for(MW_ACCESS_WRITE, MW_F_CREATE);
    EXPECT("MW_E_INVAL", try_ring(page, &options));
    options = options_range(MW_ACCESS_WRITE, 0, 1, MW_WHOLE);
    EXPECT("MW_E_INVAL", try_ring(page, &options));
    options = options_range(MW_ACCESS_WRITE, 0, 0, page);
    EXPECT("MW_E_INVAL", try_ring(page, &options));
    options = options_range(MW_ACCESS_WRITE, 0, 0, 2 * page);
    EXPECT("MW_OK", try_ring(page, &options));
    options.reserve = 4 * page;
    EXPECT("MW_E_INVAL", try_ring(page, &options));
    options = options_for(MW_ACCESS_WRITE, 0);
    options.huge_page_size = MW_HUGE_DEFAULT;
    EXPECT("MW_E_NOTSUP", try_ring(page, &options));
    options = options_for(MW_ACCESS_WRITE, 0);
    options.raw_flags = (uint64_t)CONSTANT(MAP_NORESERVE);
    EXPECT("MW_E_NOTSUP", try_ring(page, &options));
    options = options_for(MW_ACCESS_READ, MW_F_NORESERVE | MW_F_STRICT_ALIGN | MW_F_STRICT_EMPTY);
    EXPECT("MW_OK", try_ring(page, &options));
    EXPECT("nothing", leaked());
}

CASE("RNG-03.fixed", MAPWISE("RNG-03"), "a ring can be put at an address, and never in place of something",
     "a ring at a fixed address overwrites what was there")
{
    mw_map_options options = options_for(MW_ACCESS_WRITE, MW_F_FIXED);
    char *range = unmapped_range(4 * page);

    remember_resources();
    options.address = range + 1;
    EXPECT("MW_E_ALIGN", try_ring(page, &options));
    options.address = range;
    mw_map *map = ring_with(page, &options);
    EXPECT("exact", placed(info_of(map).base, range));
    EXPECT("MW_OK", set_byte(map, 0, 9));
    options.address = range + page; /* its second view */
    EXPECT("MW_E_EXIST", try_ring(page, &options));
    EXPECT("9", byte_at(map, page));
    EXPECT("MW_OK", answer(mw_free(map)));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(&range[0]));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(&range[page]));
    EXPECT("nothing", leaked());
}

CASE("RNG-03.populate", MAPWISE("RNG-03"), "MW_F_POPULATE brings both views in, for one memory",
     "an audio ring faults at its first turn")
{
    mw_map_options options = options_for(MW_ACCESS_WRITE, MW_F_POPULATE);
    mw_map *map = ring_with(4 * page, &options);

    EXPECT("4", smaps_pages(info_of(map).base, "Rss"));
    EXPECT("4", smaps_pages((const char *)info_of(map).base + 4 * page, "Rss"));
    EXPECT("0", smaps_pages(info_of(ring_with(4 * page, NULL)).base, "Rss"));
}

CASE("RNG-03.locked", MAPWISE("RNG-03"), "MW_F_LOCKED locks both views, or makes no ring",
     "half of an audio ring is swapped out, and sound drops out once a turn", .needs = NEED_UNPRIVILEGED)
{
    mw_map_options options = options_for(MW_ACCESS_WRITE, MW_F_LOCKED);
    const struct rlimit limit = {4 * page, 4 * page};

    need_locks(4 * page);
    SETUP(setrlimit(RLIMIT_MEMLOCK, &limit));
    mw_map *map = ring_with(2 * page, &options);
    EXPECT("yes", vm_flag(info_of(map).base, "lo"));
    EXPECT("yes", vm_flag((const char *)info_of(map).base + 2 * page, "lo"));
    EXPECT("MW_OK", answer(mw_free(map)));
    remember_resources();
    EXPECT("MW_E_LIMIT", try_ring(3 * page, &options));
    EXPECT("nothing", leaked());
}

CASE("RNG-03.label", MAPWISE("RNG-03"), "the label of a ring names its memory in /proc",
     "a profiler cannot tell the frames from the sound")
{
    mw_map_options options = options_for(MW_ACCESS_WRITE, 0);

    options.label = "frames";
    mw_map *map = ring_with(page, &options);
    EXPECT("/memfd:frames (deleted)", map_name(info_of(map).base));
    EXPECT("/memfd:frames (deleted)", map_name((const char *)info_of(map).base + page));
    options.label = "";
    EXPECT("MW_E_INVAL", try_ring(page, &options));
}

CASE("RNG-03.untracked", MAPWISE("RNG-03"), "with MW_F_NO_TRACK a ring works and keeps no descriptor",
     "each connection with a ring costs a descriptor that nobody uses")
{
    const mw_map_options options = options_for(MW_ACCESS_WRITE, MW_F_NO_TRACK);
    uint64_t size;

    remember_resources();
    mw_map *map = ring_with(page, &options);
    EXPECT("0 descriptors, 2 maps", leaked());
    EXPECT("MW_OK", set_byte(map, 0, 9));
    EXPECT("9", byte_at(map, page));
    EXPECT("MW_E_INVAL", answer(mw_file_size(&size, map, &failure)));
    EXPECT("MW_OK", answer(mw_free(map)));
    EXPECT("nothing", leaked());
}

CASE("RNG-03.guarded", MAPWISE("RNG-03"),
     "a ring that a peer cuts off is an error in both ways of guarding it",
     "a peer kills the other side by cutting the ring")
{
    static const uint32_t ways[] = {MW_F_GUARDED, MW_F_KERNEL_COPY};

    for (size_t i = 0; i < 2; i++) {
        const mw_map_options options = options_for(MW_ACCESS_WRITE, ways[i]);
        mw_map *map = ring_with(2 * page, &options);
        EXPECT("MW_OK", set_byte(map, 3 * page, 9));
        SETUP(ftruncate(info_of(map).fd, (off_t)page));
        EXPECT("MW_E_FAULT", byte_at(map, 3 * page));
        EXPECT(number((int64_t)(3 * page)), failed_at());
        EXPECT("0", byte_at(map, 3 * page - 1));
    }
}

CASE("RNG-04", MAPWISE("RNG-04"), "a ring tells what it is, keeps its size, and is given back as a whole",
     "each closed connection leaves one half of its ring mapped")
{
    remember_resources();
    mw_map *map = ring_with(2 * page, NULL);
    const mw_info info = info_of(map);
    const char *base = info.base;
    uint64_t size = 0;

    EXPECT("1 descriptors, 2 maps", leaked());
    EXPECT("yes", yes_or_no(info.source == MW_SOURCE_RING));
    EXPECT("WRITE", access_of(map));
    EXPECT(number((int64_t)(4 * page)), number((int64_t)info.mapped_length));
    EXPECT(number(FD_CLOEXEC), returned(fcntl(info.fd, F_GETFD)));
    EXPECT("MW_OK", answer(mw_file_size(&size, map, &failure)));
    EXPECT(number((int64_t)(2 * page)), number((int64_t)size));
    EXPECT("MW_OK", answer(mw_sync(map, 0, MW_WHOLE, MW_SYNC_FULL, 0, &failure)));
    EXPECT("MW_E_INVAL", answer(mw_resize(map, 8 * page, MW_RESIZE_MAY_MOVE, &failure)));
    EXPECT("MW_E_INVAL", answer(mw_rewindow(map, 0, page, &failure)));
    EXPECT("MW_OK", set_byte(map, 0, 9));
    EXPECT("9", byte_at(map, 2 * page));
    EXPECT("MW_OK", answer(mw_unmap(map, &failure)));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(&base[0]));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(&base[4 * page - 1]));
    EXPECT("nothing", leaked()); /* last: what it takes from malloc may lie where the ring was */
}

CASE("RNG-05", MAPWISE("RNG-05"), "rights and advice are those of each view",
     "dropping a read part of the ring drops what is still to be read")
{
    mw_map *map = ring_with(2 * page, NULL);

    EXPECT("MW_OK", set_byte(map, page, 7));
    EXPECT("MW_OK", answer(mw_protect(map, 0, 2 * page, MW_PROT_READ, &failure)));
    EXPECT("MW_E_RDONLY", set_byte(map, page, 9));
    EXPECT("MW_OK", set_byte(map, 3 * page, 8));
    EXPECT("8", byte_at(map, page));
    EXPECT("MW_E_RDONLY", answer(mw_write_at(NULL, map, 2 * page - 1, "ab", 2, &failure)));
    EXPECT("0", byte_at(map, 2 * page));
    EXPECT("MW_OK", answer(mw_advise(map, page, page, MW_ADVICE_REMOVE, MW_ADVISE_DESTRUCTIVE, &failure)));
    EXPECT("0", byte_at(map, 3 * page));
    EXPECT("MW_OK", answer(mw_advise(map, 0, MW_WHOLE, MW_ADVICE_DONTFORK, 0, &failure)));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load_in_child((const char *)info_of(map).base + 3 * page));
}

static const char *write_nine(void *map)
{
    return set_byte(map, 5, 9);
}

CASE("RNG-06", MAPWISE("RNG-06"),
     "a ring is shared with children of fork and with whoever gets its descriptor",
     "producer and consumer each turn in a ring of their own")
{
    mw_map *map = ring_with(page, NULL), *peer;

    EXPECT("MW_OK", in_child(write_nine, map));
    EXPECT("9", byte_at(map, page + 5));
    EXPECT("MW_OK", answer(mw_map_fd(&peer, info_of(map).fd, NULL, &failure)));
    EXPECT(number((int64_t)page), number((int64_t)mw_length(peer)));
    EXPECT("MW_OK", set_byte(peer, 6, 8));
    EXPECT("8", byte_at(map, page + 6));
    EXPECT("MW_OK", answer(mw_seal(NULL, map, MW_SEAL_SHRINK, &failure)));
    EXPECT("EPERM", returned(ftruncate(info_of(peer).fd, 0)));
}
