/* Each load says where the next one goes: no two are under way at once, and what is timed is how long memory
 * and its translation take. The chain goes through every node in random order and is one cycle, so that its
 * whole size is in use. Of nodes of 4 KiB each is on a page of its own: what a step costs more than with 64
 * bytes is the page table's. Their pointers lie at different places of their pages, since at the same one
 * they would share a few sets of the caches.
 *
 * All is in the page tables, and looked through once before. Lay lat_mem_rd of lmbench beside it. */
#include "access.h"
#include "pattern.h"
#include "random.h"
#include "sample.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* In a cache a step takes a nanosecond, in memory a hundred and more. */
enum {
    LINE = 64,
    PIECE = 1 << 20,
    STEPS_IN_CACHE = 1 << 20,
    STEPS_IN_MEMORY = 1 << 18,
    MEMORY_FROM = 16 << 20
};

/* A file is one of our own: the data files' contents are random. Memory is the contract's. */
static struct demands demands_of(const struct family *family, const struct point *point)
{
    const char *source = point_value(family, point, "source");
    struct demands demands = {.subject = MEMORY, .temperature = MAPPED};

    if (strcmp(source, "file") == 0)
        demands = (struct demands){.subject = FOLDER};
    demands.pages = strcmp(source, "huge_pages") == 0 ? HUGE_PAGES : SMALL_PAGES;
    demands.seldom = strtoull(point_value(family, point, "size"), NULL, 10) >= 256 << 20;
    return demands;
}

static struct chain {
    uint64_t nodes, node_size;
    struct view view; /* of the file */
} chain;

/* Where a node has its pointer. */
static uint64_t place_of(uint64_t node)
{
    uint64_t state = node;

    return node * chain.node_size + random_below(&state, chain.node_size / LINE) * LINE;
}

/* Stores the nodes from `first` on into `bytes`, where they lie in a piece of `length` bytes. */
static void store_nodes(unsigned char *bytes, uint64_t length, uint64_t first, const uint32_t *next)
{
    for (uint64_t i = 0; i < length / chain.node_size; i++)
        *(uint64_t *)(void *)(bytes + place_of(first + i) - first * chain.node_size) =
            place_of(next[first + i]);
}

static bool write_nodes(struct sample *s, int file, const uint32_t *next)
{
    const size_t piece = s->length < PIECE ? (size_t)s->length : PIECE;
    unsigned char *bytes = calloc(1, piece);
    bool written = bytes;

    for (uint64_t offset = 0; written && offset < s->length; offset += piece) {
        store_nodes(bytes, piece, offset / chain.node_size, next);
        written = pwrite(file, bytes, piece, (off_t)offset) == (ssize_t)piece;
    }
    if (!written)
        sample_broken(s, "writing the chain: %s", strerror(errno));
    free(bytes);
    return written;
}

static void map_file(struct sample *s, const uint32_t *next)
{
    const int file = open(s->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    mw_map_options options = MW_MAP_OPTIONS_INIT;
    mw_err err = {0};
    void *bytes;

    options.access = MW_ACCESS_READ;
    options.flags = MW_F_NO_TRACK;
    if (file < 0) {
        sample_broken(s, "making a file: %s", strerror(errno));
        return;
    }
    if (write_nodes(s, file, next) &&
        sample_ok(s, "mapping", mw_map_fd(&chain.view.map, file, &options, &err), &err) &&
        sample_ok(s, "pinning", mw_pin(&bytes, chain.view.map, 0, MW_WHOLE, MW_PROT_READ, &err), &err))
        chain.view.bytes = bytes;
    close(file);
}

static void prepare(struct sample *s)
{
    uint32_t *next = calloc((size_t)chain.nodes, sizeof *next);

    if (!next) {
        sample_broken(s, "out of memory");
        return;
    }
    pattern_cycle(next, (size_t)chain.nodes, s->run->seed + s->round);
    if (s->series->demands.subject == MEMORY)
        store_nodes(s->bytes, s->length, 0, next);
    else
        map_file(s, next);
    free(next);
    if (!sample_ended(s))
        consume(sum_words(s->bytes ? s->bytes : chain.view.bytes, (size_t)s->length));
}

static void check(struct sample *s)
{
    const int64_t faults = s->current.counted.of[MINOR_FAULTS] + s->current.counted.of[MAJOR_FAULTS];

    if (faults > (int64_t)(s->length / s->page_size / 64) + 8) /* the system has a few for itself */
        sample_doubt(s, "not in the page tables: %" PRId64 " faults", faults);
}

static void finish(struct sample *s)
{
    sample_unmap(&chain.view);
    if (s->series->demands.subject == FOLDER)
        unlink(s->path);
}

FAMILY(read_pointer_chase, "time of one load out of a mapping whose address the load before it gives",
       .items = "loads", .demands_of = demands_of, .prepare = prepare, .check = check, .finish = finish,
       .axes = {EACH("node", QUICK("64"), STANDARD("4K")),
                VARY("size", "16M", STANDARD("64K 1M"), FULL("256K 4M 64M 256M")),
                VARY("source", "file", STANDARD("memory huge_pages"))})
{
    chain = (struct chain){.node_size = axis_number(s, "node")};
    chain.nodes = s->length / chain.node_size;
    const uint64_t steps = s->length < MEMORY_FROM ? STEPS_IN_CACHE : STEPS_IN_MEMORY;
    const uint64_t rounds = (steps + chain.nodes - 1) / chain.nodes;

    each_operation(s, 0, rounds * chain.nodes);
    while (next_sample(s)) {
        const unsigned char *bytes = s->bytes ? s->bytes : chain.view.bytes;
        if (follow_chain(bytes, place_of(0), rounds * chain.nodes) != place_of(0)) {
            sample_broken(s, "the chain does not come back to its start");
            return;
        }
    }
}
