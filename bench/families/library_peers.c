/* Other libraries that map files beside this one: all of them do the same work, each in samples that time
 * the same work by hand too. "hand" against itself shows what the ratio is worth. */
#include "pair.h"
#include "peer.h"
#include "text.h"

#include <string.h>

enum { NEEDLE_MAX = 64 };

static struct stage {
    struct sample *s;
    const struct peer *peer;
    unsigned char *bytes;
    size_t length;
    unsigned char needle[NEEDLE_MAX];
    size_t n;
} stage;

/* NULL: the series has ended. */
static const struct peer *start_peer(struct sample *s)
{
    static const char *const names[][2] = {
        {"glib", "GLib"},
        {"apr", "APR"},
        {"boost_interprocess", "Boost.Interprocess"},
        {"boost_iostreams", "Boost.Iostreams"},
        {"cpython", "CPython"},
    };
    const char *name = axis_text(s, "by");
    const struct peer *peer = peer_named(name);
    const char *reason = peer && peer->start ? peer->start() : NULL;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i][0], name) == 0)
            name = names[i][1];
    if (!peer)
        sample_cannot(s, "%s was not found when mapwise was built", name);
    if (reason)
        sample_cannot(s, "%s: %s", name, reason);
    return reason ? NULL : peer;
}

/* ---- maps of a file ----------------------------------------------------------------------------- */

static void map_by_peer(void)
{
    peer_maps(stage.peer, stage.s);
}

static void map_by_hand(void)
{
    peer_maps(peer_named("hand"), stage.s);
}

FAMILY(library_peers,
       "opening, mapping, touching, unmapping and closing a file by this library and by others, "
       "beside the same by hand, in the same sample",
       .items = "maps", .demands = {.subject = FILE_ONLY, .temperature = WARM}, .prepare = pair_before,
       .check = pair_after,
       .axes = {EACH("by", QUICK("hand mapwise glib apr boost_interprocess boost_iostreams cpython")),
                VARY("size", "1M", QUICK("4K"))})
{
    static const struct pair pair = {PEER_MAPS, map_by_peer, map_by_hand};

    stage = (struct stage){.s = s, .peer = start_peer(s)};
    if (stage.peer)
        pair_run(s, &pair, 0);
}

/* ---- looking through memory for what is not there ----------------------------------------------- */

static void find_absent(size_t found)
{
    if (found != PEER_ABSENT)
        sample_broken(stage.s, "%s, looking for what is not there: %s", stage.peer->name,
                      found == PEER_FAILED ? "failed" : "found it");
}

static void find_by_peer(void)
{
    find_absent(stage.peer->search->find(stage.needle, stage.n));
}

static void find_by_hand(void)
{
    find_absent(memmem(stage.bytes, stage.length, stage.needle, stage.n) ? 0 : PEER_ABSENT);
}

/* It must look at all of the map: a needle at the very end is found. Then the needle is gone again. */
static bool looks_through(void)
{
    unsigned char *end = stage.bytes + stage.length - stage.n;
    unsigned char kept[NEEDLE_MAX];

    memcpy(kept, end, stage.n);
    memcpy(end, stage.needle, stage.n);
    const size_t found = stage.peer->search->find(stage.needle, stage.n);
    memcpy(end, kept, stage.n);
    if (found == stage.length - stage.n)
        return true;
    sample_broken(stage.s, "%s did not find what is at the end of its map", stage.peer->name);
    return false;
}

FAMILY(library_peers_find,
       "looking through a whole map for what is not there by this library and by others, beside memmem, in "
       "the same sample",
       .items = "maps", .demands = {.subject = NOTHING}, .prepare = pair_before, .check = pair_after,
       .axes = {EACH("by", QUICK("hand mapwise cpython")), EACH("needle", QUICK("1 16"), STANDARD("4 64")),
                VARY("size", "16M", FULL("64M"))})
{
    static const struct pair pair = {1, find_by_peer, find_by_hand};

    stage = (struct stage){.s = s, .peer = start_peer(s)};
    if (!stage.peer)
        return;
    stage.length = (size_t)axis_number(s, "size");
    stage.bytes = stage.peer->search->map(stage.length);
    if (!stage.bytes) {
        sample_broken(s, "%s could not map %zu bytes of memory", stage.peer->name, stage.length);
        return;
    }
    stage.n = (size_t)axis_number(s, "needle");
    text_fill(stage.bytes, stage.length);
    text_needle(stage.needle, stage.n);
    if (looks_through())
        pair_run(s, &pair, stage.length);
    stage.peer->search->unmap();
}
