/* Guards in the page tables, by the system's own call: mw_advise keeps a record of them besides. */
#ifndef MAPWISE_BENCH_GUARD_H
#define MAPWISE_BENCH_GUARD_H

#include <stdbool.h>
#include <stddef.h>

/* Sets or removes guards of `length` bytes of pages. False with errno set; EINVAL: this system has none. */
bool guard_set(void *address, size_t length, bool there);

#endif
