#include "fill.h"

#include "access.h"
#include "interrupt.h"
#include "page_cache.h"
#include "random.h"

#include <errno.h>
#include <mapwise.h>
#include <string.h>
#include <unistd.h>

enum { PIECE_MAX = 1 << 20, STAMP_EVERY = 4096 };

static uint64_t piece[PIECE_MAX / sizeof(uint64_t)];

/* The same bytes each time, no two stretches of STAMP_EVERY alike. */
static void make_piece(uint64_t offset)
{
    if (!piece[0]) {
        uint64_t state = 1;
        for (size_t i = 0; i < sizeof piece / sizeof piece[0]; i++)
            piece[i] = random_next(&state);
    }
    for (size_t i = 0; i < sizeof piece; i += STAMP_EVERY)
        piece[i / sizeof piece[0]] = offset + i + 1;
}

static bool write_pieces(const struct data_file *file, size_t size)
{
    for (uint64_t offset = 0; offset < file->size && !interrupted;) {
        const size_t left = PIECE_MAX - offset % PIECE_MAX; /* of the piece: a write may have been short */
        size_t wanted = size < left ? size : left;
        if (file->size - offset < wanted)
            wanted = (size_t)(file->size - offset);
        if (offset % PIECE_MAX == 0)
            make_piece(offset);
        const char *from = (const char *)piece + offset % PIECE_MAX;
        ssize_t written = pwrite(file->descriptor, from, wanted, (off_t)offset);
        if (written < 0 && errno != EINTR)
            return false;
        offset += written > 0 ? (uint64_t)written : 0;
    }
    return fsync(file->descriptor) == 0;
}

static bool read_pieces(const struct data_file *file, size_t size)
{
    for (uint64_t offset = 0; offset < file->size && !interrupted;) {
        ssize_t got = pread(file->descriptor, piece, size, (off_t)offset);
        if (got == 0)
            errno = EIO; /* the file is shorter than we made it */
        if (got == 0 || (got < 0 && errno != EINTR))
            return false;
        offset += got > 0 ? (uint64_t)got : 0;
    }
    piece[0] = 0; /* no longer what make_piece left there */
    return true;
}

/* What errno is to be; the library refuses some things before the system is asked. */
static int system_error(const mw_err *err)
{
    return err->os ? err->os : EINVAL;
}

/* The first `length` bytes in order, through a map of its own. With MW_ADVICE_WILLNEED each piece is asked
 * for by itself and nothing else is read ahead; other advice is for the whole map. */
static bool touch_pages(const struct data_file *file, uint64_t length, mw_advice advice)
{
    const mw_advice first = advice == MW_ADVICE_WILLNEED ? MW_ADVICE_RANDOM : advice;
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_map *map;
    mw_err err = {0};
    void *bytes;

    options.access = MW_ACCESS_READ;
    options.length = length;
    if (mw_map_fd(&map, file->descriptor, &options, &err) != MW_OK) {
        errno = system_error(&err);
        return false;
    }
    bool done = mw_advise(map, 0, MW_WHOLE, first, 0, &err) == MW_OK &&
                mw_pin(&bytes, map, 0, MW_WHOLE, MW_PROT_READ, &err) == MW_OK;
    if (done) {
        const size_t step = mw_page_size();
        for (uint64_t offset = 0; offset < length && !interrupted; offset += step) {
            if (advice == MW_ADVICE_WILLNEED && offset % PIECE_MAX == 0)
                mw_advise(map, offset, length - offset < PIECE_MAX ? MW_WHOLE : PIECE_MAX, advice, 0, NULL);
            consume(load_each_page((char *)bytes + offset, 1, step));
        }
        mw_unpin(map, bytes);
    }
    mw_free(map);
    if (!done)
        errno = system_error(&err);
    return done;
}

static bool write_1M(const struct data_file *file)
{
    return write_pieces(file, PIECE_MAX);
}

static bool write_4K(const struct data_file *file)
{
    return write_pieces(file, 4096);
}

static bool read_1M(const struct data_file *file)
{
    return read_pieces(file, PIECE_MAX);
}

static bool by_map(const struct data_file *file)
{
    return touch_pages(file, file->size, MW_ADVICE_NORMAL);
}

static bool by_random_map(const struct data_file *file)
{
    return touch_pages(file, file->size, MW_ADVICE_RANDOM);
}

bool fill_file(const struct data_file *file)
{
    return write_1M(file);
}

bool fill_cache(const struct data_file *file, const char *method)
{
    static const struct {
        const char *name;
        bool (*fill)(const struct data_file *file);
    } methods[] = {{"write_1M", write_1M},
                   {"write_4K", write_4K},
                   {"read_1M", read_1M},
                   {"map", by_map},
                   {"random", by_random_map}};

    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
        if (strcmp(methods[i].name, method) == 0)
            return page_cache_empty(file->descriptor, file->size) != PAGES_UNKNOWN && methods[i].fill(file);
    errno = EINVAL;
    return false;
}

bool fill_cache_part(const struct data_file *file, uint64_t length)
{
    return touch_pages(file, length, MW_ADVICE_WILLNEED);
}
