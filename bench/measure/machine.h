/* What only the processor can do, as far as programs may: another one each architecture. */
#ifndef MAPWISE_BENCH_MACHINE_H
#define MAPWISE_BENCH_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads the counter that the system's clock is made from, by an instruction of its own and with no regard to
 * the order of others: the least that looking at a clock can cost. Its name, NULL where there is none. */
const char *machine_ticks_name(void);
uint64_t machine_ticks(void);

/* Gets a range out of the processor's caches, so that it is in memory, and waits for that. False where
 * programs can't. */
bool machine_write_out(const void *bytes, size_t length);

#endif
