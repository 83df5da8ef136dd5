/* Records appended and not waited for, as a program that logs does: through a map that grows in its reserve,
 * a segment at a time, and by write(2). A new page costs the map a fault in which the file system is asked
 * for room; write(2) asks once a call, so its call has to be small to be the dearer one. */
#include "own_file.h"
#include "pair.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

enum { LENGTH = 2 << 20, SEGMENT = 1 << 20 };

static struct stage {
    struct sample *s;
    struct own_file mapped, written;
    uint64_t *text; /* of one record; its first word is its number */
    size_t record;
} stage;

static void empty_files(void)
{
    if (ftruncate(stage.mapped.descriptor, 0) != 0 || ftruncate(stage.written.descriptor, 0) != 0)
        sample_broken(stage.s, "emptying a file: %s", strerror(errno));
}

static bool append_segment(mw_map *map, uint64_t segment)
{
    mw_err err = {0};

    if (segment > 0 && !sample_ok(stage.s, "growing", mw_resize(map, segment + SEGMENT, 0, &err), &err))
        return false;
    for (uint64_t end = segment; end < segment + SEGMENT; end += stage.record) {
        stage.text[0] = end;
        if (!sample_ok(stage.s, "storing", mw_write_at(NULL, map, end, stage.text, stage.record, &err), &err))
            return false;
    }
    return true;
}

static void append_mapped(void)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_err err = {0};
    mw_map *map;

    options.access = MW_ACCESS_WRITE;
    options.flags = MW_F_GROW;
    options.length = SEGMENT;
    options.reserve = LENGTH;
    if (!sample_ok(stage.s, "mapping", mw_map_fd(&map, stage.mapped.descriptor, &options, &err), &err))
        return;
    for (uint64_t segment = 0; segment < LENGTH && append_segment(map, segment); segment += SEGMENT)
        continue;
    sample_ok(stage.s, "unmapping", mw_free(map), &err);
}

static void append_written(void)
{
    for (uint64_t end = 0; end < LENGTH; end += stage.record) {
        stage.text[0] = end;
        if (pwrite(stage.written.descriptor, stage.text, stage.record, (off_t)end) != (ssize_t)stage.record) {
            sample_broken(stage.s, "writing: %s", strerror(errno));
            return;
        }
    }
}

static void prepare(struct sample *s)
{
    if (own_file_make(&stage.mapped, s, "") && own_file_make(&stage.written, s, ".written"))
        pair_before(s);
}

static void finish(struct sample *s)
{
    (void)s;
    own_file_remove(&stage.mapped);
    own_file_remove(&stage.written);
}

static void check_file(struct sample *s, const struct own_file *file)
{
    for (uint64_t end = 0, found; end < LENGTH; end += stage.record)
        if (pread(file->descriptor, &found, sizeof found, (off_t)end) != (ssize_t)sizeof found ||
            found != end)
            sample_broken(s, "what was appended at %" PRIu64 " is not in the file", end);
    if (own_file_size(file) != LENGTH)
        sample_broken(s, "the file has %" PRIu64 " bytes", own_file_size(file));
}

static void check(struct sample *s)
{
    check_file(s, &stage.mapped);
    pair_after(s);
    check_file(s, &stage.written);
}

FAMILY(append_log, "bandwidth of appending records through a mapping, beside write(2), in the same sample",
       .items = "records", .demands = {.subject = FOLDER, .size = (uint64_t)2 * LENGTH}, .prepare = prepare,
       .check = check, .finish = finish,
       .axes = {VARY("record", "512", QUICK("64K"), STANDARD("64 4K"), FULL("1M"))})
{
    static const struct pair_terms terms = {empty_files, "by_write"};

    stage = (struct stage){.s = s, .record = (size_t)axis_number(s, "record")};
    struct pair pair = {(unsigned)(LENGTH / stage.record), append_mapped, append_written};
    stage.text = sample_memory(s, stage.record);
    if (stage.text)
        pair_run_with(s, &pair, LENGTH, &terms);
}
