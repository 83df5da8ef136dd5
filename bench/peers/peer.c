#include "peer.h"

#include "access.h"
#include "sample.h"

#include <stdlib.h>
#include <string.h>

enum { PEERS_MAX = 16 };

static const struct peer *peers[PEERS_MAX];
static size_t peer_count;

void peer_register(const struct peer *peer)
{
    if (peer_count == PEERS_MAX)
        abort(); /* before main: the table above is too small */
    peers[peer_count++] = peer;
}

const struct peer *peer_named(const char *name)
{
    for (size_t i = 0; i < peer_count; i++)
        if (strcmp(peers[i]->name, name) == 0)
            return peers[i];
    return NULL;
}

void peer_touch(const void *bytes, size_t length)
{
    consume(load_each_page(bytes, length, mw_page_size()));
}

void peer_maps(const struct peer *peer, struct sample *s)
{
    for (int i = 0; i < PEER_MAPS; i++) {
        if (!peer->map_touch_unmap(s->path)) {
            sample_broken(s, "%s could not map the file", peer->name);
            return;
        }
    }
}
