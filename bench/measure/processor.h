/* Staying on one processor, so that its caches stay with the measurement. */
#ifndef MAPWISE_BENCH_PROCESSOR_H
#define MAPWISE_BENCH_PROCESSOR_H

/* Pins the calling thread to the last processor it may use (the first takes most interrupts). The answer
 * is its number, -1 where that can't be done. */
int processor_pin(void);

#endif
