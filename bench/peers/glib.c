#include "peer.h"

#include <glib.h>

static bool map_touch_unmap(const char *path)
{
    GMappedFile *file = g_mapped_file_new(path, FALSE, NULL);

    if (!file)
        return false;
    peer_touch(g_mapped_file_get_contents(file), g_mapped_file_get_length(file));
    g_mapped_file_unref(file);
    return true;
}

static const struct peer glib = {.name = "glib", .map_touch_unmap = map_touch_unmap};

PEER(glib)
