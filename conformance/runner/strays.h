/* Processes that a case leaves behind, also those that have left its process group (where the system can
 * tell; they live on elsewhere). The process of a case adopts the orphans among its descendants while it
 * lives, the runner those that it leaves: what is a child of the runner and no running case is a stray. */
#ifndef MAPWISE_CONFORMANCE_STRAYS_H
#define MAPWISE_CONFORMANCE_STRAYS_H

#include <stddef.h>
#include <sys/types.h>

/* From now on descendants of this process whose parents end become children of it. */
void adopt_orphans(void);

/* This process puts back what a case has changed once the case is gone. It leaves the case's group, and is no
 * stray; who ends strays waits for it. */
void become_guardian(void);

/* Kills all descendants of this process but the spared children and theirs, and waits for their end. */
void end_strays(const pid_t *spared, size_t count);

/* Removes shared memory of cases whose run was killed before it could (where the system lists such objects):
 * those whose process is gone, and that nobody has touched for longer than a case takes. */
void remove_left_shared_memory(void);

#endif
