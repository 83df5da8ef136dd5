/* Single pages of a cold file in random order, by us and by fio, with one request at a time and read-ahead
 * off: every read is one page from the device, whoever asks (amplification 1). Each is measured beside a
 * mapping advised random, right before and after it in the same sample, with other random pages. `ratio` is
 * of the whole times; `ratio_p50` of the median reads, which a device that serves others now and then does
 * not blur. mapwise_random against itself shows what both are worth.
 *
 *   pread         posix_fadvise(RANDOM); copied out of the page cache
 *   pread_direct  past the page cache
 *   fio_psync     fio's psync engine, direct=0, fadvise_hint=random: does what pread does
 *   fio_direct    the same with direct=1: does what pread_direct does
 *   fio_mmap      fio's mmap engine, fadvise_hint=random: does what mapwise_random does, and copies
 *
 * fio is timed by its own clock, read before and after each request: what it does between two is left out. It
 * works in a thread, because the processes that it would start leave the group that we can end. */
#include "access.h"
#include "advice.h"
#include "clock.h"
#include "direct.h"
#include "page_cache.h"
#include "pair.h"
#include "program.h"
#include "random.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OUTPUT_MAX = 1 << 16, FIO_SECONDS = 60, ARGUMENT_MAX = 2 * PATH_MAX + 32, ARGUMENTS = 24 };

static struct stage {
    struct sample *s;
    size_t reads;
    uint64_t *order; /* offsets of all pages; of the next work the first `reads` */
    uint64_t random;
    void *page;
    int direct;
    mw_advice_row advice;
    struct view view;
    struct laps reference; /* the reads of the mapping that others are measured beside */
    double before, after;  /* its median read, in seconds */
    double p50;            /* of the work that is measured */
} stage;

/* ---- ours --------------------------------------------------------------------------------------- */

static void unmap(void)
{
    if (stage.view.bytes)
        mw_unpin(stage.view.map, stage.view.bytes);
    mw_free(stage.view.map);
    stage.view = (struct view){NULL, NULL};
}

static bool map(void)
{
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_err err = {0};
    void *bytes;

    options.access = MW_ACCESS_READ;
    options.flags = MW_F_NO_TRACK;
    options.length = stage.s->length;
    if (!sample_ok(stage.s, "mapping", mw_map_fd(&stage.view.map, stage.s->file, &options, &err), &err) ||
        !sample_advise(stage.s, stage.view.map, &stage.advice) ||
        !sample_ok(stage.s, "pinning", mw_pin(&bytes, stage.view.map, 0, MW_WHOLE, MW_PROT_READ, &err), &err))
        return false;
    stage.view.bytes = bytes;
    return true;
}

/* Keeps the median of the reference that has just run, if one has. */
static void end_reference(void)
{
    if (stage.reference.count == 0)
        return;
    stage.before = stage.after;
    stage.after = laps_summarize(&stage.reference).p50;
    stage.reference.count = 0;
}

/* Before each work: nothing of the file in memory, and other pages to read. */
static void make_ready(void)
{
    struct sample *s = stage.s;
    const uint64_t pages = s->length / s->page_size;

    end_reference();
    if (!laps_begin(&stage.reference, stage.reads))
        sample_broken(s, "out of memory");
    unmap();
    posix_fadvise(s->file, 0, 0, POSIX_FADV_RANDOM);
    if (page_cache_make_cold(s->file, s->length) != 0)
        sample_doubt(s, "not cold");
    for (uint64_t i = 0; i < stage.reads; i++) {
        const uint64_t other = i + random_below(&stage.random, pages - i), chosen = stage.order[other];
        stage.order[other] = stage.order[i];
        stage.order[i] = chosen;
    }
    map();
}

static void read_mapped(struct laps *laps)
{
    for (size_t i = 0; i < stage.reads && stage.view.bytes; i++) {
        consume(sum_words(stage.view.bytes + stage.order[i], stage.s->page_size));
        laps_add(laps);
    }
}

static void read_reference(void)
{
    stage.reference.last = clock_nanoseconds();
    read_mapped(&stage.reference);
}

static void read_calling(int file)
{
    for (size_t i = 0; i < stage.reads; i++) {
        if (pread(file, stage.page, stage.s->page_size, (off_t)stage.order[i]) !=
            (ssize_t)stage.s->page_size) {
            sample_broken(stage.s, "reading: %s", strerror(errno));
            return;
        }
        lap(stage.s);
    }
}

static void read_cached(void)
{
    read_calling(stage.s->file);
}

static void read_direct(void)
{
    read_calling(stage.direct);
}

static void read_random(void)
{
    read_mapped(&stage.s->laps);
}

/* ---- fio ---------------------------------------------------------------------------------------- */

/* The number in `json` behind these keys, each looked for behind the one before; -1: it is not there. */
static double number_behind(const char *json, const char *const *keys)
{
    char quoted[64];

    for (; json && *keys; keys++) {
        snprintf(quoted, sizeof quoted, "\"%s\" :", *keys);
        json = strstr(json, quoted);
        json = json ? json + strlen(quoted) : NULL;
    }
    return json ? strtod(json, NULL) : -1;
}

static bool take_figures(const char *json)
{
    static const char *const count[] = {"read", "total_ios", NULL},
                             *const mean[] = {"read", "lat_ns", "mean", NULL},
                             *const p50[] = {"read", "clat_ns", "50.000000", NULL},
                             *const p99[] = {"read", "clat_ns", "99.000000", NULL},
                             *const most[] = {"read", "lat_ns", "max", NULL};
    const double reads = number_behind(json, count), nanoseconds = number_behind(json, mean);

    if ((size_t)reads != stage.reads || nanoseconds <= 0) {
        sample_broken(stage.s, "fio did not say that it read %zu pages, and how long each took", stage.reads);
        return false;
    }
    sample_seconds(stage.s, nanoseconds * 1e-9 * reads);
    stage.p50 = number_behind(json, p50) * 1e-9;
    sample_extra(stage.s, "latency_p50", stage.p50);
    sample_extra(stage.s, "latency_p99", number_behind(json, p99) * 1e-9);
    sample_extra(stage.s, "latency_max", number_behind(json, most) * 1e-9);
    return true;
}

