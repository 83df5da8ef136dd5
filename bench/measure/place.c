#include "place.h"

#include "counters.h"
#include "facts.h"
#include "fill.h"
#include "interrupt.h"
#include "message.h"
#include "page_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool place_open(struct place *place, const char *directory, uint64_t bytes)
{
    struct facts facts = {.count = 0};

    *place = (struct place){.scratch = {.lock = -1}};
    if (!scratch_open(&place->scratch, directory, bytes))
        return false;
    memcpy(place->directory, place->scratch.directory, sizeof place->directory);
    facts_of_directory(&facts, place->directory);
    const char *filesystem = facts_find(&facts, "filesystem");
    snprintf(place->filesystem, sizeof place->filesystem, "%s", filesystem ? filesystem : "unknown");
    return true;
}

const struct data_file *place_file(const struct place *place, uint64_t size)
{
    for (size_t i = 0; i < place->file_count; i++)
        if (place->files[i].size == size)
            return &place->files[i];
    return NULL;
}

bool place_add_file(struct place *place, uint64_t size)
{
    if (place_file(place, size))
        return true;
    if (place->file_count == DATA_FILES_MAX) {
        complain("more than %d sizes of data files; choose fewer with --filter", (int)DATA_FILES_MAX);
        return false;
    }
    struct data_file *file = &place->files[place->file_count];
    file->size = size;
    int length = snprintf(file->path, sizeof file->path, "%s/data-%" PRIu64, place->scratch.path, size);
    if (length < 0 || (size_t)length >= sizeof file->path) {
        complain("the path of '%s' is too long; name a shorter one", place->directory);
        return false;
    }
    file->descriptor = open(file->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file->descriptor < 0) {
        complain("cannot make a file in '%s': %s; name a folder that you may write", place->directory,
                 strerror(errno));
        return false;
    }
    place->file_count++;
    if (fill_file(file) || interrupted)
        return true;
    complain("cannot write %" PRIu64 " MiB to '%s': %s; free some space or name another folder", size >> 20,
             place->directory, strerror(errno));
    return false;
}

static const struct data_file *smallest_file(const struct place *place)
{
    const struct data_file *smallest = NULL;

    for (size_t i = 0; i < place->file_count; i++)
        if (!smallest || place->files[i].size < smallest->size)
            smallest = &place->files[i];
    return smallest;
}

/* Whether reading a file here must show in the process's counters: the file system lies on a block device
 * and is read by the kernel. */
static bool on_block_device(const struct place *place)
{
    struct facts facts = {.count = 0};

    facts_of_directory(&facts, place->directory);
    const char *device = facts_find(&facts, "device");
    return device && strncmp(device, "/dev/", 5) == 0 && strncmp(place->filesystem, "fuse", 4) != 0;
}

void place_probe(struct place *place)
{
    const struct data_file *file = smallest_file(place);

    if (!file)
        return;
    const uint64_t left = page_cache_make_cold(file->descriptor, file->size);
    place->can_be_cold = left == 0;
    if (left == PAGES_UNKNOWN && errno != ENOTSUP)
        snprintf(place->why_not_cold, sizeof place->why_not_cold, "%s: a file can't be written back: %s",
                 place->filesystem, strerror(errno));
    else if (left == PAGES_UNKNOWN)
        snprintf(place->why_not_cold, sizeof place->why_not_cold,
                 "%s: the system can't say which pages are in memory", place->filesystem);
    else if (left)
        snprintf(place->why_not_cold, sizeof place->why_not_cold,
                 "%s: %" PRIu64 " of %" PRIu64 " pages stay in memory, so nothing can be cold or filled anew",
                 place->filesystem, left, file->size / (uint64_t)sysconf(_SC_PAGESIZE));
    if (!place->can_be_cold)
        return;
    const struct counters before = counters_read();
    if (!fill_cache(file, "read_1M"))
        return;
    const struct counters after = counters_read();
    const int64_t read = counters_between(&before, &after).of[BYTES_READ];
    place->reads_are_counted = read >= (int64_t)file->size;
    if (read != COUNTER_ABSENT && read < (int64_t)file->size / 2 && on_block_device(place) && !interrupted) {
        place->can_be_cold = false;
        snprintf(place->why_not_cold, sizeof place->why_not_cold,
                 "%s: of %" PRIu64 " bytes said to be out of memory only %" PRId64 " came from the device",
                 place->filesystem, file->size, read);
    }
}

void place_close(struct place *place)
{
    for (size_t i = 0; i < place->file_count; i++)
        close(place->files[i].descriptor);
    place->file_count = 0;
    if (place->scratch.path[0])
        scratch_close(&place->scratch);
}
