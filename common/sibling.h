/* Another program of mapwise, which lies beside this one or on the PATH. */
#ifndef MAPWISE_COMMON_SIBLING_H
#define MAPWISE_COMMON_SIBLING_H

/* Becomes the program arguments[0], "mapwise-report" say. `called_as` is argv[0] of this one, for systems
 * that do not tell where a program lies. Returns only if that fails, with errno; ENOENT: there is none. */
void sibling_become(char *const *arguments, const char *called_as);

#endif
