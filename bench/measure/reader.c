#include "reader.h"

#include "access.h"
#include "direct.h"
#include "preadv2.h"
#include "ring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SEGMENTS_MAX = 256 };

struct way {
    const char *name;
    int (*open)(struct reader *reader); /* an error number; NULL: there is nothing to be opened */
    bool (*sum)(struct reader *reader, const uint64_t *offsets, size_t count); /* NULL: a call for each */
    ssize_t (*read)(struct reader *reader, uint64_t offset);
};

struct reader {
    struct sample *s;
    const struct way *way;
    unsigned char *buffer; /* `depth` pieces */
    size_t piece;
    unsigned depth;
    int file; /* opened by us, or -1 */
    struct ring *ring;
    struct iovec segments[SEGMENTS_MAX];
    int segment_count;
};

/* ---- a call for each piece -------------------------------------------------------------------- */

static ssize_t by_pread(struct reader *reader, uint64_t offset)
{
    const int file = reader->file >= 0 ? reader->file : reader->s->file;

    return pread(file, reader->buffer, reader->piece, (off_t)offset);
}

static ssize_t by_readv(struct reader *reader, uint64_t offset)
{
    if (lseek(reader->s->file, (off_t)offset, SEEK_SET) < 0)
        return -1;
    return readv(reader->s->file, reader->segments, reader->segment_count);
}

static ssize_t by_preadv2(struct reader *reader, uint64_t offset)
{
    return read_with_flags(reader->s->file, reader->segments, reader->segment_count, offset, 0);
}

static int open_past_cache(struct reader *reader)
{
    reader->file = open_direct(reader->s->path);
    return reader->file < 0 ? errno : 0;
}

/* One segment for each page, or larger ones where there would be too many. */
static int cut_buffer(struct reader *reader)
{
    size_t segment = reader->s->page_size;

    while (reader->piece / segment > SEGMENTS_MAX)
        segment *= 2;
    for (size_t at = 0; at < reader->piece; at += segment)
        reader->segments[reader->segment_count++] = (struct iovec){reader->buffer + at, segment};
    return 0;
}

/* ---- through a ring --------------------------------------------------------------------------- */

static int open_ring(struct reader *reader)
{
    reader->ring = ring_open(reader->depth);
    return reader->ring ? 0 : errno;
}

static void put(struct reader *reader, uint64_t offset, unsigned place)
{
    ring_read(reader->ring, reader->s->file, reader->buffer + place * reader->piece, reader->piece, offset,
              place);
}

/* As many as there is room for are on their way; where one has arrived the next one goes. On failure errno is
 * set, and none is on its way any more: the buffer may be freed. */
static bool sum_by_ring(struct reader *reader, const uint64_t *offsets, size_t count)
{
    size_t begun = 0;
    int error = 0;

    while (begun < count && begun < reader->depth) {
        put(reader, offsets[begun], (unsigned)begun);
        begun++;
    }
    for (size_t done = 0; done < begun; done++) {
        unsigned place;
        int64_t got;
        if (!ring_wait(reader->ring, &place, &got))
            return false;
        if (got != (int64_t)reader->piece && !error)
            error = got < 0 ? (int)-got : EIO;
        if (error)
            continue;
        consume(sum_words(reader->buffer + place * reader->piece, reader->piece));
        if (begun < count)
            put(reader, offsets[begun++], place);
    }
    errno = error;
    return error == 0;
}

/* ---- all of them ------------------------------------------------------------------------------ */

static bool sum_by_calls(struct reader *reader, const uint64_t *offsets, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const ssize_t got = reader->way->read(reader, offsets[i]);
        if (got != (ssize_t)reader->piece) {
            errno = got >= 0 ? EIO : errno;
            return false;
        }
        consume(sum_words(reader->buffer, reader->piece));
    }
    return true;
}

static bool sum_pieces(struct reader *reader, const uint64_t *offsets, size_t count)
{
    return reader->way->sum ? reader->way->sum(reader, offsets, count) : sum_by_calls(reader, offsets, count);
}

bool reader_sum(struct reader *reader, const uint64_t *offsets, size_t count)
{
    if (sum_pieces(reader, offsets, count))
        return true;
    sample_broken(reader->s, "%s: %s", reader->way->name, strerror(errno));
    return false;
}

/* Whether the system gives it, and gives it for this file. */
static bool works(struct reader *reader)
{
    static const uint64_t start = 0;
    const int error = reader->way->open ? reader->way->open(reader) : 0;

    if (error == 0 && sum_pieces(reader, &start, 1))
        return true;
    sample_cannot(reader->s, "%s: the system refuses it here (%s)", reader->way->name,
                  strerror(error ? error : errno));
    return false;
}

struct reader *reader_open(struct sample *s, const char *name, size_t piece, unsigned depth)
{
    static const struct way ways[] = {{"pread", NULL, NULL, by_pread},
                                      {"readv", cut_buffer, NULL, by_readv},
                                      {"preadv2", cut_buffer, NULL, by_preadv2},
                                      {"io_uring", open_ring, sum_by_ring, NULL},
                                      {"o_direct", open_past_cache, NULL, by_pread}};
    struct reader *reader = calloc(1, sizeof *reader);
    size_t way = 0;

    while (way < sizeof ways / sizeof ways[0] && strcmp(ways[way].name, name) != 0)
        way++;
    if (!reader || way == sizeof ways / sizeof ways[0]) {
        sample_broken(s, "%s: %s", name, reader ? "no such way of reading" : "out of memory");
        free(reader);
        return NULL;
    }
    *reader = (struct reader){.s = s, .way = &ways[way], .piece = piece, .depth = depth, .file = -1};
    reader->buffer = sample_memory(s, piece * depth);
    if (reader->buffer && works(reader))
        return reader;
    reader_close(reader);
    return NULL;
}

void reader_close(struct reader *reader)
{
    if (!reader)
        return;
    ring_close(reader->ring);
    if (reader->file >= 0)
        close(reader->file);
    free(reader);
}
