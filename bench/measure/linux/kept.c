#include "kept.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

enum { FIRST_CAPACITY = 4096 };

static bool grow(struct kept *kept)
{
    const size_t capacity = kept->capacity ? 2 * kept->capacity : FIRST_CAPACITY;
    char *text = realloc(kept->text, capacity);

    if (!text)
        return false;
    kept->text = text;
    kept->capacity = capacity;
    return true;
}

static void open_once(struct kept *kept)
{
    const pid_t process = getpid();

    if (kept->opener == process)
        return;
    if (kept->opener && kept->file >= 0)
        close(kept->file);
    kept->opener = process;
    kept->file = open(kept->path, O_RDONLY | O_CLOEXEC);
}

const char *kept_read(struct kept *kept)
{
    size_t used = 0;
    ssize_t got;

    open_once(kept);
    if (kept->file < 0)
        return NULL;
    do {
        if (used + 1 >= kept->capacity && !grow(kept))
            return NULL;
        got = pread(kept->file, kept->text + used, kept->capacity - 1 - used, (off_t)used);
        if (got < 0)
            return NULL;
        used += (size_t)got;
    } while (got > 0);
    kept->text[used] = '\0';
    return used > 0 ? kept->text : NULL;
}