/* "--filename=PATH": a colon in it would be the end of one name and the beginning of another. */
static void name_file(char text[ARGUMENT_MAX], const char *path)
{
    size_t length = (size_t)snprintf(text, ARGUMENT_MAX, "--filename=");

    for (; *path; path++) {
        if (*path == ':')
            text[length++] = '\\';
        text[length++] = *path;
    }
    text[length] = '\0';
}

static void run_fio(const char *engine, int direct)
{
    static char output[OUTPUT_MAX], text[6][ARGUMENT_MAX];
    const char *arguments[ARGUMENTS] = {"fio",
                                        "--name=mapwise",
                                        "--rw=randread",
                                        "--fadvise_hint=random",
                                        "--thread",
                                        "--readonly",
                                        "--allow_file_create=0",
                                        "--allrandrepeat=0",
                                        "--output-format=json",
                                        direct ? "--direct=1" : "--direct=0"};
    size_t count = 0;

    while (arguments[count])
        count++;
    name_file(text[0], stage.s->path);
    snprintf(text[1], sizeof text[1], "--ioengine=%s", engine);
    snprintf(text[2], sizeof text[2], "--size=%" PRIu64, stage.s->length);
    snprintf(text[3], sizeof text[3], "--bs=%zu", stage.s->page_size);
    snprintf(text[4], sizeof text[4], "--number_ios=%zu", stage.reads);
    snprintf(text[5], sizeof text[5], "--randseed=%" PRIu64, random_next(&stage.random) >> 33);
    for (size_t i = 0; i < sizeof text / sizeof text[0]; i++)
        arguments[count++] = text[i];
    const struct program fio = {arguments, FIO_SECONDS, output, sizeof output};
    if (sample_program(stage.s, &fio, "fio"))
        take_figures(output);
}

static void fio_psync(void)
{
    run_fio("psync", 0);
}

static void fio_direct(void)
{
    run_fio("psync", 1);
}

static void fio_mmap(void)
{
    run_fio("mmap", 0);
}

/* ---- the family --------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    void (*work)(void);
} peers[] = {{"mapwise_random", read_random}, {"pread", read_cached},     {"pread_direct", read_direct},
             {"fio_psync", fio_psync},        {"fio_direct", fio_direct}, {"fio_mmap", fio_mmap}};

static bool open_for(struct sample *s, void (*work)(void))
{
    stage.direct = work == read_direct ? open_direct(s->path) : -1;
    if (work != read_direct)
        return true;
    if (stage.direct >= 0 && pread(stage.direct, stage.page, s->page_size, 0) == (ssize_t)s->page_size)
        return true;
    sample_cannot(s, "O_DIRECT: %s", strerror(errno));
    return false;
}

static void check(struct sample *s)
{
    pair_after(s);
    end_reference();
    if (s->laps.count > 0)
        stage.p50 = laps_summarize(&s->laps).p50;
    sample_extra(s, "ratio_p50", stage.p50 / ((stage.before + stage.after) / 2));
}

static void finish(struct sample *s)
{
    unmap();
    laps_free(&stage.reference);
    posix_fadvise(s->file, 0, 0, POSIX_FADV_NORMAL);
}

static bool set_stage(struct sample *s)
{
    const uint64_t pages = s->length / s->page_size;

    stage = (struct stage){.s = s, .reads = (size_t)axis_number(s, "reads"), .direct = -1};
    stage.random = s->run->seed ^ (s->round + 1) * UINT64_C(0x9e3779b97f4a7c15);
    stage.order = sample_memory(s, (size_t)pages * sizeof *stage.order);
    stage.page = sample_memory(s, s->page_size);
    if (!stage.order || !stage.page || !sample_advice(&stage.advice, s, "random"))
        return false;
    for (uint64_t i = 0; i < pages; i++)
        stage.order[i] = i * s->page_size;
    if (stage.reads <= pages)
        return true;
    sample_cannot(s, "the file has %" PRIu64 " pages", pages);
    return false;
}

FAMILY(
    random_read_peers,
    "time of reading single pages of a cold file in random order by us and by fio, beside a mapping advised "
    "random, in the same sample",
    .items = "pages", .demands = {.subject = FILE_ONLY, .temperature = COLD, .seldom = true},
    .prepare = pair_before, .check = check, .finish = finish,
    .axes = {
        EACH("by", QUICK("mapwise_random pread pread_direct"), STANDARD("fio_psync fio_direct fio_mmap")),
        VARY("reads", "512", FULL("1024")), VARY("size", "64M")})
{
    static const struct pair_terms terms = {make_ready, "by_mapwise"};
    struct pair pair = {(unsigned)axis_number(s, "reads"), NULL, read_reference};

    for (size_t i = 0; i < sizeof peers / sizeof peers[0]; i++)
        if (axis_is(s, "by", peers[i].name))
            pair.ours = peers[i].work;
    if (set_stage(s) && open_for(s, pair.ours)) {
        if (pair.ours == read_random || pair.ours == read_cached || pair.ours == read_direct)
            each_laps(s, stage.reads);
        pair_run_with(s, &pair, stage.reads * s->page_size, &terms);
    }
    if (stage.direct >= 0)
        close(stage.direct);
}
