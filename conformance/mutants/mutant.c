#include "mutant.h"

#include <stdio.h>
#include <stdlib.h>

/* The table that the linker makes of all rows. */
extern struct mutant __start_mutants[], __stop_mutants[];

static const struct mutant *chosen;

static bool is_named(const struct mutant *mutant, const char *name)
{
    size_t length = strlen(mutant->function);

    return strncmp(name, mutant->function, length) == 0 && name[length] == '.' &&
           strcmp(name + length + 1, mutant->aspect) == 0;
}

/* Runs before the program, and also before its own file's turn if somebody calls earlier. */
__attribute__((constructor)) static void choose(void)
{
    static bool done;
    const char *name = getenv("MAPWISE_MUTANT");

    if (done || !name || !*name)
        return;
    done = true;
    for (const struct mutant *mutant = __start_mutants; mutant < __stop_mutants && !chosen; mutant++)
        if (is_named(mutant, name))
            chosen = mutant;
    if (chosen)
        return;
    fprintf(stderr, "libmapwise-mutants: there is no mutant '%s'\n", name);
    _exit(125);
}

void (*chosen_act(const char *function))(void)
{
    choose();
    return chosen && strcmp(chosen->function, function) == 0 ? chosen->act : NULL;
}

/* What the script lists; NULL behind the last one. */
EXPORT const char *mapwise_mutant_name(size_t index);
EXPORT const char *mapwise_mutant_sentence(size_t index);

const char *mapwise_mutant_name(size_t index)
{
    static char name[128];
    const struct mutant *mutant = __start_mutants + index;

    if (mutant >= __stop_mutants)
        return NULL;
    snprintf(name, sizeof name, "%s.%s", mutant->function, mutant->aspect);
    return name;
}

const char *mapwise_mutant_sentence(size_t index)
{
    const struct mutant *mutant = __start_mutants + index;

    return mutant < __stop_mutants ? mutant->sentence : NULL;
}

int fail(int error)
{
    errno = error;
    return -1;
}

int other_error(int answer, int from, int to)
{
    return answer == -1 && errno == from ? fail(to) : answer;
}

int swallow(int answer, int error)
{
    return answer == -1 && errno == error ? 0 : answer;
}
