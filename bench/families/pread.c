/* The baseline of mapped reading: the same bytes, summed as there, copied out by read calls. */
#include "access.h"
#include "sample.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static bool read_at(struct sample *s, void *buffer, size_t count, uint64_t offset)
{
    ssize_t got = pread(s->file, buffer, count, (off_t)offset);

    if (got == (ssize_t)count)
        return true;
    sample_broken(s, "pread: %s", got < 0 ? strerror(errno) : "the file is too short");
    return false;
}

static bool read_all(struct sample *s, void *buffer, size_t chunk)
{
    for (uint64_t offset = 0; offset < s->length; offset += chunk) {
        if (!read_at(s, buffer, chunk, offset))
            return false;
        consume(sum_words(buffer, chunk));
    }
    return true;
}

static bool read_some(struct sample *s, void *buffer)
{
    for (size_t i = 0; i < s->touches; i++) {
        if (!read_at(s, buffer, s->page_size, s->offsets[i]))
            return false;
        consume(sum_words(buffer, s->page_size));
    }
    return true;
}

FAMILY(pread, "reading a file by pread(2), every word summed: the baseline of mapped reading",
       .items = "pages", .demands = {.subject = FILE_ONLY, .batches = true},
       .axes = {EACH("temperature", QUICK("cold warm")), EACH("pattern", QUICK("sequential random")),
                VARY("size", "64M", QUICK("4M 16M"), STANDARD("1M"), FULL("256M 1G")),
                VARY("chunk", "128K", STANDARD("4K 1M"), .when = "pattern=sequential"),
                VARY("touches", "64", STANDARD("16 256"), .when = "pattern=random")})
{
    const size_t chunk = s->touches ? s->page_size : (size_t)axis_number(s, "chunk");
    const uint64_t bytes = s->touches ? s->touches * s->page_size : s->length;
    void *buffer = sample_memory(s, chunk);

    if (!buffer)
        return;
    each_operation(s, bytes, bytes / s->page_size);
    while (next_sample(s))
        if (!(s->touches ? read_some(s, buffer) : read_all(s, buffer, chunk)))
            return;
}
