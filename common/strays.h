/* Processes that outlive the one that they came from, also those that have left its process group (where the
 * system can tell; they live on elsewhere). Who adopts orphans gets those among its descendants as children.
 */
#ifndef MAPWISE_COMMON_STRAYS_H
#define MAPWISE_COMMON_STRAYS_H

#include <stddef.h>
#include <sys/types.h>

/* From now on descendants of this process whose parents end become children of it. */
void adopt_orphans(void);

/* This process puts back what its parent has changed once that is gone. It leaves its group, and is no stray;
 * who ends strays waits for it. */
void become_guardian(void);

/* Kills all descendants of this process but the spared children and theirs, and waits for their end. */
void end_strays(const pid_t *spared, size_t count);

#endif
