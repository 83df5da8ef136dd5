/* Shared memory by name, which outlives whoever made it. */
#ifndef MAPWISE_CONFORMANCE_SHARED_MEMORY_H
#define MAPWISE_CONFORMANCE_SHARED_MEMORY_H

/* Removes that of cases whose run was killed before it could (where the system lists such objects): those
 * whose process is gone, and that nobody has touched for longer than a case takes. */
void remove_left_shared_memory(void);

#endif
