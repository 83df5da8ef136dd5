#include "sibling.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The folder that this program lies in, as the system tells or as it was called; "" if unknown. */
static void own_folder(char *folder, size_t capacity, const char *called_as)
{
    ssize_t length = readlink("/proc/self/exe", folder, capacity - 1);

    if (length < 0)
        length = snprintf(folder, capacity, "%s", called_as);
    folder[(size_t)length < capacity ? (size_t)length : capacity - 1] = '\0';
    char *slash = strrchr(folder, '/');
    *(slash ? slash : folder) = '\0';
}

void sibling_become(char *const *arguments, const char *called_as)
{
    char folder[PATH_MAX], program[PATH_MAX + NAME_MAX + 2];

    own_folder(folder, sizeof folder, called_as);
    snprintf(program, sizeof program, "%s/%s", folder, arguments[0]);
    if (folder[0])
        execv(program, arguments);
    if (errno == ENOENT || !folder[0])
        execvp(arguments[0], arguments);
}
