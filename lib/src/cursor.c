#include "mapwise/cursor.h"

#include "checked.h"
#include "storage.h"
#include "touch.h"

#include <string.h>

/* Begins a call on the map of `cursor`, if that is still the one it was made of. MW_E_CLOSED, and as
 * mw__enter. */
static inline int enter(const mw_cursor *cursor, mw_err *err)
{
    int code;

    if (!cursor)
        return mw__fail(err, MW_E_INVAL, "cursor", MW_NOWHERE);
    if ((code = mw__enter(cursor->map, err)) == MW_OK &&
        (code = mw__check_life(cursor->map, cursor->generation, err)) != MW_OK)
        mw__leave(cursor->map);
    return code;
}

/* Bytes from the position to the end of the map. */
static inline uint64_t rest(const mw_cursor *cursor)
{
    const uint64_t length = cursor->map->length;

    return cursor->position < length ? length - cursor->position : 0;
}

int mw_cursor_make(mw_cursor *out, mw_map *map, mw_err *err)
{
    int code = mw__enter(map, err);

    if (code != MW_OK)
        return code;
    if (out)
        *out = (mw_cursor){map, 0, map->generation};
    else
        code = mw__fail(err, MW_E_INVAL, "out", MW_NOWHERE);
    mw__leave(map);
    return code;
}

/* ---- moving ------------------------------------------------------------- */

static int seek(mw_cursor *cursor, int64_t offset, mw_whence whence, mw_err *err)
{
    const uint64_t length = cursor->map->length;
    const uint64_t from[] = {
        [MW_SEEK_SET] = 0,
        [MW_SEEK_CUR] = cursor->position,
        [MW_SEEK_END] = length,
    };
    uint64_t position;

    if ((uint32_t)whence > (uint32_t)MW_SEEK_END)
        return mw__fail(err, MW_E_INVAL, "whence", MW_NOWHERE);

    const uint64_t base = from[whence];
    const uint64_t back = offset < 0 ? -(uint64_t)offset : 0;
    if (back > base)
        return mw__fail(err, MW_E_RANGE, "offset", MW_NOWHERE);
    if (!mw__add(&position, base - back, offset < 0 ? 0 : (uint64_t)offset) || position > length)
        return mw__fail(err, MW_E_RANGE, "offset", length);
    cursor->position = position;
    return MW_OK;
}

int mw_cursor_seek(uint64_t *position, mw_cursor *cursor, int64_t offset, mw_whence whence, mw_err *err)
{
    int code = enter(cursor, err);

    if (code != MW_OK)
        return code;
    code = seek(cursor, offset, whence, err);
    mw__leave(cursor->map);
    if (code == MW_OK && position)
        *position = cursor->position;
    return code;
}

/* ---- reading ------------------------------------------------------------ */

/* `n` bytes are wanted, all of them. */
static int need(const mw_cursor *cursor, size_t n, mw_err *err)
{
    const uint64_t left = rest(cursor);

    if (n <= left)
        return MW_OK;
    return mw__fail(err, left == 0 ? MW_E_END : MW_E_RANGE, "n", cursor->map->length);
}

/* *done of the `n` bytes at the position, which are there. */
static int copy_out(size_t *done, void *destination, const mw_cursor *cursor, size_t n, mw_err *err)
{
    const mw__range range = {cursor->position, cursor->position + n};
    int code;

    *done = 0;
    if (n == 0) /* the position may be anywhere */
        return MW_OK;
    if ((code = mw__check_rights(cursor->map, range, MW_PROT_READ, err)) != MW_OK)
        return code;
    return mw__copy_from_map(done, destination, cursor->map, range.start, n, err);
}

static int read_bytes(size_t *done, void *destination, const mw_cursor *cursor, size_t n, bool exact,
                      mw_err *err)
{
    const uint64_t left = rest(cursor);
    int code;

    if (!destination && n != 0)
        return mw__fail(err, MW_E_INVAL, "destination", MW_NOWHERE);
    if (exact && (code = need(cursor, n, err)) != MW_OK)
        return code;
    return copy_out(done, destination, cursor, n < left ? n : (size_t)left, err);
}

int mw_cursor_read(size_t *got, void *destination, mw_cursor *cursor, size_t n, mw_err *err)
{
    size_t done = 0;
    int code = enter(cursor, err);

    if (code == MW_OK) {
        code = read_bytes(&done, destination, cursor, n, !got, err);
        if (code == MW_OK)
            cursor->position += done;
        mw__leave(cursor->map);
    }
    if (got)
        *got = done;
    return code;
}

