/* Those who do the same work: us, by hand, and other libraries that map files, as far as they are there
 * when mapwise is built. Each is a file here that registers itself, so one that is not there is unknown. */
#ifndef MAPWISE_BENCH_PEER_H
#define MAPWISE_BENCH_PEER_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sample;

/* Looking through one map at a time. */
struct peer_search {
    /* Maps private memory of `bytes` zeros and answers where it is; NULL: it failed. */
    void *(*map)(size_t bytes);
    /* The first position of the needle in the map; PEER_ABSENT or PEER_FAILED. */
    size_t (*find)(const void *needle, size_t n);
    void (*unmap)(void);
};

#define PEER_ABSENT ((size_t)-1)
#define PEER_FAILED ((size_t)-2)

struct peer {
    const char *name;
    /* Makes it ready, any number of times: NULL, or why it can't be used here. NULL: it always is. */
    const char *(*start)(void);
    /* Opens the file, maps all of it for reading, calls peer_touch, unmaps and closes. False: it failed. */
    bool (*map_touch_unmap)(const char *path);
    const struct peer_search *search; /* NULL: it has none */
};

#define PEER(variable)                                                                                       \
    __attribute__((constructor)) static void variable##_register(void)                                       \
    {                                                                                                        \
        peer_register(&(variable));                                                                          \
    }

void peer_register(const struct peer *peer);

/* NULL: it was not found when mapwise was built. */
const struct peer *peer_named(const char *name);

/* For peers: loads a word of each page. */
void peer_touch(const void *bytes, size_t length);

/* The work of one sample: maps its file so often. If that failed, the series has ended. */
enum { PEER_MAPS = 100 };
void peer_maps(const struct peer *peer, struct sample *s);

#ifdef __cplusplus
}
#endif

#endif
