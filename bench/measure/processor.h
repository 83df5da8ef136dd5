/* Staying on one processor, so that its caches stay with the measurement. */
#ifndef MAPWISE_BENCH_PROCESSOR_H
#define MAPWISE_BENCH_PROCESSOR_H

/* Pins the calling thread to the last processor it may use (the first takes most interrupts). The answer
 * is its number, -1 where that can't be done. */
int processor_pin(void);

/* Its number; -1 if nothing is pinned. */
int processor_pinned(void);

/* The processor that the calling thread is on, -1 where that can't be said. */
int processor_current(void);

/* How many processors the program might use before it was pinned. */
unsigned processor_count(void);

/* Pins the calling thread, which shares the work of a sample, to one of these: to the one that measures
 * for index 0, to the one before it for 1, and so on around. */
void processor_share(unsigned index);

#endif
