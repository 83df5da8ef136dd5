/* Where an expectation holds: conditions, separated by blanks, all of which must be true.
 *
 *     system=linux       by uname: linux, freebsd, openbsd, netbsd, macos, windows
 *     kernel>=6.5        also <, by the release of the kernel
 *     arch=x86_64        by uname
 *     bits=32            of a pointer
 *     page=65536         bytes of a page, also >= and <
 *     libc=glibc         the name of the C library, as mapwise info tells it
 *     emulator=NAME      what --emulator says stands in for the kernel; NAME may be its first word
 *     path=raw           what the cases call (--path)
 *     privileged=yes     or no: whether this is user 0
 *     filesystem=tmpfs   of the folder under test
 *     block=1024         bytes of its blocks, also >= and <
 *
 * What can't be known is neither equal to anything nor above or below it. = and != are for all of them. Of a
 * text whose first word is a name, the name alone suffices. */
#ifndef MAPWISE_CONFORMANCE_WHERE_H
#define MAPWISE_CONFORMANCE_WHERE_H

#include "execute.h"

#include <stdbool.h>
#include <stddef.h>

/* Whether all conditions hold for a folder, NULL for none. */
bool where_holds(const char *conditions, const struct place *place);

/* The first condition that is none, or NULL; copied into `text`. */
const char *where_mistake(const char *conditions, char *text, size_t capacity);

/* What stands in for the kernel, "qemu-user 7.2" say; stays valid. NULL: nothing. */
void where_emulator(const char *name);

#endif
