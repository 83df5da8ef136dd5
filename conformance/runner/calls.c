#include "calls.h"

#include <string.h>

const struct calls *const call_paths[] = {&libc_calls, &raw_calls, &library_calls, NULL};

const struct calls *calls = &libc_calls;

bool call_path_set(const char *name)
{
    for (const struct calls *const *path = call_paths; *path; path++)
        if (strcmp((*path)->name, name) == 0) {
            calls = *path;
            return true;
        }
    return false;
}

const char *call_path_name(void)
{
    return calls->name;
}
