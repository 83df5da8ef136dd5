/* Reading and writing a map from front to back, as if it were a stream.
 *
 * A cursor is a plain value that remembers a map and a position in it. Make as many as you like, copy them,
 * forget them; nothing has to be given back. A cursor is for one thread at a time, several cursors of one
 * map need no care.
 *
 *   mw_cursor cursor;
 *   unsigned char byte;
 *   int code = mw_cursor_make(&cursor, map, &err);
 *   while (code == MW_OK && (code = mw_cursor_read(NULL, &byte, &cursor, 1, &err)) == MW_OK)
 *       use(byte);
 *   if (code != MW_E_END)
 *       return code;
 *
 * After mw_unmap, and after mw_free too, every call answers MW_E_CLOSED. Where a map has become shorter than
 * the position, which stays as it is, there is nothing to read, as at the end.
 */
#ifndef MAPWISE_CURSOR_H
#define MAPWISE_CURSOR_H

#include "map.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mw_cursor {
    mw_map *map;
    uint64_t position;   /* of the next byte; yours to read */
    uint64_t generation; /* tells whether the map is still the same one */
} mw_cursor;

/* *out becomes a cursor at byte 0 of `map`.
 *
 * MW_E_CLOSED  the map is closed
 * MW_E_BUSY    another thread is unmapping or protecting
 * MW_E_INVAL   `out` is NULL
 *
 * Any thread. */
MW_API int mw_cursor_make(mw_cursor *out, mw_map *map, mw_err *err);

/* What the offset of a seek is counted from. */
typedef enum mw_whence {
    MW_SEEK_SET, /* the first byte of the map */
    MW_SEEK_CUR, /* the cursor's position */
    MW_SEEK_END  /* the end of the map */
} mw_whence;

/* Moves the cursor to `offset` bytes from `whence`; *position, unless `position` is NULL, is where that is.
 * The end of the map is as far as it goes.
 *
 * MW_E_CLOSED  the map is closed
 * MW_E_BUSY    another thread is unmapping or protecting
 * MW_E_INVAL   `whence` is none of the three; `cursor` is NULL
 * MW_E_RANGE   that is before the first byte or past the end; the cursor has not moved
 *
 * Any thread. */
MW_API int mw_cursor_seek(uint64_t *position, mw_cursor *cursor, int64_t offset, mw_whence whence,
                          mw_err *err);

/* Copies up to `n` bytes to `destination`, which may itself be in a map, and moves the cursor behind them.
 * *got is how many: `n`, or as many as there are, which at the end is none. n = SIZE_MAX says that
 * `destination` has room for all that is left; a map that may grow meanwhile is read safely with an `n` of
 * mw_length(map) - cursor.position.
 *
 * Without `got` (NULL) it is `n` bytes or a failure, and nothing is copied then.
 *
 * MW_E_CLOSED  the map is closed
 * MW_E_BUSY    another thread is unmapping or protecting
 * MW_E_INVAL   `destination` is NULL and `n` is not 0; `cursor` is NULL
 * MW_E_END     without `got`: not one byte is left
 * MW_E_RANGE   without `got`: fewer than `n` bytes are left
 * MW_E_ACCESS  a page of these bytes cannot be read
 * MW_E_FAULT   guarded maps, MW_F_KERNEL_COPY: a page could not be supplied; *got bytes, the first ones, were
 *              copied
 *
 * On failure the cursor has not moved and *got is 0, except as MW_E_FAULT says. Any thread. */
MW_API int mw_cursor_read(size_t *got, void *destination, mw_cursor *cursor, size_t n, mw_err *err);

/* Copies the bytes up to and including the next '\n', or to the end of the map if there is none, and moves
 * the cursor behind them. *length is how many: 0 at the end, 1 for an empty line. No '\0' is added.
 *
 * If the line has more than `capacity` bytes, *length says how many, nothing is copied and the cursor does
 * not move. No buffer (NULL, 0) just counts them.
 *
 * MW_E_CLOSED  the map is closed
 * MW_E_BUSY    another thread is unmapping or protecting
 * MW_E_INVAL   `length` is NULL; `destination` is NULL and `capacity` is not 0; `cursor` is NULL
 * MW_E_RANGE   the line is longer than `capacity`
 * MW_E_ACCESS  a page that had to be looked at cannot be read
 * MW_E_FAULT   guarded maps, MW_F_KERNEL_COPY: a page that had to be looked at could not be supplied
 *
 * On failure the cursor has not moved and *length is 0, except as MW_E_RANGE says. Any thread. */
MW_API int mw_cursor_readline(size_t *length, void *destination, size_t capacity, mw_cursor *cursor,
                              mw_err *err);

/* Copies `n` bytes from `source`, which may itself be in a map, into the map and moves the cursor behind
 * them: all of them, or none. n = 0 is fine up to and at the end.
 *
 * MW_E_CLOSED  the map is closed
 * MW_E_BUSY    another thread is unmapping or protecting
 * MW_E_INVAL   `source` is NULL and `n` is not 0; `cursor` is NULL
 * MW_E_END     there is no room for one byte
 * MW_E_RANGE   there is room, but not for `n` bytes; n = 0 past the end
 * MW_E_RDONLY  a page of these bytes can only be read
 * MW_E_ACCESS  a page of these bytes can be neither read nor written
 * MW_E_FAULT   guarded maps, MW_F_KERNEL_COPY: a page could not be supplied; some of the bytes before it may
 *              have been written
 *
 * On failure the cursor has not moved. Any thread. */
MW_API int mw_cursor_write(mw_cursor *cursor, const void *source, size_t n, mw_err *err);

#ifdef __cplusplus
}
#endif

#endif
