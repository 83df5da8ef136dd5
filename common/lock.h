/* Locks on files and folders, flock(2). */
#ifndef MAPWISE_COMMON_LOCK_H
#define MAPWISE_COMMON_LOCK_H

#include <stdbool.h>

/* Takes the lock `how` (LOCK_EX or LOCK_SH) on an open file. False with errno set: EWOULDBLOCK if another
 * program has it, and still has it after a second; one that was killed may take a moment to be gone. */
bool lock_take(int file, int how);

#endif
