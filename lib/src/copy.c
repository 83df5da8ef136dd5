/* MW_F_READ_COPY: what cannot be mapped is read into memory. */
#include "create.h"

#include "handle.h"

#include <stdlib.h>
#include <string.h>

typedef struct source {
    mw_fd fd;
    uint64_t position; /* of the next byte; MW_STREAM: whatever comes next */
} source;

/* Fills `buffer` as far as the source goes. */
static int read_fully(size_t *got, source *from, unsigned char *buffer, size_t n, mw_err *err)
{
    *got = 0;
    while (*got < n) {
        size_t piece;
        int code = mw__os_read(&piece, from->fd, buffer + *got, n - *got, from->position, err);
        if (code != MW_OK)
            return code;
        if (piece == 0)
            break;
        *got += piece;
        if (from->position != MW_STREAM)
            from->position += piece;
    }
    return MW_OK;
}

/* Drops the bytes before the map. */
static int skip(source *from, const mw_map_options *options, mw_err *err)
{
    unsigned char dropped[4096];
    uint64_t left = options->offset;

    /* What has positions need not be read up to there: its last byte before the map says as much. */
    if (from->position != MW_STREAM && left > 0) {
        from->position = left - 1;
        left = 1;
    }
    while (left > 0) {
        size_t want = left < sizeof dropped ? (size_t)left : sizeof dropped;
        size_t got;
        int code = read_fully(&got, from, dropped, want, err);
        if (code != MW_OK)
            return code;
        left -= got;
        if (got < want)
            return mw__fail(err, options->length == MW_WHOLE ? MW_E_RANGE : MW_E_SHORT, "options.offset",
                            options->offset - left);
    }
    return MW_OK;
}

/* All that the source still has, the caller's to free; NULL and *code on failure. */
static unsigned char *read_to_end(int *code, size_t *length, source *from, mw_err *err)
{
    size_t capacity = (size_t)1 << 16;
    unsigned char *buffer = malloc(capacity);

    *length = 0;
    while (buffer) {
        size_t got;
        *code = read_fully(&got, from, buffer + *length, capacity - *length, err);
        *length += got;
        if (*code != MW_OK) {
            free(buffer);
            return NULL;
        }
        if (*length < capacity)
            return buffer;
        unsigned char *larger = capacity <= (size_t)PTRDIFF_MAX / 2 ? realloc(buffer, capacity * 2) : NULL;
        if (!larger)
            free(buffer);
        buffer = larger;
        capacity *= 2;
    }
    *code = mw__fail(err, MW_E_NOMEM, "malloc", *length);
    return NULL;
}

static int copy_to_end(mw_map *map, source *from, const mw_map_options *memory, mw_err *err)
{
    size_t length;
    int code;
    unsigned char *buffer = read_to_end(&code, &length, from, err);

    if (!buffer)
        return code;
    code = mw__make_memory(map, length, memory, err);
    if (code == MW_OK && length > 0)
        memcpy(map->region, buffer, length);
    free(buffer);
    return code;
}

static int copy_exactly(mw_map *map, source *from, uint64_t length, const mw_map_options *memory, mw_err *err)
{
    size_t got = 0;
    int code = mw__make_memory(map, length, memory, err);

    if (code != MW_OK)
        return code;
    if (length > 0)
        code = read_fully(&got, from, map->region, (size_t)length, err);
    if (code == MW_OK && got < length)
        code = mw__fail(err, MW_E_SHORT, "options.length", got);
    if (code != MW_OK && map->region)
        mw__os_unmap(map->region, map->room, NULL);
    return code;
}

/* From the writable memory that was read into, to the rights that were asked for. */
static int settle_rights(mw_map *map, const mw_map_options *options, mw_err *err)
{
    if (options->access == MW_ACCESS_COPY)
        return MW_OK;

    uint32_t prot = options->prot == 0 ? MW_PROT_READ : options->prot & ~MW_PROT_NONE;
    int code = map->region_length ? mw__os_protect(map->region, map->region_length, prot, err) : MW_OK;
    map->access = MW_ACCESS_READ;
    map->rights.bits = prot | MW_RIGHT_OPEN;
    if (code != MW_OK)
        mw__os_unmap(map->region, map->room, NULL);
    return code;
}

int mw__make_copy(mw_map *map, mw_fd fd, bool stream, const mw_map_options *options, mw_err *err)
{
    source from = {fd, stream ? MW_STREAM : 0};
    mw_map_options memory = *options;
    int code = skip(&from, options, err);

    memory.access = MW_ACCESS_COPY;
    memory.prot = 0;
    memory.offset = 0;
    memory.length = MW_WHOLE;
    if (code == MW_OK)
        code = options->length == MW_WHOLE ? copy_to_end(map, &from, &memory, err)
                                           : copy_exactly(map, &from, options->length, &memory, err);
    if (code == MW_OK)
        code = settle_rights(map, options, err);
    map->source = MW_SOURCE_COPY;
    map->offset = options->offset;
    return code;
}
