#include "../direct.h"

#include <fcntl.h>

int open_direct(const char *path)
{
    return open(path, O_RDONLY | O_CLOEXEC | O_DIRECT);
}
