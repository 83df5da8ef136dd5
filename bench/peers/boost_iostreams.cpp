#include "peer.h"

#include <boost/iostreams/device/mapped_file.hpp>
#include <exception>

static bool map_touch_unmap(const char *path)
{
    try {
        const boost::iostreams::mapped_file_source file(path);
        peer_touch(file.data(), file.size());
    } catch (const std::exception &) {
        return false;
    }
    return true;
}

static const struct peer iostreams_peer = {"boost_iostreams", nullptr, map_touch_unmap, nullptr};

PEER(iostreams_peer)
