/* A log, the way a database writes one: a record is appended, and the transaction is over when it is durable.
 *
 *   growing  mapped with address space in reserve; the file grows by each record
 *   sized    it has its full length from the start, and no blocks: they are allocated by each commit
 *   written  it was written over its full length before: nothing but the data and the device's flush is left
 *   write    no mapping: write(2) and fdatasync(2), growing
 */
#include "own_file.h"
#include "page_cache.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

static struct log {
    struct own_file file;
    mw_map *map;
    uint64_t begins; /* a page of header is before it */
    uint64_t record, records;
    uint64_t *text; /* of one record; its first word is its number */
    bool grows;
} log_;

static bool map_log(struct sample *s)
{
    const uint64_t end = log_.begins + log_.records * log_.record;
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_err err = {0};

    options.access = MW_ACCESS_WRITE;
    options.flags = MW_F_GROW;
    options.length = log_.grows ? log_.begins : end;
    options.reserve = end;
    return sample_ok(s, "mapping", mw_map_fd(&log_.map, log_.file.descriptor, &options, &err), &err);
}

static void open_log(struct sample *s)
{
    const uint64_t end = log_.begins + log_.records * log_.record;

    if (!own_file_make(&log_.file, s, "") ||
        (axis_is(s, "log", "written") && !own_file_fill(&log_.file, s, end)))
        return;
    if (!axis_is(s, "log", "write"))
        map_log(s);
}

static void close_log(struct sample *s)
{
    (void)s;
    mw_free(log_.map);
    log_.map = NULL;
    own_file_remove(&log_.file);
}

/* Every record must be there for whoever reads the file, and nothing of it dirty any more. */
static void check_log(struct sample *s)
{
    struct cached_pages cached;

    for (uint64_t i = 0, number; i < log_.records; i++)
        if (pread(log_.file.descriptor, &number, sizeof number, (off_t)(log_.begins + i * log_.record)) !=
                (ssize_t)sizeof number ||
            number != i)
            sample_broken(s, "record %" PRIu64 " is not in the file", i);
    if (page_cache_look(&cached, log_.file.descriptor, own_file_size(&log_.file)) &&
        cached.dirty != PAGES_UNKNOWN && cached.dirty > 0)
        sample_doubt(s, "%" PRIu64 " pages are dirty after the last commit", cached.dirty);
}

static bool commit_mapped(struct sample *s, uint64_t offset)
{
    mw_err err = {0};

    if (log_.grows && !sample_ok(s, "growing", mw_resize(log_.map, offset + log_.record, 0, &err), &err))
        return false;
    return sample_ok(s, "storing", mw_write_at(NULL, log_.map, offset, log_.text, (size_t)log_.record, &err),
                     &err) &&
           sample_ok(s, "sync", mw_sync(log_.map, offset, log_.record, MW_SYNC_WAIT, 0, &err), &err);
}

static bool commit_written(struct sample *s, uint64_t offset)
{
    const int file = log_.file.descriptor;

    if (pwrite(file, log_.text, (size_t)log_.record, (off_t)offset) == (ssize_t)log_.record &&
        fdatasync(file) == 0)
        return true;
    sample_broken(s, "writing: %s", strerror(errno));
    return false;
}

FAMILY(commit, "time of appending a record to a log and waiting until it is durable", .items = "commits",
       .demands = {.subject = FOLDER, .size = 32 << 20}, .prepare = open_log, .check = check_log,
       .finish = close_log,
       .axes = {EACH("log", QUICK("growing written write"), STANDARD("sized")),
                VARY("record", "4K", STANDARD("256 64K"), FULL("1K 16K")),
                VARY("commits", "64", FULL("256"))})
{
    const bool mapped = !axis_is(s, "log", "write");

    log_ = (struct log){.begins = s->page_size,
                        .record = axis_number(s, "record"),
                        .records = axis_number(s, "commits"),
                        .grows = axis_is(s, "log", "growing")};
    log_.text = sample_memory(s, (size_t)log_.record);
    if (!log_.text)
        return;
    each_operation(s, log_.records * log_.record, log_.records);
    each_laps(s, (size_t)log_.records);
    while (next_sample(s)) {
        for (uint64_t i = 0; i < log_.records; i++) {
            const uint64_t offset = log_.begins + i * log_.record;
            log_.text[0] = i;
            if (!(mapped ? commit_mapped(s, offset) : commit_written(s, offset)))
                return;
            lap(s);
        }
    }
}
