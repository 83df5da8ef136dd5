/* Memory and processors of a machine whose memory is not equally near to all of them. */
#ifndef MAPWISE_BENCH_NUMA_H
#define MAPWISE_BENCH_NUMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many nodes have memory that this process may use; 0 where the system can't say. */
unsigned numa_nodes(void);

/* The node of the processor that the caller is on; -1 where the system can't say. */
int numa_here(void);

/* A node with memory other than `node`; -1: there is none. */
int numa_other(int node);

/* The pages of `length` bytes from `address` on, not touched yet, are to come from `node`, or with -1 from
 * all nodes in turn. False with errno set. */
bool numa_place(void *address, size_t length, int node);

/* How many of the pages of `length` bytes from `address` on lie on `node`; negative with errno set. */
int64_t numa_pages_on(void *address, size_t length, int node);

#endif