/* ---- lines -------------------------------------------------------------- */

/* A line is looked for in pieces that no border of pages runs through, since what lies behind its end need
 * be neither readable nor there. */
#define PIECE 4096

typedef struct scanning {
    const unsigned char *bytes;
    size_t n;
    size_t line; /* bytes up to and including the first '\n'; 0: there is none */
} scanning;

static int scan(void *context, mw_err *err)
{
    scanning *in = context;
    const unsigned char *end = memchr(in->bytes, '\n', in->n);

    (void)err;
    in->line = end ? (size_t)(end - in->bytes) + 1 : 0;
    return MW_OK;
}

static int scan_piece(size_t *line, mw_map *map, uint64_t offset, size_t n, mw_err *err)
{
    unsigned char copy[PIECE];
    scanning in = {mw__bytes(map) + offset, n, 0};
    size_t done;
    int code = mw__check_rights(map, (mw__range){offset, offset + n}, MW_PROT_READ, err);

    if (code != MW_OK)
        return code;
    if (mw__check_in_place(map, NULL) == MW_OK) {
        code = mw__touch(map, scan, &in, err);
    } else if ((code = mw__copy_from_map(&done, copy, map, offset, n, err)) == MW_OK) {
        in.bytes = copy;
        code = scan(&in, err);
    }
    *line = in.line;
    return code;
}

/* *length = the bytes of the line that begins at the position. */
static int measure_line(size_t *length, const mw_cursor *cursor, mw_err *err)
{
    const uint64_t left = rest(cursor);
    size_t passed = 0;
    size_t line = 0;

    while (line == 0 && passed < left) {
        const uint64_t offset = cursor->position + passed;
        const size_t piece = PIECE - (uintptr_t)(mw__bytes(cursor->map) + offset) % PIECE;
        const size_t n = piece < left - passed ? piece : (size_t)(left - passed);
        int code = scan_piece(&line, cursor->map, offset, n, err);
        if (code != MW_OK)
            return code;
        passed += line ? line : n;
    }
    *length = passed;
    return MW_OK;
}

static int read_line(size_t *length, void *destination, size_t capacity, mw_cursor *cursor, mw_err *err)
{
    size_t line;
    size_t done;
    int code;

    if (!length || (!destination && capacity != 0))
        return mw__fail(err, MW_E_INVAL, length ? "destination" : "length", MW_NOWHERE);
    if ((code = measure_line(&line, cursor, err)) != MW_OK)
        return code;
    if (!destination || line > capacity) {
        *length = line;
        return destination ? mw__fail(err, MW_E_RANGE, "capacity", cursor->position) : MW_OK;
    }
    if ((code = copy_out(&done, destination, cursor, line, err)) != MW_OK)
        return code;
    cursor->position += line;
    *length = line;
    return MW_OK;
}

int mw_cursor_readline(size_t *length, void *destination, size_t capacity, mw_cursor *cursor, mw_err *err)
{
    int code = enter(cursor, err);

    if (length)
        *length = 0;
    if (code == MW_OK) {
        code = read_line(length, destination, capacity, cursor, err);
        mw__leave(cursor->map);
    }
    return code;
}

/* ---- writing ------------------------------------------------------------ */

static int write_bytes(const mw_cursor *cursor, const void *source, size_t n, mw_err *err)
{
    const mw__range range = {cursor->position, cursor->position + n};
    size_t done;
    int code;

    if (!source && n != 0)
        return mw__fail(err, MW_E_INVAL, "source", MW_NOWHERE);
    if (n == 0 && cursor->position > cursor->map->length)
        return mw__fail(err, MW_E_RANGE, "cursor", cursor->position);
    if ((code = need(cursor, n, err)) != MW_OK ||
        (code = mw__check_rights(cursor->map, range, MW_PROT_WRITE, err)) != MW_OK)
        return code;
    return mw__copy_to_map(&done, cursor->map, range.start, source, n, err);
}

int mw_cursor_write(mw_cursor *cursor, const void *source, size_t n, mw_err *err)
{
    int code = enter(cursor, err);

    if (code != MW_OK)
        return code;
    code = write_bytes(cursor, source, n, err);
    if (code == MW_OK)
        cursor->position += n;
    mw__leave(cursor->map);
    return code;
}
