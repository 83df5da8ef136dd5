/* Stores into a mapping beside write(2) of the same bytes, from a buffer that stays in the processor's cache,
 * and beside memset of memory that is there already. When they reach the device is another matter: nobody
 * waits for it here. A page that is not in the cache is read before it is stored to, although not a byte
 * of it will be left. */
#include "access.h"
#include "expect.h"
#include "sample.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 128 << 10 };

static struct demands demands_of(const struct family *family, const struct point *point)
{
    const char *way = point_value(family, point, "way");

    if (strcmp(way, "memset") == 0)
        return (struct demands){.subject = MEMORY, .temperature = MAPPED, .batches = true};
    if (strcmp(way, "write") == 0)
        return (struct demands){.subject = FILE_ONLY, .temperature = WARM};
    if (strcmp(way, "private") == 0)
        return (struct demands){.subject = MAP_COPY, .temperature = WARM};
    return (struct demands){.subject = MAP_WRITE, .temperature = WARM};
}

static void check(struct sample *s)
{
    if (s->series->demands.subject == MAP_COPY)
        expect_private(s, s->length);
    else if (s->file >= 0)
        expect_dirty(s, s->length / s->page_size);
}

static bool write_all(struct sample *s, const void *buffer)
{
    for (uint64_t offset = 0; offset < s->length; offset += PIECE)
        if (pwrite(s->file, buffer, PIECE, (off_t)offset) != PIECE) {
            sample_broken(s, "writing: %s", strerror(errno));
            return false;
        }
    return true;
}

FAMILY(write_sequential, "bandwidth of storing to every byte of a mapping in order", .items = "pages",
       .demands_of = demands_of, .check = check,
       .axes = {EACH("way", QUICK("shared"), STANDARD("private write memset")),
                VARY("size", "16M", STANDARD("64M"), FULL("4M")),
                VARY("temperature", "warm", STANDARD("cold"), .when = "way=shared")})
{
    const void *buffer = sample_memory(s, PIECE);

    if (!buffer)
        return;
    each_operation(s, s->length, s->length / s->page_size);
    each_needs(s, s->series->demands.temperature == COLD ? s->length : 0);
    while (next_sample(s)) {
        if (s->bytes)
            store_bytes(s->bytes, (size_t)s->length, (unsigned char)s->round);
        else if (!write_all(s, buffer))
            return;
    }
}
