/* Mapping the file behind a FILE * of stdio.
 *
 *   fwrite(&header, sizeof header, 1, file);        fread(&header, sizeof header, 1, file);
 *   options.flags = MW_F_GROW;
 *   options.length = header.bytes;
 *   mw_map_stream(&map, file, &options, &err);      mw_map_stream(&map, file, NULL, &err);
 *   ... a header is written, and a matrix           ... both are read again ...
 *       behind it in place ...
 *
 * Two ways to one file. stdio has a buffer, and the map does not see into it:
 *
 *   - What was written to the stream before the call is in the map, since the call flushes it. What is
 *     written later gets there with the next fflush, in place of what the map has stored there.
 *   - What the stream had read ahead is dropped by the call, so that its next read shows what the map has
 *     stored. What it reads ahead after that is a copy again: fflush before reading what the map may have
 *     changed since.
 */
#ifndef MAPWISE_STREAM_H
#define MAPWISE_STREAM_H

#include "map.h"
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Maps the file behind `stream` from the stream's position on, which is where the next fread or fwrite would
 * be; options.offset counts from there, MW_F_FROM_POSITION or not. Otherwise as mw_map_fd with the stream's
 * descriptor: by default to the file's end, with the rights that the stream was opened with.
 *
 * `stream` stays the caller's, who may close it at once, and its position stays what it is, also when the
 * file grows or is emptied. The call flushes what is in its buffer, also if it then fails.
 *
 * Errors as for mw_map_fd, and:
 * MW_E_INVAL   `stream` is NULL
 * MW_E_BADFD   a stream without a descriptor (fmemopen), or one whose descriptor has been closed
 * MW_E_NOTSUP  a stream that has no position: a pipe, a socket, a terminal. Nothing was flushed
 * MW_E_NOSPC, MW_E_LIMIT, MW_E_OS  what the stream held could not be written
 *
 * Any thread; it locks the stream, as every call of stdio does. Source: POSIX.1-2024 fflush, ftello. */
MW_API int mw_map_stream(mw_map **out, FILE *stream, const mw_map_options *options, mw_err *err);

#ifdef __cplusplus
}
#endif

#endif
