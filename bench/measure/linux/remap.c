/* mremap(2); leaving a mapping behind since Linux 5.7. */
#include "../remap.h"

#include <sys/mman.h>

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

bool remap_move(void *from, void *to, size_t length, bool leave)
{
    const int flags = MREMAP_MAYMOVE | MREMAP_FIXED | (leave ? MREMAP_DONTUNMAP : 0);

    return mremap(from, length, length, flags, to) == to;
}
