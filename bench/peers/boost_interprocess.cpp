#include "peer.h"

#include <boost/interprocess/file_mapping.hpp>
#include <boost/interprocess/mapped_region.hpp>
#include <exception>

static bool map_touch_unmap(const char *path)
{
    namespace interprocess = boost::interprocess;

    try {
        const interprocess::file_mapping file(path, interprocess::read_only);
        const interprocess::mapped_region region(file, interprocess::read_only);
        peer_touch(region.get_address(), region.get_size());
    } catch (const std::exception &) {
        return false;
    }
    return true;
}

static const struct peer interprocess_peer = {"boost_interprocess", nullptr, map_touch_unmap, nullptr};

PEER(interprocess_peer)
